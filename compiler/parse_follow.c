/* parse_follow.c -- what follows from a mistake that was told is repaired without a word. */
#include "parse.h"

#include <string.h>

#include "diag_message.h"
#include "net.tab.h"

/* Was something told of the text from `from` to `to`? */
static bool is_told(const Parser *p, uint32_t from, uint32_t to)
{
    const Diag *d = p->session->diag;

    for (int i = p->first_message; i < d->n; i++)
        if (d->message[i]->at.from >= from && d->message[i]->at.from <= to)
            return true;
    return false;
}

static uint32_t line_start(const Source *s, uint32_t offset)
{
    while (offset > 0 && s->text[offset - 1] != '\n')
        offset--;
    return offset;
}

static bool is_told_in_line(const Parser *p, uint32_t offset)
{
    const char *end = strchr(p->source->text + offset, '\n');

    return is_told(p, line_start(p->source, offset),
                   end ? (uint32_t)(end - p->source->text) : p->source->size);
}

/* A line is told of once: a repair there is a guess, and what fails behind it was meant in another
 * way.  A statement that breaks off at the end of a line belongs to that line. */
static bool line_is_told(const Parser *p)
{
    const int at = p->error.token;
    const bool breaks_off = tokens_start_line(p, at) && tokens_statement(p, at) < at;

    return is_told_in_line(p, p->token[breaks_off ? at - 1 : at].at.from);
}

/* A statement is told of once, also if the scanner did it. */
static bool statement_is_told(const Parser *p)
{
    for (int i = tokens_statement(p, p->error.token); i <= p->error.token; i++)
        if (p->token[i].kind == UNREADABLE || p->token[i].kind == BAD_VALUE || p->token[i].retyped)
            return true;
    return false;
}

/* At the top of a file stands what would have been well in a section, had its end not been
 * misplaced.  `trian { ... }` is a mistake of its own. */
static bool follows_section(const Parser *p)
{
    const int at = p->error.token;
    const Token *t = &p->token[at];

    if (tokens_opener(p, at) >= 0 || t->kind == 0 || !is_told(p, 0, t->at.from))
        return false;
    return t[-1].kind == CUT || (t[-1].kind == '}' && !(t->kind == NAME && t[1].kind == '{'));
}

/* branch { ... }  or  data = ...;  after a mistake that moved the end of what is around. */
static bool follows_in_body(const Parser *p)
{
    const int at = p->error.token, kind = p->token[at].kind, opener = tokens_opener(p, at);
    const bool moved = kind == BRANCH || kind == SHORTCUT || kind == ELSE || kind == DATA
                       || syntax_expects(p, BRANCH);

    return moved && opener >= 0 && tokens_statement(p, at) == at
           && is_told(p, p->token[opener].at.from, p->token[at].at.from);
}

/* A bracket was told of in a section that does not end: it may be the one that is missing. */
static bool ends_in_section(Parser *p)
{
    const bool ends = p->token[p->error.token].kind == 0;
    int at = ends ? p->error.token : tokens_declaration_at_stop(p);
    const int opener = tokens_opener(p, p->error.token), start = tokens_statement(p, at);

    if (at < 0 || opener < 0 || !is_told(p, p->token[opener].at.from, p->token[at].at.from))
        return false;
    if (start < at) {
        tokens_cut(p, at - 1);
        at = start + 1;
    }
    close_braces(p, at);
    return true;
}

bool follow_repair(Parser *p)
{
    const int at = p->error.token;

    if (ends_in_section(p))
        return true;
    if (!line_is_told(p) && !statement_is_told(p) && !follows_section(p) && !follows_in_body(p))
        return false;
    if (p->token[at].kind == 0)
        return false;
    if (p->token[at].kind == '}' && tokens_opener(p, at) < 0)
        tokens_delete(p, at, 1);
    else
        tokens_cut(p, at);
    p->lost = true;
    return true;
}
