/* page_data.c -- the numbers of a report for its script: JSON, large arrays packed. */
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "json_line.h"
#include "kept_compare.h"
#include "page.h"
#include "page_pack.h"
#include "utf8.h"
#include "viridis.h"

enum { POINTS = 2000 };             /* of a curve */

/* To six digits. */
static void put_short(rt_json *j, double x)
{
    char text[32];

    snprintf(text, sizeof text, "%.6g", x);
    rt_json_number(j, NULL, strtod(text, NULL));
}

/* ---- Layers and steps -------------------------------------------------------------------- */

static void put_shape(rt_json *j, const json_t *shape)
{
    rt_json_open(j, "shape", '[');
    for (size_t i = 0; i < json_array_size(shape); i++)
        rt_json_integer(j, NULL, json_integer_value(json_array_get(shape, i)));
    rt_json_close(j, ']');
}

static void put_layers(rt_json *j, const rt_kept *k)
{
    rt_json_open(j, "layers", '[');
    for (size_t i = 0; i < k->n_layers; i++) {
        const rt_kept_layer *l = &k->layer[i];
        rt_json_open(j, NULL, '{');
        rt_json_text(j, "name", l->name);
        rt_json_text(j, "kind", l->kind);
        put_shape(j, l->shape);
        rt_json_bool(j, "weights", l->has_weights);
        rt_json_number(j, "predicted", l->predicted);
        rt_json_close(j, '}');
    }
    rt_json_close(j, ']');
}

static void put_columns(rt_json *j, const rt_kept *k)
{
    rt_json_open(j, "columns", '[');
    for (size_t i = 0; i < k->n_columns; i++) {
        const rt_kept_column *c = &k->column[i];
        rt_json_open(j, NULL, '[');
        rt_json_integer(j, NULL, c->step);
        rt_json_integer(j, NULL, c->clipped);
        put_short(j, c->flow);
        put_short(j, c->slope);
        put_short(j, c->start);
        put_short(j, c->r2);
        rt_json_close(j, ']');
    }
    rt_json_close(j, ']');
}

static bool put_cells(rt_json *j, const rt_kept *k)
{
    rt_json_open(j, "cells", '{');
    for (rt_kept_quantity q = 0; q < RT_KEPT_QUANTITIES; q++)
        if (!rt_page_pack_floats(j, rt_kept_key[q], k->cell[q], k->n_layers * k->n_columns))
            return false;
    rt_json_close(j, '}');
    return true;
}

static bool put_bins(rt_json *j, const rt_kept *k)
{
    const size_t n = k->n_bins * k->n_layers * RT_BINS;

    rt_json_open(j, "bins", '{');
    rt_json_integer(j, "one", RT_BIN_ONE);
    rt_json_integer(j, "bins", RT_BINS);
    rt_json_open(j, "columns", '[');
    for (size_t i = 0; i < k->n_bins; i++)
        rt_json_integer(j, NULL, (int64_t)k->bin_column[i]);
    rt_json_close(j, ']');
    const bool ok = rt_page_pack_bytes(j, "delta", k->bins[0], n)
                 && rt_page_pack_bytes(j, "gradient", k->bins[1], n);
    rt_json_close(j, '}');
    return ok;
}

/* ---- Curves ------------------------------------------------------------------------------ */

static void put_step(rt_json *j, const rt_kept_step *s)
{
    rt_json_open(j, NULL, '[');
    rt_json_integer(j, NULL, s->step);
    put_short(j, s->loss);
    put_short(j, s->accuracy);
    put_short(j, s->rate);
    put_short(j, s->norm);
    put_short(j, s->norm_clipped);
    rt_json_integer(j, NULL, s->clipped);
    rt_json_close(j, ']');
}

/* Of each part of the steps those of the least and of the largest loss, in their order. */
static void put_part(rt_json *j, const rt_kept *k, size_t from, size_t to)
{
    size_t low = from, high = from;

    for (size_t i = from; i < to; i++) {
        if (k->step[i].loss < k->step[low].loss || isnan(k->step[low].loss))
            low = i;
        if (!(k->step[i].loss <= k->step[high].loss))
            high = i;
    }
    put_step(j, &k->step[low < high ? low : high]);
    if (low != high)
        put_step(j, &k->step[low < high ? high : low]);
}

