/* real_then.c -- what follows on each value of a result: a factor, a sum, an activation or its
 * slope. */
#include "then.h"
#include "tiles.h"

#include <string.h>

enum { CHUNK = 1024 };              /* values that go through all steps together: they stay in L1 */

/* y may be what a loop reads, element by element, but not overlap it otherwise: so all loops can
 * take whole vectors, which the compiler is told. */
#ifdef __clang__
#define EACH(y, f) _Pragma("clang loop vectorize(assume_safety)") \
    for (size_t i = 0; i < n; i++) (y)[i] = f
#else
#define EACH(y, f) _Pragma("GCC ivdep") for (size_t i = 0; i < n; i++) (y)[i] = f
#endif

static void scale(size_t n, rt_real factor, const rt_real *x, rt_real *y)
{
    EACH(y, factor * x[i]);
}

static void add(size_t n, const rt_real *x, const rt_real *plus, rt_real *y)
{
    EACH(y, x[i] + plus[i]);
}

static void activate(rt_activation act, rt_real a, size_t n, const rt_real *x, rt_real *y)
{
    switch (act) {
    case RT_SIGMOID: EACH(y, rt_sigmoid(x[i])); break;
    case RT_TANH: EACH(y, rt_tanh(x[i])); break;
    case RT_RELU: EACH(y, rt_relu(x[i])); break;
    case RT_LEAKY_RELU: EACH(y, rt_leaky_relu(x[i], a)); break;
    case RT_ELU: EACH(y, rt_elu(x[i], a)); break;
    case RT_SELU: EACH(y, rt_selu(x[i])); break;
    case RT_GELU: EACH(y, rt_gelu(x[i])); break;
    case RT_SILU: EACH(y, rt_silu(x[i])); break;
    case RT_SOFTPLUS: EACH(y, rt_softplus(x[i])); break;
    case RT_SOFTSIGN: EACH(y, rt_softsign(x[i])); break;
    case RT_HARD_SIGMOID: EACH(y, rt_hard_sigmoid(x[i])); break;
    case RT_HARD_TANH: EACH(y, rt_hard_tanh(x[i])); break;
    case RT_LINEAR:
    case RT_SOFTMAX: break;
    }
}

/* A ReLU's gradient is taken or left, not multiplied: an infinite one times 0 would be NaN. */
static void slope(rt_activation act, rt_real a, size_t n, const rt_real *x, const rt_real *s,
                  rt_real *y)
{
    switch (act) {
    case RT_SIGMOID: EACH(y, x[i] * rt_sigmoid_slope(s[i])); break;
    case RT_TANH: EACH(y, x[i] * rt_tanh_slope(s[i])); break;
    case RT_RELU: EACH(y, s[i] > 0 ? x[i] : 0); break;
    case RT_LEAKY_RELU: EACH(y, x[i] * rt_leaky_relu_slope(s[i], a)); break;
    case RT_ELU: EACH(y, x[i] * rt_elu_slope(s[i], a)); break;
    case RT_SELU: EACH(y, x[i] * rt_selu_slope(s[i])); break;
    case RT_GELU: EACH(y, x[i] * rt_gelu_slope(s[i])); break;
    case RT_SILU: EACH(y, x[i] * rt_silu_slope(s[i])); break;
    case RT_SOFTPLUS: EACH(y, x[i] * rt_softplus_slope(s[i])); break;
    case RT_SOFTSIGN: EACH(y, x[i] * rt_softsign_slope(s[i])); break;
    case RT_HARD_SIGMOID: EACH(y, x[i] * rt_hard_sigmoid_slope(s[i])); break;
    case RT_HARD_TANH: EACH(y, x[i] * rt_hard_tanh_slope(s[i])); break;
    case RT_LINEAR:
    case RT_SOFTMAX: break;
    }
}

/* Elements at .. at + n - 1 of a result, from x to y, which may be x. */
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
    if (then->act != RT_LINEAR && then->act != RT_SOFTMAX) {
        if (then->slope_at)
            slope(then->act, then->a, n, x, then->slope_at + at, y);
        else
            activate(then->act, then->a, n, x, y);
    } else if (x != y) {
        memcpy(y, x, n * sizeof *y);
    }
}

void rt_finish(const rt_then *then, size_t at, size_t n, rt_real *v)
{
    if (then)
        run_steps(then, at, n, v, v);
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
    return (y == then->plus && then->times != 0)
        || (y == then->slope_at && (then->times != 0 || then->plus));
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
