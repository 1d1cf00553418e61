/* real_watch.c -- what is recorded of a layer at a watched step, while its buffers are live. */
#include "activation.h"
#include "channels.h"
#include "kernels.h"
#include "profile.h"
#include "tallies.h"

enum { COUNT_TILES = 32, COUNT_TILE = 16384 };

/* ---- Counts ---------------------------------------------------------------------------------- */

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
    rt_run_tiles(pool, 0.25 * (double)n, job.tiles.count, count_tile, &job);
    for (int i = 0; i < job.tiles.count; i++)
        rt_add_counts(&job.partial[i], &sum);
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

/* Of the units of a block: sums about each one's first value, so that one pass gives both mean and
 * variance. */
typedef struct {
    double first[RT_CHANNEL_BLOCK], sum[RT_CHANNEL_BLOCK], squares[RT_CHANNEL_BLOCK];
} unit_sums;

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

/* Units that are single values are columns of y. */
static void sum_columns(const output_job *job, rt_block block, unit_sums *u)
{
    const size_t stride = job->p.channels;
    size_t k = 0;

    for (; k + RT_COLUMNS <= block.count; k += RT_COLUMNS)
        rt_add_columns(job->p.n, stride, job->y + block.first + k, u->first + k, u->sum + k,
                       u->squares + k);
    rt_add_few_columns(job->p.n, stride, block.count - k, job->y + block.first + k, u->first + k,
                       u->sum + k, u->squares + k);
}

static void sum_units(const output_job *job, rt_block block, unit_sums *u)
{
    for (size_t k = 0; k < block.count; k++)
        u->first[k] = (double)job->y[rt_plane(&job->p, 0, block.first + k)];
    if (job->p.inner == 1)
        sum_columns(job, block, u);
    else
        for (size_t k = 0; k < block.count; k++)
            for (size_t i = 0; i < job->p.n; i++)
                rt_add_values(job->p.inner, job->y + rt_plane(&job->p, i, block.first + k),
                              u->first[k], &u->sum[k], &u->squares[k]);
}

/* Mean and variance by unit give all of the output's statistics: a sum of squares is that about the
 * mean and the mean's own. */
static void add_moments(output_job *job, rt_block block, int tile)
{
    const double count = (double)job->p.n * (double)job->p.inner;
    unit_sums u = { .sum = { 0 } };

    sum_units(job, block, &u);
    for (size_t k = 0; k < block.count; k++) {
        const double offset = u.sum[k] / count, mean = u.first[k] + offset;
        const double var = fmax(u.squares[k] / count - offset * offset, 0);
        if (!isfinite(mean) || !isfinite(u.squares[k]))
            job->suspect[tile] = 1;
        job->sum[tile] += count * mean;
        job->squares[tile] += count * (var + mean * mean);
        job->var[tile] += var;
    }
}

/* Units that are single values, some rows at a time.  What no unit stands in is not flat. */
static uint64_t slopes_of_columns(const output_job *job, rt_block block, rt_bits *alive)
{
    rt_real slope[RT_SLOPE_ROWS * RT_SLOPE_COLUMNS];
    uint64_t saturated = 0;

    for (size_t k = 0; k < RT_SLOPE_ROWS * RT_SLOPE_COLUMNS; k++)
        slope[k] = (rt_real)INFINITY;
    for (size_t at = 0; at < job->p.n; at += RT_SLOPE_ROWS) {
        const size_t rows = job->p.n - at < RT_SLOPE_ROWS ? job->p.n - at : RT_SLOPE_ROWS;
        for (size_t i = 0; i < rows; i++)
            rt_slopes(job->act, (rt_real)job->a, block.count,
                      job->v + rt_plane(&job->p, at + i, block.first),
                      slope + i * RT_SLOPE_COLUMNS);
        saturated += rt_tally_slopes(rows, slope, job->flat, alive);
    }
    return saturated;
}

