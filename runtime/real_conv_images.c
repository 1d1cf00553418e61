/* real_conv_images.c -- convolutions with the images of a batch in the lanes of vectors.
 *
 * The pixels of as many images as a vector has lanes lie side by side: seen[channel][pixel][image].
 * A position's sums are over the pixels that it sees and none of the padding, and no lane is idle,
 * whatever the shape of a plane.  What it costs: the images are turned, and their results back. */
#include "conv_planes.h"
#include "then.h"
#include "transpose.h"

enum {
    LANES = RT_VECTOR_LANES,
    VECTORS = RT_VECTOR_BYTES < 64 ? 2 : 1,     /* of images at once: a line of the caches */
    TILES = 4,                      /* at least: results of few images are cut into bands */
    MOST = RT_TILE_BYTES / 2 / (int)sizeof(rt_real)     /* numbers of a tile, to stay in L2 */
};
#define TERMS_PER_NS 30.0

typedef struct {
    const rt_plane_job *p;
    const rt_window *plane;
    const rt_subplane *out;
    int kernel;
    int blocks;                     /* of images */
    int band, bands;                /* rows of results */
} job;

/* Some rows of the results of some images, of one group. */
typedef struct {
    const job *m;
    size_t first, group;            /* the first image */
    int images, vectors, lanes;
    rt_span rows;
    const rt_real *w, *b;
    rt_real *seen, *sums;           /* seen[channels][plane][lanes], sums[filters][rows][lanes] */
    rt_span through;                /* the columns of the kernel that the terms below are of */
    int row;                        /* terms of a row of the kernel: [rows][channels][columns] */
    int32_t x_at[RT_CONV_TAPS], w_at[RT_CONV_TAPS];
} block;

/* ---- Images side by side -------------------------------------------------------------------- */

/* A square of images and their numbers; the lanes of images that are not there get some other's. */
static void take_square(const rt_real *x, size_t image, int images, int lanes, rt_real *to)
{
    rt_vector v[LANES];

#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        v[i] = rt_load(x + (size_t)rt_lesser(i, images - 1) * image);
    rt_transpose(v);
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        rt_store(to + i * lanes, v[i]);
}

static void take_images(const block *t)
{
    const rt_plane_job *p = t->m->p;
    const int n = p->channels * (int)p->plane;
    const size_t image = (size_t)p->groups * (size_t)n;
    const rt_real *x = p->x + t->first * image + t->group * (size_t)n;

    for (int i = 0; i < t->images; i += LANES, x += LANES * image)
        for (int j = 0; j < n; j += LANES) {
            const int at = rt_lesser(j, n - LANES);
            take_square(x + at, image, t->images - i, t->lanes,
                        t->seen + (ptrdiff_t)at * t->lanes + i);
        }
}

static void give_square(const rt_real *sums, int lanes, int images, size_t image, rt_real *y)
{
    rt_vector v[LANES];

#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        v[i] = rt_load(sums + i * lanes);
    rt_transpose(v);
    if (images >= LANES) {
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++)
            rt_store(y + (size_t)i * image, v[i]);
        return;
    }
    for (int i = 0; i < images; i++)
        rt_store(y + (size_t)i * image, v[i]);
}

/* n results of each image, which lie together; at least LANES. */
static void give_run(const block *t, int n, const rt_real *sums, size_t image, rt_real *y)
{
    for (int i = 0; i < t->images; i += LANES, y += LANES * image)
        for (int j = 0; j < n; j += LANES) {
            const int at = rt_lesser(j, n - LANES);
            give_square(sums + (ptrdiff_t)at * t->lanes + i, t->lanes, t->images - i, image,
                        y + at);
        }
}

