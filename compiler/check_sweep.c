/* check_sweep.c -- the axes of a sweep: that they can vary, and over what. */
#include <string.h>

#include "check.h"
#include "suggest.h"

/* A setting of train, or the optimiser's lr. */
static bool setting_kinds(Checker *c, Str key, Kinds *out)
{
    Session *s = c->s;
    const Callable *train = vocabulary_find(s->vocabulary, FAMILY_SETTINGS,
                                            intern(s->names, "train"));

    for (int i = 0; i < train->n_params; i++)
        if (train->param[i].name == key) {
            *out = train->param[i].accepts;
            return !out->n_words;       /* precision and on_nonfinite do not vary */
        }
    return !strcmp(key, "lr") && vocabulary_kinds(s->vocabulary, "real", false, out);
}

/* What an axis varies: a param, or a setting. */
static bool axis_kinds(Checker *c, const Line *axis, Kinds *out)
{
    const Decl *d = map_get(&c->declared, axis->key);
    Words legal = { .incomplete = c->globals->scope->all->broken };

    if (d && d->kind == DECL_PARAM)
        return vocabulary_kinds(c->s->vocabulary, d->type, false, out);
    if (setting_kinds(c, axis->key, out))
        return true;
    for (int i = 0; i < c->n_decls; i++)
        if (c->decl[i]->kind == DECL_PARAM)
            words_add(&legal, c->decl[i]->name, c->s->arena);
    words_add(&legal, "seed", c->s->arena);
    report_unknown(c->s->diag, MSG_SWEEP_AXIS, axis->key_at, "axis", axis->key, &legal,
                   c->s->arena);
    return false;
}

static void check_axis(Checker *c, const Line *axis)
{
    const Eval in = { c->s, c->globals->scope };
    const char *who = arena_printf(c->s->arena, "the axis '%s'", axis->key);
    Kinds element, list = { .mask = KIND_LIST };
    Value v;

    if (!axis_kinds(c, axis, &element))
        return;
    list.element = element.mask;
    v = value_fit(eval(axis->value, &list, &in), &list, who, c->s);
    if (v.kind == VALUE_LIST && !v.n)
        diag_error(c->s->diag, MSG_SWEEP_LIST, axis->value->at, "the axis '%s' has no values",
                   axis->key);
}

static bool is_repeated(const Line *first, const Line *axis)
{
    for (const Line *l = first; l != axis; l = l->next)
        if (l->key == axis->key)
            return true;
    return false;
}

/* A condition is true or false for every point: the params' own values stand for one of them. */
static void check_where(Checker *c, const Line *where)
{
    Scope *scope = scope_new(c->globals->scope, c->s->arena);
    const Eval in = { c->s, scope };
    bool holds;

    scope_add(scope, intern(c->s->names, "seed"),
              value_int(where->at, (int64_t)c->model->settings.seed), where->at, c->s->arena);
    eval_bool(where->value, "'where'", &in, &holds);
}

void check_sweep(Checker *c, const Decl *d)
{
    const int errors = diag_errors(c->s->diag);

    for (const Line *line = d->lines; line; line = line->next) {
        if (!line->key)
            check_where(c, line);
        else if (is_repeated(d->lines, line))
            diag_error(c->s->diag, MSG_SWEEP_AXIS, line->key_at, "the axis '%s' stands twice",
                       line->key);
        else
            check_axis(c, line);
    }
    if (diag_errors(c->s->diag) == errors)
        report_later(c->s->diag, d->at, "sweep");
}
