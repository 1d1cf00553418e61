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
    double *zx, *gate;              /* [..][gates * width]: pre-activations in, gates out */
    double *extra;                  /* [..][width]: an LSTM's cell; a GRU's w h- of gate n */
    double *h;                      /* [steps + 1][..][width], h[0] zero */
    double *dh, *dz, *dzh;          /* upstream; gradients of both products */
} Probe;

Probe *probe_new(Flow *f, const Node *n, int width);
void probe_draw(Flow *f, const Trace *t, NodeId y, Probe *p);  /* other weights, same room */
void probe_forward(Probe *p);
void probe_backward(Probe *p, double *carry);   /* carry: [samples][2 * width], zero */

#endif
