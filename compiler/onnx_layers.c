/* onnx_layers.c -- how operators are said in ONNX: a rule each.  Those of sequences have a file of
 * their own. */
#include "onnx.h"

#include <math.h>

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* ---- Operators that ONNX has --------------------------------------------------------------- */

static Onnx__NodeProto *same_inputs(Onnx *x, const UnrolledOp *op)
{
    const char **input = NULL;
    int n = 0;

    for (int i = 0; i < op->node->n_in; i++)
        arena_push(x->s->arena, input, n, onnx_name(x, op, i));
    arena_push(x->s->arena, input, n, NULL);
    return onnx_node(x, x->word, op->name, input);
}

void onnx_plain(Onnx *x, const UnrolledOp *op) { same_inputs(x, op); }

void onnx_alpha(Onnx *x, const UnrolledOp *op)
{
    onnx_float(x, same_inputs(x, op), "alpha", op->node->number[0]);
}

void onnx_scale(Onnx *x, const UnrolledOp *op)
{
    onnx_node(x, "Mul", op->name,
              LIST(onnx_name(x, op, 0), onnx_scalar(x, op->node->number[0])));
}

void onnx_softmax(Onnx *x, const UnrolledOp *op)
{
    onnx_int(x, onnx_node(x, "Softmax", op->name, LIST(onnx_name(x, op, 0))), "axis", -1);
}

void onnx_hard_sigmoid(Onnx *x, const UnrolledOp *op)
{
    Onnx__NodeProto *node = onnx_node(x, "HardSigmoid", op->name, LIST(onnx_name(x, op, 0)));

    onnx_float(x, node, "alpha", 1.0 / 6);
    onnx_float(x, node, "beta", 0.5);
}

void onnx_hard_tanh(Onnx *x, const UnrolledOp *op)
{
    onnx_node(x, "Clip", op->name,
              LIST(onnx_name(x, op, 0), onnx_scalar(x, -1), onnx_scalar(x, 1)));
}

/* ---- Activations that it makes of others --------------------------------------------------- */

void onnx_silu(Onnx *x, const UnrolledOp *op)
{
    const char *in = onnx_name(x, op, 0), *gate = onnx_inside(x, "sigmoid");

    onnx_node(x, "Sigmoid", gate, LIST(in));
    onnx_node(x, "Mul", op->name, LIST(in, gate));
}

/* x/2 (1 + erf(x / sqrt 2)); opset 20 has it as one. */
void onnx_gelu(Onnx *x, const UnrolledOp *op)
{
    const char *in = onnx_name(x, op, 0), *half = onnx_inside(x, "half");
    const char *scaled = onnx_inside(x, "scaled"), *erf = onnx_inside(x, "erf");
    const char *gate = onnx_inside(x, "gate");

    onnx_node(x, "Mul", scaled, LIST(in, onnx_scalar(x, sqrt(0.5))));
    onnx_node(x, "Erf", erf, LIST(scaled));
    onnx_node(x, "Add", gate, LIST(erf, onnx_scalar(x, 1)));
    onnx_node(x, "Mul", half, LIST(in, onnx_scalar(x, 0.5)));
    onnx_node(x, "Mul", op->name, LIST(half, gate));
}

/* ---- Shapes -------------------------------------------------------------------------------- */

/* To [batch, dims]; in ONNX's Reshape 0 keeps a dimension. */
static void reshape_to(Onnx *x, const char *output, const char *input, Shape to)
{
    const char *name = arena_printf(x->s->arena, "%s:shape", output);
    int64_t dim[1 + SHAPE_MAX_RANK] = { 0 };

    for (int i = 0; i < to.rank; i++)
        dim[1 + i] = to.dim[i];
    onnx_node(x, "Reshape", output, LIST(input, onnx_int64s(x, name, 1, dim, 1 + to.rank)));
}

