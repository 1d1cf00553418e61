/* real_conv_planes.c -- convolutions, and the gradients of images, as products on copies of planes
 * with their padding.
 *
 * With copies that make what is seen through a place of the kernel contiguous (rt_shifts):
 *   y[f][p] = b[f] + sum over c, k, l of w[f][c][k][l] what p sees of copy[c] through k, l
 * and nothing is gathered for a place of its own.  A band of rows of one image and group is a tile:
 * its copies stay in L2, those that some vectors of positions see in L1, for all filters.
 *
 * dx is a convolution of dy with the kernel turned.  Under a stride its pixels fall into parts by
 * their remainders, stride^2, each of which sees places of the kernel of its own. */
#include "conv.h"
#include "then.h"
#include "tiles.h"

enum {
    COPIES = 65536,                 /* numbers: 256 KiB of floats, in L2 */
    PARTS = 16,                     /* dx of larger strides than 4 is left to other kernels */
    LEAST_BAND = 256,               /* positions: a band of fewer has too much at its edges */
    SHARES = 8                      /* a small batch is cut into so many bands at least */
};
_Static_assert(COPIES * sizeof(rt_real) <= RT_TILE_BYTES, "copies fit");
#define TILE_TERMS 100000.0         /* of a tile at least, where several bands can be taken */
#define TERMS_PER_NS 30.0

/* Pixels first_row + i step, first_column + j step of what comes out. */
typedef struct {
    rt_shifts shifts;
    int first_row, first_column;
    int rows, columns;
    int terms;                      /* of each channel */
    const int32_t *x_at, *w_at;     /* of the channels of a block */
} subplane;

typedef struct {
    int n, groups, channels, filters;   /* of a group: that are read, that come out */
    size_t plane, out_plane;
    int step, width, height;        /* what comes out */
    int w_channel, w_filter;        /* in w: from a channel, from a filter to the next */
    size_t w_group;
    int n_parts;
    bool blank;                     /* some part has no terms */
    bool alike;                     /* the parts see the same copies, of all channels at once */
    bool by_rows;                   /* the order of terms: rows of the kernel, then channels */
    int block;                      /* channels that are summed over at once */
    int band, bands;                /* rows of a part in a tile */
    rt_tiles tiles;
    const rt_real *x, *w, *b;
    const rt_then *then;
    rt_real *y;
    subplane part[PARTS];
    int32_t x_at[RT_CONV_TAPS], w_at[RT_CONV_TAPS];
} planes;

static int lesser(int a, int b) { return a < b ? a : b; }

/* ---- A tile --------------------------------------------------------------------------------- */

/* Results of one group of an image: some rows of a part, of all filters. */
typedef struct {
    const subplane *part;
    int first, positions;           /* row; from there on */
    int channel, channels;          /* what is summed over */
    const rt_real *copies, *w, *b;
    rt_real *y;                     /* the planes of the group */
} stripe;

/* `n` neighbours in a row of a part, to where they belong in a row of y. */
static void deliver_row(int n, const rt_real *restrict sum, size_t step, bool more,
                        rt_real *restrict y)
{
    if (!more)
        for (int j = 0; j < n; j++)
            y[(size_t)j * step] = sum[j];
    else
        for (int j = 0; j < n; j++)
            y[(size_t)j * step] += sum[j];
}

/* Sums of `count` filters at `n` places from `at` on, ld apart, to where they belong in y. */
static void deliver(const planes *p, const stripe *b, int count, int at, int n, const rt_real *sum,
                    size_t ld, rt_real *y)
{
    const subplane *part = b->part;
    const size_t step = (size_t)p->step;

    for (int done = 0, length; done < n; done += length) {
        const size_t i = (size_t)((at + done) / part->columns + b->first);
        const size_t j = (size_t)((at + done) % part->columns);
        rt_real *to = y + ((size_t)part->first_row + i * step) * (size_t)p->width
                    + (size_t)part->first_column + j * step;
        length = step == 1 ? n : lesser(n - done, part->columns - (int)j);
        for (int f = 0; f < count; f++)
            deliver_row(length, sum + (size_t)f * ld + done, step, b->channel > 0,
                        to + (size_t)f * p->out_plane);
    }
}

