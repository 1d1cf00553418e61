/* parse_lexical.c -- reads names, numbers, strings and comments, and says what is wrong in them. */
#include "parse.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "language_limits.h"
#include "net.tab.h"

Span lexical_advance(Parser *p, uint32_t size)
{
    const Span at = { p->source, p->offset, p->offset + size };

    p->offset += size;
    return at;
}

static const char *start_of(Parser *p, Span at) { return p->source->text + at.from; }
static size_t size_of(Span at) { return at.to - at.from; }

static Span part(Span at, size_t from, size_t size)
{
    const uint32_t start = at.from + (uint32_t)from;

    return (Span){ at.source, start, start + (uint32_t)size };
}

/* A short piece of the source as it stands in a message. */
static const char *quoted(Parser *p, Span at)
{
    const int most = 32;
    const int size = (int)size_of(at);

    return arena_printf(p->session->arena, "'%.*s%s'", size < most ? size : most, start_of(p, at),
                        size < most ? "" : "...");
}

/* ---- Comments ---- */

static bool starts_line(const Source *s, uint32_t offset)
{
    while (offset > 0 && strchr(" \t\r\f\v", s->text[offset - 1]))
        offset--;
    return offset == 0 || s->text[offset - 1] == '\n';
}

void lexical_comment(Parser *p, Span at)
{
    Comment *c = arena_new_of(p->session->arena, Comment);

    while (at.to > at.from && strchr(" \t\r", p->source->text[at.to - 1]))
        at.to--;
    c->at = at;
    c->own_line = starts_line(p->source, at.from);
    *(p->last_comment ? &p->last_comment->next : &p->comments) = c;
    p->last_comment = c;
}

void lexical_open_comment(Parser *p, Span at)
{
    diag_error(p->session->diag, MSG_OPEN_COMMENT, part(at, 0, 2),
               "this comment does not end, '*/' is wanted");
}

/* `#!` in the first line is for the shell; elsewhere `#` is another language's comment. */
void lexical_hash(Parser *p, Span at)
{
    if (at.from == 0 && strncmp(start_of(p, at), "#!", 2) == 0) {
        lexical_comment(p, at);
        return;
    }
    Message *m = diag_error(p->session->diag, MSG_BAD_CHARACTER, part(at, 0, 1),
                            "'#' starts no comment here, '//' does");
    diag_fix(m, part(at, 0, 1), "//");
}

bool lexical_byte_order_mark(Parser *p, Span at)
{
    if (at.from == 0)
        return true;
    lexical_unreadable(p, at);
    return false;
}

/* ---- Names ---- */

int lexical_name(Parser *p, Span at, Literal *out)
{
    if ((int64_t)size_of(at) > LIMIT_IDENTIFIER)
        diag_error(p->session->diag, MSG_LONG_NAME, at,
                   "this name has %zu characters, %lld is the most", size_of(at),
                   (long long)LIMIT_IDENTIFIER);
    out->text = intern_n(p->session->names, start_of(p, at), size_of(at));
    return NAME;
}

static unsigned code_point(const char *text, int size)
{
    const unsigned char *u = (const unsigned char *)text;
    unsigned code = size == 1 ? u[0] : u[0] & (0xffu >> (size + 1));

    for (int i = 1; i < size; i++)
        code = code << 6 | (u[i] & 0x3f);
    return code;
}

static uint32_t line_end(const Source *s, uint32_t offset)
{
    while (offset < s->size && s->text[offset] != '\n')
        offset++;
    return offset;
}

/* Says which character is not known; one message a line, for they come in pairs and rows. */
static void report_character(Parser *p, Span at)
{
    const char *text = start_of(p, at);
    const int size = utf8_length(text, size_of(at));
    const char *what;

    p->lost = true;
    if (at.from < p->foreign_line_end)
        return;
    p->foreign_line_end = line_end(p->source, at.from);
    if (size == 0 || (unsigned char)text[0] < 0x20 || text[0] == 0x7f)
        what = arena_printf(p->session->arena, "the byte 0x%02x", (unsigned)(unsigned char)text[0]);
    else if (size == 1)
        what = arena_printf(p->session->arena, "'%c'", text[0]);
    else
        what = arena_printf(p->session->arena, "'%.*s' (U+%04X)", size, text,
                            code_point(text, size));
    diag_error(p->session->diag, MSG_BAD_CHARACTER, part(at, 0, size ? (size_t)size : 1), "%s %s",
               what, size > 1 ? "can stand only in comments and strings" : "means nothing here");
}

/* Letters outside ASCII, perhaps among others: read as a name if it looks like one. */
int lexical_foreign(Parser *p, Span at, Literal *out)
{
    const char *text = start_of(p, at);
    size_t first = 0;

    while ((unsigned char)text[first] < 0x80)
        first++;
    report_character(p, part(at, first, size_of(at) - first));
    out->text = intern_n(p->session->names, text, size_of(at));
    return first > 0 && (text[0] < '0' || text[0] > '9') ? NAME : UNREADABLE;
}

int lexical_unreadable(Parser *p, Span at)
{
    report_character(p, at);
    return UNREADABLE;
}

/* ---- Numbers ---- */

