/* compare_value.c -- values as text that is equal exactly where they are. */
#include "compare.h"

#include <stdlib.h>

const char *compare_join(const char *const *text, int n, const char *between, Arena *a)
{
    char *joined = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&joined, &size);

    for (int i = 0; out && i < n; i++)
        fprintf(out, "%s%s", i ? between : "", text[i]);
    if (!out || fclose(out) != 0)
        arena_exhausted(a);
    const char *copy = arena_copy(a, joined, size);
    free(joined);
    return copy;
}

static const char *list(const Value *v, Arena *a)
{
    const char **text = arena_array(a, const char *, v->n);

    for (int i = 0; i < v->n; i++)
        text[i] = compare_value(&v->item[i], a);
    return arena_printf(a, "[%s]", compare_join(text, v->n, ", ", a));
}

/* What must be given stands by position, but an optimiser's rate; the rest by name, where it was
 * given. */
static const char *call(const Value *v, Arena *a)
{
    const Callable *c = v->callee;
    const char **text = NULL;
    int n = 0;

    for (int i = 0; i < c->n_params; i++) {
        const Param *p = &c->param[i];
        const Value *by_default = p->same_as >= 0 ? &v->arg[p->same_as] : &p->value;
        if (!p->required && (v->arg[i].is_default || value_equal(&v->arg[i], by_default)))
            continue;
        const char *value = compare_value(&v->arg[i], a);
        const bool by_position = p->required && c->family != FAMILY_OPTIMIZER;
        arena_push(a, text, n, by_position ? value : arena_printf(a, "%s = %s", p->name, value));
    }
    return n ? arena_printf(a, "%s(%s)", c->name, compare_join(text, n, ", ", a)) : c->name;
}

const char *compare_value(const Value *v, Arena *a)
{
    if (v->kind == VALUE_LIST)
        return list(v, a);
    return v->kind == VALUE_CALL ? call(v, a) : value_text(v, a);
}
