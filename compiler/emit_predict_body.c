/* emit_predict_body.c -- the statements that compute one sample, by the form and the code of each
 * operator in exports.def. */
#include "emit_predict.h"

#include <ctype.h>
#include <string.h>

/* ---- Operands ------------------------------------------------------------------------------ */

typedef struct {
    Predict *w;
    int op;
    bool element;                   /* EACH: tensors stand as their elements */
    int piece;                      /* PIECES: the input at work; $0 stands for it */
    int64_t at;                     /* where it starts */
    char *out;
} Filling;

static const UnrolledOp *op_of(const Filling *f) { return &f->w->net->op[f->op]; }

static void put(Filling *f, const char *text)
{
    f->out = arena_printf(f->w->s->arena, "%s%s", f->out, text);
}

static void put_integer(Filling *f, int64_t n)
{
    put(f, arena_printf(f->w->s->arena, "%lld", (long long)n));
}

static void put_tensor(Filling *f, int op)
{
    const char *name = op < 0 ? "NULL" : f->w->name[op];
    const bool scalar = op >= 0 && f->w->net->op[op].node->shape.rank == 0;

    put(f, name);
    if (f->element && op >= 0)
        put(f, scalar ? "[0]" : "[i]");
}

/* The constant of a window, one for all instances of its layer. */
static void put_window(Filling *f)
{
    const Window *v = op_of(f)->node->window;
    const char *name = map_get(&f->w->window, v);
    Emit *out = f->w->constants;

    if (!name) {
        name = name_claim(&f->w->taken, f->w->s->names,
                          arena_printf(f->w->s->arena, "%s_window", f->w->name[f->op]),
                          f->w->s->arena);
        map_put(&f->w->window, v, (void *)(uintptr_t)name, f->w->s->arena);
        emit_blank(out);
        emit_open(out, "static const nn_window %s = {", name);
        emit_line(out, ".channels = %lld, .height = %lld, .width = %lld,",
                  (long long)v->in.dim[0], (long long)v->in.dim[1], (long long)v->in.dim[2]);
        emit_line(out, ".filters = %lld, .out_height = %lld, .out_width = %lld,",
                  (long long)v->out.dim[0], (long long)v->out.dim[1], (long long)v->out.dim[2]);
        emit_line(out, ".kernel = %lld, .stride = %lld, .dilation = %lld, .groups = %lld, "
                  ".top = %lld, .left = %lld,", (long long)v->kernel, (long long)v->stride,
                  (long long)v->dilation, (long long)v->groups, (long long)v->top,
                  (long long)v->left);
        emit_close(out, ";");
    }
    put(f, name);
}

/* An rnn's activation as a function over one step; linear does nothing. */
static void put_act(Filling *f)
{
    static const char *const act_name[N_ACTIVATIONS] = {
#define ACTIVATION(id, name, signature, slope_of, family) [ACTIVATION_##id] = name,
#include "activations.def"
#undef ACTIVATION
    };
    const Node *n = op_of(f)->node;
    const char *name = name_claim(&f->w->taken, f->w->s->names,
                                  arena_printf(f->w->s->arena, "%s_act", f->w->name[f->op]),
                                  f->w->s->arena);
    Emit *out = f->w->constants;
    OpKind op = OP_NONE;

    for (int k = OP_NONE + 1; k < N_OPS; k++)
        if (strcmp(op_name((OpKind)k), act_name[n->act]) == 0)
            op = (OpKind)k;
    put(f, name);
    emit_blank(out);
    emit_line(out, "static void %s(int n, float *z)", name);
    emit_open(out, "{");
    if (n->act == ACTIVATION_SOFTMAX) {
        emit_line(out, "nn_softmax(1, n, z, z);");
    } else {
        const char *code = op == OP_NONE ? "$0" : predict_row_of(op)->code;
        const char *hole = strstr(code, "$0"), *number = strstr(code, "$a");

        emit_line(out, "for (int i = 0; i < n; i++)");
        emit_line(out, "    z[i] = %.*sz[i]%s%s;", (int)(hole - code), code,
                  number ? arena_printf(f->w->s->arena, ", %s",
                                        predict_number(f->w, n->number[0])) : "",
                  op == OP_NONE ? "" : ")");
    }
    emit_close(out, "");
}

/* ---- Holes --------------------------------------------------------------------------------- */

/* $0, $1:2, $1:a; returns what stands behind it. */
static const char *fill_input(Filling *f, const char *code)
{
    const int i = f->piece >= 0 ? f->piece : *code - '0', in = op_of(f)->in[i];
    const UnrolledOp *of = in < 0 ? NULL : &f->w->net->op[in];

    if (code[1] != ':') {
        put_tensor(f, in);
        return code + 1;
    }
    if (code[2] == 'a')
        put(f, predict_number(f->w, of->node->number[0]));
    else
        put_tensor(f, of->in[code[2] - '0']);
    return code + 3;
}

static int64_t piece_width(const Filling *f)
{
    const Node *n = op_of(f)->node;

    return shape_size(f->w->net->op[op_of(f)->in[f->piece]].node->shape) / n->size[0];
}

