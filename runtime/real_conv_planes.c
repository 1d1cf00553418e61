/* real_conv_planes.c -- convolutions as products on copies of planes with their padding.
 *
 * With copies that make what is seen through a place of the kernel contiguous (rt_shifts):
 *   y[f][p] = b[f] + sum over c, k, l of w[f][c][k][l] what p sees of copy[c] through k, l
 * and nothing is gathered for a place of its own.  A band of rows of one image and group is a tile:
 * its copies stay in L2, those that some vectors of positions see in L1, for all filters.
 *
 * What comes out may be cut into parts of every so many rows and columns, which see the planes
 * through places of the kernel of their own (real_conv_parts.c). */
#include "conv_planes.h"
#include "then.h"

enum {
    LEAST_FILTERS = 8,              /* whose parts are joined, where there are more */
    LEAST_BAND = 256,               /* positions: a band of fewer has too much at its edges */
    SHARES = 8                      /* a small batch is cut into so many bands at least */
};
#define TILE_TERMS 100000.0         /* of a tile at least, where several bands can be taken */
#define TERMS_PER_NS 30.0

/* ---- A part of a tile ----------------------------------------------------------------------- */

static void deliver(int n, const rt_real *restrict sum, bool more, rt_real *restrict y)
{
    if (!more)
        rt_copy_few(n, sum, y);
    else
        for (int j = 0; j < n; j++)
            y[j] += sum[j];
}

/* Fetches where results will be stored, while their sums are worked out: stores that miss the
 * caches would hold up those of the next results. */
RT_INLINE void fetch_results(int count, int n, rt_real *y, size_t ld)
{
    enum { LINE = 64 / sizeof *y };

    for (int i = 0; i < count; i++, y += ld)
        for (int j = 0; j < n; j += LINE)
            __builtin_prefetch(y + j, 1);
}

/* Sums of some neighbouring filters: into y, or, where there is no room for a whole vector, by way
 * of a buffer.  t->a are the weights of these filters. */
static void multiply_filters(const rt_stripe *b, const rt_terms *t, int first, int count, int at,
                             int vectors)
{
    static const rt_real zero[RT_CONV_ROWS];
    const bool fresh = b->channel == 0;
    const int n = rt_lesser(b->positions - at, vectors * RT_VECTOR_LANES);
    const rt_real *start = b->b && fresh ? b->b + first : zero;
    rt_real *y = b->y + (size_t)(first - b->filter) * b->ld + (size_t)at;

    if (fresh && !b->roomy)
        fetch_results(count, n, y, b->ld);
    if (b->roomy || n == vectors * RT_VECTOR_LANES) {
        rt_conv_product(count, vectors, t, start, !fresh, y, b->ld);
    } else {
        enum { ROOM = RT_CONV_VECTORS * RT_VECTOR_LANES };
        _Alignas(64) rt_real sum[RT_CONV_ROWS * ROOM];
        rt_conv_product(count, vectors, t, start, false, sum, ROOM);
        for (int f = 0; f < count; f++)
            deliver(n, sum + f * ROOM, !fresh, y + (size_t)f * b->ld);
    }
}

/* The filters at some vectors of positions from `at` on, which see the copies from t->b on. */
static void multiply_places(const rt_plane_job *p, const rt_stripe *b, rt_terms *t, int at,
                            int vectors)
{
    const int rows = rt_piece(b->filters, rt_conv_rows(vectors)), end = b->filter + b->filters;
    const rt_real *w = b->w + (ptrdiff_t)b->channel * p->w_channel
                     + (ptrdiff_t)b->filter * p->w_filter;

    for (int f = b->filter; f < end; f += rows) {
        const int count = rt_lesser(rows, end - f);
        rt_fetch(b->ahead, false);
        rt_fetch(b->joined, true);
        for (int i = 0; i < count; i++, w += p->w_filter)
            t->a[i] = w;
        multiply_filters(b, t, f, count, at, vectors);
    }
}

