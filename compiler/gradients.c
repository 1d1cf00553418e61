/* gradients.c -- how the gradient flows back through each operator: a rule for each name in the
 * gradient column of ops.def, those of layers in gradients_layers.c.  Above each rule its formula;
 * dy is dLoss/dy. */
#include "gradients.h"

/* A node shaped as input i of y. */
Node like_input(const Sweep *s, OpKind op, NodeId y, int i)
{
    const Node *n = node(s, y), *x = node(s, n->in[i]);

    return (Node){ .op = op, .shape = x->shape, .batched = x->batched, .layer = n->layer,
                   .size = { n->size[0], n->size[1], n->size[2], n->size[3] },
                   .number = { n->number[0], n->number[1] }, .act = n->act,
                   .window = n->window, .reverse = n->reverse };
}

void give_made(Sweep *s, NodeId y, int i, OpKind op, const NodeId *in, int n_in)
{
    if (wants(s, y, i))
        give(s, y, i, sweep_add(s, y, like_input(s, op, y, i), in, n_in));
}

/* ---- Views --------------------------------------------------------------------------------- */

/* dx = dy, in the shape of x */
static void grad_reshape(Sweep *s, NodeId y, NodeId dy)
{
    give_made(s, y, 0, OP_RESHAPE, &dy, 1);
}

/* dx = dy */
static void grad_tap(Sweep *s, NodeId y, NodeId dy) { give(s, y, 0, dy); }

/* Further outputs of a unit: collected by the rule of its call. */
static void grad_pick(Sweep *s, NodeId y, NodeId dy) { (void)s, (void)y, (void)dy; }

/* ---- Elementwise --------------------------------------------------------------------------- */

/* dx = dy */
static void grad_copy(Sweep *s, NodeId y, NodeId dy) { give(s, y, 0, dy); }

/* y = a + b:  da = dy, db = dy */
static void grad_add(Sweep *s, NodeId y, NodeId dy)
{
    give(s, y, 0, dy);
    give(s, y, 1, dy);
}

/* y = a b:  da = dy b, db = dy a */
static void grad_mul(Sweep *s, NodeId y, NodeId dy)
{
    for (int i = 0; i < 2; i++) {
        const NodeId both[2] = { dy, input(s, y, 1 - i) };

        give_made(s, y, i, OP_MUL, both, 2);
    }
}

/* y = a x:  dx = a dy */
static void grad_scale(Sweep *s, NodeId y, NodeId dy) { give_made(s, y, 0, OP_SCALE, &dy, 1); }

/* y = s x, s a trained scalar:  dx = s dy, ds = sum of dy x */
static void grad_scale_by(Sweep *s, NodeId y, NodeId dy)
{
    const NodeId by[2] = { dy, input(s, y, 1) }, dot[2] = { dy, input(s, y, 0) };

    give_made(s, y, 0, OP_SCALE_BY, by, 2);
    give_made(s, y, 1, OP_DOT, dot, 2);
}

/* ---- Activations: dx = dy f'(x), with f' as a function of y or of x ------------------------ */

static OpKind slope_op(OpKind op)
{
    switch (op) {
    case OP_SIGMOID: return OP_SIGMOID_DX;
    case OP_TANH: return OP_TANH_DX;
    case OP_RELU: return OP_RELU_DX;
    case OP_LEAKY_RELU: return OP_LEAKY_RELU_DX;
    case OP_ELU: return OP_ELU_DX;
    case OP_SELU: return OP_SELU_DX;
    case OP_GELU: return OP_GELU_DX;
    case OP_SILU: return OP_SILU_DX;
    case OP_SOFTPLUS: return OP_SOFTPLUS_DX;
    case OP_SOFTSIGN: return OP_SOFTSIGN_DX;
    case OP_HARD_SIGMOID: return OP_HARD_SIGMOID_DX;
    case OP_HARD_TANH: return OP_HARD_TANH_DX;
    default: bug("%s has no slope", op_name(op));
    }
}

static void grad_act_y(Sweep *s, NodeId y, NodeId dy)
{
    const NodeId in[2] = { dy, y };

    give_made(s, y, 0, slope_op(node(s, y)->op), in, 2);
}

static void grad_act_x(Sweep *s, NodeId y, NodeId dy)
{
    const NodeId in[2] = { dy, input(s, y, 0) };

    give_made(s, y, 0, slope_op(node(s, y)->op), in, 2);
}

/* dx_i = y_i (dy_i - sum_j dy_j y_j) */
static void grad_softmax(Sweep *s, NodeId y, NodeId dy)
{
    const NodeId in[2] = { dy, y };

    give_made(s, y, 0, OP_SOFTMAX_DX, in, 2);
}

