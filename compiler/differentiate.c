/* differentiate.c -- reverse-mode differentiation, graph to graph.
 *
 * The forward nodes of a unit are swept from the last to the first.  A node's gradient is the sum
 * of what its readers give; its operator's rule gives on to its inputs.  Gradients are ordinary
 * nodes of the backward phase.  Units come callees first, but a rule of CALL needs only the
 * callee's shapes. */
#include "differentiate.h"

#include <string.h>

NodeId sweep_add(Sweep *s, NodeId y, Node node, const NodeId *in, int n_in)
{
    const Node *from = &s->g->node[y];

    node.phase = BACKWARD;
    node.item = from->item;
    node.in = arena_array(s->s->arena, NodeId, n_in ? n_in : 1);
    node.n_in = n_in;
    if (n_in)
        memcpy(node.in, in, (size_t)n_in * sizeof *in);
    return graph_add(s->g, node, s->s->arena);
}

bool wants(const Sweep *s, NodeId y, int index)
{
    const NodeId x = s->g->node[y].in[index];

    return x && s->wanted[x];
}

void give(Sweep *s, NodeId y, int index, NodeId gradient)
{
    Flow *f = &s->flow[s->g->node[y].in[index]];
    const Share share = { gradient, y };

    if (wants(s, y, index))
        arena_push(s->s->arena, f->share, f->n, share);
}

/* ---- What wants a gradient ----------------------------------------------------------------- */

static bool is_start(const Graph *g, const Node *n)
{
    return n->op == OP_PARAM || (n->op == OP_INPUT && (n->index ? true : g->gives_dx));
}

/* All that depends on a parameter or on an input whose gradient is wanted outside. */
static bool *mark_wanted(const Graph *g, Arena *a)
{
    bool *wanted = arena_array(a, bool, g->n);

    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        wanted[id] = is_start(g, n) || n->op == OP_CALL || n->op == OP_REPEAT;
        for (int i = 0; i < n->n_in; i++)
            wanted[id] |= n->in[i] && wanted[n->in[i]];
    }
    return wanted;
}

/* Nobody reads the gradient of the data, so a block that is given nothing else need not give it.
 * An iteration's is read by the one before; a first one that is a unit by itself can do without, so
 * that a layer more in front of the repeat leaves its text as it is. */
static void ask_callees(const Graph *g, Arena *a)
{
    const bool *wanted = mark_wanted(g, a);

    for (int i = 0; i < g->n_calls; i++) {
        const Node *call = &g->node[g->call[i]];

        const bool is_repeat = call->item->kind == ITEM_REPEAT;

        call->unit->gives_dx |= is_repeat || wanted[call->in[0]];
        call->unit->spares_dx |= is_repeat && call->first == 0 && call->count == 1;
    }
}

/* ---- Sums ---------------------------------------------------------------------------------- */

/* But for the watch. */
static bool is_read_once(const Sweep *s, NodeId x)
{
    int readers = 0;

    for (NodeId id = x + 1; id < s->n_forward; id++) {
        const Node *n = &s->g->node[id];

        for (int i = 0; i < n->n_in; i++)
            readers += n->in[i] == x && op_form(n->op) != FORM_EFFECT;
    }
    for (int i = 0; i < s->g->n_results; i++)
        readers += s->g->result[i] == x;
    return readers == 1;
}

/* The tensor that the C knows: what only a reshape reads has no other name for its gradient. */
static NodeId shaped(const Sweep *s, NodeId x)
{
    while (s->g->node[x].op == OP_RESHAPE && is_read_once(s, s->g->node[x].in[0]))
        x = s->g->node[x].in[0];
    return x;
}

static Str gradient_name(Sweep *s, NodeId x, NodeId reader)
{
    const Node *n = &s->g->node[shaped(s, x)];
    Arena *a = s->s->arena;
    const char *name = reader ? arena_printf(a, "d_%s_by_%s", n->name, s->g->node[reader].name)
                              : arena_printf(a, "d_%s", n->name);

    if (n->op == OP_PARAM)          /* lives in the gradients' struct, under the parameter's name */
        return intern(s->s->names, name);
    return name_claim(s->g->taken, s->s->names, name, a);
}

/* A share may be the gradient of something else as well (an ADD hands on what it got): then it has
 * a name already. */
