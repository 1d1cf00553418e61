/* recurrent.h -- what the recurrent layers share: a walk along the steps, by tiles of samples.
 *
 * Samples do not meet within a layer, so a tile of them walks all steps by itself.  Its state at a
 * step is a matrix whose rows are a whole sequence apart. */
#ifndef RT_RECURRENT_H
#define RT_RECURRENT_H

#include "gemm.h"
#include "thread_memory.h"
#include "tiles.h"

enum { RT_ROOM = 512 * 1024 / (int)sizeof(rt_real) };   /* reals of packed weights a tile keeps */
_Static_assert(2 * RT_ROOM * sizeof(rt_real) <= RT_TILE_BYTES, "those of a GRU fit");

/* The samples of a layer, or those of a tile, and their steps. */
typedef struct {
    rt_direction way;
    int first, n, steps, units;     /* samples first .. first + n - 1 */
    rt_gemm gemm;
} rt_walk;

/* The matrix b[k][m] of a product that every step does. */
typedef struct {
    int k, m;
    rt_matrix b;
    const rt_real *packed;          /* or NULL: too large, or OpenBLAS takes it */
    bool native;
} rt_weight;

#define rt_walk_tiles RT_NAME(rt_walk_tiles)
#define rt_prepare RT_NAME(rt_prepare)
#define rt_multiply_step RT_NAME(rt_multiply_step)

/* Calls body(arg, tile) for every tile of samples; `gates` is for the estimate of the work. */
void rt_walk_tiles(rt_pass *c, const rt_walk *all, int gates, void (*body)(void *arg, int tile),
                   void *arg);

/* b[k][m], packed into `room`, RT_ROOM reals at a whole vector, if it fits there. */
rt_weight rt_prepare(const rt_walk *t, int k, int m, rt_matrix b, rt_real *room);

/* What the samples of a tile read and write next, fetched into the caches between the panels of a
 * product: `count` reals each, `row` apart; x NULL: nothing. */
typedef struct {
    const rt_real *x;
    size_t row;
    int count;
} rt_ahead;
enum { RT_AHEADS = 4 };

/* y = start + a b:  a[n][k] and y[n][m] in rows a_row and y_row apart, the rows of `start`
 * start_row apart (0: all the same), NULL for zeros; it may be y. */
void rt_multiply_step(const rt_walk *t, const rt_weight *w, const rt_real *a, size_t a_row,
                      const rt_real *start, size_t start_row, rt_real *y, size_t y_row,
                      const rt_ahead ahead[RT_AHEADS]);

/* Each tile packs w by itself, and a block of rows is best filled by about 6: many samples a tile
 * save work, many tiles are for many threads.  About 16, more where there are at least 4 tiles. */
static inline int rt_samples_of_tile(int n)
{
    const int about = n < 64 ? 16 : n > 256 ? 64 : n / 4;
    const int tiles = (n + about / 2) / about;
    return tiles > 1 ? (n + tiles - 1) / tiles : n;
}

static inline rt_walk rt_walk_of_tile(const rt_walk *all, int tile)
{
    rt_walk t = *all;
    const int size = rt_samples_of_tile(all->n), rest = all->n - tile * size;
    t.first = tile * size;
    t.n = rest < size ? rest : size;
    return t;
}

/* The step that is walked as number k from 0. */
static inline int rt_step(const rt_walk *t, int k)
{
    return t->way == RT_FROM_LAST ? t->steps - 1 - k : k;
}

/* Where sample i of the tile has its step in an array [samples][steps][m]. */
static inline size_t rt_at(const rt_walk *t, int i, int step, int m)
{
    return (((size_t)t->first + (size_t)i) * (size_t)t->steps + (size_t)step) * (size_t)m;
}

/* w[m][units] as a recurrence takes it, z = h w^T, and as its gradient does, dh = dz w. */
static inline rt_matrix rt_forth(const rt_real *w, int units)
{
    return (rt_matrix){ w, 1, (size_t)units };
}
static inline rt_matrix rt_back(const rt_real *w, int units)
{
    return (rt_matrix){ w, (size_t)units, 1 };
}

/* y = b, b NULL being zeros: a recurrent product of no state before. */
static inline void rt_fill(size_t n, const rt_real *b, rt_real *y)
{
    for (size_t j = 0; j < n; j++)
        y[j] = b ? b[j] : 0;
}

#endif