static void give_images(const block *t)
{
    const rt_plane_job *p = t->m->p;
    const bool whole = t->m->bands == 1;
    const int positions = rt_length(t->rows) * p->width, filters = whole ? 1 : p->filters;
    const int n = whole ? p->filters * positions : positions;
    const size_t results = (size_t)p->filters * p->out_plane, image = (size_t)p->groups * results;
    const size_t at = t->first * image + t->group * results
                    + (size_t)t->rows.first * (size_t)p->width;

    for (int f = 0; f < filters; f++)
        give_run(t, n, t->sums + (ptrdiff_t)f * n * t->lanes, image,
                 p->y + at + (size_t)f * p->out_plane);
    for (int i = 0; i < t->images; i++)
        rt_finish_rows(p->then, at + (size_t)i * image, p->out_plane, (size_t)filters, (size_t)n,
                       p->y + at + (size_t)i * image);
}

/* ---- Sums ----------------------------------------------------------------------------------- */

/* The places of the kernel along a side through which position i sees pixels. */
static rt_span places_of(const rt_side *side, int64_t at, int size)
{
    rt_span s = { 0, side->n };

    while (s.first < s.end && at + side->offset[s.first] < 0)
        s.first++;
    while (s.end > s.first && at + side->offset[s.end - 1] >= size)
        s.end--;
    return s;
}

/* The terms of the columns `through` of the kernel and of all of its rows. */
static void place_terms(block *t, rt_span through)
{
    const rt_plane_job *p = t->m->p;
    const rt_side *down = &t->m->out->shifts.down, *across = &t->m->out->shifts.across;
    int i = 0;

    t->through = through;
    t->row = p->channels * rt_length(through);
    for (int k = 0; k < down->n; k++)
        for (int c = 0; c < p->channels; c++)
            for (int l = through.first; l < through.end; l++, i++) {
                const int64_t pixel = (down->offset[k] - down->first) * t->m->plane->width
                                    + across->offset[l] - across->first;
                t->x_at[i] = (int)(c * (ptrdiff_t)p->plane + pixel) * t->lanes;
                t->w_at[i] = c * p->w_channel + down->tap[k] * t->m->kernel + across->tap[l];
            }
}

/* The results of position i, j; *sums of the first filter. */
static void multiply_position(const block *t, int i, int j, rt_real *sums)
{
    static const rt_real zero[RT_CONV_ROWS];
    const rt_plane_job *p = t->m->p;
    const rt_window *plane = t->m->plane;
    const rt_side *down = &t->m->out->shifts.down, *across = &t->m->out->shifts.across;
    const int64_t row = (int64_t)i * plane->stride, column = (int64_t)j * plane->stride;
    const rt_span k = places_of(down, row, plane->height);
    const ptrdiff_t pixel = (row + down->first) * plane->width + column + across->first;
    const ptrdiff_t ld = (ptrdiff_t)rt_length(t->rows) * p->width * t->lanes;
    const int rows = rt_piece(p->filters, rt_conv_rows(t->vectors));
    rt_terms terms = { .depth = rt_length(k) * t->row, .a_at = t->w_at + k.first * t->row,
                       .b_at = t->x_at + k.first * t->row };

    for (int v = 0; v < t->vectors; v++)
        terms.b[v] = t->seen + pixel * t->lanes + v * LANES;
    for (int f = 0; f < p->filters; f += rows) {
        const int count = rt_lesser(rows, p->filters - f);
        for (int r = 0; r < count; r++)
            terms.a[r] = t->w + (ptrdiff_t)(f + r) * p->w_filter;
        rt_conv_product(count, t->vectors, &terms, t->b ? t->b + f : zero, false, sums + f * ld,
                        (size_t)ld);
    }
}

static void multiply_images(block *t)
{
    const rt_window *plane = t->m->plane;
    const int width = t->m->p->width;

    for (int j = 0; j < width; j++) {
        const rt_span l = places_of(&t->m->out->shifts.across, (int64_t)j * plane->stride,
                                    plane->width);
        if (j == 0 || l.first != t->through.first || l.end != t->through.end)
            place_terms(t, l);
        for (int i = t->rows.first; i < t->rows.end; i++)
            multiply_position(t, i, j,
                              t->sums + (ptrdiff_t)((i - t->rows.first) * width + j) * t->lanes);
    }
}

