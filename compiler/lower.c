/* lower.c -- the checked model becomes graphs, a unit each.
 *
 * Items of a unit are lowered in source order; a block or a repeat is a CALL or REPEAT of the graph
 * that its unit has become.  Equal units are one pointer in the model and one graph here. */
#include "lower.h"

#include <string.h>

/* ---- What a reference stands for ----------------------------------------------------------- */

static uint32_t slot_of(const Lower *l, const void *item, int iteration, int output)
{
    uint64_t h = ((uint64_t)(uintptr_t)item >> 4) * 0x9e3779b97f4a7c15u
               + (uint64_t)(iteration + 1) * 0xc2b2ae3d27d4eb4fu + (uint64_t)output;
    uint32_t at = (uint32_t)(h >> 32) & (l->capacity - 1);

    while (l->binding[at].item
           && (l->binding[at].item != item || l->binding[at].iteration != iteration
               || l->binding[at].output != output))
        at = (at + 1) & (l->capacity - 1);
    return at;
}

static void grow_bindings(Lower *l)
{
    const Binding *old = l->binding;
    const uint32_t n = l->capacity;

    l->capacity = n ? 2 * n : 64;
    l->binding = arena_array(l->s->arena, Binding, l->capacity);
    for (uint32_t i = 0; i < n; i++)
        if (old[i].item)
            l->binding[slot_of(l, old[i].item, old[i].iteration, old[i].output)] = old[i];
}

void lower_bind(Lower *l, const Item *item, int iteration, int output, NodeId node)
{
    if (2 * (l->n_bindings + 1) > l->capacity)
        grow_bindings(l);
    l->binding[slot_of(l, item, iteration, output)] = (Binding){ item, iteration, output, node };
    l->n_bindings++;
}

static NodeId redirected(const Redirect *r, NodeId id)
{
    if (!r)
        return id;
    id = redirected(r->outer, id);
    return r->from == id ? r->to : id;
}

NodeId lower_ref(const Lower *l, const Ref *ref)
{
    NodeId id = 0;

    if (ref->kind == REF_INPUT)
        id = l->g->input[ref->input];
    else if (ref->kind == REF_ITEM)
        id = l->binding[slot_of(l, ref->item, -1, 0)].node;
    else
        id = l->binding[slot_of(l, ref->item, ref->iteration, ref->output)].node;
    if (!id)
        bug("a reference to a tensor that is not there");
    return redirected(l->redirect, id);
}

/* ---- Nodes and rows ------------------------------------------------------------------------ */

NodeId lower_node(Lower *l, Node node, const Item *item, const char *name)
{
    node.item = item;
    node.name = name_claim(l->g->taken, l->s->names, name, l->s->arena);
    return graph_add(l->g, node, l->s->arena);
}

int lower_row(Lower *l, const Item *item, const char *kind)
{
    Layer row = { .item = item, .name = item->name, .kind = kind, .out = item->out,
                  .observed = map_get(l->observed, item) != NULL, .inside = l->inside,
                  .member = name_claim(&l->members, l->s->names, item->name, l->s->arena) };

    arena_push(l->s->arena, l->g->member, l->g->n_members, l->g->n_layers);
    arena_push(l->s->arena, l->g->layer, l->g->n_layers, row);
    return l->g->n_layers - 1;
}

NodeId lower_tensor(Lower *l, int row, OpKind op, Tensor tensor)
{
    Layer *layer = &l->g->layer[row];
    const bool is_param = op == OP_PARAM;
    Node node = { .op = op, .shape = tensor.shape, .item = layer->item, .layer = row,
                  .index = is_param ? layer->n_params : layer->n_states,
                  .name = intern(l->s->names, tensor.role) };

    tensor.node = graph_add(l->g, node, l->s->arena);
    if (is_param)
        arena_push(l->s->arena, layer->param, layer->n_params, tensor);
    else
        arena_push(l->s->arena, layer->state, layer->n_states, tensor);
    return tensor.node;
}

/* ---- Calls of other units ------------------------------------------------------------------ */

