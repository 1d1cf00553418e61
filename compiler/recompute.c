/* recompute.c -- less memory for more work: tensors that the backward pass reads are computed once
 * more at its start, from what the unit was given, instead of being kept since the forward pass.
 *
 * A copy of a forward node stands in the backward graph and reads copies.  Not copied are what the
 * caller keeps anyway (what the unit puts out), what other units put out, which recompute inside
 * themselves, and the statistics of norms: they are small, and those of batchnorm move its running
 * statistics.  A copy is the same call on the same numbers, so the bits are the same.
 *
 * Chen, Xu, Zhang and Guestrin 2016, "Training deep nets with sublinear memory cost". */
#include "names.h"
#include "passes.h"

typedef struct {
    Graph *g;
    Session *s;
    uint32_t n;                     /* nodes before any copy */
    bool *is_read;                  /* by NodeId: by the backward pass, or for a copy */
    bool *is_result;                /* by NodeId of a root */
    NodeId *filler;                 /* by NodeId of a BUFFER: the forward node that works in it */
    NodeId *copy;                   /* by NodeId; 0: none */
} Copier;

static void find_results(Copier *c)
{
    for (int i = 0; i < c->g->n_results; i++)
        c->is_result[graph_root(c->g, c->g->result[i])] = true;
}

static void find_fillers(Copier *c)
{
    for (NodeId id = 1; id < c->n; id++) {
        const Node *n = &c->g->node[id];

        for (int i = 0; n->phase == FORWARD && i < n->n_in; i++)
            if (n->in[i] && op_form(c->g->node[n->in[i]].op) == FORM_ROOM)
                c->filler[n->in[i]] = id;
    }
}

static bool fills_room(const Copier *c, NodeId id)
{
    const Node *n = &c->g->node[id];

    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] && c->filler[n->in[i]] == id)
            return true;
    return false;
}

/* What stays as the forward pass left it. */
static bool is_kept(const Copier *c, NodeId id)
{
    const OpKind op = c->g->node[id].op;

    switch (op_form(op)) {
    case FORM_SOURCE:
    case FORM_UNIT:
    case FORM_EFFECT:
    case FORM_LOSS: return true;
    default: break;
    }
    if (op == OP_PICK || op == OP_BATCHNORM_STATS || op == OP_LAYERNORM_STATS)
        return true;
    return c->is_result[id] && !fills_room(c, id);
}

/* A buffer is worth what the node that works in it left there. */
static void read(Copier *c, NodeId id)
{
    if (!id || c->g->node[id].phase == BACKWARD)
        return;
    c->is_read[id] = true;
    if (c->filler[id])
        c->is_read[c->filler[id]] = true;
}

static void find_read(Copier *c)
{
    for (NodeId id = c->n - 1; id > 0; id--) {
        const Node *n = &c->g->node[id];

        for (int i = 0; n->phase == BACKWARD && i < n->n_in; i++)
            read(c, n->in[i]);
    }
    for (NodeId id = c->n - 1; id > 0; id--)    /* readers before what they read */
        for (int i = 0; c->is_read[id] && !is_kept(c, id) && i < c->g->node[id].n_in; i++)
            read(c, c->g->node[id].in[i]);
}

/* The inputs of node `id`, or their copies. */
static NodeId *copied_inputs(const Copier *c, NodeId id)
{
    const Node *n = &c->g->node[id];
    NodeId *in = arena_array(c->s->arena, NodeId, n->n_in ? n->n_in : 1);

    for (int i = 0; i < n->n_in; i++)
        in[i] = c->copy[n->in[i]] ? c->copy[n->in[i]] : n->in[i];
    return in;
}

static void copy_node(Copier *c, NodeId id)
{
    Node copy = c->g->node[id];

    if (op_form(copy.op) == FORM_ALIAS && !c->copy[copy.in[0]])
        return;
    copy.in = copied_inputs(c, id);
    copy.phase = BACKWARD;
    copy.again = id;
    copy.name = name_claim(c->g->taken, c->s->names,
                           arena_printf(c->s->arena, "%s_again", copy.name), c->s->arena);
    c->copy[id] = graph_add(c->g, copy, c->s->arena);
}

static void recompute_graph(Graph *g, Session *s)
{
    Copier c = { .g = g, .s = s, .n = g->n };

    c.is_read = arena_array(s->arena, bool, g->n);
    c.is_result = arena_array(s->arena, bool, g->n);
    c.filler = arena_array(s->arena, NodeId, g->n);
    c.copy = arena_array(s->arena, NodeId, g->n);
    find_results(&c);
    find_fillers(&c);
    find_read(&c);
    for (NodeId id = 1; id < c.n; id++)
        if (c.is_read[id] && g->node[id].phase == FORWARD && !is_kept(&c, id))
            copy_node(&c, id);
    for (NodeId id = 1; id < c.n; id++)
        if (g->node[id].phase == BACKWARD)
            g->node[id].in = copied_inputs(&c, id);
}

void recompute(Program *program, Session *s)
{
    for (int i = 0; i < program->n; i++)
        if (program->graph[i]->unit->recomputes)
            recompute_graph(program->graph[i], s);
}
