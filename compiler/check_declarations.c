/* check_declarations.c -- params, lets and blocks; -D; allow. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "suggest.h"

static const char *const kind_names[] = {
    "int", "real", "bool", "string", "activation", "init", "layer",
};

/* A kind that a param may have. */
static bool find_kind(Checker *c, Str kind, Span at, Kinds *out)
{
    Words legal = { 0 };

    for (size_t i = 0; i < countof(kind_names); i++) {
        if (!strcmp(kind_names[i], kind))
            return vocabulary_kinds(c->s->vocabulary, kind, false, out);
        words_add(&legal, kind_names[i], c->s->arena);
    }
    *out = (Kinds){ 0 };
    report_unknown(c->s->diag, MSG_UNKNOWN_KIND, at, "kind", kind, &legal, c->s->arena);
    return false;
}

/* A name that stands further down in the file is no unknown one. */
static bool refers_later(Checker *c, const Expr *e)
{
    const Decl *later = e->kind == EXPR_NAME ? map_get(&c->declared, e->text) : NULL;

    if (later && later != c->current && later->kind != DECL_BLOCK &&
        !scope_find(c->globals->scope, e->text)) {
        Message *m = diag_error(c->s->diag, MSG_DECLARED_LATER, e->at,
                                "'%s' is declared further down", e->text);
        diag_note(m, later->name_at, "here");
        return true;
    }
    bool found = (e->left && refers_later(c, e->left)) || (e->right && refers_later(c, e->right));
    for (const Arg *a = e->args; a && !found; a = a->next)
        found = refers_later(c, a->value);
    return found;
}

static Value evaluate(Checker *c, const Expr *e, const Kinds *want)
{
    const Eval in = { c->s, c->globals->scope };
    return refers_later(c, e) ? value_error(e->at) : eval(e, want, &in);
}

/* ---- Params ---- */

const Define *check_find_define(const Checker *c, Str name, bool setting)
{
    const Define *found = NULL;

    for (int i = 0; i < c->n_defines; i++)
        if (c->define[i].setting == setting && !strcmp(c->define[i].name, name))
            found = &c->define[i];
    return found;
}

Value check_define_value(Checker *c, const Define *define, const Kinds *want)
{
    Session *s = c->s;
    Str path = intern(s->names, arena_printf(s->arena, "-D %s", define->name));
    const Source *text = source_from_text(path, define->text, strlen(define->text), s->arena);
    const Expr *e = parse_expr(text, s);

    return e ? evaluate(c, e, want) : value_error((Span){ 0 });
}

static Value param_value(Checker *c, const Decl *d, const Kinds *want)
{
    const Define *define = check_find_define(c, d->name, false);

    if (define)
        return check_define_value(c, define, want);
    if (d->value)
        return evaluate(c, d->value, want);
    diag_error(c->s->diag, MSG_PARAM_NOT_SET, d->at,
               "the param '%s' has no value; set it with -D %s=...", d->name, d->name);
    return value_error(d->at);
}

static void check_param(Checker *c, const Decl *d)
{
    Session *s = c->s;
    Model *m = c->model;
    Kinds want;
    const bool known = find_kind(c, d->type, d->type_at, &want);
    Value v = known ? param_value(c, d, &want) : value_error(d->at);

    v = value_fit(v, &want, arena_printf(s->arena, "the param '%s'", d->name), s);
    if (v.kind != VALUE_ERROR) {
        const bool given = check_find_define(c, d->name, false) != NULL;
        const ParamValue p = { d->name, d->type, v, given, d };
        arena_push(s->arena, m->param, m->n_params, p);
    }
    scope_add(c->globals->scope, d->name, v, d->name_at, s->arena);
    arena_push(s->arena, c->globals->decl, c->globals->n_decls, d);
}

static void check_let(Checker *c, const Decl *d)
{
    scope_add(c->globals->scope, d->name, evaluate(c, d->value, NULL), d->name_at, c->s->arena);
    arena_push(c->s->arena, c->globals->decl, c->globals->n_decls, d);
}

