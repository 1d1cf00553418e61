/* infer_block.c -- blocks: an instance for each set of arguments and input shape, shared. */
#include <inttypes.h>
#include <string.h>

#include "infer.h"

/* One use of a block. */
typedef struct {
    Builder *b;
    Block *block;
    const Stmt *stmt;
    Scope *scope;                   /* its parameters, then the names that the signature binds */
    const Value *arg;
    Wire in;
} Use;

/* ---- Names of instances ---- */

/* Equal for equal instances only. */
static Str instance_key(const Use *u)
{
    Session *s = u->b->in->s;
    const char *key = u->block->decl->name;

    for (int i = 0; i < u->block->callee.n_params; i++) {
        const Value *v = &u->arg[i];
        const char *text = v->kind == VALUE_STRING
                               ? arena_printf(s->arena, "%p", (const void *)v->text)
                               : value_text(v, s->arena);
        key = arena_printf(s->arena, "%s|%d:%s", key, (int)v->kind, text);
    }
    key = arena_printf(s->arena, "%s|%s%s", key, shape_text(s->arena, u->in.shape),
                       u->b->recomputes ? "|recomputes" : "");
    return intern(s->names, key);
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* "leaky_relu(0.2)" as leaky_relu_0p2, "-1" as m1 */
static const char *as_name(const char *text, Arena *a)
{
    char *name = arena_copy(a, text, strlen(text)), *to = name;

    for (const char *c = text; *c; c++) {
        if (is_name_character(*c))
            *to++ = *c;
        else if (*c == '.' || *c == '-')
            *to++ = *c == '.' ? 'p' : 'm';
        else if (to > name && to[-1] != '_')
            *to++ = '_';
    }
    while (to > name && to[-1] == '_')
        to--;
    *to = '\0';
    return name;
}

static const char *dims_text(Shape shape, Arena *a)
{
    const char *text = "";

    for (int i = 0; i < shape.rank; i++)
        text = arena_printf(a, "%s%s%" PRId64, text, i ? "x" : "", shape.dim[i]);
    return text;
}

/* bottleneck_64_2_on_64x56x56; cut where it is long, numbered where it is taken. */
static Str instance_name(const Use *u)
{
    enum { LONGEST = 48 };
    Infer *in = u->b->in;
    Arena *a = in->s->arena;
    const char *text = u->block->decl->name;
    Str name;

    for (int i = 0; i < u->block->callee.n_params; i++)
        text = arena_printf(a, "%s_%s", text, as_name(value_text(&u->arg[i], a), a));
    text = arena_printf(a, "%s_on_%s", text, dims_text(u->in.shape, a));
    text = arena_printf(a, "%.*s%s", (int)LONGEST, text, u->b->recomputes ? "_again" : "");
    name = intern(in->s->names, text);
    for (int n = 2; map_get(&in->unit_names, name); n++)
        name = intern(in->s->names, arena_printf(a, "%s_%d", text, n));
    map_put(&in->unit_names, name, (void *)(uintptr_t)name, a);
    return name;
}

/* ---- Signatures ---- */

static const char *signature_text(const ShapeExpr *e, Arena *a)
{
    const char *text = "";

    for (const Arg *d = e->dims; d; d = d->next)
        text = arena_printf(a, "%s%s%s", text, d == e->dims ? "" : ",", format_expr(d->value, a));
    return arena_printf(a, "[%s]", text);
}

static void signature_error(const Use *u, const Builder *b, Span at, const Wire *w)
{
    const Decl *d = u->block->decl;
    const bool entry = w == &u->in;
    const ShapeExpr *e = entry ? &d->from : &d->to;
    Message *m = infer_error(b, MSG_SHAPE_SIGNATURE, at, "the block '%s' %s %s, but by its "
                             "signature %s", d->name, entry ? "gets" : "puts out",
                             shape_of_wire(b, w), signature_text(e, u->b->in->s->arena));

    note_made(b, m, w);
    if (entry)
        diag_note(m, e->at, "the signature is here");
}

/* A capital name that is no parameter takes the size; anything else has to be equal to it. */
static bool match_dimension(const Use *u, const Builder *b, const Expr *e, int64_t size, bool bind)
{
    const Eval in = { u->b->in->s, u->scope };
    int64_t want;

    if (bind && e->kind == EXPR_NAME && e->text[0] >= 'A' && e->text[0] <= 'Z' &&
        !scope_find_here(u->scope, e->text)) {
        scope_add(u->scope, e->text, value_int(e->at, size), e->at, u->b->in->s->arena);
        return true;
    }
    if (!eval_int(e, "a dimension", &in, &want))
        return false;
    if (want >= 1)
        return want == size;
    infer_error(b, MSG_SIGNATURE_DIMENSION, e->at, "this dimension is %" PRId64
                ", wanted 1 or more", want);
    return false;
}

/* False after a message. */
static bool match_signature(const Use *u, const Builder *b, const ShapeExpr *e, const Wire *w,
                            Span at)
{
    const bool entry = w == &u->in;
    const int errors = diag_errors(u->b->in->s->diag);
    bool fits = true;
    int i = 0;

    if (!e->given || shape_is_error(w->shape))
        return true;
    for (const Arg *a = e->dims; a; a = a->next, i++)
        fits = i < w->shape.rank &&
               match_dimension(u, b, a->value, w->shape.dim[i], entry) && fits;
    if (diag_errors(u->b->in->s->diag) > errors)
        return false;
    if (fits && i == w->shape.rank)
        return true;
    signature_error(u, b, at, w);
    return false;
}

/* ---- Instances ---- */

static void build_body(const Use *u, Unit *unit, const Instance *instance)
{
    Infer *in = u->b->in;
    const Decl *d = u->block->decl;
    Map labels = { 0 };
    Builder b = { .in = in, .unit = unit, .instance = instance, .scope = u->scope,
                  .recomputes = u->b->recomputes,
                  .labels = &labels, .space = infer_namespace(in, d->body),
                  .names = infer_given_names(in, d->body), .into = &unit->items,
                  .now = { { .kind = REF_INPUT }, u->in.shape, u->in.made } };

    b.entry = b.now;
    infer_statements(&b, d->body);
    infer_finish(&b);
    match_signature(u, &b, &d->to, &b.now, d->to.at);
}

/* NULL after a message; its body's mistakes are said once, whatever the arguments. */
static Unit *instantiate(const Use *u)
{
    Infer *in = u->b->in;
    Arena *a = in->s->arena;
    const int errors = diag_errors(in->s->diag);
    const int64_t before = in->n_layers;
    const Instance instance = { u->block, u->stmt->at, u->in.shape, u->b->instance };
    Unit *unit = arena_new_of(a, Unit);
    int64_t *layers = arena_new_of(a, int64_t);

    if (!match_signature(u, u->b, &u->block->decl->from, &u->in, u->stmt->at))
        return NULL;
    unit->name = instance_name(u);
    unit->block = u->block->decl;
    unit->callee = &u->block->callee;
    unit->arg = u->arg;
    unit->at = u->block->decl->at;
    unit->recomputes = u->b->recomputes;
    u->block->open = true;
    build_body(u, unit, &instance);
    u->block->open = false;
    if (diag_errors(in->s->diag) > errors) {
        u->block->failed = true;
        return NULL;
    }
    infer_settle(in, unit);
    *layers = in->n_layers - before;
    in->n_layers = before;
    map_put(&in->unit_layers, unit, layers, a);
    return unit;
}

static bool may_open(const Use *u)
{
    const Builder *b = u->b;

    if (u->block->open) {
        Message *m = infer_error(b, MSG_RECURSIVE_BLOCK, u->stmt->at, "the block '%s' contains "
                                 "itself", u->block->decl->name);
        diag_note(m, u->block->decl->name_at, "it is declared here");
        return false;
    }
    return true;
}

static bool bind(Use *u)
{
    Infer *in = u->b->in;
    const Eval outside = { in->s, u->b->scope };
    const Call call = { &u->block->callee, u->stmt->args, u->stmt->at,
                        scope_new(in->globals->scope, in->s->arena) };

    u->scope = call.inner;
    u->arg = call_bind(&call, &outside);
    for (int i = 0; i < u->block->callee.n_params; i++) {
        if (u->arg[i].kind != VALUE_ERROR)
            continue;
        u->block->refused = u->arg[i].is_default;
        return false;
    }
    return true;
}

static bool read_input(Use *u)
{
    int n;
    const Wire *from = infer_from(u->b, u->stmt, &n);

    if (!from)
        return false;
    if (n > 1) {
        infer_error(u->b, MSG_FROM_COUNT, u->stmt->at,
                    "the block '%s' takes one tensor, but gets %d", u->block->decl->name, n);
        return false;
    }
    u->in = from[0];
    return !shape_is_error(u->in.shape);
}

/* An instance without layers (its ifs took none) hands its input on: a linear activation. */
static void add_identity(const Use *u)
{
    Infer *in = u->b->in;
    const Callable *linear = vocabulary_find(in->s->vocabulary, FAMILY_ACTIVATION,
                                             intern(in->s->names, "linear"));
    Item *item = infer_item(u->b, ITEM_ACTIVATION, u->stmt, u->block->decl->name);

    item->callee = linear;
    item->written = &u->block->callee;
    item->arg = (Value *)(uintptr_t)u->arg;
    infer_add(u->b, item, &u->in, 1, u->in.shape);
    infer_count(u->b, 1, u->stmt->at);
}

static void add_instance(const Use *u, const Unit *unit)
{
    const int64_t *layers = map_get(&u->b->in->unit_layers, unit);
    Item *item = infer_item(u->b, ITEM_BLOCK, u->stmt, u->block->decl->name);

    item->unit = unit;
    item->written = &u->block->callee;
    item->arg = (Value *)(uintptr_t)u->arg;
    infer_add(u->b, item, &u->in, 1, unit->out);
    infer_count(u->b, *layers, u->stmt->at);
}

void infer_block(Builder *b, const Stmt *s, Block *block)
{
    Use u = { .b = b, .block = block, .stmt = s };
    const bool bound = !block->refused && bind(&u), flows = !block->refused && read_input(&u);
    Unit *unit = NULL;

    block->used = true;
    if (bound && flows && !block->failed && may_open(&u)) {
        Str key = instance_key(&u);
        unit = map_get(&b->in->instances, key);
        if (!unit)
            unit = instantiate(&u);
        if (unit)
            map_put(&b->in->instances, key, unit, b->in->s->arena);
    }
    if (!unit) {
        b->in->trains = true;
        infer_lost(b, s);
    } else if (unit->items.n) {
        add_instance(&u, unit);
    } else {
        add_identity(&u);
    }
}
