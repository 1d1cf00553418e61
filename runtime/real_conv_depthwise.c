/* real_conv_depthwise.c -- convolutions of one filter a channel: sums over the places of the
 * kernel, of a plane with its padding; a matrix product would have one row.
 *
 * With x padded and dy[out_height][out_width]:
 *   y[i][j] = b + sum over k, l of w[k][l] x[i stride + k dilation][j stride + l dilation]
 *   dw[k][l] = sum over samples, i, j of dy[i][j] x[i stride + k dilation][j stride + l dilation]
 * and dx is what y is: of dy, its pixels `stride` apart between zeros, with the kernel turned. */
#include "choose_conv.h"
#include "depthwise.h"
#include "tiles.h"
#include "vectors.h"

enum {
    LANES = RT_VECTOR_LANES,
    ROWS = 8,                       /* vectors of positions at a time, one below the other */
    TAPS = 9                        /* places of the kernel whose gradients are summed at once */
};

/* A plane with its padding: pixel i, j is at row i step + top, column j step + left. */
typedef struct {
    int height, width;
    int step, top, left;
} padded;

typedef struct {
    rt_window v;
    int n, reach;                   /* of a kernel with its gaps */
    size_t plane, out_plane, square;
    padded image, result;           /* of x; of dy for dx */
    rt_tiles tiles;
    const rt_real *x, *w, *b, *dy;
    rt_real *y, *dx, *dw;
} depthwise;

static depthwise depthwise_of(int n, const rt_window *v)
{
    const int reach = v->dilation * (v->kernel - 1) + 1;
    return (depthwise){
        .v = *v, .n = n, .reach = reach, .plane = (size_t)v->height * (size_t)v->width,
        .out_plane = (size_t)v->out_height * (size_t)v->out_width,
        .square = (size_t)v->kernel * (size_t)v->kernel,
        .image = { (v->out_height - 1) * v->stride + reach, (v->out_width - 1) * v->stride + reach,
                   1, v->top, v->left },
        .result = { v->height + reach - 1, v->width + reach - 1, v->stride, reach - 1 - v->top,
                    reach - 1 - v->left } };
}

static bool fits(int64_t height, int64_t width) { return height <= RT_COLUMNS / width; }

bool rt_is_depthwise(const rt_window *v)
{
    const int64_t reach = (int64_t)v->dilation * (v->kernel - 1) + 1, stride = v->stride;
    return rt_choose_conv(v).kernels == RT_CONV_DEPTHWISE
        && fits((v->out_height - 1) * stride + reach, (v->out_width - 1) * stride + reach)
        && fits(v->height + reach - 1, v->width + reach - 1);
}

static void pad(const padded *p, int height, int width, const rt_real *from, rt_real *to)
{
    const rt_span rows = rt_inside((rt_span){ 0, height }, p->step, p->top, p->height);
    const rt_span columns = rt_inside((rt_span){ 0, width }, p->step, p->left, p->width);

    memset(to, 0, (size_t)p->height * (size_t)p->width * sizeof *to);
    if (rt_length(columns) == 0)
        return;
    for (int i = rows.first; i < rows.end; i++) {
        const rt_real *x = from + (ptrdiff_t)i * width + columns.first;
        rt_real *row = to + (ptrdiff_t)(i * p->step + p->top) * p->width
                     + (columns.first * p->step + p->left);
        if (p->step == 1)
            rt_copy_few(rt_length(columns), x, row);
        else
            for (int j = 0; j < rt_length(columns); j++)
                row[j * p->step] = x[j];
    }
}

/* What `count` positions in a row see, LANES of them at most: every stride-th number.  Under the
 * strides 1 and 2 numbers behind them are read, which are of the buffer. */
RT_INLINE rt_vector see(int stride, int count, const rt_real *x)
{
    rt_vector seen = { 0 };

    if (stride == 1)
        return rt_load(x);
    if (stride == 2)
        return rt_even_lanes(rt_load(x), rt_load(x + LANES));
    for (int l = 0; l < count; l++)
        seen[l] = x[(ptrdiff_t)l * stride];
    return seen;
}

/* ---- y, and dx ------------------------------------------------------------------------------ */

/* How a kernel lies over a padded plane, and what comes out. */
typedef struct {
    int kernel, dilation, stride, width;
    const rt_real *w;               /* the first weight, and where the next one is: 1, or -1 */
    int next;
    rt_real b;
    int out_height, out_width;
} stencil;

