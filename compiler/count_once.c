/* count_once.c -- a gradient that several layers watch is counted by the first of them, and what a
 * batchnorm measures of its input is recorded as the output of the layer before.
 *
 * Needs the order of the statements.  In it a WATCH_DELTA has counted its tensor; a record of the
 * same tensor behind it takes these counts over.  So does what a unit records of its own dy, where
 * a caller hands down by which of its layers it was counted.  Of a layer without an activation what
 * is recorded of the output follows from means and variances by channel, which the batchnorm right
 * behind it has: the WATCH_OUTPUT leaves the order. */
#include "passes.h"

/* ---- Gradients ----------------------------------------------------------------------------- */

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

/* ---- Outputs in front of a batchnorm ------------------------------------------------------- */

/* Are they of one tensor, cut into the same units, with no slope to count? */
static bool is_measured_by(const Graph *g, const Node *watch, const Node *stats)
{
    return watch->op == OP_WATCH_OUTPUT && watch->act == ACTIVATION_LINEAR
        && stats->op == OP_BATCHNORM_STATS
        && graph_root(g, watch->in[1]) == graph_root(g, stats->in[0])
        && watch->size[0] == stats->size[0] && watch->size[1] == stats->size[1]
        && watch->size[2] == stats->size[2];
}

static void measure_once(Graph *g)
{
    NodeId *order = g->order[FORWARD];
    int kept = 0;

    for (int i = 0; i < g->n_order[FORWARD]; i++) {
        Node *next = i + 1 < g->n_order[FORWARD] ? &g->node[order[i + 1]] : NULL;

        if (next && is_measured_by(g, &g->node[order[i]], next))
            next->counter = order[i];
        else
            order[kept++] = order[i];
    }
    g->n_order[FORWARD] = kept;
}

void count_once(Program *program, Session *s)
{
    for (int i = 0; i < program->n; i++) {
        measure_once(program->graph[i]);
        find_counters(program->graph[i], s->arena);
    }
    for (int i = program->n - 1; i >= 0; i--) {
        hand_down(program->graph[i]);
        take_over(program->graph[i]);
    }
}
