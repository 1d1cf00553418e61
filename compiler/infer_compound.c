/* infer_compound.c -- residual and parallel: bodies in line, joined at the end. */
#include <string.h>

#include "infer.h"

/* ---- Joining tensors ---- */

/* Channels of an image, features of a vector or a sequence. */
static int concat_axis(Shape s)
{
    return s.rank == 3 ? 0 : s.rank - 1;
}

static bool agree_but(Shape a, Shape b, int axis)
{
    for (int i = 0; i < a.rank; i++)
        if (i != axis && a.dim[i] != b.dim[i])
            return false;
    return a.rank == b.rank;
}

static Shape mismatch(Builder *b, const char *join, MessageId id, const Wire *x, const Wire *y,
                      Span at)
{
    Message *m = infer_error(b, id, at, "'%s' cannot join %s and %s", join, shape_of_wire(b, x),
                             shape_of_wire(b, y));

    note_made(b, m, x);
    note_made(b, m, y);
    return SHAPE_ERROR;
}

Shape infer_join(Builder *b, const char *join, MessageId id, const Wire *in, int n, Span at)
{
    const bool concat = !strcmp(join, "concat");
    Shape out = in[0].shape;
    const int axis = concat ? concat_axis(out) : -1;

    for (int i = 0; i < n; i++)
        if (shape_is_error(in[i].shape))
            return SHAPE_ERROR;
    for (int i = 1; i < n; i++) {
        if (!agree_but(out, in[i].shape, axis))
            return mismatch(b, join, id, &in[0], &in[i], at);
        if (concat && !add_ok(out.dim[axis], in[i].shape.dim[axis], &out.dim[axis]))
            return SHAPE_ERROR;
    }
    return out;
}

Shape shape_join_same(const ShapeCall *c)
{
    return infer_join(c->b, c->callee->name, MSG_SHAPE_JOIN, c->in, c->n, c->at);
}

Shape shape_concat(const ShapeCall *c)
{
    return infer_join(c->b, "concat", MSG_SHAPE_JOIN, c->in, c->n, c->at);
}

/* ---- Bodies in line ---- */

/* The statements of a body, from `x` on, into a list of their own; the tensor that comes out. */
static Wire inline_body(Builder *b, const Stmt *body, Wire x, Items *into)
{
    Items *const outside = b->into;

    b->into = into;
    b->now = x;
    infer_statements(b, body);
    b->into = outside;
    return b->now;
}

static Value *bind(Builder *b, const Stmt *s, const Callable *callee)
{
    const Eval in = { b->in->s, b->scope };
    const Call call = { .callee = callee, .args = s->args, .at = s->at };
    return call_bind(&call, &in);
}

static const Callable *compound(const Builder *b, const char *name)
{
    Session *s = b->in->s;
    return vocabulary_find(s->vocabulary, FAMILY_COMPOUND, intern(s->names, name));
}

/* ---- residual ---- */

static Shape residual_shape(Builder *b, const Stmt *s, const Wire *f, const Wire *skip)
{
    if (shape_is_error(f->shape) || shape_is_error(skip->shape))
        return SHAPE_ERROR;
    if (shape_equal(f->shape, skip->shape))
        return f->shape;
    Message *m = infer_error(b, MSG_SHAPE_RESIDUAL, s->at, s->has_other
                             ? "the body puts out %s, the shortcut %s"
                             : "the body puts out %s, but %s flows in: a shortcut is required",
                             shape_of_wire(b, f), shape_of_wire(b, skip));
    note_made(b, m, f);
    note_made(b, m, skip);
    return SHAPE_ERROR;
}

void infer_residual(Builder *b, const Stmt *s)
{
    const Callable *callee = compound(b, "residual");
    const Wire x = b->now;
    Item *item = infer_item(b, ITEM_RESIDUAL, s, callee->name);
    Wire f, skip;

    item->callee = item->written = callee;
    item->arg = bind(b, s, callee);
    f = inline_body(b, s->body, x, &item->body);
    skip = s->has_other ? inline_body(b, s->other, x, &item->shortcut) : x;
    item->body_out = f.ref;
    item->has_shortcut = s->has_other;
    item->shortcut_out = skip.ref;
    if (!item->body.n && !shape_is_error(f.shape)) {
        infer_error(b, MSG_EMPTY_BODY, s->at, "the body of 'residual' has no layers");
        f.shape = SHAPE_ERROR;
    }
    infer_add(b, item, &x, 1, residual_shape(b, s, &f, &skip));
}

/* ---- parallel ---- */

static int count_branches(const Stmt *s)
{
    int n = 0;

    for (const Branch *branch = s->branches; branch; branch = branch->next)
        n++;
    return n;
}

static void infer_branches(Builder *b, const Stmt *s, Item *item, Wire *out)
{
    const Wire x = b->now;
    int k = 0;

    for (const Branch *branch = s->branches; branch; branch = branch->next, k++) {
        out[k] = inline_body(b, branch->body, x, &item->branch[k]);
        item->branch_out[k] = out[k].ref;
        if (ref_equal(&out[k].ref, &x.ref))
            out[k].made = branch->at;
    }
}

void infer_parallel(Builder *b, const Stmt *s)
{
    const Callable *callee = compound(b, "parallel");
    Arena *a = b->in->s->arena;
    const Wire x = b->now;
    const int n = count_branches(s);
    Item *item = infer_item(b, ITEM_PARALLEL, s, callee->name);
    Wire *out = arena_array(a, Wire, n);
    Shape shape = SHAPE_ERROR;

    item->callee = item->written = callee;
    item->arg = bind(b, s, callee);
    item->branch = arena_array(a, Items, n);
    item->branch_out = arena_array(a, Ref, n);
    item->n_branches = n;
    infer_branches(b, s, item, out);
    const Value *join = call_arg(callee, item->arg, "join");
    if (n < 2)
        infer_error(b, MSG_BRANCH_COUNT, s->at, "'parallel' has %d branch%s, wanted two or more", n,
                    n == 1 ? "" : "es");
    else if (join->kind == VALUE_WORD)
        shape = infer_join(b, join->text, MSG_SHAPE_JOIN, out, n, s->at);
    if (!infer_size(b, shape, s->at))
        shape = SHAPE_ERROR;
    infer_add(b, item, &x, 1, shape);
}
