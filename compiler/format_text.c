/* format_text.c -- a statement's tokens as text: blanks between them, long lines broken. */
#include "format_text.h"

#include <string.h>

#include "net.tab.h"

/* ---- Blanks ---- */

static bool is_keyword(int kind) { return kind >= PARAM && kind <= FALSE; }

/* Can the atom be called or indexed? */
static bool is_callable(const Atom *a, const Atom *before)
{
    return a->kind == NAME || a->kind == ']' || a->kind == ')' || a->kind == RESIDUAL
           || a->kind == PARALLEL || (before->kind == '.' && is_keyword(a->kind));
}

static bool ends_operand(const Atom *a, const Atom *before)
{
    return is_callable(a, before) || a->kind == INTEGER || a->kind == REAL || a->kind == STRING
           || a->kind == TRUE || a->kind == FALSE;
}

static bool is_prefix(const Atom *a, const Atom *before, const Atom *before_that)
{
    return a->kind == '!' || (a->kind == '-' && !ends_operand(before, before_that));
}

/* Is there a blank between atom i and the one before it? */
static bool blank_between(const Formatter *f, int from, int i)
{
    static const Atom none;
    const Atom *a = &f->atom[i], *b = &f->atom[i - 1];
    const Atom *c = i - 2 >= from ? &f->atom[i - 2] : &none;
    const Atom *d = i - 3 >= from ? &f->atom[i - 3] : &none;

    if (a->kind == ATOM_COMMENT || b->kind == ATOM_COMMENT)
        return true;
    if (f->atom[from].kind == ALLOW && (a->kind == '-' || b->kind == '-'))
        return false;
    if (a->kind == ';' || a->kind == ',' || a->kind == ')' || a->kind == ']' || b->kind == '('
        || b->kind == '[')
        return false;
    if (a->kind == '.' || b->kind == '.' || a->kind == RANGE || b->kind == RANGE)
        return false;
    if (a->kind == '(' || a->kind == '[')
        return !is_callable(b, c) && !is_prefix(b, c, d);
    if (a->kind == ':')
        return f->atom[i + 1].kind == '[';
    return !is_prefix(b, c, d);
}

/* ---- Text ---- */

typedef struct {
    Arena *arena;
    char *text;
    size_t n, room;
    int column;
} Text;

static int columns(const char *text, size_t size)
{
    int n = 0;

    for (size_t i = 0; i < size; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

static void put(Text *t, const char *text, size_t size)
{
    const char *line = size ? memrchr(text, '\n', size) : NULL;

    if (t->n + size + 1 > t->room) {
        char *larger = arena_alloc(t->arena, t->room = 2 * (t->n + size + 64));
        if (t->n)
            memcpy(larger, t->text, t->n);
        t->text = larger;
    }
    if (size)
        memcpy(t->text + t->n, text, size);
    t->n += size;
    t->text[t->n] = '\0';
    t->column = line ? columns(line + 1, size - (size_t)(line + 1 - text))
                     : t->column + columns(text, size);
}

static void put_newline(Text *t, int indent)
{
    put(t, "\n", 1);
    for (int i = 0; i < indent; i++)
        put(t, " ", 1);
}

int format_width(const char *text)
{
    const char *line = strrchr(text, '\n');

    return columns(line ? line + 1 : text, strlen(line ? line + 1 : text));
}

/* ---- Breaking ---- */

static const char *text_of(const Formatter *f, int i)
{
    return f->source->text + f->atom[i].at.from;
}

static size_t size_of(const Formatter *f, int i)
{
    return f->atom[i].at.to - f->atom[i].at.from;
}

static bool is_line_comment(const Formatter *f, int i)
{
    return f->atom[i].kind == ATOM_COMMENT && text_of(f, i)[1] != '*';
}

/* A comma before a closing bracket is left out. */
static bool is_dropped(const Formatter *f, int i, int to)
{
    int next = i + 1;

    if (f->atom[i].kind != ',')
        return false;
    while (next < to && f->atom[next].kind == ATOM_COMMENT)
        next++;
    return next < to && (f->atom[next].kind == ')' || f->atom[next].kind == ']');
}

/* Columns from atom i on up to the next comma, with it. */
static int width_to_comma(const Formatter *f, int from, int i, int to)
{
    int width = 0;

    for (int k = i; k < to; k++) {
        width += columns(text_of(f, k), size_of(f, k)) + (k > i && blank_between(f, from, k));
        if (f->atom[k].kind == ',' || f->atom[k].kind == ATOM_COMMENT)
            break;
    }
    return width;
}

/* Does a new line start before atom i? */
static bool breaks_before(const Formatter *f, int from, int i, int to, int column)
{
    const bool blank = blank_between(f, from, i);
    const int kind = f->atom[i].kind;

    if (is_line_comment(f, i - 1) || (kind == ATOM_COMMENT && f->atom[i].own_line)
        || (f->atom[i - 1].kind == ATOM_COMMENT && f->atom[i - 1].own_line))
        return true;
    if (!blank || kind == ATOM_COMMENT)
        return false;
    const int width = f->atom[i - 1].kind == ',' ? width_to_comma(f, from, i, to)
                                                 : columns(text_of(f, i), size_of(f, i)) + 1;
    return column + 1 + width > FORMAT_COLUMNS;
}

const char *format_atoms(const Formatter *f, int from, int to, Row *row, const int marked[2])
{
    Text t = { .arena = f->arena, .column = row->indent };
    bool first_line = true;

    for (int i = from; i < to; i++) {
        if (is_dropped(f, i, to))
            continue;
        if (i > from && breaks_before(f, from, i, to, t.column)) {
            put_newline(&t, row->indent + FORMAT_INDENT);
            first_line = false;
        } else if (i > from && blank_between(f, from, i)) {
            put(&t, " ", 1);
        }
        for (int m = 0; m < 2; m++)
            if (marked && marked[m] == i && first_line)
                row->mark[m] = (int)t.n;
        put(&t, text_of(f, i), size_of(f, i));
    }
    return t.text ? t.text : "";
}
