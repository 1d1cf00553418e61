/* real_watch.c -- what is recorded of a layer at a watched step, while its buffers are live. */
#include "activation.h"
#include "channels.h"
#include "kernels.h"

enum { CHUNK = 64, COUNT_TILES = 32, COUNT_TILE = 16384 };

/* ---- Counts ---------------------------------------------------------------------------------- */

static void add_counts(const rt_counts *x, rt_counts *sum)
{
    sum->count += x->count;
    sum->zero += x->zero;
    sum->subnormal += x->subnormal;
    sum->nonfinite += x->nonfinite;
    sum->sum_squares += x->sum_squares;
    for (int i = 0; i < RT_BINS; i++)
        sum->bin[i] += x->bin[i];
}

typedef struct {
    rt_tiles tiles;
    const rt_real *x;
    rt_counts partial[COUNT_TILES];
} count_job;

static void count_tile(void *arg, int tile)
{
    count_job *job = arg;
    const size_t start = rt_tile_start(&job->tiles, tile), end = rt_tile_end(&job->tiles, tile);
    job->partial[tile] = (rt_counts){ 0 };
    rt_count(job->x + start, end - start, &job->partial[tile]);
}

static rt_counts count_all(rt_pool *pool, size_t n, const rt_real *x)
{
    const size_t least = n / COUNT_TILES + 1;
    const size_t size = least > COUNT_TILE ? least : COUNT_TILE;
    count_job job;
    rt_counts sum = { 0 };

    job.tiles = (rt_tiles){ n, size, (int)((n + size - 1) / size) };
    job.x = x;
    rt_run_tiles(pool, 1.5 * (double)n, job.tiles.count, count_tile, &job);
    for (int i = 0; i < job.tiles.count; i++)
        add_counts(&job.partial[i], &sum);
    return sum;
}

/* ---- Outputs --------------------------------------------------------------------------------- */

/* The slope of the activation's steepest point. */
static double steepest(rt_activation act, double a)
{
    switch (act) {
    case RT_SIGMOID: return 0.25;
    case RT_LEAKY_RELU: return fmax(1, fabs(a));
    case RT_ELU: return fmax(1, fabs(a));
    case RT_SELU: return (double)RT_SELU_ALPHA;         /* just under 0 */
    case RT_GELU: return 1.1289042264;                  /* at sqrt 2 */
    case RT_SILU: return 1.0998393201;                  /* at 2.39936 */
    case RT_HARD_SIGMOID: return 1.0 / 6.0;
    default: return 1;
    }
}

typedef struct {
    rt_planes p;
    rt_activation act;
    double a;
    rt_real flat;                   /* slopes under this are saturated */
    const rt_real *v, *y;
    double sum[RT_MAX_TILES], squares[RT_MAX_TILES], var[RT_MAX_TILES];
    uint64_t saturated[RT_MAX_TILES], dead[RT_MAX_TILES];
    uint64_t suspect[RT_MAX_TILES]; /* 1: some value is not finite, or nearly */
} output_job;

/* Mean and variance by unit give all of the output's statistics: a sum of squares is that about the
 * mean and the mean's own. */
static void moments_of_block(output_job *job, rt_block block, int tile)
{
    const double count = (double)job->p.n * (double)job->p.inner;
    double mean[RT_CHANNEL_BLOCK], var[RT_CHANNEL_BLOCK];

    rt_channel_moments(&job->p, block, job->y, mean, var);
    for (size_t k = 0; k < block.count; k++) {
        if (!isfinite(mean[k]) || !isfinite(var[k]))
            job->suspect[tile] = 1;
        job->sum[tile] += count * mean[k];
        job->squares[tile] += count * (var[k] + mean[k] * mean[k]);
        job->var[tile] += var[k];
    }
}

/* Slopes at n <= CHUNK values; returns how many are saturated. */
static unsigned flat_slopes(const output_job *job, size_t n, const rt_real *v, rt_real *slope)
{
    unsigned flat = 0;
    rt_slopes(job->act, (rt_real)job->a, n, v, slope);
    for (size_t k = 0; k < n; k++)
        flat += RT_MATH(fabs)(slope[k]) < job->flat;
    return flat;
}

/* One row of a block whose units are single values. */
static void slopes_of_values(output_job *job, size_t n, const rt_real *v, int tile, unsigned *alive)
{
    rt_real slope[CHUNK];
    job->saturated[tile] += flat_slopes(job, n, v, slope);
    for (size_t k = 0; k < n; k++)
        alive[k] |= !(slope[k] == 0);
}

