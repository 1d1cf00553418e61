/* coming.h -- what a matrix product packs next, fetched to L2 while it multiplies. */
#ifndef RT_COMING_H
#define RT_COMING_H

#include "gemm.h"

enum { RT_LINE = 64 / (int)sizeof(rt_real) };       /* reals of a cache line */

/* What is packed next of b, which is fetched to L2 while blocks are multiplied: it lies in L3 or
 * beyond, and to wait for it would take several times as long as to pack it. */
typedef struct {
    const rt_real *x;               /* a row of it, or a column if these lie contiguous */
    size_t apart;                   /* of two such rows */
    int rows, length;               /* left, with this one; of each */
    int at, lines;                  /* fetched of this one; to fetch at a time */
} rt_coming;

RT_INLINE void rt_fetch_some(rt_coming *c)
{
    for (int i = 0; i < c->lines && c->rows > 0; i++) {
        __builtin_prefetch(c->x + c->at, 0, 2);
        c->at += RT_LINE;
        if (c->at < c->length)
            continue;
        c->at = 0;
        c->x += c->apart;
        c->rows--;
    }
}

/* All of b[k][m], in so many fetches. */
static inline rt_coming rt_coming_of(int k, int m, rt_matrix b, int fetches)
{
    const bool rows = b.column == 1;
    rt_coming c = { .x = b.x, .apart = rows ? b.row : b.column, .rows = rows ? k : m,
                    .length = rows ? m : k };

    c.lines = (c.rows * ((c.length + RT_LINE - 1) / RT_LINE) + fetches - 1) / fetches;
    return c;
}

#endif
