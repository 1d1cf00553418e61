/* kept.h -- a run as its directory tells it: facts, curves, and the flow of chosen steps. */
#ifndef RT_KEPT_H
#define RT_KEPT_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "netrt.h"

#include "error.h"

typedef enum {
#define QUANTITY(id, key) RT_KEPT_##id,
#include "kept.def"
#undef QUANTITY
    RT_KEPT_QUANTITIES
} rt_kept_quantity;

extern const char *const rt_kept_key[RT_KEPT_QUANTITIES];

/* A watched step; NaN: there is no such number, or it was not finite. */
typedef struct {
    int64_t step;
    double loss, rate, accuracy, norm, norm_clipped;
    bool clipped;
} rt_kept_step;

typedef struct {
    int64_t epoch, step;            /* steps done when it ended */
    double loss_train, loss_test, accuracy_train, accuracy_test;
} rt_kept_epoch;

typedef struct {
    const char *name, *kind;        /* "h[3]", "dense" */
    const json_t *shape;            /* of the output, or NULL */
    size_t place;                   /* in the lines of flow.jsonl */
    bool has_weights;
    double predicted;               /* delta at step 0 by the forecast; NaN: none */
} rt_kept_layer;

/* One of the steps whose flow is kept, and the line through log10 delta of the layers with weights
 * but the last, against their number: log10 delta = start + slope number. */
typedef struct {
    int64_t step;
    double flow, slope, start, r2;  /* NaN: not known */
    bool clipped;
} rt_kept_column;

/* A vertex of the graph of layers: the input, a layer, or a join that is none. */
typedef struct {
    const char *name;               /* "" for the input; "+..." for such a join */
    const json_t *layer;            /* of run.json, or NULL */
    size_t row;                     /* in `layer` below, or n_layers */
    double depth;                   /* row + 0.5 of a row; behind the last input of another */
} rt_kept_vertex;

typedef struct {
    size_t from, to;                /* vertices */
} rt_kept_edge;

typedef struct {
    char *path;                     /* of the directory */
    json_t *facts;                  /* run.json */
    json_t *summary;                /* summary.json; NULL: the run has not ended */
    const char *name, *status;
    rt_kept_step *step;
    rt_kept_epoch *epoch;
    size_t n_steps, n_epochs;
    rt_kept_layer *layer;
    rt_kept_column *column;
    rt_kept_vertex *vertex;         /* in the order in which a forward pass reaches them */
    rt_kept_edge *edge;
    size_t n_vertices, n_edges;
    size_t n_layers, n_columns;     /* layers: those with a delta */
    size_t n_places;
    /* [n_layers][n_columns].  Infinity: computed and not finite; NaN: not computed. */
    float *cell[RT_KEPT_QUANTITIES];
    /* Histograms of exponents of dL/dz and dL/dW: [n_bins][n_layers][RT_BINS], in 255ths of the
     * fullest bin, rounded up; bin_column[n_bins] tells of which columns. */
    unsigned char *bins[2];
    size_t *bin_column, n_bins;
} rt_kept;

/* False, with a sentence in *e, of what is no run directory or is damaged.  A last line that is cut
 * short is what a kill leaves: it is passed over. */
bool rt_kept_open(rt_kept *k, const char *path, rt_error *e);
void rt_kept_free(rt_kept *k);

static inline float rt_kept_cell(const rt_kept *k, rt_kept_quantity q, size_t layer, size_t column)
{
    return k->cell[q][layer * k->n_columns + column];
}

/* A log of an ended run that does not reach its end. */
#define RT_KEPT_LOGS 2
typedef struct {
    const char *file;               /* NULL: this log is whole, or the run has not ended */
    int64_t last, steps;            /* its last step, -1: none; the steps of the run */
} rt_kept_cut;

bool rt_kept_ended(const rt_kept *k);
rt_kept_cut rt_kept_cut_log(const rt_kept *k, int log);

/* The object's number by this key, or NaN. */
double rt_kept_number(const json_t *object, const char *key);
/* Its text, or "". */
const char *rt_kept_text(const json_t *object, const char *key);

/* Are these sources of run.json of the same files, by their hashes: the source and its imports? */
bool rt_kept_same_files(const json_t *source, const json_t *other);

/* ---- Between kept.c and its parts ---------------------------------------------------------- */

/* "DIR/file"; to be freed.  NULL: see *e. */
char *rt_kept_file(const rt_kept *k, const char *file, rt_error *e);
/* The list of n things of `size` with room for one more; NULL: see *e, and the list stands. */
void *rt_kept_grow(void *list, size_t n, size_t size, rt_error *e);
/* metrics.jsonl; flow.jsonl; the edges in run.json, after flow.jsonl. */
bool rt_kept_read_edges(rt_kept *k, rt_error *e);
bool rt_kept_read_metrics(rt_kept *k, rt_error *e);
bool rt_kept_read_flow(rt_kept *k, rt_error *e);

/* Lines of a file, one object each. */
typedef struct {
    FILE *in;
    char *path, *line;
    size_t room, number;            /* of the line, from 1 */
    int error;                      /* errno of a read that failed */
} rt_kept_lines;

bool rt_kept_lines_open(rt_kept_lines *l, const rt_kept *k, const char *file, rt_error *e);
void rt_kept_lines_close(rt_kept_lines *l);
/* The next whole line's length; 0 at the end, or where reading fails. */
size_t rt_kept_lines_next(rt_kept_lines *l);
/* Was that the end?  False: a read has failed, see *e. */
bool rt_kept_lines_ended(const rt_kept_lines *l, rt_error *e);
/* The line as an object, to be released; NULL: see *e. */
json_t *rt_kept_lines_object(const rt_kept_lines *l, size_t n, rt_error *e);
/* Fails with the place of the line. */
bool rt_kept_lines_fail(const rt_kept_lines *l, const char *what, rt_error *e);

#endif