/* y of `count` positions in each of some rows, the first of which sees x. */
RT_INLINE void slide_rows(const stencil *s, const int rows, const int stride, int count,
                          const rt_real *x, rt_real *y)
{
    const ptrdiff_t apart = (ptrdiff_t)stride * s->width;
    const rt_real *w = s->w;
    rt_vector sum[ROWS];

#pragma GCC unroll 8
    for (int r = 0; r < rows; r++)
        sum[r] = rt_broadcast(s->b);
    for (int k = 0; k < s->kernel; k++)
        for (int l = 0; l < s->kernel; l++, w += s->next) {
            const rt_real *from = x + (ptrdiff_t)k * s->dilation * s->width + l * s->dilation;
#pragma GCC unroll 8
            for (int r = 0; r < rows; r++)
                sum[r] += *w * see(stride, count, from + r * apart);
        }
    for (int r = 0; r < rows; r++, y += s->out_width)
        if (count == LANES)
            rt_store(y, sum[r]);
        else
            rt_store_first(y, sum[r], count);
}

/* All rows; the last ones may be done again. */
RT_INLINE void slide_columns(const stencil *s, const int rows, const int stride, int count,
                             const rt_real *x, rt_real *y)
{
    for (int i = 0; i < s->out_height; i += rows) {
        const int at = i + rows <= s->out_height ? i : s->out_height - rows;
        slide_rows(s, rows, stride, count, x + (ptrdiff_t)at * stride * s->width,
                   y + (ptrdiff_t)at * s->out_width);
    }
}

static void slide_stride_1(const stencil *s, int count, const rt_real *x, rt_real *y)
{
    if (s->out_height >= ROWS)
        slide_columns(s, ROWS, 1, count, x, y);
    else if (s->out_height >= ROWS / 2)
        slide_columns(s, ROWS / 2, 1, count, x, y);
    else
        slide_columns(s, 1, 1, count, x, y);
}

static void slide_stride(const stencil *s, int count, const rt_real *x, rt_real *y)
{
    if (s->out_height >= ROWS / 2)
        slide_columns(s, ROWS / 2, s->stride, count, x, y);
    else
        slide_columns(s, 1, s->stride, count, x, y);
}

/* A plane, by vectors of columns, of which the last may begin in the one before it. */
static void slide(const stencil *s, const rt_real *x, rt_real *y)
{
    const int count = s->out_width < LANES ? s->out_width : LANES;

    for (int j = 0; j < s->out_width; j += LANES) {
        const int at = j + count <= s->out_width ? j : s->out_width - count;
        if (s->stride == 1)
            slide_stride_1(s, count, x + at, y + at);
        else
            slide_stride(s, count, x + (ptrdiff_t)at * s->stride, y + at);
    }
}

static void forward_tile(void *arg, int tile)
{
    rt_real *buffer = rt_thread_memory(RT_OF_TILE);     /* [RT_COLUMNS] */
    const depthwise *p = arg;
    const rt_window *v = &p->v;

    for (size_t at = rt_tile_start(&p->tiles, tile); at < rt_tile_end(&p->tiles, tile); at++) {
        const size_t channel = at % (size_t)v->channels;
        const stencil s = { v->kernel, v->dilation, v->stride, p->image.width,
                            p->w + channel * p->square, 1, p->b ? p->b[channel] : 0,
                            v->out_height, v->out_width };
        pad(&p->image, v->height, v->width, p->x + at * p->plane, buffer);
        slide(&s, buffer, p->y + at * p->out_plane);
    }
}

static void dx_tile(void *arg, int tile)
{
    rt_real *buffer = rt_thread_memory(RT_OF_TILE);     /* [RT_COLUMNS] */
    const depthwise *p = arg;
    const rt_window *v = &p->v;

    for (size_t at = rt_tile_start(&p->tiles, tile); at < rt_tile_end(&p->tiles, tile); at++) {
        const size_t channel = at % (size_t)v->channels;
        const stencil s = { v->kernel, v->dilation, 1, p->result.width,
                            p->w + (channel + 1) * p->square - 1, -1, 0, v->height, v->width };
        pad(&p->result, v->out_height, v->out_width, p->dy + at * p->out_plane, buffer);
        slide(&s, buffer, p->dx + at * p->plane);
    }
}

/* ---- dw ------------------------------------------------------------------------------------- */

