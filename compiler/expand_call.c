/* expand_call.c -- calls with all their arguments by name: layers, and values that are calls. */
#include "expand.h"
#include "written.h"

bool expand_is_uniform(const WrittenCall *c, int k)
{
    for (int i = 1; i < c->n; i++)
        if (!value_equal(&c->row[0][k], &c->row[i][k]))
            return false;
    return true;
}

/* A copy of an argument that differs from iteration to iteration may differ too. */
static bool follows(const WrittenCall *c, int k)
{
    const int from = c->callee->param[k].same_as;
    const Arg *arg = from < 0 ? NULL : written_arg(c->callee, from, c->args);

    return arg && !written_plain(arg->value, &c->row[0][from]);
}

/* The arguments that were left out, each after a comma. */
static const char *missing_text(const Edits *e, const WrittenCall *c)
{
    Arena *a = e->arena;
    const char *text = "";

    for (int k = 0; k < c->callee->n_params; k++) {
        const Param *p = &c->callee->param[k];
        const Value *v = &c->row[0][k];
        if (!written_arg(c->callee, k, c->args) && expand_is_writable(p, v) &&
            expand_is_uniform(c, k) && !(c->inside && follows(c, k)))
            text = arena_printf(a, "%s, %s = %s", text, p->name, expand_value_text(v, a));
    }
    return text;
}

static void add_missing(Edits *e, const WrittenCall *c)
{
    const char *text = missing_text(e, c);
    const Arg *last = c->args;

    if (!*text)
        return;
    while (last && last->next)
        last = last->next;
    if (last)
        edit_insert(e, last->at.to, text);
    else if (c->has_parens)
        edit_insert(e, edit_behind(e, c->word_end, '('), text + 2);
    else
        edit_insert(e, c->word_end, arena_printf(e->arena, "(%s)", text + 2));
}

static void expand_arg(Edits *e, const WrittenCall *c, int k, const Arg *arg)
{
    const Value *v = &c->row[0][k];

    if (!arg->name)
        edit_insert(e, arg->at.from, arena_printf(e->arena, "%s = ", c->callee->param[k].name));
    if (!v->automatic)
        expand_expr(e, arg->value, v);
    else if (written_call(arg->value, v) && expand_is_uniform(c, k))
        edit_replace(e, arg->value->at, expand_value_text(v, e->arena));
}

void expand_call(Edits *e, const WrittenCall *c)
{
    for (int k = 0; k < c->callee->n_params; k++) {
        const Arg *arg = written_arg(c->callee, k, c->args);
        if (arg)
            expand_arg(e, c, k, arg);
    }
    add_missing(e, c);
}

static void expand_list(Edits *e, const Expr *expr, const Value *v)
{
    int i = 0;

    for (const Arg *a = expr->args; a && v->kind == VALUE_LIST && i < v->n; a = a->next, i++)
        expand_expr(e, a->value, &v->item[i]);
}

void expand_expr(Edits *e, const Expr *expr, const Value *v)
{
    const Value *row[] = { v->arg };
    const bool has_parens = expr->kind == EXPR_CALL;

    if (expr->kind == EXPR_LIST)
        expand_list(e, expr, v);
    if (!written_call(expr, v))
        return;
    expand_call(e, &(WrittenCall){ v->callee, expr->args, row, 1, has_parens ? expr->left->at.to
                                   : expr->text_at.to, has_parens, true });
}
