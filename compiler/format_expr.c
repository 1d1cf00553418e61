/* format_expr.c -- expressions and statements printed anew from the tree, for comments and reports.
 *
 * The text is plain ASCII on one line and safe inside a comment of C. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "passes.h"
#include "value.h"

static void put_expr(FILE *out, const Expr *e, int around);

/* ---- Precedence ---- */

enum { LOOSEST, PREFIX_LEVEL = 8, TIGHTEST };

typedef struct {
    const char *sign;
    int level;                      /* higher binds tighter */
    bool chains;                    /* a - b - c is (a - b) - c; a < b < c is not allowed */
} Operator;

static const Operator operator_of[] = {
    [OPER_OR] = { " || ", 1, true },  [OPER_AND] = { " && ", 2, true },
    [OPER_EQ] = { " == ", 3, false }, [OPER_NE] = { " != ", 3, false },
    [OPER_LT] = { " < ", 4, false },  [OPER_LE] = { " <= ", 4, false },
    [OPER_GT] = { " > ", 4, false },  [OPER_GE] = { " >= ", 4, false },
    [OPER_RANGE] = { "..", 5, false }, [OPER_ADD] = { " + ", 6, true },
    [OPER_SUB] = { " - ", 6, true },  [OPER_MUL] = { " * ", 7, true },
    [OPER_DIV] = { " / ", 7, true },  [OPER_MOD] = { " % ", 7, true },
    [OPER_NEG] = { "-", PREFIX_LEVEL, true }, [OPER_NOT] = { "!", PREFIX_LEVEL, true },
};

static int level_of(const Expr *e)
{
    return e->kind == EXPR_BINARY || e->kind == EXPR_UNARY ? operator_of[e->oper].level : TIGHTEST;
}

/* ---- Literals ---- */

static void put_real(FILE *out, double value)
{
    char text[REAL_TEXT];

    real_write(value, text);
    fputs(text, out);
}

/* Characters that could end a comment, start one, or be a trigraph become '_'. */
static void put_string(FILE *out, Str text)
{
    char last = '\0';

    putc('"', out);
    for (const char *c = text; *c; last = *c++) {
        const bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z')
                           || (*c >= '0' && *c <= '9') || strchr(" _.:,+=-", *c);
        putc(plain || (*c == '/' && last != '/') ? *c : '_', out);
    }
    putc('"', out);
}

/* ---- Expressions ---- */

static void put_args(FILE *out, const Arg *args)
{
    for (const Arg *a = args; a; a = a->next) {
        if (a->name)
            fprintf(out, "%s = ", a->name);
        put_expr(out, a->value, LOOSEST);
        fputs(a->next ? ", " : "", out);
    }
}

static void put_operation(FILE *out, const Expr *e)
{
    const Operator *o = &operator_of[e->oper];

    if (e->kind == EXPR_BINARY)
        put_expr(out, e->left, o->chains ? o->level : o->level + 1);
    fputs(o->sign, out);
    put_expr(out, e->right, e->kind == EXPR_BINARY ? o->level + 1 : o->level);
}

static void put_suffixed(FILE *out, const Expr *e)
{
    if (e->left)
        put_expr(out, e->left, TIGHTEST);
    switch (e->kind) {
    case EXPR_MEMBER:
        fprintf(out, ".%s", e->text);
        break;
    case EXPR_INDEX:
        putc('[', out);
        put_expr(out, e->right, LOOSEST);
        putc(']', out);
        break;
    default:
        putc(e->kind == EXPR_CALL ? '(' : '[', out);
        put_args(out, e->args);
        putc(e->kind == EXPR_CALL ? ')' : ']', out);
        break;
    }
}

/* In brackets if it binds looser than what is around it asks for. */
static void put_expr(FILE *out, const Expr *e, int around)
{
    const bool brackets = level_of(e) < around;

    if (brackets)
        putc('(', out);
    switch (e->kind) {
    case EXPR_INT:    fprintf(out, "%" PRId64, e->integer); break;
    case EXPR_REAL:   put_real(out, e->real); break;
    case EXPR_STRING: put_string(out, e->text); break;
    case EXPR_BOOL:   fputs(e->integer ? "true" : "false", out); break;
    case EXPR_NAME:   fputs(e->text, out); break;
    case EXPR_ERROR:  fputs("error", out); break;
    case EXPR_UNARY:
    case EXPR_BINARY: put_operation(out, e); break;
    default:          put_suffixed(out, e); break;
    }
    if (brackets)
        putc(')', out);
}

/* ---- Heads of statements ---- */

static void put_shape(FILE *out, const char *before, const ShapeExpr *s)
{
    if (!s->given)
        return;
    fprintf(out, "%s[", before);
    put_args(out, s->dims);
    putc(']', out);
}

static void put_call(FILE *out, const Stmt *s)
{
    if (s->name)
        fprintf(out, "%s = ", s->name);
    fputs(s->word, out);
    if (s->has_parens) {
        putc('(', out);
        put_args(out, s->args);
        putc(')', out);
    }
    if (s->from)
        fputs(" from ", out);
    put_args(out, s->from);
    put_shape(out, " : ", &s->shape);
}

static void put_with(FILE *out, const char *word, const Expr *value)
{
    fputs(word, out);
    if (value)
        put_expr(out, value, LOOSEST);
}

static void put_head(FILE *out, const Stmt *s)
{
    switch (s->kind) {
    case STMT_INPUT:
        put_shape(out, "input ", &s->shape);
        break;
    case STMT_TARGET:
        put_with(out, "target ", s->value);
        put_shape(out, "", &s->shape);
        break;
    case STMT_REPEAT:
        put_with(out, "repeat ", s->value);
        if (s->word)
            fprintf(out, " as %s", s->word);
        if (s->checkpoint)
            fputs(" checkpoint", out);
        break;
    case STMT_IF:
        put_with(out, "if ", s->value);
        break;
    case STMT_ERROR:
        fputs("error", out);
        break;
    default:
        put_call(out, s);
        break;
    }
}

/* ---- As text in the arena ---- */

typedef struct {
    FILE *out;
    char *text;
    size_t size;
} Printed;

static void open_text(Printed *p, Arena *a)
{
    p->out = open_memstream(&p->text, &p->size);
    if (!p->out)
        arena_exhausted(a);
}

static char *close_text(Printed *p, Arena *a)
{
    if (fclose(p->out) != 0 || !p->text)
        arena_exhausted(a);
    char *copy = arena_copy(a, p->text, p->size);
    free(p->text);
    return copy;
}

char *format_expr(const Expr *e, Arena *a)
{
    Printed p = { 0 };

    open_text(&p, a);
    put_expr(p.out, e, LOOSEST);
    return close_text(&p, a);
}

char *format_head(const Stmt *s, Arena *a)
{
    Printed p = { 0 };

    open_text(&p, a);
    put_head(p.out, s);
    return close_text(&p, a);
}