static void name_share(Sweep *s, NodeId x, const Share *share, bool only)
{
    Node *n = &s->g->node[share->gradient];

    if (!n->name)
        n->name = gradient_name(s, x, only ? 0 : share->reader);
}

/* The gradient of x; 0 where nothing flows back. */
static NodeId total(Sweep *s, NodeId x)
{
    Flow *f = &s->flow[x];

    if (f->total || !f->n)
        return f->total;
    for (int i = 0; i < f->n; i++)
        name_share(s, x, &f->share[i], f->n == 1);
    f->total = f->share[0].gradient;
    for (int i = 1; i < f->n; i++) {
        const NodeId both[2] = { f->total, f->share[i].gradient };
        const Node sum = { .op = OP_SUM, .shape = s->g->node[x].shape, .batched = true,
                           .layer = s->g->node[x].layer };

        f->total = sweep_add(s, x, sum, both, 2);
        s->g->node[f->total].name = gradient_name(s, x, i == f->n - 1 ? 0 : f->share[i].reader);
    }
    return f->total;
}

/* ---- The watch ----------------------------------------------------------------------------- */

/* That of a recurrent layer is recorded by the kernel that computes it. */
static bool has_delta(const Sweep *s, NodeId z)
{
    const int row = s->g->node[z].layer;

    return row >= 0 && s->g->layer[row].z == z && !s->g->layer[row].steps;
}

static void watch_delta(Sweep *s, NodeId z, NodeId dz)
{
    const int64_t elements = node_elements(&s->g->node[dz]);
    const Node watch = { .op = OP_WATCH_DELTA, .shape = SHAPE_ERROR,
                         .layer = s->g->node[z].layer, .batched = true, .size = { 1, elements } };

    if (has_delta(s, z))
        sweep_add(s, z, watch, &dz, 1);
}

/* Does a gradient need x?  Then it is kept for the backward pass. */
static bool is_read_back(const Sweep *s, NodeId x)
{
    for (NodeId id = s->n_forward; id < s->g->n; id++)
        for (int i = 0; i < s->g->node[id].n_in; i++)
            if (graph_root(s->g, s->g->node[id].in[i]) == x)
                return true;
    return false;
}

/* Where a ReLU of z is read by the pool y alone, y and its gradient dy have all that there is to
 * record of the gradient of z, in a fraction of its values.  Not where windows overlap; but that is
 * a matter of numbers, which no statement hangs on: it is seen when the program runs. */
static void watch_peaks(Sweep *s, NodeId y, NodeId dy)
{
    const Node *pool = &s->g->node[y], *relu = &s->g->node[pool->in[0]];
    const NodeId z = relu->op == OP_RELU ? relu->in[0] : 0, in[2] = { dy, y };

    if (!z || !has_delta(s, z) || !is_read_once(s, z) || !is_read_once(s, pool->in[0])
        || !is_read_back(s, y))
        return;
    const Node watch = { .op = OP_WATCH_PEAKS, .shape = SHAPE_ERROR,
                         .layer = s->g->node[z].layer, .batched = true, .size = { 1 },
                         .window = pool->window };
    sweep_add(s, z, watch, in, 2);
}

static void watch_path(Sweep *s, int row, int path)
{
    Layer *layer = &s->g->layer[row];
    const NodeId start = layer->path[path], d = s->flow[start].total;
    const Node watch = { .op = OP_WATCH_PATH, .shape = SHAPE_ERROR, .layer = row, .batched = true,
                         .size = { 1, node_elements(&s->g->node[start]), path } };

    if (!d)
        return;
    layer->watched = true;
    sweep_add(s, start, watch, &d, 1);
}

/* Where the input is the data, or only one path leads back to it, there is nothing to share. */
static void watch_joins(Sweep *s)
{
    for (int i = 0; i < s->g->n_layers; i++) {
        const Layer *layer = &s->g->layer[i];
        int n = 0;

        for (int k = 0; k < layer->n_paths; k++)
            n += s->flow[layer->path[k]].total != 0;
        for (int k = 0; n > 1 && k < layer->n_paths; k++)
            watch_path(s, i, k);
    }
}

/* ---- The sweep ----------------------------------------------------------------------------- */

