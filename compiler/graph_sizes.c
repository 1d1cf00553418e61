/* graph_sizes.c -- what `netc graph` tells: instances of units, the work of layers, the peak. */
#include "graph_write.h"

#include "work.h"

int graph_index(const Program *p, const Graph *g)
{
    for (int i = 0; i < p->n; i++)
        if (p->graph[i] == g)
            return i;
    bug("%s is not in the program", g->name);
}

/* Callers come behind what they call. */
static int64_t *count_instances(const Program *p, Arena *a)
{
    int64_t *instances = arena_array(a, int64_t, p->n);

    instances[p->n - 1] = 1;
    for (int i = p->n - 1; i >= 0; i--)
        for (int k = 0; k < p->graph[i]->n_calls; k++) {
            const Node *call = &p->graph[i]->node[p->graph[i]->call[k]];

            instances[graph_index(p, call->unit)] += instances[i] * call->count;
        }
    return instances;
}

int64_t graph_layer_parameters(const Layer *layer)
{
    int64_t sum = 0;

    for (int k = 0; k < layer->n_params; k++)
        sum += shape_size(layer->param[k].shape);
    return sum;
}

/* Callees come before what calls them. */
static int64_t *count_parameters(const Program *p, Arena *a)
{
    int64_t *sum = arena_array(a, int64_t, p->n);

    for (int i = 0; i < p->n; i++) {
        const Graph *g = p->graph[i];

        for (int k = 0; k < g->n_layers; k++)
            sum[i] += graph_layer_parameters(&g->layer[k]);
        for (int k = 0; k < g->n_calls; k++)
            sum[i] += sum[graph_index(p, g->node[g->call[k]].unit)] * g->node[g->call[k]].count;
    }
    return sum;
}

Drawing graph_drawing(const Program *p, bool is_planned, Arena *a)
{
    return (Drawing){ p, a, is_planned ? footprints(p, a) : NULL, count_instances(p, a),
                      count_parameters(p, a) };
}

double *graph_layer_work(const Graph *g, Arena *a)
{
    double *work = arena_array(a, double, g->n_layers);

    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if (n->phase == FORWARD && n->layer >= 0)
            work[n->layer] += node_multiply_adds(n);
    }
    return work;
}

double graph_recomputed(const Graph *g)
{
    double sum = 0;

    for (NodeId id = 1; id < g->n; id++)
        if (g->node[id].again)
            sum += node_multiply_adds(&g->node[id]);
    return sum;
}

Peak graph_peak(const Drawing *d)
{
    const Footprint *f = &d->footprint[d->program->n - 1];
    Peak peak = { .parameters = f->params, .gradients = f->params, .memory = f->memory,
                  .scratch = f->scratch };

    peak.optimizer = f->params * optimizer_slots(&d->program->model->settings.optimizer);
    peak.total = peak.parameters + peak.gradients + peak.optimizer + peak.memory + peak.scratch;
    return peak;
}
