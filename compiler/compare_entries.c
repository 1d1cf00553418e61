/* compare_entries.c -- what a source says outside of its layers: declarations, input and target,
 * data, training, what is observed, expected and swept. */
#include "compare.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

typedef struct {
    Side *side;
    Arena *a;
} Writer;

static void add(Writer *w, Entry e)
{
    arena_push(w->a, w->side->entry, w->side->n_entries, e);
}

static void add_text(Writer *w, const char *section, const char *key, const char *text)
{
    add(w, (Entry){ .section = section, .key = key, .text = text });
}

static void add_value(Writer *w, const char *section, const char *key, const Value *v)
{
    if (v->kind != VALUE_NONE)
        add(w, (Entry){ .section = section, .key = key, .value = v,
                        .text = compare_value(v, w->a) });
}

static void add_int(Writer *w, const char *section, const char *key, int64_t x)
{
    add_text(w, section, key, arena_printf(w->a, "%" PRId64, x));
}

/* ---- Source text without what nobody reads --------------------------------------------------- */

/* The end of what stands at `at` and is read as nothing: blanks and comments. */
static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end) {
        const bool line = end - at > 1 && at[0] == '/' && at[1] == '/';
        const bool comment = end - at > 1 && at[0] == '/' && at[1] == '*';
        if (line)
            while (at < end && *at != '\n')
                at++;
        else if (comment)
            for (at += 3; at < end && !(at[-1] == '*' && at[0] == '/'); at++)
                ;
        else if (!isspace((unsigned char)*at))
            return at;
        at += at < end;
    }
    return end;
}

static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\' && at + 1 < end;
    return at < end ? at + 1 : end;
}

/* A blank stays where two words would become one. */
static const char *bare_text(Span span, Arena *a)
{
    const char *at = span.source->text + span.from, *end = span.source->text + span.to;
    char *bare = arena_alloc(a, (size_t)(end - at) + 1), *to = bare;

    while ((at = skip_blanks(at, end)) < end) {
        const char *next = *at == '"' ? skip_string(at, end) : at + 1;
        if (*at == '"' || isalnum((unsigned char)*at) || *at == '_') {
            while (*at != '"' && next < end && (isalnum((unsigned char)*next) || *next == '_'
                                                || *next == '.'))
                next++;
            if (to > bare && (isalnum((unsigned char)to[-1]) || to[-1] == '_'))
                *to++ = ' ';
        }
        memcpy(to, at, (size_t)(next - at));
        to += next - at;
        at = next;
    }
    return bare;
}

/* ---- Sections -------------------------------------------------------------------------------- */

static void add_declarations(Writer *w, const Model *m)
{
    for (int i = 0; i < m->n_params; i++)
        add_value(w, "param", m->param[i].name, &m->param[i].value);
    for (const Decl *d = m->file->decls; d; d = d->next) {
        if (d->kind == DECL_LET)
            add_text(w, "let", d->name, format_expr(d->value, w->a));
        else if (d->kind == DECL_BLOCK)
            add(w, (Entry){ .section = "block", .key = d->name, .hidden = true,
                            .text = bare_text(d->whole, w->a) });
        else if (d->kind == DECL_ALLOW)
            add_text(w, "allow", d->name, "");
    }
}

static void add_model(Writer *w, const Model *m)
{
    const Target *t = &m->target;
    const char *shape = shape_text(w->a, t->shape);

    if (!m->unit)
        return;
    add_text(w, "model", "input", shape_text(w->a, m->input));
    add_text(w, "model", "target",
             t->kind == TARGET_CLASS ? arena_printf(w->a, "class(%" PRId64 ")", t->classes)
             : t->kind == TARGET_INPUT ? "input" : shape);
}

static void add_data(Writer *w, const Data *d)
{
    if (!d->decl)
        return;
    add_value(w, "data", "train", &d->train);
    add_value(w, "data", "test", &d->test);
    add_value(w, "data", "valid", &d->valid);
    if (d->train.kind != VALUE_CALL || value_arg(&d->train, "split")->real == 0)
        add_text(w, "data", "split", d->split > 0 ? real_text(d->split, w->a) : "none");
    add_text(w, "data", "scale", real_text(d->scale, w->a));
    add_text(w, "data", "normalize", d->normalize == 0 ? "none" : d->normalize == 1 ? "standard"
             : arena_printf(w->a, "[%s, %s]", real_text(d->mean, w->a), real_text(d->std, w->a)));
    add_value(w, "data", "augment", &d->augment);
    add_text(w, "data", "limit",
             d->limit ? arena_printf(w->a, "%" PRId64, d->limit) : "none");
}

