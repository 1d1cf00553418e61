/* kept_flow.c -- the flow of a run: as many steps of flow.jsonl as a page can show. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "kept.h"

enum {
    FIRST = 10,                     /* steps that are always shown: a net is won or lost there */
    CELLS = 36000, LEAST_COLUMNS = 60, MOST_COLUMNS = 1000,
    BIN_CELLS = 3000, LEAST_BINS = 16, MOST_BINS = 200
};

/* Where a line lies, and whether it names values that are not finite. */
typedef struct {
    long at;
    bool lost;
} Line;

typedef struct {
    Line *line;
    size_t n;
} Index;

static size_t clamp(size_t x, size_t low, size_t high)
{
    return x < low ? low : x > high ? high : x;
}

static bool names_lost(const char *line)
{
    const char *key = strstr(line, "\"nonfinite\":[");

    return key && key[13] != ']';
}

static bool index_lines(rt_kept_lines *l, Index *index, rt_error *e)
{
    for (long at = 0;;) {
        const size_t n = rt_kept_lines_next(l);
        if (n == 0)
            return rt_kept_lines_ended(l, e);
        Line *list = rt_kept_grow(index->line, index->n, sizeof *list, e);
        if (!list)
            return false;
        index->line = list;
        list[index->n++] = (Line){ at, names_lost(l->line) };
        at += (long)n;
    }
}

/* ---- Which steps ------------------------------------------------------------------------- */

/* Of from .. to - 1 the first that names lost values, or else the first. */
static size_t pick(const Index *index, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (index->line[i].lost)
            return i;
    return from;
}

/* The first ten, the last, and between them one of each of equal parts. */
static size_t choose(const Index *index, size_t most, size_t *chosen)
{
    size_t n = 0;

    if (index->n <= most) {
        for (; n < index->n; n++)
            chosen[n] = n;
        return n;
    }
    for (; n < FIRST; n++)
        chosen[n] = n;
    const size_t parts = most - FIRST - 1, lines = index->n - FIRST - 1;
    for (size_t i = 0; i < parts; i++)
        chosen[n++] = pick(index, FIRST + i * lines / parts, FIRST + (i + 1) * lines / parts);
    chosen[n++] = index->n - 1;
    return n;
}

/* ---- One value --------------------------------------------------------------------------- */

/* "h[3].act_rms" in the list of what was computed and is not finite. */
static bool is_lost(const json_t *lost, const char *layer, const char *key)
{
    const size_t n = strlen(layer);

    for (size_t i = 0; i < json_array_size(lost); i++) {
        const char *path = json_string_value(json_array_get(lost, i));
        if (path && !strncmp(path, layer, n) && path[n] == '.' && !strcmp(path + n + 1, key))
            return true;
    }
    return false;
}

static float value_of(const json_t *layer, const json_t *lost, rt_kept_quantity q)
{
    const double value = rt_kept_number(layer, rt_kept_key[q]);

    if (!isnan(value))
        return (float)value;
    return is_lost(lost, rt_kept_text(layer, "name"), rt_kept_key[q]) ? INFINITY : NAN;
}

/* ---- The layers -------------------------------------------------------------------------- */

/* The list's object of that name, from `at` on: both lists are in the order of the source. */
static const json_t *named(const json_t *list, const char *name, size_t *at)
{
    for (size_t i = *at; i < json_array_size(list); i++) {
        const json_t *x = json_array_get(list, i);
        if (!strcmp(rt_kept_text(x, "name"), name)) {
            *at = i + 1;
            return x;
        }
    }
    return NULL;
}

