/* real_then.c -- what follows on each value of a result: a factor, a sum, an activation or its
 * slope. */
#include "then.h"
#include "tiles.h"

#include <string.h>

enum { CHUNK = 1024 };              /* values in a local buffer */

static void scale(size_t n, rt_real factor, rt_real *v)
{
    for (size_t i = 0; i < n; i++)
        v[i] *= factor;
}

static void add(size_t n, const rt_real *restrict x, rt_real *restrict v)
{
    for (size_t i = 0; i < n; i++)
        v[i] += x[i];
}

/* In place through one pointer: the compiler then knows that the loops can take whole vectors. */
#define EACH(f) for (size_t i = 0; i < n; i++) v[i] = f; break

static void activate(rt_activation act, rt_real a, size_t n, rt_real *v)
{
    switch (act) {
    case RT_SIGMOID: EACH(rt_sigmoid(v[i]));
    case RT_TANH: EACH(rt_tanh(v[i]));
    case RT_RELU: EACH(rt_relu(v[i]));
    case RT_LEAKY_RELU: EACH(rt_leaky_relu(v[i], a));
    case RT_ELU: EACH(rt_elu(v[i], a));
    case RT_SELU: EACH(rt_selu(v[i]));
    case RT_GELU: EACH(rt_gelu(v[i]));
    case RT_SILU: EACH(rt_silu(v[i]));
    case RT_SOFTPLUS: EACH(rt_softplus(v[i]));
    case RT_SOFTSIGN: EACH(rt_softsign(v[i]));
    case RT_HARD_SIGMOID: EACH(rt_hard_sigmoid(v[i]));
    case RT_HARD_TANH: EACH(rt_hard_tanh(v[i]));
    case RT_LINEAR:
    case RT_SOFTMAX: break;
    }
}

/* A ReLU's gradient is taken or left, not multiplied: an infinite one times 0 would be NaN. */
static void slope(rt_activation act, rt_real a, size_t n, const rt_real *restrict s,
                  rt_real *restrict v)
{
    switch (act) {
    case RT_SIGMOID: EACH(v[i] * rt_sigmoid_slope(s[i]));
    case RT_TANH: EACH(v[i] * rt_tanh_slope(s[i]));
    case RT_RELU: EACH(s[i] > 0 ? v[i] : 0);
    case RT_LEAKY_RELU: EACH(v[i] * rt_leaky_relu_slope(s[i], a));
    case RT_ELU: EACH(v[i] * rt_elu_slope(s[i], a));
    case RT_SELU: EACH(v[i] * rt_selu_slope(s[i]));
    case RT_GELU: EACH(v[i] * rt_gelu_slope(s[i]));
    case RT_SILU: EACH(v[i] * rt_silu_slope(s[i]));
    case RT_SOFTPLUS: EACH(v[i] * rt_softplus_slope(s[i]));
    case RT_SOFTSIGN: EACH(v[i] * rt_softsign_slope(s[i]));
    case RT_HARD_SIGMOID: EACH(v[i] * rt_hard_sigmoid_slope(s[i]));
    case RT_HARD_TANH: EACH(v[i] * rt_hard_tanh_slope(s[i]));
    case RT_LINEAR:
    case RT_SOFTMAX: break;
    }
}

void rt_finish(const rt_then *then, size_t at, size_t n, rt_real *v)
{
    if (!then)
        return;
    if (then->times != 0)
        scale(n, then->times, v);
    if (then->plus)
        add(n, then->plus + at, v);
    if (then->slope_at)
        slope(then->act, then->a, n, then->slope_at + at, v);
    else
        activate(then->act, then->a, n, v);
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

/* Through a buffer, since y may be any of the tensors that are read. */
static void map_tile(void *arg, int tile)
{
    const map_job *job = arg;
    const size_t end = rt_tile_end(&job->tiles, tile);

    for (size_t at = rt_tile_start(&job->tiles, tile); at < end; at += CHUNK) {
        const size_t n = end - at < CHUNK ? end - at : CHUNK;
        rt_real v[CHUNK];
        memcpy(v, job->x + at, n * sizeof *v);
        rt_finish(job->then, at, n, v);
        memcpy(job->y + at, v, n * sizeof *v);
    }
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
