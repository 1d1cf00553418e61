/* fuse.c -- elementwise nodes that stand together in the order, over tensors of one size, become
 * one loop.  A tensor that only its own loop reads is then a local of it, not memory (plan.c).
 * Where all of a loop is of the kinds that a kernel can go on with, fuse_then.c dissolves it. */
#include "passes.h"

static bool same_space(const Node *a, const Node *b)
{
    return a->batched == b->batched && node_elements(a) == node_elements(b);
}

/* What only dx needs stands apart, under a condition.  What is computed again shares a loop where
 * it did the first time: the C compiler contracts the same products and sums, so the bits are the
 * same. */
static bool same_loop(const Graph *g, const Node *a, const Node *b)
{
    if (g->for_dx[a - g->node] != g->for_dx[b - g->node])
        return false;
    if (a->again || b->again)
        return a->again && b->again && g->loop[a->again] == g->loop[b->again] && same_space(a, b);
    return same_space(a, b);
}

static int fuse_phase(Graph *g, Phase phase, int loop)
{
    const Node *before = NULL;

    for (int i = 0; i < g->n_order[phase]; i++) {
        const NodeId id = g->order[phase][i];
        const Node *n = &g->node[id];
        const bool is_loop = op_is_elementwise(n->op);

        if (is_loop && !(before && same_loop(g, before, n)))
            loop++;
        g->loop[id] = is_loop ? loop : -1;
        before = is_loop ? n : NULL;
    }
    return loop;
}

void fuse(Program *program, Session *s)
{
    for (int i = 0; i < program->n; i++) {
        Graph *g = program->graph[i];

        g->loop = arena_array(s->arena, int, g->n);
        fuse_phase(g, BACKWARD, fuse_phase(g, FORWARD, 0));
    }
}
