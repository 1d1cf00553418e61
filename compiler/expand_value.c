/* expand_value.c -- values in full, as the language writes them. */
#include "eval.h"
#include "expand.h"

static const char *list_text(const Value *v, Arena *a)
{
    const char *text = "[";

    for (int i = 0; i < v->n; i++)
        text = arena_printf(a, "%s%s%s", text, i ? ", " : "", expand_value_text(&v->item[i], a));
    return arena_printf(a, "%s]", text);
}

bool expand_is_writable(const Param *p, const Value *v)
{
    if (v->kind == VALUE_NONE || v->kind == VALUE_ERROR)
        return false;
    return !value_is_number(v) || param_in_range(v->real, p);
}

static const char *call_text(const Value *v, Arena *a)
{
    const char *text = "";

    for (int i = 0; i < v->callee->n_params; i++)
        if (expand_is_writable(&v->callee->param[i], &v->arg[i]))
            text = arena_printf(a, "%s%s%s = %s", text, *text ? ", " : "",
                                v->callee->param[i].name, expand_value_text(&v->arg[i], a));
    return *text ? arena_printf(a, "%s(%s)", v->callee->name, text) : v->callee->name;
}

const char *expand_value_text(const Value *v, Arena *a)
{
    switch (v->kind) {
    case VALUE_LIST: return list_text(v, a);
    case VALUE_CALL: return call_text(v, a);
    default:         return value_literal(v, a);
    }
}
