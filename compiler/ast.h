/* ast.h -- what was written, before anything is known about it.  Built by grammar/net.y.
 *
 * Lists are linked by `next`, in source order.  Every node has the span of its whole text. */
#ifndef AST_H
#define AST_H

#include "source.h"

typedef struct Expr Expr;
typedef struct Arg Arg;
typedef struct Stmt Stmt;
typedef struct Setting Setting;
typedef struct Decl Decl;

typedef enum {
    EXPR_INT, EXPR_REAL, EXPR_STRING, EXPR_BOOL,
    EXPR_NAME,                      /* name; also `linear`, `he_normal` without ( ) */
    EXPR_MEMBER,                    /* left.name: loss.train */
    EXPR_CALL,                      /* left(args): left is EXPR_NAME or EXPR_MEMBER */
    EXPR_INDEX,                     /* left[right] */
    EXPR_LIST,                      /* [a, b]: args without names */
    EXPR_UNARY,                     /* op right: - ! */
    EXPR_BINARY,                    /* left op right */
    EXPR_ERROR                      /* a syntax error was reported here: evaluates silently */
} ExprKind;

typedef enum {
    OPER_OR, OPER_AND, OPER_EQ, OPER_NE, OPER_LT, OPER_LE, OPER_GT, OPER_GE, OPER_RANGE,
    OPER_ADD, OPER_SUB, OPER_MUL, OPER_DIV, OPER_MOD, OPER_NEG, OPER_NOT
} Oper;

struct Expr {
    ExprKind kind;
    Span at;
    Oper oper;
    Span oper_at;
    int64_t integer;                /* EXPR_INT; EXPR_BOOL: 0 or 1 */
    double real;
    Str text;                       /* EXPR_NAME, EXPR_MEMBER: the name; EXPR_STRING: the bytes */
    Span text_at;                   /* of the name in a member */
    Expr *left, *right;
    Arg *args;                      /* EXPR_CALL, EXPR_LIST */
    int height;                     /* 1 for a leaf; at most LIMIT_OPERATORS */
};

struct Arg {
    Str name;                       /* or NULL: by position */
    Span name_at, at;
    Expr *value;
    Arg *next;
};

/* A shape in brackets as expressions: [C, H/2, W/2] */
typedef struct {
    Span at;
    Arg *dims;                      /* NULL with given: [] */
    bool given;
} ShapeExpr;

typedef enum {
    STMT_INPUT,                     /* input [shape]; */
    STMT_TARGET,                    /* target class(n); target [shape]; target input; */
    STMT_LAYER,                     /* name = layer(args) from a, b : [shape];  (also a block) */
    STMT_REPEAT,                    /* repeat n as i checkpoint { body } */
    STMT_RESIDUAL,                  /* name = residual(args) { body } shortcut { other } */
    STMT_PARALLEL,                  /* name = parallel(args) { branch { } branch { } } */
    STMT_IF,                        /* if cond { body } else { other } */
    STMT_ERROR                      /* reported; has the name that it would have given */
} StmtKind;

typedef struct Branch {
    Span at;
    Stmt *body;
    struct Branch *next;
} Branch;

struct Stmt {
    StmtKind kind;
    Span at;                        /* without the braces' contents */
    Span whole;                     /* with them */
    Str name;                       /* given name, or NULL */
    Span name_at;
    Str word;                       /* STMT_LAYER: the layer's word; `as` variable of a repeat */
    Span word_at;
    Arg *args;
    bool has_parens;                /* relu versus relu() */
    bool checkpoint;                /* STMT_REPEAT: the word behind its head */
    Arg *from;                      /* expressions: names and h[3] */
    ShapeExpr shape;                /* asserted output; STMT_INPUT's and STMT_TARGET's shape */
    Expr *value;                    /* count of a repeat; condition of an if; target: class(n), or
                                     * the name `input` */
    Stmt *body, *other;             /* body; shortcut or else */
    bool is_else_if;                /* STMT_IF: it stands right behind an else */
    bool has_other;
    Span other_at;                  /* of the word shortcut or else */
    Branch *branches;
    Stmt *next;
};

struct Setting {                    /* key = value; */
    Str key;
    Span key_at, at;
    Expr *value;
    Setting *next;
};

typedef struct Line {               /* a line of expect; an axis or a where of sweep */
    Span at;
    Str key;                        /* sweep: the axis' name; NULL: where, or expect */
    Span key_at;
    Expr *value;
    struct Line *next;
} Line;

typedef struct BlockParam {
    Str name, kind;                 /* kind as written: "int" */
    Span name_at, kind_at, at;
    Expr *value;                    /* default, or NULL */
    struct BlockParam *next;
} BlockParam;

typedef enum {
    DECL_IMPORT, DECL_PARAM, DECL_LET, DECL_ALLOW, DECL_BLOCK, DECL_DATA, DECL_MODEL, DECL_TRAIN,
    DECL_OBSERVE, DECL_EXPECT, DECL_SWEEP,
    DECL_ERROR                      /* reported; has the name that it would have declared */
} DeclKind;

struct Decl {
    DeclKind kind;
    Span at;                        /* the head: what a message underlines */
    Span whole;
    Str name;                       /* param, let, block, allow; import: the path */
    Span name_at;
    Str type;                       /* param: its kind */
    Span type_at;
    Expr *value;                    /* param's default, let's value, `data = source` */
    BlockParam *params;             /* block */
    ShapeExpr from, to;             /* block's signature */
    Stmt *body;                     /* block, model */
    Setting *settings;              /* data { }, train, observe */
    Line *lines;                    /* expect, sweep */
    Decl *next;
};

/* A comment, for the formatter: netc fmt keeps every one. */
typedef struct Comment {
    Span at;                        /* with its delimiters, without a newline */
    bool own_line;                  /* nothing but blanks before it on its line */
    struct Comment *next;
} Comment;

typedef struct File {
    const Source *source;
    Decl *decls;
    Comment *comments;
    bool lost;                      /* after a mistake, perhaps not what was meant: only read */
    struct File **imported;         /* by order of the import declarations; filled in by check */
    int n_imported;
} File;

/* A readable dump, one node a line (`--dump=ast`). */
void ast_dump(const File *f, FILE *out);

#endif
