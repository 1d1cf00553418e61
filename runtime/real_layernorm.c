/* real_layernorm.c -- layer normalisation, by rows. */
#include "channels.h"
#include "sums.h"

typedef struct {
    rt_tiles tiles;
    size_t n, m;
    double eps;
    const rt_real *x, *dy, *gamma, *beta, *stats;
    rt_real *y;                     /* what comes out */
} row_job;

static void run_rows(rt_pass *c, int n, int m, double ns, row_job job,
                     void (*body)(void *arg, int tile))
{
    job.tiles = rt_cut_rows(n, m);
    job.m = (size_t)m;
    rt_run_tiles(c->pool, ns * n * m, job.tiles.count, body, &job);
}

static void layer_stats_tile(void *arg, int tile)
{
    const row_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++) {
        const rt_real *x = s->x + i * s->m;
        const double mean = rt_sum(s->m, x) / (double)s->m;
        const double var = rt_sum_products(s->m, x, mean, x, mean) / (double)s->m;
        s->y[2 * i] = (rt_real)mean;
        s->y[2 * i + 1] = (rt_real)(1 / sqrt(var + s->eps));
    }
}

void rt_layernorm_stats(rt_pass *c, int n, int m, double eps, const rt_real *x, rt_real *stats)
{
    run_rows(c, n, m, 0.6, (row_job){ .eps = eps, .x = x, .y = stats }, layer_stats_tile);
}

static void layernorm_row(const row_job *s, size_t i)
{
    const rt_real mean = s->stats[2 * i], rstd = s->stats[2 * i + 1];
    const rt_real *x = s->x + i * s->m;
    rt_real *y = s->y + i * s->m;

    if (s->gamma)
        for (size_t j = 0; j < s->m; j++)
            y[j] = s->gamma[j] * ((x[j] - mean) * rstd) + s->beta[j];
    else
        for (size_t j = 0; j < s->m; j++)
            y[j] = (x[j] - mean) * rstd;
}

static void layernorm_tile(void *arg, int tile)
{
    const row_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++)
        layernorm_row(s, i);
}

void rt_layernorm(rt_pass *c, int n, int m, const rt_real *x, const rt_real *stats,
                  const rt_real *gamma, const rt_real *beta, rt_real *y)
{
    const row_job s = { .x = x, .stats = stats, .gamma = gamma, .beta = beta, .y = y };
    run_rows(c, n, m, 0.3, s, layernorm_tile);
}

/* dx = rstd (g - mean(g) - xhat mean(g xhat)),  g = gamma dy,  xhat = (x - mean) rstd */
static void layernorm_dx_row(const row_job *s, size_t i)
{
    const rt_real mean = s->stats[2 * i], rstd = s->stats[2 * i + 1];
    const rt_real *x = s->x + i * s->m, *dy = s->dy + i * s->m;
    rt_real *dx = s->y + i * s->m;

    for (size_t j = 0; j < s->m; j++)
        dx[j] = s->gamma ? s->gamma[j] * dy[j] : dy[j];
    const double sum = rt_sum(s->m, dx);
    const double product = rt_sum_products(s->m, dx, 0, x, (double)mean);
    const rt_real shift = (rt_real)(sum / (double)s->m);
    const rt_real a = (rt_real)((double)rstd * (double)rstd * product / (double)s->m);
    for (size_t j = 0; j < s->m; j++)
        dx[j] = rstd * (dx[j] - shift - a * (x[j] - mean));
}

static void layernorm_dx_tile(void *arg, int tile)
{
    const row_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++)
        layernorm_dx_row(s, i);
}

void rt_layernorm_dx(rt_pass *c, int n, int m, const rt_real *dy, const rt_real *x,
                     const rt_real *stats, const rt_real *gamma, rt_real *dx)
{
    const row_job s = { .x = x, .dy = dy, .stats = stats, .gamma = gamma, .y = dx };
    run_rows(c, n, m, 1, s, layernorm_dx_tile);
}

/* A tile is a block of columns: no sum crosses tiles. */
static void layernorm_dgamma_tile(void *arg, int tile)
{
    const row_job *s = arg;
    const size_t start = rt_tile_start(&s->tiles, tile);
    const size_t columns = rt_tile_end(&s->tiles, tile) - start;
    double sum[RT_CHANNEL_BLOCK] = { 0 };

    for (size_t i = 0; i < s->n; i++) {
        const double mean = (double)s->stats[2 * i], rstd = (double)s->stats[2 * i + 1];
        const rt_real *x = s->x + i * s->m + start, *dy = s->dy + i * s->m + start;
        for (size_t k = 0; k < columns; k++)
            sum[k] += (double)dy[k] * (((double)x[k] - mean) * rstd);
    }
    for (size_t k = 0; k < columns; k++)
        s->y[start + k] = (rt_real)sum[k];
}

void rt_layernorm_dgamma(rt_pass *c, int n, int m, const rt_real *dy, const rt_real *x,
                         const rt_real *stats, rt_real *dgamma)
{
    const rt_planes p = rt_planes_of(n, m, 1);
    row_job s = { .tiles = rt_cut_channels(&p), .n = (size_t)n, .m = (size_t)m, .x = x, .dy = dy,
                  .stats = stats, .y = dgamma };
    rt_run_tiles(c->pool, 1.0 * n * m, s.tiles.count, layernorm_dgamma_tile, &s);
}