/* One unit of one row, where it is a plane of values. */
static void slopes_of_plane(output_job *job, size_t n, const rt_real *v, int tile, unsigned *alive)
{
    for (size_t at = 0; at < n; at += CHUNK) {
        const size_t part = n - at < CHUNK ? n - at : CHUNK;
        rt_real slope[CHUNK];
        job->saturated[tile] += flat_slopes(job, part, v + at, slope);
        for (size_t k = 0; k < part; k++)
            *alive |= !(slope[k] == 0);
    }
}

static void output_block(output_job *job, rt_block block, int tile)
{
    unsigned alive[RT_CHANNEL_BLOCK] = { 0 };

    moments_of_block(job, block, tile);
    if (job->act == RT_LINEAR || job->act == RT_SOFTMAX)
        return;
    for (size_t i = 0; i < job->p.n; i++) {
        const rt_real *v = job->v + rt_plane(&job->p, i, block.first);
        if (job->p.inner == 1)
            slopes_of_values(job, block.count, v, tile, alive);
        else
            for (size_t k = 0; k < block.count; k++)
                slopes_of_plane(job, job->p.inner, v + k * job->p.inner, tile, &alive[k]);
    }
    for (size_t k = 0; k < block.count; k++)
        job->dead[tile] += !alive[k];
}

/* A tile takes every so-manieth block, so that there is one partial sum a tile. */
static void output_tile(void *arg, int tile)
{
    output_job *job = arg;
    const int blocks = rt_cut_channels(&job->p).count;

    job->sum[tile] = job->squares[tile] = job->var[tile] = 0;
    job->saturated[tile] = job->dead[tile] = job->suspect[tile] = 0;
    for (int i = tile; i < blocks; i += RT_MAX_TILES)
        output_block(job, rt_block_of(&job->p, i), tile);
}

static uint64_t sum_counts(const uint64_t *partial, int tiles)
{
    uint64_t sum = 0;
    for (int i = 0; i < tiles; i++)
        sum += partial[i];
    return sum;
}

void rt_watch_output(rt_pass *c, rt_watch *w, rt_activation act, double a, int n, int units,
                     int inner, const rt_real *v, const rt_real *y)
{
    if (!c->watching)
        return;
    const double count = (double)n * units * inner;
    output_job job = { .p = rt_planes_of(n, units, inner), .act = act, .a = a, .v = v, .y = y,
                       .flat = (rt_real)(0.05 * steepest(act, a)) };
    const int blocks = rt_cut_channels(&job.p).count;
    const int tiles = blocks < RT_MAX_TILES ? blocks : RT_MAX_TILES;

    rt_run_tiles(c->pool, 3 * count, tiles, output_tile, &job);
    w->act_mean = rt_sum_tiles(job.sum, tiles) / count;
    w->act_rms = sqrt(rt_sum_tiles(job.squares, tiles) / count);
    w->act_unit_var = rt_sum_tiles(job.var, tiles) / units;
    w->saturated = (double)sum_counts(job.saturated, tiles) / count;
    w->dead = (double)sum_counts(job.dead, tiles) / units;
    w->act_nonfinite = 0;
    if (sum_counts(job.suspect, tiles) > 0)
        w->act_nonfinite = count_all(c->pool, (size_t)count, y).nonfinite;
}

/* ---- Gradients ------------------------------------------------------------------------------- */

/* The RMS times the number of samples: of the sample's own loss, not of its share of the mean. */
double rt_sample_rms(const rt_pass *c, const rt_counts *x)
{
    if (x->nonfinite > 0)
        return (double)NAN;
    return sqrt(x->sum_squares / (double)x->count) * c->rows;
}

void rt_watch_delta(rt_pass *c, rt_watch *w, int n, int m, const rt_real *dz)
{
    if (!c->watching)
        return;
    w->delta = count_all(c->pool, (size_t)n * (size_t)m, dz);
    w->delta_rms = rt_sample_rms(c, &w->delta);
}

void rt_watch_path(rt_pass *c, rt_watch *w, int path, int n, int m, const rt_real *d)
{
    if (!c->watching || path >= RT_PATHS)
        return;
    const rt_counts counts = count_all(c->pool, (size_t)n * (size_t)m, d);
    w->path_rms[path] = rt_sample_rms(c, &counts);
}