static void add_train(Writer *w, const Model *m)
{
    const Settings *s = &m->settings;

    if (!m->has_train)
        return;
    add_value(w, "train", "loss", &s->loss);
    add_value(w, "train", "optimizer", &s->optimizer);
    add_value(w, "train", "schedule", &s->schedule);
    add_value(w, "train", "clip", &s->clip);
    add_value(w, "train", "regularize", &s->regularize);
    add_int(w, "train", "batch", s->batch);
    add_int(w, "train", s->steps ? "steps" : "epochs", s->steps ? s->steps : s->epochs);
    add_int(w, "train", "seed", (int64_t)s->seed);
    add_text(w, "train", "shuffle", s->shuffle ? "true" : "false");
    add_text(w, "train", "precision", s->double_precision ? "double" : "float");
    add_text(w, "train", "on_nonfinite", s->on_nonfinite);
}

static void add_observe(Writer *w, const Model *m)
{
    const Observe *o = &m->observe;

    if (!m->unit)
        return;
    add_int(w, "observe", "every", o->every);
    add_text(w, "observe", "layers",
             o->n_layers ? compare_join(o->layer, o->n_layers, ", ", w->a) : "all");
    add_text(w, "observe", "histograms", o->histograms ? "true" : "false");
}

static void add_lines(Writer *w, const Model *m)
{
    for (int i = 0; i < m->n_expects; i++)
        add_text(w, "expect", m->expect[i].text, "");
    for (const Decl *d = m->file->decls; d; d = d->next)
        for (const Line *l = d->kind == DECL_SWEEP ? d->lines : NULL; l; l = l->next)
            add_text(w, "sweep", l->key ? l->key : format_expr(l->value, w->a),
                     l->key ? format_expr(l->value, w->a) : "");
}

void compare_entries(Side *side, Arena *a)
{
    Writer w = { side, a };
    const Model *m = side->c->model;

    add_declarations(&w, m);
    add_model(&w, m);
    add_data(&w, &m->data);
    add_train(&w, m);
    add_observe(&w, m);
    add_lines(&w, m);
}

/* ---- What changed ---------------------------------------------------------------------------- */

static void push(Comparison *c, EntryChange change, Arena *a)
{
    arena_push(a, c->entry, c->n_entries, change);
}

/* Of two calls of one name, the arguments that differ. */
static void compare_calls(Comparison *c, const Entry *old, const Entry *new, Arena *a)
{
    const Callable *callee = new->value->callee;

    for (int i = 0; i < callee->n_params; i++) {
        const char *before = compare_value(&old->value->arg[i], a);
        const char *after = compare_value(&new->value->arg[i], a);
        if (strcmp(before, after) != 0)
            push(c, (EntryChange){ .section = new->section, .old = before, .new = after,
                 .key = arena_printf(a, "%s.%s", new->key, callee->param[i].name) }, a);
    }
}

static bool are_calls_of_one(const Entry *a, const Entry *b)
{
    return a->value && b->value && a->value->kind == VALUE_CALL && b->value->kind == VALUE_CALL
        && strcmp(a->value->callee->name, b->value->callee->name) == 0;
}

static void compare_pair(Comparison *c, const Entry *old, const Entry *new, Arena *a)
{
    if (strcmp(old->text, new->text) == 0)
        return;
    if (are_calls_of_one(old, new))
        compare_calls(c, old, new, a);
    else
        push(c, (EntryChange){ .section = new->section, .key = new->key, .old = old->text,
                               .new = new->text, .hidden = new->hidden }, a);
}

/* Lines of expect may stand there twice: each has one of its own. */
static const Entry *find_entry(const Side *side, const Entry *e, bool *taken)
{
    for (int i = 0; i < side->n_entries; i++) {
        const Entry *other = &side->entry[i];
        if (!taken[i] && strcmp(other->section, e->section) == 0
            && strcmp(other->key, e->key) == 0) {
            taken[i] = true;
            return other;
        }
    }
    return NULL;
}

void compare_entry_changes(Comparison *c, Arena *a)
{
    bool *taken = arena_array(a, bool, c->old.n_entries + 1);

    for (int i = 0; i < c->new.n_entries; i++) {
        const Entry *new = &c->new.entry[i], *old = find_entry(&c->old, new, taken);
        if (old)
            compare_pair(c, old, new, a);
        else
            push(c, (EntryChange){ .section = new->section, .key = new->key, .new = new->text,
                                   .hidden = new->hidden }, a);
    }
    for (int i = 0; i < c->old.n_entries; i++) {
        const Entry *old = &c->old.entry[i];
        if (!taken[i])
            push(c, (EntryChange){ .section = old->section, .key = old->key, .old = old->text,
                                   .hidden = old->hidden }, a);
    }
}
