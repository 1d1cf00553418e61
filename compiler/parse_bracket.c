/* parse_bracket.c -- brackets and semicolons that are missing, or one too many. */
#include "parse.h"

#include "net.tab.h"

static int found_kind(const Parser *p) { return p->token[p->error.token].kind; }
static int kind_before(const Parser *p) { return p->token[p->error.token - 1].kind; }

static int partner(int opener)
{
    return opener == '(' ? ')' : opener == '[' ? ']' : '}';
}

Span mistake_gap(const Parser *p)
{
    const uint32_t end = p->token[p->error.token - 1].at.to;

    return (Span){ p->source, end, end };
}

/* The bracket that is open where the reading stopped: its index, or -1; its kind in *kind. */
static int open_bracket(const Parser *p, int *kind)
{
    const int i = tokens_opener(p, p->error.token);

    *kind = i < 0 ? 0 : p->token[i].kind;
    return i;
}

static bool starts_statement(int kind)
{
    return kind == NAME || kind == INPUT || kind == TARGET || kind == REPEAT || kind == RESIDUAL
           || kind == PARALLEL || kind == IF;
}

/* h = dense(64)  <end of line>.  Also `dense(64) relu;`, but not `dense 64;` or `add a, b;`. */
static bool missing_semicolon(Parser *p)
{
    const int at = p->error.token;
    const bool new_statement = starts_statement(found_kind(p)) && kind_before(p) != NAME;
    const Span gap = mistake_gap(p);

    if (!syntax_expects(p, ';')
        || !(tokens_start_line(p, at) || found_kind(p) == '}' || new_statement))
        return false;
    Message *m = diag_error(p->session->diag, MSG_MISSING_SEMICOLON, gap, "';' is missing after %s",
                            syntax_token_text(p, at - 1));
    diag_fix(m, gap, ";");
    p->lost = p->lost || !tokens_start_line(p, at);
    tokens_insert(p, at, ';', gap);
    return true;
}

/* Does a bracket that was open at `index` get closed in the same statement? */
static bool closed_later(const Parser *p, int index)
{
    int depth = 1;

    for (int i = index; depth > 0; i++) {
        const int kind = p->token[i].kind;
        if (kind == 0 || kind == ';' || kind == '{')
            return false;
        depth += (kind == '(' || kind == '[') - (kind == ')' || kind == ']');
    }
    return true;
}

/* h = dense(64;   or the same at the end of a line */
static bool missing_bracket(Parser *p)
{
    const int at = p->error.token, found = found_kind(p);
    const Span gap = mistake_gap(p);
    int kind;
    const int opener = open_bracket(p, &kind);
    const char text[2] = { (char)partner(kind), '\0' };
    const bool ends = found == ';' || found == '{' || found == '}' || found == 0;

    if ((kind != '(' && kind != '[') || !syntax_expects(p, partner(kind))
        || !(ends || (tokens_start_line(p, at) && !closed_later(p, at))))
        return false;
    Message *m = diag_error(p->session->diag, MSG_UNCLOSED, gap, "'%s' is missing after %s", text,
                            syntax_token_text(p, at - 1));
    diag_note(m, p->token[opener].at, "this '%c' is still open", kind);
    diag_fix(m, gap, text);
    p->lost = true;
    if (found != ';' && found != '{')
        tokens_insert(p, at, ';', gap);
    tokens_insert(p, at, partner(kind), gap);
    return true;
}

/* step(at = [3, 6, factor = 0.1) */
static bool list_before_argument(Parser *p)
{
    const int at = p->error.token, comma = at - 2, last = at - 3;
    int kind;
    const int opener = open_bracket(p, &kind), outer = tokens_opener(p, opener);

    if (kind != '[' || found_kind(p) != '=' || kind_before(p) != NAME || last <= opener
        || p->token[comma].kind != ',' || outer < 0 || p->token[outer].kind != '(')
        return false;
    const Span gap = { p->source, p->token[last].at.to, p->token[last].at.to };
    Message *m = diag_error(p->session->diag, MSG_UNCLOSED, gap, "']' is missing after %s",
                            syntax_token_text(p, last));
    diag_note(m, p->token[opener].at, "this '[' is still open");
    diag_fix(m, gap, "]");
    p->lost = true;
    tokens_insert(p, comma, ']', gap);
    return true;
}

