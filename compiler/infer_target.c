/* infer_target.c -- the model's output against its target and its loss; made data against both. */
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

static void misfit(Builder *b, MessageId id, const char *wants)
{
    Message *m = infer_error(b, id, b->now.made, "the model puts out %s, but %s",
                             shape_of_wire(b, &b->now), wants);
    diag_note(m, b->in->model->target.at, "the target is stated here");
}

/* A class as labels: logits [K]; as a vector: one-hot [K], or 0 and 1 in [1]. */
static void check_class(Builder *b, Target *t, const Value *loss)
{
    Arena *a = b->in->s->arena;
    const bool fits = shape_equal(b->now.shape, shape1(t->classes));
    const bool binary = t->classes == 2 && shape_equal(b->now.shape, shape1(1));
    const bool vector = !word_is(loss, "SOFTMAX_CROSS_ENTROPY");

    if (fits || (binary && vector)) {
        t->one_hot = vector && loss->kind == VALUE_CALL;
        t->shape = b->now.shape;
        return;
    }
    misfit(b, MSG_SHAPE_TARGET, arena_printf(a, "class(%" PRId64 ") wants [%" PRId64 "]%s",
                                             t->classes, t->classes,
                                             vector && t->classes == 2 ? " or [1]" : ""));
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

/* The activation that a unit ends in, or -1. */
static int last_activation(const Unit *u)
{
    while (u->result.kind == REF_ITEM) {
        const Item *item = u->result.item;

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
    const int act = last_activation(m->unit);
    const Value *loss = &m->settings.loss;

    m->settings.from_probabilities = word_is(loss, "BINARY_CROSS_ENTROPY") &&
                                     act == ACTIVATION_SIGMOID;
    if (act != ACTIVATION_SOFTMAX || !word_is(loss, "SOFTMAX_CROSS_ENTROPY"))
        return;
    for (int i = 0; i < m->n_allow; i++)
        if (!strcmp(m->allow[i], "softmax-twice"))
            return;
    Message *w = diag_warning(b->in->s->diag, MSG_SOFTMAX_TWICE, b->now.made,
                              "the model ends in softmax, and softmax_cross_entropy applies it "
                              "again [-Wsoftmax-twice]");
    diag_note(w, loss->at, "the loss is here");
}

/* ---- Data of known size ---- */

/* Numbers of a sample and classes of the sources that need no file; 0 where any will do. */
static void known_size(const Value *source, int64_t *features, int64_t *classes)
{
    static const struct { const char *id; int64_t features, classes; } known[] = {
        { "DIGITS", 64, 10 }, { "MOONS", 2, 2 }, { "SPIRALS", 2, 0 }, { "XOR", 2, 2 },
        { "PARITY", 0, 2 },
    };

    *features = *classes = 0;
    for (size_t i = 0; i < countof(known); i++)
        if (word_is(source, known[i].id)) {
            *features = known[i].features;
            *classes = known[i].classes;
        }
    if (word_is(source, "SPIRALS"))
        *classes = value_arg(source, "classes")->integer;
    if (word_is(source, "PARITY"))
        *features = value_arg(source, "length")->integer;
}

/* Sources that give one number as the target of a sample: a class, or any. */
static bool gives_number(const Value *source)
{
    static const char *const id[] = { "DIGITS", "CSV", "SPIRALS", "MOONS", "XOR", "PARITY" };

    for (size_t i = 0; i < countof(id); i++)
        if (word_is(source, id[i]))
            return true;
    return false;
}

static void check_vector_source(Builder *b, const Value *source, int64_t classes)
{
    Target *t = &b->in->model->target;

    if (t->kind != TARGET_VECTOR || shape_is_error(t->shape) || shape_size(t->shape) == 1 ||
        !gives_number(source))
        return;
    Arena *a = b->in->s->arena;
    const char *instead = classes ? arena_printf(a, "class(%" PRId64 ")", classes) : "class(n)";
    Message *e = infer_error(b, MSG_DATA_FIT, t->at, "the target is %s, but '%s' gives one number "
                             "for each sample: write target %s, or target [1]",
                             shape_text(a, t->shape), source->callee->name, instead);
    diag_note(e, source->at, "the data is here");
    t->shape = SHAPE_ERROR;         /* the loss is not looked at */
}

static void check_source(Builder *b, const Value *source)
{
    const Model *m = b->in->model;
    int64_t features, classes;

    if (source->kind != VALUE_CALL)
        return;
    known_size(source, &features, &classes);
    check_vector_source(b, source, classes);
    if (features && !shape_is_error(m->input) && shape_size(m->input) != features) {
        Message *e = infer_error(b, MSG_DATA_FIT, m->input_at, "the input is %s, but a sample of "
                                 "'%s' has %" PRId64 " numbers",
                                 shape_text(b->in->s->arena, m->input), source->callee->name,
                                 features);
        diag_note(e, source->at, "the data is here");
    }
    if (classes && m->target.kind == TARGET_CLASS && m->target.classes &&
        m->target.classes != classes) {
        Message *e = infer_error(b, MSG_DATA_FIT, m->target.at, "the target has %" PRId64
                                 " classes, but '%s' has %" PRId64, m->target.classes,
                                 source->callee->name, classes);
        diag_note(e, source->at, "the data is here");
        b->in->model->target.shape = SHAPE_ERROR;       /* the output is not looked at */
    }
}

void infer_check_target(Builder *b)
{
    Infer *in = b->in;
    Model *m = in->model;
    const Value *loss = &m->settings.loss;

    if (in->has_input && in->has_target) {
        check_source(b, &m->data.train);
        check_source(b, &m->data.test);
    }
    if (!in->has_target || shape_is_error(b->now.shape) || shape_is_error(m->target.shape))
        return;
    if (m->target.kind == TARGET_CLASS)
        check_class(b, &m->target, loss);
    else
        check_vector(b, &m->target, loss);
    check_last(b);
}