/* As the first line has them; joins and what only moves numbers have no delta. */
static bool read_layers(rt_kept *k, const json_t *first, rt_error *e)
{
    const json_t *list = json_object_get(first, "layers");
    size_t at_fact = 0, at_told = 0;

    k->n_places = json_array_size(list);
    k->layer = calloc(k->n_places + 1, sizeof *k->layer);
    if (!k->layer)
        return rt_fail(e, "%s: out of memory", k->path);
    for (size_t i = 0; i < k->n_places; i++) {
        const json_t *x = json_array_get(list, i);
        const char *name = rt_kept_text(x, "name");
        const json_t *fact = named(json_object_get(k->facts, "layers"), name, &at_fact);
        const json_t *told = named(json_object_get(k->summary, "layers"), name, &at_told);
        if (!*name || !fact)
            return rt_fail(e, "%s: flow.jsonl tells of a layer '%.80s', and run.json of none such",
                           k->path, name);
        if (isnan(value_of(x, json_object_get(first, "nonfinite"), RT_KEPT_DELTA)))
            continue;
        k->layer[k->n_layers++] = (rt_kept_layer){
            .name = rt_kept_text(fact, "name"), .kind = rt_kept_text(fact, "kind"), .place = i,
            .shape = json_object_get(fact, "shape"),
            .predicted = rt_kept_number(json_object_get(told, "step0"), "predicted_delta_rms") };
    }
    return true;
}

static bool take_room(rt_kept *k, rt_error *e)
{
    const size_t cells = k->n_layers * k->n_columns + 1;

    k->n_bins = clamp(BIN_CELLS / (k->n_layers + 1), LEAST_BINS, MOST_BINS);
    if (k->n_bins > k->n_columns)
        k->n_bins = k->n_columns;
    const size_t bins = k->n_bins * k->n_layers * RT_BINS + 1;
    for (int q = 0; q < RT_KEPT_QUANTITIES; q++)
        if (!(k->cell[q] = rt_alloc(cells, sizeof(float), "the cells of a report", e)))
            return false;
    for (int i = 0; i < 2; i++) {
        k->bins[i] = rt_alloc(bins, 1, "the histograms of a report", e);
        if (!k->bins[i])
            return false;
        memset(k->bins[i], 0, bins);
    }
    k->column = calloc(k->n_columns + 1, sizeof *k->column);
    k->bin_column = calloc(k->n_bins + 1, sizeof *k->bin_column);
    for (size_t i = 0; k->bin_column && i < k->n_bins; i++)
        k->bin_column[i] = k->n_bins > 1 ? i * (k->n_columns - 1) / (k->n_bins - 1) : 0;
    return (k->column && k->bin_column) || rt_fail(e, "%s: out of memory", k->path);
}

/* ---- One line ---------------------------------------------------------------------------- */

/* {"exponent": -48, "count": [2046, 2]} into bins. */
static void read_bins(const json_t *histogram, unsigned char *bin)
{
    const json_t *count = json_object_get(histogram, "count");
    const json_int_t first = json_integer_value(json_object_get(histogram, "exponent"));
    const size_t n = json_array_size(count);
    double most = 0;

    if (first < -RT_BIN_ONE || first > RT_BINS || n > RT_BINS - (size_t)(first + RT_BIN_ONE))
        return;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, json_number_value(json_array_get(count, i)));
    for (size_t i = 0; i < n && most > 0; i++) {
        const double share = json_number_value(json_array_get(count, i)) / most;
        bin[first + RT_BIN_ONE + (json_int_t)i] =
            share > 0 ? (unsigned char)ceil(255 * share) : 0;
    }
}

static void read_layer(rt_kept *k, const json_t *x, const json_t *lost, size_t i, size_t column)
{
    for (rt_kept_quantity q = 0; q < RT_KEPT_QUANTITIES; q++)
        k->cell[q][i * k->n_columns + column] = value_of(x, lost, q);
    if (!isnan(rt_kept_cell(k, RT_KEPT_GRADIENT, i, column)))
        k->layer[i].has_weights = true;
    for (size_t b = 0; b < k->n_bins; b++) {
        if (k->bin_column[b] != column)
            continue;
        const size_t at = (b * k->n_layers + i) * RT_BINS;
        read_bins(json_object_get(x, "delta_log2"), k->bins[0] + at);
        read_bins(json_object_get(x, "grad_log2"), k->bins[1] + at);
    }
}