static void seed_result(Sweep *s, int k)
{
    const NodeId y = s->g->result[k];
    const Node up = { .op = OP_UPSTREAM, .shape = s->g->node[y].shape, .batched = true, .layer = -1,
                      .index = k };
    const NodeId id = sweep_add(s, y, up, NULL, 0);
    const Share share = { id, y };

    s->g->node[id].name = intern(s->s->names,
                                 arena_printf(s->s->arena, "d_%s", s->g->node[y].name));
    s->g->upstream[k] = id;
    arena_push(s->s->arena, s->flow[y].share, s->flow[y].n, share);
}

static void seed_results(Sweep *s)
{
    s->g->upstream = arena_array(s->s->arena, NodeId, s->g->n_results);
    for (int k = 0; k < s->g->n_results; k++)
        seed_result(s, k);
}

/* Of a call whose own output nobody reads, further outputs may still be read. */
static bool is_read_elsewhere(const Sweep *s, NodeId call)
{
    const Node *n = &s->g->node[call];

    if (op_form(n->op) != FORM_UNIT || n->unit->n_results == 1)
        return false;
    for (NodeId id = call + 1; id < s->n_forward; id++)
        if (s->g->node[id].op == OP_PICK && s->g->node[id].in[0] == call && s->flow[id].total)
            return true;
    return false;
}

static void sweep_node(Sweep *s, NodeId id)
{
    const OpKind op = s->g->node[id].op;
    GradientRule *rule = gradient_rule(op);
    NodeId dy = 0;

    if (!s->wanted[id])
        return;
    if (op_form(op) != FORM_LOSS) {
        dy = total(s, id);
        if (!dy && !is_read_elsewhere(s, id))
            return;
        if (dy)
            watch_delta(s, id, dy);
        if (dy && op == OP_MAX_POOL)
            watch_peaks(s, id, dy);
    }
    if (rule)
        rule(s, id, dy);
}

static void take_param_gradients(Sweep *s)
{
    for (int i = 0; i < s->g->n_layers; i++)
        for (int k = 0; k < s->g->layer[i].n_params; k++) {
            Tensor *t = &s->g->layer[i].param[k];

            t->grad = total(s, t->node);
        }
}

/* A unit hands the gradient of its input to its caller's buffer: so it must be one of its own. */
static NodeId own_gradient(Sweep *s, NodeId x, NodeId dx, OpKind op)
{
    const Node copy = { .op = op, .shape = s->g->node[x].shape, .batched = true, .layer = -1 };
    const NodeId id = sweep_add(s, x, copy, &dx, dx ? 1 : 0);

    s->g->node[id].name = gradient_name(s, x, x);
    return id;
}

static bool is_borrowed(const Graph *g, NodeId d)
{
    const OpKind op = g->node[graph_root(g, d)].op;

    return op == OP_UPSTREAM || op == OP_REPEAT_GRAD || op == OP_PICK;
}

/* Captures add up over the iterations that share them. */
static void take_input_gradients(Sweep *s)
{
    Graph *g = s->g;

    g->dinput = arena_array(s->s->arena, NodeId, g->n_inputs);
    for (int i = 0; i < g->n_inputs && !g->is_model; i++) {
        const NodeId x = g->input[i], dx = total(s, x);

        g->dinput[i] = dx;
        if (i == 0 && !g->gives_dx)
            continue;
        if (i)
            g->dinput[i] = dx ? own_gradient(s, x, dx, OP_ADD_TO) : 0;
        else if (!dx)
            g->dinput[i] = own_gradient(s, x, 0, OP_ZERO);
        else if (is_borrowed(g, dx))
            g->dinput[i] = own_gradient(s, x, dx, OP_COPY);
    }
}

static void differentiate_graph(Graph *g, Session *session)
{
    Sweep s = { .s = session, .g = g, .n_forward = g->n };

    s.wanted = mark_wanted(g, session->arena);
    s.flow = arena_array(session->arena, Flow, g->n);
    if (!g->is_model)
        seed_results(&s);
    for (NodeId id = s.n_forward - 1; id > 0; id--)
        sweep_node(&s, id);
    take_param_gradients(&s);
    take_input_gradients(&s);
    watch_joins(&s);
}

void differentiate(Program *program, Session *s)
{
    for (int i = program->n - 1; i >= 0; i--)
        ask_callees(program->graph[i], s->arena);
    for (int i = 0; i < program->n; i++)
        differentiate_graph(program->graph[i], s);
}
