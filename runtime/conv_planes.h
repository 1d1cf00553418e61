/* conv_planes.h -- convolutions as products on copies of planes: the job, for kernels of what comes
 * out in one part, or in several that are joined. */
#ifndef RT_CONV_PLANES_H
#define RT_CONV_PLANES_H

#include "conv.h"

enum {
    RT_PLANE_COPIES = 65536,        /* numbers: 256 KiB of floats, in L2 */
    RT_PLANE_RESULTS = 65536,       /* of the parts of a band, before they are joined */
    RT_PLANE_PARTS = 16             /* dx of larger strides than 4 is left to other kernels */
};
_Static_assert((RT_PLANE_COPIES + RT_PLANE_RESULTS) * sizeof(rt_real) <= RT_TILE_BYTES,
               "copies and results fit");

/* Every step-th row and column of what comes out, from some on. */
typedef struct {
    rt_shifts shifts;
    int rows, columns;
    int terms;                      /* of each channel; none where no position sees the pixels */
    bool dark;                      /* nor those between them in their rows */
    const int32_t *x_at, *w_at;     /* of the channels of a block */
} rt_subplane;

typedef struct rt_plane_job {
    int n, groups, channels, filters;   /* of a group: that are read, that come out */
    size_t plane, out_plane;
    int step, width, height;        /* what comes out */
    int w_channel, w_filter;        /* in w: from a channel, from a filter to the next */
    size_t w_group;
    int n_parts, across;            /* in all, and for a row */
    int together;                   /* filters whose parts are joined */
    bool alike;                     /* the parts see the same copies, of all channels at once */
    bool by_rows;                   /* the order of terms: rows of the kernel, then channels */
    int block;                      /* channels that are summed over at once */
    int band, bands;                /* rows of a part in a tile */
    rt_tiles tiles;
    void (*run_band)(const struct rt_plane_job *p, size_t image, int first, rt_ahead *ahead,
                     rt_real *copies);
    const rt_real *x, *w, *b;
    const rt_then *then;
    rt_real *y;
    rt_subplane part[RT_PLANE_PARTS];
    int32_t x_at[RT_CONV_TAPS], w_at[RT_CONV_TAPS];
} rt_plane_job;

/* Results of one group of an image: some rows of a part, of some filters. */
typedef struct {
    const rt_subplane *part;
    int first, positions;           /* row; from there on */
    int channel, channels;          /* what is summed over */
    int filter, filters;
    const rt_real *copies, *w, *b;
    rt_real *y;                     /* results of a filter: ld from those of the one before it */
    size_t ld;
    bool roomy;                     /* there is room for whole vectors behind the results */
    rt_ahead *ahead, *joined;       /* what is read next; where the results go in the end */
} rt_stripe;

#define rt_run_part RT_NAME(rt_run_part)
#define rt_one_part RT_NAME(rt_one_part)
#define rt_run_planes RT_NAME(rt_run_planes)
#define rt_run_images RT_NAME(rt_run_images)

/* The results of some filters in a band of a part.  `b` has the row, the filters, and where their
 * results belong; `copied`: the copies of all channels are there. */
void rt_run_part(const rt_plane_job *p, const rt_subplane *part, rt_stripe b, size_t image,
                 bool copied, rt_real *copies);
/* `run_band` where what comes out is one part. */
void rt_one_part(const rt_plane_job *p, size_t image, int first, rt_ahead *ahead,
                 rt_real *copies);
/* Cuts a job into bands and runs them: `run_band` gives what comes out of `copies`, which have room
 * for results behind them.  False, and nothing is done, where it has not the shape for it. */
bool rt_run_planes(rt_pass *c, rt_plane_job *p, const rt_window *plane, int kernel);

/* The same with images in the lanes of vectors; false, and nothing is done, where that does not
 * pay. */
bool rt_run_images(rt_pass *c, const rt_plane_job *p, const rt_window *plane, int kernel);

/* Numbers between the results of a part's filters: a band's, in whole vectors. */
static inline int rt_results_apart(const rt_plane_job *p)
{
    return rt_pieces(p->band * p->part[0].columns, RT_VECTOR_LANES) * RT_VECTOR_LANES;
}

/* Of an image, as far as they are alike. */
static inline int rt_products_of(const rt_plane_job *p)
{
    return rt_pieces(p->width * p->height, RT_CONV_VECTORS * RT_VECTOR_LANES)
         * rt_pieces(p->filters, rt_conv_rows(RT_CONV_VECTORS)) * rt_pieces(p->channels, p->block);
}

#endif
