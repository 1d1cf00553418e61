/* net.y -- the grammar of the .net language: LALR(1), no conflict.
 *
 * Capitals are tokens.  Above each group stands the surface syntax.  Actions only build nodes: what
 * is written is kept, nothing is judged.  There is no `error` rule: see parse.h for what happens
 * after a mistake. */

%define api.pure full
%define api.prefix {net_}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {Parser *p}

%code requires {
#include "parse.h"

/* Lists under construction. */
typedef struct { Decl *first, *last; } Decls;
typedef struct { Arg *first, *last; } Args;
typedef struct { Stmt *first, *last; } Stmts;
typedef struct { Branch *first, *last; } Branches;
typedef struct { Setting *first, *last; } SettingList;
typedef struct { Line *first, *last; } Lines;
typedef struct { BlockParam *first, *last; } BlockParams;
typedef struct { Arg *args; bool given; } Arguments;
typedef struct { ShapeExpr from, to; } Signature;
typedef struct { Arg *from; ShapeExpr shape; } Tail;
typedef struct { Stmt *stmts; Span at; bool given; Span word_at; } Body;
}

%code {
#include "language_limits.h"

#define YYLLOC_DEFAULT(joined, rhs, n) \
    ((joined) = (n) ? span_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n)) \
                    : (Span){ p->source, YYRHSLOC(rhs, 0).to, YYRHSLOC(rhs, 0).to })

/* Brackets and prefix operators are at most LIMIT_NESTING deep, so the stack stays under this, and
 * never grows. */
#define YYINITDEPTH 2000
#define YYMAXDEPTH YYINITDEPTH

#define NEW(type) arena_new_of(p->session->arena, type)
#define FIRST(item) { (item), (item) }
#define APPEND(list, item) ((list).last->next = (item), (list).last = (item), (list))
#define APPEND_OR_FIRST(list, item) \
    (*((list).last ? &(list).last->next : &(list).first) = (item), (list).last = (item), (list))
#define KEEP_UNDER(limit, levels, span) do { \
        if ((levels) > (limit)) { \
            p->error = (SyntaxError){ .too_deep = (limit), .too_deep_at = (span) }; \
            YYABORT; \
        } \
    } while (0)

static int net_lex(NET_STYPE *value, Span *at, Parser *p);
static void net_error(Span *at, Parser *p, const char *text);
}

%union {
    Literal literal;
    Expr *expr;
    Arg *arg;
    Stmt *stmt;
    Branch *branch;
    Setting *setting;
    Line *line;
    BlockParam *block_param;
    Decl *decl;
    ShapeExpr shape;
    Decls decls;
    Args args;
    Stmts stmts;
    Branches branches;
    SettingList settings;
    Lines lines;
    BlockParams block_params;
    Arguments arguments;
    Signature signature;
    Tail tail;
    Body body;
}

%token START_FILE START_EXPR
%token <literal> NAME INTEGER REAL STRING
%token <literal> PARAM "param" LET "let" IMPORT "import" ALLOW "allow" BLOCK "block" DATA "data"
%token <literal> MODEL "model" TRAIN "train" OBSERVE "observe" EXPECT "expect" SWEEP "sweep"
%token <literal> INPUT "input" TARGET "target" REPEAT "repeat" AS "as" RESIDUAL "residual"
%token <literal> SHORTCUT "shortcut" PARALLEL "parallel" BRANCH "branch" IF "if" ELSE "else"
%token <literal> FROM "from" IN "in" WHERE "where" TRUE "true" FALSE "false"
%token <literal> CHECKPOINT "checkpoint"   /* behind the head of a repeat */
%token OR "||" AND "&&" EQ "==" NE "!=" LE "<=" GE ">=" RANGE ".." ARROW "->"
%token BAD_VALUE                /* a number or string that was reported */
%token <literal> CUT            /* a stretch that was reported and taken out; its name, if any */
%token UNREADABLE               /* reported; fits nowhere */

%left OR
%left AND
%nonassoc EQ NE
%nonassoc '<' LE '>' GE
%nonassoc RANGE
%left '+' '-'
%left '*' '/' '%'
%precedence PREFIX

%type <literal> word keyword
%type <expr> value expr operand path suffixed tensor target_value
%type <arg> arg item from_item
%type <args> arg_list items from_list
%type <arguments> arguments optional_arguments
%type <shape> shape
%type <stmt> stmt layer repeat residual parallel if_chain if_arms if_head
%type <stmts> stmts
%type <branch> branch
%type <branches> branches
%type <body> body shortcut
%type <tail> tail
%type <setting> setting
%type <settings> settings
%type <line> condition axis
%type <lines> conditions axes
%type <block_param> block_param
%type <block_params> block_param_list block_params
%type <signature> signature
%type <decl> decl
%type <decls> decls
%type <expr> default