/* The terms of those rows of the kernel through which some position from `at` to `last` sees
 * pixels. */
static void choose_terms(const rt_plane_job *p, const rt_stripe *b, int at, int last, rt_terms *t)
{
    const rt_shifts *s = &b->part->shifts;
    const int64_t stride = s->plane.stride, upper = (b->first + at / s->columns) * stride;
    const int64_t lower = (b->first + last / s->columns) * stride;
    int first = 0, end = s->down.n;

    while (p->by_rows && first < end && lower + s->down.offset[first] < 0)
        first++;
    while (p->by_rows && end > first && upper + s->down.offset[end - 1] >= s->plane.height)
        end--;
    const int row = b->channels * s->across.n;
    t->depth = (end - first) * row;
    t->a_at = b->part->w_at + first * row, t->b_at = b->part->x_at + first * row;
}

static void multiply_band(const rt_plane_job *p, const rt_stripe *b)
{
    const rt_subplane *part = b->part;
    const int vectors = rt_pieces(b->positions, RT_VECTOR_LANES);
    const int size = rt_piece(vectors, RT_CONV_VECTORS), gap = part->shifts.pitch - part->columns;
    const rt_real *seen = b->copies;
    rt_terms t;

    for (int k = 0, column = 0; k < vectors; k += size) {
        const int width = rt_lesser(size, vectors - k), at = k * RT_VECTOR_LANES;
        for (int v = 0; v < width; v++, seen += RT_VECTOR_LANES) {
            t.b[v] = seen;
            column += RT_VECTOR_LANES;
            if (column == part->columns)
                column = 0, seen += gap;
        }
        choose_terms(p, b, at, rt_lesser(b->positions, at + width * RT_VECTOR_LANES) - 1, &t);
        multiply_places(p, b, &t, at, width);
    }
}

void rt_run_part(const rt_plane_job *p, const rt_subplane *part, rt_stripe b, size_t image,
                 bool copied, rt_real *copies)
{
    const size_t group = image % (size_t)p->groups;
    const rt_real *x = p->x + image * (size_t)p->channels * p->plane;
    const int rows = rt_lesser(p->band, part->rows - b.first);

    b.part = part, b.positions = rows * part->columns, b.copies = copies;
    b.w = p->w + group * p->w_group;
    b.b = p->b ? p->b + group * (size_t)p->filters : NULL;
    for (; b.channel < p->channels; b.channel += p->block) {
        const rt_shifts *s = &part->shifts;
        b.channels = rt_lesser(p->block, p->channels - b.channel);
        if (s->direct)
            b.copies = x + (size_t)b.channel * p->plane + (size_t)(b.first * s->columns);
        for (int k = 0; k < b.channels && !s->direct && !copied; k++)
            rt_shift(s, b.first, rows, x + (size_t)(b.channel + k) * p->plane,
                     copies + (ptrdiff_t)k * s->copies * s->size);
        multiply_band(p, &b);
    }
}

/* ---- A tile --------------------------------------------------------------------------------- */

/* The image that is band `next`, where images are not cut into several: these are too large.  Sums
 * of one term a channel are over too soon to hide anything. */
static rt_ahead ahead_of(const rt_plane_job *p, size_t next)
{
    const size_t image = (size_t)p->channels * p->plane;

    if (p->bands > 1 || next >= p->tiles.n || p->part[0].terms == 1)
        return (rt_ahead){ 0 };
    return rt_ahead_of(p->x + next * image, image, rt_products_of(p));
}

static void planes_tile(void *arg, int tile)
{
    rt_real *copies = rt_thread_memory(RT_OF_TILE);
    const rt_plane_job *p = arg;
    const size_t bands = (size_t)p->bands, end = rt_tile_end(&p->tiles, tile);

    for (size_t i = rt_tile_start(&p->tiles, tile); i < end; i++) {
        rt_ahead ahead = ahead_of(p, i + 1);
        p->run_band(p, i / bands, (int)(i % bands) * p->band, &ahead, copies);
    }
}

