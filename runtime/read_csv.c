/* read_csv.c -- a table of numbers in CSV: one column is the target, the others the input.
 *
 * The text is read twice: once to count, to check that all lines have as many fields and to learn
 * whether the classes are numbers or names; then to convert. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "csv.h"
#include "number.h"
#include "samples.h"

typedef struct {
    const rt_request *r;
    rt_csv header, rows;            /* the first line; where the data begins */
    bool has_header;
    size_t columns, target;         /* target: its column, from 0 */
    uint64_t n;                     /* rows of data */
    bool named;                     /* classes are names */
    bool cut;                       /* lines that are not here follow, and may have other names */
    char **name;                    /* the names, sorted; at most rt_model.classes of them */
    int names;
} table;

/* ---- Columns --------------------------------------------------------------------------------- */

#define LABEL 256

/* A column as messages call it: "column 3", or "column 3 (age)". */
static const char *column_text(const table *t, size_t column, char text[LABEL])
{
    rt_csv c = t->header;
    rt_csv_field f = {0};
    rt_error unused;
    char shown[RT_CSV_SHOWN];
    for (size_t i = 1; t->has_header && i <= column; i++)
        if (!rt_csv_next(&c, i, &f, &unused))
            break;
    if (t->has_header)
        snprintf(text, LABEL, "column %zu (%s)", column, rt_csv_show(&f, shown));
    else
        snprintf(text, LABEL, "column %zu", column);
    return text;
}

static bool parse_number(const table *t, const rt_csv_field *f, double *value, rt_error *e)
{
    char column[LABEL], shown[RT_CSV_SHOWN];
    const rt_number_kind kind = rt_number(f->text, f->n, value);
    if (kind == RT_NUMBER)
        return true;
    column_text(t, f->column, column);
    if (f->n == 0)
        return rt_fail(e, "%s:%zu: %s is empty, a number is wanted", t->rows.name, f->line, column);
    return rt_fail(e, "%s:%zu: %s holds '%s', %s", t->rows.name, f->line, column,
                   rt_csv_show(f, shown),
                   kind == RT_NO_NUMBER ? "a number is wanted" : "which is too large");
}

/* ---- The first line -------------------------------------------------------------------------- */

static bool one_field(const table *t, const rt_csv_field *f, rt_error *e)
{
    return rt_fail(e, "%s:1: %s", t->header.name,
                   memchr(f->text, ';', f->n) ? "fields end at semicolons, only commas are read"
                 : memchr(f->text, '\t', f->n) ? "fields end at tabs, only commas are read"
                 : "a single field, a target and inputs are wanted");
}

/* Counts the columns, and says whether none of the fields is a number. */
static bool scan_first(table *t, bool *words, rt_error *e)
{
    rt_csv_field f = {0};
    t->rows = t->header;
    *words = true;
    for (t->columns = 0; !f.last; t->columns++) {
        double value;
        if (!rt_csv_next(&t->rows, t->columns + 1, &f, e))
            return false;
        *words = *words && rt_number(f.text, f.n, &value) == RT_NO_NUMBER;
    }
    return t->columns > 1 || one_field(t, &f, e);
}

/* The columns' names for a message, as many as fit. */
static void list_columns(const table *t, char *text, size_t room)
{
    rt_csv c = t->header;
    rt_csv_field f = {0};
    rt_error unused;
    char shown[RT_CSV_SHOWN];
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 1; !f.last && rt_csv_next(&c, i, &f, &unused); i++) {
        rt_csv_show(&f, shown);
        if (at + strlen(shown) + 8 > room) {
            snprintf(text + at, room - at, ", ...");
            return;
        }
        at += (size_t)snprintf(text + at, room - at, i > 1 ? ", %s" : "%s", shown);
    }
}

static bool find_named(table *t, const char *wanted, rt_error *e)
{
    rt_csv c = t->header;
    rt_csv_field f = {0};
    char columns[512];
    size_t found = 0;
    for (size_t i = 1; !f.last; i++) {
        if (!rt_csv_next(&c, i, &f, e))
            return false;
        if (rt_csv_compare(&f, wanted) != 0)
            continue;
        if (found)
            return rt_fail(e, "%s:1: columns %zu and %zu are both called '%.100s'", t->header.name,
                           found, i, wanted);
        found = i;
    }
    t->target = found - 1;
    if (found)
        return true;
    list_columns(t, columns, sizeof columns);
    return rt_fail(e, "%s:1: no column is called '%.100s'; there are %s", t->header.name, wanted,
                   columns);
}

