/* lower_layers.c -- a rule a layer: its parameters and its forward nodes.  Those of images and of
 * sequences have files of their own. */
#include "lower.h"

#include <string.h>

/* ---- Shapes as the kernels count them ------------------------------------------------------ */

/* The last dimension is what a row holds: [n], [t, n]. */
static int64_t last(Shape s) { return s.rank ? s.dim[s.rank - 1] : 1; }
static int64_t lead(Shape s) { return shape_size(s) / last(s); }

/* Channels and what stands in one: [c, h, w] by channel, [t, n] and [n] by feature. */
static int64_t rows_of_channels(Shape s) { return s.rank == 2 ? s.dim[0] : 1; }
static int64_t channels(Shape s) { return s.rank == 3 ? s.dim[0] : last(s); }
static int64_t inner(Shape s) { return s.rank == 3 ? s.dim[1] * s.dim[2] : 1; }

const Value *layer_arg(const Item *item, const char *name)
{
    return call_arg(item->callee, item->arg, name);
}

NodeId lower_batched(Lower *l, OpKind op, const Item *item, Node node, const char *suffix,
                     const NodeId *in, int n_in)
{
    node.op = op;
    node.batched = true;
    node.in = arena_array(l->s->arena, NodeId, n_in);
    node.n_in = n_in;
    if (n_in > 0)
        memcpy(node.in, in, (size_t)n_in * sizeof *in);
    return lower_node(l, node, item, arena_printf(l->s->arena, "%s%s", item->name, suffix));
}

/* ---- Activations --------------------------------------------------------------------------- */

static const OpKind activation_op[N_ACTIVATIONS] = {
    [ACTIVATION_LINEAR] = OP_TAP,
    [ACTIVATION_SIGMOID] = OP_SIGMOID, [ACTIVATION_TANH] = OP_TANH, [ACTIVATION_RELU] = OP_RELU,
    [ACTIVATION_LEAKY_RELU] = OP_LEAKY_RELU, [ACTIVATION_ELU] = OP_ELU, [ACTIVATION_SELU] = OP_SELU,
    [ACTIVATION_GELU] = OP_GELU, [ACTIVATION_SILU] = OP_SILU, [ACTIVATION_SOFTPLUS] = OP_SOFTPLUS,
    [ACTIVATION_SOFTSIGN] = OP_SOFTSIGN, [ACTIVATION_HARD_SIGMOID] = OP_HARD_SIGMOID,
    [ACTIVATION_HARD_TANH] = OP_HARD_TANH, [ACTIVATION_SOFTMAX] = OP_SOFTMAX,
};

bool slope_of_output(ActivationKind act)
{
    enum { X, Y };
    static const int of[N_ACTIVATIONS] = {
#define ACTIVATION(id, name, signature, slope_of, family) [ACTIVATION_##id] = slope_of,
#include "activations.def"
#undef ACTIVATION
    };
    return of[act] == Y;
}

/* The activation's one number, where it has one: slope, alpha. */
double activation_number(const Callable *callee, const Value *args)
{
    return callee->n_params ? args[0].real : 0;
}

void lower_watch_output(Lower *l, const Item *item, int row, double number, NodeId z, NodeId y)
{
    Layer *layer = &l->g->layer[row];
    const Shape s = l->g->node[y].shape;
    const Node node = { .shape = SHAPE_ERROR, .layer = row, .act = layer->act,
                        .number = { number },
                        .size = { rows_of_channels(s), channels(s), inner(s) } };
    const NodeId in[2] = { slope_of_output(layer->act) ? y : z, y };

    layer->watched = true;
    layer->z = z;
    lower_batched(l, OP_WATCH_OUTPUT, item, node, "_watch", in, 2);
}

/* y = f(z), watched as the output of the row. */
NodeId lower_activate(Lower *l, const Item *item, int row, const Callable *callee,
                      const Value *args, NodeId z)
{
    const Shape s = l->g->node[z].shape;
    const double number = activation_number(callee, args);
    const Node node = { .shape = s, .layer = row, .number = { number },
                        .act = (ActivationKind)callee->id, .size = { lead(s), last(s) } };
    NodeId y = z;

    l->g->layer[row].act = (ActivationKind)callee->id;
    if (callee->id != ACTIVATION_LINEAR)
        y = lower_batched(l, activation_op[callee->id], item, node, "", &z, 1);
    lower_watch_output(l, item, row, number, z, y);
    return y;
}

