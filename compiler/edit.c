/* edit.c -- edits of a source: text put in, replaced, taken out. */
#include "edit.h"

#include <stdlib.h>
#include <string.h>

void edit_replace(Edits *e, Span at, const char *text)
{
    arena_push(e->arena, e->edit, e->n, ((Edit){ at.from, at.to, text }));
}

void edit_insert(Edits *e, uint32_t at, const char *text)
{
    arena_push(e->arena, e->edit, e->n, ((Edit){ at, at, text }));
}

bool edit_starts_line(const Source *s, uint32_t at)
{
    while (at > 0 && (s->text[at - 1] == ' ' || s->text[at - 1] == '\t'))
        at--;
    return at == 0 || s->text[at - 1] == '\n';
}

uint32_t edit_behind_line(const Source *s, uint32_t at)
{
    while (at < s->size && s->text[at] != '\n')
        at++;
    return at + (at < s->size);
}

static const char *with_returns(const char *text, Arena *a)
{
    const char *out = "";

    for (size_t n; *text; text += n) {
        n = strcspn(text, "\n");
        out = arena_printf(a, "%s%.*s%s", out, (int)n, text, text[n] ? "\r\n" : "");
        n += text[n] != '\0';
    }
    return out;
}

void edit_keep_line_ends(Edits *e)
{
    const char *end = strchr(e->source->text, '\n');

    if (!end || end == e->source->text || end[-1] != '\r')
        return;
    for (int i = 0; i < e->n; i++)
        e->edit[i].text = with_returns(e->edit[i].text, e->arena);
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
    Ordered *list = arena_array(e->arena, Ordered, e->n);

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
    char *text = arena_alloc(e->arena, edited_size(e, from, to) + 1), *out = text;
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