/* Sums of some neighbouring filters: into y, or, where they do not lie there together, by way of a
 * buffer.  t->a are the weights of these filters. */
static void multiply_filters(const planes *p, const stripe *b, const rt_terms *t, int first,
                             int count, int at, int vectors)
{
    static const rt_real zero[RT_CONV_ROWS];
    const bool fresh = b->channel == 0;
    const int n = lesser(b->positions - at, vectors * RT_VECTOR_LANES);
    const rt_real *start = b->b && fresh ? b->b + first : zero;
    rt_real *y = b->y + (size_t)first * p->out_plane;

    if (p->step == 1 && n == vectors * RT_VECTOR_LANES) {
        y += (size_t)b->first * (size_t)p->width + (size_t)at;
        rt_conv_product(count, vectors, t, start, !fresh, y, p->out_plane);
    } else {
        enum { ROOM = RT_CONV_VECTORS * RT_VECTOR_LANES };
        _Alignas(64) rt_real sum[RT_CONV_ROWS * ROOM];
        rt_conv_product(count, vectors, t, start, false, sum, ROOM);
        deliver(p, b, count, at, n, sum, ROOM, y);
    }
}

/* All filters at some vectors of positions from `at` on, which see the copies from t->b on. */
static void multiply_places(const planes *p, const stripe *b, rt_terms *t, int at, int vectors)
{
    const int rows = rt_piece(p->filters, rt_conv_rows(vectors));
    const rt_real *w = b->w + (ptrdiff_t)b->channel * p->w_channel;

    for (int f = 0; f < p->filters; f += rows) {
        const int count = lesser(rows, p->filters - f);
        for (int i = 0; i < count; i++, w += p->w_filter)
            t->a[i] = w;
        multiply_filters(p, b, t, f, count, at, vectors);
    }
}

/* The terms of those rows of the kernel through which some position from `at` to `last` sees
 * pixels. */
static void choose_terms(const planes *p, const stripe *b, int at, int last, rt_terms *t)
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

static void multiply_band(const planes *p, const stripe *b)
{
    const subplane *part = b->part;
    const int vectors = rt_pieces(b->positions, RT_VECTOR_LANES);
    const int size = rt_piece(vectors, RT_CONV_VECTORS), gap = part->shifts.pitch - part->columns;
    const rt_real *seen = b->copies;
    rt_terms t;

    for (int k = 0, column = 0; k < vectors; k += size) {
        const int width = lesser(size, vectors - k), at = k * RT_VECTOR_LANES;
        for (int v = 0; v < width; v++, seen += RT_VECTOR_LANES) {
            t.b[v] = seen;
            column += RT_VECTOR_LANES;
            if (column == part->columns)
                column = 0, seen += gap;
        }
        choose_terms(p, b, at, lesser(b->positions, at + width * RT_VECTOR_LANES) - 1, &t);
        multiply_places(p, b, &t, at, width);
    }
}

/* `copied`: the copies of all channels are there. */
static void run_part(const planes *p, const subplane *part, size_t image, int first, bool copied,
                     rt_real *copies)
{
    const size_t group = image % (size_t)p->groups;
    const rt_real *x = p->x + image * (size_t)p->channels * p->plane;
    const int rows = lesser(p->band, part->rows - first);
    stripe b = { part, first, rows * part->columns, .copies = copies,
               .y = p->y + image * (size_t)p->filters * p->out_plane };

    b.w = p->w + group * p->w_group;
    b.b = p->b ? p->b + group * (size_t)p->filters : NULL;
    for (; b.channel < p->channels; b.channel += p->block) {
        const rt_shifts *s = &part->shifts;
        b.channels = lesser(p->block, p->channels - b.channel);
        for (int k = 0; k < b.channels && !copied; k++)
            rt_shift(s, first, rows, x + (size_t)(b.channel + k) * p->plane,
                     copies + (ptrdiff_t)k * s->copies * s->size);
        multiply_band(p, &b);
    }
}

