/* repair_edit.c -- edits of a source that repairs are made of: values, arguments, statements. */
#include <string.h>

#include "repair.h"
#include "written.h"

enum { MOST_NAMED = 3 };            /* layers */

/* ---- Words ----------------------------------------------------------------------------------- */

void repair_say(Repair *r, const char *format, ...)
{
    va_list ap;
    const char *said;

    va_start(ap, format);
    said = arena_vprintf(r->s->arena, format, ap);
    va_end(ap);
    if (strstr(r->what, said))
        return;
    r->what = arena_printf(r->s->arena, "%s%s%s", r->what, *r->what ? ", " : "", said);
}

/* "h", of h[3]; "dense_2" */
static const char *layer_name(const Repair *r, const Site *site)
{
    const Forecast *f = r->c->forecast;

    for (int i = 0; i < f->n; i++)
        if (f->layer[i].layer->item->stmt == site->stmt)
            return arena_copy(r->s->arena, f->layer[i].path, strcspn(f->layer[i].path, "["));
    return site->stmt->name ? site->stmt->name : site->stmt->word;
}

static void say_value(Repair *r, const char *key, const char *layer, const char *value)
{
    Arena *a = r->s->arena;

    for (int i = 0; i < r->n_said; i++) {
        Said *said = &r->said[i];

        if (strcmp(said->key, key) != 0 || strcmp(said->value, value) != 0)
            continue;
        if (layer && said->n < MOST_NAMED)
            said->layers = arena_printf(a, "%s, %s", said->layers, layer);
        said->n += layer != NULL;
        return;
    }
    arena_push(a, r->said, r->n_said, ((Said){ key, value, layer ? layer : "", layer != NULL }));
}

static bool has_other_value(const Repair *r, const Said *said)
{
    for (int i = 0; i < r->n_said; i++)
        if (strcmp(r->said[i].key, said->key) == 0 && strcmp(r->said[i].value, said->value) != 0)
            return true;
    return false;
}

const char *repair_words(const Repair *r)
{
    Arena *a = r->s->arena;
    const char *text = r->what;

    for (int i = 0; i < r->n_said; i++) {
        const Said *said = &r->said[i];

        text = arena_printf(a, "%s%s%s = %s", text, *text ? ", " : "", said->key, said->value);
        if (!said->n || !has_other_value(r, said))
            continue;
        text = said->n <= MOST_NAMED ? arena_printf(a, "%s (%s)", text, said->layers)
             : arena_printf(a, "%s (%s and %d more)", text, said->layers, said->n - MOST_NAMED);
    }
    return text;
}

bool repair_may_edit(Repair *r, Span at)
{
    if (at.source == r->c->file->source)
        return true;
    r->imported = at.source->path;
    return false;
}

