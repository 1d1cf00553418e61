/* real_lstm.c -- the LSTM (Hochreiter and Schmidhuber 1997), with a forget gate (Gers 2000). */
#include "recurrent.h"
#include "vector_sigmoid.h"
#include "watch_steps.h"

typedef struct {
    rt_walk all;
    const rt_real *zx, *w, *b;
    rt_real *cell, *h;
    const rt_real *dh, *saved;      /* saved: the cell on the way back */
    rt_real *carry, *dz;
    rt_step_watch watch;
} lstm_job;

/* Of a step of a sample: gates i, f, g, o in place of the recurrent product, then the cell's state
 * c behind them and h.  `before` is c of the step before, or NULL for zeros. */
static void lstm_row(size_t units, const rt_real *restrict zx, rt_real *cell,
                     const rt_real *before, rt_real *restrict h)
{
    rt_real *restrict c = cell + 4 * units;
    const rt_real *f = cell + units, *g = f + units, *o = g + units;

    rt_sigmoid_of_sums(2 * units, zx, cell, cell);
    for (size_t j = 2 * units; j < 3 * units; j++)
        cell[j] += zx[j];
    rt_tanh_values(units, g, cell + 2 * units);
    rt_sigmoid_of_sums(units, zx + 3 * units, o, cell + 3 * units);
    for (size_t j = 0; j < units; j++)
        c[j] = f[j] * (before ? before[j] : 0) + cell[j] * g[j];
    rt_tanh_values(units, c, h);
    for (size_t j = 0; j < units; j++)
        h[j] *= o[j];
}

static void lstm_tile(void *arg, int tile)
{
    const lstm_job *job = arg;
    const rt_walk t = rt_walk_of_tile(&job->all, tile);
    const size_t units = (size_t)t.units;
    const int gates = 4 * t.units, all = 5 * t.units;
    const size_t steps = (size_t)t.steps;
    rt_real *room = rt_thread_memory(RT_OF_TILE);
    const rt_weight w = rt_prepare(&t, t.units, gates, rt_forth(job->w, t.units), room);

    for (int k = 0; k < t.steps; k++) {
        const int step = rt_step(&t, k), last = k > 0 ? rt_step(&t, k - 1) : 0;
        const int next = k + 1 < t.steps ? rt_step(&t, k + 1) : step;
        const rt_ahead ahead[RT_AHEADS] = {
            { job->zx + rt_at(&t, 0, next, gates), steps * 4 * units, gates },
        };
        if (k > 0)
            rt_multiply_step(&t, &w, job->h + rt_at(&t, 0, last, t.units), steps * units, job->b,
                             0, job->cell + rt_at(&t, 0, step, all), steps * 5 * units, ahead);
        for (int i = 0; i < t.n; i++) {
            rt_real *cell = job->cell + rt_at(&t, i, step, all);
            if (k == 0)
                rt_fill(4 * units, job->b, cell);
            lstm_row(units, job->zx + rt_at(&t, i, step, gates), cell,
                     k > 0 ? job->cell + rt_at(&t, i, last, all) + 4 * units : NULL,
                     job->h + rt_at(&t, i, step, t.units));
        }
    }
}

void rt_lstm(rt_pass *c, rt_direction way, int n, int steps, int units, const rt_real *zx,
             const rt_real *w, const rt_real *b, rt_real *cell, rt_real *h)
{
    lstm_job job = { .all = { way, 0, n, steps, units, c->gemm }, .zx = zx, .w = w, .b = b,
                     .cell = cell, .h = h };
    rt_walk_tiles(c, &job.all, 4, lstm_tile, &job);
}

/* dz of a step of a sample.  carry: dh that comes from the step after, and dc, which becomes the
 * one for the step before. */
static void lstm_dz_row(size_t units, const rt_real *cell, const rt_real *before,
                        const rt_real *dh, rt_real *carry, rt_real *dz)
{
    const rt_real *f = cell + units, *g = f + units, *o = g + units, *c = o + units;
    rt_real *dc = carry + units, *df = dz + units, *dg = df + units, *d_o = dg + units;

    rt_tanh_values(units, c, d_o);
    RT_APART
    for (size_t j = 0; j < units; j++) {
        const rt_real i = cell[j], tanh_c = d_o[j], d = dh[j] + carry[j];
        const rt_real d_cell = dc[j] + d * o[j] * rt_tanh_slope(tanh_c);
        dz[j] = d_cell * g[j] * rt_sigmoid_slope(i);
        df[j] = d_cell * (before ? before[j] : 0) * rt_sigmoid_slope(f[j]);
        dg[j] = d_cell * i * rt_tanh_slope(g[j]);
        d_o[j] = d * tanh_c * rt_sigmoid_slope(o[j]);
        dc[j] = d_cell * f[j];
    }
}

static void lstm_dz_tile(void *arg, int tile)
{
    const lstm_job *job = arg;
    const rt_walk t = rt_walk_of_tile(&job->all, tile);
    const size_t units = (size_t)t.units;
    const int gates = 4 * t.units, all = 5 * t.units;
    rt_real *carry = job->carry + (size_t)t.first * 2 * units;
    rt_real *room = rt_thread_memory(RT_OF_TILE);
    const rt_weight w = rt_prepare(&t, gates, t.units, rt_back(job->w, t.units), room);

    for (size_t j = 0; j < (size_t)t.n * 2 * units; j++)
        carry[j] = 0;
    for (int k = t.steps - 1; k >= 0; k--) {
        const int step = rt_step(&t, k), last = k > 0 ? rt_step(&t, k - 1) : 0;
        for (int i = 0; i < t.n; i++)
            lstm_dz_row(units, job->saved + rt_at(&t, i, step, all),
                        k > 0 ? job->saved + rt_at(&t, i, last, all) + 4 * units : NULL,
                        job->dh + rt_at(&t, i, step, t.units), carry + (size_t)i * 2 * units,
                        job->dz + rt_at(&t, i, step, gates));
        rt_count_step(&job->watch, &t, tile, k);
        const int older = k > 1 ? rt_step(&t, k - 2) : last;
        const rt_ahead ahead[RT_AHEADS] = {
            { job->saved + rt_at(&t, 0, older, all) + 4 * units, (size_t)t.steps * 5 * units, all },
            { job->dz + rt_at(&t, 0, last, gates), (size_t)t.steps * 4 * units, gates },
            { job->dh + rt_at(&t, 0, last, t.units), (size_t)t.steps * units, t.units }
        };
        if (k > 0)
            rt_multiply_step(&t, &w, job->dz + rt_at(&t, 0, step, gates),
                             (size_t)t.steps * 4 * units, NULL, 0, carry, 2 * units, ahead);
    }
}

void rt_lstm_dz(rt_pass *c, rt_watch *watch, rt_direction way, int n, int steps, int units,
                const rt_real *dh, const rt_real *w, const rt_real *cell, rt_real *carry,
                rt_real *dz)
{
    lstm_job job = { .all = { way, 0, n, steps, units, c->gemm }, .w = w, .dh = dh, .saved = cell,
                     .carry = carry, .dz = dz };
    job.watch = rt_watch_walk(c, watch, &job.all, 4 * units, dz);
    rt_walk_tiles(c, &job.all, 4, lstm_dz_tile, &job);
    rt_record_steps(&job.watch);
}
