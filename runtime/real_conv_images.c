/* real_conv_images.c -- convolutions with the images of a batch in the lanes of vectors.
 *
 * The pixels of as many images as a vector has lanes lie side by side: seen[channel][pixel][image].
 * A position's sums are over the pixels that it sees and none of the padding, and no lane is idle,
 * whatever the shape of a plane; parts that are joined in the end lie where they belong at once.
 * What it costs: the images are turned, and their results back. */
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
    int kernel;
    int blocks;                     /* of images */
    int band, bands;                /* rows of a part's results */
} job;

/* Some rows of the results of some images, of one group. */
typedef struct {
    const job *m;
    size_t first, group;            /* the first image */
    int images, vectors, lanes;
    rt_span rows, inside;           /* of the results, and of the planes: what these see */
    const rt_real *w, *b;
    rt_real *seen, *sums;           /* seen[channels][inside][lanes], sums[filters][rows][lanes] */
    const rt_subplane *out;         /* the part that the terms below are of, ... */
    int part_row, part_column;      /* ... whose first result this is */
    rt_span through;                /* the columns of the kernel that the terms below are of */
    int row;                        /* terms of a row of the kernel: [rows][channels][columns] */
    int32_t x_at[RT_CONV_TAPS], w_at[RT_CONV_TAPS];
} block;

/* ---- Images side by side -------------------------------------------------------------------- */

/* A square of images and their numbers; the lanes of images that are not there get some other's. */
static void take_square(const rt_real *x, size_t image, int images, int lanes, rt_real *to)
{
    rt_vector v[LANES];

    if (images >= LANES) {
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++)
            v[i] = rt_load(x + (size_t)i * image);
    } else {
        for (int i = 0; i < LANES; i++)
            v[i] = rt_load(x + (size_t)rt_lesser(i, images - 1) * image);
    }
    rt_transpose(v);
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        rt_store(to + i * lanes, v[i]);
}

/* n numbers of each image, which lie together; at least LANES. */
static void take_run(const block *t, int n, const rt_real *x, size_t image, rt_real *seen)
{
    for (int i = 0; i < t->images; i += LANES, x += LANES * image)
        for (int j = 0; j < n; j += LANES) {
            const int at = rt_lesser(j, n - LANES);
            take_square(x + at, image, t->images - i, t->lanes,
                        seen + (ptrdiff_t)at * t->lanes + i);
        }
}

