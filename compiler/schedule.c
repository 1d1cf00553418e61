/* schedule.c -- in which order a unit computes.
 *
 * Nodes follow their inputs by construction, so the order of creation is an order; what is recorded
 * of a join's paths moves up to stand behind the statement that computes it, while that is at hand.
 * What the backward pass computes again comes first in it.  What nothing reads is left out. */
#include "passes.h"

#include <stdlib.h>

typedef struct {
    bool is_late;                   /* all of the backward pass but what is computed again */
    NodeId after;                   /* itself, or the node that it moves up to stand behind */
    bool has_moved;
    NodeId id;
} Key;

static bool is_late(const Node *n) { return n->phase == BACKWARD && !n->again; }

/* Behind which node stands what is recorded of tensor x: behind the one that computes it, and
 * behind its statement's own records, products and loops; what may still join the next statement
 * (fuse_then.c) stays with that. */
static NodeId behind(const Graph *g, NodeId x, NodeId end)
{
    NodeId at = x;

    while (op_form(g->node[x].op) != FORM_SOURCE && at + 1 < end
           && g->node[at + 1].item == g->node[x].item && !op_can_follow(g->node[at + 1].op))
        at++;
    return at;
}

/* What a layer records of its own gradient stands with it; what others record, with theirs. */
static Key key_of(const Graph *g, NodeId id)
{
    const Node *n = &g->node[id];
    Key key = { is_late(n), id, false, id };

    if (op_form(n->op) != FORM_EFFECT)
        return key;
    key.has_moved = n->op == OP_WATCH_PATH || n->item == g->node[n->in[n->n_in - 1]].item;
    if (key.has_moved)
        key.after = n->op == OP_WATCH_PATH ? behind(g, n->in[0], id) : n->in[n->n_in - 1];
    return key;
}

static int by_key(const void *a, const void *b)
{
    const Key *x = a, *y = b;

    if (x->is_late != y->is_late)
        return x->is_late ? 1 : -1;
    if (x->after != y->after)
        return x->after < y->after ? -1 : 1;
    if (x->has_moved != y->has_moved)
        return x->has_moved ? 1 : -1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Sources and views take no step. */
static bool takes_step(const Node *n)
{
    const OpForm form = op_form(n->op);

    return form != FORM_SOURCE && form != FORM_ALIAS;
}

static void mark(bool *live, NodeId id)
{
    if (id)
        live[id] = true;
}

static void look_at(const Graph *g, NodeId id, bool *live)
{
    const OpForm form = op_form(g->node[id].op);

    live[id] |= form == FORM_EFFECT || form == FORM_UNIT;
    for (int i = 0; live[id] && i < g->node[id].n_in; i++)
        mark(live, g->node[id].in[i]);
}

/* Effects, calls, and all that results, the loss and gradients come from: of inputs those from
 * `first` on. */
static bool *find_live(const Graph *g, int first, Arena *a)
{
    bool *live = arena_array(a, bool, g->n);

    mark(live, g->loss);
    for (int i = 0; i < g->n_results; i++)
        mark(live, g->result[i]);
    for (int i = first; i < g->n_inputs; i++)
        mark(live, g->dinput[i]);
    for (int i = 0; i < g->n_layers; i++)
        for (int k = 0; k < g->layer[i].n_params; k++)
            mark(live, g->layer[i].param[k].grad);
    for (int late = 1; late >= 0; late--)       /* readers before what they read */
        for (NodeId id = g->n - 1; id > 0; id--)
            if (is_late(&g->node[id]) == (bool)late)
                look_at(g, id, live);
    return live;
}

/* What lives for the gradient of the first input alone; nothing, where a call that must be there
 * writes that. */
static void find_spared(Graph *g, const bool *live, Arena *a)
{
    const bool *without = find_live(g, 1, a);
    const NodeId dx = g->spares_dx ? graph_root(g, g->dinput[0]) : 0;
    const Node *n = &g->node[dx];
    const bool is_handed_on = dx && n->op == OP_CALL_GRAD && n->unit->spares_dx;

    g->for_dx = arena_array(a, bool, g->n);
    g->spares_dx = dx && (!without[dx] || is_handed_on);
    for (NodeId id = 1; g->spares_dx && id < g->n; id++)
        g->for_dx[id] = live[id] && !without[id];
}

static void schedule_phase(Graph *g, Phase phase, const bool *live, Arena *a)
{
    Key *key = arena_array(a, Key, g->n);
    int n = 0;

    for (NodeId id = 1; id < g->n; id++)
        if (live[id] && g->node[id].phase == phase && takes_step(&g->node[id]))
            key[n++] = key_of(g, id);
    qsort(key, (size_t)n, sizeof *key, by_key);
    g->order[phase] = arena_array(a, NodeId, n);
    g->n_order[phase] = n;
    for (int i = 0; i < n; i++)
        g->order[phase][i] = key[i].id;
}

void schedule(Program *program, Session *s)
{
    for (int i = 0; i < program->n; i++) {
        const bool *live = find_live(program->graph[i], 0, s->arena);

        find_spared(program->graph[i], live, s->arena);
        for (Phase phase = FORWARD; phase <= BACKWARD; phase++)
            schedule_phase(program->graph[i], phase, live, s->arena);
    }
}