/* ---- How it is cut -------------------------------------------------------------------------- */

/* Rows of a band at most: a share of all where there are few images. */
static int most_rows(const rt_plane_job *p)
{
    const int images = p->n < SHARES ? p->n * p->groups : SHARES;
    const int rows = p->part[0].rows, least = rt_pieces(LEAST_BAND, p->part[0].columns);
    const int share = images < SHARES ? rows / rt_pieces(SHARES, images) : rows;

    return rt_lesser(share < least ? least : share, rows);
}

/* Channels whose copies fit, with bands of so many rows; 0 where those of one do not. */
static int fitting(rt_plane_job *p, const rt_window *plane, int band)
{
    int block = p->channels;

    p->band = band;
    p->alike = true;
    for (int i = 0; i < p->n_parts; i++) {
        rt_subplane *t = &p->part[i];
        const rt_side down = t->shifts.down, across = t->shifts.across;
        if (t->terms == 0)
            continue;
        if (!rt_shifts_of(plane, &down, &across, rt_lesser(band, t->rows), t->columns,
                          RT_PLANE_COPIES, &t->shifts))
            return 0;
        block = rt_lesser(block, RT_PLANE_COPIES / (t->shifts.copies * t->shifts.size));
        block = rt_lesser(block, RT_CONV_TAPS / t->terms);
        p->alike &= t->shifts.padded && t->rows == p->part[0].rows
                 && t->columns == p->part[0].columns;
    }
    return block;
}

/* Where the terms of a block of channels are, of one part from table entry `at` on; the entry
 * behind them. */
static int place_terms(rt_plane_job *p, rt_subplane *t, int kernel, int at)
{
    const rt_shifts *s = &t->shifts;
    const int rows = s->down.n, columns = s->across.n;

    t->x_at = p->x_at + at, t->w_at = p->w_at + at;
    for (int c = 0; c < p->block && t->terms > 0; c++)
        for (int k = 0; k < rows; k++)
            for (int l = 0; l < columns; l++) {
                const int i = at + (p->by_rows ? k * p->block + c : c * rows + k) * columns + l;
                p->x_at[i] = c * s->copies * s->size + rt_shift_at(s, k, l);
                p->w_at[i] = c * p->w_channel + s->down.tap[k] * kernel + s->across.tap[l];
            }
    return at + p->block * t->terms;
}

/* Whether rows of the kernel see so many rows of padding that it pays to leave these out.  Then the
 * terms of a row lie together; else those of a channel do, whose planes stay in L1. */
static bool sees_padding(const rt_plane_job *p)
{
    int64_t rows = 0, seen = 0;
    for (int i = 0; i < p->n_parts; i++) {
        const rt_subplane *t = &p->part[i];
        for (int k = 0; t->terms > 0 && k < t->shifts.down.n; k++, rows += t->rows)
            seen += rt_length(rt_inside((rt_span){ 0, t->rows }, t->shifts.plane.stride,
                                        t->shifts.down.offset[k], t->shifts.plane.height));
    }
    return 8 * seen < 7 * rows;
}

/* Of how many filters the results fit, where parts are joined, with a vector behind them that may
 * be read; false where they are too few. */
static bool join_filters(rt_plane_job *p)
{
    const int most = RT_PLANE_RESULTS - RT_VECTOR_LANES;

    p->together = p->filters;
    if (p->step > 1)
        p->together = rt_lesser(p->filters, most / p->n_parts / rt_results_apart(p));
    return p->together >= rt_lesser(p->filters, LEAST_FILTERS);
}

/* From the parts, their sides and sizes: bands as high as lets the copies of all channels fit, or
 * of as many as make long sums. */