%%

start:
    START_FILE decls                    { p->decls = $2.first; }
|   START_EXPR value                    { p->expr = $2; }
;

/* ---- Declarations ---- */

decls:
    %empty                              { $$ = (Decls){ 0 }; }
|   decls decl                          { $$ = APPEND_OR_FIRST($1, $2); }
;

decl:
    /* import "blocks.net"; */
    IMPORT STRING ';'                   { $$ = build_decl(p, DECL_IMPORT, span_join(@1, @2), @$);
                                          $$->name = $2.text; $$->name_at = @2; }
    /* param n: kind = default; */
|   PARAM NAME ':' NAME default ';'     { $$ = build_decl(p, DECL_PARAM, span_join(@1, @5), @$);
                                          $$->name = $2.text; $$->name_at = @2;
                                          $$->type = $4.text; $$->type_at = @4; $$->value = $5; }
    /* let n = value; */
|   LET NAME '=' value ';'              { $$ = build_decl(p, DECL_LET, span_join(@1, @4), @$);
                                          $$->name = $2.text; $$->name_at = @2; $$->value = $4; }
    /* allow vanishing-gradient;   (parse gives it its name, without blanks) */
|   ALLOW warning ';'                   { $$ = build_decl(p, DECL_ALLOW, span_join(@1, @2), @$);
                                          $$->name_at = @2; }
    /* block name(a: kind) : [C, H] -> [2 * C, H] { ... } */
|   BLOCK NAME block_params signature body
                                        { $$ = build_decl(p, DECL_BLOCK, span_join(@1, @4), @$);
                                          $$->name = $2.text; $$->name_at = @2;
                                          $$->params = $3.first; $$->from = $4.from;
                                          $$->to = $4.to; $$->body = $5.stmts; }
    /* data = source;   data { ... } */
|   DATA '=' value ';'                  { $$ = build_decl(p, DECL_DATA, span_join(@1, @3), @$);
                                          $$->value = $3; }
|   DATA '{' settings '}'               { $$ = build_decl(p, DECL_DATA, @1, @$);
                                          $$->settings = $3.first; }
|   MODEL body                          { $$ = build_decl(p, DECL_MODEL, @1, @$);
                                          $$->body = $2.stmts; }
|   TRAIN '{' settings '}'              { $$ = build_decl(p, DECL_TRAIN, @1, @$);
                                          $$->settings = $3.first; }
|   OBSERVE '{' settings '}'            { $$ = build_decl(p, DECL_OBSERVE, @1, @$);
                                          $$->settings = $3.first; }
|   EXPECT '{' conditions '}'           { $$ = build_decl(p, DECL_EXPECT, @1, @$);
                                          $$->lines = $3.first; }
|   SWEEP '{' axes '}'                  { $$ = build_decl(p, DECL_SWEEP, @1, @$);
                                          $$->lines = $3.first; }
|   CUT                                 { $$ = build_decl(p, DECL_ERROR, @1, @1);
                                          $$->name = $1.text; $$->name_at = @1; }
;

default:
    %empty                              { $$ = NULL; }
|   '=' value                           { $$ = $2; }
;

warning:
    word
|   warning '-' word
;

block_params:
    %empty                              { $$ = (BlockParams){ 0 }; }
|   '(' ')'                             { $$ = (BlockParams){ 0 }; }
|   '(' block_param_list ')'            { $$ = $2; }
|   '(' block_param_list ',' ')'        { $$ = $2; }
;

block_param_list:
    block_param                         { $$ = (BlockParams)FIRST($1); }
|   block_param_list ',' block_param    { $$ = APPEND($1, $3); }
;

block_param:
    NAME ':' NAME default               { $$ = NEW(BlockParam);
                                          *$$ = (BlockParam){ $1.text, $3.text, @1, @3, @$, $4,
                                                              NULL }; }
;

signature:
    %empty                              { $$ = (Signature){ 0 }; }
|   ':' shape ARROW shape               { $$ = (Signature){ $2, $4 }; }
;

/* ---- Settings, expectations, axes ---- */

settings:
    %empty                              { $$ = (SettingList){ 0 }; }
|   settings setting                    { $$ = APPEND_OR_FIRST($1, $2); }
|   settings CUT
;

/* lr = 0.1; */
setting:
    word '=' value ';'                  { $$ = NEW(Setting);
                                          *$$ = (Setting){ $1.text, @1, span_join(@1, @3), $3,
                                                           NULL }; }
