/* parse.h -- what the scanner, the grammar and the syntax messages share.
 *
 * The file is scanned to an array of tokens first.  The grammar then reads the array.  Where it
 * fails, the mistake is reported, the array is repaired (a missing ';' put in, a statement that
 * cannot be read cut out), and the grammar reads the array once more: so each mistake gives one
 * message, and what is around it is still read. */
#ifndef PARSE_H
#define PARSE_H

#include "passes.h"

/* What a token is worth: the text of a name or string, or a number. */
typedef struct {
    Str text;
    int64_t integer;
    double real;
} Literal;

typedef struct {
    int kind;                       /* of net.tab.h; 0 at the end */
    Span at;
    Literal literal;
    bool retyped;                   /* taken for another kind, with a message */
} Token;

enum { SYMBOLS_MAX = 192 };         /* more than the grammar has symbols */

/* Where and why the grammar stopped. */
typedef struct {
    int token;                      /* index of the one that does not fit */
    int state;                      /* of the grammar's automaton */
    bool expected[SYMBOLS_MAX];     /* symbols that would fit */
    int64_t too_deep;               /* it fits, but stands in more levels than this; else 0 */
    Span too_deep_at;
} SyntaxError;

typedef struct Parser {
    Session *session;
    const Source *source;
    uint32_t offset;                /* where the scanner is */
    uint32_t foreign_line_end;      /* letters outside ASCII were reported up to here */
    Comment *comments, *last_comment;
    Token *token;
    int n_tokens, next;
    SyntaxError error;
    int first_message;              /* those of this source start here */
    const SyntaxError *stops;       /* of the samples of parse_wanted.def; NULL until wanted */
    bool lost;                      /* the tokens are perhaps not what was meant any more */
    Decl *decls;                    /* what the grammar built */
    Expr *expr;
} Parser;

/* ---- grammar/net.l ---- */

/* `text` ends with two NULs, which `size` counts, and is written to. */
typedef void Scanner;
Scanner *scanner_new(Parser *p, char *text, size_t size);
int scanner_next(Scanner *scanner, Token *out);                 /* its kind; 0 at the end */

/* ---- parse_lexical.c: the scanner's actions; those that return int return a kind of token ---- */

Span lexical_advance(Parser *p, uint32_t size);
void lexical_comment(Parser *p, Span at);
void lexical_open_comment(Parser *p, Span at);
void lexical_hash(Parser *p, Span at);
bool lexical_byte_order_mark(Parser *p, Span at);
int lexical_name(Parser *p, Span at, Literal *out);
int lexical_foreign(Parser *p, Span at, Literal *out);
int lexical_integer(Parser *p, Span at, Literal *out);
int lexical_real(Parser *p, Span at, Literal *out);
int lexical_bad_number(Parser *p, Span at);
int lexical_string(Parser *p, Span at, Literal *out);
int lexical_open_string(Parser *p, Span at, Literal *out);
int lexical_single_quoted(Parser *p, Span at, Literal *out);
int lexical_unreadable(Parser *p, Span at);

/* ---- parse_build.c: the grammar's actions ---- */

Expr *build_literal(Parser *p, ExprKind kind, Span at, Literal literal);
Expr *build_unary(Parser *p, Oper oper, Span oper_at, Expr *right);
Expr *build_binary(Parser *p, Expr *left, Oper oper, Span oper_at, Expr *right);
Expr *build_member(Parser *p, Expr *left, Literal name, Span name_at);
Expr *build_call(Parser *p, Expr *left, Arg *args, Span at);
Expr *build_index(Parser *p, Expr *left, Expr *right, Span at);
Expr *build_list(Parser *p, Arg *items, Span at);
Arg *build_arg(Parser *p, Str name, Span at, Expr *value);      /* at: the name, if there is one */
Stmt *build_stmt(Parser *p, StmtKind kind, Span at, Span whole);
Stmt *build_named(Stmt *s, Literal name, Span name_at);         /* name = s */
Decl *build_decl(Parser *p, DeclKind kind, Span at, Span whole);

/* Adds an else to the last arm of an if; `whole` is the span of all. */
Stmt *build_else(Stmt *first, Span else_at, Stmt *other, Span whole);
int build_arms(const Stmt *first);                              /* of if ... else if ... */

/* ---- grammar/net.y ---- */

/* Reads the tokens; false after an error, which is in p->error. */
bool grammar_read(Parser *p);
int grammar_symbol(int kind);       /* of a token: an index for SyntaxError.expected */

/* ---- parse_tokens.c: the array of tokens ---- */

/* Scans the source; the first token is `start`, the last has kind 0.  False after a message if
 * brackets stand too deep in each other. */
bool tokens_scan(Parser *p, int start);
void tokens_insert(Parser *p, int index, int kind, Span at);
void tokens_delete(Parser *p, int index, int n);
/* The statement, setting or declaration around `index` becomes one token CUT. */
void tokens_cut(Parser *p, int index);
int tokens_statement(const Parser *p, int index);       /* where that statement starts */
int tokens_opener(const Parser *p, int index);          /* the open bracket around it, or -1 */
bool tokens_start_declaration(const Parser *p, int index);
/* The one that the reading stopped at, also where its word was taken for a setting's; or -1. */
int tokens_declaration_at_stop(const Parser *p);
bool tokens_start_line(const Parser *p, int index);

/* ---- parse_syntax.c ---- */

/* Reports p->error, and repairs the tokens so that the next reading comes further. */
void syntax_report(Parser *p);

/* The hand-written clause of parse_wanted.def for p->error; NULL if the table has none. */
const char *syntax_wanted(Parser *p);
const char *syntax_token_text(Parser *p, int index);    /* in quotes, or "the end of the file" */
bool syntax_expects(const Parser *p, int kind);

/* ---- parse_follow.c ---- */

/* True if p->error follows from what was told before; then the tokens have been repaired. */
bool follow_repair(Parser *p);

/* ---- parse_bracket.c, parse_mistake.c, parse_word.c ---- */

/* Known mistakes: true if p->error is one; then it has been reported and the tokens repaired. */
bool logic_report(Parser *p);
bool bracket_report(Parser *p);
bool mistake_report(Parser *p);
bool word_report(Parser *p);
/* '&' and '|' that stand for '&&' and '||', once all is read. */
void mistake_report_singles(Parser *p);
bool starts_operand(int kind);
void close_braces(Parser *p, int at);               /* every one that is open at this token */

/* Where something is missing: right behind the token before p->error. */
Span mistake_gap(const Parser *p);

#endif
