/* real_then.c -- what follows on each value of a result: a factor, sums, an activation or its
 * slope. */
#include "activation.h"
#include "then.h"
#include "tiles.h"

#include <string.h>

enum { CHUNK = 1024 };              /* values that go through all steps together: they stay in L1 */

static void scale(size_t n, rt_real factor, const rt_real *x, rt_real *y)
{
    RT_APART
    for (size_t i = 0; i < n; i++)
        y[i] = factor * x[i];
}

static void add(size_t n, const rt_real *x, const rt_real *plus, rt_real *y)
{
    RT_APART
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + plus[i];
}

/* A ReLU's gradient is taken or left, not multiplied: an infinite one times 0 would be NaN. */
static void mask(size_t n, const rt_real *x, const rt_real *at, rt_real *y)
{
    RT_APART
    for (size_t i = 0; i < n; i++)
        y[i] = at[i] > 0 ? x[i] : 0;
}

/* y = x times the slope at `at`; n is at most CHUNK. */
static void multiply_slopes(const rt_then *then, size_t n, const rt_real *x, const rt_real *at,
                            rt_real *y)
{
    rt_real slope[CHUNK];

    if (then->act == RT_RELU) {
        mask(n, x, at, y);
        return;
    }
    rt_slopes(then->act, then->a, n, at, slope);
    RT_APART
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] * slope[i];
}

/* Elements at .. at + n - 1 of a result, from x to y, which may be x; n is at most CHUNK. */
static void run_steps(const rt_then *then, size_t at, size_t n, const rt_real *x, rt_real *y)
{
    if (then->times != 0) {
        scale(n, then->times, x, y);
        x = y;
    }
    if (then->plus) {
        add(n, x, then->plus + at, y);
        x = y;
    }
    if (then->also) {
        add(n, x, then->also + at, y);
        x = y;
    }
    if (then->slope_at)
        multiply_slopes(then, n, x, then->slope_at + at, y);
    else if (then->act != RT_LINEAR)
        rt_activate(then->act, then->a, n, x, y);
    else if (x != y)
        memcpy(y, x, n * sizeof *y);
}

void rt_finish(const rt_then *then, size_t at, size_t n, rt_real *v)
{
    for (size_t i = 0; then && i < n; i += CHUNK)
        run_steps(then, at + i, n - i < CHUNK ? n - i : CHUNK, v + i, v + i);
}

void rt_finish_rows(const rt_then *then, size_t at, size_t m, size_t rows, size_t columns,
                    rt_real *y)
{
    if (then)
        for (size_t i = 0; i < rows; i++)
            rt_finish(then, at + i * m, columns, y + i * m);
}

typedef struct {
    rt_tiles tiles;
    const rt_real *x;
    const rt_then *then;
    rt_real *y;
} map_job;

/* Does a step write what a later one reads? */
static bool overwrites(const rt_then *then, const rt_real *y)
{
    const bool before_plus = then->times != 0, before_also = before_plus || then->plus;

    return (y == then->plus && before_plus) || (y == then->also && before_also)
        || (y == then->slope_at && (before_also || then->also));
}

static void map_chunk(const map_job *job, size_t at, size_t n)
{
    const rt_then *then = job->then ? job->then : &(const rt_then){ .act = RT_LINEAR };
    rt_real v[CHUNK];

    if (!overwrites(then, job->y)) {
        run_steps(then, at, n, job->x + at, job->y + at);
        return;
    }
    run_steps(then, at, n, job->x + at, v);
    memcpy(job->y + at, v, n * sizeof *v);
}

static void map_tile(void *arg, int tile)
{
    const map_job *job = arg;
    const size_t end = rt_tile_end(&job->tiles, tile);

    for (size_t at = rt_tile_start(&job->tiles, tile); at < end; at += CHUNK)
        map_chunk(job, at, end - at < CHUNK ? end - at : CHUNK);
}

/* Rough nanoseconds a value: those with an exponential, and the others. */
static double cost(const rt_then *then)
{
    if (!then || then->act == RT_LINEAR || then->act == RT_RELU || then->act == RT_LEAKY_RELU)
        return 0.2;
    return 0.5;
}

void rt_map(rt_pass *c, int n, const rt_real *x, const rt_then *then, rt_real *y)
{
    map_job job = { .tiles = rt_cut((size_t)n, RT_SMALL_TILE), .x = x, .then = then, .y = y };
    rt_run_tiles(c->pool, cost(then) * n, job.tiles.count, map_tile, &job);
}