;

conditions:
    %empty                              { $$ = (Lines){ 0 }; }
|   conditions condition                { $$ = APPEND_OR_FIRST($1, $2); }
|   conditions CUT
;

/* flow(h, step = 0) < 1e-9; */
condition:
    value ';'                           { $$ = NEW(Line);
                                          *$$ = (Line){ .at = @1, .value = $1 }; }
;

axes:
    %empty                              { $$ = (Lines){ 0 }; }
|   axes axis                           { $$ = APPEND_OR_FIRST($1, $2); }
|   axes CUT
;

/* depth in [5, 20, 50];   where depth < 50; */
axis:
    word IN value ';'                   { $$ = NEW(Line);
                                          *$$ = (Line){ span_join(@1, @3), $1.text, @1, $3,
                                                        NULL }; }
|   WHERE value ';'                     { $$ = NEW(Line);
                                          *$$ = (Line){ .at = span_join(@1, @2), .value = $2 }; }
;

/* ---- The model ---- */

body:
    '{' stmts '}'                       { $$ = (Body){ .stmts = $2.first, .at = @$ }; }
;

stmts:
    %empty                              { $$ = (Stmts){ 0 }; }
|   stmts stmt                          { $$ = APPEND_OR_FIRST($1, $2); }
;

stmt:
    /* input [1, 28, 28]; */
    INPUT shape ';'                     { $$ = build_stmt(p, STMT_INPUT, span_join(@1, @2), @$);
                                          $$->shape = $2; }
    /* target class(10);   target [1];   target input; */
|   TARGET target_value ';'             { $$ = build_stmt(p, STMT_TARGET, span_join(@1, @2), @$);
                                          $$->value = $2; }
|   TARGET shape ';'                    { $$ = build_stmt(p, STMT_TARGET, span_join(@1, @2), @$);
                                          $$->shape = $2; }
|   layer tail ';'                      { $$ = $1; $$->at = span_join(@1, @2); $$->whole = @$;
                                          $$->from = $2.from; $$->shape = $2.shape; }
|   NAME '=' layer tail ';'             { $$ = $3; $$->at = span_join(@1, @4); $$->whole = @$;
                                          $$->name = $1.text; $$->name_at = @1;
                                          $$->from = $4.from; $$->shape = $4.shape; }
    /* repeat n as i { ... }   repeat n as i checkpoint { ... } */
|   repeat body                         { $$ = $1; $$->whole = @$; $$->body = $2.stmts; }
|   repeat CHECKPOINT body              { $$ = $1; $$->at = span_join(@1, @2); $$->whole = @$;
                                          $$->checkpoint = true; $$->body = $3.stmts; }
|   residual
|   NAME '=' residual                   { $$ = build_named($3, $1, @1); }
|   parallel
|   NAME '=' parallel                   { $$ = build_named($3, $1, @1); }
|   if_chain
|   CUT                                 { $$ = build_stmt(p, STMT_ERROR, @1, @1);
                                          $$->name = $1.text; $$->name_at = @1; }
;

/* repeat n   repeat n as i */
repeat:
    REPEAT value                        { $$ = build_stmt(p, STMT_REPEAT, @$, @$);
                                          $$->value = $2; }
|   REPEAT value AS NAME                { $$ = build_stmt(p, STMT_REPEAT, @$, @$);
                                          $$->value = $2; $$->word = $4.text; $$->word_at = @4; }
;

/* dense(100, act = tanh)   relu */
layer:
    NAME optional_arguments             { $$ = build_stmt(p, STMT_LAYER, @$, @$);
                                          $$->word = $1.text; $$->word_at = @1;
                                          $$->args = $2.args; $$->has_parens = $2.given; }
;

/* from a, h[3]   : [10]   in either order */
tail:
    %empty                              { $$ = (Tail){ 0 }; }
|   FROM from_list                      { $$ = (Tail){ .from = $2.first }; }
|   ':' shape                           { $$ = (Tail){ .shape = $2 }; }
|   FROM from_list ':' shape            { $$ = (Tail){ $2.first, $4 }; }
|   ':' shape FROM from_list            { $$ = (Tail){ $4.first, $2 }; }
;

from_list:
    from_item                           { $$ = (Args)FIRST($1); }
|   from_list ',' from_item             { $$ = APPEND($1, $3); }
;

from_item:
    tensor                              { $$ = build_arg(p, NULL, @1, $1); }
;

tensor:
    NAME                                { $$ = build_literal(p, EXPR_NAME, @1, $1); }