static void check_defines(Checker *c)
{
    Words legal = { .incomplete = c->globals->scope->all->broken };

    for (int i = 0; i < c->n_decls; i++)
        if (c->decl[i]->kind == DECL_PARAM)
            words_add(&legal, c->decl[i]->name, c->s->arena);
    for (int i = 0; i < c->n_defines; i++) {
        const Decl *d = map_get(&c->declared, intern(c->s->names, c->define[i].name));
        if (!c->define[i].setting && (!d || d->kind != DECL_PARAM))
            report_unknown(c->s->diag, MSG_UNKNOWN_DEFINE, (Span){ 0 }, "param of -D",
                           c->define[i].name, &legal, c->s->arena);
    }
}

/* ---- Blocks ---- */

static void add_block_param(Checker *c, Callable *callee, const BlockParam *p)
{
    Param param = { .name = p->name, .kinds = p->kind, .required = !p->value, .low = -INFINITY,
                    .high = INFINITY, .same_as = -1, .expr = p->value };

    for (int i = 0; i < callee->n_params; i++)
        if (callee->param[i].name == p->name) {
            diag_error(c->s->diag, MSG_DUPLICATE_PARAMETER, p->name_at,
                       "the block has a parameter '%s' already", p->name);
            return;
        }
    if (!find_kind(c, p->kind, p->kind_at, &param.accepts))
        param.accepts.mask = ~0u;
    arena_push(c->s->arena, callee->param, callee->n_params, param);
}

static void check_block(Checker *c, const Decl *d)
{
    Session *s = c->s;
    Block *b = arena_new_of(s->arena, Block);
    const Callable *taken = vocabulary_find(s->vocabulary, FAMILY_LAYER, d->name);

    if (!taken)
        taken = vocabulary_find(s->vocabulary, FAMILY_ACTIVATION, d->name);
    if (taken)
        diag_error(s->diag, MSG_RESERVED_NAME, d->name_at,
                   "'%s' is the name of %s of the language", d->name,
                   taken->family == FAMILY_LAYER ? "a layer" : "an activation");
    b->decl = d;
    b->refused = taken != NULL;
    b->callee = (Callable){ .family = FAMILY_BLOCK, .name = d->name, .id_name = d->name };
    for (const BlockParam *p = d->params; p; p = p->next)
        add_block_param(c, &b->callee, p);
    map_put(&c->globals->blocks, d->name, b, s->arena);
}

/* ---- All of them ---- */

static void declare(Checker *c, const Decl *d)
{
    const Decl *first = map_get(&c->declared, d->name);

    if (!first) {
        map_put(&c->declared, d->name, (void *)(uintptr_t)d, c->s->arena);
        return;
    }
    Message *m = diag_error(c->s->diag, MSG_DUPLICATE_DECLARATION, d->name_at,
                            "'%s' is declared twice", d->name);
    diag_note(m, first->name_at, "first declared here");
}

void check_declarations(Checker *c)
{
    for (int i = 0; i < c->n_decls; i++)
        declare(c, c->decl[i]);
    check_defines(c);
    for (int i = 0; i < c->n_decls; i++) {
        const Decl *d = c->decl[i];

        if (map_get(&c->declared, d->name) != d)
            continue;
        c->current = d;
        if (d->kind == DECL_PARAM)
            check_param(c, d);
        else if (d->kind == DECL_LET)
            check_let(c, d);
        else
            check_block(c, d);
    }
}

void check_allow(Checker *c, const Decl *d)
{
    Words legal = { 0 };

    for (int i = 0; diag_warning_nth(i); i++) {
        if (!strcmp(diag_warning_nth(i), d->name)) {
            arena_push(c->s->arena, c->model->allow, c->model->n_allow, d->name);
            return;
        }
        words_add(&legal, diag_warning_nth(i), c->s->arena);
    }
    report_unknown(c->s->diag, MSG_UNKNOWN_WARNING, d->name_at, "warning", d->name, &legal,
                   c->s->arena);
}
