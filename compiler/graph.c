/* graph.c -- graphs are only ever appended to. */
#include "graph.h"

Graph *graph_new(Str name, const Unit *unit, Arena *a)
{
    Graph *g = arena_new_of(a, Graph);

    g->name = name;
    g->unit = unit;
    arena_push(a, g->node, g->n, ((Node){ .op = OP_NONE }));
    return g;
}

static void verify(const Graph *g, const Node *n)
{
    if (!op_arity_ok(n->op, n->n_in))
        bug("%s with %d inputs", op_name(n->op), n->n_in);
    for (int i = 0; i < n->n_in; i++) {
        if (n->in[i] >= g->n)
            bug("input %d of %s is no node", i, op_name(n->op));
        if (op_same_shape(n->op) && !shape_equal(g->node[n->in[i]].shape, n->shape))
            bug("input %d of %s has another shape", i, op_name(n->op));
    }
}

NodeId graph_add(Graph *g, Node node, Arena *a)
{
    const NodeId id = g->n;

    verify(g, &node);
    arena_push(a, g->node, g->n, node);
    return id;
}

int64_t node_elements(const Node *n) { return n->shape.rank < 0 ? 0 : shape_size(n->shape); }

/* PICK takes a further output of a call: it owns its memory. */
NodeId graph_root(const Graph *g, NodeId id)
{
    while (op_form(g->node[id].op) == FORM_ALIAS && g->node[id].op != OP_PICK)
        id = g->node[id].in[0];
    return id;
}

NodeId graph_pick(const Graph *g, NodeId call, int index)
{
    for (NodeId id = call + 1; id < g->n; id++)
        if (g->node[id].op == OP_PICK && g->node[id].in[0] == call && g->node[id].index == index)
            return id;
    return 0;
}

int *graph_steps(const Graph *g, Arena *a)
{
    int *step = arena_array(a, int, g->n), n = 0;

    for (NodeId id = 0; id < g->n; id++)
        step[id] = -1;
    for (Phase phase = FORWARD; phase <= BACKWARD; phase++)
        for (int i = 0; i < g->n_order[phase]; i++)
            step[g->order[phase][i]] = n++;
    for (NodeId id = 0; id < g->n; id++)        /* a further output comes with the call */
        if (g->node[id].op == OP_PICK)
            step[id] = step[g->node[id].in[0]];
        else if (g->head[id])
            step[id] = step[g->head[id]];
    return step;
}

NodeId graph_stored(const Graph *g, NodeId id)
{
    const Then *then = &g->then[g->head[id] ? g->head[id] : id];

    return then->head ? then->result : id;
}
