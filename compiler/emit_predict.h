/* emit_predict.h -- an unrolled net as one C file that predicts: its weights, the kernels that it
 * needs, and a function that calls them; and what its files share. */
#ifndef EMIT_PREDICT_H
#define EMIT_PREDICT_H

#include "emit.h"
#include "names.h"
#include "unrolled.h"

/* The text of the file; promises of it: docs/export.md. */
const char *emit_predict(const Unrolled *net, const float **weight, Session *s, size_t *size);

/* ---- emit_predict/, a file each: made by embed.sh, the last without a name ------------------- */

typedef struct {
    const char *name, *text;        /* "nn_affine" */
} PredictKernel;
extern const PredictKernel predict_kernel[];

/* ---- emit_predict_plan.c: where tensors of one sample live ----------------------------------- */

enum { PLACE_NONE = -1, PLACE_X = -2, PLACE_Y = -3 };   /* else a buffer */

typedef struct {
    int root;                       /* by operator: whose memory it is a part of; its own: itself */
    int64_t offset;                 /* in it */
    int place;                      /* of a root */
    int room;                       /* the buffer that its kernel works in */
} PredictPlace;

typedef struct {
    PredictPlace *at;               /* by operator */
    int64_t *buffer;                /* numbers in each */
    int n_buffers;
} PredictPlan;

PredictPlan predict_plan(const Unrolled *net, Arena *a);

typedef enum { PREDICT_NONE, PREDICT_VIEW, PREDICT_EACH, PREDICT_CALL, PREDICT_PIECES } PredictForm;

typedef struct {
    PredictForm form;
    int room;
    const char *code;
} PredictRow;

const PredictRow *predict_row(const UnrolledOp *op);
const PredictRow *predict_row_of(OpKind op);

/* ---- The file under construction ------------------------------------------------------------- */

typedef struct {
    Session *s;
    const Unrolled *net;
    const float **weight;           /* by operator */
    PredictPlan plan;
    Str *name;                      /* by operator: of its tensor in the C */
    NameSet taken;
    Map window;                     /* of Window: names of their constants */
    Emit *constants, *body;
} Predict;

const char *predict_number(const Predict *w, double x);     /* a float literal */

/* emit_predict_body.c: the statements, and on the way the windows and activations they use. */
void predict_body(Predict *w);

/* emit_predict_kernels.c: the kernels that a text calls, callees first. */
void predict_kernels(Emit *out, const char *text);

#endif