static bool read_column(rt_kept *k, const rt_kept_lines *l, const json_t *x, size_t column,
                        rt_error *e)
{
    const json_t *list = json_object_get(x, "layers"), *at = json_object_get(x, "step");
    const json_t *lost = json_object_get(x, "nonfinite");

    if (!json_is_integer(at) || json_integer_value(at) < 0 || json_array_size(list) != k->n_places)
        return rt_kept_lines_fail(l, "is of no step, or of other layers than the first line", e);
    k->column[column] = (rt_kept_column){
        .step = json_integer_value(at), .flow = rt_kept_number(x, "flow"),
        .clipped = json_is_true(json_object_get(x, "clipped")) };
    if (column && k->column[column - 1].step >= k->column[column].step)
        return rt_kept_lines_fail(l, "its step does not come after the one before", e);
    for (size_t i = 0; i < k->n_layers; i++) {
        const json_t *layer = json_array_get(list, k->layer[i].place);
        if (strcmp(rt_kept_text(layer, "name"), k->layer[i].name) != 0)
            return rt_kept_lines_fail(l, "has other layers than the first line", e);
        read_layer(k, layer, lost, i, column);
    }
    return true;
}

/* ---- The line through log10 delta -------------------------------------------------------- */

static void fit(rt_kept *k, size_t column)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    size_t last = k->n_layers, number = 0;
    rt_kept_column *c = &k->column[column];

    for (size_t i = 0; i < k->n_layers; i++)
        if (k->layer[i].has_weights)
            last = i;
    for (size_t i = 0; i < last && last < k->n_layers; i++) {
        const double delta = rt_kept_cell(k, RT_KEPT_DELTA, i, column);
        if (!k->layer[i].has_weights)
            continue;
        const double at = (double)number++, to = log10(delta);
        if (!isfinite(to))
            continue;
        n++, x += at, y += to, xx += at * at, xy += at * to, yy += to * to;
    }
    const double spread = n * xx - x * x, up = n * xy - x * y, rise = n * yy - y * y;
    c->slope = n >= 2 && spread > 0 ? up / spread : NAN;
    c->start = (y - c->slope * x) / n;
    c->r2 = rise > 0 ? up * up / (spread * rise) : NAN;
}

/* ---- The file ---------------------------------------------------------------------------- */

static json_t *object_at(rt_kept_lines *l, const Index *index, size_t i, rt_error *e)
{
    if (fseek(l->in, index->line[i].at, SEEK_SET) != 0)
        return rt_kept_lines_fail(l, "cannot be read", e), NULL;
    const size_t n = rt_kept_lines_next(l);
    l->number = i + 1;
    return rt_kept_lines_ended(l, e) ? rt_kept_lines_object(l, n, e) : NULL;
}

static bool read_shape(rt_kept *k, rt_kept_lines *l, const Index *index, rt_error *e)
{
    json_t *first = index->n ? object_at(l, index, 0, e) : json_object();
    const bool ok = first && read_layers(k, first, e);

    json_decref(first);
    k->n_columns = clamp(CELLS / (k->n_layers + 1), LEAST_COLUMNS, MOST_COLUMNS);
    if (k->n_columns > index->n)
        k->n_columns = index->n;
    return ok && take_room(k, e);
}

static bool read_columns(rt_kept *k, rt_kept_lines *l, const Index *index, rt_error *e)
{
    size_t chosen[MOST_COLUMNS];
    const size_t n = choose(index, k->n_columns, chosen);
    bool ok = true;

    for (size_t i = 0; ok && i < n; i++) {
        json_t *x = object_at(l, index, chosen[i], e);
        ok = x && read_column(k, l, x, i, e);
        json_decref(x);
    }
    for (size_t i = 0; ok && i < n; i++)
        fit(k, i);
    return ok;
}

bool rt_kept_read_flow(rt_kept *k, rt_error *e)
{
    rt_kept_lines l;
    Index index = { NULL, 0 };
    const bool ok = rt_kept_lines_open(&l, k, "flow.jsonl", e) && index_lines(&l, &index, e)
                 && read_shape(k, &l, &index, e) && read_columns(k, &l, &index, e);

    rt_kept_lines_close(&l);
    free(index.line);
    return ok;
}
