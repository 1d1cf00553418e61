/* warn_model.c -- warnings of the model as it is written: layers that nothing reads, one unit where
 * many should be. */
#include "warn.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- What the loss reads ------------------------------------------------------------------- */

/* The nodes that lead to the graph's results or loss, but through `but` (0: all). */
static bool *leading(const Graph *g, NodeId but, Arena *a)
{
    bool *leads = arena_array(a, bool, g->n);

    leads[g->loss] = true;
    for (int i = 0; i < g->n_results; i++)
        leads[g->result[i]] = true;
    for (NodeId id = g->n - 1; id > 0; id--)
        for (int i = 0; leads[id] && id != but && i < g->node[id].n_in; i++)
            leads[g->node[id].in[i]] = true;
    return leads;
}

typedef struct {
    Arena *arena;
    const Layer *last;              /* in source order */
    int64_t layers, weights;
} Unread;

static int64_t trained(const Layer *layer)
{
    int64_t n = 0;

    for (int i = 0; i < layer->n_params; i++)
        n += shape_size(layer->param[i].shape);
    return n;
}

static void find_unread(Unread *u, const Graph *g, bool reached, int64_t times)
{
    const bool *leads = leading(g, 0, u->arena);

    for (int k = 0; k < g->n_layers; k++) {
        const Layer *layer = &g->layer[k];

        if (!layer->n_params || (reached && leads[layer->param[0].node]))
            continue;
        u->last = u->last && u->last->item->at.from > layer->item->at.from ? u->last : layer;
        u->layers += times;
        u->weights += times * trained(layer);
    }
    for (int k = 0; k < g->n_calls; k++) {
        const Node *call = &g->node[g->call[k]];

        find_unread(u, call->unit, reached && leads[g->call[k]],
                    times * (call->count > 1 ? call->count : 1));
    }
}

void warn_unread_layer(Warn *w)
{
    Unread u = { .arena = w->session->arena };
    const Graph *model = NULL;
    Message *m;

    for (int i = 0; i < w->program->n; i++)
        model = w->program->graph[i]->is_model ? w->program->graph[i] : model;
    if (model)
        find_unread(&u, model, true, 1);
    if (!u.last || !warn_reaches(w, (double)u.layers))
        return;
    m = warn_say(w, (double)u.layers, u.last->item->at, "nothing that leads to the loss reads %s",
                 u.last->name);
    diag_note(m, u.last->item->at, "%" PRId64 " layer%s with %" PRId64 " numbers %s computed at "
              "every step and never trained", u.layers, u.layers > 1 ? "s" : "", u.weights,
              u.layers > 1 ? "are" : "is");
}

/* ---- One unit ------------------------------------------------------------------------------ */

/* All that the model puts out passes through this tensor. */
static bool passes_all(const Graph *g, NodeId z, Arena *a)
{
    const bool *leads = leading(g, z, a);

    for (int i = 0; i < g->n_inputs; i++)
        if (leads[g->input[i]])
            return false;
    return leads[z];
}

/* What is to be told apart: classes, or numbers. */
static int64_t wanted(const Target *t)
{
    return t->kind == TARGET_CLASS ? t->classes - 1
         : t->kind == TARGET_VECTOR ? shape_size(t->shape) : 0;
}

void warn_bottleneck(Warn *w)
{
    const int64_t apart = wanted(&w->model->target);
    const bool of_classes = w->model->target.kind == TARGET_CLASS;
    const Site *least = NULL;
    int64_t units = 0;

    for (int i = 0; i < w->n - 1; i++) {
        const Site *p = &w->site[i];
        const int64_t n = shape_size(p->row->layer->out);

        if (p->g->is_model && (!least || n < units) && passes_all(p->g, p->row->layer->z,
                                                                  w->session->arena)) {
            least = p;
            units = n;
        }
    }
    if (!least || units >= apart || !warn_reaches(w, (double)units))
        return;
    diag_note(warn_say(w, (double)units, warn_at(least->row), "all that reaches the output passes "
                       "through %" PRId64 " unit%s, %s", units, units > 1 ? "s" : "",
                       least->row->path), w->model->target.at, "from %s the layers behind tell "
              "%" PRId64 " %s", units > 1 ? "so few numbers" : "one number",
              apart + of_classes, of_classes ? "classes" : "numbers");
}

/* A softmax over one unit, in any graph. */
static const Node *single_softmax(const Program *p)
{
    for (int i = 0; i < p->n; i++)
        for (NodeId id = 1; id < p->graph[i]->n; id++) {
            const Node *n = &p->graph[i]->node[id];

            if (n->op == OP_SOFTMAX && n->phase == FORWARD && n->shape.rank > 0 &&
                n->shape.dim[n->shape.rank - 1] == 1)
                return n;
        }
    return NULL;
}

/* A layer with weights reads x, past what leaves the number of units as it is. */
static bool is_weighed(const Graph *g, NodeId x)
{
    for (NodeId id = x + 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if (n->phase != FORWARD || n->n_in == 0 || n->in[0] != x)
            continue;
        if (n->unit ? is_weighed(n->unit, n->unit->input[0]) : n->op == OP_AFFINE ||
            n->op == OP_CONV ||
            ((n->op == OP_TAP || n->op == OP_DROPOUT || n->op == OP_RESHAPE) && is_weighed(g, id)))
            return true;
    }
    return false;
}

void warn_softmax_hidden(Warn *w)
{
    const Node *widest = NULL;
    int64_t units = 0;

    for (int i = 0; i < w->program->n; i++) {
        const Graph *g = w->program->graph[i];

        for (NodeId id = 1; id < g->n; id++) {
            const Node *n = &g->node[id];
            const int64_t of = n->shape.rank > 0 ? n->shape.dim[n->shape.rank - 1] : 0;

            if (n->op == OP_SOFTMAX && n->phase == FORWARD && of > units && is_weighed(g, id)) {
                widest = n;
                units = of;
            }
        }
    }
    const double counted = w->adaptive ? fmin((double)units, w->now->noted) : (double)units;
    if (!widest || !warn_reaches(w, counted))
        return;
    diag_note(warn_say(w, counted, widest->item->at, "a softmax between layers shares 1 out among "
                       "%" PRId64 " units", units), widest->item->at, "each is about %.2g, and "
              "samples differ by less; relu or tanh let them differ by their own size",
              1 / (double)units);
}

void warn_softmax_of_one(Warn *w)
{
    const Node *n = single_softmax(w->program);
    Message *m;

    if (!n || !warn_reaches(w, 1))
        return;
    m = warn_say(w, 1, n->item->at, "a softmax of one unit is 1 whatever comes in");
    diag_note(m, n->item->at, "e^z / e^z = 1, its slope is 1 (1 - 1) = 0: what is before it gets "
              "no gradient");
}
