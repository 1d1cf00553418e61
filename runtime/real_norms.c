/* real_norms.c -- batch normalisation, by blocks of channels, and layer normalisation, by rows. */
#include "channels.h"

/* ---- Batch normalisation --------------------------------------------------------------------- */

typedef struct {
    rt_planes p;
    double eps, momentum;
    bool frozen;
    const rt_real *x, *dy, *gamma, *beta;
    const rt_real *mean, *rstd;     /* [channels]: the halves of stats */
    rt_real *running_mean, *running_var, *stats;
    rt_real *y;                     /* what comes out: y, dx or a sum */
    rt_real *dgamma, *dbeta;        /* besides, or NULL */
} channel_job;

/* `ns` for each value of x[n][channels][inner] */
static void run_channels(rt_pass *c, rt_planes p, double ns, channel_job job,
                         void (*body)(void *arg, int tile))
{
    job.p = p;
    rt_run_tiles(c->pool, ns * (double)p.n * (double)p.channels * (double)p.inner,
                 rt_cut_channels(&p).count, body, &job);
}

/* running = (1 - momentum) running + momentum batch's, where the batch's can be stored */
static void move_running(const channel_job *b, size_t channel, double mean, double unbiased_var)
{
    const rt_real stored_mean = (rt_real)mean, stored_var = (rt_real)unbiased_var;
    if (!isfinite(stored_mean) || !isfinite(stored_var))
        return;
    b->running_mean[channel] = (rt_real)((1 - b->momentum) * (double)b->running_mean[channel]
                                         + b->momentum * mean);
    b->running_var[channel] = (rt_real)((1 - b->momentum) * (double)b->running_var[channel]
                                        + b->momentum * unbiased_var);
}

static void batch_stats_tile(void *arg, int tile)
{
    const channel_job *b = arg;
    const rt_block block = rt_block_of(&b->p, tile);
    const double count = (double)b->p.n * (double)b->p.inner;
    const double unbias = count > 1 ? count / (count - 1) : 1;
    double mean[RT_CHANNEL_BLOCK], var[RT_CHANNEL_BLOCK];

    rt_channel_moments(&b->p, block, b->x, mean, var);
    for (size_t k = 0; k < block.count; k++) {
        const size_t channel = block.first + k;
        b->stats[channel] = (rt_real)mean[k];
        b->stats[b->p.channels + channel] = (rt_real)(1 / sqrt(var[k] + b->eps));
        if (!b->frozen)
            move_running(b, channel, mean[k], var[k] * unbias);
    }
}

static void running_stats(const channel_job *b, size_t channels)
{
    for (size_t k = 0; k < channels; k++) {
        b->stats[k] = b->running_mean[k];
        b->stats[channels + k] = (rt_real)(1 / sqrt((double)b->running_var[k] + b->eps));
    }
}

void rt_batchnorm_stats(rt_pass *c, int n, int channels, int inner, double eps, double momentum,
                        const rt_real *x, rt_real *running_mean, rt_real *running_var,
                        rt_real *stats)
{
    const channel_job b = { .eps = eps, .momentum = momentum, .frozen = c->frozen, .x = x,
                            .running_mean = running_mean, .running_var = running_var,
                            .stats = stats };
    if (c->training)
        run_channels(c, rt_planes_of(n, channels, inner), 1, b, batch_stats_tile);
    else
        running_stats(&b, (size_t)channels);
}

/* The numbers of a block's channels in the rules below. */
typedef struct {
    rt_real mean[RT_CHANNEL_BLOCK], scale[RT_CHANNEL_BLOCK], slope[RT_CHANNEL_BLOCK];
    rt_real shift[RT_CHANNEL_BLOCK];
} block_numbers;

/* y = slope (x - mean) + shift */
static void normalise(const channel_job *b, rt_block block, const block_numbers *v, size_t at)
{
    const rt_real *x = b->x + at;
    rt_real *y = b->y + at;

    for (size_t k = 0; b->p.inner == 1 && k < block.count; k++)
        y[k] = v->slope[k] * (x[k] - v->mean[k]) + v->shift[k];
    for (size_t k = 0; b->p.inner > 1 && k < block.count; k++)
        for (size_t j = k * b->p.inner; j < (k + 1) * b->p.inner; j++)
            y[j] = v->slope[k] * (x[j] - v->mean[k]) + v->shift[k];
}

static void batchnorm_tile(void *arg, int tile)
{
    const channel_job *b = arg;
    const rt_block block = rt_block_of(&b->p, tile);
    block_numbers v;

    for (size_t k = 0; k < block.count; k++) {
        const size_t channel = block.first + k;
        v.mean[k] = b->mean[channel];
        v.slope[k] = b->gamma ? b->gamma[channel] * b->rstd[channel] : b->rstd[channel];
        v.shift[k] = b->beta ? b->beta[channel] : 0;
    }
    for (size_t i = 0; i < b->p.n; i++)
        normalise(b, block, &v, rt_plane(&b->p, i, block.first));
}

