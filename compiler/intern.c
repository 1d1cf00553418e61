/* intern.c -- one copy of each text: a hash table with open addressing, at most half full. */
#include "intern.h"

#include <string.h>

enum { FIRST_SLOTS = 256 };

struct Intern {
    Arena *arena;
    Str *slot;                      /* NULL is free */
    size_t slots, used;             /* slots is a power of two */
};

/* FNV-1a */
static uint64_t hash(const char *text, size_t n)
{
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)text[i]) * 1099511628211u;
    return h;
}

static bool same(Str s, const char *text, size_t n)
{
    return strncmp(s, text, n) == 0 && s[n] == '\0';
}

/* The slot that holds the text, or the free one where it belongs. */
static Str *find(Intern *t, const char *text, size_t n)
{
    size_t i = (size_t)hash(text, n) & (t->slots - 1);

    while (t->slot[i] && !same(t->slot[i], text, n))
        i = (i + 1) & (t->slots - 1);
    return &t->slot[i];
}

static void grow(Intern *t)
{
    Str *old = t->slot;
    const size_t n = t->slots;

    t->slots = 2 * n;
    t->slot = arena_array(t->arena, Str, t->slots);
    for (size_t i = 0; i < n; i++)
        if (old[i])
            *find(t, old[i], strlen(old[i])) = old[i];
}

Intern *intern_new(Arena *a)
{
    Intern *t = arena_new_of(a, Intern);

    t->arena = a;
    t->slots = FIRST_SLOTS;
    t->slot = arena_array(a, Str, t->slots);
    return t;
}

Str intern_n(Intern *t, const char *text, size_t n)
{
    Str *slot = find(t, text, n);

    if (*slot)
        return *slot;
    if (memchr(text, '\0', n))
        bug("a NUL in a text to intern");
    if (2 * (t->used + 1) > t->slots) {
        grow(t);
        slot = find(t, text, n);
    }
    t->used++;
    return *slot = arena_copy(t->arena, text, n);
}

Str intern(Intern *t, const char *text)
{
    return intern_n(t, text, strlen(text));
}
