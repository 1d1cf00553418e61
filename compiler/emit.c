/* emit.c -- indented text with blocks.  Knows braces, not nets. */
#include "emit.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 4, WIDTH = 100, DEEPEST_ALIGNMENT = 40, NUMBER_WIDTH = 4 };

struct Emit {
    Arena *arena;
    char *text;                     /* NUL-terminated */
    size_t size, room;
    int depth;                      /* in blocks */
    bool blank;                     /* an empty line is due before the next line */
    bool opened;                    /* the last line opened a block: no empty line after it */
    char *head;                     /* of the list between emit_begin and emit_end, or NULL */
    char **piece;                   /* with a newline in front where it starts a line */
    int n_pieces;
    bool break_next;
    int fold;                       /* the piece that starts a line if not all fit on one; or 0 */
};

Emit *emit_new(Arena *a)
{
    Emit *e = arena_new_of(a, Emit);

    e->arena = a;
    e->room = 4096;
    e->text = arena_alloc(a, e->room);
    e->opened = true;               /* nor one at the top */
    return e;
}

const char *emit_text(Emit *e, size_t *size)
{
    if (e->head)
        bug("a list is still open: %s", e->head);
    if (size)
        *size = e->size;
    return e->text;
}

static void put(Emit *e, const char *text, size_t n)
{
    if (e->room - e->size <= n) {
        while (e->room - e->size <= n)
            e->room *= 2;
        char *larger = arena_alloc(e->arena, e->room);
        memcpy(larger, e->text, e->size);
        e->text = larger;
    }
    memcpy(e->text + e->size, text, n);
    e->size += n;
    e->text[e->size] = '\0';
}

static void put_spaces(Emit *e, int n)
{
    while (n-- > 0)
        put(e, " ", 1);
}

/* The empty line that is due, if any. */
static void put_blank(Emit *e)
{
    if (e->blank && !e->opened)
        put(e, "\n", 1);
    e->blank = e->opened = false;
}

/* One line, or several: each is indented, and none ends in blanks. */
static void put_lines(Emit *e, const char *text)
{
    put_blank(e);
    for (;;) {
        const size_t n = strcspn(text, "\n");
        if (n > 0)
            put_spaces(e, e->depth * INDENT);
        put(e, text, n);
        put(e, "\n", 1);
        if (text[n] == '\0')
            return;
        text += n + 1;
    }
}

void emit_line(Emit *e, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    put_lines(e, arena_vprintf(e->arena, format, ap));
    va_end(ap);
}

void emit_blank(Emit *e)
{
    e->blank = true;
}

void emit_open(Emit *e, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    put_lines(e, arena_vprintf(e->arena, format, ap));
    va_end(ap);
    emit_indent(e, 1);
    e->opened = true;
}

void emit_close(Emit *e, const char *tail)
{
    emit_indent(e, -1);
    e->blank = false;
    put_lines(e, arena_printf(e->arena, "}%s", tail));
}

void emit_indent(Emit *e, int by)
{
    e->depth += by;
    if (e->depth < 0)
        bug("more blocks are closed than were opened");
}

void emit_begin(Emit *e, const char *format, ...)
{
    va_list ap;

    if (e->head)
        bug("a list inside a list: %s", e->head);
    va_start(ap, format);
    e->head = arena_vprintf(e->arena, format, ap);
    va_end(ap);
    e->piece = NULL;
    e->n_pieces = e->fold = 0;
}

void emit_piece(Emit *e, const char *format, ...)
{
    va_list ap;

    if (!e->head)
        bug("a piece outside a list: %s", format);
    va_start(ap, format);
    char *piece = arena_vprintf(e->arena, format, ap);
    va_end(ap);
    if (e->break_next)
        piece = arena_printf(e->arena, "\n%s", piece);
    e->break_next = false;
    arena_push(e->arena, e->piece, e->n_pieces, piece);
}

void emit_break(Emit *e)
{
    e->break_next = true;
}

void emit_fold(Emit *e) { e->fold = e->n_pieces; }

