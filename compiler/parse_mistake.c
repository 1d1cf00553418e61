/* parse_mistake.c -- words and signs that other languages use, or that are mixed up in this one. */
#include "parse.h"

#include <string.h>

#include "net.tab.h"

static const Token *found(const Parser *p) { return &p->token[p->error.token]; }
static const Token *before(const Parser *p) { return &p->token[p->error.token - 1]; }

static bool is_keyword(int kind) { return kind >= PARAM && kind <= FALSE; }
static bool touch(const Token *a, const Token *b) { return a->at.to == b->at.from; }

static bool starts_operand(int kind)
{
    return kind == NAME || kind == INTEGER || kind == REAL || kind == STRING || kind == TRUE
           || kind == FALSE || kind == '[' || kind == '(';
}

/* Reports that one sign should be another, and goes on as if it were. */
static void exchange(Parser *p, MessageId id, int kind, const char *meant, const char *text)
{
    Token *t = &p->token[p->error.token];
    Message *m = diag_error(p->session->diag, id, t->at, "%s", text);

    diag_fix(m, t->at, meant);
    t->kind = kind;
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

/* dense(64 act = relu) */
static bool missing_comma(Parser *p)
{
    const int at = p->error.token;
    const bool named = is_keyword(found(p)->kind) && p->token[at + 1].kind == '=';
    const Span gap = mistake_gap(p);

    if (!syntax_expects(p, ',') || !(starts_operand(found(p)->kind) || named))
        return false;
    Message *m = diag_error(p->session->diag, MSG_MISSING_COMMA, gap, "',' is missing after %s",
                            syntax_token_text(p, at - 1));
    diag_fix(m, gap, ",");
    tokens_insert(p, at, ',', gap);
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
    tokens_delete(p, p->error.token, 1);
    return true;
}

/* ---- Words ---- */

static void name_keyword(Parser *p, Token *t)
{
    diag_error(p->session->diag, MSG_KEYWORD_AS_NAME, t->at,
               "'%s' is a keyword and cannot be a name here", t->literal.text);
    t->kind = NAME;
    t->retyped = true;
}

/* let data = 3;   input = dense(10); */
static bool keyword_as_name(Parser *p)
{
    const int at = p->error.token;
    Token *t = &p->token[at];
    const bool assigned = p->token[t->kind ? at + 1 : at].kind == '=';
    const bool starts = syntax_expects(p, INPUT), names_layer = syntax_expects(p, RESIDUAL);

    if (t->kind == '=' && is_keyword(before(p)->kind) && tokens_statement(p, at) == at - 1
        && tokens_opener(p, at) >= 0 && !syntax_expects(p, EQ))
        name_keyword(p, &p->token[at - 1]);
    else if (is_keyword(t->kind) && syntax_expects(p, NAME)
             && (assigned || !(starts || names_layer)))
        name_keyword(p, t);
    else
        return false;
    return true;
}

/* What other languages call something of this one. */
static const struct {
    const char *word, *meant;
} foreign[] = {
    { "elif", "'else if' does" },
    { "elsif", "'else if' does" },
    { "elseif", "'else if' does" },
    { "for", "'repeat n as i { ... }' repeats" },
    { "while", "'repeat n as i { ... }' repeats" },
    { "loop", "'repeat n as i { ... }' repeats" },
    { "switch", "'if' decides" },
    { "def", "'block name(a: kind) { ... }' declares a block" },
    { "fn", "'block name(a: kind) { ... }' declares a block" },
    { "func", "'block name(a: kind) { ... }' declares a block" },
    { "function", "'block name(a: kind) { ... }' declares a block" },
    { "class", "'block name(a: kind) { ... }' declares a block" },
    { "module", "'block name(a: kind) { ... }' declares a block" },
    { "const", "'let' declares a constant" },
    { "var", "'let' declares a constant, 'param' a value that can be set" },
    { "include", "'import \"file.net\";' does" },
    { "use", "'import \"file.net\";' does" },
    { "net", "'model { ... }' describes the network" },
    { "network", "'model { ... }' describes the network" },
    { "training", "'train { ... }' does" },
    { "optimizer", "it stands in 'train { ... }'" },
    { "loss", "it stands in 'train { ... }'" },
};

static bool foreign_word(Parser *p, const Token *t)
{
    for (size_t i = 0; i < countof(foreign); i++)
        if (strcmp(t->literal.text, foreign[i].word) == 0) {
            diag_error(p->session->diag, MSG_UNKNOWN_WORD, t->at, "'%s' starts nothing here, %s",
                       foreign[i].word, foreign[i].meant);
            tokens_cut(p, p->error.token);
            return true;
        }
    return false;
}

typedef struct {
    const char *word;
    int kind;
} Keyword;

static const Keyword declarations[] = {
    { "param", PARAM }, { "let", LET },     { "import", IMPORT },   { "allow", ALLOW },
    { "block", BLOCK }, { "data", DATA },   { "model", MODEL },     { "train", TRAIN },
    { "observe", OBSERVE }, { "expect", EXPECT }, { "sweep", SWEEP },
};

static const Keyword statements[] = {
    { "input", INPUT },       { "target", TARGET },     { "repeat", REPEAT }, { "if", IF },
    { "residual", RESIDUAL }, { "shortcut", SHORTCUT }, { "parallel", PARALLEL },
    { "branch", BRANCH },     { "else", ELSE },
};

/* A keyword that `t` nearly is: reported, and taken for it. */
static bool misspelt(Parser *p, Token *t, const Keyword *keyword, size_t n)
{
    const char *word[countof(declarations) + countof(statements)];
    size_t i = 0;

    for (i = 0; i < n; i++)
        word[i] = keyword[i].word;
    const char *nearest = diag_nearest(t->literal.text, word, (int)n);
    if (!nearest)
        return false;
    Message *m = diag_error(p->session->diag, MSG_UNKNOWN_WORD, t->at,
                            "'%s' starts nothing here, did you mean '%s'?", t->literal.text,
                            nearest);
    diag_fix(m, t->at, nearest);
    for (i = 0; strcmp(keyword[i].word, nearest) != 0; i++)
        ;
    t->kind = keyword[i].kind;
    t->retyped = true;
    return true;
}

/* modle { ... }   repaet 3 as i { ... }   elif a { ... } */
static bool unknown_word(Parser *p)
{
    const int at = p->error.token, start = tokens_statement(p, at);
    Token *t = &p->token[start];
    const bool in_body = start == at - 1 && syntax_expects(p, FROM);

    if (t->kind != NAME || (start != at && !in_body) || tokens_start_line(p, at) > (start == at))
        return false;
    if (syntax_expects(p, MODEL) && start == at)
        return foreign_word(p, t) || misspelt(p, t, declarations, countof(declarations));
    if (syntax_expects(p, BRANCH) || in_body)
        return foreign_word(p, t) || misspelt(p, t, statements, countof(statements));
    return false;
}

bool mistake_report(Parser *p)
{
    return missing_from(p) || unknown_word(p) || half_a_real(p) || power(p) || keyword_as_name(p)
           || wrong_assignment(p) || chained_comparison(p) || comma_for_semicolon(p)
           || missing_comma(p);
}
