/* page_terminal.c -- runs for a terminal of 80 columns, in plain characters. */
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "kept_compare.h"
#include "page.h"

enum { WIDTH = 80, NAME = 18, CELLS = WIDTH - NAME - 2, ROWS = 24, RUNS = 4,
       CELL = (WIDTH - NAME) / RUNS };

/* From little to much. */
static const char ramp[] = ".:-=+*#%@";

typedef struct {
    double low, high;               /* decades */
} Scale;

/* Words up to the width; the first line stands at `at` already. */
static void put_wrapped(FILE *out, const char *text, size_t at, size_t indent)
{
    while (*text) {
        const size_t n = strcspn(text, " ");
        if (at + n + 1 > WIDTH && at > indent) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
        }
        fprintf(out, "%.*s%s", (int)n, text, text[n] ? " " : "");
        at += n + 1;
        text += n + (text[n] != '\0');
    }
    putc('\n', out);
}

/* At most `width` columns of a text; of a long one its end, which tells more than its beginning,
 * from where a character of UTF-8 begins. */
static const char *fitted(char room[NAME + 1], const char *text, size_t width)
{
    const size_t n = strlen(text);
    const char *from = n > width ? text + n - (width - 2) : text;

    while (((unsigned char)*from & 0xc0) == 0x80)
        from++;
    snprintf(room, NAME + 1, "%s%s", n > width ? ".." : "", from);
    return room;
}

static void put_name(FILE *out, const char *name)
{
    char room[NAME + 1];

    fprintf(out, "%-*s", NAME, fitted(room, name, NAME - 1));
}

static void put_cell(FILE *out, const char *text)
{
    char room[NAME + 1];

    fprintf(out, "%*s", CELL, fitted(room, text, CELL - 1));
}

/* ---- Delta ------------------------------------------------------------------------------- */

static void take_in(Scale *s, const rt_kept *k)
{
    for (size_t i = 0; i < k->n_layers * k->n_columns; i++) {
        const double decade = log10(k->cell[RT_KEPT_DELTA][i]);
        if (isfinite(decade)) {
            s->low = fmin(s->low, decade);
            s->high = fmax(s->high, decade);
        }
    }
}

static Scale scale_of(const rt_kept *k)
{
    Scale s = { INFINITY, -INFINITY };

    for (; k->path; k++)
        take_in(&s, k);
    return s.high - s.low >= 1 ? s : (Scale){ s.high - 1, s.high };
}

static char shade(const Scale *s, double delta)
{
    const int last = (int)strlen(ramp) - 1;

    if (isnan(delta))
        return ' ';
    if (isinf(delta))
        return '!';
    if (!(delta > 0))
        return '0';
    const double share = (log10(delta) - s->low) / (s->high - s->low);
    return ramp[(int)(share * last + 0.5)];
}

