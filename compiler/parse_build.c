/* parse_build.c -- makes the nodes of the syntax tree. */
#include "parse.h"

static int higher(int a, int b) { return a > b ? a : b; }

static int height_of_args(const Arg *args)
{
    int height = 0;

    for (const Arg *a = args; a; a = a->next)
        height = higher(height, a->value->height);
    return height;
}

static Expr *build_expr(Parser *p, ExprKind kind, Span at, int height)
{
    Expr *e = arena_new_of(p->session->arena, Expr);

    e->kind = kind;
    e->at = at;
    e->height = height;
    return e;
}

Expr *build_literal(Parser *p, ExprKind kind, Span at, Literal literal)
{
    Expr *e = build_expr(p, kind, at, 1);

    e->text = literal.text;
    e->text_at = at;
    e->integer = literal.integer;
    e->real = kind == EXPR_INT ? (double)literal.integer : literal.real;
    return e;
}

Expr *build_unary(Parser *p, Oper oper, Span oper_at, Expr *right)
{
    Expr *e = build_expr(p, EXPR_UNARY, span_join(oper_at, right->at), right->height + 1);

    e->oper = oper;
    e->oper_at = oper_at;
    e->right = right;
    return e;
}

Expr *build_binary(Parser *p, Expr *left, Oper oper, Span oper_at, Expr *right)
{
    Expr *e = build_expr(p, EXPR_BINARY, span_join(left->at, right->at),
                         higher(left->height, right->height) + 1);

    e->oper = oper;
    e->oper_at = oper_at;
    e->left = left;
    e->right = right;
    return e;
}

Expr *build_member(Parser *p, Expr *left, Literal name, Span name_at)
{
    Expr *e = build_expr(p, EXPR_MEMBER, span_join(left->at, name_at), left->height + 1);

    e->left = left;
    e->text = name.text;
    e->text_at = name_at;
    return e;
}

Expr *build_call(Parser *p, Expr *left, Arg *args, Span at)
{
    Expr *e = build_expr(p, EXPR_CALL, at, higher(left->height, height_of_args(args)) + 1);

    e->left = left;
    e->args = args;
    return e;
}

Expr *build_index(Parser *p, Expr *left, Expr *right, Span at)
{
    Expr *e = build_expr(p, EXPR_INDEX, at, higher(left->height, right->height) + 1);

    e->left = left;
    e->right = right;
    return e;
}

Expr *build_list(Parser *p, Arg *items, Span at)
{
    Expr *e = build_expr(p, EXPR_LIST, at, height_of_args(items) + 1);

    e->args = items;
    return e;
}

Arg *build_arg(Parser *p, Str name, Span at, Expr *value)
{
    Arg *a = arena_new_of(p->session->arena, Arg);

    a->name = name;
    a->name_at = name ? at : (Span){ 0 };
    a->at = span_join(at, value->at);
    a->value = value;
    return a;
}

Stmt *build_stmt(Parser *p, StmtKind kind, Span at, Span whole)
{
    Stmt *s = arena_new_of(p->session->arena, Stmt);

    s->kind = kind;
    s->at = at;
    s->whole = whole;
    return s;
}

Stmt *build_named(Stmt *s, Literal name, Span name_at)
{
    s->name = name.text;
    s->name_at = name_at;
    s->at = span_join(name_at, s->at);
    s->whole = span_join(name_at, s->whole);
    return s;
}

Stmt *build_else(Stmt *first, Span else_at, Stmt *other, Span whole)
{
    Stmt *arm = first;

    for (; arm->has_other; arm = arm->other)
        arm->whole.to = whole.to;
    arm->whole.to = whole.to;
    arm->has_other = true;
    arm->other_at = else_at;
    arm->other = other;
    return first;
}

int build_arms(const Stmt *first)
{
    int n = 1;

    for (const Stmt *arm = first; arm->has_other; arm = arm->other)
        n++;
    return n;
}

Decl *build_decl(Parser *p, DeclKind kind, Span at, Span whole)
{
    Decl *d = arena_new_of(p->session->arena, Decl);

    d->kind = kind;
    d->at = at;
    d->whole = whole;
    return d;
}