const char *repair_text(const Repair *r, Span at)
{
    return arena_copy(r->s->arena, at.source->text + at.from, at.to - at.from);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static bool is_overridden(const Repair *r, Str name)
{
    for (int i = 0; i < r->c->n_defines; i++)
        if (strcmp(r->c->define[i].name, name) == 0)
            return true;
    return false;
}

static bool covers(Span whole, Span at)
{
    return whole.source == at.source && whole.from <= at.from && at.to <= whole.to;
}

/* A block's parameter hides the file's names. */
static bool is_parameter(const File *file, const Expr *e)
{
    for (const Decl *d = file->decls; d; d = d->next)
        for (const BlockParam *p = covers(d->whole, e->at) ? d->params : NULL; p; p = p->next)
            if (p->name == e->text)
                return true;
    return false;
}

/* Where a name's value stands in this file, if the command line does not set another. */
static const Expr *declared(const Repair *r, const Expr *e)
{
    const File *file = r->c->file;

    if (e->kind != EXPR_NAME || is_overridden(r, e->text) || is_parameter(file, e))
        return NULL;
    for (const Decl *d = file->decls; d; d = d->next)
        if ((d->kind == DECL_PARAM || d->kind == DECL_LET) && d->name == e->text)
            return d->value;
    return NULL;
}

static bool is_edited(const Repair *r, Span at)
{
    for (int i = 0; i < r->edits.n; i++)
        if (r->edits.edit[i].from == at.from && r->edits.edit[i].to == at.to)
            return true;
    return false;
}

bool repair_value(Repair *r, const Expr *e, const char *name, const char *layer, const char *text)
{
    const Expr *there = declared(r, e);
    const Span at = there ? there->at : e->at;

    if (!repair_may_edit(r, at))
        return false;
    if (strcmp(repair_text(r, at), text) == 0 || is_edited(r, at))
        return true;
    edit_replace(&r->edits, at, text);
    say_value(r, there ? e->text : name, there ? NULL : layer, text);
    return true;
}

/* ---- Arguments ------------------------------------------------------------------------------- */

static const Callable *written_by(const Site *site)
{
    return site->item->written;
}

static int param_number(const Callable *c, const char *name)
{
    for (int i = 0; c && i < c->n_params; i++)
        if (strcmp(c->param[i].name, name) == 0)
            return i;
    return -1;
}

const Arg *repair_find_argument(const Site *site, const char *name)
{
    const int k = param_number(written_by(site), name);

    return k < 0 ? NULL : written_arg(written_by(site), k, site->stmt->args);
}

static uint32_t behind_bracket(const Source *s, uint32_t at)
{
    return at + (uint32_t)strcspn(s->text + at, "(") + 1;
}

void repair_add_argument(Repair *r, const Site *site, const char *name, const char *value)
{
    const Stmt *s = site->stmt;
    const Arg *last = s->args;
    Arena *a = r->s->arena;
    const char *text = arena_printf(a, "%s = %s", name, value);

    while (last && last->next)
        last = last->next;
    if (last)
        edit_insert(&r->edits, last->at.to, arena_printf(a, ", %s", text));
    else if (s->has_parens)
        edit_insert(&r->edits, behind_bracket(s->at.source, s->word_at.to), text);
    else
        edit_insert(&r->edits, s->word_at.to, arena_printf(a, "(%s)", text));
    say_value(r, name, layer_name(r, site), value);
}

bool repair_argument(Repair *r, const Site *site, const char *name, const char *text)
{
    const Arg *written = repair_find_argument(site, name);

    if (param_number(written_by(site), name) < 0)
        return false;
    if (written)
        return repair_value(r, written->value, name, layer_name(r, site), text);
    if (!repair_may_edit(r, site->stmt->at))
        return false;
    repair_add_argument(r, site, name, text);
    return true;
}

/* With the comma on its left, or else the one on its right. */
bool repair_drop_argument(Repair *r, const Site *site, const char *name)
{
    const Arg *gone = repair_find_argument(site, name), *before = NULL;
    Span at;

    if (!gone)
        return true;
    at = gone->at;
    for (const Arg *a = site->stmt->args; a != gone; a = a->next)
        before = a;
    if (before)
        at.from = before->at.to;
    else if (gone->next)
        at.to = gone->next->at.from;
    if (!repair_may_edit(r, at))
        return false;
    edit_replace(&r->edits, at, "");
    return true;
}

/* ---- Statements ------------------------------------------------------------------------------ */

const char *repair_indent(const Repair *r, uint32_t at)
{
    const Source *s = r->c->file->source;
    uint32_t from = at;

    if (!edit_starts_line(s, at))
        return NULL;
    while (from > 0 && s->text[from - 1] != '\n')
        from--;
    return arena_copy(r->s->arena, s->text + from, at - from);
}

/* Behind a comment on the line after `at`, if nothing follows it: it belongs to what is before. */
static uint32_t behind_remark(const Source *s, uint32_t at)
{
    const char *rest = s->text + at + strspn(s->text + at, " \t"), *end;

    if (strncmp(rest, "//", 2) == 0)
        return (uint32_t)(rest + strcspn(rest, "\r\n") - s->text);
    end = strncmp(rest, "/*", 2) == 0 ? strstr(rest + 2, "*/") : NULL;
    return end && strchr("\r\n", end[2 + strspn(end + 2, " \t")])
         ? (uint32_t)(end + 2 - s->text) : at;
}

void repair_follow(Repair *r, const Stmt *s, const char *const *statement, int n)
{
    const char *indent = repair_indent(r, s->whole.from), *text = "";
    const uint32_t at = indent ? behind_remark(s->whole.source, s->whole.to) : s->whole.to;

    for (int i = 0; i < n; i++)
        text = arena_printf(r->s->arena, "%s%s%s%s", text, indent ? "\n" : " ",
                            indent ? indent : "", statement[i]);
    edit_insert(&r->edits, at, text);
}

/* Each line of from .. to but the first, four columns further in; empty ones stay. */
static void indent_lines(Repair *r, uint32_t from, uint32_t to)
{
    const Source *s = r->c->file->source;

    for (uint32_t at = edit_behind_line(s, from); at < to; at = edit_behind_line(s, at))
        if (s->text[at] != '\n' && s->text[at] != '\r')
            edit_insert(&r->edits, at, "    ");
}

bool repair_wrap(Repair *r, const Stmt *first, const Stmt *last, const char *head)
{
    const Source *s = r->c->file->source;
    const char *indent = repair_indent(r, first->whole.from);
    const uint32_t from = first->whole.from;
    const uint32_t to = indent ? behind_remark(s, last->whole.to) : last->whole.to;
    Arena *a = r->s->arena;

    if (!repair_may_edit(r, first->whole))
        return false;
    if (!indent) {
        edit_insert(&r->edits, from, arena_printf(a, "%s { ", head));
        edit_insert(&r->edits, to, " }");
        return true;
    }
    edit_insert(&r->edits, from, arena_printf(a, "%s {\n%s    ", head, indent));
    indent_lines(r, from, to);
    edit_insert(&r->edits, to, arena_printf(a, "\n%s}", indent));
    return true;
}

/* ---- Settings -------------------------------------------------------------------------------- */

const Setting *repair_setting(const Decl *d, const char *key)
{
    for (const Setting *s = d ? d->settings : NULL; s; s = s->next)
        if (strcmp(s->key, key) == 0)
            return s;
    return NULL;
}

bool repair_add_setting(Repair *r, const Setting *after, const char *key, const char *value)
{
    const Source *s = after->at.source;
    const char *indent = repair_indent(r, after->key_at.from);
    const int equals = (int)strcspn(s->text + after->key_at.from, "=");
    const int least = (int)strlen(key) + 1;
    const uint32_t semicolon = after->at.to + (uint32_t)strcspn(s->text + after->at.to, ";") + 1;
    const uint32_t end = indent ? edit_behind_line(s, semicolon) : semicolon;
    Arena *a = r->s->arena;

    edit_insert(&r->edits, end,
                indent ? arena_printf(a, "%s%-*s= %s;\n", indent, equals < least ? least : equals,
                                      key, value)
                       : arena_printf(a, " %s = %s;", key, value));
    repair_say(r, "%s = %s", key, value);
    return true;
}
