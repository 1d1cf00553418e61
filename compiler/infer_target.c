/* infer_target.c -- the model's output against its target and its loss. */
#include <inttypes.h>
#include <string.h>

#include "infer.h"

/* ---- The statement ---- */

static bool read_class(Builder *b, const Expr *e, Target *t)
{
    const Eval in = { b->in->s, b->scope };
    const Kinds want = { .mask = KIND_OF(FAMILY_COMPOUND) };
    Value v;

    if (e->kind == EXPR_NAME && !strcmp(e->text, "input")) {
        t->kind = TARGET_INPUT;
        return true;
    }
    if (e->kind != EXPR_CALL || e->left->kind != EXPR_NAME || strcmp(e->left->text, "class")) {
        if (e->kind != EXPR_ERROR)
            infer_error(b, MSG_UNKNOWN_CHOICE, e->at,
                        "a target is class(n), a shape such as [1], or input");
        return false;
    }
    v = eval(e, &want, &in);
    t->kind = TARGET_CLASS;
    if (v.kind == VALUE_CALL)
        t->classes = value_arg(&v, "classes")->integer;
    return t->classes > 0;
}

void infer_target(Builder *b, const Stmt *s)
{
    Infer *in = b->in;
    Target *t = &in->model->target;
    bool ok;

    if (in->has_target) {
        Message *m = infer_error(b, MSG_STATED_TWICE, s->at, "a second target");
        diag_note(m, t->at, "the first one is here");
        return;
    }
    in->has_target = true;
    t->at = s->at;
    if (s->shape.given) {
        t->kind = TARGET_VECTOR;
        t->shape = infer_dims(b, &s->shape, "the target");
        ok = !shape_is_error(t->shape);
    } else {
        ok = read_class(b, s->value, t);
    }
    if (!ok)
        t->shape = SHAPE_ERROR;
}

/* ---- The output ---- */

static Message *misfit(Builder *b, MessageId id, const char *wants)
{
    Message *m = infer_error(b, id, b->now.made, "the model puts out %s, but %s",
                             shape_of_wire(b, &b->now), wants);
    diag_note(m, b->in->model->target.at, "the target is stated here");
    return m;
}

/* For how many steps an output of this shape names a class; 0: one for the sample; -1: for none. */
static int64_t output_steps(const Target *t, Shape out, bool vector)
{
    if (shape_equal(out, shape1(t->classes)))
        return 0;
    if (vector && t->classes == 2 && shape_equal(out, shape1(1)))
        return 0;
    return out.rank == 2 && out.dim[1] == t->classes ? out.dim[0] : -1;
}

/* What a class wants of the output.  `steps`: those of the data, or -1. */
static const char *class_wants(const Builder *b, bool vector, int64_t steps)
{
    const int64_t n = b->in->model->target.classes;
    Arena *a = b->in->s->arena;
    const char *one = arena_printf(a, "class(%" PRId64 ") wants [%" PRId64 "]%s", n, n,
                                   vector && n == 2 ? " or [1]" : "");

    if (steps > 0)
        return arena_printf(a, "a class at each of %" PRId64 " steps wants [%" PRId64 ",%" PRId64
                            "]", steps, steps, n);
    if (steps == 0 || b->now.shape.rank != 2)
        return one;
    return arena_printf(a, "%s, or [%" PRId64 ",%" PRId64 "] for a class at each step", one,
                        b->now.shape.dim[0], n);
}

/* A class as labels: logits [K], or [t,K] at each step; as a vector: one-hot [K], or 0 and 1 in
 * [1]. */
