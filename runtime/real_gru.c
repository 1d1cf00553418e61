/* real_gru.c -- the GRU (Cho et al. 2014), its reset gate after the recurrent product. */
#include "recurrent.h"
#include "vector_sigmoid.h"
#include "watch_steps.h"

typedef struct {
    rt_walk all;
    const rt_real *zx, *w, *b;
    rt_real *cell, *h;
    const rt_real *dh, *saved, *states;     /* of the way back: the cell and h */
    rt_real *carry, *dz;
    rt_step_watch watch;
} gru_job;

/* Of a step of a sample: gates in place of the recurrent product.  `before` is h of the step
 * before, or NULL for zeros. */
static void gru_row(size_t units, const rt_real *zx, const rt_real *before, rt_real *cell,
                    rt_real *restrict h)
{
    const rt_real *z = cell + units, *zx_n = zx + 2 * units;
    rt_real *restrict n = cell + 2 * units, *restrict zh = cell + 3 * units;

    rt_sigmoid_of_sums(2 * units, zx, cell, cell);
    for (size_t j = 0; j < units; j++) {
        zh[j] = n[j];
        n[j] = zx_n[j] + cell[j] * zh[j];
    }
    rt_tanh_values(units, n, n);
    for (size_t j = 0; j < units; j++) {
        h[j] = (RT_C(1.0) - z[j]) * n[j] + z[j] * (before ? before[j] : 0);
    }
}

static void gru_tile(void *arg, int tile)
{
    const gru_job *job = arg;
    const rt_walk t = rt_walk_of_tile(&job->all, tile);
    const size_t units = (size_t)t.units;
    const int gates = 3 * t.units, all = 4 * t.units;
    const size_t steps = (size_t)t.steps;
    rt_real *room = rt_thread_memory(RT_OF_TILE);
    const rt_weight w = rt_prepare(&t, t.units, gates, rt_forth(job->w, t.units), room);

    for (int k = 0; k < t.steps; k++) {
        const int step = rt_step(&t, k), last = k > 0 ? rt_step(&t, k - 1) : 0;
        const int next = k + 1 < t.steps ? rt_step(&t, k + 1) : step;
        const rt_ahead ahead[RT_AHEADS] = {
            { job->zx + rt_at(&t, 0, next, gates), steps * 3 * units, gates }
        };
        if (k > 0)
            rt_multiply_step(&t, &w, job->h + rt_at(&t, 0, last, t.units), steps * units, job->b,
                             0, job->cell + rt_at(&t, 0, step, all), steps * 4 * units, ahead);
        for (int i = 0; i < t.n; i++) {
            rt_real *cell = job->cell + rt_at(&t, i, step, all);
            if (k == 0)
                rt_fill(3 * units, job->b, cell);
            gru_row(units, job->zx + rt_at(&t, i, step, gates),
                    k > 0 ? job->h + rt_at(&t, i, last, t.units) : NULL, cell,
                    job->h + rt_at(&t, i, step, t.units));
        }
    }
}

void rt_gru(rt_pass *c, rt_direction way, int n, int steps, int units, const rt_real *zx,
            const rt_real *w, const rt_real *b, rt_real *cell, rt_real *h)
{
    gru_job job = { .all = { way, 0, n, steps, units, c->gemm }, .zx = zx, .w = w, .b = b,
                    .cell = cell, .h = h };
    rt_walk_tiles(c, &job.all, 3, gru_tile, &job);
}

/* dz of a step of a sample.  carry: dh that comes from the step after, which becomes the share of
 * the one for the step before that goes past the gates; and dLoss/dzh of n. */
static void gru_dz_row(size_t units, const rt_real *cell, const rt_real *before,
                       const rt_real *dh, rt_real *carry, rt_real *dz)
{
    const rt_real *z = cell + units, *n = z + units, *zh = n + units;
    rt_real *dzh_n = carry + units;
    rt_real *dz_z = dz + units, *dz_n = dz_z + units;

    RT_APART
    for (size_t j = 0; j < units; j++) {
        const rt_real d = dh[j] + carry[j], r = cell[j];
        const rt_real dn = d * (RT_C(1.0) - z[j]) * rt_tanh_slope(n[j]);
        dz[j] = dn * zh[j] * rt_sigmoid_slope(r);
        dz_z[j] = d * ((before ? before[j] : 0) - n[j]) * rt_sigmoid_slope(z[j]);
        dz_n[j] = dn;
        dzh_n[j] = dn * r;
        carry[j] = d * z[j];
    }
}

