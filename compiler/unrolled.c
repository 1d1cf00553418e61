/* unrolled.c -- puts the units of a program in line, a list of operators with paths. */
#include "unrolled.h"

/* Where an instance of a unit stands: what comes before the names in it, and what the repeats
 * around it put behind them, "stage.1." and ".3". */
typedef struct {
    const char *prefix, *rank;
    int base;                       /* of a repeat's iterations, inside of a turn */
} Spot;

typedef struct {
    Session *s;
    Unrolled *net;
    Map taken;                      /* names of tensors */
} Unroller;

/* ---- Names --------------------------------------------------------------------------------- */

static Str name_at(const Unroller *u, const Spot *p, const char *name, const char *role)
{
    return intern(u->s->names, arena_printf(u->s->arena, "%s%s%s%s%s", p->prefix, name, p->rank,
                                            role ? "." : "", role ? role : ""));
}

static Str claim(Unroller *u, Str name)
{
    while (map_get(&u->taken, name))
        name = intern(u->s->names, arena_printf(u->s->arena, "%s_", name));
    map_put(&u->taken, name, u->net, u->s->arena);
    return name;
}

/* Weights have theirs first: files call them so. */
static void name_tensors(Unroller *u)
{
    for (int weights = 1; weights >= 0; weights--)
        for (int i = 0; i < u->net->n; i++)
            if (unrolled_is_weight(&u->net->op[i]) == weights)
                u->net->op[i].name = claim(u, u->net->op[i].name);
}

/* ---- Nodes --------------------------------------------------------------------------------- */

static int add(Unroller *u, UnrolledOp op)
{
    arena_push(u->s->arena, u->net->op, u->net->n, op);
    return u->net->n - 1;
}

static int *inputs(const Unroller *u, const Node *n, const int *value)
{
    int *in = arena_array(u->s->arena, int, n->n_in);

    for (int i = 0; i < n->n_in; i++)
        in[i] = n->in[i] ? value[n->in[i]] : -1;
    return in;
}

static int add_weight(Unroller *u, const Graph *g, const Node *n, const Spot *p)
{
    const Layer *layer = &g->layer[n->layer];
    const Tensor *t = n->op == OP_PARAM ? &layer->param[n->index] : &layer->state[n->index];

    return add(u, (UnrolledOp){ .node = n, .tensor = t,
                                .name = name_at(u, p, layer->name, t->role) });
}

/* Its first input at prediction: no loss is behind it, no step random.  A copy of the model's own
 * input stays, since the output is a tensor by itself. */
static bool is_alias(const Unroller *u, const Node *n, const int *value)
{
    if (n->op == OP_COPY)
        return u->net->op[value[n->in[0]]].node->op != OP_INPUT;
    return n->op == OP_TAP || n->op == OP_DROPOUT;
}

static bool is_left_out(const Node *n)
{
    return n->phase != FORWARD || op_form(n->op) == FORM_EFFECT || op_form(n->op) == FORM_LOSS;
}

/* ---- Units --------------------------------------------------------------------------------- */

/* result: what the instance puts out, and then its exports. */
static void unroll_unit(Unroller *u, const Graph *g, const Spot *p, const int *input,
                        int *result);

static Spot spot_in(const Unroller *u, const Spot *p, const Node *call, int k)
{
    Arena *a = u->s->arena;

    if (call->item->kind == ITEM_BLOCK)
        return (Spot){ arena_printf(a, "%s%s%s.", p->prefix, call->item->name, p->rank), "", 0 };
    if (call->step > 1)
        return (Spot){ p->prefix, p->rank, p->base + call->first + k * call->step };
    return (Spot){ p->prefix, arena_printf(a, "%s.%d", p->rank, p->base + call->first + k), 0 };
}

/* Each iteration takes what the one before it put out; what they read from outside is the same. */
static int *unroll_call(Unroller *u, const Node *call, const Spot *p, const int *value)
{
    int *in = inputs(u, call, value), *result = arena_array(u->s->arena, int,
                                                            call->unit->n_results);

    for (int k = 0; k < call->count; k++) {
        const Spot inside = spot_in(u, p, call, k);

        unroll_unit(u, call->unit, &inside, in, result);
        in[0] = result[0];
    }
    return result;
}

/* The layer that a node is of: a join's addition or concatenation is the join's. */
static Str layer_of(const Unroller *u, const Graph *g, const Node *n, const Spot *p)
{
    if (n->layer >= 0)
        return name_at(u, p, g->layer[n->layer].name, NULL);
    for (int i = 0; i < g->n_layers; i++)
        if (g->layer[i].n_paths > 0 && g->layer[i].item == n->item)
            return name_at(u, p, g->layer[i].name, NULL);
    return NULL;
}

static int unroll_node(Unroller *u, const Graph *g, const Node *n, const Spot *p, const int *value)
{
    if (n->op == OP_PARAM || n->op == OP_STATE)
        return add_weight(u, g, n, p);
    if (is_alias(u, n, value))
        return value[n->in[0]];
    return add(u, (UnrolledOp){
        .node = n, .in = inputs(u, n, value), .name = name_at(u, p, n->name, NULL),
        .layer = layer_of(u, g, n, p) });
}

static void unroll_unit(Unroller *u, const Graph *g, const Spot *p, const int *input, int *result)
{
    int *value = arena_array(u->s->arena, int, g->n);
    int **results = arena_array(u->s->arena, int *, g->n);      /* by CALL and REPEAT */

    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if (is_left_out(n))
            continue;
        if (n->op == OP_INPUT) {
            value[id] = input[n->index];
        } else if (op_form(n->op) == FORM_UNIT) {
            results[id] = unroll_call(u, n, p, value);
            value[id] = results[id][0];
        } else if (n->op == OP_PICK) {
            value[id] = results[n->in[0]][n->index];
        } else {
            value[id] = unroll_node(u, g, n, p, value);
        }
    }
    for (int i = 0; i < g->n_results; i++)
        result[i] = value[g->result[i]];
}

/* ---- The whole ----------------------------------------------------------------------------- */

static void mark_used(Unrolled *net)
{
    net->op[net->output].used = true;
    for (int i = net->n - 1; i >= 0; i--) {
        const UnrolledOp *op = &net->op[i];

        for (int k = 0; op->used && k < op->node->n_in; k++)
            if (op->in[k] >= 0)
                net->op[op->in[k]].used = true;
    }
}

Unrolled *unroll(const Program *program, Session *s)
{
    const Graph *model = program->graph[program->n - 1];
    const Spot top = { "", "", 0 };
    Unroller u = { .s = s, .net = arena_new_of(s->arena, Unrolled) };

    u.net->model = program->model;
    u.net->input = add(&u, (UnrolledOp){ .node = &model->node[model->input[0]],
                                         .name = model->node[model->input[0]].name });
    unroll_unit(&u, model, &top, &u.net->input, &u.net->output);
    name_tensors(&u);
    mark_used(u.net);
    return u.net;
}
