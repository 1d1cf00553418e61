/* sweep_results.c -- how each point of a sweep went: read from its run directory, from what its
 * program printed, and from its log. */
#include "sweep.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output.h"

const char *sweep_status_word(PointStatus status)
{
    static const char *const word[] = {
        [POINT_DONE] = "done", [POINT_UNEXPECTED] = "expectation failed",
        [POINT_DIVERGED] = "diverged", [POINT_FAILED] = "failed",
        [POINT_REFUSED] = "does not compile", [POINT_HALF] = "unfinished",
        [POINT_WAITING] = "not run",
    };

    return word[status];
}

int sweep_count(const Sweep *s, PointStatus status)
{
    int n = 0;

    for (int i = 0; i < s->n_points; i++)
        n += s->point[i].status == status;
    return n;
}

/* The file of a point: runs/NAME/run.json, results/NAME.json. */
static FILE *open_of(const Sweep *s, const char *folder, const Point *p, const char *rest)
{
    char path[OUTPUT_PATH];
    const int n = snprintf(path, sizeof path, "%s/%s/%s%s", s->folder, folder, p->name, rest);

    return n < (int)sizeof path ? fopen(path, "r") : NULL;
}

/* The first value of the file, or its last line; NULL where there is none. */
static json_t *read_first(FILE *in)
{
    json_t *value = in ? json_loadf(in, JSON_DISABLE_EOF_CHECK, NULL) : NULL;

    if (in)
        fclose(in);
    return value;
}

/* Leaves the file at the start of its last line. */
static void seek_last_line(FILE *in)
{
    char piece[4096];
    long end = fseek(in, 0, SEEK_END) == 0 ? ftell(in) - 1 : 0;     /* its newline is left out */

    while (end > 0) {
        const long n = end < (long)sizeof piece ? end : (long)sizeof piece;
        fseek(in, end - n, SEEK_SET);
        const char *newline = fread(piece, 1, (size_t)n, in) == (size_t)n
                                  ? memrchr(piece, '\n', (size_t)n) : NULL;
        end -= n;
        if (!newline)
            continue;
        fseek(in, end + (newline - piece) + 1, SEEK_SET);
        return;
    }
    rewind(in);
}