static void images_tile(void *arg, int tile)
{
    const job *m = arg;
    const rt_plane_job *p = m->p;
    const int band = tile % m->bands, pair = tile / m->bands;
    block t = { .m = m, .first = (size_t)(pair / p->groups) * VECTORS * LANES,
                .group = (size_t)(pair % p->groups),
                .rows = rt_span_of(p->height, m->band, band) };

    t.images = rt_lesser(VECTORS * LANES, p->n - (int)t.first);
    t.vectors = rt_pieces(t.images, LANES);
    t.lanes = t.vectors * LANES;
    t.w = p->w + t.group * p->w_group;
    t.b = p->b ? p->b + t.group * (size_t)p->filters : NULL;
    t.seen = rt_thread_memory(RT_OF_TILE);
    t.sums = t.seen + (ptrdiff_t)p->channels * (ptrdiff_t)p->plane * t.lanes;
    take_images(&t);
    multiply_images(&t);
    give_images(&t);
}

/* ---- Whether it pays ------------------------------------------------------------------------ */

/* Pairs of a position along a side and a place through which it sees a pixel. */
static double pairs_of(const rt_side *side, int positions, int stride, int size)
{
    double pairs = 0;
    for (int i = 0; i < positions; i++)
        pairs += rt_length(places_of(side, (int64_t)i * stride, size));
    return pairs;
}

/* Multiply-adds of vectors, and as many as take as long as the rest. */
static double cost_in_images(const rt_plane_job *p, const rt_window *plane)
{
    enum { TURN = 8 };              /* of a vector */
    const rt_subplane *out = &p->part[0];
    const double terms = pairs_of(&out->shifts.down, out->rows, plane->stride, plane->height)
                       * pairs_of(&out->shifts.across, out->columns, plane->stride, plane->width)
                       * p->channels * p->filters;
    const double turned = (double)p->channels * (double)p->plane
                        + (double)p->filters * (double)p->out_plane;

    return rt_pieces(p->n, LANES) * (terms + TURN * turned);
}

static double cost_in_planes(const rt_plane_job *p, const rt_window *plane)
{
    enum { COPY = 4 };              /* of a vector of a moved copy */
    const rt_subplane *out = &p->part[0];
    const rt_side *down = &out->shifts.down, *across = &out->shifts.across;
    const double vectors = rt_pieces(out->rows * out->columns, LANES);
    double cost = vectors * out->terms * p->channels * p->filters;

    if (out->columns % LANES != 0 && out->columns != plane->width)
        cost += (double)COPY * p->channels * across->n * rt_pieces(out->columns, LANES)
              * (double)(out->rows + down->last - down->first);
    return p->n * cost;
}

/* Rows of a band, where all of the results make so many tiles: the last has a whole vector too. */
static int band_of(const rt_plane_job *p, int tiles)
{
    const int band = rt_piece(p->height, rt_lesser(p->height, rt_pieces(p->height * tiles, TILES)));
    const int last = p->height - (rt_pieces(p->height, band) - 1) * band;

    return tiles >= TILES || last * p->width < LANES ? p->height : band;
}

bool rt_run_images(rt_pass *c, const rt_plane_job *p, const rt_window *plane, int kernel)
{
    enum { PAYS = 19, OF = 20 };
    const rt_subplane *out = &p->part[0];
    job m = { .p = p, .plane = plane, .out = out, .kernel = kernel,
              .blocks = rt_pieces(p->n, VECTORS * LANES), .bands = 1 };
    const double read = (double)p->channels * (double)p->plane;
    const double results = (double)p->filters * (double)p->out_plane;
    const int tiles = m.blocks * p->groups;

    if (p->n_parts > 1 || p->n < LANES || read < LANES || results < LANES
        || (read + results) * VECTORS * LANES > MOST
        || (double)p->channels * out->terms > RT_CONV_TAPS
        || OF * cost_in_images(p, plane) > PAYS * cost_in_planes(p, plane))
        return false;
    m.band = band_of(p, tiles);
    m.bands = rt_pieces(p->height, m.band);
    rt_run_tiles(c->pool, (double)p->n * out->terms * results * p->channels / TERMS_PER_NS,
                 tiles * m.bands, images_tile, &m);
    return true;
}