int emit_width(const char *text)
{
    int n = 0;

    while (*text) {
        const size_t digits = strspn(text, "0123456789");

        n += digits ? NUMBER_WIDTH : *text != '\n';
        text += digits ? digits : 1;
    }
    return n;
}

/* Where further lines of a list start: under its first piece, where that leaves room for every
 * piece and no number moves it. */
static int alignment(const Emit *e, int left)
{
    const int head = (int)strlen(e->head);
    int widest = 0;

    for (int i = 0; i < e->n_pieces; i++)
        widest = emit_width(e->piece[i]) > widest ? emit_width(e->piece[i]) : widest;
    if (head > DEEPEST_ALIGNMENT || head != emit_width(e->head) || left + head + widest >= WIDTH)
        return left + 2 * INDENT;
    return left + head;
}

/* A piece that goes on with an operator: "&& x", "+ x". */
static bool continues(const char *piece)
{
    const size_t n = strspn(piece, "&|+-*/");

    return n && piece[n] == ' ';
}

/* Do all pieces fit on the first line? */
static bool fits(const Emit *e, const char *tail)
{
    int column = e->depth * INDENT + emit_width(e->head) + emit_width(tail);

    for (int i = 0; i < e->n_pieces; i++)
        column += emit_width(e->piece[i]) + (i ? 2 : 0);
    return column <= WIDTH;
}

/* Pieces fill a line as long as they fit, the last one with the tail. */
void emit_end(Emit *e, const char *tail)
{
    const int left = e->depth * INDENT, start = alignment(e, left);
    const int fold = fits(e, tail) ? 0 : e->fold;
    int column = left + emit_width(e->head);

    put_blank(e);
    put_spaces(e, left);
    put(e, e->head, strlen(e->head));
    for (int i = 0; i < e->n_pieces; i++) {
        const char *after = i == e->n_pieces - 1 ? tail : continues(e->piece[i + 1]) ? "" : ",";
        const char *piece = e->piece[i];
        const int width = emit_width(piece) + (int)strlen(after);
        const bool broken = i > 0 && (*piece == '\n' || i == fold || column + 1 + width > WIDTH);

        if (broken)
            put(e, "\n", 1);
        put_spaces(e, broken ? start : i > 0);
        piece += *piece == '\n';
        put(e, piece, strlen(piece));
        put(e, after, strlen(after));
        column = (broken ? start : column + (i > 0)) + width;
    }
    if (e->n_pieces == 0)
        put(e, tail, strlen(tail));
    put(e, "\n", 1);
    e->head = NULL;
}

/* The fewest digits that read back as x, with a point or an exponent, so that C sees a double. */
static char *shortest(Arena *a, double x)
{
    char *text = NULL;

    for (int digits = 6; digits <= 17; digits++) {
        text = arena_printf(a, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    return strpbrk(text, ".e") ? text : arena_printf(a, "%s.0", text);
}

char *emit_number(Arena *a, double x)
{
    if (isnan(x))
        return arena_printf(a, "NAN");
    if (isinf(x))
        return arena_printf(a, x < 0 ? "-INFINITY" : "INFINITY");
    return shortest(a, x);
}

char *emit_real(Arena *a, double x)
{
    const double size = fabs(x);
    const char *sign = signbit(x) ? "-" : "";

    if (!isfinite(x))
        return emit_number(a, x);
    if (size != 0 && (size < (double)FLT_MIN || size > (double)FLT_MAX))
        return arena_printf(a, "%s(rt_real)%s", sign, shortest(a, size));   /* no float literal */
    return arena_printf(a, "%sRT_C(%s)", sign, shortest(a, size));
}

/* Octal escapes have three digits, so that a digit may follow; `?` is escaped because -std=c11
 * reads trigraphs even in strings. */
char *emit_string(Arena *a, const char *text)
{
    char *out = arena_alloc(a, 4 * strlen(text) + 3), *p = out;

    *p++ = '"';
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '?')
            *p++ = (char)c;
        else
            p += snprintf(p, 5, "\\%03o", c);
    }
    *p++ = '"';
    *p = '\0';
    return out;
}
