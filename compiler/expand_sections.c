/* expand_sections.c -- params and lets, and the settings of data, train and observe. */
#include <string.h>

#include "expand.h"
#include "written.h"

/* ---- Params and lets ---- */

static void note_value(Edits *e, const Decl *d, const Value *v)
{
    Arena *a = e->arena;

    if (!written_plain(d->value, v))
        edit_note(e, d->whole.from, arena_printf(a, "%s = %s", d->name, value_text(v, a)));
    expand_expr(e, d->value, v);
}

static const ParamValue *find_param(const Model *m, const Decl *d)
{
    for (int i = 0; i < m->n_params; i++)
        if (m->param[i].decl == d)
            return &m->param[i];
    bug("the param %s has no value", d->name);
}

void expand_param(Expand *x, Edits *e, const Decl *d)
{
    const ParamValue *p = find_param(x->model, d);
    const char *text = expand_value_text(&p->value, x->s->arena);

    if (!d->value)
        edit_insert(e, d->type_at.to, arena_printf(x->s->arena, " = %s", text));
    else if (p->from_command_line)
        edit_replace(e, d->value->at, text);
    else
        note_value(e, d, &p->value);
}

void expand_let(Expand *x, Edits *e, const Decl *d)
{
    note_value(e, d, &scope_find_here(x->model->globals->scope, d->name)->value);
}

/* ---- Settings ---- */

static const Setting *find_setting(const Decl *d, const char *key)
{
    for (const Setting *set = d->settings; set; set = set->next)
        if (!strcmp(set->key, key))
            return set;
    return NULL;
}

/* Of these two only one can be written. */
static bool is_excluded(const Decl *d, const char *key)
{
    return (!strcmp(key, "epochs") && find_setting(d, "steps")) ||
           (!strcmp(key, "scale") && find_setting(d, "normalize"));
}

static const Callable *section_of(const Expand *x, const char *name)
{
    return vocabulary_find(x->s->vocabulary, FAMILY_SETTINGS, intern(x->s->names, name));
}

/* The settings that were left out, a line each. */
static const char *missing_text(const Expand *x, const Callable *c, const Decl *d, const Value *arg)
{
    Arena *a = x->s->arena;
    const char *text = "";

    for (int k = 0; k < c->n_params; k++) {
        const Param *p = &c->param[k];
        const bool written = d && (find_setting(d, p->name) || (k == 0 && d->value));
        if (!written && expand_is_writable(p, &arg[k]) && !(d && is_excluded(d, p->name)))
            text = arena_printf(a, "%s%s%s = %s;", text, *text ? "\n" : "", p->name,
                                expand_value_text(&arg[k], a));
    }
    return text;
}

/* data = source; becomes data { train = source; ... } */
static void expand_short(Expand *x, Edits *e, const Decl *d, const char *missing)
{
    const uint32_t from = d->whole.from + (uint32_t)strlen("data");
    const uint32_t equals = edit_behind(e, from, '=');

    edit_replace(e, (Span){ e->source, equals - 1, equals }, "{\ntrain =");
    edit_insert(e, d->whole.to, arena_printf(x->s->arena, "\n%s\n}", missing));
}

void expand_section(Expand *x, Edits *e, const Decl *d)
{
    const Callable *c = section_of(x, d->kind == DECL_DATA ? "data" : d->kind == DECL_TRAIN
                                      ? "train" : "observe");
    const Value *arg = map_get(&x->model->sections, d);
    const char *missing = missing_text(x, c, d, arg);

    for (int k = 0; k < c->n_params; k++) {
        const Setting *set = find_setting(d, c->param[k].name);
        if (set)
            expand_expr(e, set->value, &arg[k]);
    }
    if (d->value) {
        expand_expr(e, d->value, &arg[0]);
        expand_short(x, e, d, missing);
    } else if (*missing) {
        edit_line(e, d->whole.to - 1, missing);
    }
}

/* ---- A section that was left out ---- */

static const Decl *find_section(const File *file, DeclKind kind)
{
    const Decl *d = file->decls;

    while (d && d->kind != kind)
        d = d->next;
    return d;
}

void expand_add_observe(Expand *x, Edits *e)
{
    const File *file = x->model->file;
    const Callable *c = section_of(x, "observe");
    const Decl *train = find_section(file, DECL_TRAIN);
    const Value v = call_with_defaults(c, (Span){ 0 }, x->s->arena);

    if (train && !find_section(file, DECL_OBSERVE))
        edit_insert(e, edit_end_of(file, train), arena_printf(x->s->arena,
                    "\n\nobserve {\n%s\n}\n", missing_text(x, c, NULL, v.arg)));
}