/* ---- Losses -------------------------------------------------------------------------------- */

static void grad_loss(Sweep *s, NodeId loss, NodeId none)
{
    const NodeId x = input(s, loss, 0);

    (void)none;
    give_made(s, loss, 0, (OpKind)(node(s, loss)->op + 1), &x, 1);
}
_Static_assert(OP_SOFTMAX_CROSS_ENTROPY_DX == OP_SOFTMAX_CROSS_ENTROPY + 1
               && OP_BINARY_CROSS_ENTROPY_DX == OP_BINARY_CROSS_ENTROPY + 1
               && OP_MSE_DX == OP_MSE + 1 && OP_MAE_DX == OP_MAE + 1 && OP_HUBER_DX == OP_HUBER + 1,
               "grad_loss: each loss's row is followed by its gradient's");

/* ---- Units --------------------------------------------------------------------------------- */

static NodeId zero_like(Sweep *s, NodeId y, Shape shape)
{
    const Node zero = { .op = OP_ZERO, .shape = shape, .batched = true, .layer = -1 };
    const NodeId id = sweep_add(s, y, zero, NULL, 0);
    const char *name = arena_printf(s->s->arena, "d_%s", node(s, y)->name);

    s->g->node[id].name = name_claim(s->g->taken, s->s->names, name, s->s->arena);
    return id;
}

/* The gradients of all outputs of a call; dy that of the first.  Zero where nothing flows back. */
static NodeId *output_gradients(Sweep *s, NodeId call, NodeId dy)
{
    const Graph *unit = node(s, call)->unit;
    NodeId *d = arena_array(s->s->arena, NodeId, unit->n_results);

    d[0] = dy;
    for (NodeId id = call + 1; unit->n_results > 1 && id < s->n_forward; id++)
        if (node(s, id)->op == OP_PICK && node(s, id)->in[0] == call)
            d[node(s, id)->index] = s->flow[id].total;
    for (int k = 0; k < unit->n_results; k++)
        if (!d[k])
            d[k] = zero_like(s, call, unit->node[unit->result[k]].shape);
    return d;
}

/* The unit writes a capture's gradient also for a caller that wants none: so it has a place. */
static void give_capture(Sweep *s, NodeId y, int i, NodeId gradient)
{
    const NodeId x = node(s, y)->in[i];
    Node pick = like_input(s, OP_PICK, y, i);
    NodeId id;

    pick.index = i;
    id = sweep_add(s, y, pick, &gradient, 1);
    if (wants(s, y, i))
        give(s, y, i, id);
    else
        s->g->node[id].name =
            name_claim(s->g->taken, s->s->names,
                       arena_printf(s->s->arena, "d_%s_by_%s", node(s, x)->name,
                                    node(s, y)->name), s->s->arena);
}

/* Inputs of the gradient: the call, then dy of each output, then the call's own inputs.  Its
 * output is dx; gradients of captures are picked from it. */
static void grad_unit(Sweep *s, NodeId y, NodeId dy, OpKind op)
{
    const Node call = *node(s, y);
    const int n = call.unit->n_results;
    const NodeId *d = output_gradients(s, y, dy);
    NodeId *in = arena_array(s->s->arena, NodeId, 1 + n + call.n_in);
    Node back = like_input(s, op, y, 0);
    NodeId id;

    in[0] = y;
    for (int k = 0; k < n; k++)
        in[1 + k] = d[k];
    for (int i = 0; i < call.n_in; i++)
        in[1 + n + i] = call.in[i];
    back.unit = call.unit;
    back.first = call.first;
    back.step = call.step;
    back.count = call.count;
    back.counted = call.counted;
    id = sweep_add(s, y, back, in, 1 + n + call.n_in);
    s->g->node[id].name = name_claim(s->g->taken, s->s->names,
                                      arena_printf(s->s->arena, "%s_dx", call.member), s->s->arena);
    give(s, y, 0, id);
    for (int i = 1; i < call.n_in; i++)
        if (call.unit->dinput[i])       /* else the unit does not depend on it */
            give_capture(s, y, i, id);
}

static void grad_call(Sweep *s, NodeId y, NodeId dy) { grad_unit(s, y, dy, OP_CALL_GRAD); }
static void grad_repeat(Sweep *s, NodeId y, NodeId dy) { grad_unit(s, y, dy, OP_REPEAT_GRAD); }

/* ---- The table ----------------------------------------------------------------------------- */

#define grad_none NULL
static GradientRule *const rule[N_OPS] = {
#define OP(id, name, inputs, shape, gradient, work, form, code, formula) \
    [OP_##id] = grad_##gradient,
#include "ops.def"
#undef OP
};

GradientRule *gradient_rule(OpKind op) { return rule[op]; }
