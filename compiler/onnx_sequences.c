/* onnx_sequences.c -- embeddings and recurrent layers in ONNX: a rule each.
 *
 * ONNX's RNN, LSTM and GRU take all of a layer's weights as three tensors, W, R and B, with a first
 * dimension for the direction and gates in an order of their own, and put time before the batch. */
#include "onnx.h"

#include <string.h>

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* The program's input is of floats, also where they are numbers of words. */
void onnx_embedding(Onnx *x, const UnrolledOp *op)
{
    const char *word = onnx_inside(x, "word");

    onnx_int(x, onnx_node(x, "Cast", word, LIST(onnx_name(x, op, 0))), "to",
             ONNX__TENSOR_PROTO__DATA_TYPE__INT64);
    onnx_node(x, "Gather", op->name, LIST(onnx_name(x, op, 1), word));
}

/* One step of all. */
void onnx_extract(Onnx *x, const UnrolledOp *op)
{
    const int64_t step = op->node->size[3] / op->node->size[2];
    const char *at = onnx_int64s(x, onnx_inside(x, "step"), 0, &step, 1);

    onnx_int(x, onnx_node(x, "Gather", op->name, LIST(onnx_name(x, op, 0), at)), "axis", 1);
}

/* ---- Weights ------------------------------------------------------------------------------- */

enum { MOST_GATES = 4 };

/* gate[k]: PyTorch's number of the gate that is ONNX's k-th: of i f g o, and of r z n. */
typedef struct {
    int n, gate[MOST_GATES];
} Gates;

static Gates gates_of(OpKind op)
{
    switch (op) {
    case OP_LSTM:   return (Gates){ 4, { 0, 3, 1, 2 } };
    case OP_GRU:    return (Gates){ 3, { 1, 0, 2 } };
    default:        return (Gates){ 1, { 0 } };
    }
}

/* Rows of the gates in ONNX's order; returns what stands behind. */
static float *put_gates(const Onnx *x, const UnrolledOp *op, int i, Gates gates, float *out)
{
    const int64_t n = shape_size(onnx_in(x, op, i)->tensor->shape) / gates.n;
    const float *from = x->weight[op->in[i]];

    for (int k = 0; k < gates.n; k++, out += n)
        memcpy(out, from + gates.gate[k] * n, (size_t)n * sizeof *out);
    return out;
}

/* Input i of op, a matrix, as "h:W" or "h:R". */
static const char *put_matrix(Onnx *x, const UnrolledOp *op, int i, Gates gates, const char *word)
{
    const Shape s = onnx_in(x, op, i)->tensor->shape;
    float *data = arena_array(x->s->arena, float, shape_size(s));

    put_gates(x, op, i, gates, data);
    return onnx_floats(x, onnx_inside(x, word), 3, (int64_t[]){ 1, s.dim[0], s.dim[1] }, data);
}

/* The biases of both products; "" where there are none. */
static const char *put_biases(Onnx *x, const UnrolledOp *product, const UnrolledOp *cell,
                              Gates gates)
{
    if (!onnx_in(x, product, 2))
        return "";
    const int64_t n = 2 * shape_size(onnx_in(x, product, 2)->tensor->shape);
    float *data = arena_array(x->s->arena, float, n);

    put_gates(x, cell, 2, gates, put_gates(x, product, 2, gates, data));
    return onnx_floats(x, onnx_inside(x, "B"), 2, (int64_t[]){ 1, n }, data);
}

/* ---- Cells --------------------------------------------------------------------------------- */

/* Activations that ONNX's RNN has, with its alpha and beta; alpha NAN: the layer's own number. */
typedef struct {
    const char *name;
    int numbers;
    double alpha, beta;
    bool own;                       /* alpha is the layer's number */
} CellAct;

