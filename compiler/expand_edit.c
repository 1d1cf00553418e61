/* expand_edit.c -- edits of a source: text put in, replaced, taken out; notes. */
#include <stdlib.h>
#include <string.h>

#include "expand.h"

enum { NOTE_COLUMNS = 84 };         /* of a note, before its indentation */
static const char note_sign[] = "//=";

void edit_replace(Edits *e, Span at, const char *text)
{
    arena_push(e->s->arena, e->edit, e->n, ((Edit){ at.from, at.to, text }));
}

void edit_insert(Edits *e, uint32_t at, const char *text)
{
    arena_push(e->s->arena, e->edit, e->n, ((Edit){ at, at, text }));
}

/* ---- Looking ---- */

static bool starts_line(const Source *s, uint32_t at)
{
    while (at > 0 && (s->text[at - 1] == ' ' || s->text[at - 1] == '\t'))
        at--;
    return at == 0 || s->text[at - 1] == '\n';
}

static uint32_t behind_line(const Source *s, uint32_t at)
{
    while (at < s->size && s->text[at] != '\n')
        at++;
    return at + (at < s->size);
}

static uint32_t behind_comment(const Source *s, uint32_t at)
{
    if (s->text[at + 1] == '/')
        return behind_line(s, at);
    return (uint32_t)(strstr(s->text + at + 2, "*/") - s->text) + 2;
}

uint32_t edit_behind(const Edits *e, uint32_t at, char sign)
{
    const Source *s = e->source;

    while (at < s->size && s->text[at] != sign)
        at = s->text[at] == '/' ? behind_comment(s, at) : at + 1;
    if (at == s->size)
        bug("no '%c' in %s", sign, s->path);
    return at + 1;
}

uint32_t edit_end_of(const File *file, const Decl *d)
{
    uint32_t to = d->whole.to;

    for (const Comment *c = file->comments; c; c = c->next)
        if (!c->own_line && c->at.from >= to &&
            strspn(file->source->text + to, " \t") >= c->at.from - to)
            to = c->at.to;
    return to;
}

/* ---- Notes ---- */

/* The bytes at the front that fit on a line, up to a comma or semicolon. */
static size_t line_length(const char *text)
{
    size_t n = strlen(text);

    if (n <= NOTE_COLUMNS)
        return n;
    for (n = NOTE_COLUMNS; n > 0; n--)
        if (text[n] == ' ' && strchr(",;", text[n - 1]))
            return n;
    n = strcspn(text, ",;");
    return n + (text[n] != '\0');
}

void edit_line(Edits *e, uint32_t at, const char *text)
{
    edit_insert(e, at, arena_printf(e->s->arena, "%s%s\n", starts_line(e->source, at) ? "" : "\n",
                                    text));
}

void edit_note(Edits *e, uint32_t at, const char *text)
{
    Arena *a = e->s->arena;
    const char *note = "";

    while (*text) {
        const size_t n = line_length(text);
        note = arena_printf(a, "%s%s%s %.*s", note, *note ? "\n" : "", note_sign, (int)n, text);
        text += n;
        text += strspn(text, " ");
    }
    if (*note)
        edit_line(e, at, note);
}

void edit_drop_notes(Edits *e, const File *file)
{
    for (const Comment *c = file->comments; c; c = c->next) {
        Span at = c->at;
        if (strncmp(file->source->text + at.from, note_sign, strlen(note_sign)) != 0)
            continue;
        if (c->own_line)
            at.to = behind_line(file->source, at.to);
        edit_replace(e, at, "");
    }
}

/* ---- Applying ---- */

typedef struct {
    Edit edit;
    int number;
} Ordered;

static int by_offset(const void *a, const void *b)
{
    const Ordered *x = a, *y = b;

    if (x->edit.from != y->edit.from)
        return x->edit.from < y->edit.from ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static Ordered *in_order(const Edits *e)
{
    Ordered *list = arena_array(e->s->arena, Ordered, e->n);

    for (int i = 0; i < e->n; i++)
        list[i] = (Ordered){ e->edit[i], i };
    if (e->n)
        qsort(list, (size_t)e->n, sizeof *list, by_offset);
    return list;
}

static size_t edited_size(const Edits *e, uint32_t from, uint32_t to)
{
    size_t size = to - from;

    for (int i = 0; i < e->n; i++)
        size += strlen(e->edit[i].text);
    return size;
}

static char *put(char *out, const char *text, size_t n)
{
    memcpy(out, text, n);
    return out + n;
}

const char *edit_apply(const Edits *e, uint32_t from, uint32_t to)
{
    const Ordered *list = in_order(e);
    char *text = arena_alloc(e->s->arena, edited_size(e, from, to) + 1), *out = text;
    uint32_t at = from;

    for (int i = 0; i < e->n; i++) {
        const Edit *edit = &list[i].edit;
        const bool inside = edit->from < to || to == e->source->size;
        if (edit->from < at || !inside)     /* or in what an edit took out */
            continue;
        out = put(out, e->source->text + at, edit->from - at);
        out = put(out, edit->text, strlen(edit->text));
        at = edit->to;
    }
    if (at < to)
        out = put(out, e->source->text + at, to - at);
    *out = '\0';
    return text;
}
