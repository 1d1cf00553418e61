/* emit_predict_plan.c -- where the tensors of one sample live: buffers that take turns. */
#include "emit_predict.h"

static const PredictRow row[N_OPS] = {
#define EXPORT(op, onnx, word, form, room, code) [OP_##op] = { PREDICT_##form, room, code },
#include "exports.def"
#undef EXPORT
};

const PredictRow *predict_row_of(OpKind op) { return &row[op]; }
const PredictRow *predict_row(const UnrolledOp *op) { return &row[op->node->op]; }

typedef struct {
    const Unrolled *net;
    Arena *arena;
    PredictPlan plan;
    int *last;                      /* by operator that is a root: the last one that reads it */
    int *user;                      /* by buffer: the root in it; -1: none */
} Planner;

static int64_t size_of(const Planner *p, int op) { return shape_size(p->net->op[op].node->shape); }

/* ---- Roots --------------------------------------------------------------------------------- */

static void find_root(Planner *p, int i)
{
    const UnrolledOp *op = &p->net->op[i];
    PredictPlace *at = &p->plan.at[i];

    *at = (PredictPlace){ .root = i, .place = PLACE_NONE, .room = PLACE_NONE };
    if (predict_row(op)->form != PREDICT_VIEW)
        return;
    const PredictPlace *of = &p->plan.at[op->in[0]];
    at->root = of->root;
    at->offset = of->offset + (op->node->op == OP_EXTRACT ? op->node->size[3] : 0);
}

static void find_roots(Planner *p)
{
    for (int i = 0; i < p->net->n; i++)
        find_root(p, i);
    for (int i = 0; i < p->net->n; i++) {
        const UnrolledOp *op = &p->net->op[i];

        for (int k = 0; op->used && k < op->node->n_in; k++)
            if (op->in[k] >= 0)
                p->last[p->plan.at[op->in[k]].root] = i;
    }
    p->last[p->plan.at[p->net->output].root] = p->net->n;
}

/* ---- Buffers ------------------------------------------------------------------------------- */

/* The smallest free one that is large enough, else the largest, which grows; else a new one. */
static int take(Planner *p, int root, int64_t size)
{
    int best = -1;

    for (int b = 0; b < p->plan.n_buffers; b++) {
        const int64_t has = p->plan.buffer[b], had = best < 0 ? 0 : p->plan.buffer[best];

        if (p->user[b] < 0 && (best < 0 || (had < size ? has > had : has >= size && has < had)))
            best = b;
    }
    if (best < 0) {
        int n = p->plan.n_buffers;

        best = n;
        arena_push(p->arena, p->user, n, -1);
        arena_push(p->arena, p->plan.buffer, p->plan.n_buffers, 0);
    }
    if (p->plan.buffer[best] < size)
        p->plan.buffer[best] = size;
    p->user[best] = root;
    return best;
}

/* Element by element a result may take the place of an input that is read for the last time. */
static int take_over(Planner *p, int i)
{
    const UnrolledOp *op = &p->net->op[i];

    for (int k = 0; predict_row(op)->form == PREDICT_EACH && k < op->node->n_in; k++) {
        const int root = op->in[k] < 0 ? -1 : p->plan.at[op->in[k]].root;

        if (root >= 0 && p->plan.at[root].place >= 0 && p->last[root] == i
            && size_of(p, root) == size_of(p, i)) {
            p->user[p->plan.at[root].place] = i;
            return p->plan.at[root].place;
        }
    }
    return PLACE_NONE;
}

static void release(Planner *p, int i)
{
    for (int b = 0; b < p->plan.n_buffers; b++)
        if (p->user[b] >= 0 && p->last[p->user[b]] <= i)
            p->user[b] = -1;
}

/* The output goes straight to the caller's y where it is a tensor of its own. */
static bool is_output(const Planner *p, int i)
{
    const PredictPlace *out = &p->plan.at[p->net->output];

    return out->root == i && out->offset == 0 && size_of(p, i) == size_of(p, p->net->output);
}

static void place(Planner *p, int i)
{
    const UnrolledOp *op = &p->net->op[i];
    PredictPlace *at = &p->plan.at[i];
    const int room = predict_row(op)->room;

    if (room) {
        const int64_t size = room * op->node->size[2];

        at->room = take(p, i, size);
    }
    at->place = is_output(p, i) ? PLACE_Y : take_over(p, i);
    if (at->place == PLACE_NONE)
        at->place = take(p, i, size_of(p, i));
    if (room)
        p->user[at->room] = -1;
    release(p, i);
}

PredictPlan predict_plan(const Unrolled *net, Arena *a)
{
    Planner p = { .net = net, .arena = a, .last = arena_array(a, int, net->n) };

    p.plan.at = arena_array(a, PredictPlace, net->n);
    find_roots(&p);
    for (int i = 0; i < net->n; i++) {
        const PredictForm form = predict_row(&net->op[i])->form;

        if (i == net->input)
            p.plan.at[i].place = PLACE_X;
        else if (net->op[i].used && form != PREDICT_NONE && form != PREDICT_VIEW)
            place(&p, i);
    }
    return p.plan;
}