void onnx_reshape(Onnx *x, const UnrolledOp *op)
{
    if (op->node->shape.rank == 1)
        onnx_int(x, onnx_node(x, "Flatten", op->name, LIST(onnx_name(x, op, 0))), "axis", 1);
    else
        reshape_to(x, op->name, onnx_name(x, op, 0), op->node->shape);
}

/* Images by channel, steps and vectors by feature. */
void onnx_concat(Onnx *x, const UnrolledOp *op)
{
    onnx_int(x, same_inputs(x, op), "axis", op->node->shape.rank == 2 ? 2 : 1);
}

static const char *transpose(Onnx *x, const char *output, const char *input, const int64_t *perm,
                             int n)
{
    onnx_ints(x, onnx_node(x, "Transpose", output, LIST(input)), "perm", perm, n);
    return output;
}

/* ---- Products ------------------------------------------------------------------------------ */

/* Of each step: Gemm is for matrices alone. */
static void affine_of_steps(Onnx *x, const UnrolledOp *op)
{
    const bool has_bias = onnx_in(x, op, 2) != NULL;
    const char *z = has_bias ? onnx_inside(x, "product") : op->name;
    const char *weight = transpose(x, onnx_inside(x, "transposed"), onnx_name(x, op, 1),
                                   (int64_t[]){ 1, 0 }, 2);

    onnx_node(x, "MatMul", z, LIST(onnx_name(x, op, 0), weight));
    if (has_bias)
        onnx_node(x, "Add", op->name, LIST(z, onnx_name(x, op, 2)));
}

void onnx_affine(Onnx *x, const UnrolledOp *op)
{
    const char *const *input = LIST(onnx_name(x, op, 0), onnx_name(x, op, 1), onnx_name(x, op, 2));

    if (op->node->shape.rank == 1)
        onnx_int(x, onnx_node(x, "Gemm", op->name, input), "transB", 1);
    else
        affine_of_steps(x, op);
}

/* What a window covers beyond the last row or column, where it does; see Window.top. */
static int64_t pad_after(const Window *v, int dim, int64_t before)
{
    const int64_t span = v->dilation * (v->kernel - 1) + 1;
    const int64_t after = (v->out.dim[dim] - 1) * v->stride + span - v->in.dim[dim] - before;

    return after > 0 ? after : 0;
}

static void window_attributes(const Onnx *x, Onnx__NodeProto *node, const Window *v)
{
    const int64_t pads[] = { v->top, v->left, pad_after(v, 1, v->top), pad_after(v, 2, v->left) };

    onnx_ints(x, node, "kernel_shape", (int64_t[]){ v->kernel, v->kernel }, 2);
    onnx_ints(x, node, "strides", (int64_t[]){ v->stride, v->stride }, 2);
    onnx_ints(x, node, "pads", pads, countof(pads));
}

void onnx_conv(Onnx *x, const UnrolledOp *op)
{
    const Window *v = op->node->window;
    Onnx__NodeProto *node = onnx_node(x, "Conv", op->name,
        LIST(onnx_name(x, op, 0), onnx_name(x, op, 1), onnx_name(x, op, 2)));

    window_attributes(x, node, v);
    onnx_ints(x, node, "dilations", (int64_t[]){ v->dilation, v->dilation }, 2);
    onnx_int(x, node, "group", v->groups);
}

/* A mean counts what is padded. */
void onnx_pool(Onnx *x, const UnrolledOp *op)
{
    Onnx__NodeProto *node = same_inputs(x, op);

    window_attributes(x, node, op->node->window);
    if (op->node->op == OP_AVG_POOL)
        onnx_int(x, node, "count_include_pad", 1);
}

void onnx_plane_mean(Onnx *x, const UnrolledOp *op)
{
    Onnx__NodeProto *node = onnx_node(x, "ReduceMean", op->name, LIST(onnx_name(x, op, 0)));

    onnx_ints(x, node, "axes", (int64_t[]){ 2, 3 }, 2);
    onnx_int(x, node, "keepdims", 0);
}

/* ---- Norms: x, statistics, gamma, beta ----------------------------------------------------- */

