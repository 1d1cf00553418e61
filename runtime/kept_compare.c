/* kept_compare.c -- what differs between runs: settings, and what they came to. */
#include <stdlib.h>

#include "figures.h"
#include "kept_compare.h"

/* Where run.json keeps what can differ. */
static const struct {
    const char *part, *inside;
} place[] = {
    { "settings", NULL }, { "source", "params" }, { "program", NULL }, { "program", "data" },
    { "machine", NULL },
};

static const json_t *part_of(const rt_kept *k, size_t i)
{
    const json_t *part = json_object_get(k->facts, place[i].part);

    return place[i].inside ? json_object_get(part, place[i].inside) : part;
}

static json_t *text_of(const json_t *value)
{
    char *text = json_is_string(value) ? NULL
                                       : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY
                                                         | JSON_REAL_PRECISION(9));
    json_t *string = json_string(json_is_string(value) ? json_string_value(value)
                                 : text ? text : "");

    free(text);
    return string;
}

/* [key, value of the first, ...], if they differ. */
static void add_if_different(json_t *rows, const rt_kept *k, size_t i, const char *key)
{
    json_t *row = json_pack("[s]", key);
    bool differs = false;

    for (const rt_kept *x = k; x->path; x++) {
        const json_t *value = json_object_get(part_of(x, i), key);
        const json_t *first = json_object_get(part_of(k, i), key);
        differs |= !value != !first || (value && !json_equal(value, first));
        json_array_append_new(row, text_of(value));
    }
    if (differs)
        json_array_append(rows, row);
    json_decref(row);
}

/* Every key of any run once. */
static void compare_part(json_t *rows, const rt_kept *k, size_t i)
{
    json_t *seen = json_object();

    for (const rt_kept *x = k; x->path; x++) {
        const char *key;
        json_t *value;
        json_object_foreach((json_t *)part_of(x, i), key, value) {
            if (json_is_object(value) || json_object_get(seen, key))
                continue;
            json_object_set_new(seen, key, json_true());
            add_if_different(rows, k, i, key);
        }
    }
    json_decref(seen);
}

/* ---- What they came to ------------------------------------------------------------------- */

typedef const char *Result(const rt_kept *k, char text[RT_FIGURE]);

static const rt_kept_epoch *end_of(const rt_kept *k)
{
    return k->n_epochs ? &k->epoch[k->n_epochs - 1] : NULL;
}

static const char *figure(double x, char text[RT_FIGURE])
{
    return isnan(x) ? "" : rt_figure(text, x);
}

static const char *percent(double x, char text[RT_FIGURE])
{
    return isnan(x) ? "" : rt_percent(text, x);
}

static const char *status(const rt_kept *k, char text[RT_FIGURE])
{
    (void)text;
    return k->status;
}

static const char *loss_train(const rt_kept *k, char text[RT_FIGURE])
{
    return end_of(k) ? figure(end_of(k)->loss_train, text) : "";
}

static const char *loss_test(const rt_kept *k, char text[RT_FIGURE])
{
    return end_of(k) ? figure(end_of(k)->loss_test, text) : "";
}

static const char *accuracy_test(const rt_kept *k, char text[RT_FIGURE])
{
    return end_of(k) ? percent(end_of(k)->accuracy_test, text) : "";
}

static const char *flow_first(const rt_kept *k, char text[RT_FIGURE])
{
    return k->n_columns ? figure(k->column[0].flow, text) : "";
}

static const char *flow_last(const rt_kept *k, char text[RT_FIGURE])
{
    return k->n_columns ? figure(k->column[k->n_columns - 1].flow, text) : "";
}

static const char *verdict(const rt_kept *k, char text[RT_FIGURE])
{
    const json_t *list = json_object_get(k->summary, "verdicts");

    (void)text;
    if (!k->summary)
        return "";
    return json_array_size(list) ? rt_kept_text(json_array_get(list, 0), "verdict") : "none";
}

static const struct {
    const char *name;
    Result *tell;
} result[] = {
    { "status", status },               { "train loss", loss_train },
    { "test loss", loss_test },         { "test accuracy", accuracy_test },
    { "flow, first step", flow_first }, { "flow, last step", flow_last },
    { "verdict", verdict },
};

json_t *rt_kept_results(const rt_kept *k)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < sizeof result / sizeof result[0]; i++) {
        json_t *row = json_pack("[s]", result[i].name);
        for (const rt_kept *x = k; x->path; x++) {
            char text[RT_FIGURE];
            json_array_append_new(row, json_string(result[i].tell(x, text)));
        }
        json_array_append_new(rows, row);
    }
    return rows;
}

json_t *rt_kept_differences(const rt_kept *k)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < sizeof place / sizeof place[0]; i++)
        compare_part(rows, k, i);
    return rows;
}
