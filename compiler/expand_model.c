/* expand_model.c -- the statements of the model and of blocks: names, arguments, shapes; and notes
 * on what the text cannot hold. */
#include <string.h>

#include "expand.h"
#include "written.h"

/* A statement with its places. */
typedef struct {
    Expand *x;
    Edits *e;
    const Stmt *stmt;
    const Standings *places;
    WrittenCall call;               /* row: of each place; callee NULL where nothing is bound */
    bool shape_shown;
    bool name_shown;
} Statement;

static Statement describe(Expand *x, Edits *e, const Stmt *s, const Standings *p)
{
    Statement t = { .x = x, .e = e, .stmt = s, .places = p };
    const Value **row = arena_array(x->s->arena, const Value *, p->n);

    for (int i = 0; i < p->n; i++)
        row[i] = p->place[i].item->arg;
    t.call = (WrittenCall){ p->place[0].item->written, s->args, row, p->n, s->word_at.to,
                            s->has_parens, false };
    return t;
}

/* ---- Shapes ---- */

static bool same_shape(const Standings *p)
{
    for (int i = 1; i < p->n; i++)
        if (!shape_equal(p->place[0].item->out, p->place[i].item->out))
            return false;
    return true;
}

static bool is_numbers(const ShapeExpr *s)
{
    for (const Arg *d = s->dims; d; d = d->next)
        if (d->value->kind != EXPR_INT)
            return false;
    return true;
}

static bool shows_shape(const Stmt *s, const Standings *p)
{
    return s->kind == STMT_LAYER && (s->shape.given ? is_numbers(&s->shape) : same_shape(p));
}

static void add_shape(const Statement *t)
{
    Arena *a = t->x->s->arena;

    if (t->shape_shown && !t->stmt->shape.given)
        edit_insert(t->e, t->stmt->at.to,
                    arena_printf(a, " : %s", shape_text(a, t->places->place[0].item->out)));
}

/* ---- Notes ---- */

/* What a reader does not see of argument k: it was left out and differs, or was chosen.  A param of
 * kind layer has its arguments where it is declared, but for what is chosen here. */
static bool is_hidden(const WrittenCall *c, int k, const Value *v)
{
    const Arg *arg = written_arg(c->callee, k, c->args);

    if (!arg)
        return !expand_is_uniform(c, k) && expand_is_writable(&c->callee->param[k], v);
    return v->automatic && !(written_call(arg->value, v) && expand_is_uniform(c, k));
}

static const char *add_part(const char *text, const char *part, Arena *a)
{
    return arena_printf(a, "%s%s%s", text, *text && *part ? ", " : "", part);
}

static const char *arguments_note(const Statement *t, int i)
{
    Arena *a = t->x->s->arena;
    const WrittenCall *c = &t->call;
    const Item *item = t->places->place[i].item;
    const Callable *callee = c->callee ? c->callee : item->callee;
    const char *text = "";

    for (int k = 0; k < callee->n_params; k++)
        if (c->callee ? is_hidden(c, k, &item->arg[k]) : item->arg[k].automatic)
            text = add_part(text, arena_printf(a, "%s = %s", callee->param[k].name,
                                               value_text(&item->arg[k], a)), a);
    return text;
}

static const char *place_note(const Statement *t, int i)
{
    Arena *a = t->x->s->arena;
    const Item *item = t->places->place[i].item;
    const char *out = shape_text(a, item->out);

    if (item->kind == ITEM_REPEAT)
        return arena_printf(a, "%d times: %s -> %s", item->count, shape_text(a, item->in), out);
    return add_part(t->shape_shown ? "" : out, arguments_note(t, i), a);
}

static void add_note(const Statement *t)
{
    Arena *a = t->x->s->arena;
    const Standings *p = t->places;
    const char **note = arena_array(a, const char *, p->n);
    const bool once = p->n == 1 && !strpbrk(p->place[0].first, ".[") && t->name_shown;

    for (int i = 0; i < p->n; i++)
        note[i] = place_note(t, i);
    edit_note(t->e, t->stmt->whole.from, once ? note[0] : expand_places_text(p, note, a));
}

/* ---- Conditions ---- */