/* A call is a member beside the layers, in the parameters, and beside the tensors, in memory. */
static Str claim_member(Lower *l, const char *name)
{
    Str beside_tensors, member = name;

    do {
        beside_tensors = name_claim(l->g->taken, l->s->names, member, l->s->arena);
        member = name_claim(&l->members, l->s->names, beside_tensors, l->s->arena);
    } while (member != beside_tensors);
    return member;
}

/* In the model "repeat_h"; elsewhere behind the name of the unit that repeats. */
const char *lower_path_of(const Lower *l, const char *name)
{
    return l->g->is_model ? name : arena_printf(l->s->arena, "%s_%s", l->g->name, name);
}

/* What its count is called by: the unit that it is the first to call, else its own path. */
static Str counted_as(Lower *l, const Graph *unit, const char *name)
{
    return unit->is_called ? name_claim(l->units, l->s->names, lower_path_of(l, name), l->s->arena)
                           : unit->name;
}

/* Iterations of a repeat that one call is for. */
static int steps_of(const Graph *unit)
{
    return unit->item && unit->item->turn ? unit->item->turn : 1;
}

NodeId lower_call(Lower *l, const Item *item, Graph *unit, NodeId x, const Run *run,
                  const char *name)
{
    const Unit *u = unit->unit;
    Node node = { .op = run && run->count > 1 ? OP_REPEAT : OP_CALL, .shape = u->out,
                  .batched = true, .layer = -1, .unit = unit, .first = run ? run->first : 0,
                  .count = run ? run->count : 1, .step = steps_of(unit), .inside = l->inside,
                  .n_in = 1 + u->n_captures,
                  .in = arena_array(l->s->arena, NodeId, 1 + u->n_captures) };
    NodeId id;

    node.in[0] = x;
    node.member = claim_member(l, name);
    if (node.count > 1)
        node.counted = counted_as(l, unit, name);
    unit->is_called = true;
    for (int i = 0; i < u->n_captures; i++)
        node.in[1 + i] = lower_ref(l, &u->capture[i]);
    id = lower_node(l, node, item, arena_printf(l->s->arena, "%s_out", name));
    arena_push(l->s->arena, l->g->member, l->g->n_members, -1 - l->g->n_calls);
    arena_push(l->s->arena, l->g->call, l->g->n_calls, id);
    return id;
}

static NodeId lower_item(Lower *l, const Item *item)
{
    NodeId *in = arena_array(l->s->arena, NodeId, item->n_from);

    switch (item->kind) {
    case ITEM_RESIDUAL: return lower_residual(l, item);
    case ITEM_PARALLEL: return lower_parallel(l, item);
    case ITEM_REPEAT: return lower_repeat(l, item);
    case ITEM_BLOCK:
        return lower_call(l, item, lower_unit(l, item->unit, item, item->unit->name),
                          lower_ref(l, &item->from[0]), NULL, item->name);
    case ITEM_LAYER:
    case ITEM_ACTIVATION: break;
    }
    for (int i = 0; i < item->n_from; i++)
        in[i] = lower_ref(l, &item->from[i]);
    return lower_layer(l, item, in);
}

void lower_items(Lower *l, const Items *items)
{
    for (int i = 0; i < items->n; i++)
        lower_bind(l, items->item[i], -1, 0, lower_item(l, items->item[i]));
}

/* ---- Units --------------------------------------------------------------------------------- */

static void add_input(Lower *l, const char *name, Shape shape)
{
    Node node = { .op = OP_INPUT, .shape = shape, .batched = true, .layer = -1,
                  .index = l->g->n_inputs };
    const NodeId id = lower_node(l, node, NULL, name);

    arena_push(l->s->arena, l->g->input, l->g->n_inputs, id);
}

/* What a unit puts out must be computed in it and be one tensor, so that it can go straight to
 * where the caller wants it. */
static bool needs_copy(const Graph *g, NodeId id)
{
    const NodeId root = graph_root(g, id);
    const OpKind op = g->node[root].op;

    for (int i = 0; i < g->n_results; i++)
        if (graph_root(g, g->result[i]) == root)
            return true;
    return op_form(op) == FORM_SOURCE || op == OP_REPEAT;
}

