/* parse_syntax.c -- says what is wrong where the grammar stopped.
 *
 * Mistakes that people make often have rules of their own (parse_bracket.c, parse_mistake.c).  The
 * rest is explained by parse_wanted.def: a table from samples that break off to what is wanted
 * there.  A sample is read by the same grammar as the user's file, so the table stays right when
 * the grammar changes: it is looked up by where the reading of the sample stopped. */
#include "parse.h"

#include <string.h>

#include "net.tab.h"

static const struct {
    int start;
    const char *sample, *wanted;
} table[] = {
#define WANTED(sample, wanted) { START_FILE, sample, wanted },
#define WANTED_VALUE(sample, wanted) { START_EXPR, sample, wanted },
#include "parse_wanted.def"
#undef WANTED
#undef WANTED_VALUE
};

bool syntax_expects(const Parser *p, int kind)
{
    return p->error.expected[grammar_symbol(kind)];
}

/* ---- Looking up what is wanted ---- */

/* An operator fits behind every operand: which ones depends on those before, and tells nothing. */
static void forget_operators(SyntaxError *e)
{
    static const int operators[] = { OR,  AND, EQ,  NE,  '<', LE,  '>', GE, RANGE,
                                     '+', '-', '*', '/', '%', '(', '[', '.' };

    if (!e->expected[grammar_symbol('+')])
        return;
    for (size_t i = 1; i < countof(operators); i++)
        e->expected[grammar_symbol(operators[i])] = false;
}

/* Where the reading of a sample stops. */
static SyntaxError stop_of(Parser *p, int start, const char *sample)
{
    Session *s = p->session;
    Parser q = { .session = s,
                 .source = source_from_text("a sample", sample, strlen(sample), s->arena) };

    if (!tokens_scan(&q, start))
        bug("a sample that cannot be scanned: %s", sample);
    tokens_insert(&q, q.n_tokens - 1, UNREADABLE, q.token[q.n_tokens - 1].at);
    if (grammar_read(&q) || q.error.token != q.n_tokens - 2)
        bug("a sample that does not stop at its end: %s", sample);
    forget_operators(&q.error);
    return q.error;
}

static bool same_expected(const SyntaxError *a, const SyntaxError *b)
{
    return memcmp(a->expected, b->expected, sizeof a->expected) == 0;
}

static const SyntaxError *read_samples(Parser *p)
{
    SyntaxError *stops = arena_array(p->session->arena, SyntaxError, countof(table));

    for (size_t i = 0; i < countof(table); i++)
        stops[i] = stop_of(p, table[i].start, table[i].sample);
    return stops;
}

/* The state tells most; where several share what they expect, that tells enough. */
const char *syntax_wanted(Parser *p)
{
    SyntaxError error = p->error;
    const char *wanted = NULL;

    if (!p->stops)
        p->stops = read_samples(p);
    forget_operators(&error);
    for (size_t i = 0; i < countof(table); i++) {
        if (!same_expected(&error, &p->stops[i]))
            continue;
        if (p->stops[i].state == error.state)
            return table[i].wanted;
        if (!wanted)
            wanted = table[i].wanted;
    }
    return wanted;
}

/* ---- Telling ---- */

const char *syntax_token_text(Parser *p, int index)
{
    const int most = 32;
    const Token *t = &p->token[index];
    const int size = (int)(t->at.to - t->at.from);

    if (t->kind == 0)
        return p->token[0].kind == START_FILE ? "the end of the file" : "the end of the expression";
    return arena_printf(p->session->arena, "'%.*s%s'", size < most ? size : most,
                        p->source->text + t->at.from, size < most ? "" : "...");
}

static void report_wanted(Parser *p)
{
    const int at = p->error.token;
    const char *wanted = syntax_wanted(p);

    diag_error(p->session->diag, MSG_SYNTAX, p->token[at].at, "found %s where %s",
               syntax_token_text(p, at), wanted ? wanted : "something else is wanted");
}

void syntax_report(Parser *p)
{
    if (follow_repair(p) || logic_report(p) || bracket_report(p) || mistake_report(p))
        return;
    report_wanted(p);
    tokens_cut(p, p->error.token);
}