/* Parts without terms are what no position sees: zeros. */
static void planes_band(const planes *p, size_t image, int first, rt_real *copies)
{
    const int rows = lesser(p->band * p->step, p->height - first * p->step);
    const size_t n = (size_t)rows * (size_t)p->width;
    const size_t at = image * (size_t)p->filters * p->out_plane
                    + (size_t)(first * p->step) * (size_t)p->width;

    for (int f = 0; f < p->filters && p->blank; f++)
        memset(p->y + at + (size_t)f * p->out_plane, 0, n * sizeof *p->y);
    bool copied = false;
    for (int i = 0; i < p->n_parts; i++)
        if (first < p->part[i].rows && p->part[i].terms > 0) {
            run_part(p, &p->part[i], image, first, copied, copies);
            copied = p->alike;
        }
    rt_finish_rows(p->then, at, p->out_plane, (size_t)p->filters, n, p->y + at);
}

static void planes_tile(void *arg, int tile)
{
    rt_real *copies = rt_thread_memory(RT_OF_TILE);
    const planes *p = arg;
    const size_t bands = (size_t)p->bands;

    for (size_t i = rt_tile_start(&p->tiles, tile); i < rt_tile_end(&p->tiles, tile); i++)
        planes_band(p, i / bands, (int)(i % bands) * p->band, copies);
}

/* ---- How it is cut -------------------------------------------------------------------------- */

/* Rows of a band at most: a share of all where there are few images. */
static int most_rows(const planes *p)
{
    const int images = p->n < SHARES ? p->n * p->groups : SHARES;
    const int rows = p->part[0].rows, least = rt_pieces(LEAST_BAND, p->part[0].columns);
    const int share = images < SHARES ? rows / rt_pieces(SHARES, images) : rows;

    return lesser(share < least ? least : share, rows);
}

/* Channels whose copies fit, with bands of so many rows; 0 where those of one do not. */
static int fitting(planes *p, const rt_window *plane, int band)
{
    int block = p->channels;

    p->band = band;
    p->alike = true;
    for (int i = 0; i < p->n_parts; i++) {
        subplane *t = &p->part[i];
        const rt_side down = t->shifts.down, across = t->shifts.across;
        if (t->terms == 0)
            continue;
        if (!rt_shifts_of(plane, &down, &across, lesser(band, t->rows), t->columns, COPIES,
                          &t->shifts))
            return 0;
        block = lesser(block, COPIES / (t->shifts.copies * t->shifts.size));
        block = lesser(block, RT_CONV_TAPS / t->terms);
        p->alike &= t->shifts.padded && t->rows == p->part[0].rows
                 && t->columns == p->part[0].columns;
    }
    return block;
}

/* Where the terms of a block of channels are, of one part from table entry `at` on; the entry
 * behind them. */
static int place_terms(planes *p, subplane *t, int kernel, int at)
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
static bool sees_padding(const planes *p)
{
    int64_t rows = 0, seen = 0;
    for (int i = 0; i < p->n_parts; i++) {
        const subplane *t = &p->part[i];
        for (int k = 0; t->terms > 0 && k < t->shifts.down.n; k++, rows += t->rows)
            seen += rt_length(rt_inside((rt_span){ 0, t->rows }, t->shifts.plane.stride,
                                        t->shifts.down.offset[k], t->shifts.plane.height));
    }
    return 8 * seen < 7 * rows;
}

/* From the parts, their sides and sizes: bands as high as lets the copies of all channels fit, or
 * of as many as make long sums. */
static bool cut_planes(planes *p, const rt_window *plane, int kernel)
{
    enum { LONG = 256 };
    const int square = kernel * kernel;
    int band = most_rows(p), block = fitting(p, plane, band), entries = 0;

    while (block < p->channels && block * square < LONG && band > 1) {
        band = rt_pieces(band, 2);
        block = fitting(p, plane, band);
    }
    if (block == 0)
        return false;
    fitting(p, plane, rt_piece(p->part[0].rows, band));
    p->bands = rt_pieces(p->part[0].rows, p->band);
    p->block = rt_piece(p->channels, lesser(block, RT_CONV_TAPS / square));
    p->alike = p->alike && p->block == p->channels;
    p->by_rows = p->channels % p->block == 0 && sees_padding(p);
    for (int i = 0; i < p->n_parts; i++)
        entries = place_terms(p, &p->part[i], kernel, entries);
    return true;
}