/* A layer of its own: delta is what comes back through it alone, so its input gets a node. */
static NodeId lower_activation(Lower *l, const Item *item, NodeId x)
{
    const int row = lower_row(l, item, item->callee->name);
    const Node node = { .shape = l->g->node[x].shape, .layer = row };
    const NodeId z = lower_batched(l, OP_TAP, item, node, "_z", &x, 1);

    return lower_activate(l, item, row, item->callee, item->arg, z);
}

/* ---- Dense --------------------------------------------------------------------------------- */

Tensor weight_tensor(const Item *item, Shape shape, int64_t fan_in, int64_t fan_out)
{
    const Value *act = layer_arg(item, "act");

    return (Tensor){ .role = "weight", .shape = shape, .init = layer_arg(item, "init"),
                     .fan_in = fan_in, .fan_out = fan_out, .is_weight = true,
                     .l1 = layer_arg(item, "l1")->real, .l2 = layer_arg(item, "l2")->real,
                     .slope = act->callee->id == ACTIVATION_LEAKY_RELU ? act->arg[0].real : 0 };
}

Tensor bias_tensor(const Item *item, int64_t units, int64_t fan_in)
{
    return (Tensor){ .role = "bias", .shape = shape1(units), .init = layer_arg(item, "bias_init"),
                     .fan_in = fan_in, .fan_out = units };
}

static NodeId lower_dense(Lower *l, const Item *item, const NodeId *in)
{
    const Value *act = layer_arg(item, "act");
    const int64_t units = layer_arg(item, "units")->integer, width = last(item->in);
    const bool is_linear = act->callee->id == ACTIVATION_LINEAR;
    const int row = lower_row(l, item, "dense");
    const Node node = { .shape = item->out, .layer = row,
                        .size = { lead(item->in), units, width } };
    NodeId from[3] = { in[0], 0, 0 };
    NodeId z;

    l->g->layer[row].in_flow = true;
    from[1] = lower_tensor(l, row, OP_PARAM,
                           weight_tensor(item, shape2(units, width), width, units));
    if (layer_arg(item, "bias")->integer)
        from[2] = lower_tensor(l, row, OP_PARAM, bias_tensor(item, units, width));
    z = lower_batched(l, OP_AFFINE, item, node, is_linear ? "" : "_z", from, 3);
    return lower_activate(l, item, row, act->callee, act->arg, z);
}

/* ---- Norms --------------------------------------------------------------------------------- */

/* Starts at ones, or at zeros. */
static Tensor plain_tensor(const char *role, Shape shape, bool ones)
{
    return (Tensor){ .role = role, .shape = shape, .ones = ones };
}

/* gamma and beta, called weight and bias as in PyTorch; 0 without affine. */
static void affine_tensors(Lower *l, const Item *item, int row, Shape shape, NodeId out[2])
{
    if (!layer_arg(item, "affine")->integer)
        return;
    out[0] = lower_tensor(l, row, OP_PARAM, plain_tensor("weight", shape, true));
    out[1] = lower_tensor(l, row, OP_PARAM, plain_tensor("bias", shape, false));
}

static NodeId lower_batchnorm(Lower *l, const Item *item, const NodeId *in)
{
    const Shape s = item->in, by_channel = shape1(channels(s));
    const int row = lower_row(l, item, "batchnorm");
    Node node = { .shape = shape2(2, channels(s)), .layer = row,
                  .size = { rows_of_channels(s), channels(s), inner(s) },
                  .number = { layer_arg(item, "eps")->real, layer_arg(item, "momentum")->real } };
    NodeId from[4] = { in[0], 0, 0, 0 }, stats_in[3] = { in[0], 0, 0 };
    NodeId y;

    affine_tensors(l, item, row, by_channel, &from[2]);
    stats_in[1] = lower_tensor(l, row, OP_STATE, plain_tensor("running_mean", by_channel, false));
    stats_in[2] = lower_tensor(l, row, OP_STATE, plain_tensor("running_var", by_channel, true));
    from[1] = lower_batched(l, OP_BATCHNORM_STATS, item, node, "_stats", stats_in, 3);
    l->g->node[from[1]].batched = false;
    node.shape = s;
    y = lower_batched(l, OP_BATCHNORM, item, node, "", from, 4);
    lower_watch_output(l, item, row, 0, y, y);
    return y;
}