static void put_steps(rt_json *j, const rt_kept *k)
{
    const size_t parts = k->n_steps <= POINTS ? k->n_steps : POINTS / 2;

    rt_json_open(j, "curves", '[');
    for (size_t i = 0; i < parts; i++)
        put_part(j, k, i * k->n_steps / parts, (i + 1) * k->n_steps / parts);
    rt_json_close(j, ']');
}

static void put_epochs(rt_json *j, const rt_kept *k)
{
    const size_t n = k->n_epochs <= POINTS ? k->n_epochs : POINTS;

    rt_json_open(j, "epochs", '[');
    for (size_t i = 0; i < n; i++) {
        const rt_kept_epoch *x = &k->epoch[(i + 1) * k->n_epochs / n - 1];
        rt_json_open(j, NULL, '[');
        rt_json_integer(j, NULL, x->step);
        put_short(j, x->loss_train);
        put_short(j, x->loss_test);
        put_short(j, x->accuracy_train);
        put_short(j, x->accuracy_test);
        rt_json_close(j, ']');
    }
    rt_json_close(j, ']');
}

static void put_colours(rt_json *j)
{
    rt_json_open(j, "viridis", '[');
    for (int i = 0; i < RT_VIRIDIS; i++)
        rt_json_unsigned(j, NULL, rt_viridis[i]);
    rt_json_close(j, ']');
}

static bool put_whole(rt_json *j, const rt_kept *k)
{
    rt_json_text(j, "name", k->name);
    put_layers(j, k);
    put_columns(j, k);
    const bool ok = put_cells(j, k) && put_bins(j, k);
    put_steps(j, k);
    put_epochs(j, k);
    return ok;
}

/* Delta and the curves of each run. */
static bool put_run(rt_json *j, const rt_kept *k, size_t group)
{
    char *path = rt_utf8(k->path);

    rt_json_open(j, NULL, '{');
    rt_json_text(j, "path", path ? path : "?");
    free(path);
    rt_json_unsigned(j, "group", group);
    put_layers(j, k);
    put_columns(j, k);
    const bool ok = rt_page_pack_floats(j, "delta", k->cell[RT_KEPT_DELTA],
                                        k->n_layers * k->n_columns);
    put_steps(j, k);
    put_epochs(j, k);
    rt_json_close(j, '}');
    return ok;
}

static bool put_runs(rt_json *j, const rt_kept *k)
{
    size_t n = 0;

    while (k[n].path)
        n++;
    size_t *group = calloc(n + 1, sizeof *group);
    bool ok = group != NULL;
    if (ok)
        rt_kept_by_seed(k, group);
    rt_json_open(j, "runs", '[');
    for (size_t i = 0; ok && i < n; i++)
        ok = put_run(j, &k[i], group[i]);
    rt_json_close(j, ']');
    free(group);
    return ok;
}

static bool put_data(FILE *out, const rt_kept *k, bool (*put)(rt_json *, const rt_kept *),
                     rt_error *e)
{
    char *text = NULL;
    size_t n = 0;
    FILE *json = open_memstream(&text, &n);
    rt_json j;

    if (!json)
        return rt_fail(e, "%s: out of memory", k->path);
    rt_json_begin(&j, json, "report");
    const bool whole = put(&j, k);
    put_colours(&j);
    rt_json_end(&j);
    const bool ok = fclose(json) == 0 && whole;
    if (ok)
        rt_html_json(out, text, n);
    free(text);
    return ok || rt_fail(e, "%s: out of memory", k->path);
}

bool rt_page_data(FILE *out, const rt_kept *k, rt_error *e)
{
    return put_data(out, k, put_whole, e);
}

bool rt_page_runs_data(FILE *out, const rt_kept *k, rt_error *e)
{
    return put_data(out, k, put_runs, e);
}
