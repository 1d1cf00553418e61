/* real_pool.c -- the largest value and the mean under a sliding window, and the mean of a plane.
 *
 * Planes are independent of each other; a tile is some of them. */
#include "columns.h"
#include "max_pairs.h"
#include "sums.h"
#include "tiles.h"

#include <string.h>

typedef struct {
    rt_window v;
    size_t plane, out_plane;        /* pixels of the image and of what comes out */
    rt_tiles tiles;                 /* of planes */
    const rt_real *x, *dy;
    rt_real *y, *dx;
} pooling;

/* The pixels under one window. */
typedef struct {
    int top, bottom, left, right;   /* bottom and right are one behind the last */
} frame;

static int within(int64_t i, int n) { return i < 0 ? 0 : i < n ? (int)i : n; }

static frame frame_of(const rt_window *v, int i, int j)
{
    const int64_t row = (int64_t)i * v->stride - v->top;
    const int64_t column = (int64_t)j * v->stride - v->left;
    return (frame){ within(row, v->height), within(row + v->kernel, v->height),
                    within(column, v->width), within(column + v->kernel, v->width) };
}

static void run_pooling(rt_pass *c, int n, const rt_window *v, pooling *p,
                        void (*body)(void *arg, int tile))
{
    const double window = (double)v->kernel * v->kernel;
    p->v = *v;
    p->plane = (size_t)v->height * (size_t)v->width;
    p->out_plane = (size_t)v->out_height * (size_t)v->out_width;
    p->tiles = rt_cut((size_t)n * (size_t)v->channels,
                      p->plane < RT_SMALL_TILE ? RT_SMALL_TILE / p->plane : 1);
    rt_run_tiles(c->pool, (double)p->tiles.n * (double)p->out_plane * window, p->tiles.count, body,
                 p);
}

/* ---- Max ------------------------------------------------------------------------------------ */

enum { LARGEST = 32 };              /* windows at once: whole vectors of them */

/* The largest pixels under some neighbouring windows of a row, and where they are in the plane: the
 * first of equals, a NaN before all; -1 where a window sees none.  Pixel by pixel for all windows
 * at once, without branches: which pixel is the largest cannot be predicted. */
typedef struct {
    rt_real most[LARGEST];
    int32_t at[LARGEST];
} largest;

static void compare(int n, const rt_real *x, int stride, int32_t at, rt_real *restrict most,
                    int32_t *restrict where)
{
    for (int j = 0; j < n; j++) {
        const rt_real value = x[(ptrdiff_t)j * stride], old = most[j];
        const int more = (value > old) | (where[j] < 0) | ((value != value) & (old == old));
        most[j] = more ? value : old;
        where[j] = more ? at + j * stride : where[j];
    }
}

/* Windows first .. end - 1 of row i. */
static void find_largest(const rt_window *v, int i, rt_span windows, const rt_real *x, largest *m)
{
    const int64_t top = (int64_t)i * v->stride - v->top;
    for (int j = 0; j < rt_length(windows); j++) {
        m->most[j] = -(rt_real)INFINITY;
        m->at[j] = -1;
    }
    for (int row = within(top, v->height); row < within(top + v->kernel, v->height); row++)
        for (int l = 0; l < v->kernel; l++) {
            const int64_t column = (int64_t)l - v->left;
            const rt_span in = rt_inside(windows, v->stride, column, v->width);
            const int64_t at = (int64_t)row * v->width + (int64_t)in.first * v->stride + column;
            const int j = in.first - windows.first;
            if (rt_length(in) > 0)
                compare(rt_length(in), x + at, v->stride, (int32_t)at, m->most + j, m->at + j);
        }
}

/* ---- Max over any window --------------------------------------------------------------------- */

static void max_plane(const rt_window *v, const rt_real *x, rt_real *y)
{
    for (int i = 0; i < v->out_height; i++)
        for (int piece = 0; piece < rt_pieces(v->out_width, LARGEST); piece++) {
            const rt_span windows = rt_span_of(v->out_width, LARGEST, piece);
            largest m;
            find_largest(v, i, windows, x, &m);
            memcpy(y, m.most, (size_t)rt_length(windows) * sizeof *y);
            y += rt_length(windows);
        }
}

static void max_tile(void *arg, int tile)
{
    const pooling *p = arg;
    const size_t first = rt_tile_start(&p->tiles, tile), end = rt_tile_end(&p->tiles, tile);

    if (rt_is_pairs(&p->v)) {
        rt_max_pairs(&p->v, end - first, p->x + first * p->plane, p->y + first * p->out_plane);
        return;
    }
    for (size_t k = first; k < end; k++)
        max_plane(&p->v, p->x + k * p->plane, p->y + k * p->out_plane);
}

void rt_max_pool(rt_pass *c, int n, const rt_window *v, const rt_real *x, rt_real *y)
{
    run_pooling(c, n, v, &(pooling){ .x = x, .y = y }, max_tile);
}

static void max_dx_plane(const rt_window *v, const rt_real *dy, const rt_real *x, rt_real *dx)
{
    for (int i = 0; i < v->out_height; i++)
        for (int piece = 0; piece < rt_pieces(v->out_width, LARGEST); piece++) {
            const rt_span windows = rt_span_of(v->out_width, LARGEST, piece);
            largest m;
            find_largest(v, i, windows, x, &m);
            for (int j = 0; j < rt_length(windows); j++)
                if (m.at[j] >= 0)
                    dx[m.at[j]] += dy[j];
            dy += rt_length(windows);
        }
}

