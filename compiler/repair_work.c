/* repair_work.c -- what a forecast has to do: by counts, so that all machines try the same. */
#include "flow_walk.h"
#include "repair_try.h"

static bool is_recurrent(const Node *n)
{
    return n->op == OP_RNN || n->op == OP_LSTM || n->op == OP_GRU;
}

static double work_of_layer(const Layer *layer)
{
    double sum = 0;

    for (int i = 0; i < layer->n_params; i++)
        if (layer->param[i].is_weight && draw_of(&layer->param[i]).identity)
            sum += WORK_IDENTITY;
    return sum;
}

/* Those of ReLUs have a closed form. */
static bool takes_series(ActivationKind act)
{
    return act != ACTIVATION_LINEAR && act != ACTIVATION_RELU && act != ACTIVATION_LEAKY_RELU;
}

static double work_of_pixels(const Node *n, double pixels)
{
    return WORK_IMAGE + WORK_PIXEL * pixels
         + (takes_series(n->act) ? WORK_SERIES + WORK_SERIES_PIXEL * pixels : 0);
}

static double work_of_node(const Node *n)
{
    const Shape s = n->shape;
    const double pixels = s.rank == 3 ? (double)(s.dim[1] * s.dim[2]) : 0;

    return 1 + (takes_series(n->act) ? WORK_BENT : 0) + (pixels > 0 ? work_of_pixels(n, pixels) : 0)
         + (is_recurrent(n) ? WORK_STEP * (double)n->size[1] : 0);
}

static double work_of_graph(const Graph *g)
{
    double sum = 0;

    for (int i = 0; i < g->n_layers; i++)
        sum += work_of_layer(&g->layer[i]);
    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if (n->phase == FORWARD)
            sum += work_of_node(n) + (n->unit ? n->count * work_of_graph(n->unit) : 0);
    }
    return sum;
}

double repair_work(const Program *p)
{
    return WORK_TRIAL + work_of_graph(p->graph[p->n - 1]);
}
