/* flow_lags.h -- what two places of an image have in common, by how far they lie from each other.
 *
 * Neighbours in an image are more alike than other places.  Convolutions, activations, pools and
 * norms keep second moments a function of the displacement, but near borders. */
#ifndef FLOW_LAGS_H
#define FLOW_LAGS_H

#include "flow_walk.h"

enum { MOST_LAGS = 16,              /* along a side */
       MOST_BORDERED = 64 };        /* of longer sides borders do not count */

/* As `cross` of a Kernel or a Gradient, a number for each displacement; farther ones as the last.
 * That at 0, 0 is what two samples have in common at one place. */
struct Lags {
    int64_t height, width;          /* of the tensor's images */
    int64_t down, across;           /* displacements 0 .. down, -across .. across */
    double *of[PAIRS];              /* [down + 1][2 across + 1] */
    double level[PAIRS];            /* mean over pairs of places, of both but for borders */
    /* what a pair has more for its rows, and for its columns: [height][height], [width][width];
     * NULL: nothing */
    double *row[PAIRS], *column[PAIRS];
};

/* Where there is no table, `cross`. */
double lag_at(const Lags *l, const double cross[PAIRS], int s, int64_t down, int64_t across);

/* Numbers of tensors of one size, of which a rule makes another, pair of places by pair. */
typedef struct {
    const Lags *lags;
    const double *cross;
} LagsOf;

/* `here`: at one place, of two samples. */
typedef double LagRule(const void *with, int s, const double *common, bool here);
Lags *lags_made(Flow *f, const LagsOf *of, int n, LagRule *rule, const void *with);

/* A table of this size, a number by its displacement, without borders. */
typedef double LagPlan(const void *with, int s, int64_t down, int64_t across);
Lags *lags_planned(Flow *f, int64_t height, int64_t width, LagPlan *made_by, const void *with);

/* `cross`: the mean over all pairs of different places, weighed by the roots of their squares. */
void lags_mean(Flow *f, const Lags *l, const double *square, double cross[PAIRS]);

/* Moves all to where that is their mean. */
void lags_level(Flow *f, Lags *l, const double *square, const double cross[PAIRS]);

/* ... of products of two tables' numbers: [of a][of b], `shift` taken from those of b. */
void lags_products(Flow *f, LagsOf a, LagsOf b, double shift, const double *square,
                   double mean[PAIRS][PAIRS]);

/* ---- flow_lags_conv.c ------------------------------------------------------------------------ */

const Lags *lags_of_conv(Flow *f, const Kernel *x, const Window *v, double square, double shift);
const Lags *lags_back_conv(Flow *f, const Gradient *dz, const Window *v);
void lags_add_conv(Flow *f, const Gradient *dz, const Kernel *z, double shift, double per,
                   double sum[PAIRS][PAIRS]);

#endif
