/* parse_mistake.c -- signs that other languages use, or that are mixed up in this one. */
#include "parse.h"

#include <string.h>

#include "net.tab.h"

static const Token *found(const Parser *p) { return &p->token[p->error.token]; }
static const Token *before(const Parser *p) { return &p->token[p->error.token - 1]; }

static bool is_keyword(int kind) { return kind >= PARAM && kind <= FALSE; }
static bool touch(const Token *a, const Token *b) { return a->at.to == b->at.from; }

bool starts_operand(int kind)
{
    return kind == NAME || kind == INTEGER || kind == REAL || kind == STRING || kind == TRUE
           || kind == FALSE || kind == '[' || kind == '(';
}

/* Reports that one sign should be another, with the edit, and goes on as if it were. */
static void exchange(Parser *p, MessageId id, int kind, const char *meant, const char *text)
{
    Token *t = &p->token[p->error.token];
    Message *m = diag_error(p->session->diag, id, t->at, "%s", text);

    diag_fix(m, t->at, meant);
    t->kind = kind;
    t->retyped = p->lost = true;
}

/* ---- Signs ---- */

/* if a = 3 { ... }   lr == 0.1;   lr: 0.1; */
static bool wrong_assignment(Parser *p)
{
    const int kind = found(p)->kind;

    if (kind == '=' && syntax_expects(p, EQ))
        exchange(p, MSG_ASSIGN_OR_COMPARE, EQ, "==", "'=' gives a value, '==' compares");
    else if (kind == EQ && syntax_expects(p, '='))
        exchange(p, MSG_ASSIGN_OR_COMPARE, '=', "=", "'==' compares, '=' gives a value");
    else if (kind == ':' && syntax_expects(p, '='))
        exchange(p, MSG_SYNTAX, '=', "=", "':' gives no value, '=' does");
    else
        return false;
    return true;
}

/* batch = 32, */
static bool comma_for_semicolon(Parser *p)
{
    if (found(p)->kind != ',' || !syntax_expects(p, ';') || syntax_expects(p, ','))
        return false;
    exchange(p, MSG_SYNTAX, ';', ";", "',' ends nothing here, ';' does");
    return true;
}

/* let width: int = 64; */
static bool kind_of_let(Parser *p)
{
    const int at = p->error.token;
    const Token *t = &p->token[at];

    if (t->kind != ':' || before(p)->kind != NAME || t[-2].kind != LET || t[1].kind != NAME
        || t[2].kind != '=')
        return false;
    const Span kind = span_join(t->at, t[1].at);
    Message *m = diag_error(p->session->diag, MSG_SYNTAX, kind,
                            "'let' states no kind, the value has one");
    diag_fix(m, kind, "");
    tokens_delete(p, at, 2);
    return true;
}

/* The '}' of this '{', if no statement stands between them; or -1. */
static int closing_brace(const Parser *p, int opener)
{
    for (int i = opener + 1; p->token[i].kind; i++) {
        if (p->token[i].kind == '}')
            return i;
        if (p->token[i].kind == ';' || p->token[i].kind == '{')
            return -1;
    }
    return -1;
}

/* input {64}; */
static bool shape_in_braces(Parser *p)
{
    const int at = p->error.token;
    Token *t = p->token;
    const int close = t[at].kind == '{' ? closing_brace(p, at) : -1;

    if (close < 0 || !syntax_expects(p, '['))
        return false;
    Message *m = diag_error(p->session->diag, MSG_SYNTAX, span_join(t[at].at, t[close].at),
                            "a shape stands in '[ ]', not in '{ }'");
    diag_fix(m, t[at].at, "[");
    diag_fix(m, t[close].at, "]");
    t[at].kind = '[';
    t[close].kind = ']';
    return true;
}

static bool is_single(const Token *t)
{
    return (t->kind == OR || t->kind == AND) && t->at.to - t->at.from == 1;
}

/* dense(64) | relu;   dense(64) -> relu; */
static bool joining_sign(Parser *p)
{
    const Token *t = found(p);

    if (!(is_single(t) || t->kind == ARROW) || !syntax_expects(p, FROM))
        return false;
    diag_error(p->session->diag, MSG_SYNTAX, t->at,
               "%s joins no layers: they follow one another, each ends in ';'",
               syntax_token_text(p, p->error.token));
    tokens_cut(p, p->error.token);
    return true;
}