static void take_images(const block *t)
{
    const rt_plane_job *p = t->m->p;
    const int width = t->m->plane->width, rows = rt_length(t->inside);
    const bool whole = rows == t->m->plane->height;
    const int channels = whole ? 1 : p->channels, n = rows * width * (whole ? p->channels : 1);
    const size_t group = (size_t)p->channels * p->plane, image = (size_t)p->groups * group;
    const rt_real *x = p->x + t->first * image + t->group * group
                     + (size_t)t->inside.first * (size_t)width;

    for (int c = 0; c < channels; c++)
        take_run(t, n, x + (size_t)c * p->plane, image, t->seen + (ptrdiff_t)c * n * t->lanes);
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

/* Numbers of a channel among those that are taken. */
static int taken(const block *t) { return rt_length(t->inside) * t->m->plane->width; }

/* The rows of the planes that a band of so many rows of all parts sees. */
static rt_span seen_by(const rt_plane_job *p, const rt_window *plane, int band, int i)
{
    rt_span seen = { plane->height, 0 };

    for (int k = 0; k < p->n_parts; k++) {
        const rt_side *down = &p->part[k].shifts.down;
        const rt_span rows = rt_span_of(p->part[k].rows, band, i);
        for (int d = 0; d < down->n; d++) {
            const rt_span in = rt_inside(rows, plane->stride, down->offset[d], plane->height);
            if (rt_length(in) == 0)
                continue;
            const int first = (int)(in.first * (int64_t)plane->stride + down->offset[d]);
            const int last = (int)((in.end - 1) * (int64_t)plane->stride + down->offset[d]);
            seen.first = rt_lesser(seen.first, first);
            seen.end = last < seen.end ? seen.end : last + 1;
        }
    }
    return seen.first < seen.end ? seen : (rt_span){ 0 };
}

/* The terms of the columns `through` of the kernel and of all of its rows. */
static void place_terms(block *t, rt_span through)
{
    const rt_plane_job *p = t->m->p;
    const rt_side *down = &t->out->shifts.down, *across = &t->out->shifts.across;
    int i = 0;

    t->through = through;
    t->row = p->channels * rt_length(through);
    for (int k = 0; k < down->n; k++)
        for (int c = 0; c < p->channels; c++)
            for (int l = through.first; l < through.end; l++, i++) {
                const int64_t pixel = (down->offset[k] - down->first) * t->m->plane->width
                                    + across->offset[l] - across->first;
                t->x_at[i] = (int)((ptrdiff_t)c * taken(t) + pixel) * t->lanes;
                t->w_at[i] = c * p->w_channel + down->tap[k] * t->m->kernel + across->tap[l];
            }
}

/* The results of position i, j of a part; *sums of the first filter. */
static void multiply_position(const block *t, int i, int j, rt_real *sums)
{
    static const rt_real zero[RT_CONV_ROWS];
    const rt_plane_job *p = t->m->p;
    const rt_window *plane = t->m->plane;
    const rt_side *down = &t->out->shifts.down, *across = &t->out->shifts.across;
    const int64_t row = (int64_t)i * plane->stride, column = (int64_t)j * plane->stride;
    const rt_span k = places_of(down, row, plane->height);
    const ptrdiff_t pixel = (row + down->first - t->inside.first) * plane->width
                          + column + across->first;
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

/* Results (i, j) of a part are (i, j) * step of all, from its first one on. */
static void multiply_part(block *t)
{
    const rt_plane_job *p = t->m->p;
    const rt_window *plane = t->m->plane;

    for (int j = 0; j < t->out->columns; j++) {
        const rt_span l = places_of(&t->out->shifts.across, (int64_t)j * plane->stride,
                                    plane->width);
        if (j == 0 || l.first != t->through.first || l.end != t->through.end)
            place_terms(t, l);
        for (int row = t->rows.first + t->part_row; row < t->rows.end; row += p->step) {
            const int at = (row - t->rows.first) * p->width + j * p->step + t->part_column;
            multiply_position(t, row / p->step, j, t->sums + (ptrdiff_t)at * t->lanes);
        }
    }
}

static void images_tile(void *arg, int tile)
{
    const job *m = arg;
    const rt_plane_job *p = m->p;
    const int band = tile % m->bands, pair = tile / m->bands;
    block t = { .m = m, .first = (size_t)(pair / p->groups) * VECTORS * LANES,
                .group = (size_t)(pair % p->groups), .inside = seen_by(p, m->plane, m->band, band),
                .rows = rt_span_of(p->height, m->band * p->step, band) };

    t.images = rt_lesser(VECTORS * LANES, p->n - (int)t.first);
    t.vectors = rt_pieces(t.images, LANES);
    t.lanes = t.vectors * LANES;
    t.w = p->w + t.group * p->w_group;
    t.b = p->b ? p->b + t.group * (size_t)p->filters : NULL;
    t.seen = rt_thread_memory(RT_OF_TILE);
    t.sums = t.seen + (ptrdiff_t)p->channels * taken(&t) * t.lanes;
    take_images(&t);
    for (int i = 0; i < p->n_parts; i++) {
        t.out = &p->part[i];
        t.part_row = p->step > 1 ? i / p->across : 0;
        t.part_column = p->step > 1 ? i % p->across : 0;
        multiply_part(&t);
    }
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

/* Of all parts, of one channel and filter. */
static double terms_of(const rt_plane_job *p, const rt_window *plane)
{
    double terms = 0;
    for (int i = 0; i < p->n_parts; i++) {
        const rt_subplane *t = &p->part[i];
        terms += pairs_of(&t->shifts.down, t->rows, plane->stride, plane->height)
               * pairs_of(&t->shifts.across, t->columns, plane->stride, plane->width);
    }
    return terms;
}

/* Multiply-adds of all filters at so many vectors: as if at ENOUGH at least, where these are too
 * few for none to wait for the one before it. */
static double sums_of(const rt_plane_job *p, int vectors)
{
    enum { ENOUGH = 8 };
    const int rows = rt_piece(p->filters, rt_conv_rows(vectors)), rest = p->filters % rows;
    const int most = rows * vectors, last = rest * vectors;

    return (double)(p->filters / rows) * (most < ENOUGH ? ENOUGH : most)
         + (rest == 0 ? 0 : last < ENOUGH ? ENOUGH : last);
}

/* Multiply-adds of vectors, and as many as take as long as the rest. */
static double cost_in_images(const rt_plane_job *p, const job *m)
{
    enum { TURN = 8 };              /* of a vector */
    const double terms = terms_of(p, m->plane) * p->channels * sums_of(p, VECTORS) / VECTORS;
    double turned = (double)p->filters * (double)p->out_plane;

    for (int i = 0; i < m->bands; i++)
        turned += (double)p->channels * m->plane->width
                * rt_length(seen_by(p, m->plane, m->band, i));
    return rt_pieces(p->n, LANES) * (terms + TURN * turned);
}

static double cost_in_planes(const rt_plane_job *p, const rt_window *plane)
{
    enum { COPY = 4, JOIN = 4 };    /* of a vector of a copy, or of joined results */
    double cost = 0;

    for (int i = 0; i < p->n_parts; i++) {
        const rt_subplane *t = &p->part[i];
        const rt_side *down = &t->shifts.down, *across = &t->shifts.across;
        const bool padded = t->columns % LANES == 0;
        const double vectors = rt_pieces(t->rows * t->columns, LANES);
        const double rows = (double)t->rows * plane->stride + (double)(down->last - down->first);
        cost += vectors / RT_CONV_VECTORS * t->terms * p->channels
              * sums_of(p, RT_CONV_VECTORS);
        if (p->step > 1)
            cost += JOIN * vectors * p->filters;
        if (t->terms > 0 && (!padded || i == 0))
            cost += COPY * rows * p->channels * rt_pieces(t->columns, LANES)
                  * (padded ? 1 : across->n);
    }
    return p->n * cost;
}

/* Whether bands of so many rows of a part fit, each of which has whole vectors to turn. */
static bool fits(const rt_plane_job *p, const rt_window *plane, int band)
{
    const int bands = rt_pieces(p->part[0].rows, band);
    double seen = 0;

    for (int i = 0; i < bands; i++) {
        const rt_span out = rt_span_of(p->height, band * p->step, i);
        const int rows = rt_length(seen_by(p, plane, band, i));
        const double n = (double)rows * plane->width;
        const bool all = rows == plane->height;
        if (n * (all ? p->channels : 1) < LANES
            || rt_length(out) * p->width * (bands == 1 ? p->filters : 1) < LANES)
            return false;
        seen = n > seen ? n : seen;
    }
    return (seen * p->channels + (double)band * p->step * p->width * p->filters)
         * VECTORS * LANES <= MOST;
}

/* Rows of a band of a part: as many as fit, where all make so many tiles; 0 where none do. */
static int band_of(const rt_plane_job *p, const rt_window *plane, int tiles)
{
    const int rows = p->part[0].rows;
    int bands = rt_lesser(rt_pieces(TILES, tiles), rows);

    while (bands < rows && !fits(p, plane, rt_pieces(rows, bands)))
        bands++;
    const int band = rt_pieces(rows, bands);
    return fits(p, plane, band) ? band : 0;
}

bool rt_run_images(rt_pass *c, const rt_plane_job *p, const rt_window *plane, int kernel)
{
    enum { PAYS = 49, OF = 50 };
    job m = { .p = p, .plane = plane, .kernel = kernel,
              .blocks = rt_pieces(p->n, VECTORS * LANES) };
    const int tiles = m.blocks * p->groups;
    const double terms = terms_of(p, plane) * p->channels * p->filters;

    for (int i = 0; i < p->n_parts; i++)
        if ((double)p->channels * p->part[i].terms > RT_CONV_TAPS)
            return false;
    m.band = p->n < LANES ? 0 : band_of(p, plane, tiles);
    if (m.band == 0)
        return false;
    m.bands = rt_pieces(p->part[0].rows, m.band);
    if (OF * cost_in_images(p, &m) > PAYS * cost_in_planes(p, plane))
        return false;
    rt_run_tiles(c->pool, (double)p->n * terms / TERMS_PER_NS, tiles * m.bands, images_tile, &m);
    return true;
}
