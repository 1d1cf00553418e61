/* history.h -- what a run has recorded; reports, expectations and verdicts read it. */
#ifndef RT_HISTORY_H
#define RT_HISTORY_H

#include "cells.h"
#include "update.h"

/* One layer at one watched step.  What was not measured is NaN, and so is the RMS or norm of a
 * tensor that holds a value which is not finite. */
typedef struct {
    rt_watch watch;
    rt_counts grad;                 /* of dLoss/dW: the layer's weights, not its biases */
    double grad_norm, grad_rms;     /* of the weights; NaN for a layer without */
    double bias_grad_norm;
    double weight_rms;
    double update_ratio;            /* RMS of W's real change over RMS of W; NaN where W is 0 */
    bool same_units;                /* after the update all units have equal weights */
} rt_layer_record;

/* A watched step. */
typedef struct {
    int64_t step, epoch;            /* from 0; step s is the state before update s */
    double loss, rate;
    double norm_before, norm_after; /* of all gradients */
    bool clipped;
    rt_layer_record *layer;         /* [net->n_layers] */
} rt_record;

typedef struct {
    int64_t epoch, step;            /* from 0; steps done when it ended */
    double loss_train, loss_test, accuracy_train, accuracy_test;   /* NaN where there is none */
    double seconds;
} rt_epoch;

/* A step that was finite, watched or not. */
typedef struct {
    int64_t step;
    double loss, norm;              /* with its penalty; of all gradients, before a clip */
} rt_brief;

enum { RT_BRIEFS = 10 };

/* The first value that was not finite. */
typedef struct {
    bool happened;
    int64_t step;
    int layer;                      /* index in net->layer, or -1: the loss itself */
    const char *tensor;             /* "output", "delta", "gradient", "weight" */
    int64_t skipped;                /* updates left out by on_nonfinite = skip */
} rt_nonfinite;

typedef struct {
    const char *text;               /* as written: "flow(h, step = 0) < 1e-9" */
    int line;                       /* 0: unknown */
    bool holds;
    double left, right;             /* of the comparison that decided */
    char note[192];                 /* why a side is not known, or "" */
} rt_expectation;

typedef struct rt_history {
    const rt_net *net;
    const rt_settings *set;         /* as run */
    int threads;
    bool loaded, other_data;        /* --load, --data were given: not what was forecast */
    rt_record *record;
    int n_records, room;            /* room: allocated */
    rt_cells layers;                /* what records have for a layer, [net->n_layers] each */
    size_t most_bytes;              /* of records, before they are thinned */
    rt_epoch *epoch;
    int n_epochs;
    int64_t steps, clipped_steps;   /* updates made, or left out as not finite */
    double seconds;
    rt_nonfinite nonfinite;
    rt_brief brief[RT_BRIEFS];      /* the last of them since the program started: number i ... */
    int64_t n_briefs;               /* ... of all is brief[i % RT_BRIEFS] */
    rt_expectation *expectation;
    int n_expectations;
} rt_history;

void rt_history_init(rt_history *h, const rt_net *net, const rt_settings *set, int threads);
void rt_history_free(rt_history *h);

/* Appends a record from the watches in memory and, after the update, from its tensor watches (NULL:
 * not measured).  The first value that is not finite is named in h->nonfinite.  A very long history
 * is thinned: every second record after the first ten is dropped once it takes most_bytes, which
 * are 256 MiB. */
bool rt_history_add(rt_history *h, int64_t step, int64_t epoch, double loss, const void *memory,
                    const rt_update *u, rt_error *e);
/* Appends a record that was made before; takes a copy of r->layer. */
bool rt_history_put(rt_history *h, const rt_record *r, rt_error *e);
/* Notes a step that was finite. */
void rt_history_brief(rt_history *h, int64_t step, double loss, double norm);
bool rt_history_add_epoch(rt_history *h, const rt_epoch *epoch, rt_error *e);

/* The record of a step (-1: the last), or NULL if that step was not watched. */
const rt_record *rt_history_at(const rt_history *h, int64_t step);

#endif
