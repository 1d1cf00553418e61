/* parse_word.c -- words of other languages, misspelt keywords, keywords in the place of names. */
#include "parse.h"

#include <string.h>

#include "net.tab.h"

static Token *found(Parser *p) { return &p->token[p->error.token]; }
static Token *before(Parser *p) { return &p->token[p->error.token - 1]; }

static bool is_keyword(int kind) { return kind >= PARAM && kind <= FALSE; }

/* ---- Operators in letters ---- */

static void exchange_word(Parser *p, Token *t, int kind, const char *sign)
{
    Message *m = diag_error(p->session->diag, MSG_SYNTAX, t->at, "'%s' is no operator, '%s' is",
                            t->literal.text, sign);

    if (kind == '!')                /* binds tighter: what is negated needs brackets */
        p->lost = true;
    else
        diag_fix(m, t->at, sign);
    t->kind = kind;
}

static bool is_word(const Token *t, const char *word)
{
    return t->kind == NAME && strcmp(t->literal.text, word) == 0;
}

/* a and b   a or b   not a */
bool logic_report(Parser *p)
{
    Token *t = found(p), *b = before(p);

    if (!syntax_expects(p, AND))
        return false;
    if (is_word(t, "and"))
        exchange_word(p, t, AND, "&&");
    else if (is_word(t, "or"))
        exchange_word(p, t, OR, "||");
    else if (is_word(b, "not") && starts_operand(t->kind))
        exchange_word(p, b, '!', "!( )");
    else
        return false;
    return true;
}

/* ---- Keywords ---- */

static void name_keyword(Parser *p, Token *t)
{
    diag_error(p->session->diag, MSG_KEYWORD_AS_NAME, t->at,
               "'%s' is a keyword and cannot be a name here", t->literal.text);
    t->kind = NAME;
    t->retyped = true;
    p->lost = true;
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

/* ---- Words of other languages, misspelt words ---- */

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

/* branch, shortcut or else where a statement starts */
static bool lone_keyword(Parser *p)
{
    const Token *t = found(p);
    const char *where = t->kind == BRANCH     ? "stands in 'parallel { ... }' only"
                        : t->kind == SHORTCUT ? "stands behind 'residual { ... }' only"
                        : t->kind == ELSE     ? "stands behind 'if ... { ... }' only"
                                              : NULL;

    if (!where || !syntax_expects(p, INPUT))
        return false;
    diag_error(p->session->diag, MSG_SYNTAX, t->at, "'%s' %s", t->literal.text, where);
    tokens_cut(p, p->error.token);
    return true;
}

/* The word `checkpoint` where only a name could stand, or nothing; NULL. */
static const Token *find_checkpoint(Parser *p)
{
    const int at = p->error.token;
    const Token *t = found(p), *b = before(p);

    if (is_word(t, "checkpoint") && t[1].kind == '{')
        return t;
    if (b->kind == CHECKPOINT && t->kind == AS)
        return b;
    if (!is_word(b, "checkpoint"))
        return NULL;
    return t->kind == REPEAT || (p->token[at - 2].kind == REPEAT && starts_operand(t->kind)) ? b
                                                                                             : NULL;
}

/* residual checkpoint { ... }   checkpoint repeat 3 { ... }   repeat checkpoint 3 { ... } */
static bool misplaced_checkpoint(Parser *p)
{
    const Token *t = find_checkpoint(p);

    if (!t)
        return false;
    diag_error(p->session->diag, MSG_SYNTAX, t->at, "'checkpoint' stands behind the head of a "
               "repeat only, as in 'repeat n as i checkpoint { ... }'");
    tokens_cut(p, p->error.token);
    return true;
}

/* dense(64);   h = dense(64);   depth = 20;   at the top of a file */
static bool outside_section(Parser *p, const Token *t)
{
    const bool given = t[1].kind == '=', named = given && t[2].kind == NAME && t[3].kind == '(';

    if (!given && t[1].kind != '(')
        return false;
    diag_error(p->session->diag, MSG_UNKNOWN_WORD, t->at, "'%s' starts nothing here, %s",
               t->literal.text, given && !named ? "'let' and 'param' declare values"
                                                : "layers stand in 'model { ... }'");
    tokens_cut(p, p->error.token);
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
        return foreign_word(p, t) || misspelt(p, t, declarations, countof(declarations))
               || outside_section(p, t);
    if (syntax_expects(p, BRANCH) || in_body)
        return foreign_word(p, t) || misspelt(p, t, statements, countof(statements));
    return false;
}

/* net.h = dense(10); */
static bool dotted_name(Parser *p)
{
    const int at = p->error.token;

    if (found(p)->kind != '.' || before(p)->kind != NAME || tokens_statement(p, at) != at - 1
        || !syntax_expects(p, FROM))
        return false;
    diag_error(p->session->diag, MSG_SYNTAX, found(p)->at,
               "a layer's name is one word, '.' reads a member of a block in 'expect'");
    tokens_cut(p, at);
    return true;
}

bool word_report(Parser *p)
{
    return dotted_name(p) || misplaced_checkpoint(p) || lone_keyword(p) || unknown_word(p)
        || keyword_as_name(p);
}
