/* lower_images.c -- convolutions and pools: a rule each. */
#include "lower.h"

/* Padding before the first row or column.  `same` puts what is odd at the end, as PyTorch does. */
static int64_t padding(const Value *pad, int64_t in, int64_t out, int64_t stride, int64_t span)
{
    const int64_t wanted = (out - 1) * stride + span - in;

    if (pad->kind == VALUE_INT)
        return pad->integer;
    return wanted > 0 ? wanted / 2 : 0;
}

/* The window's own constant in the C, "model_conv1_window". */
static Window *window(Lower *l, const Item *item, int64_t kernel)
{
    Window *v = arena_new_of(l->s->arena, Window);

    *v = (Window){ .in = item->in, .out = item->out, .kernel = kernel, .dilation = 1, .groups = 1,
                   .stride = layer_arg(item, "stride")->integer };
    v->name = name_claim(l->units, l->s->names,
                         arena_printf(l->s->arena, "%s_%s_window", l->g->name, item->name),
                         l->s->arena);
    return v;
}

static void pad_window(Window *v, const Value *pad)
{
    const int64_t span = v->dilation * (v->kernel - 1) + 1;

    v->top = padding(pad, v->in.dim[1], v->out.dim[1], v->stride, span);
    v->left = padding(pad, v->in.dim[2], v->out.dim[2], v->stride, span);
}

/* fan_in: channels a group times kernel^2; fan_out: filters times kernel^2, as PyTorch counts. */
NodeId lower_conv(Lower *l, const Item *item, const NodeId *in)
{
    const Value *act = layer_arg(item, "act");
    const int64_t filters = layer_arg(item, "filters")->integer, groups =
        layer_arg(item, "groups")->integer;
    const int64_t kernel = layer_arg(item, "kernel")->integer, depth = item->in.dim[0] / groups;
    const Shape weight = { .rank = 4, .dim = { filters, depth, kernel, kernel } };
    const bool is_linear = act->callee->id == ACTIVATION_LINEAR;
    const int row = lower_row(l, item, "conv");
    Window *v = window(l, item, kernel);
    Node node = { .shape = item->out, .layer = row, .size = { 1 }, .window = v };
    NodeId from[3] = { in[0], 0, 0 };
    NodeId z;

    v->dilation = layer_arg(item, "dilation")->integer;
    v->groups = groups;
    pad_window(v, layer_arg(item, "pad"));
    l->g->layer[row].in_flow = true;
    from[1] = lower_tensor(l, row, OP_PARAM, weight_tensor(item, weight, depth * kernel * kernel,
                                                           filters * kernel * kernel));
    if (layer_arg(item, "bias")->integer)
        from[2] = lower_tensor(l, row, OP_PARAM,
                               bias_tensor(item, filters, depth * kernel * kernel));
    z = lower_batched(l, OP_CONV, item, node, is_linear ? "" : "_z", from, 3);
    return lower_activate(l, item, row, act->callee, act->arg, z);
}

static NodeId pool(Lower *l, OpKind op, const Item *item, const NodeId *in)
{
    Window *v = window(l, item, layer_arg(item, "size")->integer);

    pad_window(v, layer_arg(item, "pad"));
    return lower_batched(l, op, item, (Node){ .shape = item->out, .layer = -1, .size = { 1 },
                         .window = v }, "", in, 1);
}

NodeId lower_max_pool(Lower *l, const Item *item, const NodeId *in)
{
    return pool(l, OP_MAX_POOL, item, in);
}

NodeId lower_avg_pool(Lower *l, const Item *item, const NodeId *in)
{
    return pool(l, OP_AVG_POOL, item, in);
}

NodeId lower_global_avg_pool(Lower *l, const Item *item, const NodeId *in)
{
    const Node node = { .shape = item->out, .layer = -1,
                        .size = { 1, item->in.dim[0], item->in.dim[1] * item->in.dim[2] } };

    return lower_batched(l, OP_PLANE_MEAN, item, node, "", in, 1);
}