/* Places of the kernel see x + at[t] where it stands first: sum[t] += dy times what they see. */
RT_INLINE void add_taps(const int taps, const int stride, const depthwise *p, const rt_real *dy,
                        const rt_real *x, const ptrdiff_t *at, rt_real *sum)
{
    const int width = p->v.out_width, whole = width / LANES * LANES, rest = width - whole;
    rt_vector lanes[TAPS] = { { 0 } };
    rt_vector lane = { 0 };

    for (int l = 0; l < LANES; l++)
        lane[l] = (rt_real)l;
    const rt_mask inside = lane < rt_broadcast((rt_real)rest);
    for (int i = 0; i < p->v.out_height; i++, dy += width) {
        for (int j = 0; j < whole; j += LANES) {
            const rt_vector d = rt_load(dy + j);
#pragma GCC unroll 9
            for (int t = 0; t < taps; t++)
                lanes[t] += d * see(stride, LANES, x + at[t] + (ptrdiff_t)j * stride);
        }
        if (rest > 0) {
            const rt_vector d = rt_load_first(dy + whole, rest);
#pragma GCC unroll 9
            for (int t = 0; t < taps; t++) {
                const rt_vector seen = see(stride, rest, x + at[t] + (ptrdiff_t)whole * stride);
                lanes[t] += d * (rt_vector)((rt_mask)seen & inside);
            }
        }
        x += (ptrdiff_t)stride * p->image.width;
    }
#pragma GCC unroll 9
    for (int t = 0; t < taps; t++)
        for (int l = 0; l < LANES; l++)
            sum[t] += lanes[t][l];
}

typedef void tap_sums(const depthwise *p, const rt_real *dy, const rt_real *x,
                      const ptrdiff_t *at, rt_real *sum);

#define ADD_TAPS(n) \
    static void add_##n(const depthwise *p, const rt_real *dy, const rt_real *x, \
                        const ptrdiff_t *at, rt_real *sum) \
    { \
        if (p->v.stride == 1) \
            add_taps(n, 1, p, dy, x, at, sum); \
        else \
            add_taps(n, p->v.stride, p, dy, x, at, sum); \
    }
ADD_TAPS(1) ADD_TAPS(2) ADD_TAPS(3) ADD_TAPS(4) ADD_TAPS(5) ADD_TAPS(6) ADD_TAPS(7) ADD_TAPS(8)
ADD_TAPS(9)
static tap_sums *const add_of[TAPS] = { add_1, add_2, add_3, add_4, add_5, add_6, add_7, add_8,
                                        add_9 };

/* Adds to dw of a channel what comes of plane `plane`. */
static void dw_plane(const depthwise *p, size_t plane, rt_real *buffer, rt_real *dw)
{
    const int kernel = p->v.kernel, square = kernel * kernel, together = rt_piece(square, TAPS);

    pad(&p->image, p->v.height, p->v.width, p->x + plane * p->plane, buffer);
    for (int k = 0; k < square; k += together) {
        const int taps = rt_lesser(together, square - k);
        ptrdiff_t at[TAPS];
        for (int t = 0; t < taps; t++)
            at[t] = ((ptrdiff_t)((k + t) / kernel) * p->image.width + (k + t) % kernel)
                  * p->v.dilation;
        add_of[taps - 1](p, p->dy + plane * p->out_plane, buffer, at, dw + k);
    }
}

/* Neighbouring channels, whose planes are neighbours in each sample. */
static void dw_tile(void *arg, int tile)
{
    rt_real *buffer = rt_thread_memory(RT_OF_TILE);     /* [RT_COLUMNS] */
    const depthwise *p = arg;
    const size_t first = rt_tile_start(&p->tiles, tile), end = rt_tile_end(&p->tiles, tile);

    rt_clear(p->dw + first * p->square, p->dw + end * p->square);
    for (size_t i = 0; i < (size_t)p->n; i++)
        for (size_t k = first; k < end; k++)
            dw_plane(p, i * (size_t)p->v.channels + k, buffer, p->dw + k * p->square);
}

/* ---- By planes, or by channels -------------------------------------------------------------- */

static void run_depthwise(rt_pass *c, depthwise *p, size_t items, void (*body)(void *arg, int tile))
{
    const double channels = (double)p->n * p->v.channels;
    const double work = channels * (double)p->square * (double)p->out_plane / 16;
    p->tiles = rt_cut(items, p->plane < RT_SMALL_TILE ? RT_SMALL_TILE / p->plane : 1);
    rt_run_tiles(c->pool, work, p->tiles.count, body, p);
}

void rt_depthwise(rt_pass *c, int n, const rt_window *v, const rt_real *x, const rt_real *w,
                  const rt_real *b, rt_real *y)
{
    depthwise p = depthwise_of(n, v);
    p.x = x, p.w = w, p.b = b, p.y = y;
    run_depthwise(c, &p, (size_t)n * (size_t)v->channels, forward_tile);
}

void rt_depthwise_dx(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *w,
                     rt_real *dx)
{
    depthwise p = depthwise_of(n, v);
    p.dy = dy, p.w = w, p.dx = dx;
    run_depthwise(c, &p, (size_t)n * (size_t)v->channels, dx_tile);
}

void rt_depthwise_dw(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *x,
                     rt_real *dw)
{
    depthwise p = depthwise_of(n, v);
    p.dy = dy, p.x = x, p.dw = dw;
    run_depthwise(c, &p, (size_t)v->channels, dw_tile);
}