/* repeat 3  relu; }  where the file has more '}' than '{' */
static bool missing_brace(Parser *p)
{
    const int at = p->error.token;
    const Span gap = mistake_gap(p);
    int balance = 0;

    for (int i = 0; i < p->n_tokens; i++)
        balance += (p->token[i].kind == '{') - (p->token[i].kind == '}');
    if (balance >= 0 || !syntax_expects(p, '{') || found_kind(p) == ';' || found_kind(p) == '}')
        return false;
    Message *m = diag_error(p->session->diag, MSG_UNCLOSED, gap, "'{' is missing after %s",
                            syntax_token_text(p, at - 1));
    diag_fix(m, gap, " {");
    p->lost = true;
    tokens_insert(p, at, '{', gap);
    return true;
}

void close_braces(Parser *p, int at)
{
    p->lost = true;
    while (tokens_opener(p, at) >= 0) {
        tokens_insert(p, at, '}', p->token[at].at);
        at++;
    }
}

/* model { ...   train { ... } */
static bool declaration_inside(Parser *p)
{
    const int at = tokens_declaration_at_stop(p);
    int kind;
    const int opener = open_bracket(p, &kind);

    if (kind != '{' || at < 0 || !(syntax_expects(p, '}') || at < p->error.token))
        return false;
    Message *m = diag_error(p->session->diag, MSG_UNCLOSED, p->token[at].at,
                            "'}' is missing before %s", syntax_token_text(p, at));
    diag_note(m, p->token[opener].at, "this '{' is still open");
    close_braces(p, at);
    return true;
}

static bool file_ends_inside(Parser *p)
{
    const int at = p->error.token;
    int kind;
    const int opener = open_bracket(p, &kind);

    if (found_kind(p) != 0 || opener < 0)
        return false;
    diag_error(p->session->diag, MSG_UNCLOSED, p->token[opener].at,
               "this '%c' is not closed before the end of the file", kind);
    if (tokens_statement(p, at) < at)
        tokens_cut(p, at);
    close_braces(p, p->n_tokens - 1);
    return true;
}

/* dense(64] */
static bool wrong_bracket(Parser *p)
{
    const int at = p->error.token, found = found_kind(p);
    int kind;
    const int opener = open_bracket(p, &kind);
    const char text[2] = { (char)partner(kind), '\0' };

    if ((kind != '(' && kind != '[') || (found != ')' && found != ']')
        || !syntax_expects(p, partner(kind)))
        return false;
    Message *m = diag_error(p->session->diag, MSG_UNCLOSED, p->token[at].at,
                            "%s does not close '%c', '%s' does", syntax_token_text(p, at), kind,
                            text);
    diag_note(m, p->token[opener].at, "this '%c' is still open", kind);
    diag_fix(m, p->token[at].at, text);
    p->lost = true;
    p->token[at].kind = partner(kind);
    return true;
}

static bool closes_nothing(Parser *p)
{
    const int at = p->error.token, found = found_kind(p);
    int kind;

    open_bracket(p, &kind);
    const bool in_brackets = kind == '(' || kind == '[';
    if (found == '}' ? kind != 0 : (found != ')' && found != ']') || in_brackets)
        return false;
    Message *m = diag_error(p->session->diag, MSG_UNOPENED, p->token[at].at, "%s closes nothing",
                            syntax_token_text(p, at));
    diag_fix(m, p->token[at].at, "");
    p->lost = p->lost || found != '}';
    if (found != '}' && p->token[at + 1].kind != ';')
        tokens_cut(p, at);
    else
        tokens_delete(p, at, 1);
    return true;
}

/* repeat 3 { ... };   and   relu;; */
static bool stray_semicolon(Parser *p)
{
    const int at = p->error.token;

    if (found_kind(p) != ';' || tokens_statement(p, at) != at)
        return false;
    Message *m = diag_error(p->session->diag, MSG_STRAY_SEMICOLON, p->token[at].at,
                            kind_before(p) == '}' ? "no ';' is wanted after '}'"
                                                  : "this ';' ends nothing");
    diag_fix(m, p->token[at].at, "");
    tokens_delete(p, at, 1);
    return true;
}

bool bracket_report(Parser *p)
{
    return wrong_bracket(p) || closes_nothing(p) || declaration_inside(p)
           || list_before_argument(p) || missing_bracket(p)
           || missing_brace(p) || file_ends_inside(p) || stray_semicolon(p) || missing_semicolon(p);
}
