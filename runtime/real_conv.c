/* real_conv.c -- convolutions: which kernels do them; and those that no others do, as matrix
 * products over OpenBLAS on columns built a block at a time.
 *
 * With columns[depth][positions] of one sample and one group of channels:
 *   y[filters][positions] = w[filters][depth] columns
 *   dcolumns = w^T dy, added to the pixels that the columns come from
 *   dw = sum over samples of dy columns^T
 * A window of one pixel that moves by one needs none: the image is its own columns.  A window as
 * large as the image is a dense layer, and one filter a channel has kernels of its own.
 *
 * Tiles own what they write: of y an area of one sample and group, of dx some of its channels, of
 * dw some of its depth for all samples.  So there are no partial sums, whatever the threads. */
#include "choose_conv.h"
#include "conv.h"
#include "depthwise.h"
#include "then.h"

#include <cblas.h>

#ifdef RT_DOUBLE
#define GEMM cblas_dgemm
#else
#define GEMM cblas_sgemm
#endif

enum {
    DW_TILES = 6,                   /* dw is cut into about so many, ... */
    DW_MIN_DEPTH = 16,              /* ... but the products not as narrow as to be slow */
    DW_MAX_DEPTH = 128,
    DW_UNIT = 8                     /* OpenBLAS is slow at what is left of a multiple of this */
};
#define FLOPS_PER_NS 30.0
#define TILE_FLOPS 300000.0         /* of a tile at least, where several items can be taken */

typedef struct {
    rt_window v;
    int n, filters, channels, depth, positions;     /* filters and channels of a group */
    size_t plane;                   /* pixels */
    bool direct;                    /* the image is its own columns */
    rt_blocks cut;
    rt_tiles tiles;                 /* of items */
    const rt_real *x, *w, *b, *dy;
    const rt_then *then;
    rt_real *y, *dx, *dw;
} conv;

static conv conv_of(int n, const rt_window *v)
{
    conv p = { .v = *v, .n = n, .filters = v->filters / v->groups,
               .channels = v->channels / v->groups, .positions = v->out_height * v->out_width,
               .plane = (size_t)v->height * (size_t)v->width };
    p.depth = p.channels * v->kernel * v->kernel;
    p.direct = v->kernel == 1 && v->stride == 1 && v->top == 0 && v->left == 0
            && v->out_height == v->height && v->out_width == v->width;
    return p;
}

static int areas(const conv *p) { return p->cut.down * p->cut.across; }

/* Runs the body on tiles of some of `items`, of equal work. */
static void run_conv(rt_pass *c, conv *p, size_t items, void (*body)(void *arg, int tile))
{
    const double work = 2.0 * p->n * p->v.filters * p->depth * p->positions;
    const double least = TILE_FLOPS / work * (double)items;

    p->tiles = rt_cut(items, least <= 1 ? 1 : least < (double)items ? (size_t)least : items);
    rt_run_tiles(c->pool, work / FLOPS_PER_NS, p->tiles.count, body, p);
}

/* How far behind the beginning of a window row k of the columns looks. */
static int64_t row_of(const conv *p, int k)
{
    return (int64_t)(k / p->v.kernel % p->v.kernel) * p->v.dilation - p->v.top;
}

static int64_t column_of(const conv *p, int k)
{
    return (int64_t)(k % p->v.kernel) * p->v.dilation - p->v.left;
}

/* Rows k0 .. k0 + depth - 1 of the columns of an image x[channels][plane], *ld apart. */
static const rt_real *columns_of(const conv *p, const rt_real *x, const rt_area *a, int k0,
                                 int depth, rt_real *buffer, int *ld)
{
    const int kernel = p->v.kernel, square = kernel * kernel;

    if (p->direct) {
        *ld = p->positions;
        return x + (size_t)k0 * p->plane + rt_area_start(&p->v, a);
    }
    *ld = rt_area_size(a);
    for (int k = k0; k < k0 + depth; k++)
        rt_gather(&p->v, a, row_of(p, k), column_of(p, k), x + (size_t)(k / square) * p->plane,
                  buffer + (size_t)(k - k0) * (size_t)*ld);
    return buffer;
}

/* ---- Forward -------------------------------------------------------------------------------- */

static void fill_bias(int filters, int n, int ld, const rt_real *b, rt_real *y)
{
    for (int f = 0; f < filters; f++)
        for (int j = 0; j < n; j++)
            y[(size_t)f * (size_t)ld + (size_t)j] = b[f];
}

