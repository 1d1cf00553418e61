/* recurrent.h -- what the recurrent layers share: a walk along the steps, by tiles of samples.
 *
 * Samples do not meet within a layer, so a tile of them walks all steps by itself.  Its state at a
 * step is a matrix whose rows are a whole sequence apart, and goes into OpenBLAS as it lies. */
#ifndef RT_RECURRENT_H
#define RT_RECURRENT_H

#include "tiles.h"

/* The samples of a layer, or those of a tile, and their steps. */
typedef struct {
    rt_direction way;
    int first, n, steps, units;     /* samples first .. first + n - 1 */
} rt_walk;

#define rt_walk_tiles RT_NAME(rt_walk_tiles)
#define rt_add_recurrence RT_NAME(rt_add_recurrence)
#define rt_recurrence_dh RT_NAME(rt_recurrence_dh)

/* Calls body(arg, tile) for every tile of samples; `gates` is for the estimate of the work. */
void rt_walk_tiles(rt_pass *c, const rt_walk *all, int gates, void (*body)(void *arg, int tile),
                   void *arg);

/* z += h w^T:  h[n][units] in rows ldh apart, w[m][units], z[n][m] in rows ldz apart */
void rt_add_recurrence(const rt_walk *t, int m, const rt_real *h, int ldh, const rt_real *w,
                       rt_real *z, int ldz);
/* dh = keep dh + dz w:  dz[n][m] in rows ldz apart, w[m][units], dh[n][units] in rows ldh apart;
 * what a keep of 0 finds in dh does not matter */
void rt_recurrence_dh(const rt_walk *t, int m, const rt_real *dz, int ldz, const rt_real *w,
                      rt_real keep, rt_real *dh, int ldh);

/* Each tile packs w anew at each step, which costs as much as about 4 samples: many samples a tile
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

/* y = x + b, b NULL being zeros; what a recurrent product is then added to */
static inline void rt_add_bias(size_t n, const rt_real *x, const rt_real *b, rt_real *y)
{
    if (b)
        for (size_t j = 0; j < n; j++)
            y[j] = x[j] + b[j];
    else
        for (size_t j = 0; j < n; j++)
            y[j] = x[j];
}

#endif
