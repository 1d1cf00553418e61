/* recurrent.c -- the kernels of the recurrent layers of bench/nets, natively and over OpenBLAS, beside
 * the peak: one thread, in turns, the best turn of each.  Multiply-adds are those of the products. */
#include "turns.h"

#include <stdio.h>

enum { SAMPLES = 32, STEPS = 100, UNITS = 128, GATES = 4 };
typedef enum { RNN, LSTM, GRU } layer;
typedef enum { FORWARD, BACKWARD, WEIGHTS } direction;
static const char *const layer_name[] = { "rnn", "lstm", "gru" };
static const char *const direction_name[] = { "forward", "backward", "weights" };
static const int gates[] = { 1, 4, 3 };
static const double seconds_a_kernel = 0.6;

typedef struct {
    rt_real *zx, *w, *b, *cell, *h, *dh, *carry, *dz, *dw;
} arrays;

static void run(rt_pass *c, layer l, direction d, const arrays *m)
{
    const int n = SAMPLES, steps = STEPS, units = UNITS;

    if (d == WEIGHTS)
        rt_recurrent_dw(c, RT_FROM_FIRST, n, steps, gates[l] * units, units, m->dz, m->h, m->dw);
    else if (l == RNN && d == FORWARD)
        rt_rnn(c, RT_TANH, 0, RT_FROM_FIRST, n, steps, units, m->zx, m->w, m->b, NULL, m->h);
    else if (l == RNN)
        rt_rnn_dz(c, NULL, RT_TANH, 0, RT_FROM_FIRST, n, steps, units, m->dh, m->w, NULL, m->h,
                  m->carry, m->dz);
    else if (l == LSTM && d == FORWARD)
        rt_lstm(c, RT_FROM_FIRST, n, steps, units, m->zx, m->w, m->b, m->cell, m->h);
    else if (l == LSTM)
        rt_lstm_dz(c, NULL, RT_FROM_FIRST, n, steps, units, m->dh, m->w, m->cell, m->carry, m->dz);
    else if (d == FORWARD)
        rt_gru(c, RT_FROM_FIRST, n, steps, units, m->zx, m->w, m->b, m->cell, m->h);
    else
        rt_gru_dz(c, NULL, RT_FROM_FIRST, n, steps, units, m->dh, m->w, m->cell, m->h,
                  m->carry, m->dz);
}

static double time_run(rt_pool *pool, layer l, direction d, rt_gemm gemm, const arrays *m)
{
    rt_pass c = { .rows = SAMPLES, .gemm = gemm, .pool = pool };
    const double start = now();

    run(&c, l, d, m);
    return now() - start;
}

static void measure(rt_pool *pool, layer l, direction d, const arrays *m)
{
    const double flops = 2e-9 * SAMPLES * (STEPS - 1) * gates[l] * UNITS * UNITS;
    const double end = now() + seconds_a_kernel;
    double native = 1e9, openblas = 1e9, peak = 0;

    while (now() < end) {
        peak = greater(peak, burst_rate());
        native = lesser(native, time_run(pool, l, d, RT_GEMM_NATIVE, m));
        openblas = lesser(openblas, time_run(pool, l, d, RT_GEMM_OPENBLAS, m));
    }
    printf("%-5s %-9s %8.0f %7.1f %5.0f%% %7.1f %5.0f%%\n", layer_name[l], direction_name[d],
           native * 1e6, flops / native, flops / native / peak * 100, flops / openblas,
           flops / openblas / peak * 100);
}

static rt_real *make_states(size_t per_step) { return make_array(SAMPLES * STEPS * per_step); }

int main(void)
{
    const arrays m = { make_states(GATES * UNITS), make_array(GATES * UNITS * UNITS),
                       make_array(GATES * UNITS), make_states((GATES + 1) * UNITS),
                       make_states(UNITS), make_states(UNITS), make_array(2 * SAMPLES * UNITS),
                       make_states(GATES * UNITS), make_array(GATES * UNITS * UNITS) };
    rt_pool *pool = rt_pool_new(1);         /* holds OpenBLAS to one thread */

    if (!pool)
        return 1;
    for (int i = 0; i < GATES * UNITS * UNITS; i++)
        m.w[i] = (m.w[i] - (rt_real)0.5) / UNITS;
    printf("%-5s %-9s %8s %7s %6s %7s %6s\n", "layer", "kernel", "us", "native", "share",
           "OpenBLAS", "share");
    for (layer l = RNN; l <= GRU; l++)
        for (direction d = FORWARD; d <= WEIGHTS; d++)
            measure(pool, l, d, &m);
    rt_pool_free(pool);
    return 0;
}