static void max_dx_tile(void *arg, int tile)
{
    const pooling *p = arg;
    const size_t first = rt_tile_start(&p->tiles, tile), end = rt_tile_end(&p->tiles, tile);

    if (rt_is_pairs(&p->v)) {
        rt_max_pairs_dx(&p->v, end - first, p->dy + first * p->out_plane, p->x + first * p->plane,
                        p->dx + first * p->plane);
        return;
    }
    for (size_t k = first; k < end; k++) {
        rt_real *dx = p->dx + k * p->plane;
        memset(dx, 0, p->plane * sizeof *dx);
        max_dx_plane(&p->v, p->dy + k * p->out_plane, p->x + k * p->plane, dx);
    }
}

void rt_max_pool_dx(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *x,
                    rt_real *dx)
{
    run_pooling(c, n, v, &(pooling){ .dy = dy, .x = x, .dx = dx }, max_dx_tile);
}

/* ---- Mean ----------------------------------------------------------------------------------- */

static double window_sum(const rt_window *v, const frame *f, const rt_real *x)
{
    double sum = 0;
    for (int r = f->top; r < f->bottom; r++)
        for (int s = f->left; s < f->right; s++)
            sum += (double)x[(ptrdiff_t)r * v->width + s];
    return sum;
}

static void avg_plane(const rt_window *v, const rt_real *x, rt_real *y)
{
    const double count = (double)v->kernel * v->kernel;
    for (int i = 0; i < v->out_height; i++)
        for (int j = 0; j < v->out_width; j++) {
            const frame f = frame_of(v, i, j);
            *y++ = (rt_real)(window_sum(v, &f, x) / count);
        }
}

static void avg_tile(void *arg, int tile)
{
    const pooling *p = arg;
    for (size_t k = rt_tile_start(&p->tiles, tile); k < rt_tile_end(&p->tiles, tile); k++)
        avg_plane(&p->v, p->x + k * p->plane, p->y + k * p->out_plane);
}

void rt_avg_pool(rt_pass *c, int n, const rt_window *v, const rt_real *x, rt_real *y)
{
    run_pooling(c, n, v, &(pooling){ .x = x, .y = y }, avg_tile);
}

static void spread(const rt_window *v, const frame *f, rt_real d, rt_real *dx)
{
    for (int r = f->top; r < f->bottom; r++)
        for (int s = f->left; s < f->right; s++)
            dx[(ptrdiff_t)r * v->width + s] += d;
}

static void avg_dx_plane(const rt_window *v, const rt_real *dy, rt_real *dx)
{
    const rt_real share = 1 / ((rt_real)v->kernel * (rt_real)v->kernel);
    for (int i = 0; i < v->out_height; i++)
        for (int j = 0; j < v->out_width; j++) {
            const frame f = frame_of(v, i, j);
            spread(v, &f, *dy++ * share, dx);
        }
}

static void avg_dx_tile(void *arg, int tile)
{
    const pooling *p = arg;
    for (size_t k = rt_tile_start(&p->tiles, tile); k < rt_tile_end(&p->tiles, tile); k++) {
        rt_real *dx = p->dx + k * p->plane;
        memset(dx, 0, p->plane * sizeof *dx);
        avg_dx_plane(&p->v, p->dy + k * p->out_plane, dx);
    }
}

void rt_avg_pool_dx(rt_pass *c, int n, const rt_window *v, const rt_real *dy, rt_real *dx)
{
    run_pooling(c, n, v, &(pooling){ .dy = dy, .dx = dx }, avg_dx_tile);
}

/* ---- Mean of a plane ------------------------------------------------------------------------ */

typedef struct {
    size_t inner;
    rt_tiles tiles;                 /* of planes */
    const rt_real *x;
    rt_real *y;
} plane_mean;

static plane_mean plane_mean_of(int n, int channels, int inner, const rt_real *x, rt_real *y)
{
    const size_t least = inner < RT_SMALL_TILE ? RT_SMALL_TILE / (size_t)inner : 1;
    return (plane_mean){ (size_t)inner, rt_cut((size_t)n * (size_t)channels, least), x, y };
}

static void plane_mean_tile(void *arg, int tile)
{
    const plane_mean *p = arg;
    for (size_t k = rt_tile_start(&p->tiles, tile); k < rt_tile_end(&p->tiles, tile); k++)
        p->y[k] = (rt_real)(rt_sum(p->inner, p->x + k * p->inner) / (double)p->inner);
}

void rt_plane_mean(rt_pass *c, int n, int channels, int inner, const rt_real *x, rt_real *y)
{
    plane_mean p = plane_mean_of(n, channels, inner, x, y);
    rt_run_tiles(c->pool, 0.5 * n * channels * inner, p.tiles.count, plane_mean_tile, &p);
}

static void plane_mean_dx_tile(void *arg, int tile)
{
    const plane_mean *p = arg;
    for (size_t k = rt_tile_start(&p->tiles, tile); k < rt_tile_end(&p->tiles, tile); k++) {
        const rt_real d = p->x[k] / (rt_real)p->inner;
        for (size_t i = 0; i < p->inner; i++)
            p->y[k * p->inner + i] = d;
    }
}

void rt_plane_mean_dx(rt_pass *c, int n, int channels, int inner, const rt_real *dy, rt_real *dx)
{
    plane_mean p = plane_mean_of(n, channels, inner, dy, dx);
    rt_run_tiles(c->pool, 0.3 * n * channels * inner, p.tiles.count, plane_mean_dx_tile, &p);
}
