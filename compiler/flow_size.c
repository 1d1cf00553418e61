/* flow_size.c -- how much the walk has to do: a net too large for it gets no forecast. */
#include "flow_walk.h"

#include <math.h>

static int64_t places_of(Shape s)
{
    return s.rank == 3 ? s.dim[1] * s.dim[2] : s.rank == 2 ? s.dim[0] : 1;
}

static bool is_recurrent(const Node *n)
{
    return n->op == OP_RNN || n->op == OP_LSTM || n->op == OP_GRU;
}

/* Places under the windows, and steps of a probe, in units of what a place costs elsewhere. */
static double size_of(const Node *n)
{
    const double under_a_window = 1.0 / 32, a_step = 60;
    const double places = (double)places_of(n->shape);

    if (is_recurrent(n))
        return a_step * (double)n->size[1];
    return n->window && n->op != OP_MAX_POOL
         ? places * (1 + under_a_window * (double)n->window->kernel * (double)n->window->kernel)
         : places;
}

/* Pixels and steps that the walk visits, in units of a tensor's place. */
static double size_of_graph(const Graph *g)
{
    double sum = 0;

    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if (n->phase != FORWARD)
            continue;
        sum += size_of(n);
        if (n->unit)
            sum += n->count * size_of_graph(n->unit);
    }
    return sum;
}

Forecast *flow_too_large(const Program *p, const InputMoments *input, Session *s)
{
    const double most = 8e6, size = size_of_graph(p->graph[p->n - 1]);
    Forecast *out;

    if (size <= most)
        return NULL;
    out = arena_new_of(s->arena, Forecast);
    *out = (Forecast){ .input = *input, .too_large = true, .flow = NAN, .loss = NAN,
                       .decades_per_layer = NAN, .spread = NAN, .gained = NAN,
                       .batch = p->model->settings.batch };
    out->rough = arena_printf(s->arena, "its tensors have %.2g pixels and steps to walk over, and "
                              "%.2g are the most that is forecast", size, most);
    return out;
}

double flow_recurrent_layers(const Graph *g)
{
    double sum = 0;

    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if (n->phase == FORWARD)
            sum += is_recurrent(n) + (n->unit ? n->count * flow_recurrent_layers(n->unit) : 0);
    }
    return sum;
}
