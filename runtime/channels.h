/* channels.h -- sums by channel of x[n][channels][inner], in double; inner is 1 for plain features.
 * A tile is a block of channels, so that no sum crosses tiles. */
#ifndef RT_CHANNELS_H
#define RT_CHANNELS_H

#include "runs.h"
#include "tiles.h"

enum {
    RT_CHANNEL_BLOCK = 32,          /* channels of a tile at most: so many where inner is 1, ... */
    RT_PLANE_BLOCK = 4, RT_PLANE_BLOCKS = 16,   /* ... else between these, ... */
    RT_PLANE_VALUES = 2048          /* ... to read so many values of a row in one run */
};

typedef struct {
    size_t n, channels, inner;
} rt_planes;

typedef struct {
    size_t first, count;            /* at most RT_CHANNEL_BLOCK */
} rt_block;

static inline rt_planes rt_planes_of(int n, int channels, int inner)
{
    return (rt_planes){ (size_t)n, (size_t)channels, (size_t)inner };
}

static inline rt_tiles rt_cut_channels(const rt_planes *p)
{
    const size_t planes = RT_PLANE_VALUES / p->inner;
    size_t size = planes < RT_PLANE_BLOCK ? RT_PLANE_BLOCK : planes;

    if (size > RT_PLANE_BLOCKS)
        size = p->inner == 1 ? RT_CHANNEL_BLOCK : RT_PLANE_BLOCKS;
    return (rt_tiles){ p->channels, size, (int)((p->channels + size - 1) / size) };
}

static inline rt_block rt_block_of(const rt_planes *p, int tile)
{
    const rt_tiles t = rt_cut_channels(p);
    const size_t first = rt_tile_start(&t, tile);
    return (rt_block){ first, rt_tile_end(&t, tile) - first };
}

/* Where channel `channel` of row i begins. */
static inline size_t rt_plane(const rt_planes *p, size_t i, size_t channel)
{
    return (i * p->channels + channel) * p->inner;
}

/* sum[k] = sum over rows and inner of x */
static inline void rt_channel_sums(const rt_planes *p, rt_block block, const rt_real *x,
                                   double *sum)
{
    for (size_t k = 0; k < block.count; k++)
        sum[k] = 0;
    for (size_t i = 0; i < p->n; i++) {
        const rt_real *row = x + rt_plane(p, i, block.first);
        if (p->inner == 1)
            for (size_t k = 0; k < block.count; k++)
                sum[k] += (double)row[k];
        else
            for (size_t k = 0; k < block.count; k++)
                sum[k] += rt_run_sum(p->inner, row + k * p->inner);
    }
}

/* sum[k] = sum over rows and inner of dy, product[k] of dy (x - x0[k]), x0 from the block's first
 * channel on */
static inline void rt_channel_gradients(const rt_planes *p, rt_block block, const rt_real *dy,
                                        const rt_real *x, const rt_real *x0, double *sum,
                                        double *product)
{
    for (size_t k = 0; k < block.count; k++)
        sum[k] = product[k] = 0;
    for (size_t i = 0; i < p->n; i++) {
        const rt_real *d = dy + rt_plane(p, i, block.first);
        const rt_real *v = x + rt_plane(p, i, block.first);
        for (size_t k = 0; p->inner == 1 && k < block.count; k++) {
            sum[k] += (double)d[k];
            product[k] += (double)d[k] * ((double)v[k] - (double)x0[k]);
        }
        for (size_t k = 0; p->inner > 1 && k < block.count; k++)
            rt_run_gradients(p->inner, d + k * p->inner, v + k * p->inner, x0[k], &sum[k],
                             &product[k]);
    }
}

/* Mean and biased variance over rows and inner, in one pass: about a value of the channel, so that
 * no digits are lost where the mean is large beside the deviation. */
static inline void rt_channel_moments(const rt_planes *p, rt_block block, const rt_real *x,
                                      double *mean, double *var)
{
    const double count = (double)p->n * (double)p->inner;
    rt_real about[RT_CHANNEL_BLOCK];

    for (size_t k = 0; k < block.count; k++) {
        about[k] = x[rt_plane(p, 0, block.first + k)];
        mean[k] = var[k] = 0;
    }
    for (size_t i = 0; i < p->n; i++) {
        const rt_real *row = x + rt_plane(p, i, block.first);
        for (size_t k = 0; p->inner == 1 && k < block.count; k++) {
            const double d = (double)row[k] - (double)about[k];
            mean[k] += d;
            var[k] += d * d;
        }
        for (size_t k = 0; p->inner > 1 && k < block.count; k++)
            rt_run_moments(p->inner, row + k * p->inner, about[k], &mean[k], &var[k]);
    }
    for (size_t k = 0; k < block.count; k++) {
        mean[k] /= count;
        var[k] = var[k] / count - mean[k] * mean[k];
        var[k] = var[k] < 0 ? 0 : var[k];
        mean[k] += (double)about[k];
    }
}

#endif
