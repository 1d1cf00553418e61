/* count_once.c -- a gradient that several layers watch is counted by the first of them.
 *
 * Needs the order of the statements.  In it a WATCH_DELTA has counted its tensor; a record of the
 * same tensor behind it takes these counts over.  So does what a unit records of its own dy, where
 * a caller hands down by which of its layers it was counted. */
#include "passes.h"

static bool is_call(const Node *n)
{
    return n->op == OP_CALL_GRAD || (n->op == OP_REPEAT_GRAD && n->count == 1);
}

/* What a record is of, or what a call hands to its unit as dy; 0: there are no counts to take. */
static NodeId counted_tensor(const Graph *g, const Node *n)
{
    if (n->op == OP_WATCH_DELTA || n->op == OP_WATCH_PATH)
        return graph_root(g, n->in[0]);
    return is_call(n) && n->unit->asks_counts ? graph_root(g, n->in[1]) : 0;
}

static bool is_dy(const Graph *g, NodeId d) { return !g->is_model && d == g->upstream[0]; }

/* Callees first: whether a call asks is known of what it calls.  dy may have been counted already:
 * by its own node, for the caller's record. */
static void find_counters(Graph *g, Arena *a)
{
    NodeId *counter = arena_array(a, NodeId, g->n);     /* by tensor */

    if (!g->is_model)
        counter[g->upstream[0]] = g->upstream[0];
    for (int i = 0; i < g->n_order[BACKWARD]; i++) {
        const NodeId id = g->order[BACKWARD][i];
        const NodeId d = counted_tensor(g, &g->node[id]);

        g->node[id].counter = counter[d];
        g->asks_counts |= is_dy(g, counter[d]);
        if (g->node[id].op == OP_WATCH_DELTA && (!counter[d] || is_dy(g, counter[d])))
            counter[d] = id;
    }
}

/* Callers first: what was handed down to this unit is known.  Where nothing was, its own first
 * record counts. */
static void hand_down(Graph *g)
{
    for (int i = 0; i < g->n_order[BACKWARD]; i++) {
        Node *n = &g->node[g->order[BACKWARD][i]];

        if (is_dy(g, n->counter) && !g->has_counts)
            n->counter = 0;
        if (n->counter && is_call(n))
            n->unit->has_counts = true;
    }
}

static void take_over(Graph *g)
{
    for (int i = 0; i < g->n_order[BACKWARD]; i++) {
        Node *n = &g->node[g->order[BACKWARD][i]];

        if (n->counter && !is_call(n))
            n->op = n->op == OP_WATCH_PATH ? OP_WATCH_SAME_PATH : OP_WATCH_SAME_DELTA;
    }
}

void count_once(Program *program, Session *s)
{
    for (int i = 0; i < program->n; i++)
        find_counters(program->graph[i], s->arena);
    for (int i = program->n - 1; i >= 0; i--) {
        hand_down(program->graph[i]);
        take_over(program->graph[i]);
    }
}
