/* infer_shape.c -- the shape that a layer puts out: a rule for each word of layers.def's column. */
#include <inttypes.h>

#include "infer.h"
#include "language_limits.h"

typedef Shape ShapeRule(const ShapeCall *c);

/* An int argument that was refused is -1: the shape is then unknown, silently. */
static int64_t int_arg(const ShapeCall *c, const char *name)
{
    const Value *v = call_arg(c->callee, c->arg, name);
    return v->kind == VALUE_INT ? v->integer : -1;
}

static bool is_word(const ShapeCall *c, const char *name)
{
    return call_arg(c->callee, c->arg, name)->kind == VALUE_WORD;
}

static Shape in_shape(const ShapeCall *c)
{
    return c->in[0].shape;
}

/* "'dense' takes [features], but gets [3,32,32]" */
static Message *wanted(const ShapeCall *c, const char *shapes)
{
    Message *m = infer_error(c->b, MSG_SHAPE_WANTED, c->at, "'%s' takes %s, but gets %s",
                             c->callee->name, shapes, shape_of_wire(c->b, &c->in[0]));

    note_made(c->b, m, &c->in[0]);
    return m;
}

static Shape images_wanted(const ShapeCall *c)
{
    wanted(c, "[channels, height, width]");
    return SHAPE_ERROR;
}

/* Whether a weight of rows x columns numbers may be; a message where not. */
static bool weights_fit(const ShapeCall *c, int64_t rows, int64_t columns)
{
    int64_t weights;

    if (mul_ok(rows, columns, &weights) && weights <= LIMIT_TENSOR_ELEMENTS)
        return true;
    infer_error(c->b, MSG_SHAPE_SIZE, c->at, "the weights of '%s' have %" PRId64 " x %" PRId64
                " elements, at most %" PRId64 " are possible", c->callee->name, rows, columns,
                LIMIT_TENSOR_ELEMENTS);
    return false;
}

/* [n] -> [units]; [t, n] -> [t, units] */
static Shape shape_dense(const ShapeCall *c)
{
    Shape s = in_shape(c);
    const int64_t units = int_arg(c, "units");

    if (s.rank > 2) {
        Message *m = wanted(c, "[features] or [time, features]");
        const Span before = { c->at.source, c->at.from, c->at.from };
        if (c->n == 1 && !c->b->own && !c->b->instance)
            diag_fix(m, before, "flatten; ");
        diag_note(m, c->at, "flatten makes [%" PRId64 "] of it", shape_size(s));
        return SHAPE_ERROR;
    }
    if (units < 0 || !weights_fit(c, units, s.dim[s.rank - 1]))
        return SHAPE_ERROR;
    s.dim[s.rank - 1] = units;
    return s;
}

/* ---- Windows: floor((in + 2 pad - dilation (kernel - 1) - 1) / stride) + 1 ---- */

typedef struct {
    int64_t kernel, stride, pad, dilation;
    bool same;                      /* pads so that ceil(in / stride) comes out */
} Slide;

/* One side of the image; -1 where the window does not fit. */
static int64_t window_side(const Slide *w, int64_t in)
{
    int64_t span, padded;

    if (w->same)
        return in / w->stride + (in % w->stride != 0);
    if (!mul_ok(w->dilation, w->kernel - 1, &span) || !mul_ok(2, w->pad, &padded) ||
        !add_ok(padded, in, &padded) || span >= padded)
        return -1;
    return (padded - span - 1) / w->stride + 1;
}

static Shape slide(const ShapeCall *c, const Slide *w, int64_t channels)
{
    const Shape in = in_shape(c);
    const int64_t height = window_side(w, in.dim[1]), width = window_side(w, in.dim[2]);

    if (height > 0 && width > 0)
        return shape3(channels, height, width);
    Message *m = infer_error(c->b, MSG_SHAPE_WINDOW, c->at, "a window of %" PRId64 " with "
                             "dilation %" PRId64 " and pad %" PRId64 " does not fit into %s",
                             w->kernel, w->dilation, w->pad, shape_of_wire(c->b, &c->in[0]));
    note_made(c->b, m, &c->in[0]);
    return SHAPE_ERROR;
}

static bool divides(const ShapeCall *c, int64_t groups, int64_t channels, const char *what)
{
    if (channels % groups == 0)
        return true;
    infer_error(c->b, MSG_SHAPE_GROUPS, c->at, "%" PRId64 " groups do not divide %" PRId64 " %s",
                groups, channels, what);
    return false;
}

/* [c, h, w] -> [filters, h', w'] */
static Shape shape_conv(const ShapeCall *c)
{
    const int64_t filters = int_arg(c, "filters"), groups = int_arg(c, "groups");
    const bool same = is_word(c, "pad");
    const Slide w = { int_arg(c, "kernel"), int_arg(c, "stride"), same ? 0 : int_arg(c, "pad"),
                       int_arg(c, "dilation"), same };

    if (in_shape(c).rank != 3)
        return images_wanted(c);
    if (filters < 0 || groups < 0 || w.kernel < 0 || w.stride < 0 || w.pad < 0 || w.dilation < 0)
        return SHAPE_ERROR;
    if (!divides(c, groups, in_shape(c).dim[0], "channels") ||
        !divides(c, groups, filters, "filters") ||
        !weights_fit(c, filters, in_shape(c).dim[0] / groups * w.kernel * w.kernel))
        return SHAPE_ERROR;
    return slide(c, &w, filters);
}