/* One unit of one row, where it is a plane of n values. */
static uint64_t slopes_of_plane(const output_job *job, size_t n, const rt_real *v, rt_bits *alive)
{
    enum { MOST = RT_SLOPE_ROWS * RT_SLOPE_COLUMNS };
    rt_real slope[MOST];
    uint64_t saturated = 0;

    for (size_t at = 0; at < n; at += MOST) {
        const size_t part = n - at < MOST ? n - at : MOST, rows = part / RT_SLOPE_COLUMNS;
        rt_slopes(job->act, (rt_real)job->a, part, v + at, slope);
        saturated += rt_tally_slopes(rows, slope, job->flat, alive);
        for (size_t k = rows * RT_SLOPE_COLUMNS; k < part; k++) {
            saturated += RT_MATH(fabs)(slope[k]) < job->flat;
            alive[0] |= !(slope[k] == 0);
        }
    }
    return saturated;
}

static bool all_zero(size_t n, const rt_bits *x)
{
    rt_bits any = 0;
    for (size_t k = 0; k < n; k++)
        any |= x[k];
    return any == 0;
}

static void slopes_of_planes(output_job *job, rt_block block, int tile)
{
    for (size_t k = 0; k < block.count; k++) {
        rt_bits alive[RT_SLOPE_COLUMNS] = { 0 };
        for (size_t i = 0; i < job->p.n; i++)
            job->saturated[tile] += slopes_of_plane(
                job, job->p.inner, job->v + rt_plane(&job->p, i, block.first + k), alive);
        job->dead[tile] += all_zero(RT_SLOPE_COLUMNS, alive);
    }
}

static void output_block(output_job *job, rt_block block, int tile)
{
    rt_bits alive[RT_SLOPE_COLUMNS] = { 0 };

    add_moments(job, block, tile);
    if (job->act == RT_LINEAR || job->act == RT_SOFTMAX)
        return;
    if (job->p.inner > 1) {
        slopes_of_planes(job, block, tile);
        return;
    }
    job->saturated[tile] += slopes_of_columns(job, block, alive);
    for (size_t k = 0; k < block.count; k++)
        job->dead[tile] += alive[k] == 0;
}
_Static_assert((int)RT_SLOPE_COLUMNS == (int)RT_CHANNEL_BLOCK, "a column of slopes for each unit");

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
    rt_profile_output(c->profile, w);
    if (!c->watching)
        return;
    const double count = (double)n * units * inner;
    output_job job = { .p = rt_planes_of(n, units, inner), .act = act, .a = a, .v = v, .y = y,
                       .flat = (rt_real)(0.05 * steepest(act, a)) };
    const int blocks = rt_cut_channels(&job.p).count;
    const int tiles = blocks < RT_MAX_TILES ? blocks : RT_MAX_TILES;

    rt_run_tiles(c->pool, 0.5 * count, tiles, output_tile, &job);
    w->act_mean = rt_sum_tiles(job.sum, tiles) / count;
    w->act_rms = sqrt(rt_sum_tiles(job.squares, tiles) / count);
    w->act_unit_var = rt_sum_tiles(job.var, tiles) / units;
    w->saturated = (double)sum_counts(job.saturated, tiles) / count;
    w->dead = (double)sum_counts(job.dead, tiles) / units;
    w->act_nonfinite = 0;
    if (sum_counts(job.suspect, tiles) > 0)
        w->act_nonfinite = count_all(c->pool, (size_t)count, y).nonfinite;
    rt_profile_watched(c->profile);
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
    rt_profile_delta(c->profile, w);
    if (!c->watching)
        return;
    w->delta = count_all(c->pool, (size_t)n * (size_t)m, dz);
    w->delta_rms = rt_sample_rms(c, &w->delta);
    rt_profile_watched(c->profile);
}

void rt_watch_path(rt_pass *c, rt_watch *w, int path, int n, int m, const rt_real *d)
{
    if (!c->watching || path >= RT_PATHS)
        return;
    const rt_counts counts = count_all(c->pool, (size_t)n * (size_t)m, d);
    w->path_rms[path] = rt_sample_rms(c, &counts);
}
