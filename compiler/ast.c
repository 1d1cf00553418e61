/* ast.c -- prints the syntax tree, one node a line (`--dump=ast`). */
#include "ast.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void put_expr(const Expr *e, FILE *out);

static const char *const oper_name[] = {
    [OPER_OR] = "||",  [OPER_AND] = "&&", [OPER_EQ] = "==",    [OPER_NE] = "!=",
    [OPER_LT] = "<",   [OPER_LE] = "<=",  [OPER_GT] = ">",     [OPER_GE] = ">=",
    [OPER_RANGE] = "..", [OPER_ADD] = "+", [OPER_SUB] = "-",   [OPER_MUL] = "*",
    [OPER_DIV] = "/",  [OPER_MOD] = "%",  [OPER_NEG] = "-",    [OPER_NOT] = "!",
};

/* With the fewest digits that read back as the same number. */
static void put_real(double value, FILE *out)
{
    char text[32];

    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) >= value && strtod(text, NULL) <= value)
            break;
    }
    fprintf(out, strpbrk(text, ".e") ? "%s" : "%s.0", text);
}

/* ---- Expressions: as Lisp would write them, on the line of what they belong to ---- */

static void put_string(Str text, FILE *out)
{
    putc('"', out);
    for (const char *c = text; *c; c++) {
        if (*c == '\n')
            fputs("\\n", out);
        else if (*c == '\t')
            fputs("\\t", out);
        else
            fprintf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    }
    putc('"', out);
}

static void put_args(const Arg *args, FILE *out)
{
    for (const Arg *a = args; a; a = a->next) {
        putc(' ', out);
        if (a->name)
            fprintf(out, "%s=", a->name);
        put_expr(a->value, out);
    }
}

static void put_compound(const Expr *e, FILE *out)
{
    putc('(', out);
    switch (e->kind) {
    case EXPR_MEMBER: fputs("member ", out); break;
    case EXPR_CALL:   fputs("call ", out); break;
    case EXPR_INDEX:  fputs("index ", out); break;
    case EXPR_LIST:   fputs("list", out); break;
    default:          fprintf(out, "%s ", oper_name[e->oper]); break;
    }
    if (e->left)
        put_expr(e->left, out);
    if (e->left && e->right)
        putc(' ', out);
    if (e->right)
        put_expr(e->right, out);
    if (e->kind == EXPR_MEMBER)
        fprintf(out, " %s", e->text);
    put_args(e->args, out);
    putc(')', out);
}

static void put_expr(const Expr *e, FILE *out)
{
    switch (e->kind) {
    case EXPR_INT:    fprintf(out, "%" PRId64, e->integer); break;
    case EXPR_REAL:   put_real(e->real, out); break;
    case EXPR_STRING: put_string(e->text, out); break;
    case EXPR_BOOL:   fputs(e->integer ? "true" : "false", out); break;
    case EXPR_NAME:   fputs(e->text, out); break;
    case EXPR_ERROR:  fputs("(error)", out); break;
    default:          put_compound(e, out); break;
    }
}

/* ---- Nodes: kind, place, content ---- */

static void put_node(int depth, const char *kind, Span at, FILE *out)
{
    const Place p = source_place(at.source, at.from);

    fprintf(out, "%*s%s %d:%d", 2 * depth, "", kind, p.line, p.column);
}

static void put_word(const char *label, Str word, FILE *out)
{
    if (word)
        fprintf(out, " %s=%s", label, word);
}

static void put_value(const char *label, const Expr *e, FILE *out)
{
    if (!e)
        return;
    fprintf(out, " %s=", label);
    put_expr(e, out);
}

static void put_list(const char *label, const Arg *args, FILE *out)
{
    if (!args)
        return;
    fprintf(out, " %s=(", label);
    put_args(args, out);
    fputs(" )", out);
}

static void put_shape(const char *label, const ShapeExpr *s, FILE *out)
{
    if (!s->given)
        return;
    fprintf(out, " %s=[", label);
    put_args(s->dims, out);
    fputs(" ]", out);
}

static const char *const stmt_name[] = {
    [STMT_INPUT] = "input",   [STMT_TARGET] = "target",     [STMT_LAYER] = "layer",
    [STMT_REPEAT] = "repeat", [STMT_RESIDUAL] = "residual", [STMT_PARALLEL] = "parallel",
    [STMT_IF] = "if",         [STMT_ERROR] = "error",
};

static void put_stmts(const Stmt *stmts, int depth, FILE *out);

static void put_bodies(const Stmt *s, int depth, FILE *out)
{
    put_stmts(s->body, depth + 1, out);
    for (const Branch *b = s->branches; b; b = b->next) {
        put_node(depth + 1, "branch", b->at, out);
        putc('\n', out);
        put_stmts(b->body, depth + 2, out);
    }
    if (!s->has_other)
        return;
    put_node(depth, s->kind == STMT_IF ? "else" : "shortcut", s->other_at, out);
    putc('\n', out);
    put_stmts(s->other, depth + 1, out);
}

static void put_stmt(const Stmt *s, int depth, FILE *out)
{
    put_node(depth, stmt_name[s->kind], s->at, out);
    put_word("name", s->name, out);
    put_word("word", s->word, out);
    if (s->checkpoint)
        fputs(" checkpoint", out);
    put_list("args", s->args, out);
    put_list("from", s->from, out);
    put_shape("shape", &s->shape, out);
    put_value("value", s->value, out);
    putc('\n', out);
    put_bodies(s, depth, out);
}

static void put_stmts(const Stmt *stmts, int depth, FILE *out)
{
    for (const Stmt *s = stmts; s; s = s->next)
        put_stmt(s, depth, out);
}

static void put_params(const BlockParam *params, FILE *out)
{
    for (const BlockParam *b = params; b; b = b->next) {
        put_node(1, "param", b->at, out);
        put_word("name", b->name, out);
        put_word("kind", b->kind, out);
        put_value("default", b->value, out);
        putc('\n', out);
    }
}

static void put_settings(const Setting *settings, FILE *out)
{
    for (const Setting *s = settings; s; s = s->next) {
        put_node(1, "setting", s->at, out);
        put_word("key", s->key, out);
        put_value("value", s->value, out);
        putc('\n', out);
    }
}

static void put_lines(const Line *lines, FILE *out)
{
    for (const Line *l = lines; l; l = l->next) {
        put_node(1, "line", l->at, out);
        put_word("key", l->key, out);
        put_value("value", l->value, out);
        putc('\n', out);
    }
}

static const char *const decl_name[] = {
    [DECL_IMPORT] = "import", [DECL_PARAM] = "param", [DECL_LET] = "let",
    [DECL_ALLOW] = "allow",   [DECL_BLOCK] = "block", [DECL_DATA] = "data",
    [DECL_MODEL] = "model",   [DECL_TRAIN] = "train", [DECL_OBSERVE] = "observe",
    [DECL_EXPECT] = "expect", [DECL_SWEEP] = "sweep", [DECL_ERROR] = "error",
};

void ast_dump(const File *f, FILE *out)
{
    for (const Decl *d = f->decls; d; d = d->next) {
        put_node(0, decl_name[d->kind], d->at, out);
        put_word("name", d->name, out);
        put_word("kind", d->type, out);
        put_value("value", d->value, out);
        put_shape("from", &d->from, out);
        put_shape("to", &d->to, out);
        putc('\n', out);
        put_params(d->params, out);
        put_settings(d->settings, out);
        put_lines(d->lines, out);
        put_stmts(d->body, 1, out);
    }
}