static bool cut_planes(rt_plane_job *p, const rt_window *plane, int kernel)
{
    enum { LONG = 256 };
    const int square = kernel * kernel;
    int band = most_rows(p), block = fitting(p, plane, band), entries = 0;

    while (band > 1 && ((block < p->channels && block * square < LONG) || !join_filters(p))) {
        band = rt_pieces(band, 2);
        block = fitting(p, plane, band);
    }
    if (block == 0 || !join_filters(p))
        return false;
    fitting(p, plane, rt_piece(p->part[0].rows, band));
    join_filters(p);
    p->bands = rt_pieces(p->part[0].rows, p->band);
    p->block = rt_piece(p->channels, rt_lesser(block, RT_CONV_TAPS / square));
    p->alike = p->alike && p->block == p->channels;
    p->by_rows = p->channels % p->block == 0 && sees_padding(p);
    for (int i = 0; i < p->n_parts; i++)
        entries = place_terms(p, &p->part[i], kernel, entries);
    return true;
}

bool rt_run_planes(rt_pass *c, rt_plane_job *p, const rt_window *plane, int kernel)
{
    const rt_subplane *first = &p->part[0];
    const int positions = first->rows * first->columns;

    if (rt_run_images(c, p, plane, kernel))
        return true;
    if (kernel > RT_CONV_KERNEL || 2 * positions < RT_VECTOR_LANES
        || first->columns > RT_PLANE_COPIES / 4 || !cut_planes(p, plane, kernel))
        return false;
    const size_t bands = (size_t)p->n * (size_t)p->groups * (size_t)p->bands;
    const double terms = (double)p->channels * kernel * kernel * p->filters
                       * ((double)positions / p->bands);
    p->tiles = rt_cut(bands, terms < TILE_TERMS ? (size_t)(TILE_TERMS / terms) + 1 : 1);
    rt_run_tiles(c->pool, terms * (double)bands / TERMS_PER_NS, p->tiles.count, planes_tile, p);
    return true;
}

void rt_one_part(const rt_plane_job *p, size_t image, int first, rt_ahead *ahead,
                 rt_real *copies)
{
    const size_t n = (size_t)rt_lesser(p->band, p->height - first) * (size_t)p->width;
    const size_t at = image * (size_t)p->filters * p->out_plane
                    + (size_t)first * (size_t)p->width;
    rt_ahead none = { 0 };
    const rt_stripe b = { .first = first, .filters = p->filters, .y = p->y + at,
                          .ld = p->out_plane, .ahead = ahead, .joined = &none };

    rt_run_part(p, &p->part[0], b, image, false, copies);
    rt_finish_rows(p->then, at, p->out_plane, (size_t)p->filters, n, p->y + at);
}

bool rt_conv_planes(rt_pass *c, int n, const rt_window *v, const rt_real *x, const rt_real *w,
                    const rt_real *b, const rt_then *then, rt_real *y)
{
    const int square = v->kernel * v->kernel, channels = v->channels / v->groups;
    rt_plane_job p = { .n = n, .groups = v->groups, .channels = channels,
                       .filters = v->filters / v->groups,
                       .plane = (size_t)v->height * (size_t)v->width,
                       .out_plane = (size_t)v->out_height * (size_t)v->out_width, .step = 1,
                       .width = v->out_width, .height = v->out_height, .w_channel = square,
                       .w_filter = channels * square, .n_parts = 1, .run_band = rt_one_part,
                       .x = x, .w = w, .b = b, .then = then, .y = y };
    rt_subplane *all = &p.part[0];

    if (v->kernel > RT_CONV_KERNEL)
        return false;
    p.w_group = (size_t)p.filters * (size_t)p.w_filter;
    all->rows = v->out_height, all->columns = v->out_width, all->terms = square;
    all->shifts.down = rt_side_of(v->kernel, v->dilation, v->top);
    all->shifts.across = rt_side_of(v->kernel, v->dilation, v->left);
    return rt_run_planes(c, &p, v, v->kernel);
}