|   tensor '.' word                     { $$ = build_member(p, $1, $3, @3); }
|   tensor '[' value ']'                { $$ = build_index(p, $1, $3, @$); }
;

target_value:
    INPUT                               { $$ = build_literal(p, EXPR_NAME, @1, $1); }
|   NAME                                { $$ = build_literal(p, EXPR_NAME, @1, $1); }
|   NAME arguments                      { $$ = build_call(p, build_literal(p, EXPR_NAME, @1, $1),
                                                          $2.args, @$); }
;

/* residual(scale = 0.5) { ... } shortcut { ... } */
residual:
    RESIDUAL optional_arguments body shortcut
                                        { $$ = build_stmt(p, STMT_RESIDUAL, span_join(@1, @2), @$);
                                          $$->args = $2.args; $$->has_parens = $2.given;
                                          $$->word = $1.text; $$->word_at = @1;
                                          $$->body = $3.stmts; $$->other = $4.stmts;
                                          $$->has_other = $4.given; $$->other_at = $4.word_at; }
;

shortcut:
    %empty                              { $$ = (Body){ 0 }; }
|   SHORTCUT body                       { $$ = $2; $$.given = true; $$.word_at = @1; }
;

/* parallel(join = concat) { branch { ... } branch { ... } } */
parallel:
    PARALLEL optional_arguments '{' branches '}'
                                        { $$ = build_stmt(p, STMT_PARALLEL, span_join(@1, @2), @$);
                                          $$->args = $2.args; $$->has_parens = $2.given;
                                          $$->word = $1.text; $$->word_at = @1;
                                          $$->branches = $4.first; }
|   PARALLEL optional_arguments '{' '}' { $$ = build_stmt(p, STMT_PARALLEL, span_join(@1, @2), @$);
                                          $$->args = $2.args; $$->has_parens = $2.given;
                                          $$->word = $1.text; $$->word_at = @1; }
;

branches:
    branch                              { $$ = (Branches)FIRST($1); }
|   branches branch                     { $$ = APPEND($1, $2); }
;

branch:
    BRANCH body                         { $$ = NEW(Branch); *$$ = (Branch){ @$, $2.stmts, NULL }; }
|   CUT                                 { $$ = NEW(Branch); *$$ = (Branch){ @$, NULL, NULL }; }
;

/* if cond { ... } else if cond { ... } else { ... } */
if_chain:
    if_arms
|   if_arms ELSE body                   { $$ = build_else($1, @2, $3.stmts, @$); }
;

if_arms:
    if_head
|   if_arms ELSE if_head                { $$ = build_else($1, @2, $3, @$);
                                          $3->is_else_if = true;
                                          KEEP_UNDER(LIMIT_NESTING, build_arms($$), @3); }
;

if_head:
    IF value body                       { $$ = build_stmt(p, STMT_IF, span_join(@1, @2), @$);
                                          $$->value = $2; $$->body = $3.stmts; }
;

/* ---- Expressions ---- */

shape:
    '[' ']'                             { $$ = (ShapeExpr){ @$, NULL, true }; }
|   '[' items ']'                       { $$ = (ShapeExpr){ @$, $2.first, true }; }
|   '[' items ',' ']'                   { $$ = (ShapeExpr){ @$, $2.first, true }; }
;

optional_arguments:
    %empty                              { $$ = (Arguments){ 0 }; }
|   arguments
;

/* (100, act = tanh) */
arguments:
    '(' ')'                             { $$ = (Arguments){ NULL, true }; }
|   '(' arg_list ')'                    { $$ = (Arguments){ $2.first, true }; }
|   '(' arg_list ',' ')'                { $$ = (Arguments){ $2.first, true }; }
;

arg_list:
    arg                                 { $$ = (Args)FIRST($1); }
|   arg_list ',' arg                    { $$ = APPEND($1, $3); }
;

arg:
    value                               { $$ = build_arg(p, NULL, @1, $1); }
|   word '=' value                      { $$ = build_arg(p, $1.text, @1, $3); }
;

items:
    item                                { $$ = (Args)FIRST($1); }
|   items ',' item                      { $$ = APPEND($1, $3); }
;

item:
    value                               { $$ = build_arg(p, NULL, @1, $1); }
;

value:
    expr                                { KEEP_UNDER(LIMIT_OPERATORS, $1->height, @1); $$ = $1; }
;

expr:
    operand
