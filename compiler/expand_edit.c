/* expand_edit.c -- where the edits of an expansion go; notes. */
#include <string.h>

#include "expand.h"

enum { NOTE_COLUMNS = 84 };         /* of a note, before its indentation */
static const char note_sign[] = "//=";

/* ---- Looking ---- */

static uint32_t behind_comment(const Source *s, uint32_t at)
{
    if (s->text[at + 1] == '/')
        return edit_behind_line(s, at);
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
    const char *before = edit_starts_line(e->source, at) ? "" : "\n";

    edit_insert(e, at, arena_printf(e->arena, "%s%s\n", before, text));
}

void edit_note(Edits *e, uint32_t at, const char *text)
{
    Arena *a = e->arena;
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
            at.to = edit_behind_line(file->source, at.to);
        edit_replace(e, at, "");
    }
}