static bool run_planes(rt_pass *c, planes *p, const rt_window *plane, int kernel)
{
    const subplane *first = &p->part[0];
    const int positions = first->rows * first->columns;

    if (kernel > RT_CONV_KERNEL || 2 * positions < RT_VECTOR_LANES || first->columns > COPIES / 4
        || !cut_planes(p, plane, kernel))
        return false;
    const size_t bands = (size_t)p->n * (size_t)p->groups * (size_t)p->bands;
    const double terms = (double)p->channels * kernel * kernel * p->filters
                       * ((double)positions / p->bands);
    p->tiles = rt_cut(bands, terms < TILE_TERMS ? (size_t)(TILE_TERMS / terms) + 1 : 1);
    rt_run_tiles(c->pool, terms * (double)bands / TERMS_PER_NS, p->tiles.count, planes_tile, p);
    return true;
}

bool rt_conv_planes(rt_pass *c, int n, const rt_window *v, const rt_real *x, const rt_real *w,
                    const rt_real *b, const rt_then *then, rt_real *y)
{
    const int square = v->kernel * v->kernel, channels = v->channels / v->groups;
    planes p = { .n = n, .groups = v->groups, .channels = channels,
                 .filters = v->filters / v->groups, .plane = (size_t)v->height * (size_t)v->width,
                 .out_plane = (size_t)v->out_height * (size_t)v->out_width, .step = 1,
                 .width = v->out_width, .height = v->out_height, .w_channel = square,
                 .w_filter = channels * square, .n_parts = 1, .x = x, .w = w, .b = b,
                 .then = then, .y = y };
    subplane *all = &p.part[0];

    if (v->kernel > RT_CONV_KERNEL)
        return false;
    p.w_group = (size_t)p.filters * (size_t)p.w_filter;
    all->rows = v->out_height, all->columns = v->out_width, all->terms = square;
    all->shifts.down = rt_side_of(v->kernel, v->dilation, v->top);
    all->shifts.across = rt_side_of(v->kernel, v->dilation, v->left);
    return run_planes(c, &p, v, v->kernel);
}

/* The places of the kernel through which pixels first + i step see dy, from the last to the first:
 * pixel x sees position (x + before - k dilation) / step through k, where that is whole. */
static rt_side turned_side(const rt_window *v, int before, int first)
{
    const int64_t least = (int64_t)before - (int64_t)(v->kernel - 1) * v->dilation;
    rt_side side = { .first = least / v->stride - (least % v->stride < 0),
                     .last = ((int64_t)before + v->stride - 1) / v->stride };
    for (int k = v->kernel - 1; k >= 0; k--) {
        const int64_t offset = (int64_t)first + before - (int64_t)k * v->dilation;
        if (offset % v->stride == 0) {
            side.tap[side.n] = k;
            side.offset[side.n++] = offset / v->stride;
        }
    }
    return side;
}

static void turned_parts(const rt_window *v, planes *p)
{
    for (int i = 0; i < v->stride && i < v->height; i++)
        for (int j = 0; j < v->stride && j < v->width; j++) {
            subplane *t = &p->part[p->n_parts++];
            t->first_row = i, t->first_column = j;
            t->rows = rt_pieces(v->height - i, v->stride);
            t->columns = rt_pieces(v->width - j, v->stride);
            t->shifts.down = turned_side(v, v->top, i);
            t->shifts.across = turned_side(v, v->left, j);
            t->terms = t->shifts.down.n * t->shifts.across.n;
            p->blank |= t->terms == 0;
        }
}

bool rt_conv_planes_dx(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *w,
                       rt_real *dx)
{
    const rt_window of_dy = { .height = v->out_height, .width = v->out_width, .stride = 1 };
    const int square = v->kernel * v->kernel, channels = v->channels / v->groups;
    planes p = { .n = n, .groups = v->groups, .channels = v->filters / v->groups,
                 .filters = channels, .plane = (size_t)v->out_height * (size_t)v->out_width,
                 .out_plane = (size_t)v->height * (size_t)v->width, .step = v->stride,
                 .width = v->width, .height = v->height, .w_channel = channels * square,
                 .w_filter = square, .x = dy, .w = w, .y = dx };

    if (v->kernel > RT_CONV_KERNEL || v->stride * v->stride > PARTS)
        return false;
    p.w_group = (size_t)p.channels * (size_t)p.w_channel;
    turned_parts(v, &p);
    return run_planes(c, &p, &of_dy, v->kernel);
}