static void add_result(Lower *l, NodeId id)
{
    const Node *n = &l->g->node[id];
    Node copy = { .op = OP_COPY, .shape = n->shape, .batched = true, .layer = -1,
                  .in = arena_array(l->s->arena, NodeId, 1), .n_in = 1 };

    if (needs_copy(l->g, id)) {
        copy.in[0] = id;
        id = lower_node(l, copy, n->item, arena_printf(l->s->arena, "%s_copy", n->name));
    }
    arena_push(l->s->arena, l->g->result, l->g->n_results, id);
}

static Graph *find_graph(const Program *p, const Unit *unit)
{
    for (int i = 0; i < p->n; i++)
        if (p->graph[i]->unit == unit)
            return p->graph[i];
    return NULL;
}

/* Reads the logits of a model that ends in a sigmoid: the loss is stable on them. */
static NodeId loss_input(const Graph *g, bool from_probabilities)
{
    const NodeId out = g->result[0], root = graph_root(g, out);

    return from_probabilities && g->node[root].op == OP_SIGMOID ? g->node[root].in[0] : out;
}

/* A class for each step has a row for each step. */
static void add_loss(Lower *l, const Settings *set)
{
    static const struct { const char *id; OpKind op; } losses[] = {
        { "SOFTMAX_CROSS_ENTROPY", OP_SOFTMAX_CROSS_ENTROPY },
        { "BINARY_CROSS_ENTROPY", OP_BINARY_CROSS_ENTROPY },
        { "MSE", OP_MSE }, { "MAE", OP_MAE }, { "HUBER", OP_HUBER },
    };
    Node node = { .layer = -1, .in = arena_array(l->s->arena, NodeId, 1), .n_in = 1,
                  .shape = { .rank = 0 } };
    const bool by_step = l->g->node[l->g->result[0]].shape.rank == 2
                      && l->program->model->target.kind == TARGET_CLASS;

    for (size_t i = 0; i < countof(losses); i++)
        if (word_is(&set->loss, losses[i].id))
            node.op = losses[i].op;
    node.in[0] = loss_input(l->g, set->from_probabilities);
    node.size[0] = by_step ? l->g->node[node.in[0]].shape.dim[0] : 1;
    node.size[1] = node_elements(&l->g->node[node.in[0]]) / node.size[0];
    l->g->loss = lower_node(l, node, NULL, "loss");
}

/* "x_stem": a tensor of the unit around, by its name there. */
static const char *capture_name(const Lower *outer, const Ref *ref)
{
    return arena_printf(outer->s->arena, "x_%s", outer->g->node[lower_ref(outer, ref)].name);
}

Graph *lower_unit(Lower *outer, const Unit *unit, const Item *item, const char *name)
{
    Arena *a = outer->s->arena;
    Lower l = { .s = outer->s, .program = outer->program, .units = outer->units,
                .observed = outer->observed };
    Graph *g = find_graph(l.program, unit);

    if (g)
        return g;
    g = l.g = graph_new(name_claim(l.units, l.s->names, name, a), unit, a);
    g->taken = arena_new_of(a, NameSet);
    name_claim(g->taken, l.s->names, "watch", a);      /* the memory's own members */
    name_claim(g->taken, l.s->names, "state", a);
    g->item = item;
    g->is_model = unit == l.program->model->unit;
    grow_bindings(&l);
    add_input(&l, "x", unit->in);
    for (int i = 0; i < unit->n_captures; i++)
        add_input(&l, capture_name(outer, &unit->capture[i]), unit->capture_shape[i]);
    lower_items(&l, &unit->items);
    add_result(&l, lower_ref(&l, &unit->result));
    for (int i = 0; i < unit->n_exports; i++)
        add_result(&l, l.binding[slot_of(&l, unit->export[i], -1, 0)].node);
    if (g->is_model && l.program->model->has_train)
        add_loss(&l, &l.program->model->settings);
    arena_push(a, l.program->graph, l.program->n, g);
    return g;
}

Program *lower(const Model *model, Session *s)
{
    Lower l = { .s = s, .program = arena_new_of(s->arena, Program),
                .units = arena_new_of(s->arena, NameSet) };

    l.program->model = model;
    l.observed = lower_observed(model, s->arena);
    lower_unit(&l, model->unit, NULL, "model");
    return l.program;
}
