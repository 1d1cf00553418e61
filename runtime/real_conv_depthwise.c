/* real_conv_depthwise.c -- convolutions of one filter a channel: sums over the places of the
 * kernel, of a plane with its padding; a matrix product would have one row.
 *
 * With x padded and dy[out_height][out_width]:
 *   y[i][j] = b + sum over k, l of w[k][l] x[i stride + k dilation][j stride + l dilation]
 *   dw[k][l] = sum over samples, i, j of dy[i][j] x[i stride + k dilation][j stride + l dilation]
 * and dx is what y is: of dy, its pixels `stride` apart between zeros, with the kernel turned. */
#include "depthwise.h"
#include "tiles.h"

enum { LANES = 8 };                 /* positions at a time: one vector of floats */

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
    return v->groups == v->channels && v->groups == v->filters
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
            rt_copy_run((size_t)rt_length(columns), x, row);
        else
            for (int j = 0; j < rt_length(columns); j++)
                row[j * p->step] = x[j];
    }
}

/* ---- y, and dx ------------------------------------------------------------------------------ */

/* How a kernel lies over a padded plane. */
typedef struct {
    int kernel, dilation, stride, width;
    const rt_real *w;               /* the first weight, and where the next one is: 1, or -1 */
    int next;
    rt_real b;
} stencil;

/* y of `count` positions in a row, the first of which sees x. */
static inline void slide(const stencil *s, int stride, int count, const rt_real *x, rt_real *y)
{
    const rt_real *w = s->w;
    rt_real sum[LANES];

    for (int j = 0; j < count; j++)
        sum[j] = s->b;
    for (int k = 0; k < s->kernel; k++)
        for (int l = 0; l < s->kernel; l++, w += s->next) {
            const rt_real *from = x + (ptrdiff_t)k * s->dilation * s->width + l * s->dilation;
            for (int j = 0; j < count; j++)
                sum[j] += *w * from[j * stride];
        }
    memcpy(y, sum, (size_t)count * sizeof *y);
}

static void slide_row(const stencil *s, int n, const rt_real *x, rt_real *y)
{
    int j = 0;
    for (; s->stride == 1 && j + LANES <= n; j += LANES)
        slide(s, 1, LANES, x + j, y + j);
    for (; j + LANES <= n; j += LANES)
        slide(s, s->stride, LANES, x + (ptrdiff_t)j * s->stride, y + j);
    if (j < n)
        slide(s, s->stride, n - j, x + (ptrdiff_t)j * s->stride, y + j);
}

static void forward_tile(void *arg, int tile)
{
    rt_real *buffer = rt_thread_memory(RT_OF_TILE);     /* [RT_COLUMNS] */
    const depthwise *p = arg;
    const rt_window *v = &p->v;

    for (size_t at = rt_tile_start(&p->tiles, tile); at < rt_tile_end(&p->tiles, tile); at++) {
        const size_t channel = at % (size_t)v->channels;
        const stencil s = { v->kernel, v->dilation, v->stride, p->image.width,
                            p->w + channel * p->square, 1, p->b ? p->b[channel] : 0 };
        pad(&p->image, v->height, v->width, p->x + at * p->plane, buffer);
        for (int i = 0; i < v->out_height; i++)
            slide_row(&s, v->out_width, buffer + (ptrdiff_t)i * v->stride * s.width,
                      p->y + at * p->out_plane + (ptrdiff_t)i * v->out_width);
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
                            p->w + (channel + 1) * p->square - 1, -1, 0 };
        pad(&p->result, v->out_height, v->out_width, p->dy + at * p->out_plane, buffer);
        for (int i = 0; i < v->height; i++)
            slide_row(&s, v->width, buffer + (ptrdiff_t)i * s.width,
                      p->dx + at * p->plane + (ptrdiff_t)i * v->width);
    }
}

/* ---- dw ------------------------------------------------------------------------------------- */

/* The sum of one place of the kernel, which sees x where it stands first. */
static inline rt_real sum_products(const rt_window *v, int stride, int width, const rt_real *dy,
                                   const rt_real *x)
{
    rt_real lane[LANES] = { 0 }, sum = 0;

    for (int i = 0; i < v->out_height; i++, dy += v->out_width, x += (ptrdiff_t)stride * width) {
        int j = 0;
        for (; j + LANES <= v->out_width; j += LANES)
            for (int l = 0; l < LANES; l++)
                lane[l] += dy[j + l] * x[(j + l) * stride];
        for (; j < v->out_width; j++)
            sum += dy[j] * x[j * stride];
    }
    for (int l = 0; l < LANES; l++)
        sum += lane[l];
    return sum;
}

/* Of one channel, for all samples. */
static void dw_channel(const depthwise *p, size_t channel, rt_real *buffer)
{
    const int kernel = p->v.kernel, width = p->image.width;
    rt_real *dw = p->dw + channel * p->square;

    for (size_t i = 0; i < (size_t)p->n; i++) {
        const size_t at = i * (size_t)p->v.channels + channel;
        pad(&p->image, p->v.height, p->v.width, p->x + at * p->plane, buffer);
        for (int k = 0; k < kernel * kernel; k++) {
            const ptrdiff_t row = (ptrdiff_t)(k / kernel) * p->v.dilation;
            const rt_real *x = buffer + row * width + k % kernel * p->v.dilation;
            const rt_real *dy = p->dy + at * p->out_plane;
            const rt_real sum = p->v.stride == 1 ? sum_products(&p->v, 1, width, dy, x)
                                                 : sum_products(&p->v, p->v.stride, width, dy, x);
            dw[k] = i > 0 ? dw[k] + sum : sum;
        }
    }
}

static void dw_tile(void *arg, int tile)
{
    rt_real *buffer = rt_thread_memory(RT_OF_TILE);     /* [RT_COLUMNS] */
    const depthwise *p = arg;
    for (size_t k = rt_tile_start(&p->tiles, tile); k < rt_tile_end(&p->tiles, tile); k++)
        dw_channel(p, k, buffer);
}

/* ---- By planes, or by channels -------------------------------------------------------------- */

static void run_depthwise(rt_pass *c, depthwise *p, size_t items, void (*body)(void *arg, int tile))
{
    const double channels = (double)p->n * p->v.channels;
    const double work = channels * (double)p->square * (double)p->out_plane / 8;
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
