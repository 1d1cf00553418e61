/* diag_text.c -- messages for a reader: place, text, line of the source, carets under the span. */
#include <string.h>

#include "diag_message.h"
#include "language_limits.h"

enum {
    LINE_SHOWN = 160,               /* bytes of a source line that are shown at most */
    LEAD_SHOWN = 80                 /* of them before the span */
};

#define BOLD   "\033[1m"
#define RED    "\033[1;31m"
#define PURPLE "\033[1;35m"
#define CYAN   "\033[1;36m"
#define GREEN  "\033[32m"
#define RESET  "\033[0m"

typedef struct {
    FILE *out;
    bool color;
} Writer;

static void put(const Writer *w, const char *style, const char *text)
{
    if (w->color)
        fprintf(w->out, "%s%s" RESET, style, text);
    else
        fputs(text, w->out);
}

/* ---- A line of the source ---- */

/* A part of a line: where it starts, its bytes, and in it the underlined range. */
typedef struct {
    const char *text;
    int size, from, to;
    bool cut_before, cut_after;
} Excerpt;

/* Does the byte continue a character? */
static bool continues(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

static Excerpt excerpt_of(Span at, Place place)
{
    Excerpt e = { place.line_text, place.line_size, 0, 0, false, false };
    const int start = (int)(place.line_text - at.source->text);

    e.from = (int)at.from - start < e.size ? (int)at.from - start : e.size;
    e.to = (int)at.to - start < e.size ? (int)at.to - start : e.size;
    if (e.size > LINE_SHOWN && e.from > LEAD_SHOWN) {
        int skipped = e.from - LEAD_SHOWN;
        while (continues(e.text[skipped]))
            skipped++;
        e = (Excerpt){ e.text + skipped, e.size - skipped, e.from - skipped, e.to - skipped, true,
                       false };
    }
    if (e.size > LINE_SHOWN) {
        e.size = LINE_SHOWN;
        while (continues(e.text[e.size]))
            e.size--;
        e.cut_after = true;
        e.to = e.to < e.size ? e.to : e.size;
    }
    return e;
}

/* Would the character do something to a terminal, or to the order of what follows?  Controls, and
 * the marks of direction U+202A to U+202E and U+2066 to U+2069. */
static bool is_unsafe(const char *c, int size)
{
    const unsigned char *u = (const unsigned char *)c;

    if (size <= 1)
        return size == 0 || (u[0] < 0x20 && u[0] != '\t') || u[0] == 0x7f;
    if (size == 2)
        return u[0] == 0xc2 && u[1] < 0xa0;
    return size == 3 && u[0] == 0xe2
           && ((u[1] == 0x80 && u[2] >= 0xaa && u[2] <= 0xae)
               || (u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9));
}

static void put_line(const Writer *w, Excerpt e)
{
    if (e.cut_before)
        fputs("...", w->out);
    for (int i = 0; i < e.size;) {
        const int n = utf8_length(e.text + i, (size_t)(e.size - i));
        if (is_unsafe(e.text + i, n))
            putc('?', w->out);
        else
            fwrite(e.text + i, 1, (size_t)n, w->out);
        i += n ? n : 1;
    }
    fputs(e.cut_after ? "...\n" : "\n", w->out);
}

/* Blanks as wide as what stands before the span; tabs stay tabs. */
static void put_lead(const Writer *w, Excerpt e)
{
    if (e.cut_before)
        fputs("   ", w->out);
    for (int i = 0; i < e.from; i++)
        if (!continues(e.text[i]))
            putc(e.text[i] == '\t' ? '\t' : ' ', w->out);
}

static int characters(Excerpt e)
{
    int n = 0;

    for (int i = e.from; i < e.to; i++)
        n += !continues(e.text[i]);
    return n > 0 ? n : 1;
}

static void put_marks(const Writer *w, Excerpt e, char mark)
{
    char marks[LINE_SHOWN + 1];
    const int n = characters(e);

    memset(marks, mark, (size_t)n);
    marks[n] = '\0';
    put(w, GREEN, marks);
    putc('\n', w->out);
}

/* The line, and carets under the span. */
static void put_excerpt(const Writer *w, Span at, Place place)
{
    const Excerpt e = excerpt_of(at, place);

    fprintf(w->out, "%5d | ", place.line);
    put_line(w, e);
    fputs("      | ", w->out);
    put_lead(w, e);
    put_marks(w, e, '^');
}

/* ---- Messages ---- */

static void put_head(const Writer *w, Span at, const char *style, const char *kind)
{
    if (at.source) {
        const Place p = source_place(at.source, at.from);
        if (w->color)
            fputs(BOLD, w->out);
        fprintf(w->out, "%s:%d:%d: ", at.source->path, p.line, p.column);
        if (w->color)
            fputs(RESET, w->out);
    } else {
        fputs("netc: ", w->out);
    }
    put(w, style, kind);
    fputs(": ", w->out);
}

/* What to write, under the carets: the new text, or dashes under what goes. */
static void put_edit(const Writer *w, Remark fix)
{
    const Excerpt e = excerpt_of(fix.at, source_place(fix.at.source, fix.at.from));

    fputs("      | ", w->out);
    put_lead(w, e);
    if (fix.text[0] == '\0') {
        put_marks(w, e, '-');
        return;
    }
    put(w, GREEN, fix.text);
    putc('\n', w->out);
}

static bool same_line(Span a, Span b)
{
    return a.source && a.source == b.source
           && source_place(a.source, a.from).line == source_place(b.source, b.from).line;
}

static void put_note(const Writer *w, Remark note)
{
    put_head(w, note.at, CYAN, "note");
    fprintf(w->out, "%s\n", note.text);
    if (note.at.source)
        put_excerpt(w, note.at, source_place(note.at.source, note.at.from));
}

static void put_fix(const Writer *w, const Message *m, Remark fix)
{
    if (!fix.at.source)
        return;
    if (!same_line(m->at, fix.at)) {
        put_head(w, fix.at, CYAN, "note");
        fputs("to be changed here\n", w->out);
        put_excerpt(w, fix.at, source_place(fix.at.source, fix.at.from));
    }
    put_edit(w, fix);
}

static void put_message(const Writer *w, const Message *m)
{
    put_head(w, m->at, m->severity == DIAG_ERROR ? RED : PURPLE, severity_name(m->severity));
    put(w, BOLD, m->text);
    fprintf(w->out, " [%s]\n", diag_code(m->id));
    if (m->at.source)
        put_excerpt(w, m->at, source_place(m->at.source, m->at.from));
    for (int i = 0; i < m->n_fixes; i++)
        put_fix(w, m, m->fix[i]);
    for (int i = 0; i < m->n_notes; i++)
        put_note(w, m->note[i]);
}

void diag_print_text(const Diag *d, bool color, FILE *out)
{
    const Writer w = { out, color };
    const int64_t hidden = d->errors - LIMIT_ERRORS;

    for (int i = 0; i < d->n; i++)
        put_message(&w, d->message[i]);
    if (hidden > 0)
        fprintf(out, "netc: %lld more error%s not shown\n", (long long)hidden,
                hidden == 1 ? " is" : "s are");
}