/* [c, h, w] -> [c, h', w'] */
static Shape shape_pool(const ShapeCall *c)
{
    const Slide w = { int_arg(c, "size"), int_arg(c, "stride"), int_arg(c, "pad"), 1, false };

    if (in_shape(c).rank != 3)
        return images_wanted(c);
    if (w.kernel < 0 || w.stride < 0 || w.pad < 0)
        return SHAPE_ERROR;
    if (w.pad > w.kernel / 2) {
        infer_error(c->b, MSG_SHAPE_WINDOW, c->at, "a pad of %" PRId64 " is more than half of the "
                    "size %" PRId64, w.pad, w.kernel);
        return SHAPE_ERROR;
    }
    return slide(c, &w, in_shape(c).dim[0]);
}

/* [c, h, w] -> [c] */
static Shape shape_global_pool(const ShapeCall *c)
{
    return in_shape(c).rank == 3 ? shape1(in_shape(c).dim[0]) : images_wanted(c);
}

/* ---- Other shapes ---- */

static Shape shape_flatten(const ShapeCall *c)
{
    return shape1(shape_size(in_shape(c)));
}

/* The dimensions of a reshape; -1 is what remains of `size`.  False if there is no such shape. */
static bool read_dims(const Value *list, int64_t size, Shape *out)
{
    int64_t known = 1;
    int open = -1;

    *out = (Shape){ .rank = list->n };
    for (int i = 0; i < list->n; i++) {
        const int64_t d = list->item[i].integer;
        if (d == -1 && open < 0)
            open = i;
        else if (d < 1 || !mul_ok(known, d, &known))
            return false;
        out->dim[i] = d;
    }
    if (open >= 0 && size % known == 0)
        out->dim[open] = size / known;
    return open < 0 ? known == size : size % known == 0;
}

static Shape shape_reshape(const ShapeCall *c)
{
    const Value *list = call_arg(c->callee, c->arg, "shape");
    Shape out;

    if (list->kind != VALUE_LIST)
        return SHAPE_ERROR;
    if (!list->n || list->n > LIMIT_RANK) {
        infer_error(c->b, MSG_SHAPE_RESHAPE, list->at, "a shape has 1 to %d dimensions, not %d",
                    (int)LIMIT_RANK, list->n);
        return SHAPE_ERROR;
    }
    if (read_dims(list, shape_size(in_shape(c)), &out))
        return out;
    Message *m = infer_error(c->b, MSG_SHAPE_RESHAPE, c->at, "%s cannot become %s",
                             shape_of_wire(c->b, &c->in[0]), value_text(list, c->b->in->s->arena));
    note_made(c->b, m, &c->in[0]);
    return SHAPE_ERROR;
}

Shape shape_same(const ShapeCall *c)
{
    return in_shape(c);
}

/* The channels of [c, h, w], the features of [n] and [t, n]. */
static Shape shape_groupnorm(const ShapeCall *c)
{
    const int64_t groups = int_arg(c, "groups");
    const Shape in = in_shape(c);
    const bool images = in.rank == 3;

    return groups > 0 && divides(c, groups, in.dim[images ? 0 : in.rank - 1],
                                 images ? "channels" : "features") ? in : SHAPE_ERROR;
}

/* The weights of all gates, and what a batch keeps of a step: up to MOST_KEPT numbers a unit. */
static bool cell_fits(const ShapeCall *c, int64_t units)
{
    enum { MOST_GATES = 4, MOST_KEPT = 5 };
    const Shape in = in_shape(c);
    int64_t width, rows;

    if (!mul_ok(MOST_GATES, units, &rows) ||
        !weights_fit(c, rows, in.dim[1] > units ? in.dim[1] : units))
        return false;
    return mul_ok(MOST_KEPT, units, &width) &&
           infer_size(c->b, shape2(in.dim[0], width), c->at);
}

/* [t, n] -> [units], or with output = all [t, units] */
static Shape shape_recurrent(const ShapeCall *c)
{
    const int64_t units = int_arg(c, "units");
    const Value *output = call_arg(c->callee, c->arg, "output");

    if (in_shape(c).rank != 2) {
        wanted(c, "[time, features]");
        return SHAPE_ERROR;
    }
    if (units < 0 || output->kind != VALUE_WORD || !cell_fits(c, units))
        return SHAPE_ERROR;
    return output->text[0] == 'a' ? shape2(in_shape(c).dim[0], units) : shape1(units);
}

/* [t] -> [t, dim] */
static Shape shape_embedding(const ShapeCall *c)
{
    const int64_t words = int_arg(c, "vocab"), dim = int_arg(c, "dim");

    if (in_shape(c).rank != 1) {
        wanted(c, "[time], a row of numbers of words");
        return SHAPE_ERROR;
    }
    if (words < 0 || dim < 0 || !weights_fit(c, words, dim))
        return SHAPE_ERROR;
    return shape2(in_shape(c).dim[0], dim);
}

static ShapeRule *const rules[N_LAYERS] = {
#define LAYER(id, name, signature, shape, lower) [LAYER_##id] = shape_##shape,
#include "layers.def"
#undef LAYER
};

Shape infer_shape(const ShapeCall *c)
{
    for (int i = 0; i < c->n; i++)
        if (shape_is_error(c->in[i].shape))
            return SHAPE_ERROR;
    return c->callee->family == FAMILY_ACTIVATION ? shape_same(c) : rules[c->callee->id](c);
}

bool infer_size(const Builder *b, Shape s, Span at)
{
    const int64_t size = shape_is_error(s) ? 0 : shape_size(s);
    int64_t elements;

    if (size >= 0 && mul_ok(size, b->in->model->settings.batch, &elements) &&
        elements <= LIMIT_TENSOR_ELEMENTS)
        return true;
    infer_error(b, MSG_SHAPE_SIZE, at, "%s in batches of %" PRId64 " is more than the %" PRId64
                " elements that a tensor may have", shape_text(b->in->s->arena, s),
                b->in->model->settings.batch, LIMIT_TENSOR_ELEMENTS);
    return false;
}
