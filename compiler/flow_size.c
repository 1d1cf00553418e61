/* flow_size.c -- how much the walk has to do: a net too large for it gets no forecast. */
#include "flow_walk.h"

static int64_t places_of(Shape s)
{
    return s.rank == 3 ? s.dim[1] * s.dim[2] : s.rank == 2 ? s.dim[0] : 1;
}

/* Places under the windows, and steps of a probe, in units of what a place costs elsewhere. */
static double size_of(const Node *n)
{
    const double under_a_window = 1.0 / 32, a_step = 20;
    const double places = (double)places_of(n->shape);

    if (n->op == OP_RNN || n->op == OP_LSTM || n->op == OP_GRU)
        return a_step * (double)n->size[1];
    return n->window && n->op != OP_MAX_POOL
         ? places * (1 + under_a_window * (double)n->window->kernel * (double)n->window->kernel)
         : places;
}

double flow_size(const Graph *g)
{
    double sum = 0;

    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if (n->phase != FORWARD)
            continue;
        sum += size_of(n);
        if (n->unit)
            sum += n->count * flow_size(n->unit);
    }
    return sum;
}
