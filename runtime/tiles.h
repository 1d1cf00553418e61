/* tiles.h -- cuts work into fixed tiles: functions of its size alone, never of the threads, so that
 * sums come out the same bits however many threads there are. */
#ifndef RT_TILES_H
#define RT_TILES_H

#include "pool.h"

enum {
    RT_MAX_TILES = 256,             /* so that one partial sum a tile fits on the stack */
    RT_SMALL_TILE = 4096,           /* elements of an elementwise tile: 16 KiB of floats */
    RT_INLINE_WORK = 5000           /* ns; less work than this does not repay handing it over */
};

/* 0 .. n - 1 in tiles of `size`; the last may be shorter. */
typedef struct {
    size_t n, size;
    int count;
} rt_tiles;

static inline int rt_lesser(int a, int b) { return a < b ? a : b; }

/* Tiles of a multiple of `least` elements, at most RT_MAX_TILES of them. */
static inline rt_tiles rt_cut(size_t n, size_t least)
{
    const size_t unit = least * RT_MAX_TILES;
    const size_t size = least * (n <= unit ? 1 : (n + unit - 1) / unit);
    return (rt_tiles){ n, size, (int)((n + size - 1) / size) };
}

/* n rows of m values in tiles of whole rows, of about RT_SMALL_TILE values. */
static inline rt_tiles rt_cut_rows(int n, int m)
{
    return rt_cut((size_t)n, m < RT_SMALL_TILE ? RT_SMALL_TILE / (size_t)m : 1);
}

static inline size_t rt_tile_start(const rt_tiles *t, int tile) { return (size_t)tile * t->size; }
static inline size_t rt_tile_end(const rt_tiles *t, int tile)
{
    const size_t end = ((size_t)tile + 1) * t->size;
    return end < t->n ? end : t->n;
}

/* rt_parallel, but on the calling thread alone where `work`, in rough nanoseconds, is small. */
static inline void rt_run_tiles(rt_pool *p, double work, int tiles,
                                void (*body)(void *arg, int tile), void *arg)
{
    rt_parallel(work < RT_INLINE_WORK ? NULL : p, tiles, body, arg);
}

/* Sums of tiles, in the order of the tiles. */
static inline double rt_sum_tiles(const double *partial, int tiles)
{
    double sum = 0;
    for (int i = 0; i < tiles; i++)
        sum += partial[i];
    return sum;
}

#endif
