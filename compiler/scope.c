/* scope.c -- the values that names stand for. */
#include "scope.h"

Scope *scope_new(Scope *outer, Arena *a)
{
    Scope *s = arena_new_of(a, Scope);

    s->outer = outer;
    s->all = outer ? outer->all : arena_new_of(a, Evaluation);
    return s;
}

Entry *scope_add(Scope *s, Str name, Value value, Span at, Arena *a)
{
    Entry *e = arena_new_of(a, Entry);

    *e = (Entry){ .name = name, .value = value, .at = at };
    map_put(&s->entries, name, e, a);
    return e;
}

Entry *scope_find_here(const Scope *s, Str name)
{
    return map_get(&s->entries, name);
}

Entry *scope_find(const Scope *s, Str name)
{
    for (; s; s = s->outer) {
        Entry *e = scope_find_here(s, name);
        if (e)
            return e;
    }
    return NULL;
}