static void check_class(Builder *b, Target *t, const Value *loss)
{
    const bool vector = !word_is(loss, "SOFTMAX_CROSS_ENTROPY");
    const int64_t steps = output_steps(t, b->now.shape, vector);
    const Value *source;
    const int64_t given = infer_class_steps(b->in->model, &source);

    if (steps < 0 || (given >= 0 && given != steps)) {
        Message *m = misfit(b, MSG_SHAPE_TARGET, class_wants(b, vector, given));
        if (given > 0 || (given == 0 && steps > 0))
            diag_note(m, source->at, "the data is here");
        return;
    }
    if (steps && vector && loss->kind == VALUE_CALL) {
        Message *m = infer_error(b, MSG_LOSS_TARGET, loss->at, "'%s' reads one class for a sample, "
                                 "but the model puts out %s: softmax_cross_entropy reads one at "
                                 "each step", loss->callee->name, shape_of_wire(b, &b->now));
        diag_note(m, t->at, "the target is stated here");
        return;
    }
    t->one_hot = vector && loss->kind == VALUE_CALL;
    t->steps = steps;
    t->shape = b->now.shape;
}

static void check_vector(Builder *b, Target *t, const Value *loss)
{
    if (t->kind == TARGET_INPUT)
        t->shape = b->in->model->input;
    if (word_is(loss, "SOFTMAX_CROSS_ENTROPY")) {
        Message *m = infer_error(b, MSG_LOSS_TARGET, loss->at,
                                 "softmax_cross_entropy wants a target class(n), not %s",
                                 t->kind == TARGET_INPUT ? "the input" : "a vector");
        diag_note(m, t->at, "the target is stated here");
    } else if (!shape_is_error(t->shape) && !shape_equal(t->shape, b->now.shape)) {
        misfit(b, MSG_SHAPE_TARGET, arena_printf(b->in->s->arena, "the target is %s",
                                                 shape_text(b->in->s->arena, t->shape)));
    }
}

/* ---- The last activation ---- */

static const Value *act_of(const Item *item)
{
    for (int i = 0; i < item->callee->n_params; i++)
        if (!strcmp(item->callee->param[i].name, "act") && item->arg[i].kind == VALUE_CALL)
            return &item->arg[i];
    return NULL;
}

int last_activation(const Unit *u, const Item **last)
{
    while (u->result.kind == REF_ITEM) {
        const Item *item = u->result.item;

        *last = item;
        if (item->kind == ITEM_ACTIVATION)
            return item->callee->id;
        if (item->kind == ITEM_LAYER)
            return act_of(item) ? act_of(item)->callee->id : -1;
        if (item->kind != ITEM_BLOCK && item->kind != ITEM_REPEAT)
            return -1;
        u = item->kind == ITEM_BLOCK ? item->unit : item->iteration[item->count - 1];
    }
    return -1;
}

static void check_last(Builder *b)
{
    Model *m = b->in->model;
    const Item *last;
    const int act = last_activation(m->unit, &last);
    const Value *loss = &m->settings.loss;

    m->settings.from_probabilities = word_is(loss, "BINARY_CROSS_ENTROPY") &&
                                     act == ACTIVATION_SIGMOID;
    if (act != ACTIVATION_SOFTMAX || !word_is(loss, "SOFTMAX_CROSS_ENTROPY"))
        return;
    for (int i = 0; i < m->n_allow; i++)
        if (!strcmp(m->allow[i], "softmax-twice"))
            return;
    Message *w = diag_warning(b->in->s->diag, MSG_SOFTMAX_TWICE, "softmax-twice",
                              b->now.made, "the model ends in softmax, and softmax_cross_entropy "
                              "applies it again");
    diag_note(w, loss->at, "the loss is here");
}

/* ---- All of it ---- */

void infer_check_target(Builder *b)
{
    Infer *in = b->in;
    Model *m = in->model;
    const Value *loss = &m->settings.loss;

    if (in->has_input)
        infer_check_augment(b);
    if (in->has_input && in->has_target)
        infer_check_sources(b);
    if (!in->has_target || shape_is_error(b->now.shape) || shape_is_error(m->target.shape))
        return;
    if (m->target.kind == TARGET_CLASS)
        check_class(b, &m->target, loss);
    else
        check_vector(b, &m->target, loss);
    check_last(b);
}