static const CellAct cell_act[N_ACTIVATIONS] = {
    [ACTIVATION_LINEAR] = { "Affine", 2, 1, 0, false },
    [ACTIVATION_SIGMOID] = { .name = "Sigmoid" },
    [ACTIVATION_TANH] = { .name = "Tanh" },
    [ACTIVATION_RELU] = { .name = "Relu" },
    [ACTIVATION_LEAKY_RELU] = { "LeakyRelu", 1, 0, 0, true },
    [ACTIVATION_ELU] = { "Elu", 1, 0, 0, true },
    [ACTIVATION_SOFTPLUS] = { .name = "Softplus" },
    [ACTIVATION_SOFTSIGN] = { .name = "Softsign" },
    [ACTIVATION_HARD_SIGMOID] = { "HardSigmoid", 2, 1.0 / 6, 0.5, false },
};

static void put_number(const Onnx *x, Onnx__NodeProto *node, const char *name, double value)
{
    Onnx__AttributeProto *a = onnx_attribute(x, node, name,
                                             ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS);
    arena_push(x->s->arena, a->floats, a->n_floats, (float)value);
}

static void refuse(Onnx *x, const UnrolledOp *op)
{
    const Span at = op->node->item->at;

    x->refusal = arena_printf(x->s->arena, "%s:%d: '%s' cannot be exported to ONNX, whose RNN has "
                              "no such activation; it has linear, sigmoid, tanh, relu, "
                              "leaky_relu, elu, softplus, softsign and hard_sigmoid",
                              at.source->path, source_place(at.source, at.from).line,
                              item_text(op->node->item, x->s->arena));
}

static void put_activation(Onnx *x, const UnrolledOp *op, Onnx__NodeProto *node)
{
    const CellAct *act = &cell_act[op->node->act];
    Onnx__AttributeProto *a = onnx_attribute(x, node, "activations",
                                             ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS);

    if (!act->name) {
        refuse(x, op);
        return;
    }
    const ProtobufCBinaryData name = { strlen(act->name), (uint8_t *)(uintptr_t)act->name };
    arena_push(x->s->arena, a->strings, a->n_strings, name);
    if (act->numbers > 0)
        put_number(x, node, "activation_alpha", act->own ? op->node->number[0] : act->alpha);
    if (act->numbers > 1)
        put_number(x, node, "activation_beta", act->beta);
}

static void turn(Onnx *x, const char *output, const char *input)
{
    onnx_ints(x, onnx_node(x, "Transpose", output, LIST(input)), "perm", (int64_t[]){ 1, 0, 2 }, 3);
}

static void put_attributes(Onnx *x, const UnrolledOp *op, Onnx__NodeProto *cell)
{
    onnx_int(x, cell, "hidden_size", op->node->size[2]);
    onnx_string(x, cell, "direction", op->node->reverse ? "reverse" : "forward");
    if (op->node->op == OP_RNN)
        put_activation(x, op, cell);
    if (op->node->op == OP_GRU)         /* the reset gate acts behind its product */
        onnx_int(x, cell, "linear_before_reset", 1);
}

/* [batch, steps, inputs] -> [batch, steps, units] */
void onnx_recurrent(Onnx *x, const UnrolledOp *op)
{
    const UnrolledOp *product = onnx_in(x, op, 0);
    const Gates gates = gates_of(op->node->op);
    const char *by_step = onnx_inside(x, "by_step"), *states = onnx_inside(x, "Y");
    const char *squeezed = onnx_inside(x, "states");
    const char *w = put_matrix(x, product, 1, gates, "W"), *r = put_matrix(x, op, 1, gates, "R");
    const int64_t direction = 1;

    turn(x, by_step, onnx_name(x, product, 0));
    put_attributes(x, op, onnx_node(x, x->word, states,
                                    LIST(by_step, w, r, put_biases(x, product, op, gates))));
    onnx_node(x, "Squeeze", squeezed,
              LIST(states, onnx_int64s(x, onnx_inside(x, "direction"), 1, &direction, 1)));
    turn(x, op->name, squeezed);
}
