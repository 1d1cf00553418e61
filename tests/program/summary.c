/* summary.c -- reads the JSON lines of a run: the events, and the keys of each. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of recurrent layers and of joins. */
#define IN_TIME "n:delta_first n:delta_middle n:delta_last n:decades_per_step " \
                "n:flow_through_time A:paths"

static int bad;

static void wrong(const char *where, const char *what)
{
    printf("%s: %s\n", where, what);
    bad = 1;
}

/* The object has the keys of a list with blanks between, each of its kind, and no other:
 * i integer, n number or null, s string, ? string or null, b boolean, a array, A array or null, o
 * object, O object or nothing. */
static void has(const json_t *object, const char *where, const char *list)
{
    char key[64], kind;
    size_t n = 0;
    int used;

    for (; sscanf(list, " %c:%63s%n", &kind, key, &used) == 2; list += used, n++) {
        const json_t *v = json_object_get(object, key);
        const int is = kind == 'i' ? json_is_integer(v) : kind == 'b' ? json_is_boolean(v)
                     : kind == 'n' ? json_is_number(v) || json_is_null(v)
                     : kind == '?' ? json_is_string(v) || json_is_null(v)
                     : kind == 's' ? json_is_string(v)
                     : kind == 'A' ? json_is_array(v) || json_is_null(v)
                     : kind == 'a' ? json_is_array(v) : json_is_object(v);
        if (kind == 'O' && !v)
            n--;
        else if (!is)
            wrong(where, key);
    }
    if (json_object_size(object) != n)
        wrong(where, "keys that are not documented");
}

static void each(const json_t *object, const char *key, const char *list)
{
    const json_t *array = json_object_get(object, key);

    for (size_t i = 0; i < json_array_size(array); i++)
        has(json_array_get(array, i), key, list);
}

static void check_summary(const json_t *summary)
{
    const json_t *layers = json_object_get(summary, "layers");

    has(summary, "summary",
        "s:event s:name i:seed i:threads i:steps i:epochs n:seconds i:parameters n:loss_train "
        "n:loss_test n:accuracy_train n:accuracy_test n:flow n:predicted_flow n:clip_fraction "
        "a:nonfinite a:verdicts a:expect a:layers");
    each(summary, "verdicts", "?:layer s:verdict s:reason ?:edit");
    each(summary, "expect", "i:line s:text b:holds");
    each(summary, "layers", "s:name s:kind a:shape i:parameters i:line o:step0 o:last");
    if (json_array_size(layers) == 0)
        wrong("summary", "no layers");
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const json_t *layer = json_array_get(layers, i);
        has(json_object_get(layer, "step0"), "step0",
            "n:act_rms n:delta_rms n:grad_norm n:predicted_act_rms n:predicted_delta_rms "
            "n:predicted_grad_norm " IN_TIME);
        has(json_object_get(layer, "last"), "last",
            "n:act_rms n:delta_rms n:grad_norm n:weight_rms n:update_ratio n:saturated n:dead "
            "n:zero n:subnormal " IN_TIME);
    }
}

static void check_event(const json_t *event, const char *name)
{
    if (!strcmp(name, "step")) {
        has(event, "step", "s:event i:step i:epoch n:loss n:rate n:grad_norm b:clipped n:flow "
            "a:layers a:nonfinite");
        each(event, "layers", "s:name n:act_mean n:act_rms n:act_unit_var n:delta_rms n:grad_norm "
             "n:weight_rms n:update_ratio n:saturated n:dead i:zero i:subnormal "
             "i:act_nonfinite i:delta_nonfinite i:grad_nonfinite n:skip_rms n:body_rms " IN_TIME " O:delta_log2 O:grad_log2");
    } else if (!strcmp(name, "epoch")) {
        has(event, "epoch", "s:event i:epoch i:step n:loss_train n:loss_test n:accuracy_train "
            "n:accuracy_test n:seconds a:nonfinite");
    } else if (!strcmp(name, "summary")) {
        check_summary(event);
    } else {
        wrong(name, "an event that is not documented");
    }
}

/* Arguments: how many events `step`, `epoch` and `summary` there are. */
int main(int argc, char **argv)
{
    static const char *const names[] = { "step", "epoch", "summary" };
    int count[3] = { 0 }, closed = 0;
    char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, stdin) > 0) {
        json_error_t error;
        json_t *event = json_loads(line, JSON_REJECT_DUPLICATES, &error);
        const char *name = json_string_value(json_object_get(event, "event"));
        if (closed)
            wrong("summary", "is not the last line");
        if (name)
            check_event(event, name);
        else
            wrong("line", event ? "no event" : error.text);
        for (int i = 0; name && i < 3; i++)
            count[i] += !strcmp(name, names[i]);
        closed = count[2] > 0;
        json_decref(event);
    }
    free(line);
    for (int i = 0; i < 3; i++) {
        if (argc != 4 || count[i] != atoi(argv[i + 1])) {
            printf("%d of event %s\n", count[i], names[i]);
            bad = 1;
        }
    }
    return bad;
}