/* gamma; ones where it is not trained. */
static const char *gamma_or_ones(Onnx *x, const UnrolledOp *op, Shape s)
{
    return onnx_in(x, op, 2) ? onnx_name(x, op, 2)
                             : onnx_fill(x, onnx_inside(x, "ones"), s.rank, s.dim, 1);
}

static const char *beta_or_zeros(Onnx *x, const UnrolledOp *op, Shape s)
{
    return onnx_in(x, op, 3) ? onnx_name(x, op, 3)
                             : onnx_fill(x, onnx_inside(x, "zeros"), s.rank, s.dim, 0);
}

/* ONNX's channels stand behind the batch: the features of steps are put there and back. */
void onnx_batchnorm(Onnx *x, const UnrolledOp *op)
{
    const bool steps = op->node->shape.rank == 2;
    const Shape by_channel = shape1(op->node->size[1]);
    const UnrolledOp *stats = onnx_in(x, op, 1);
    const char *in = onnx_name(x, op, 0), *out = steps ? onnx_inside(x, "by_feature") : op->name;
    const int64_t perm[] = { 0, 2, 1 };

    if (steps)
        in = transpose(x, onnx_inside(x, "features"), in, perm, 3);
    onnx_float(x, onnx_node(x, "BatchNormalization", out,
                            LIST(in, gamma_or_ones(x, op, by_channel),
                                 beta_or_zeros(x, op, by_channel), onnx_name(x, stats, 1),
                                 onnx_name(x, stats, 2))),
               "epsilon", op->node->number[0]);
    if (steps)
        transpose(x, op->name, out, perm, 3);
}

void onnx_layernorm(Onnx *x, const UnrolledOp *op)
{
    const Shape s = op->node->shape, row = s.rank == 3 ? s : shape1(s.dim[s.rank - 1]);
    Onnx__NodeProto *node = onnx_node(x, "LayerNormalization", op->name,
        LIST(onnx_name(x, op, 0), gamma_or_ones(x, op, row), onnx_name(x, op, 3)));

    onnx_int(x, node, "axis", -row.rank);
    onnx_float(x, node, "epsilon", op->node->number[0]);
}

/* A number a channel, to meet [channels, height, width]. */
static const char *by_channel(Onnx *x, const UnrolledOp *op, int i, const char *word)
{
    const char *name = onnx_inside(x, word);
    const int64_t axes[] = { 1, 2 };

    if (op->node->shape.rank < 3)
        return onnx_name(x, op, i);
    onnx_node(x, "Unsqueeze", name,
              LIST(onnx_name(x, op, i), onnx_int64s(x, onnx_inside(x, "axes"), 1, axes, 2)));
    return name;
}

/* Opset 17 has it of channels alone: each group, of each step, is made one. */
void onnx_groupnorm(Onnx *x, const UnrolledOp *op)
{
    const int64_t *size = op->node->size, groups = size[0] * size[1];
    const bool affine = onnx_in(x, op, 2) != NULL;
    const char *grouped = onnx_inside(x, "grouped"), *norm = onnx_inside(x, "normal");
    const char *flat = affine ? onnx_inside(x, "plain") : op->name;
    const char *scaled = onnx_inside(x, "scaled");

    reshape_to(x, grouped, onnx_name(x, op, 0), shape2(groups, size[2] * size[3]));
    onnx_float(x, onnx_node(x, "InstanceNormalization", norm,
                            LIST(grouped, onnx_fill(x, onnx_inside(x, "ones"), 1, &groups, 1),
                                 onnx_fill(x, onnx_inside(x, "zeros"), 1, &groups, 0))),
               "epsilon", onnx_in(x, op, 1)->node->number[0]);
    reshape_to(x, flat, norm, op->node->shape);
    if (!affine)
        return;
    onnx_node(x, "Mul", scaled, LIST(flat, by_channel(x, op, 2, "gamma")));
    onnx_node(x, "Add", op->name, LIST(scaled, by_channel(x, op, 3, "beta")));
}
