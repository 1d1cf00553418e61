/* flow_probe.h -- a recurrent cell that is run, at a bounded width, instead of a formula. */
#ifndef FLOW_PROBE_H
#define FLOW_PROBE_H

#include "flow_walk.h"

enum { PROBE_SAMPLES = 4, PROBE_WIDTH = 64, PROBE_GATES = 4 };

/* One draw of the weights, with samples walked forward and back.  Tensors are [steps][samples][..],
 * steps in walking order. */
typedef struct {
    OpKind op;
    Act act;
    int width, steps, gates;
    double forget;                  /* bias of an LSTM's forget gate */
    double *w;                      /* [gates * width][width] */
    double *gate;                   /* [..][gates * width]: pre-activations in, gates out */
    double *extra;                  /* [..][width]: an LSTM's cell; a GRU's w h- of gate n */
    double *h;                      /* [steps + 1][..][width], h[0] zero */
    double *dh, *dz, *dzh;          /* upstream; gradients of both products */
} Probe;

Probe *probe_new(Flow *f, const Node *n, int width);
/* Of the same cell, for another draw: what the way back fills is shared. */
Probe *probe_new_beside(Flow *f, const Probe *first);
void probe_draw(Flow *f, const Trace *t, NodeId y, Probe *p);  /* other weights, same room */
void probe_forward(Probe *p);
void probe_backward(Probe *p, double *carry);   /* carry: [samples][2 * width], zero */

/* ---- flow_field.c: fields[steps][samples][width] --------------------------------------------- */

/* Shares of a unit's variance: what all have in common, what one sample's steps have, what one
 * step's samples have, and its own. */
typedef struct {
    double all, sample, step, own;
} Shares;

Shares field_shares(double cross_same, double cross_other, double other);
/* The variance of step i is as `square` has it in walking order. */
void field_draw(Flow *f, const Shares *s, const double *square, double mean, int steps, int width,
                bool reverse, double *field);
/* Adds the kernel of a field, a `share` of it, to squares and crosses. */
void field_measure(const double *field, int steps, int width, bool reverse, double share,
                   double *const square[PAIRS], double cross[PAIRS]);

#endif
