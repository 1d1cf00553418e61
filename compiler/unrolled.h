/* unrolled.h -- the forward pass of a program as one list of operators: blocks and repeats stand in
 * line, each instance by its path.  What `netc export` writes. */
#ifndef UNROLLED_H
#define UNROLLED_H

#include "passes.h"

/* A node of a unit, in one instance of that unit. */
typedef struct {
    const Node *node;
    const Tensor *tensor;           /* PARAM, STATE */
    int *in;                        /* by input: the operator that puts it out; -1: it is missing */
    Str name;                       /* of its tensor, one of its own: "stage.1.unit.h_z"; of a
                                     * weight the key in a file of weights, "h.0.weight" */
    Str layer;                      /* whose node it is, "stage.1.unit.h"; NULL: no layer's */
    bool used;                      /* the output depends on it */
} UnrolledOp;

typedef struct {
    const Model *model;
    UnrolledOp *op;                 /* each behind its inputs */
    int n;
    int input, output;              /* of the model */
} Unrolled;

/* The lowered program's forward nodes.  Left out is what changes no value at prediction: taps,
 * dropout, what is watched, the loss. */
Unrolled *unroll(const Program *program, Session *s);

static inline bool unrolled_is_weight(const UnrolledOp *op) { return op->tensor != NULL; }

#endif