/* a | b: read as the operator that was meant. */
void mistake_report_singles(Parser *p)
{
    for (int i = 0; i < p->n_tokens; i++) {
        const Token *t = &p->token[i];
        const char *meant = t->kind == OR ? "||" : "&&";
        if (!is_single(t))
            continue;
        Message *m = diag_error(p->session->diag, MSG_BAD_CHARACTER, t->at,
                                "'%c' is no operator, '%s' is", *meant, meant);
        diag_fix(m, t->at, meant);
    }
}

/* dense(64 act = relu), but in a list of tensors only a name: not `from a(1)` */
static bool missing_comma(Parser *p)
{
    const int at = p->error.token;
    const bool named = is_keyword(found(p)->kind) && p->token[at + 1].kind == '=';
    const bool item = syntax_expects(p, ';') ? found(p)->kind == NAME
                                             : starts_operand(found(p)->kind);
    const Span gap = mistake_gap(p);

    if (!syntax_expects(p, ',') || !(item || named))
        return false;
    Message *m = diag_error(p->session->diag, MSG_MISSING_COMMA, gap, "',' is missing after %s",
                            syntax_token_text(p, at - 1));
    diag_fix(m, gap, ",");
    tokens_insert(p, at, ',', gap);
    p->lost = true;
    return true;
}

/* add a, b; */
static bool missing_from(Parser *p)
{
    static const char *const joins[] = { "add", "mul", "concat" };
    const Token *b = before(p);
    const Span gap = mistake_gap(p);

    if (found(p)->kind != NAME || b->kind != NAME || !syntax_expects(p, FROM))
        return false;
    for (size_t i = 0; i < countof(joins); i++)
        if (strcmp(b->literal.text, joins[i]) == 0) {
            Message *m = diag_error(p->session->diag, MSG_SYNTAX, gap,
                                    "'from' is missing after '%s'", joins[i]);
            diag_fix(m, gap, " from");
            tokens_insert(p, p->error.token, FROM, gap);
            return true;
        }
    return false;
}

static bool is_comparison(int kind)
{
    return kind == EQ || kind == NE || kind == '<' || kind == LE || kind == '>' || kind == GE;
}

/* 0 < a < 1   and   1..3..5 */
static bool chained_comparison(Parser *p)
{
    const int kind = found(p)->kind;

    if (!syntax_expects(p, AND) || (!is_comparison(kind) && kind != RANGE))
        return false;
    diag_error(p->session->diag, MSG_SYNTAX, found(p)->at,
               kind == RANGE ? "'..' cannot follow another '..'"
                             : "%s cannot follow another comparison, '&&' joins two",
               syntax_token_text(p, p->error.token));
    tokens_cut(p, p->error.token);
    return true;
}

/* .5   and   5. */
static bool half_a_real(Parser *p)
{
    const int at = p->error.token;
    const Token *after = &p->token[at + 1];
    const bool no_whole = found(p)->kind == '.' && after->kind == INTEGER && touch(found(p), after);
    const bool no_fraction = found(p)->kind == '.' && before(p)->kind == INTEGER
                             && touch(before(p), found(p));

    if (!no_whole && !no_fraction)
        return false;
    const Span all = no_fraction ? span_join(before(p)->at, found(p)->at)
                                 : span_join(found(p)->at, after->at);
    const char *text = p->source->text + all.from;
    const int size = (int)(all.to - all.from);
    Message *m = diag_error(p->session->diag, MSG_BAD_NUMBER, all,
                            "'%.*s' has no digit %s its dot", size, text,
                            no_fraction ? "behind" : "before");
    diag_fix(m, all, arena_printf(p->session->arena, no_fraction ? "%.*s0" : "0%.*s", size, text));
    tokens_delete(p, at, 1);
    p->lost = true;
    return true;
}

/* 2 ** 3 */
static bool power(Parser *p)
{
    const Token *b = before(p), *f = found(p);

    if (f->kind != '*' || b->kind != '*' || !touch(b, f))
        return false;
    diag_error(p->session->diag, MSG_SYNTAX, span_join(b->at, f->at),
               "'**' is no operator, 'pow(a, b)' is a to the power of b");
    p->lost = true;
    tokens_delete(p, p->error.token, 1);
    return true;
}

bool mistake_report(Parser *p)
{
    return missing_from(p) || word_report(p) || half_a_real(p) || power(p) || shape_in_braces(p)
           || kind_of_let(p) || wrong_assignment(p) || chained_comparison(p)
           || comma_for_semicolon(p) || joining_sign(p) || missing_comma(p);
}