/* An area of one image, which is one group of one sample. */
static void conv_area(const conv *p, size_t image, const rt_area *a)
{
    rt_real *buffer = rt_thread_memory(RT_OF_TILE);     /* [RT_COLUMNS] */
    const size_t filters = (size_t)p->filters, group = image % (size_t)p->v.groups;
    const int n = rt_area_size(a);
    const rt_real *x = p->x + image * (size_t)p->channels * p->plane;
    const rt_real *w = p->w + group * filters * (size_t)p->depth;
    rt_real *y = p->y + image * filters * (size_t)p->positions + rt_area_start(&p->v, a);

    if (p->b)
        fill_bias(p->filters, n, p->positions, p->b + group * filters, y);
    for (int k = 0; k < p->depth; k += p->cut.depth) {
        const int depth = rt_lesser(p->depth - k, p->cut.depth);
        int ld;
        const rt_real *columns = columns_of(p, x, a, k, depth, buffer, &ld);
        GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, p->filters, n, depth, 1, w + k, p->depth,
             columns, ld, p->b || k > 0 ? 1 : 0, y, p->positions);
    }
    rt_finish_rows(p->then, (size_t)(y - p->y), (size_t)p->positions, filters, (size_t)n, y);
}

static void conv_tile(void *arg, int tile)
{
    const conv *p = arg;
    const size_t blocks = (size_t)areas(p);

    for (size_t i = rt_tile_start(&p->tiles, tile); i < rt_tile_end(&p->tiles, tile); i++) {
        const rt_area a = rt_area_of(&p->v, &p->cut, (int)(i % blocks));
        conv_area(p, i / blocks, &a);
    }
}

void rt_conv(rt_pass *c, int n, const rt_window *v, const rt_real *x, const rt_real *w,
             const rt_real *b, const rt_then *then, rt_real *y)
{
    conv p = conv_of(n, v);
    if (rt_is_dense(v)) {
        rt_affine(c, n, p.filters, p.depth, x, w, b, then, y);
        return;
    }
    if (rt_is_depthwise(v)) {
        rt_depthwise(c, n, v, x, w, b, y);
        if (then)
            rt_map(c, n * v->filters * p.positions, y, then, y);
        return;
    }
    if (rt_conv_planes(c, n, v, x, w, b, then, y))
        return;
    p.x = x, p.w = w, p.b = b, p.then = then, p.y = y;
    p.cut = rt_cut_columns(v, rt_piece(p.depth, RT_COLUMNS_DEPTH));
    run_conv(c, &p, (size_t)n * (size_t)v->groups * (size_t)areas(&p), conv_tile);
}

/* ---- The gradient of the image -------------------------------------------------------------- */

/* Adds to dx what goes through the rows k .. k + depth - 1 of the kernels. */
static void conv_dx_rows(const conv *p, const rt_real *dy, const rt_real *w, int k, int depth,
                         rt_real *dx)
{
    rt_real *buffer = rt_thread_memory(RT_OF_TILE);     /* [RT_COLUMNS] */
    const int kernel = p->v.kernel, square = kernel * kernel;

    for (int block = 0; block < areas(p); block++) {
        const rt_area a = rt_area_of(&p->v, &p->cut, block);
        const int n = rt_area_size(&a);
        GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, depth, n, p->filters, 1, w + k, p->depth,
             dy + rt_area_start(&p->v, &a), p->positions, 0, buffer, n);
        for (int i = k; i < k + depth; i++)
            rt_scatter(&p->v, &a, row_of(p, i), column_of(p, i),
                       buffer + (size_t)(i - k) * (size_t)n, dx + (size_t)(i / square) * p->plane);
    }
}

/* Channels of one image. */
static void conv_dx_channels(const conv *p, size_t image, rt_span channels)
{
    const size_t filters = (size_t)p->filters, group = image % (size_t)p->v.groups;
    const int square = p->v.kernel * p->v.kernel, end = channels.end * square;
    const rt_real *dy = p->dy + image * filters * (size_t)p->positions;
    const rt_real *w = p->w + group * filters * (size_t)p->depth;
    rt_real *dx = p->dx + image * (size_t)p->channels * p->plane;

    if (p->direct) {
        GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, rt_length(channels), p->positions,
             p->filters, 1, w + channels.first, p->depth, dy, p->positions, 0,
             dx + (size_t)channels.first * p->plane, p->positions);
        return;
    }
    rt_clear(dx + (size_t)channels.first * p->plane, dx + (size_t)channels.end * p->plane);
    for (int k = channels.first * square; k < end; k += p->cut.depth)
        conv_dx_rows(p, dy, w, k, rt_lesser(end - k, p->cut.depth), dx);
}

