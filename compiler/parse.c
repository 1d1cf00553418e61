/* parse.c -- source text to syntax tree: scans, reads; after a mistake repairs and reads again. */
#include "parse.h"

#include <string.h>

#include "language_limits.h"
#include "net.tab.h"

/* One reading.  What a failed one built is given back. */
static bool read_once(Parser *p)
{
    const ArenaMark mark = arena_mark(p->session->arena);

    if (grammar_read(p))
        return true;
    arena_release(p->session->arena, mark);
    p->decls = NULL;
    p->expr = NULL;
    return false;
}

static void report_depth(Parser *p)
{
    diag_error(p->session->diag, MSG_NESTING, p->error.too_deep_at,
               "more than %lld levels stand in each other here", (long long)p->error.too_deep);
}

/* Readings: enough for twenty mistakes in any file that a person writes, and a bound on the time
 * that one of 1 MiB can take. */
enum { MOST_READINGS = 200, MOST_TOKENS = 3000000 };

/* False if no tree came of it.  Some repairs say nothing, being part of a mistake that was told. */
static bool read_and_repair(Parser *p)
{
    int64_t tokens = 0;

    for (int i = 0; i < MOST_READINGS && tokens < MOST_TOKENS; i++) {
        if (read_once(p)) {
            mistake_report_singles(p);
            return true;
        }
        tokens += p->next;
        if (p->error.too_deep) {
            report_depth(p);
            return false;
        }
        if (diag_errors(p->session->diag) > LIMIT_ERRORS)
            break;
        syntax_report(p);
    }
    return false;
}

/* The word of an allow, which may have '-' in it, without the blanks around it. */
static Str joined_words(Parser *p, Span at)
{
    char *text = arena_alloc(p->session->arena, at.to - at.from + 1);
    size_t n = 0;

    for (int i = 0; i < p->n_tokens; i++) {
        const Span t = p->token[i].at;
        if (t.from < at.from || t.to > at.to)
            continue;
        memcpy(text + n, p->source->text + t.from, t.to - t.from);
        n += t.to - t.from;
    }
    return intern_n(p->session->names, text, n);
}

static void name_warnings(Parser *p)
{
    for (Decl *d = p->decls; d; d = d->next)
        if (d->kind == DECL_ALLOW)
            d->name = joined_words(p, d->name_at);
}

static Parser parser_of(const Source *source, Session *s)
{
    return (Parser){ .session = s, .source = source, .first_message = diag_messages(s->diag) };
}

File *parse(const Source *source, Session *s)
{
    File *file = arena_new_of(s->arena, File);
    Parser p = parser_of(source, s);

    file->source = source;
    file->lost = !tokens_scan(&p, START_FILE) || !read_and_repair(&p) || p.lost;
    name_warnings(&p);
    diag_sort(s->diag, p.first_message);
    file->decls = p.decls;
    file->comments = p.comments;
    return file;
}

Expr *parse_expr(const Source *source, Session *s)
{
    Parser p = parser_of(source, s);
    const int errors = diag_errors(s->diag);

    if (!tokens_scan(&p, START_EXPR) || diag_errors(s->diag) > errors)
        return NULL;
    if (read_once(&p)) {
        mistake_report_singles(&p);
        return p.expr;
    }
    if (p.error.too_deep)
        report_depth(&p);
    else
        syntax_report(&p);
    return NULL;
}
