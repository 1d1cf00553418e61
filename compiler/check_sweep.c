/* check_sweep.c -- the axes of a sweep: that they can vary, and over what. */
#include <string.h>

#include "check.h"
#include "language_limits.h"
#include "suggest.h"

/* A setting of train, or the optimiser's lr; NULL: neither. */
static const Param *find_setting(const Checker *c, Str key)
{
    const Session *s = c->s;
    const Callable *train = vocabulary_find(s->vocabulary, FAMILY_SETTINGS,
                                            intern(s->names, "train"));
    const Callable *sgd = vocabulary_find(s->vocabulary, FAMILY_OPTIMIZER, intern(s->names, "sgd"));
    const Callable *owner = strcmp(key, "lr") == 0 ? sgd : train;

    for (int i = 0; i < owner->n_params; i++)
        if (owner->param[i].name == key)
            return owner->param[i].accepts.n_words ? NULL : &owner->param[i];
    return NULL;                    /* precision and on_nonfinite do not vary */
}

/* What an axis varies: a param, or a setting (*setting then has its range). */
static bool axis_kinds(Checker *c, const Line *axis, Kinds *out, const Param **setting)
{
    const Decl *d = map_get(&c->declared, axis->key);
    Words legal = { .incomplete = c->globals->scope->all->broken };

    if (d && d->kind == DECL_PARAM)
        return vocabulary_kinds(c->s->vocabulary, d->type, false, out);
    *setting = find_setting(c, axis->key);
    if (*setting) {
        *out = (*setting)->accepts;
        return true;
    }
    for (int i = 0; i < c->n_decls; i++)
        if (c->decl[i]->kind == DECL_PARAM)
            words_add(&legal, c->decl[i]->name, c->s->arena);
    words_add(&legal, "seed", c->s->arena);
    report_unknown(c->s->diag, MSG_SWEEP_AXIS, axis->key_at, "axis", axis->key, &legal,
                   c->s->arena);
    return false;
}

/* Every value of a setting lies in its range. */
static bool in_range(Checker *c, const Value *list, const Param *setting, const char *who)
{
    for (int i = 0; setting && i < list->n; i++)
        if (param_fit(list->item[i], setting, who, c->s).kind == VALUE_ERROR)
            return false;
    return true;
}

/* The product of an axis with a value twice would run the same points twice. */
static bool has_twice(Checker *c, const Value *list, const char *who)
{
    Arena *a = c->s->arena;
    Map seen = { 0 };

    for (int i = 0; i < list->n; i++) {
        Value *v = &list->item[i];
        const Str text = intern(c->s->names, value_literal(v, a));
        const Value *first = map_get(&seen, text);
        if (first) {
            Message *m = diag_error(c->s->diag, MSG_SWEEP_LIST, v->at, "%s has the value %s twice",
                                    who, text);
            diag_note(m, first->at, "first here");
            return true;
        }
        map_put(&seen, text, v, a);
    }
    return false;
}

static void check_axis(Checker *c, const Line *axis)
{
    Session *s = c->s;
    const Eval in = { s, c->globals->scope };
    const char *who = arena_printf(s->arena, "the axis '%s'", axis->key);
    const Param *setting = NULL;
    Kinds element, list = { .mask = KIND_LIST };
    Value v;

    if (!axis_kinds(c, axis, &element, &setting))
        return;
    list.element = element.mask;
    v = value_fit(eval(axis->value, &list, &in), &list, who, s);
    if (v.kind != VALUE_LIST || !in_range(c, &v, setting, who) || has_twice(c, &v, who))
        return;
    if (!v.n)
        diag_error(s->diag, MSG_SWEEP_LIST, axis->value->at, "the axis '%s' has no values",
                   axis->key);
    const SweepAxis found = { axis->key, setting != NULL, v.item, v.n };
    arena_push(s->arena, c->model->axis, c->model->n_axes, found);
}

static bool is_repeated(const Line *first, const Line *axis)
{
    for (const Line *l = first; l != axis; l = l->next)
        if (l->key == axis->key)
            return true;
    return false;
}

/* A setting has the point's value; where there is no point, the first of its axis. */
static Value setting_value(Checker *c, const SweepAxis *axis)
{
    const Define *define = check_find_define(c, axis->name, true);
    const Param *setting = find_setting(c, axis->name);

    return define ? check_define_value(c, define, &setting->accepts) : axis->value[0];
}

/* A condition is true or false for every point: the params' own values stand for one of them. */
static void check_where(Checker *c, const Line *where)
{
    Scope *scope = scope_new(c->globals->scope, c->s->arena);
    const Eval in = { c->s, scope };
    const Str seed = intern(c->s->names, "seed");
    bool holds = true;

    for (int i = 0; i < c->model->n_axes; i++) {
        const SweepAxis *axis = &c->model->axis[i];
        if (axis->setting && axis->n > 0)
            scope_add(scope, axis->name, setting_value(c, axis), where->at, c->s->arena);
    }
    if (!scope_find_here(scope, seed))
        scope_add(scope, seed, value_int(where->at, (int64_t)c->model->settings.seed), where->at,
                  c->s->arena);
    if (eval_bool(where->value, "'where'", &in, &holds) && !holds)
        c->model->left_out = true;
}

/* The product of the axes; those that a `where` leaves out count. */
static void check_size(Checker *c, const Decl *d)
{
    int64_t points = 1;

    for (int i = 0; i < c->model->n_axes; i++)
        if (__builtin_mul_overflow(points, c->model->axis[i].n, &points))
            points = INT64_MAX;
    if (points > LIMIT_SWEEP_POINTS)
        diag_error(c->s->diag, MSG_SWEEP_SIZE, d->at,
                   "the sweep has %lld points; the limit is %lld", (long long)points,
                   (long long)LIMIT_SWEEP_POINTS);
    if (!c->model->n_axes)
        diag_error(c->s->diag, MSG_SWEEP_LIST, d->at, "the sweep has no axis");
}

void check_sweep(Checker *c, const Decl *d)
{
    const int errors = diag_errors(c->s->diag);

    for (const Line *line = d->lines; line; line = line->next) {
        if (line->key && is_repeated(d->lines, line))
            diag_error(c->s->diag, MSG_SWEEP_AXIS, line->key_at, "the axis '%s' stands twice",
                       line->key);
        else if (line->key)
            check_axis(c, line);
    }
    if (diag_errors(c->s->diag) > errors)   /* a `where` may name an axis that is lost */
        return;
    for (const Line *line = d->lines; line; line = line->next)
        if (!line->key)
            check_where(c, line);
    if (diag_errors(c->s->diag) == errors)
        check_size(c, d);
}
