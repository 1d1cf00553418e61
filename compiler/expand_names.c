/* expand_names.c -- which layers without a name can be given the one that they have.
 *
 * Names by rank depend on what else is unnamed: a statement whose name differs between iterations
 * or uses of a block keeps none, nor does any other that shares one of its names. */
#include <string.h>

#include "expand.h"

static void collect_items(Expand *x, const Stmt *s, Map *ambiguous)
{
    const Standings *p = map_get(&x->places, s);
    Str name = NULL;
    bool differs = s->kind == STMT_REPEAT;      /* it has a name, and no place for one */

    for (int i = 0; p && !s->name && i < p->n; i++) {
        differs = differs || (name && p->place[i].item->name != name);
        name = p->place[i].item->name;
    }
    if (name && !differs && s->kind != STMT_LAYER)
        differs = !strcmp(name, s->word);       /* `residual` and `parallel` are keywords */
    for (int i = 0; p && differs && i < p->n; i++)
        map_put(ambiguous, p->place[i].item->name, (void *)(uintptr_t)s, x->s->arena);
}

static void collect(Expand *x, const Stmt *s, Map *ambiguous)
{
    for (; s; s = s->next) {
        collect_items(x, s, ambiguous);
        collect(x, s->body, ambiguous);
        collect(x, s->other, ambiguous);
        for (const Branch *branch = s->branches; branch; branch = branch->next)
            collect(x, branch->body, ambiguous);
    }
}

Str expand_name(Expand *x, const Stmt *s, const Stmt *body)
{
    const Standings *p = map_get(&x->places, s);
    Map *ambiguous = map_get(&x->ambiguous, body);

    if (!ambiguous) {
        ambiguous = arena_new_of(x->s->arena, Map);
        collect(x, body, ambiguous);
        map_put(&x->ambiguous, body, ambiguous, x->s->arena);
    }
    if (!p || s->name || s->kind == STMT_REPEAT)
        return NULL;
    return map_get(ambiguous, p->place[0].item->name) ? NULL : p->place[0].item->name;
}