int lexical_integer(Parser *p, Span at, Literal *out)
{
    const char *text = start_of(p, at);
    bool fits = true;

    for (size_t i = 0; fits && i < size_of(at); i++)
        fits = mul_ok(out->integer, 10, &out->integer)
               && add_ok(out->integer, text[i] - '0', &out->integer);
    if (fits)
        return INTEGER;
    diag_error(p->session->diag, MSG_BAD_NUMBER, at, "%s is too large, %lld is the largest integer",
               quoted(p, at), (long long)INT64_MAX);
    return BAD_VALUE;
}

/* The C locale's strtod, whatever the locale of the process. */
static double read_real(const char *text)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);

    if (!c)
        return strtod(text, NULL);
    const double value = strtod_l(text, NULL, c);
    freelocale(c);
    return value;
}

int lexical_real(Parser *p, Span at, Literal *out)
{
    out->real = read_real(arena_copy(p->session->arena, start_of(p, at), size_of(at)));
    if (isfinite(out->real))
        return REAL;
    diag_error(p->session->diag, MSG_BAD_NUMBER, at, "%s is too large for a real", quoted(p, at));
    return BAD_VALUE;
}

int lexical_bad_number(Parser *p, Span at)
{
    diag_error(p->session->diag, MSG_BAD_NUMBER, at, "%s is neither a number nor a name",
               quoted(p, at));
    return BAD_VALUE;
}

/* ---- Strings ---- */

static const char *escape_of(char c)
{
    static const char pairs[] = "\"\"\\\\n\nt\t";

    for (const char *pair = pairs; *pair; pair += 2)
        if (pair[0] == c)
            return pair + 1;
    return NULL;
}

/* A character of a string, perhaps escaped, to *out; its size in the source; 0 after a message. */
static size_t read_character(Parser *p, Span rest, char *out)
{
    const char *text = start_of(p, rest);
    const size_t size = (size_t)utf8_length(text, size_of(rest));
    const char *escaped = text[0] == '\\' ? escape_of(text[1]) : NULL;

    if (size == 0 || text[0] == '\0') {
        diag_error(p->session->diag, MSG_BAD_STRING, part(rest, 0, 1),
                   "the byte 0x%02x is no text in UTF-8", (unsigned)(unsigned char)text[0]);
        return 0;
    }
    if (text[0] == '\\' && !escaped) {
        diag_error(p->session->diag, MSG_BAD_STRING, part(rest, 0, 2),
                   "%s means nothing in a string, the escapes are '\\\"', '\\\\', '\\n' and '\\t'",
                   quoted(p, part(rest, 0, 2)));
        return 0;
    }
    memcpy(out, escaped ? escaped : text, size);
    return escaped ? 2 : size;
}

/* The text between the quotes. */
static int read_string(Parser *p, Span inside, Literal *out)
{
    char *text = arena_alloc(p->session->arena, size_of(inside) + 4);
    size_t n = 0;

    for (size_t i = 0; i < size_of(inside);) {
        const Span rest = part(inside, i, size_of(inside) - i);
        const size_t size = read_character(p, rest, text + n);
        if (size == 0)
            return BAD_VALUE;
        n += start_of(p, rest)[0] == '\\' ? 1 : size;
        i += size;
    }
    if ((int64_t)n > LIMIT_STRING_BYTES) {
        diag_error(p->session->diag, MSG_BAD_STRING, part(inside, 0, 1),
                   "this string has %zu bytes, %lld is the most", n, (long long)LIMIT_STRING_BYTES);
        return BAD_VALUE;
    }
    out->text = intern_n(p->session->names, text, n);
    return STRING;
}

int lexical_string(Parser *p, Span at, Literal *out)
{
    return read_string(p, part(at, 1, size_of(at) - 2), out);
}

/* The first string of the line, if there is one before `offset`. */
static const Token *string_before(const Parser *p, uint32_t offset)
{
    const char *text = p->source->text;
    const Token *string = NULL;

    for (const Token *t = &p->token[p->n_tokens - 1]; t > p->token; t--) {
        if (memchr(text + t->at.to, '\n', offset - t->at.to))
            break;
        if (t->kind == STRING)
            string = t;
    }
    return string;
}

/* "iris.csv, target = "species");  -- perhaps it is a string before it that does not end */
int lexical_open_string(Parser *p, Span at, Literal *out)
{
    const Token *before = string_before(p, at.from);

    (void)out;
    Message *m = diag_error(p->session->diag, MSG_OPEN_STRING, part(at, 0, 1),
                            "this string does not end in its line, '\"' is wanted");
    if (before)
        diag_note(m, before->at, "unless this one should end before");
    return BAD_VALUE;
}

int lexical_single_quoted(Parser *p, Span at, Literal *out)
{
    const Span inside = part(at, 1, size_of(at) - 2);
    Message *m = diag_error(p->session->diag, MSG_BAD_STRING, at,
                            "a string stands in double quotes, not in single ones");

    if (!memchr(start_of(p, inside), '"', size_of(inside)))
        diag_fix(m, at, arena_printf(p->session->arena, "\"%.*s\"", (int)size_of(inside),
                                     start_of(p, inside)));
    return read_string(p, inside, out);
}
