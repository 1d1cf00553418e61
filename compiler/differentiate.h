/* differentiate.h -- between differentiate.c, the sweep, and gradients.c, a rule an operator. */
#ifndef DIFFERENTIATE_H
#define DIFFERENTIATE_H

#include "names.h"
#include "passes.h"

/* What flows back into a node from one of its readers. */
typedef struct {
    NodeId gradient;
    NodeId reader;
} Share;

typedef struct {
    Share *share;
    int n;
    NodeId total;                   /* their sum, once it is asked for */
} Flow;

typedef struct {
    Session *s;
    Graph *g;
    const bool *wanted;             /* by forward NodeId: its gradient is needed */
    Flow *flow;                     /* by forward NodeId */
    uint32_t n_forward;
} Sweep;

typedef void GradientRule(Sweep *s, NodeId y, NodeId dy);

/* The rule of an operator; NULL where nothing flows back. */
GradientRule *gradient_rule(OpKind op);

/* A backward node for reader y; it is named when it is given. */
NodeId sweep_add(Sweep *s, NodeId y, Node node, const NodeId *in, int n_in);

/* `gradient` flows into input `index` of y, if that wants one. */
void give(Sweep *s, NodeId y, int index, NodeId gradient);
bool wants(const Sweep *s, NodeId y, int index);

#endif