static json_t *read_last(FILE *in)
{
    if (in)
        seek_last_line(in);
    return read_first(in);
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static Measured unknown(void)
{
    return (Measured){ NAN, NAN, NAN, NAN, NAN, NAN, NAN };
}

/* What the program printed last; false: nothing of an end. */
static bool read_summary(const Sweep *s, Point *p)
{
    json_t *summary = read_last(open_of(s, "results", p, ".json"));
    const bool ended = strcmp(text_of(summary, "event"), "summary") == 0;

    if (ended)
        p->measured = (Measured){
            .loss_train = number_of(summary, "loss_train"),
            .loss_test = number_of(summary, "loss_test"),
            .accuracy_train = number_of(summary, "accuracy_train"),
            .accuracy_test = number_of(summary, "accuracy_test"),
            .flow_last = number_of(summary, "flow"), .seconds = number_of(summary, "seconds"),
        };
    json_decref(summary);
    json_t *first = read_first(open_of(s, "runs", p, "/flow.jsonl"));
    p->measured.flow_first = number_of(first, "flow");
    json_decref(first);
    return ended;
}

static PointStatus status_of(const char *word, int exit_status)
{
    if (strcmp(word, "done") == 0)
        return exit_status == 0 ? POINT_DONE : POINT_UNEXPECTED;
    return strcmp(word, "diverged") == 0 ? POINT_DIVERGED
         : strcmp(word, "failed") == 0 ? POINT_FAILED : POINT_HALF;
}

/* The last line of its log; "" where there is none. */
static void last_sentence(const Sweep *s, const Point *p, char *text, int room)
{
    FILE *in = open_of(s, "logs", p, ".log");

    text[0] = '\0';
    if (!in)
        return;
    seek_last_line(in);
    if (!fgets(text, room, in))
        text[0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    fclose(in);
}

/* It printed a sentence and made no directory, or it has not come so far. */
static void read_start(const Sweep *s, Point *p)
{
    char text[512];

    last_sentence(s, p, text, sizeof text);
    p->status = text[0] ? POINT_FAILED : POINT_WAITING;
}

/* It cannot go on: its log ends with an error.  A warning may stand there while it runs. */
static bool is_stuck(const Sweep *s, const Point *p)
{
    char text[512];
    const size_t n = strlen(s->name);

    last_sentence(s, p, text, sizeof text);
    return strncmp(text, s->name, n) == 0 && strncmp(text + n, ": error: ", 9) == 0;
}

void sweep_read_point(const Sweep *s, Point *p)
{
    char text[512];
    json_t *facts;

    if (p->status == POINT_REFUSED)
        return;
    facts = read_first(open_of(s, "runs", p, "/run.json"));
    p->why = NULL;
    p->measured = unknown();
    p->exit_status = -1;
    if (facts) {
        const double status = number_of(facts, "exit_status");
        p->exit_status = isfinite(status) ? (int)status : -1;
        p->status = status_of(text_of(facts, "status"), p->exit_status);
        if (p->status < POINT_FAILED && !read_summary(s, p))
            p->status = POINT_HALF;
        if (p->status == POINT_HALF && is_stuck(s, p))
            p->status = POINT_FAILED;
    } else {
        read_start(s, p);
    }
    json_decref(facts);
    if (p->status != POINT_FAILED)
        return;
    last_sentence(s, p, text, sizeof text);
    if (text[0])
        p->why = arena_copy(s->arena, text, strlen(text));
    else
        p->status = POINT_HALF;     /* it failed before, and this time has said nothing */
}

void sweep_read(Sweep *s)
{
    for (int i = 0; i < s->n_points; i++)
        sweep_read_point(s, &s->point[i]);
}

/* ---- What points are compared by -------------------------------------------------------- */

const Measure sweep_predicted_flow = { .name = "predicted flow", .is_flow = true,
                                       .is_forecast = true,
                                       .offset = offsetof(Point, predicted) };
const Measure sweep_first_flow = { .name = "measured flow, at step 0", .is_flow = true,
                                   .offset = offsetof(Point, measured.flow_first) };

double sweep_measured(const Point *p, Measure m)
{
    double value;
    const bool ended = p->status < POINT_DIVERGED || (p->status == POINT_DIVERGED && m.is_flow);

    memcpy(&value, (const char *)p + m.offset, sizeof value);
    return ended || m.is_forecast ? value : NAN;
}

/* The first that any point has: accuracies exist where the target is a class, test data may not. */
Measure sweep_measure(const Sweep *s)
{
    static const Measure measure[] = {
        { .name = "test accuracy", .offset = offsetof(Point, measured.accuracy_test) },
        { .name = "training accuracy", .offset = offsetof(Point, measured.accuracy_train) },
        { .name = "test loss", .offset = offsetof(Point, measured.loss_test), .is_loss = true },
        { .name = "training loss", .offset = offsetof(Point, measured.loss_train),
          .is_loss = true },
    };

    for (size_t m = 0; m < countof(measure); m++)
        for (int i = 0; i < s->n_points; i++)
            if (isfinite(sweep_measured(&s->point[i], measure[m])))
                return measure[m];
    return measure[0];
}

/* ---- results.csv ------------------------------------------------------------------------ */

/* RFC 4180 */
void sweep_csv_field(const char *text, FILE *out)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (; *text; text++)
        fputs(*text == '"' ? "\"\"" : (const char[]){ *text, '\0' }, out);
    putc('"', out);
}

void sweep_csv_number(double x, FILE *out)
{
    putc(',', out);
    if (isfinite(x))
        fprintf(out, "%.9g", x);
}

static void put_row(const Sweep *s, const Point *p, FILE *out)
{
    const Measured *m = &p->measured;
    const bool ended = p->status <= POINT_DIVERGED;
    const double number[] = { m->loss_train, m->loss_test, m->accuracy_train, m->accuracy_test,
                              m->flow_first, m->flow_last };

    sweep_csv_field(p->name, out);
    for (int k = 0; k < s->n_axes; k++) {
        putc(',', out);
        sweep_csv_field(s->text[k][p->choice[k]], out);
    }
    fprintf(out, ",%s,", sweep_status_word(p->status));
    if (p->exit_status >= 0)
        fprintf(out, "%d", p->exit_status);
    for (size_t i = 0; i < countof(number); i++)
        sweep_csv_number(ended ? number[i] : NAN, out);
    sweep_csv_number(p->predicted, out);
    sweep_csv_number(ended ? m->seconds : NAN, out);
    putc(',', out);
    sweep_csv_field(p->warnings, out);
    fprintf(out, ",runs/%s\n", p->name);
}

/* Behind the axes. */
static const char columns[] = ",status,exit_status,loss_train,loss_test,accuracy_train,"
                              "accuracy_test,flow_first,flow_last,predicted_flow,seconds,warnings,"
                              "run";

void sweep_csv_axis(const Sweep *s, int axis, const char *others, FILE *out)
{
    const char *name = s->axis[axis].name;
    const char *own = arena_printf(s->arena, ",point%s%s,", columns, others);
    const bool doubled = strstr(own, arena_printf(s->arena, ",%s,", name)) != NULL;

    fprintf(out, doubled ? "axis.%s" : "%s", name);
}

void sweep_csv(const Sweep *s, FILE *out)
{
    fputs("point", out);
    for (int k = 0; k < s->n_axes; k++) {
        putc(',', out);
        sweep_csv_axis(s, k, "", out);
    }
    fprintf(out, "%s\n", columns);
    for (int i = 0; i < s->n_points; i++)
        put_row(s, &s->point[i], out);
}