static bool is_taken(const Expand *x, const Stmt *s)
{
    bool taken = false;

    for (; s && !taken; s = s->next) {
        taken = map_get(&x->places, s) || is_taken(x, s->body) || is_taken(x, s->other);
        for (const Branch *branch = s->branches; branch && !taken; branch = branch->next)
            taken = is_taken(x, branch->body);
    }
    return taken;
}

/* Nothing of it stands anywhere, though it would if it were taken. */
static bool is_left_out(const Expand *x, const Stmt *s)
{
    return s && s->kind == STMT_LAYER && !is_taken(x, s);
}

/* Of a condition in a repeat or a block, the names of what stands under it tell. */
static void note_condition(Expand *x, Edits *e, const Stmt *s)
{
    if (is_taken(x, s->body))
        edit_note(e, s->whole.from, "true");
    else if (is_taken(x, s->other) || is_left_out(x, s->body))
        edit_note(e, s->whole.from, "false");
}

/* ---- Statements ---- */

static void expand_placed(Expand *x, Edits *e, const Stmt *s, const Standings *p, const Stmt *body)
{
    Arena *a = x->s->arena;
    Statement t = describe(x, e, s, p);
    Str name = expand_name(x, s, body);

    t.name_shown = name || s->name || s->kind == STMT_REPEAT;
    t.shape_shown = shows_shape(s, p);
    add_note(&t);
    if (name)
        edit_insert(e, s->whole.from, arena_printf(a, "%s = ", name));
    if (t.call.callee)
        expand_call(e, &t.call);
    add_shape(&t);
}

static void note_sample(Expand *x, Edits *e, const Stmt *s)
{
    const Model *m = x->model;
    const bool target = s->kind == STMT_TARGET;
    const Arg *classes = s->value && s->value->kind == EXPR_CALL ? s->value->args : NULL;

    if (classes && !classes->name)
        edit_insert(e, classes->at.from, "classes = ");
    if (classes && classes->value->kind != EXPR_INT)
        edit_note(e, s->whole.from, arena_printf(x->s->arena, "%lld classes",
                                                 (long long)m->target.classes));
    if (s->shape.given && !is_numbers(&s->shape))
        edit_note(e, s->whole.from, shape_text(x->s->arena, target ? m->target.shape : m->input));
}

/* Where statements stand. */
typedef struct {
    const Stmt *all;                /* the model's or the block's body: names are unique in it */
    bool once;                      /* in no repeat, nor in a block */
} Around;

static void expand_statements(Expand *x, Edits *e, const Stmt *s, Around around)
{
    for (; s; s = s->next) {
        const Standings *p = map_get(&x->places, s);
        Around inner = around;
        inner.once = inner.once && s->kind != STMT_REPEAT;
        if (p)
            expand_placed(x, e, s, p, around.all);
        if (s->kind == STMT_IF && around.once && !s->is_else_if)
            note_condition(x, e, s);
        if (s->kind == STMT_INPUT || s->kind == STMT_TARGET)
            note_sample(x, e, s);
        expand_statements(x, e, s->body, inner);
        expand_statements(x, e, s->other, inner);
        for (const Branch *branch = s->branches; branch; branch = branch->next)
            expand_statements(x, e, branch->body, inner);
    }
}

void expand_body(Expand *x, Edits *e, const Decl *d)
{
    expand_statements(x, e, d->body, (Around){ d->body, d->kind == DECL_MODEL });
}

/* ---- Blocks ---- */

static const char *use_note(const Item *item, Arena *a)
{
    const Callable *c = item->written;
    const char *text = "";

    for (int k = 0; k < c->n_params; k++)
        text = add_part(text, arena_printf(a, "%s = %s", c->param[k].name,
                                           value_text(&item->arg[k], a)), a);
    return arena_printf(a, "%s%s%s -> %s", text, *text ? ", " : "",
                        shape_text(a, item->in), shape_text(a, item->out));
}

void expand_block(Expand *x, Edits *e, const Decl *d)
{
    Arena *a = x->s->arena;
    const Standings *p = map_get(&x->places, d);

    if (p) {
        const char **note = arena_array(a, const char *, p->n);
        for (int i = 0; i < p->n; i++)
            note[i] = use_note(p->place[i].item, a);
        edit_note(e, d->whole.from, expand_places_text(p, note, a));
    }
    expand_body(x, e, d);
}
