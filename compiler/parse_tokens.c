/* parse_tokens.c -- the array of tokens: scanned once, repaired where the grammar stopped. */
#include "parse.h"

#include <string.h>

#include "language_limits.h"
#include "net.tab.h"

/* ---- Scanning ---- */

/* Brackets and prefix operators that are open. */
typedef struct {
    int level, base;                /* with and without the prefix operators just before */
    int depth;
    int outer[66];                  /* base around each open bracket */
} Levels;

static bool ends_operand(int kind)
{
    return kind == NAME || kind == INTEGER || kind == REAL || kind == STRING || kind == BAD_VALUE
           || kind == ')' || kind == ']' || kind == TRUE || kind == FALSE;
}

static bool ends_statement(int kind)
{
    return kind == ';' || kind == '{' || kind == '}' || kind == CUT;
}

/* False if the token goes one level too deep. */
static bool count_levels(Levels *l, int previous, int kind)
{
    if ((kind == '-' || kind == '!') && !ends_operand(previous)) {
        l->level++;
    } else if (kind == '(' || kind == '[' || kind == '{') {
        l->outer[l->depth++] = l->base;
        l->base = ++l->level;
    } else if (kind == ')' || kind == ']' || kind == '}') {
        l->base = l->depth > 0 ? l->outer[--l->depth] : 0;
        l->level = l->base;
    } else {
        l->level = l->base;
    }
    return l->level <= LIMIT_NESTING;
}

_Static_assert(countof(((Levels *)0)->outer) >= 65, "as deep as LIMIT_NESTING, and one more");

static void add(Parser *p, Token t)
{
    arena_push(p->session->arena, p->token, p->n_tokens, t);
}

/* A keyword may turn out to be a name: it carries its text. */
static void give_text(Parser *p, Token *t)
{
    if (t->kind >= PARAM && t->kind <= FALSE)
        t->literal.text = intern_n(p->session->names, p->source->text + t->at.from,
                                   t->at.to - t->at.from);
}

/* Behind `repeat` and an operand, where no name can stand, it is a word of the language. */
static bool is_checkpoint(const Parser *p, const Token *t, bool in_repeat)
{
    return in_repeat && t->kind == NAME && strcmp(t->literal.text, "checkpoint") == 0
        && ends_operand(p->token[p->n_tokens - 1].kind);
}

static bool scan_all(Parser *p, Scanner *scanner)
{
    Levels levels = { 0 };
    Token t = { 0 };
    bool in_repeat = false;         /* between the word and the '{' of its body */

    for (int previous = p->token[0].kind; scanner_next(scanner, &t) != 0; previous = t.kind) {
        if (!count_levels(&levels, previous, t.kind)) {
            diag_error(p->session->diag, MSG_NESTING, t.at,
                       "more than %lld levels stand in each other", (long long)LIMIT_NESTING);
            return false;
        }
        give_text(p, &t);
        in_repeat = t.kind == REPEAT || (in_repeat && !ends_statement(t.kind));
        if (is_checkpoint(p, &t, in_repeat))
            t.kind = CHECKPOINT;
        add(p, t);
    }
    return true;
}

/* Behind the last token, not behind the blanks and comments that follow it. */
static Span end_of_text(const Parser *p)
{
    const uint32_t end = p->token[p->n_tokens - 1].at.to;

    return (Span){ p->source, end, end };
}

bool tokens_scan(Parser *p, int start)
{
    Arena *a = p->session->arena;
    const size_t size = (size_t)p->source->size + 2;
    char *text = arena_alloc(a, size);

    memcpy(text, p->source->text, p->source->size);
    add(p, (Token){ .kind = start, .at = { p->source, 0, 0 } });
    if (!scan_all(p, scanner_new(p, text, size)))
        return false;
    add(p, (Token){ .at = end_of_text(p) });
    return true;
}

/* ---- Looking ---- */

