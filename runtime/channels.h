/* channels.h -- blocks of the channels of x[n][channels][inner], as tiles; inner is 1 for plain
 * features.  No sum by channel crosses such tiles. */
#ifndef RT_CHANNELS_H
#define RT_CHANNELS_H

#include "tiles.h"

enum {
    RT_CHANNEL_BLOCK = 64,          /* channels of a tile at most: so many where inner is 1, ... */
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

#endif
