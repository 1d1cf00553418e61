/* map.c -- a table from pointers to pointers. */
#include "map.h"

enum { SMALL = 8 };                 /* below it a scan is faster than a hash */

static unsigned hash(const void *key)
{
    const uint64_t x = (uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15u;
    return (unsigned)(x >> 32);
}

static int *find_slot(const Map *m, const void *key)
{
    const unsigned mask = (unsigned)m->n_slots - 1;
    unsigned at = hash(key) & mask;

    while (m->slot[at] && m->key[m->slot[at] - 1] != key)
        at = (at + 1) & mask;
    return &m->slot[at];
}

static int find(const Map *m, const void *key)
{
    if (m->n_slots)
        return *find_slot(m, key) - 1;
    for (int i = 0; i < m->n; i++)
        if (m->key[i] == key)
            return i;
    return -1;
}

static void grow(Map *m, Arena *a)
{
    m->n_slots = m->n_slots ? 2 * m->n_slots : 4 * SMALL;
    m->slot = arena_array(a, int, m->n_slots);
    for (int i = 0; i < m->n; i++)
        *find_slot(m, m->key[i]) = i + 1;
}

void *map_get(const Map *m, const void *key)
{
    const int i = find(m, key);
    return i < 0 ? NULL : m->value[i];
}

void map_put(Map *m, const void *key, void *value, Arena *a)
{
    const int i = find(m, key);
    int n = m->n;

    if (i >= 0) {
        m->value[i] = value;
        return;
    }
    arena_push(a, m->key, n, key);
    arena_push(a, m->value, m->n, value);
    if (m->n_slots)
        *find_slot(m, key) = m->n;
    if (m->n >= SMALL && 2 * m->n >= m->n_slots)
        grow(m, a);
}