/* Channels that go together: as many as make a block of columns. */
static int channels_together(const conv *p)
{
    const int square = p->v.kernel * p->v.kernel;
    return rt_piece(p->channels, square < RT_COLUMNS_DEPTH ? RT_COLUMNS_DEPTH / square : 1);
}

static void conv_dx_tile(void *arg, int tile)
{
    const conv *p = arg;
    const int together = channels_together(p);
    const size_t pieces = (size_t)rt_pieces(p->channels, together);

    for (size_t i = rt_tile_start(&p->tiles, tile); i < rt_tile_end(&p->tiles, tile); i++)
        conv_dx_channels(p, i / pieces, rt_span_of(p->channels, together, (int)(i % pieces)));
}

void rt_conv_dx(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *w,
                rt_real *dx)
{
    conv p = conv_of(n, v);
    const int together = channels_together(&p);
    if (rt_is_dense(v)) {
        rt_affine_dx(c, n, p.filters, p.depth, dy, w, dx);
        return;
    }
    if (rt_is_depthwise(v)) {
        rt_depthwise_dx(c, n, v, dy, w, dx);
        return;
    }
    if (rt_conv_planes_dx(c, n, v, dy, w, dx))
        return;
    p.dy = dy, p.w = w, p.dx = dx;
    p.cut = rt_cut_columns(v, rt_piece(together * v->kernel * v->kernel, RT_COLUMNS_DEPTH));
    run_conv(c, &p, (size_t)n * (size_t)v->groups * (size_t)rt_pieces(p.channels, together),
             conv_dx_tile);
}

/* ---- The gradient of the weights ------------------------------------------------------------ */

/* Rows k .. k + depth - 1 of the kernels of a group. */
static void conv_dw_rows(const conv *p, size_t group, int k, int depth)
{
    rt_real *buffer = rt_thread_memory(RT_OF_TILE);     /* [RT_COLUMNS] */
    const size_t filters = (size_t)p->filters, groups = (size_t)p->v.groups;
    rt_real *dw = p->dw + group * filters * (size_t)p->depth + k;

    for (size_t i = 0; i < (size_t)p->n; i++) {
        const size_t image = i * groups + group;
        const rt_real *x = p->x + image * (size_t)p->channels * p->plane;
        const rt_real *dy = p->dy + image * filters * (size_t)p->positions;
        for (int block = 0; block < areas(p); block++) {
            const rt_area a = rt_area_of(&p->v, &p->cut, block);
            int ld;
            const rt_real *columns = columns_of(p, x, &a, k, depth, buffer, &ld);
            GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, p->filters, depth, rt_area_size(&a), 1,
                 dy + rt_area_start(&p->v, &a), p->positions, columns, ld, i > 0 || block > 0, dw,
                 p->depth);
        }
    }
}

static void conv_dw_tile(void *arg, int tile)
{
    const conv *p = arg;
    const size_t pieces = (size_t)rt_pieces(p->depth, p->cut.depth);

    for (size_t i = rt_tile_start(&p->tiles, tile); i < rt_tile_end(&p->tiles, tile); i++) {
        const rt_span k = rt_span_of(p->depth, p->cut.depth, (int)(i % pieces));
        conv_dw_rows(p, i / pieces, k.first, rt_length(k));
    }
}

/* Of a tile. */
static int dw_depth(int depth)
{
    const int units = rt_pieces(depth, DW_TILES * DW_UNIT) * DW_UNIT;
    const int most = units < DW_MIN_DEPTH ? DW_MIN_DEPTH : rt_lesser(units, DW_MAX_DEPTH);
    return rt_lesser(depth, most);
}

void rt_conv_dw(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *x,
                rt_real *dw)
{
    conv p = conv_of(n, v);
    if (rt_is_dense(v)) {
        rt_affine_dw(c, n, p.filters, p.depth, dy, x, dw);
        return;
    }
    if (rt_is_depthwise(v)) {
        rt_depthwise_dw(c, n, v, dy, x, dw);
        return;
    }
    if (rt_conv_dots_dw(c, n, v, dy, x, dw) || rt_conv_planes_dw(c, n, v, dy, x, dw))
        return;
    p.dy = dy, p.x = x, p.dw = dw;
    p.cut = rt_cut_columns(v, dw_depth(p.depth));
    run_conv(c, &p, (size_t)v->groups * (size_t)rt_pieces(p.depth, p.cut.depth), conv_dw_tile);
}
