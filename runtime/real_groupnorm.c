/* real_groupnorm.c -- group normalisation: rows of a sample's group, the affine map by channel. */
#include "channels.h"
#include "sums.h"

typedef struct {
    rt_tiles tiles;                 /* of rows, a group of a sample each; dgamma: of channels */
    rt_planes p;                    /* dgamma: samples, channels, inner */
    size_t groups, members, inner;
    const rt_real *x, *dy, *gamma, *beta, *stats;
    rt_real *y;                     /* what comes out */
} group_job;

static group_job group_job_of(int groups, int members, int inner, const rt_real *x,
                              const rt_real *stats, rt_real *y)
{
    return (group_job){ .groups = (size_t)groups, .members = (size_t)members,
                        .inner = (size_t)inner, .x = x, .stats = stats, .y = y };
}

/* `ns` for each value of n samples */
static void run_groups(rt_pass *c, int n, double ns, group_job *job,
                       void (*body)(void *arg, int tile))
{
    const size_t row = job->members * job->inner, rows = (size_t)n * job->groups;
    job->tiles = rt_cut(rows, row < RT_SMALL_TILE ? RT_SMALL_TILE / row : 1);
    rt_run_tiles(c->pool, ns * (double)rows * (double)row, job->tiles.count, body, job);
}

/* The first channel of row i. */
static size_t channel_of(const group_job *s, size_t i) { return i % s->groups * s->members; }

static void groupnorm_row(const group_job *s, size_t i)
{
    const rt_real mean = s->stats[2 * i], rstd = s->stats[2 * i + 1];
    const size_t channel = channel_of(s, i);

    for (size_t k = 0; k < s->members; k++) {
        const rt_real *x = s->x + (i * s->members + k) * s->inner;
        rt_real *y = s->y + (i * s->members + k) * s->inner;
        const rt_real scale = s->gamma ? s->gamma[channel + k] : 1;
        const rt_real shift = s->beta ? s->beta[channel + k] : 0;
        for (size_t j = 0; j < s->inner; j++)
            y[j] = scale * ((x[j] - mean) * rstd) + shift;
    }
}

static void groupnorm_tile(void *arg, int tile)
{
    const group_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++)
        groupnorm_row(s, i);
}

void rt_groupnorm(rt_pass *c, int n, int groups, int members, int inner, const rt_real *x,
                  const rt_real *stats, const rt_real *gamma, const rt_real *beta, rt_real *y)
{
    group_job s = group_job_of(groups, members, inner, x, stats, y);
    s.gamma = gamma;
    s.beta = beta;
    run_groups(c, n, 0.3, &s, groupnorm_tile);
}

/* dx = rstd (g - mean(g) - xhat mean(g xhat)),  g = gamma dy,  xhat = (x - mean) rstd, the means
 * over the row */
static void groupnorm_dx_row(const group_job *s, size_t i)
{
    const size_t m = s->members * s->inner, channel = channel_of(s, i);
    const rt_real mean = s->stats[2 * i], rstd = s->stats[2 * i + 1];
    const rt_real *x = s->x + i * m, *dy = s->dy + i * m;
    rt_real *dx = s->y + i * m;

    for (size_t k = 0; k < s->members; k++) {
        const rt_real scale = s->gamma ? s->gamma[channel + k] : 1;
        for (size_t j = k * s->inner; j < (k + 1) * s->inner; j++)
            dx[j] = scale * dy[j];
    }
    const double sum = rt_sum(m, dx), product = rt_sum_products(m, dx, 0, x, (double)mean);
    const rt_real shift = (rt_real)(sum / (double)m);
    const rt_real a = (rt_real)((double)rstd * (double)rstd * product / (double)m);
    for (size_t j = 0; j < m; j++)
        dx[j] = rstd * (dx[j] - shift - a * (x[j] - mean));
}

static void groupnorm_dx_tile(void *arg, int tile)
{
    const group_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++)
        groupnorm_dx_row(s, i);
}

void rt_groupnorm_dx(rt_pass *c, int n, int groups, int members, int inner, const rt_real *dy,
                     const rt_real *x, const rt_real *stats, const rt_real *gamma, rt_real *dx)
{
    group_job s = group_job_of(groups, members, inner, x, stats, dx);
    s.dy = dy;
    s.gamma = gamma;
    run_groups(c, n, 1, &s, groupnorm_dx_tile);
}

/* A tile is a block of channels: no sum crosses tiles. */
static void groupnorm_dgamma_tile(void *arg, int tile)
{
    const group_job *s = arg;
    const rt_block block = rt_block_of(&s->p, tile);
    double sum[RT_CHANNEL_BLOCK] = { 0 };

    for (size_t i = 0; i < s->p.n; i++)
        for (size_t k = 0; k < block.count; k++) {
            const size_t channel = block.first + k, at = rt_plane(&s->p, i, channel);
            const rt_real *stats = s->stats + 2 * (i * s->groups + channel / s->members);
            sum[k] += (double)stats[1] * rt_sum_products(s->inner, s->dy + at, 0, s->x + at,
                                                         (double)stats[0]);
        }
    for (size_t k = 0; k < block.count; k++)
        s->y[block.first + k] = (rt_real)sum[k];
}

void rt_groupnorm_dgamma(rt_pass *c, int n, int groups, int members, int inner, const rt_real *dy,
                         const rt_real *x, const rt_real *stats, rt_real *dgamma)
{
    group_job s = group_job_of(groups, members, inner, x, stats, dgamma);
    s.dy = dy;
    s.p = rt_planes_of(n, groups * members, inner);
    rt_run_tiles(c->pool, 1.0 * n * groups * members * inner, rt_cut_channels(&s.p).count,
                 groupnorm_dgamma_tile, &s);
}