static bool find_target(table *t, rt_error *e)
{
    const char *name = t->r->source->text[1];
    if (name)
        return find_named(t, name, e);
    const double index = t->r->source->number[0], n = (double)t->columns;
    const double from_left = index < 0 ? index + n : index;
    if (index != floor(index) || from_left < 0 || from_left >= n)
        return rt_fail(e, "%s: no column %g: there are %zu, 0 to %zu or -%zu to -1", t->header.name,
                       index, t->columns, t->columns - 1, t->columns);
    t->target = (size_t)from_left;
    return true;
}

/* header = auto: the first line is one if the target is given by name, or if it holds no number. */
static bool read_header(table *t, rt_error *e)
{
    const rt_source *s = t->r->source;
    bool words;
    if (!scan_first(t, &words, e))
        return false;
    t->has_header = s->number[1] < 0 ? s->text[1] || words : s->number[1] != 0;
    if (s->text[1] && !t->has_header)
        return rt_fail(e, "%s: the target '%.100s' is a name, which takes a header", t->header.name,
                       s->text[1]);
    if (!t->has_header)
        t->rows = t->header;
    if (t->rows.at == t->rows.end)
        return t->cut ? rt_fail(e, "%s:2: the line is longer than what is read of it",
                                t->header.name)
                      : rt_fail(e, "%s: holds no rows under its header", t->header.name);
    return find_target(t, e);
}

/* ---- The first reading ----------------------------------------------------------------------- */

