/* onnx.c -- an unrolled net as a model of ONNX: IR version 8, operators of opset 17. */
#include "onnx.h"

#include <string.h>

enum { IR_VERSION = 8, OPSET = 17 };

/* ---- Nodes and their attributes ------------------------------------------------------------ */

#define onnx_new(x, type, init) memcpy(arena_new_of((x)->s->arena, type), &(type)init, sizeof(type))

/* Protobuf's texts are not const, though it changes none. */
static char *text(const Onnx *x, const char *from) { return arena_printf(x->s->arena, "%s", from); }

static const char *doc(const Onnx *x)
{
    const Item *item = x->op->node->item;

    return item && (item->kind == ITEM_LAYER || item->kind == ITEM_ACTIVATION)
         ? item_text(item, x->s->arena) : NULL;
}

Onnx__NodeProto *onnx_node(Onnx *x, const char *type, const char *output,
                           const char *const *input)
{
    Onnx__NodeProto *node = onnx_new(x, Onnx__NodeProto, ONNX__NODE_PROTO__INIT);
    const char *said = doc(x);

    node->op_type = text(x, type);
    node->name = text(x, output);
    node->doc_string = said ? text(x, said) : NULL;
    arena_push(x->s->arena, node->output, node->n_output, text(x, output));
    for (int i = 0; input[i]; i++)
        arena_push(x->s->arena, node->input, node->n_input, text(x, input[i]));
    while (node->n_input > 0 && !*node->input[node->n_input - 1])
        node->n_input--;
    arena_push(x->s->arena, x->graph.node, x->graph.n_node, node);
    return node;
}

Onnx__AttributeProto *onnx_attribute(const Onnx *x, Onnx__NodeProto *node, const char *name,
                                     Onnx__AttributeProto__AttributeType type)
{
    Onnx__AttributeProto *a = onnx_new(x, Onnx__AttributeProto, ONNX__ATTRIBUTE_PROTO__INIT);

    a->name = text(x, name);
    a->has_type = true;
    a->type = type;
    arena_push(x->s->arena, node->attribute, node->n_attribute, a);
    return a;
}