/* `model {`, `param n`, ... can start a declaration and stand nowhere else. */
bool tokens_start_declaration(const Parser *p, int index)
{
    const int next = p->token[index].kind ? p->token[index + 1].kind : 0;

    if (index > 0 && p->token[index - 1].kind == '.')
        return false;
    switch (p->token[index].kind) {
    case DATA: case MODEL: case TRAIN: case OBSERVE: case EXPECT: case SWEEP:
        return next == '{';
    case PARAM: case LET: case BLOCK: case ALLOW:
        return next == NAME;
    case IMPORT:
        return next == STRING;
    default:
        return false;
    }
}

int tokens_declaration_at_stop(const Parser *p)
{
    const int at = p->error.token;

    if (tokens_start_declaration(p, at))
        return at;
    return at > 1 && tokens_start_declaration(p, at - 1) && tokens_statement(p, at - 1) == at - 1
               ? at - 1 : -1;
}

bool tokens_start_line(const Parser *p, int index)
{
    const Span before = p->token[index - 1].at, at = p->token[index].at;

    return p->token[index].kind == 0
           || memchr(p->source->text + before.to, '\n', at.from - before.to) != NULL;
}

int tokens_opener(const Parser *p, int index)
{
    int depth = 0;

    for (int i = index - 1; i > 0; i--) {
        const int kind = p->token[i].kind;
        if (kind == ')' || kind == ']' || kind == '}')
            depth++;
        else if ((kind == '(' || kind == '[' || kind == '{') && depth-- == 0)
            return i;
    }
    return -1;
}

int tokens_statement(const Parser *p, int index)
{
    int i = index;

    while (i > 1 && !ends_statement(p->token[i - 1].kind))
        i--;
    return i;
}

/* One past the statement that `index` is in: past its ';' or its last '}', before a '}' that closes
 * what is around it, before the next declaration. */
static int statement_end(const Parser *p, int index)
{
    int depth = 0;

    for (int i = index; p->token[i].kind; i++) {
        const int kind = p->token[i].kind, next = p->token[i + 1].kind;
        if (i > index && tokens_start_declaration(p, i))
            return i;
        if (kind == '}' && depth == 0)
            return i;
        depth += (kind == '{') - (kind == '}');
        const bool ends = depth == 0 && (kind == ';' || kind == '}');
        if (ends && next != ELSE && next != SHORTCUT)
            return i + 1;
    }
    return p->n_tokens - 1;
}

/* ---- Repairing ---- */

void tokens_insert(Parser *p, int index, int kind, Span at)
{
    add(p, (Token){ 0 });
    memmove(&p->token[index + 1], &p->token[index],
            (size_t)(p->n_tokens - 1 - index) * sizeof *p->token);
    p->token[index] = (Token){ .kind = kind, .at = at };
}

void tokens_delete(Parser *p, int index, int n)
{
    memmove(&p->token[index], &p->token[index + n],
            (size_t)(p->n_tokens - index - n) * sizeof *p->token);
    p->n_tokens -= n;
}

/* h = ...;   let k ...;   param n ...;   block b ...: what it names, or NULL. */
static Str name_given(const Parser *p, int from)
{
    const Token *t = &p->token[from];

    if (t->kind == NAME && t[1].kind == '=')
        return t->literal.text;
    if ((t->kind == LET || t->kind == PARAM || t->kind == BLOCK) && t[1].kind == NAME)
        return t[1].literal.text;
    return NULL;
}

void tokens_cut(Parser *p, int index)
{
    p->lost = true;
    const int from = tokens_statement(p, index), to = statement_end(p, index);
    const Str name = name_given(p, from);
    Span at = p->token[from].at;

    for (int i = from; i < to; i++)
        at = span_join(at, p->token[i].at);
    tokens_delete(p, from, to - from);
    tokens_insert(p, from, CUT, at);
    p->token[from].literal.text = name;
}