/* Where a class's name stands among the names, or belongs. */
static int find_name(const table *t, const rt_csv_field *f)
{
    int low = 0, high = t->names;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (rt_csv_compare(f, t->name[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool add_name(table *t, const rt_csv_field *f, rt_error *e)
{
    const int at = find_name(t, f);
    char column[LABEL];
    if (at < t->names && rt_csv_compare(f, t->name[at]) == 0)
        return true;
    if (t->names == t->r->model->classes)
        return rt_fail(e, "%s:%zu: %s holds more names than the model's %d classes", t->rows.name,
                       f->line, column_text(t, f->column, column), t->names);
    char *name = rt_alloc(f->n + 1, 1, t->rows.name, e);
    if (!name)
        return false;
    rt_csv_text(f, name);
    memmove(t->name + at + 1, t->name + at, (size_t)(t->names - at) * sizeof *t->name);
    t->name[at] = name;
    t->names++;
    return true;
}

/* The first class tells whether they are numbers or names. */
static bool survey_class(table *t, const rt_csv_field *f, rt_error *e)
{
    char column[LABEL], shown[RT_CSV_SHOWN];
    double value;
    const bool name = f->n && rt_number(f->text, f->n, &value) == RT_NO_NUMBER;
    if (t->n == 0)
        t->named = name;
    if (!t->named)
        return true;
    if (name)
        return add_name(t, f, e);
    return rt_fail(e, "%s:%zu: %s holds '%s', a name is wanted as in the lines above", t->rows.name,
                   f->line, column_text(t, f->column, column), rt_csv_show(f, shown));
}

/* The inputs of the first row are looked at too: they tell a header that was not expected. */
static bool survey_field(table *t, const rt_csv_field *f, rt_error *e)
{
    double value;
    if (f->column - 1 == t->target)
        return t->r->model->target != RT_TARGET_CLASS || survey_class(t, f, e);
    return t->n > 0 || parse_number(t, f, &value, e);
}

static bool survey_row(table *t, rt_csv *c, rt_error *e)
{
    rt_csv_field f = {0};
    size_t n = 0;
    const size_t line = c->line;
    while (!f.last)
        if (!rt_csv_next(c, ++n, &f, e) || (n <= t->columns && !survey_field(t, &f, e)))
            return false;
    if (n == 1 && f.n == 0 && !f.quoted)
        return rt_fail(e, "%s:%zu: the line is empty", t->rows.name, line);
    if (n != t->columns)
        return rt_fail(e, "%s:%zu: %zu fields, the lines above have %zu", t->rows.name, line, n,
                       t->columns);
    t->n++;
    return true;
}

/* Names get their numbers in the order of the alphabet, so all must be there: in a part that lacks
 * one, the others would be numbered differently. */
static bool survey(table *t, rt_error *e)
{
    char column[LABEL];
    const int classes = t->r->model->target == RT_TARGET_CLASS ? t->r->model->classes : 0;
    rt_csv c = t->rows;
    t->name = rt_alloc((size_t)classes + 1, sizeof *t->name, t->rows.name, e);
    if (!t->name)
        return false;
    while (c.at < c.end)
        if (!survey_row(t, &c, e))
            return false;
    if (t->named && t->names < classes && !t->cut)
        return rt_fail(e, "%s: %s holds %d names, the model has %d classes", t->rows.name,
                       column_text(t, t->target + 1, column), t->names, classes);
    return true;
}

/* ---- The second reading ---------------------------------------------------------------------- */

static bool read_target(const table *t, const rt_csv_field *f, rt_samples *out, size_t i,
                        rt_error *e)
{
    char column[LABEL], wrong[RT_SHAPE_TEXT];
    double value = 0;
    if (t->r->model->target == RT_TARGET_INPUT)
        return true;
    if (t->named)
        value = find_name(t, f);
    else if (!parse_number(t, f, &value, e))
        return false;
    const char *message = rt_target_set(t->r->model, out, i, value, wrong);
    return !message || rt_fail(e, "%s:%zu: %s: %s", t->rows.name, f->line,
                               column_text(t, f->column, column), message);
}

static bool read_row(const table *t, rt_csv *c, rt_samples *out, size_t i, rt_error *e)
{
    size_t at = i * (size_t)out->features;
    for (size_t j = 0; j < t->columns; j++) {
        rt_csv_field f;
        double value;
        if (!rt_csv_next(c, j + 1, &f, e))
            return false;
        if (j == t->target) {
            if (!read_target(t, &f, out, i, e))
                return false;
        } else if (!parse_number(t, &f, &value, e)) {
            return false;
        } else if (!rt_value_set(t->r->model, out->x, at++, value)) {
            char column[LABEL];
            return rt_fail(e, "%s:%zu: %s is too large for the model's precision", t->rows.name,
                           f.line, column_text(t, f.column, column));
        }
    }
    return true;
}

static bool check_inputs(const table *t, rt_error *e)
{
    char shape[RT_SHAPE_TEXT];
    const rt_model *m = t->r->model;
    if (t->columns - 1 == (size_t)rt_shape_size(m->input_rank, m->input_shape))
        return true;
    return rt_fail(e, "%s: %zu columns beside the target, the model's input is %s", t->rows.name,
                   t->columns - 1, rt_shape_text(m->input_rank, m->input_shape, shape));
}

static bool read_rows(const table *t, rt_samples *out, rt_error *e)
{
    rt_csv c = t->rows;
    if (!rt_samples_new(t->r->model, t->rows.name, t->n, out, e))
        return false;
    out->partial = t->cut;
    for (size_t i = 0; i < t->n; i++)
        if (!read_row(t, &c, out, i, e))
            return false;
    return true;
}

bool rt_csv_samples(const rt_request *r, const rt_bytes *b, rt_samples *out, rt_error *e)
{
    table t = {.r = r, .cut = b->cut};
    const bool read = rt_target_is_number(r->model, b->name, e) && rt_csv_open(b, &t.header, e)
                   && read_header(&t, e) && check_inputs(&t, e) && survey(&t, e)
                   && read_rows(&t, out, e);
    for (int i = 0; i < t.names; i++)
        free(t.name[i]);
    free(t.name);
    return read;
}

bool rt_read_csv(const rt_request *r, rt_samples *out, rt_error *e)
{
    rt_bytes b;
    if (!rt_bytes_read(r->directory, r->source->text[0], r->most.bytes, &b, e))
        return false;
    const bool read = rt_csv_samples(r, &b, out, e);
    rt_bytes_free(&b);
    return read;
}