void onnx_int(const Onnx *x, Onnx__NodeProto *node, const char *name, int64_t value)
{
    Onnx__AttributeProto *a = onnx_attribute(x, node, name,
                                             ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    a->has_i = true;
    a->i = value;
}

void onnx_float(const Onnx *x, Onnx__NodeProto *node, const char *name, double value)
{
    Onnx__AttributeProto *a = onnx_attribute(x, node, name,
                                             ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
    a->has_f = true;
    a->f = (float)value;
}

void onnx_string(const Onnx *x, Onnx__NodeProto *node, const char *name, const char *value)
{
    Onnx__AttributeProto *a = onnx_attribute(x, node, name,
                                             ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);
    a->has_s = true;
    a->s = (ProtobufCBinaryData){ strlen(value), (uint8_t *)text(x, value) };
}

void onnx_ints(const Onnx *x, Onnx__NodeProto *node, const char *name, const int64_t *value, int n)
{
    Onnx__AttributeProto *a = onnx_attribute(x, node, name,
                                             ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
    for (int i = 0; i < n; i++)
        arena_push(x->s->arena, a->ints, a->n_ints, value[i]);
}

/* ---- Initialisers -------------------------------------------------------------------------- */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "ONNX's raw data is little endian, as numbers are here");

static const char *add_tensor(Onnx *x, const char *name, int type, int rank, const int64_t *dim,
                              const void *data, size_t size)
{
    Onnx__TensorProto *t = onnx_new(x, Onnx__TensorProto, ONNX__TENSOR_PROTO__INIT);
    const Str key = intern(x->s->names, name);

    if (map_get(&x->constant, key))
        return key;
    t->name = text(x, name);
    t->has_data_type = true;
    t->data_type = type;
    for (int i = 0; i < rank; i++)
        arena_push(x->s->arena, t->dims, t->n_dims, dim[i]);
    t->has_raw_data = true;
    t->raw_data = (ProtobufCBinaryData){ size, (uint8_t *)(uintptr_t)data };
    arena_push(x->s->arena, x->graph.initializer, x->graph.n_initializer, t);
    map_put(&x->constant, key, t, x->s->arena);
    return key;
}

static size_t product(int rank, const int64_t *dim)
{
    size_t n = 1;

    for (int i = 0; i < rank; i++)
        n *= (size_t)dim[i];
    return n;
}

const char *onnx_floats(Onnx *x, const char *name, int rank, const int64_t *dim, const float *data)
{
    return add_tensor(x, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, rank, dim, data,
                      product(rank, dim) * sizeof *data);
}

const char *onnx_fill(Onnx *x, const char *name, int rank, const int64_t *dim, float value)
{
    const size_t n = product(rank, dim);
    float *data = arena_array(x->s->arena, float, n);

    for (size_t i = 0; i < n; i++)
        data[i] = value;
    return onnx_floats(x, name, rank, dim, data);
}

const char *onnx_scalar(Onnx *x, double value)
{
    return onnx_fill(x, arena_printf(x->s->arena, ":%.9g", value), 0, NULL, (float)value);
}

const char *onnx_int64s(Onnx *x, const char *name, int rank, const int64_t *value, int n)
{
    int64_t *data = arena_array(x->s->arena, int64_t, n);

    memcpy(data, value, (size_t)n * sizeof *data);
    return add_tensor(x, name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, rank, (int64_t[]){ n }, data,
                      (size_t)n * sizeof *data);
}

/* ---- What rules read ----------------------------------------------------------------------- */

const UnrolledOp *onnx_in(const Onnx *x, const UnrolledOp *op, int i)
{
    return i < op->node->n_in && op->in[i] >= 0 ? &x->net->op[op->in[i]] : NULL;
}

const char *onnx_name(const Onnx *x, const UnrolledOp *op, int i)
{
    const UnrolledOp *in = onnx_in(x, op, i);

    return in ? in->name : "";
}

Shape onnx_shape(const Onnx *x, const UnrolledOp *op, int i)
{
    return onnx_in(x, op, i)->node->shape;
}

const char *onnx_inside(const Onnx *x, const char *word)
{
    return arena_printf(x->s->arena, "%s:%s", x->op->name, word);
}

/* ---- The graph ----------------------------------------------------------------------------- */

static void onnx_none(Onnx *x, const UnrolledOp *op)
{
    (void)x;
    (void)op;
}

static const struct {
    OnnxRule *rule;
    const char *word;
} export[N_OPS] = {
#define EXPORT(op, onnx, word, form, room, code) [OP_##op] = { onnx_##onnx, word },
#include "exports.def"
#undef EXPORT
};

static void want(const Onnx *x, const UnrolledOp *op, int n)
{
    for (int i = 0; i < n; i++)
        if (op->in[i] >= 0)
            x->wanted[op->in[i]] = true;
}

/* A recurrent layer is one node, of the input of its first product; it writes its weights. */
static void want_inputs(const Onnx *x, const UnrolledOp *op)
{
    if (export[op->node->op].rule == onnx_recurrent)
        want(x, onnx_in(x, op, 0), 1);
    else
        want(x, op, op->node->n_in);
}

static void find_wanted(Onnx *x)
{
    x->wanted = arena_array(x->s->arena, bool, x->net->n);
    x->wanted[x->net->output] = true;
    for (int i = x->net->n - 1; i >= 0; i--)
        if (x->wanted[i])
            want_inputs(x, &x->net->op[i]);
}

static void write_op(Onnx *x, int i)
{
    const UnrolledOp *op = &x->net->op[i];

    if (unrolled_is_weight(op)) {
        onnx_floats(x, op->name, op->tensor->shape.rank, op->tensor->shape.dim, x->weight[i]);
        return;
    }
    if (op->node->op == OP_INPUT)
        return;
    x->op = op;
    x->word = export[op->node->op].word;
    if (!export[op->node->op].rule)
        bug("%s has no row in exports.def", op_name(op->node->op));
    export[op->node->op].rule(x, op);
}

static Onnx__ValueInfoProto *value_info(const Onnx *x, const UnrolledOp *op)
{
    Onnx__ValueInfoProto *v = onnx_new(x, Onnx__ValueInfoProto, ONNX__VALUE_INFO_PROTO__INIT);
    Onnx__TypeProto *type = onnx_new(x, Onnx__TypeProto, ONNX__TYPE_PROTO__INIT);
    Onnx__TypeProto__Tensor *tensor = onnx_new(x, Onnx__TypeProto__Tensor,
                                               ONNX__TYPE_PROTO__TENSOR__INIT);
    Onnx__TensorShapeProto *shape = onnx_new(x, Onnx__TensorShapeProto,
                                             ONNX__TENSOR_SHAPE_PROTO__INIT);

    for (int i = -1; i < op->node->shape.rank; i++) {
        Onnx__TensorShapeProto__Dimension *d = onnx_new(x, Onnx__TensorShapeProto__Dimension,
                                                 ONNX__TENSOR_SHAPE_PROTO__DIMENSION__INIT);
        d->value_case = i < 0 ? ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM
                              : ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        if (i < 0)
            d->dim_param = text(x, "batch");
        else
            d->dim_value = op->node->shape.dim[i];
        arena_push(x->s->arena, shape->dim, shape->n_dim, d);
    }
    tensor->has_elem_type = true;
    tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    tensor->shape = shape;
    type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    type->tensor_type = tensor;
    v->name = text(x, op->name);
    v->type = type;
    return v;
}

/* Protobuf's readers refuse 2 GiB. */
static uint8_t *pack(Onnx *x, size_t *size)
{
    Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
    Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT, *opsets = &opset;

    opset.domain = text(x, "");
    opset.has_version = model.has_ir_version = true;
    opset.version = OPSET;
    model.ir_version = IR_VERSION;
    model.producer_name = text(x, "netc");
    model.producer_version = text(x, NETC_VERSION);
    model.graph = &x->graph;
    model.opset_import = &opsets;
    model.n_opset_import = 1;
    *size = onnx__model_proto__get_packed_size(&model);
    if (*size > INT_MAX) {
        fprintf(stderr, "netc: the model takes %zu bytes; a file of ONNX holds at most %d\n",
                *size, INT_MAX);
        return NULL;
    }
    uint8_t *out = arena_array(x->s->arena, uint8_t, *size);
    onnx__model_proto__pack(&model, out);
    return out;
}

uint8_t *onnx_model(const Unrolled *net, const float **weight, Session *s, size_t *size)
{
    Onnx x = { .s = s, .net = net, .weight = weight, .graph = ONNX__GRAPH_PROTO__INIT };

    x.graph.name = text(&x, net->model->name);
    arena_push(s->arena, x.graph.input, x.graph.n_input, value_info(&x, &net->op[net->input]));
    find_wanted(&x);
    for (int i = 0; i < net->n && !x.refusal; i++)
        if (x.wanted[i])
            write_op(&x, i);
    if (x.refusal) {
        fprintf(stderr, "netc: %s\n", x.refusal);
        return NULL;
    }
    arena_push(s->arena, x.graph.output, x.graph.n_output, value_info(&x, &net->op[net->output]));
    return pack(&x, size);
}
