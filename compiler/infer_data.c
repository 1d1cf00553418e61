/* infer_data.c -- bundled and made data against the model; augmentation against its input. */
#include <inttypes.h>
#include <string.h>

#include "infer.h"

/* ---- What is known of a source ---- */

/* What it gives as the target of a sample. */
typedef enum {
    GIVES_ANY, GIVES_CLASS, GIVES_CLASS_OR_VECTOR, GIVES_SUM, GIVES_CLASS_BY_STEP
} Gives;

typedef struct {
    const char *id;
    Gives gives;
    int64_t classes;                /* 0: not known */
    Shape sample;                   /* rank 0: any */
    bool symbols;                   /* a step is one of so many symbols: one-hot, or its number */
} Known;

enum { LENGTH = 0 };                /* in a shape: the argument `length` */

static const Known known[] = {
    { "DIGITS",         GIVES_CLASS, 10, { 1, { 64 } }, false },
    { "IDX",            GIVES_CLASS_OR_VECTOR, 0, { 0 }, false },
    { "CSV",            GIVES_CLASS, 0, { 0 }, false },
    { "CIFAR10",        GIVES_CLASS, 10, { 3, { 3, 32, 32 } }, false },
    { "MOONS",          GIVES_CLASS, 2, { 1, { 2 } }, false },
    { "SPIRALS",        GIVES_CLASS, 0, { 1, { 2 } }, false },
    { "XOR",            GIVES_CLASS, 2, { 1, { 2 } }, false },
    { "PARITY",         GIVES_CLASS, 2, { 1, { LENGTH } }, false },
    { "ADDING",         GIVES_SUM, 0, { 2, { LENGTH, 2 } }, false },
    { "TEMPORAL_ORDER", GIVES_CLASS, 4, { 2, { LENGTH, 6 } }, true },
    { "COPY",           GIVES_CLASS_BY_STEP, 9, { 2, { LENGTH, 10 } }, true },
};

static Known known_of(const Value *source)
{
    Known k = { .gives = GIVES_ANY };

    for (size_t i = 0; i < countof(known); i++)
        if (word_is(source, known[i].id))
            k = known[i];
    if (k.sample.rank && k.sample.dim[0] == LENGTH) {
        k.sample.dim[0] = value_arg(source, "length")->integer;
        if (k.sample.dim[0] == 0)       /* a mistake that was told */
            return (Known){ .gives = GIVES_ANY };
    }
    if (word_is(source, "SPIRALS"))
        k.classes = value_arg(source, "classes")->integer;
    return k;
}

/* ---- The input ---- */

/* Vectors fit by their size, sequences also by the numbers of a step, images by their shape, or
 * flat. */
static bool fits_input(const Known *k, Shape input)
{
    const bool same_size = shape_size(input) == shape_size(k->sample);
    const bool same_step = input.dim[input.rank - 1] == k->sample.dim[1];

    if (k->sample.rank == 0 || shape_equal(input, k->sample))
        return true;
    if (k->sample.rank == 2)
        return (same_size && same_step) || (k->symbols && shape_size(input) == k->sample.dim[0]);
    return same_size && (k->sample.rank == 1 || input.rank == 1);
}

static const char *sample_text(const Known *k, Arena *a)
{
    if (k->sample.rank == 1)
        return arena_printf(a, "has %" PRId64 " numbers", k->sample.dim[0]);
    return arena_printf(a, "is %s%s%s", shape_text(a, k->sample), k->symbols ? " or " : "",
                        k->symbols ? shape_text(a, shape1(k->sample.dim[0])) : "");
}

static void check_input(Builder *b, const Value *source, const Known *k)
{
    const Model *m = b->in->model;
    Arena *a = b->in->s->arena;

    if (shape_is_error(m->input) || fits_input(k, m->input))
        return;
    Message *e = infer_error(b, MSG_DATA_FIT, m->input_at, "the input is %s, but a sample of '%s' "
                             "%s", shape_text(a, m->input), source->callee->name,
                             sample_text(k, a));
    diag_note(e, source->at, "the data is here");
}

/* ---- The target ---- */