static void fill_hole(Filling *f, char hole)
{
    const Node *n = op_of(f)->node;

    switch (hole) {
    case 'y': put_tensor(f, f->op); break;
    case 'P': put_integer(f, n->size[0]); break;
    case 'Q': put_integer(f, n->size[1]); break;
    case 'S': put_integer(f, n->size[2]); break;
    case 'T': put_integer(f, n->size[3]); break;
    case 'W': put_integer(f, piece_width(f)); break;
    case 'A': put_integer(f, f->at); break;
    case 'a': put(f, predict_number(f->w, n->number[0])); break;
    case 'd': put(f, n->reverse ? "1" : "0"); break;
    case 'f': put_act(f); break;
    case 'G': put_window(f); break;
    case 'w': put(f, arena_printf(f->w->s->arena, "buffer_%d",
                                  f->w->plan.at[f->op].room)); break;
    default: bug("a hole $%c in exports.def", hole);
    }
}

static const char *fill(Predict *w, Filling *f, const char *code)
{
    f->w = w;
    f->out = arena_printf(w->s->arena, "%s", "");
    while (*code) {
        const size_t plain = strcspn(code, "$");

        put(f, arena_copy(w->s->arena, code, plain));
        code += plain;
        if (!*code)
            break;
        if (isdigit((unsigned char)code[1])) {
            code = fill_input(f, code + 1);
        } else {
            fill_hole(f, code[1]);
            code += 2;
        }
    }
    return f->out;
}

/* ---- Statements ---------------------------------------------------------------------------- */

/* A call may pass 100 columns: its pieces are broken into lines. */
static void emit_call(Predict *w, const char *call)
{
    const char *at = strchr(call, '(') + 1;

    emit_begin(w->body, "%.*s", (int)(at - call), call);
    while (*at != ')') {
        const size_t n = strcspn(at, ",)");

        emit_piece(w->body, "%.*s", (int)n, at);
        at += n + (at[n] == ',' ? 2 : 0);
    }
    emit_end(w->body, ");");
}

static void emit_loop(Predict *w, int64_t n, const char *left, const char *right)
{
    emit_line(w->body, "for (int i = 0; i < %lld; i++)", (long long)n);
    emit_line(w->body, "    %s[i] = %s;", left, right);
}

static void emit_pieces(Predict *w, int op, const char *code)
{
    Filling f = { .w = w, .op = op };

    for (f.piece = 0; f.piece < w->net->op[op].node->n_in; f.piece++) {
        emit_call(w, fill(w, &f, code));
        f.at += piece_width(&f);
    }
}

static void emit_op(Predict *w, int op)
{
    const PredictRow *row = predict_row(&w->net->op[op]);
    Filling f = { .w = w, .op = op, .element = row->form == PREDICT_EACH, .piece = -1 };

    if (row->form == PREDICT_PIECES)
        emit_pieces(w, op, row->code);
    else if (row->form == PREDICT_EACH)
        emit_loop(w, shape_size(w->net->op[op].node->shape), w->name[op],
                  fill(w, &f, row->code));
    else
        emit_call(w, fill(w, &f, row->code));
}

/* ---- Tensors ------------------------------------------------------------------------------- */

static const char *place_text(const Predict *w, int root)
{
    const int place = w->plan.at[root].place;

    return place == PLACE_Y ? "y" : place == PLACE_X ? "x"
         : arena_printf(w->s->arena, "buffer_%d", place);
}

/* A view of the whole of another goes by that one's name. */
static void emit_view(Predict *w, int op)
{
    const int of = w->net->op[op].in[0];
    const int64_t ahead = w->plan.at[op].offset - w->plan.at[of].offset;

    if (ahead)
        emit_line(w->body, "const float *const %s = %s + %lld;", w->name[op], w->name[of],
                  (long long)ahead);
    else
        w->name[op] = w->name[of];
}

/* The statement of the source that it is of, where that is another one. */
static const Item *emit_heading(Predict *w, const UnrolledOp *op, const Item *last)
{
    const Item *item = op->node->item;

    if (!item || item == last || (item->kind != ITEM_LAYER && item->kind != ITEM_ACTIVATION
                                  && item->kind != ITEM_RESIDUAL
                                  && item->kind != ITEM_PARALLEL))
        return item;
    emit_blank(w->body);
    emit_line(w->body, "/* %s */", item_text(item, w->s->arena));
    return item;
}

/* What is a part of another tensor, or of x, is copied to y at the end. */
static void emit_output(Predict *w)
{
    const int out = w->net->output;
    const int64_t n = shape_size(w->net->op[out].node->shape);

    if (w->plan.at[w->plan.at[out].root].place == PLACE_Y)
        return;
    emit_blank(w->body);
    emit_loop(w, n, "y", arena_printf(w->s->arena, "%s[i]", w->name[out]));
}

void predict_body(Predict *w)
{
    const Item *item = NULL;

    for (int i = 0; i < w->net->n; i++) {
        const UnrolledOp *op = &w->net->op[i];
        const PredictForm form = predict_row(op)->form;

        if (!op->used || i == w->net->input || form == PREDICT_NONE)
            continue;
        if (form == PREDICT_VIEW) {
            emit_view(w, i);
            continue;
        }
        item = emit_heading(w, op, item);
        emit_line(w->body, "float *const %s = %s;", w->name[i], place_text(w, i));
        emit_op(w, i);
    }
    emit_output(w);
}