static void gru_dz_tile(void *arg, int tile)
{
    const gru_job *job = arg;
    const rt_walk t = rt_walk_of_tile(&job->all, tile);
    const size_t units = (size_t)t.units, steps = (size_t)t.steps;
    const int gates = 3 * t.units, all = 4 * t.units;
    rt_real *carry = job->carry + (size_t)t.first * 2 * units;
    const rt_matrix b_rz = rt_back(job->w, t.units);
    const rt_matrix b_n = rt_back(job->w + 2 * units * units, t.units);
    rt_real *room_rz = rt_thread_memory(RT_OF_TILE), *room_n = room_rz + RT_ROOM;
    const rt_weight w_rz = rt_prepare(&t, 2 * t.units, t.units, b_rz, room_rz);
    const rt_weight w_n = rt_prepare(&t, t.units, t.units, b_n, room_n);

    for (size_t j = 0; j < (size_t)t.n * 2 * units; j++)
        carry[j] = 0;
    for (int k = t.steps - 1; k >= 0; k--) {
        const int step = rt_step(&t, k), last = k > 0 ? rt_step(&t, k - 1) : 0;
        for (int i = 0; i < t.n; i++)
            gru_dz_row(units, job->saved + rt_at(&t, i, step, all),
                       k > 0 ? job->states + rt_at(&t, i, last, t.units) : NULL,
                       job->dh + rt_at(&t, i, step, t.units), carry + (size_t)i * 2 * units,
                       job->dz + rt_at(&t, i, step, gates));
        rt_count_step(&job->watch, &t, tile, k);
        if (k == 0)
            break;
        const int older = k > 1 ? rt_step(&t, k - 2) : last;
        const rt_ahead ahead[RT_AHEADS] = {
            { job->saved + rt_at(&t, 0, last, all), steps * 4 * units, all },
            { job->dz + rt_at(&t, 0, last, gates), steps * 3 * units, gates },
            { job->states + rt_at(&t, 0, older, t.units), steps * units, t.units },
            { job->dh + rt_at(&t, 0, last, t.units), steps * units, t.units }
        };
        rt_multiply_step(&t, &w_rz, job->dz + rt_at(&t, 0, step, gates), steps * 3 * units, carry,
                         2 * units, carry, 2 * units, ahead);
        rt_multiply_step(&t, &w_n, carry + units, 2 * units, carry, 2 * units, carry, 2 * units,
                         NULL);
    }
}

void rt_gru_dz(rt_pass *c, rt_watch *watch, rt_direction way, int n, int steps, int units,
               const rt_real *dh, const rt_real *w, const rt_real *cell, const rt_real *h,
               rt_real *carry, rt_real *dz)
{
    gru_job job = { .all = { way, 0, n, steps, units, c->gemm }, .w = w, .dh = dh, .saved = cell,
                    .states = h, .carry = carry, .dz = dz };
    job.watch = rt_watch_walk(c, watch, &job.all, 3 * units, dz);
    rt_walk_tiles(c, &job.all, 3, gru_dz_tile, &job);
    rt_record_steps(&job.watch);
}

typedef struct {
    rt_tiles tiles;
    size_t units;
    const rt_real *dz, *cell;
    rt_real *dzh;
} hidden_job;

static void hidden_dz_tile(void *arg, int tile)
{
    const hidden_job *job = arg;
    const size_t units = job->units;

    for (size_t i = rt_tile_start(&job->tiles, tile); i < rt_tile_end(&job->tiles, tile); i++) {
        const rt_real *dz = job->dz + i * 3 * units, *r = job->cell + i * 4 * units;
        rt_real *dzh = job->dzh + i * 3 * units;
        for (size_t j = 0; j < 2 * units; j++)
            dzh[j] = dz[j];
        for (size_t j = 0; j < units; j++)
            dzh[2 * units + j] = r[j] * dz[2 * units + j];
    }
}

void rt_gru_hidden_dz(rt_pass *c, int n, int units, const rt_real *dz, const rt_real *cell,
                      rt_real *dzh)
{
    hidden_job job = { rt_cut_rows(n, 3 * units), (size_t)units, dz, cell, dzh };
    rt_run_tiles(c->pool, 1.0 * n * units, job.tiles.count, hidden_dz_tile, &job);
}
