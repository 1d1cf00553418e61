/* real_table.c -- plain operations on arrays of one precision, and the table of its kernels. */
#include "kernels.h"

#include <stdatomic.h>

typedef struct {
    rt_tiles tiles;
    rt_real a;
    const rt_real *x;
    rt_real *y;
    atomic_bool nonfinite;
} array_job;

static void run_array(rt_pool *pool, size_t n, array_job *job, void (*body)(void *arg, int tile))
{
    job->tiles = rt_cut(n, RT_SMALL_TILE);
    rt_run_tiles(pool, 0.3 * (double)n, job->tiles.count, body, job);
}

static double get(const void *x, size_t i) { return (double)((const rt_real *)x)[i]; }
static void set(void *x, size_t i, double value) { ((rt_real *)x)[i] = (rt_real)value; }

/* x - x is 0 for all that is finite, and NaN for the rest */
static void finite_tile(void *arg, int tile)
{
    array_job *job = arg;
    int nonfinite = 0;
    for (size_t i = rt_tile_start(&job->tiles, tile); i < rt_tile_end(&job->tiles, tile); i++)
        nonfinite |= !(job->x[i] - job->x[i] == 0);
    if (nonfinite)
        atomic_store(&job->nonfinite, true);
}

static bool all_finite(rt_pool *pool, const void *x, size_t n)
{
    array_job job = { .x = x };
    run_array(pool, n, &job, finite_tile);
    return !atomic_load(&job.nonfinite);
}

static void add_scaled_tile(void *arg, int tile)
{
    const array_job *job = arg;
    for (size_t i = rt_tile_start(&job->tiles, tile); i < rt_tile_end(&job->tiles, tile); i++)
        job->y[i] += job->a * job->x[i];
}

static void add_scaled(rt_pool *pool, size_t n, double a, const void *x, void *y)
{
    array_job job = { .a = (rt_real)a, .x = x, .y = y };
    run_array(pool, n, &job, add_scaled_tile);
}

static void scale_tile(void *arg, int tile)
{
    const array_job *job = arg;
    for (size_t i = rt_tile_start(&job->tiles, tile); i < rt_tile_end(&job->tiles, tile); i++)
        job->y[i] *= job->a;
}

static void scale(rt_pool *pool, size_t n, double a, void *x)
{
    array_job job = { .a = (rt_real)a, .y = x };
    run_array(pool, n, &job, scale_tile);
}

const rt_reals RT_REALS = {
    .size = sizeof(rt_real),
    .initialise = rt_initialise,
    .get = get,
    .set = set,
    .all_finite = all_finite,
    .count = rt_count,
    .add_scaled = add_scaled,
    .scale = scale,
    .peak = rt_peak,
    .penalty_value = rt_penalty_value,
    .add_penalty = rt_add_penalty,
    .gradient_norm = rt_gradient_norm,
};
