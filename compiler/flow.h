/* flow.h -- the forecast: how signals and gradients propagate at initialisation.
 *
 * A tensor is described over the draw of the weights by the second moments of its units, for one
 * sample (SAME), for two of different classes (OTHER) and for two of one class (KIN): the gradient
 * of a batch is a sum over samples, whose shares add up coherently.  (Poole et al. 2016, Schoenholz
 * et al. 2017 for the recursions; Hanin and Nica 2020 for what a finite width does to the median.)
 */
#ifndef FLOW_H
#define FLOW_H

#include "gauss.h"
#include "passes.h"

enum { SAME, OTHER, KIN, PAIRS };

typedef struct Lags Lags;           /* by displacement of two places: flow_lags.h */
typedef struct Neurons Neurons;     /* of what a tensor's units are made: flow_neurons.c */

/* A forward tensor of `channels` units at `positions` places (pixels, steps; 1 for a vector). */
typedef struct Kernel Kernel;
struct Kernel {
    int64_t channels, positions, height, width;
    double mean;                    /* of a unit over all units */
    double *square[PAIRS];          /* [positions]: mean over units of x_a(p) x_b(p) */
    double cross[PAIRS];            /* x_a(p) x_b(p') at two places: so much times the root of
                                     * square[SAME](p) square[SAME](p'), a mean over places */
    const Lags *lags;               /* ... by how far these are apart; NULL: all alike */
    double log_var;                 /* variance of ln x^2 over the draw of the weights */
    double pair_var;                /* variance of the samples' correlation over pairs */
    bool rotated;                   /* by an orthogonal matrix: its length does not fluctuate */
    bool centred;                   /* nor does the mean of its units */
    Neurons *neurons;               /* copies of a tensor have the same */
    const Kernel *source;           /* what an activation was taken of; NULL for other tensors */
    Act act;
};

/* The gradient of the batch's mean loss by such a tensor. */
typedef struct {
    double *square[PAIRS];          /* [positions] */
    double cross[PAIRS];
    const Lags *lags;
    const Neuron *neuron;           /* [NEURONS]; NULL: it does not go with the units' values */
    const double *by_row;           /* ... as neurons_rows: squares over a batch, of mean 1 */
    double gain;                    /* d ln G / d ln X */
    double log_var;                 /* of ln G, beside what X brings */
    double alike;                   /* mean squared cosine of two samples' gradients */
    /* E (x_a.d_a)(x_b.d_b) over all units and places, beyond what directions have that know nothing
     * of each other: a gradient's part along the tensor itself.  Linear maps conserve x.d. */
    double radial[PAIRS];
    double level, own;              /* behind an activation: E (sum of d)^2 / E |d|^2 - 1, and what
                                     * its slopes add to E (x.d)^2 / (E |d|^2 E x^2) - 1 */
    bool rotated;
} Gradient;

#endif