/* What the source gives, and what to write for it; NULL if the target is that. */
static const char *wrong_target(const Known *k, const Target *t, Arena *a)
{
    const char *class = k->classes ? arena_printf(a, "class(%" PRId64 ")", k->classes) : "class(n)";
    const int64_t length = k->sample.dim[0];

    if (t->kind == TARGET_CLASS)
        return k->gives == GIVES_SUM ? "a sum for each sample: write target [1]" : NULL;
    if (t->kind == TARGET_INPUT || k->gives == GIVES_ANY || k->gives == GIVES_CLASS_OR_VECTOR)
        return NULL;
    if (k->gives == GIVES_CLASS_BY_STEP)
        return shape_size(t->shape) == length ? NULL : arena_printf(a, "%" PRId64
            " numbers for each sample: write target %s, or target [%" PRId64 "]", length, class,
            length);
    if (shape_size(t->shape) == 1)
        return NULL;
    return k->gives == GIVES_SUM ? "one number for each sample: write target [1]"
         : arena_printf(a, "one number for each sample: write target %s, or target [1]", class);
}

static void check_kind(Builder *b, const Value *source, const Known *k)
{
    Arena *a = b->in->s->arena;
    Target *t = &b->in->model->target;
    const char *gives = shape_is_error(t->shape) ? NULL : wrong_target(k, t, a);

    if (!gives)
        return;
    Message *e = infer_error(b, MSG_DATA_FIT, t->at, "the target is %s, but '%s' gives %s",
                             t->kind == TARGET_CLASS ? "a class" : shape_text(a, t->shape),
                             source->callee->name, gives);
    diag_note(e, source->at, "the data is here");
    t->shape = SHAPE_ERROR;         /* the loss is not looked at */
}

static void check_classes(Builder *b, const Value *source, const Known *k)
{
    Target *t = &b->in->model->target;

    if (t->kind != TARGET_CLASS || !t->classes || !k->classes || t->classes == k->classes)
        return;
    Message *e = infer_error(b, MSG_DATA_FIT, t->at, "the target has %" PRId64
                             " classes, but '%s' has %" PRId64, t->classes, source->callee->name,
                             k->classes);
    diag_note(e, source->at, "the data is here");
    t->shape = SHAPE_ERROR;         /* the output is not looked at */
}

static void check_source(Builder *b, const Value *source)
{
    if (source->kind != VALUE_CALL)
        return;
    const Known k = known_of(source);
    check_kind(b, source, &k);
    check_input(b, source, &k);
    check_classes(b, source, &k);
}

void infer_check_sources(Builder *b)
{
    const Data *data = &b->in->model->data;

    check_source(b, &data->train);
    if (data->test.arg != data->train.arg)      /* not cifar10's own test part */
        check_source(b, &data->test);
}

int64_t infer_class_steps(const Model *m, const Value **source)
{
    const Value *part[] = { &m->data.train, &m->data.test };

    for (size_t i = 0; i < countof(part); i++) {
        const Known k = part[i]->kind == VALUE_CALL ? known_of(part[i]) : (Known){ .id = NULL };

        *source = part[i];
        if (k.gives == GIVES_CLASS_BY_STEP)
            return k.sample.dim[0];
        if (k.gives == GIVES_CLASS || k.gives == GIVES_CLASS_OR_VECTOR)
            return 0;
    }
    *source = NULL;
    return -1;
}

/* ---- Augmentation ---- */

/* What is wrong with it for images of this shape, or NULL. */
static const char *wrong_change(const Value *change, Shape input, Arena *a)
{
    const int64_t least = input.dim[1] < input.dim[2] ? input.dim[1] : input.dim[2];

    if (input.rank != 3)
        return arena_printf(a, "'%s' changes images [channels, height, width], but the input is %s",
                            change->callee->name, shape_text(a, input));
    if (!word_is(change, "CROP") || value_arg(change, "pad")->kind != VALUE_INT ||
        value_arg(change, "pad")->integer < least)
        return NULL;
    return arena_printf(a, "a pad of %" PRId64 " can move all of an image %s out of its window",
                        value_arg(change, "pad")->integer, shape_text(a, input));
}

void infer_check_augment(Builder *b)
{
    const Model *m = b->in->model;
    const Value *list = &m->data.augment;

    if (list->kind != VALUE_LIST || shape_is_error(m->input))
        return;
    for (int i = 0; i < list->n; i++) {
        const Value *change = &list->item[i];
        const char *wrong = change->kind == VALUE_CALL
                          ? wrong_change(change, m->input, b->in->s->arena) : NULL;
        if (!wrong)
            continue;
        Message *e = infer_error(b, MSG_DATA_FIT, change->at, "%s", wrong);
        diag_note(e, m->input_at, "the input is stated here");
        return;
    }
}