/* The i-th of `shown` that stand for n. */
static size_t sample(size_t i, size_t shown, size_t n)
{
    return shown > 1 ? i * (n - 1) / (shown - 1) : 0;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void put_scale(FILE *out, const Scale *s)
{
    char low[RT_FIGURE], high[RT_FIGURE];

    fprintf(out, "delta, dL/dz: '%c' %s .. '%c' %s; '0' exactly zero, '!' not finite\n", ramp[0],
            rt_figure(low, pow(10, s->low)), ramp[strlen(ramp) - 1],
            rt_figure(high, pow(10, s->high)));
}

static void put_map(FILE *out, const rt_kept *k)
{
    const size_t rows = least(ROWS, k->n_layers), cells = least(CELLS, k->n_columns);
    const Scale s = scale_of(k);

    if (rows == 0 || cells == 0)
        return;
    putc('\n', out);
    put_scale(out, &s);
    for (size_t i = 0; i < rows; i++) {
        const size_t layer = sample(i, rows, k->n_layers);
        put_name(out, k->layer[layer].name);
        for (size_t c = 0; c < cells; c++)
            putc(shade(&s, rt_kept_cell(k, RT_KEPT_DELTA, layer, sample(c, cells, k->n_columns))),
                 out);
        putc('\n', out);
    }
    fprintf(out, "%-*s%lld .. %lld\n", NAME, "step", (long long)k->column[0].step,
            (long long)k->column[k->n_columns - 1].step);
}

static void put_loss(FILE *out, const rt_kept *k)
{
    const size_t cells = least(CELLS, k->n_steps);
    char from[RT_FIGURE], to[RT_FIGURE];
    Scale s = { INFINITY, -INFINITY };

    for (size_t i = 0; i < k->n_steps; i++)
        if (isfinite(k->step[i].loss)) {
            s.low = fmin(s.low, k->step[i].loss);
            s.high = fmax(s.high, k->step[i].loss);
        }
    if (!(s.high > s.low))
        return;
    put_name(out, "loss of the batch");
    for (size_t i = 0; i < cells; i++) {
        const double loss = k->step[sample(i, cells, k->n_steps)].loss;
        putc(isnan(loss) ? '!' : ramp[(int)((loss - s.low) / (s.high - s.low) * 8 + 0.5)], out);
    }
    fprintf(out, "\n%-*s'%c' %s .. '%c' %s\n", NAME, "", ramp[0], rt_loss_figure(from, s.low),
            ramp[8], rt_loss_figure(to, s.high));
}

/* ---- One run ----------------------------------------------------------------------------- */

static void put_verdicts(FILE *out, const rt_kept *k)
{
    const json_t *list = json_object_get(k->summary, "verdicts");

    if (!k->summary)
        fputs(rt_kept_ended(k) ? "no verdict: there is no summary.json\n"
                               : "no verdict: the run has not ended, or was killed\n", out);
    else if (json_array_size(list) == 0)
        fputs("no fault was found in the gradient flow\n", out);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *x = json_array_get(list, i);
        const char *edit = rt_kept_text(x, "edit");
        fprintf(out, "%-11s ", rt_kept_text(x, "verdict"));
        put_wrapped(out, rt_kept_text(x, "reason"), 12, 12);
        if (*edit) {
            fputs("     edit:  ", out);
            put_wrapped(out, edit, 12, 12);
        }
    }
}

/* ---- Rows of a table ----------------------------------------------------------------------- */

/* Columns from .. to - 1 of rows [name, text, ...]. */
static void put_rows(FILE *out, const json_t *rows, size_t from, size_t to)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        put_name(out, json_string_value(json_array_get(row, 0)));
        for (size_t c = from; c < to; c++)
            put_cell(out, json_string_value(json_array_get(row, c + 1)));
        putc('\n', out);
    }
}

static void put_table(FILE *out, const rt_kept *k, const size_t *group, size_t from, size_t to)
{
    json_t *results = rt_kept_results(k, group), *differences = rt_kept_differences(k, group);

    put_name(out, "");
    for (size_t i = from; i < to; i++)
        put_cell(out, k[i].path);
    putc('\n', out);
    put_rows(out, results, from, to);
    put_rows(out, differences, from, to);
    json_decref(results);
    json_decref(differences);
}

/* ---- Several ----------------------------------------------------------------------------- */

/* Of each run, delta by layer at its last watched step. */
static void put_profiles(FILE *out, const rt_kept *k)
{
    const Scale s = scale_of(k);

    fputs("\nby layer, at the last watched step\n", out);
    put_scale(out, &s);
    for (; k->path; k++) {
        const size_t cells = least(CELLS, k->n_layers);
        put_name(out, k->path);
        for (size_t i = 0; i < cells && k->n_columns; i++)
            putc(shade(&s, rt_kept_cell(k, RT_KEPT_DELTA, sample(i, cells, k->n_layers),
                                        k->n_columns - 1)), out);
        putc('\n', out);
    }
}

/* As many beside each other as fit. */
static bool put_tables(FILE *out, const rt_kept *k, size_t n, rt_error *e)
{
    size_t *group = calloc(n + 1, sizeof *group);

    if (!group)
        return rt_fail(e, "out of memory for %zu runs", n);
    rt_kept_singly(k, group);
    for (size_t from = 0; from < n; from += RUNS) {
        fputs(from ? "\n" : "", out);
        put_table(out, k, group, from, least(from + RUNS, n));
    }
    free(group);
    return true;
}

bool rt_page_print(FILE *out, const rt_kept *k, rt_error *e)
{
    size_t n = 0;

    while (k[n].path)
        n++;
    if (!put_tables(out, k, n, e))
        return false;
    if (n > 1) {
        put_profiles(out, k);
    } else {
        put_map(out, k);
        put_loss(out, k);
        putc('\n', out);
        put_verdicts(out, k);
    }
    return true;
}
