/* history.h -- what a run has recorded; reports, expectations and verdicts read it. */
#ifndef RT_HISTORY_H
#define RT_HISTORY_H

#include "update.h"

/* One layer at one watched step. */
typedef struct {
    rt_watch watch;
    rt_counts grad;                 /* of dLoss/dW: the layer's weights, not its biases */
    double grad_norm, grad_rms;     /* of the weights; NaN for a layer without */
    double bias_grad_norm;
    double weight_rms;
    double update_ratio;            /* RMS of the real change of W over RMS of W */
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
    int64_t epoch, step;            /* steps done when it ended */
    double loss_train, loss_test, accuracy_train, accuracy_test;   /* NaN where there is none */
    double seconds;
} rt_epoch;

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
} rt_expectation;

typedef struct rt_history {
    const rt_net *net;
    const rt_settings *set;         /* as run */
    int threads;
    rt_record *record;
    int n_records;
    rt_epoch *epoch;
    int n_epochs;
    int64_t steps, clipped_steps;
    double seconds;
    rt_nonfinite nonfinite;
    rt_expectation *expectation;
    int n_expectations;
} rt_history;

void rt_history_init(rt_history *h, const rt_net *net, const rt_settings *set, int threads);
void rt_history_free(rt_history *h);

/* Appends a record from the watches in memory and the update's tensor watches (NULL watches: zeros). */
bool rt_history_add(rt_history *h, int64_t step, int64_t epoch, double loss, const void *memory,
                    const rt_update *u, rt_error *e);
bool rt_history_add_epoch(rt_history *h, const rt_epoch *epoch, rt_error *e);

/* The record of a step (-1: the last), or NULL if that step was not watched. */
const rt_record *rt_history_at(const rt_history *h, int64_t step);

#endif