|   expr OR expr                        { $$ = build_binary(p, $1, OPER_OR, @2, $3); }
|   expr AND expr                       { $$ = build_binary(p, $1, OPER_AND, @2, $3); }
|   expr EQ expr                        { $$ = build_binary(p, $1, OPER_EQ, @2, $3); }
|   expr NE expr                        { $$ = build_binary(p, $1, OPER_NE, @2, $3); }
|   expr '<' expr                       { $$ = build_binary(p, $1, OPER_LT, @2, $3); }
|   expr LE expr                        { $$ = build_binary(p, $1, OPER_LE, @2, $3); }
|   expr '>' expr                       { $$ = build_binary(p, $1, OPER_GT, @2, $3); }
|   expr GE expr                        { $$ = build_binary(p, $1, OPER_GE, @2, $3); }
|   expr RANGE expr                     { $$ = build_binary(p, $1, OPER_RANGE, @2, $3); }
|   expr '+' expr                       { $$ = build_binary(p, $1, OPER_ADD, @2, $3); }
|   expr '-' expr                       { $$ = build_binary(p, $1, OPER_SUB, @2, $3); }
|   expr '*' expr                       { $$ = build_binary(p, $1, OPER_MUL, @2, $3); }
|   expr '/' expr                       { $$ = build_binary(p, $1, OPER_DIV, @2, $3); }
|   expr '%' expr                       { $$ = build_binary(p, $1, OPER_MOD, @2, $3); }
|   '-' expr %prec PREFIX               { $$ = build_unary(p, OPER_NEG, @1, $2); }
|   '!' expr %prec PREFIX               { $$ = build_unary(p, OPER_NOT, @1, $2); }
;

operand:
    suffixed
|   INTEGER                             { $$ = build_literal(p, EXPR_INT, @1, $1); }
|   REAL                                { $$ = build_literal(p, EXPR_REAL, @1, $1); }
|   STRING                              { $$ = build_literal(p, EXPR_STRING, @1, $1); }
|   TRUE                                { $$ = build_literal(p, EXPR_BOOL, @1,
                                                             (Literal){ .integer = 1 }); }
|   FALSE                               { $$ = build_literal(p, EXPR_BOOL, @1, (Literal){ 0 }); }
|   BAD_VALUE                           { $$ = build_literal(p, EXPR_ERROR, @1, (Literal){ 0 }); }
|   '(' value ')'                       { $$ = $2; $$->at = @$; }
;

/* h[0]   loss.train   normal(0.01)   [5, 20][i] */
suffixed:
    path
|   path arguments                      { $$ = build_call(p, $1, $2.args, @$); }
|   suffixed '[' value ']'              { $$ = build_index(p, $1, $3, @$); }
|   '[' ']'                             { $$ = build_list(p, NULL, @$); }
|   '[' items ']'                       { $$ = build_list(p, $2.first, @$); }
|   '[' items ',' ']'                   { $$ = build_list(p, $2.first, @$); }
;

path:
    NAME                                { $$ = build_literal(p, EXPR_NAME, @1, $1); }
|   suffixed '.' word                   { $$ = build_member(p, $1, $3, @3); }
;

/* A name where a keyword is one too: before '=', after '.', as an axis of a sweep. */
word:
    NAME
|   keyword
;

keyword:
    PARAM | LET | IMPORT | ALLOW | BLOCK | DATA | MODEL | TRAIN | OBSERVE | EXPECT | SWEEP
|   INPUT | TARGET | REPEAT | AS | RESIDUAL | SHORTCUT | PARALLEL | BRANCH | IF | ELSE | FROM
|   IN | WHERE | TRUE | FALSE
;

%%

static int net_lex(NET_STYPE *value, Span *at, Parser *p)
{
    const Token *t = &p->token[p->next++];

    value->literal = t->literal;
    *at = t->at;
    return t->kind;
}

static int yyreport_syntax_error(const yypcontext_t *context, Parser *p)
{
    yysymbol_kind_t expected[SYMBOLS_MAX];
    const int n = yypcontext_expected_tokens(context, expected, SYMBOLS_MAX);

    p->error = (SyntaxError){ .token = p->next - 1, .state = *context->yyssp };
    for (int i = 0; i < n; i++)
        p->error.expected[expected[i]] = true;
    return 0;
}

/* Bison calls this for the one error that is not one of syntax: no memory. */
static void net_error(Span *at, Parser *p, const char *text)
{
    (void)at, (void)text;
    arena_exhausted(p->session->arena);
}

_Static_assert(YYNTOKENS < SYMBOLS_MAX, "a set of expected symbols has room for every token");

bool grammar_read(Parser *p)
{
    p->next = 0;
    p->error = (SyntaxError){ 0 };
    return net_parse(p) == 0;
}

int grammar_symbol(int kind)
{
    return YYTRANSLATE(kind);
}
