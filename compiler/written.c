/* written.c -- which argument was written for which parameter, and what is its own text. */
#include "written.h"

#include <string.h>

const Arg *written_arg(const Callable *callee, int k, const Arg *args)
{
    int position = 0;

    for (const Arg *a = args; a; a = a->next, position++)
        if (a->name ? a->name == callee->param[k].name : position == k)
            return a;
    return NULL;
}

/* `auto` stands for what was chosen in its place. */
static bool says(Str word, const Value *v)
{
    if (v->kind == VALUE_WORD)
        return word == v->text;
    return v->kind == VALUE_CALL && (word == v->callee->name ||
                                     (v->automatic && !strcmp(word, "auto")));
}

bool written_call(const Expr *e, const Value *v)
{
    const Expr *word = e->kind == EXPR_CALL ? e->left : e;

    return v->kind == VALUE_CALL && word->kind == EXPR_NAME && says(word->text, v);
}

static bool plain_call(const Expr *e, const Value *v)
{
    if (!written_call(e, v))
        return false;
    for (int i = 0; e->args && i < v->callee->n_params; i++) {
        const Arg *a = written_arg(v->callee, i, e->args);
        if (a && !written_plain(a->value, &v->arg[i]))
            return false;
    }
    return true;
}

static bool plain_list(const Expr *e, const Value *v)
{
    int i = 0;

    for (const Arg *a = e->args; a; a = a->next, i++)
        if (v->kind != VALUE_LIST || i >= v->n || !written_plain(a->value, &v->item[i]))
            return false;
    return true;
}

bool written_plain(const Expr *e, const Value *v)
{
    switch (e->kind) {
    case EXPR_INT: case EXPR_REAL: case EXPR_STRING: case EXPR_BOOL:
        return true;
    case EXPR_UNARY:
        return written_plain(e->right, v);
    case EXPR_NAME:
        return says(e->text, v);
    case EXPR_CALL:
        return plain_call(e, v);
    case EXPR_LIST:
        return plain_list(e, v);
    default:
        return false;
    }
}
