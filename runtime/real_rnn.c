/* real_rnn.c -- the simple recurrent layer with any activation (Elman 1990). */
#include "activation.h"
#include "recurrent.h"
#include "watch_steps.h"

typedef struct {
    rt_walk all;
    rt_activation act;
    rt_real a;
    const rt_real *zx, *w, *b;
    rt_real *z, *h;                 /* z is h where the slope is a function of the output */
    const rt_real *dh, *slope_of;
    rt_real *carry, *dz;
    rt_step_watch watch;
} rnn_job;

/* z = zx + z and h = act(z) of one sample's step; h may be z */
static void activate(const rnn_job *job, const rt_real *zx, rt_real *z, rt_real *h)
{
    for (int j = 0; j < job->all.units; j++)
        z[j] += zx[j];
    if (job->act == RT_SOFTMAX)
        rt_softmax(&(rt_pass){ .rows = 1 }, 1, job->all.units, z, h);
    else
        rt_activate(job->act, job->a, (size_t)job->all.units, z, h);
}

static void rnn_tile(void *arg, int tile)
{
    const rnn_job *job = arg;
    const rt_walk t = rt_walk_of_tile(&job->all, tile);
    const size_t units = (size_t)t.units, apart = (size_t)t.steps * units;
    rt_real *room = rt_thread_memory(RT_OF_TILE);
    const rt_weight w = rt_prepare(&t, t.units, t.units, rt_forth(job->w, t.units), room);

    for (int k = 0; k < t.steps; k++) {
        const size_t at = rt_at(&t, 0, rt_step(&t, k), t.units);
        const rt_ahead ahead[RT_AHEADS] = {
            { job->zx + at, apart, t.units }
        };
        if (k > 0)
            rt_multiply_step(&t, &w, job->h + rt_at(&t, 0, rt_step(&t, k - 1), t.units), apart,
                             job->b, 0, job->z + at, apart, ahead);
        for (size_t i = at; i < at + (size_t)t.n * apart; i += apart) {
            if (k == 0)
                rt_fill(units, job->b, job->z + i);
            activate(job, job->zx + i, job->z + i, job->h + i);
        }
    }
}

void rt_rnn(rt_pass *c, rt_activation act, double a, rt_direction way, int n, int steps, int units,
            const rt_real *zx, const rt_real *w, const rt_real *b, rt_real *cell, rt_real *h)
{
    rnn_job job = { .all = { way, 0, n, steps, units, c->gemm }, .act = act, .a = (rt_real)a,
                    .zx = zx, .w = w, .b = b, .z = cell ? cell : h, .h = h };
    rt_walk_tiles(c, &job.all, 1, rnn_tile, &job);
}

/* dz = (dh + carry) act' of one sample's step */
static void slope_row(const rnn_job *job, const rt_real *dh, const rt_real *carry,
                      const rt_real *slope_of, rt_real *dz)
{
    const size_t units = (size_t)job->all.units;

    if (job->act == RT_SOFTMAX) {
        for (size_t j = 0; j < units; j++)
            dz[j] = dh[j] + carry[j];
        rt_softmax_dx(&(rt_pass){ .rows = 1 }, 1, job->all.units, dz, slope_of, dz);
        return;
    }
    rt_slopes(job->act, job->a, units, slope_of, dz);
    for (size_t j = 0; j < units; j++)
        dz[j] *= dh[j] + carry[j];
}

static void rnn_dz_tile(void *arg, int tile)
{
    const rnn_job *job = arg;
    const rt_walk t = rt_walk_of_tile(&job->all, tile);
    rt_real *carry = job->carry + (size_t)t.first * (size_t)t.units;
    rt_real *room = rt_thread_memory(RT_OF_TILE);
    const rt_weight w = rt_prepare(&t, t.units, t.units, rt_back(job->w, t.units), room);

    for (size_t j = 0; j < (size_t)t.n * (size_t)t.units; j++)
        carry[j] = 0;
    for (int k = t.steps - 1; k >= 0; k--) {
        const int step = rt_step(&t, k);
        for (int i = 0; i < t.n; i++) {
            const size_t at = rt_at(&t, i, step, t.units);
            slope_row(job, job->dh + at, carry + i * t.units, job->slope_of + at, job->dz + at);
        }
        rt_count_step(&job->watch, &t, tile, k);
        if (k == 0)
            break;
        const size_t apart = (size_t)t.steps * (size_t)t.units;
        const size_t next = rt_at(&t, 0, rt_step(&t, k - 1), t.units);
        const rt_ahead ahead[RT_AHEADS] = {
            { job->slope_of + next, apart, t.units },
            { job->dh + next, apart, t.units },
            { job->dz + next, apart, t.units }
        };
        rt_multiply_step(&t, &w, job->dz + rt_at(&t, 0, step, t.units), apart, NULL, 0, carry,
                         (size_t)t.units, ahead);
    }
}

void rt_rnn_dz(rt_pass *c, rt_watch *watch, rt_activation act, double a, rt_direction way, int n,
               int steps, int units, const rt_real *dh, const rt_real *w, const rt_real *cell,
               const rt_real *h, rt_real *carry, rt_real *dz)
{
    rnn_job job = { .all = { way, 0, n, steps, units, c->gemm }, .act = act, .a = (rt_real)a,
                    .w = w, .dh = dh, .slope_of = cell ? cell : h, .carry = carry, .dz = dz };
    job.watch = rt_watch_walk(c, watch, &job.all, units, dz);
    rt_walk_tiles(c, &job.all, 1, rnn_dz_tile, &job);
    rt_record_steps(&job.watch);
}
