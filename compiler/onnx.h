/* onnx.h -- an unrolled net as a model of ONNX (github.com/onnx/onnx), and what its rules share.
 *
 * Tensors are called as in the net, and weights as in their file; what stands between them has the
 * operator's name, a colon, and a word.  The batch is the first dimension, "batch". */
#ifndef ONNX_H
#define ONNX_H

#include <limits.h>                 /* protobuf-c leaves that to others */

#include "onnx.pb-c.h"
#include "unrolled.h"

typedef struct {
    Session *s;
    const Unrolled *net;
    const float **weight;           /* by operator */
    bool *wanted;                   /* by operator: a node of ONNX reads it */
    const UnrolledOp *op;           /* the one at work */
    const char *word;               /* its column in exports.def */
    Map constant;                   /* names of initialisers */
    Onnx__GraphProto graph;
    const char *refusal;            /* why it cannot be exported, or NULL */
} Onnx;

typedef void OnnxRule(Onnx *x, const UnrolledOp *op);

/* The whole model in its wire format; NULL after a sentence. */
uint8_t *onnx_model(const Unrolled *net, const float **weight, Session *s, size_t *size);

/* ---- What rules are made of ------------------------------------------------------------------ */

const UnrolledOp *onnx_in(const Onnx *x, const UnrolledOp *op, int i);  /* NULL: it is missing */
const char *onnx_name(const Onnx *x, const UnrolledOp *op, int i);      /* "" where it is missing */
Shape onnx_shape(const Onnx *x, const UnrolledOp *op, int i);           /* without the batch */
const char *onnx_inside(const Onnx *x, const char *word);               /* "h:word" */

/* A node with one output; `input` ends with NULL. */
Onnx__NodeProto *onnx_node(Onnx *x, const char *type, const char *output,
                           const char *const *input);
void onnx_int(const Onnx *x, Onnx__NodeProto *node, const char *name, int64_t value);
void onnx_float(const Onnx *x, Onnx__NodeProto *node, const char *name, double value);
void onnx_string(const Onnx *x, Onnx__NodeProto *node, const char *name, const char *value);
void onnx_ints(const Onnx *x, Onnx__NodeProto *node, const char *name, const int64_t *value,
               int n);
Onnx__AttributeProto *onnx_attribute(const Onnx *x, Onnx__NodeProto *node, const char *name,
                                     Onnx__AttributeProto__AttributeType type);

/* Initialisers; `data` is kept.  They return their name. */
const char *onnx_floats(Onnx *x, const char *name, int rank, const int64_t *dim,
                        const float *data);
const char *onnx_scalar(Onnx *x, double value);
const char *onnx_fill(Onnx *x, const char *name, int rank, const int64_t *dim, float value);
const char *onnx_int64s(Onnx *x, const char *name, int rank, const int64_t *value, int n);

/* onnx_layers.c */
OnnxRule onnx_reshape, onnx_plain, onnx_scale, onnx_alpha, onnx_gelu, onnx_silu,
    onnx_hard_sigmoid, onnx_hard_tanh, onnx_softmax, onnx_affine, onnx_batchnorm, onnx_layernorm,
    onnx_groupnorm, onnx_conv, onnx_pool, onnx_plane_mean, onnx_concat;

/* onnx_sequences.c */
OnnxRule onnx_embedding, onnx_recurrent, onnx_extract;

#endif
