/* flow_neurons.h -- single units of a tensor: how they came about, and samples of them. */
#ifndef FLOW_NEURONS_H
#define FLOW_NEURONS_H

#include "flow_walk.h"

/* What a tensor's units are made of: one Gaussian, phi of part[0], its units one by one, a sum or a
 * product. */
struct Neurons {
    const Kernel *part[2];
    double scale[2], stretch;
    Act act;
    bool is_input, is_act, is_carried, is_product, bent, settled;
    Neuron *sample;                 /* [NEURONS]; NULL until asked for */
    const double *rows;             /* ... over a batch: flow_neurons_batch.c; NULL too, or ... */
    bool no_rows;                   /* ... because there are none */
    const Neurons **root;           /* the oldest Gaussians that it is made of; NULL ... */
    int n_roots;                    /* ... until asked for */
    const double *variance;         /* [NEURONS]: what a batch norm divided them by, squared */
};

/* ---- flow_neurons_batch.c -------------------------------------------------------------------- */

/* Each unit's values for the samples of a batch, f->input.rows of them, one of another class than
 * the first and one of its class: [NEURONS][rows + 2].  NULL: not known. */
const double *neurons_rows(Flow *f, const Kernel *k);

/* What is known of samples themselves: `rows` values at each unit's x + i * stride. */
typedef struct {
    const double *x;
    int stride, rows;
} Own;
Own neurons_own(Flow *f, const Kernel *k);

/* Mean products of phi, for the same sample and for two. */
void neurons_pair_means(Flow *f, const Kernel *z, Act act, double mean[PAIRS]);

/* phi'^2 of z's rows with those of dy; NULL: not known. */
double *neurons_slope_rows(Flow *f, const Kernel *z, Act act, const Gradient *dy);
double neurons_row_mean(const Flow *f, const double *rows, int i);
double *neurons_rows_scaled(const Flow *f, double *rows, double mean);  /* to a mean of 1 */

/* k is x by its units' deviations: their rows are known. */
void neurons_normed(Flow *f, const Kernel *x, double eps, Kernel *k);

/* dx, where y is x by its units' deviations; `kept`: of the gradient, on the whole. */
void neurons_norm_back(Flow *f, const Kernel *y, const Gradient *dy, double kept, Gradient *dx);

#endif