void rt_batchnorm(rt_pass *c, int n, int channels, int inner, const rt_real *x,
                  const rt_real *stats, const rt_real *gamma, const rt_real *beta, rt_real *y)
{
    const channel_job b = { .x = x, .mean = stats, .rstd = stats + channels, .gamma = gamma,
                            .beta = beta, .y = y };
    run_channels(c, rt_planes_of(n, channels, inner), 0.3, b, batchnorm_tile);
}

/* dx = scale dy + slope (x - mean) + shift */
static void join_gradients(const channel_job *b, rt_block block, const block_numbers *v, size_t at)
{
    const rt_real *dy = b->dy + at, *x = b->x + at;
    rt_real *dx = b->y + at;

    for (size_t k = 0; b->p.inner == 1 && k < block.count; k++)
        dx[k] = v->scale[k] * dy[k] + (v->slope[k] * (x[k] - v->mean[k]) + v->shift[k]);
    for (size_t k = 0; b->p.inner > 1 && k < block.count; k++)
        for (size_t j = k * b->p.inner; j < (k + 1) * b->p.inner; j++)
            dx[j] = v->scale[k] * dy[j] + (v->slope[k] * (x[j] - v->mean[k]) + v->shift[k]);
}

/* The rule for a channel, from sum, that of dy, and product, that of dy (x - mean):
 * dx = gamma rstd (dy - mean(dy) - xhat mean(dy xhat)),  xhat = (x - mean) rstd */
static void gradient_numbers(const channel_job *b, size_t channel, double sum, double product,
                             block_numbers *v, size_t k)
{
    const double count = (double)b->p.n * (double)b->p.inner, rstd = (double)b->rstd[channel];
    const double factor = b->gamma ? (double)b->gamma[channel] * rstd : rstd;

    v->mean[k] = b->mean[channel];
    v->scale[k] = (rt_real)factor;
    v->slope[k] = (rt_real)(-factor * rstd * (rstd * product) / count);
    v->shift[k] = (rt_real)(-factor * sum / count);
}

/* Some channels of a tile, few enough that what the sums read is still at hand for dx. */
static void batchnorm_backward_block(const channel_job *b, rt_block block)
{
    double sum[RT_CHANNEL_BLOCK], product[RT_CHANNEL_BLOCK];
    block_numbers v;

    rt_channel_gradients(&b->p, block, b->dy, b->x, b->mean + block.first, sum, product);
    for (size_t k = 0; k < block.count; k++) {
        const size_t channel = block.first + k;
        gradient_numbers(b, channel, sum[k], product[k], &v, k);
        if (b->dgamma)
            b->dgamma[channel] = (rt_real)(product[k] * (double)b->rstd[channel]);
        if (b->dbeta)
            b->dbeta[channel] = (rt_real)sum[k];
    }
    for (size_t i = 0; b->y && i < b->p.n; i++)
        join_gradients(b, block, &v, rt_plane(&b->p, i, block.first));
}

static void batchnorm_backward_tile(void *arg, int tile)
{
    enum { AT_HAND = 1 << 15 };     /* values of dy, of x and of dx that stay in L2 together */
    const channel_job *b = arg;
    const rt_block block = rt_block_of(&b->p, tile);
    const size_t most = AT_HAND / (b->p.n * b->p.inner), step = most ? most : 1;

    for (size_t k = 0; k < block.count; k += step) {
        const size_t left = block.count - k;
        batchnorm_backward_block(b, (rt_block){ block.first + k, left < step ? left : step });
    }
}

void rt_batchnorm_backward(rt_pass *c, int n, int channels, int inner, const rt_real *dy,
                           const rt_real *x, const rt_real *stats, const rt_real *gamma,
                           rt_real *dgamma, rt_real *dbeta, rt_real *dx)
{
    const channel_job b = { .x = x, .dy = dy, .mean = stats, .rstd = stats + channels,
                            .gamma = gamma, .dgamma = dgamma, .dbeta = dbeta, .y = dx };
    run_channels(c, rt_planes_of(n, channels, inner), 1.5, b, batchnorm_backward_tile);
}

static void channel_sum_tile(void *arg, int tile)
{
    const channel_job *b = arg;
    const rt_block block = rt_block_of(&b->p, tile);
    double sum[RT_CHANNEL_BLOCK];

    rt_channel_sums(&b->p, block, b->x, sum);
    for (size_t k = 0; k < block.count; k++)
        b->y[block.first + k] = (rt_real)sum[k];
}

void rt_channel_sum(rt_pass *c, int n, int channels, int inner, const rt_real *x, rt_real *y)
{
    run_channels(c, rt_planes_of(n, channels, inner), 0.5, (channel_job){ .x = x, .y = y },
                 channel_sum_tile);
}

/* ---- Layer normalisation --------------------------------------------------------------------- */

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