/* Over the features of each step, or over a whole image, as PyTorch's with normalized_shape. */
static NodeId lower_layernorm(Lower *l, const Item *item, const NodeId *in)
{
    const Shape s = item->in;
    const int64_t rows = rows_of_channels(s), width = shape_size(s) / rows;
    const int row = lower_row(l, item, "layernorm");
    Node node = { .shape = shape2(rows, 2), .layer = row, .size = { rows, width },
                  .number = { layer_arg(item, "eps")->real } };
    NodeId from[4] = { in[0], 0, 0, 0 };
    NodeId y;

    affine_tensors(l, item, row, s.rank == 3 ? s : shape1(width), &from[2]);
    from[1] = lower_batched(l, OP_LAYERNORM_STATS, item, node, "_stats", in, 1);
    node.shape = s;
    y = lower_batched(l, OP_LAYERNORM, item, node, "", from, 4);
    lower_watch_output(l, item, row, 0, y, y);
    return y;
}

/* The channels of [c, h, w] in equal groups, or the features of [n] and of each step of [t, n]: for
 * the kernels rows of [groups][members][inner]. */
static NodeId lower_groupnorm(Lower *l, const Item *item, const NodeId *in)
{
    const Shape s = item->in;
    const int64_t groups = layer_arg(item, "groups")->integer, rows = rows_of_channels(s);
    const int64_t members = channels(s) / groups;
    const int row = lower_row(l, item, "groupnorm");
    Node node = { .shape = shape2(rows * groups, 2), .layer = row,
                  .size = { rows * groups, members * inner(s) },
                  .number = { layer_arg(item, "eps")->real } };
    NodeId from[4] = { in[0], 0, 0, 0 };
    NodeId y;

    affine_tensors(l, item, row, shape1(channels(s)), &from[2]);
    from[1] = lower_batched(l, OP_LAYERNORM_STATS, item, node, "_stats", in, 1);
    node = (Node){ .shape = s, .layer = row, .size = { rows, groups, members, inner(s) } };
    y = lower_batched(l, OP_GROUPNORM, item, node, "", from, 4);
    lower_watch_output(l, item, row, 0, y, y);
    return y;
}

/* ---- The rest ------------------------------------------------------------------------------ */

static NodeId lower_dropout(Lower *l, const Item *item, const NodeId *in)
{
    const int row = lower_row(l, item, "dropout");
    const Node node = { .shape = item->in, .layer = row, .number = { layer_arg(item, "p")->real },
                        .size = { 1, shape_size(item->in) } };

    l->g->layer[row].random = true;
    return lower_batched(l, OP_DROPOUT, item, node, "", in, 1);
}

static NodeId lower_reshape(Lower *l, const Item *item, const NodeId *in)
{
    return lower_batched(l, OP_RESHAPE, item, (Node){ .shape = item->out, .layer = -1 }, "", in, 1);
}

static NodeId concat(Lower *l, const Item *item, const NodeId *in, int n)
{
    const Shape s = item->out;
    const int64_t rows = rows_of_channels(s);

    return lower_batched(l, OP_CONCAT, item, (Node){ .shape = s, .layer = -1,
               .size = { rows, shape_size(s) / rows } }, "", in, n);
}

NodeId lower_join(Lower *l, OpKind op, const Item *item, const NodeId *in, int n)
{
    const Node joined = { .shape = item->out, .layer = -1 };
    NodeId both[2] = { in[0], 0 };

    if (op == OP_CONCAT)
        return concat(l, item, in, n);
    for (int i = 1; i < n; i++) {
        const bool done = i == n - 1;

        both[1] = in[i];
        both[0] = lower_batched(l, op, item, joined, done ? "" : "_part", both, 2);
    }
    return n == 1 ? lower_batched(l, OP_TAP, item, joined, "", in, 1) : both[0];
}

static NodeId lower_add(Lower *l, const Item *item, const NodeId *in)
{
    return lower_join(l, OP_ADD, item, in, item->n_from);
}

static NodeId lower_mul(Lower *l, const Item *item, const NodeId *in)
{
    return lower_join(l, OP_MUL, item, in, item->n_from);
}

static NodeId lower_concat(Lower *l, const Item *item, const NodeId *in)
{
    return lower_join(l, OP_CONCAT, item, in, item->n_from);
}

/* ---- The table ----------------------------------------------------------------------------- */

static LowerRule *const rule[N_LAYERS] = {
#define LAYER(id, name, signature, shape, lower) [LAYER_##id] = lower_##lower,
#include "layers.def"
#undef LAYER
};

NodeId lower_layer(Lower *l, const Item *item, const NodeId *in)
{
    if (item->kind == ITEM_ACTIVATION)
        return lower_activation(l, item, in[0]);
    return rule[item->callee->id](l, item, in);
}
