/* real_pool.c -- the largest value and the mean under a sliding window, and the mean of a plane.
 *
 * Planes are independent of each other; a tile is some of them. */
#include "sums.h"
#include "tiles.h"

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

/* The window in position o. */
static frame frame_of(const rt_window *v, size_t o)
{
    const int64_t row = (int64_t)o / v->out_width * v->stride - v->top;
    const int64_t column = (int64_t)o % v->out_width * v->stride - v->left;
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

/* Where the largest pixel is, the first of equals, a NaN before all; -1 where there is none. */
static int64_t largest(const rt_window *v, const frame *f, const rt_real *x)
{
    int64_t best = -1;
    for (int r = f->top; r < f->bottom; r++)
        for (int s = f->left; s < f->right; s++) {
            const int64_t at = (int64_t)r * v->width + s;
            if (best < 0 || x[at] > x[best] || (isnan(x[at]) && !isnan(x[best])))
                best = at;
        }
    return best;
}

static void max_tile(void *arg, int tile)
{
    const pooling *p = arg;
    const rt_window *v = &p->v;

    for (size_t k = rt_tile_start(&p->tiles, tile); k < rt_tile_end(&p->tiles, tile); k++) {
        const rt_real *x = p->x + k * p->plane;
        rt_real *y = p->y + k * p->out_plane;
        for (size_t o = 0; o < p->out_plane; o++) {
            const frame f = frame_of(v, o);
            const int64_t at = largest(v, &f, x);
            y[o] = at < 0 ? -(rt_real)INFINITY : x[at];
        }
    }
}

void rt_max_pool(rt_pass *c, int n, const rt_window *v, const rt_real *x, rt_real *y)
{
    run_pooling(c, n, v, &(pooling){ .x = x, .y = y }, max_tile);
}

static void max_dx_tile(void *arg, int tile)
{
    const pooling *p = arg;
    const rt_window *v = &p->v;

    for (size_t k = rt_tile_start(&p->tiles, tile); k < rt_tile_end(&p->tiles, tile); k++) {
        const rt_real *x = p->x + k * p->plane, *dy = p->dy + k * p->out_plane;
        rt_real *dx = p->dx + k * p->plane;
        for (size_t i = 0; i < p->plane; i++)
            dx[i] = 0;
        for (size_t o = 0; o < p->out_plane; o++) {
            const frame f = frame_of(v, o);
            const int64_t at = largest(v, &f, x);
            if (at >= 0)
                dx[at] += dy[o];
        }
    }
}

void rt_max_pool_dx(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *x,
                    rt_real *dx)
{
    run_pooling(c, n, v, &(pooling){ .dy = dy, .x = x, .dx = dx }, max_dx_tile);
}

/* ---- Mean ----------------------------------------------------------------------------------- */

static void avg_tile(void *arg, int tile)
{
    const pooling *p = arg;
    const rt_window *v = &p->v;
    const double count = (double)v->kernel * v->kernel;

    for (size_t k = rt_tile_start(&p->tiles, tile); k < rt_tile_end(&p->tiles, tile); k++) {
        const rt_real *x = p->x + k * p->plane;
        for (size_t o = 0; o < p->out_plane; o++) {
            const frame f = frame_of(v, o);
            double sum = 0;
            for (int r = f.top; r < f.bottom; r++)
                for (int s = f.left; s < f.right; s++)
                    sum += (double)x[(int64_t)r * v->width + s];
            p->y[k * p->out_plane + o] = (rt_real)(sum / count);
        }
    }
}

void rt_avg_pool(rt_pass *c, int n, const rt_window *v, const rt_real *x, rt_real *y)
{
    run_pooling(c, n, v, &(pooling){ .x = x, .y = y }, avg_tile);
}

static void spread(const rt_window *v, const frame *f, rt_real d, rt_real *dx)
{
    for (int r = f->top; r < f->bottom; r++)
        for (int s = f->left; s < f->right; s++)
            dx[(int64_t)r * v->width + s] += d;
}

static void avg_dx_tile(void *arg, int tile)
{
    const pooling *p = arg;
    const rt_window *v = &p->v;
    const rt_real share = 1 / ((rt_real)v->kernel * (rt_real)v->kernel);

    for (size_t k = rt_tile_start(&p->tiles, tile); k < rt_tile_end(&p->tiles, tile); k++) {
        const rt_real *dy = p->dy + k * p->out_plane;
        rt_real *dx = p->dx + k * p->plane;
        for (size_t i = 0; i < p->plane; i++)
            dx[i] = 0;
        for (size_t o = 0; o < p->out_plane; o++) {
            const frame f = frame_of(v, o);
            spread(v, &f, dy[o] * share, dx);
        }
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
