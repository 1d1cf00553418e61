/* real_watch.c -- what is recorded of a layer's output at a watched step, while it is live. */
#include "activation.h"
#include "channels.h"
#include "kernels.h"
#include "parts.h"
#include "profile.h"
#include "sums.h"
#include "unit_sums.h"

/* ---- Outputs --------------------------------------------------------------------------------- */

typedef struct {
    rt_outputs of;
    const rt_pass *pass;
    rt_layer_parts *parts;          /* of a batch in parts, else NULL */
    rt_output_sums *of_tile;
} output_job;

static size_t whole_lanes(size_t n) { return (n + RT_LANES - 1) / RT_LANES * RT_LANES; }

/* Of n units, a multiple of RT_LANES. */
static double sum_of_units(size_t n, const double *x)
{
    double lane[RT_LANES] = { 0 };
    for (size_t k = 0; k < n; k += RT_LANES)
        for (size_t l = 0; l < RT_LANES; l++)
            lane[l] += x[k + l];
    return rt_sum_lanes(lane);
}

/* Mean and variance by unit give all of the output's statistics: a sum of squares is that about the
 * mean and the mean's own.  Of values that are not finite the mean tells; where it is, squares have
 * overflowed. */
void rt_add_units(const rt_pass *c, size_t count, rt_unit_part *part, double *mean, double *var,
                  rt_output_sums *sums)
{
    const size_t units = whole_lanes(count);
    double own[RT_CHANNEL_BLOCK];
    uint32_t lost = 0;

    for (size_t k = 0; k < units; k++) {
        const bool fits = var[k] < (double)INFINITY;
        const double large = fabs(mean[k]) < (double)INFINITY ? (double)INFINITY : 0;
        lost |= !fits;
        var[k] = !fits ? large : var[k] > 0 ? var[k] : 0;
    }
    for (size_t k = 0; k < count && part; k++)
        rt_join_unit(c, &part[k], &mean[k], &var[k]);
    for (size_t k = 0; k < units; k++)
        own[k] = mean[k] * mean[k] + var[k];
    sums->mean += sum_of_units(units, mean);
    sums->squares += sum_of_units(units, own);
    sums->var += sum_of_units(units, var);
    sums->suspect = sums->suspect || lost != 0;
}

/* Units behind the block's last one have sums of 0. */
static void add_moments(const output_job *job, rt_block block, const rt_unit_sums *u,
                        rt_output_sums *out)
{
    const double share = 1 / ((double)job->of.p.n * (double)job->of.p.inner);
    double mean[RT_CHANNEL_BLOCK], var[RT_CHANNEL_BLOCK];

    for (size_t k = 0; k < whole_lanes(block.count); k++) {
        const double offset = u->sum[k] * share;
        mean[k] = (double)u->first[k] + offset;
        var[k] = u->squares[k] * share - offset * offset;
    }
    rt_add_units(job->pass, block.count, job->parts ? &job->parts->unit[block.first] : NULL, mean,
                 var, out);
}

/* In this batch. */
static uint64_t dead_now(size_t units, const rt_unit_sums *u)
{
    uint64_t dead = 0;
    for (size_t k = 0; k < units; k++)
        dead += u->alive[k] == 0;
    return dead;
}

/* In this part of the batch, and in all before it. */
static uint64_t dead_so_far(const output_job *job, rt_block block, const rt_unit_sums *u)
{
    rt_unit_part *part = &job->parts->unit[block.first];
    uint64_t dead = 0;

    for (size_t k = 0; k < block.count; k++) {
        part[k].alive = u->alive[k] != 0 || (rt_before(job->pass) > 0 && part[k].alive);
        dead += !part[k].alive;
    }
    return dead;
}

static void output_block(const output_job *job, rt_block block, rt_output_sums *out)
{
    rt_unit_sums u = { .sum = { 0 } };

    rt_sum_units(&job->of, block, &u);
    add_moments(job, block, &u, out);
    if (job->of.act == RT_LINEAR || job->of.act == RT_SOFTMAX)
        return;
    for (size_t k = 0; k < block.count; k++)
        out->saturated += u.flat[k];
    out->dead += job->parts ? dead_so_far(job, block, &u) : dead_now(block.count, &u);
}

/* A tile takes every so-manieth block, so that there is one partial sum a tile. */
static void output_tile(void *arg, int tile)
{
    const output_job *job = arg;
    const int blocks = rt_cut_channels(&job->of.p).count;
    rt_output_sums out = { .mean = 0 };

    for (int i = tile; i < blocks; i += RT_MAX_TILES)
        output_block(job, rt_block_of(&job->of.p, i), &out);
    job->of_tile[tile] = out;
}

static void add_output(const rt_output_sums *x, rt_output_sums *sum)
{
    sum->mean += x->mean;
    sum->squares += x->squares;
    sum->var += x->var;
    sum->saturated += x->saturated;
    sum->dead += x->dead;
    sum->suspect = sum->suspect || x->suspect;
}

void rt_record_output(const rt_pass *c, rt_watch *w, int n, int units, int inner,
                      const rt_real *y, const rt_output_sums *sums)
{
    const double count = (double)n * units * inner;

    w->act_mean = sums->mean / units;
    w->act_rms = sqrt(sums->squares / units);
    w->act_unit_var = sums->var / units;
    w->saturated = rt_join(c, w->saturated, (double)sums->saturated / count);
    w->dead = (double)sums->dead / units;
    if (!(rt_before(c) > 0))
        w->act_nonfinite = 0;
    if (sums->suspect)
        w->act_nonfinite += rt_count_all(c->pool, (size_t)count, 1, false, y).nonfinite;
}

void rt_watch_output(rt_pass *c, rt_watch *w, rt_activation act, double a, int n, int units,
                     int inner, const rt_real *v, const rt_real *y)
{
    rt_profile_output(c->profile, w);
    if (!c->watching)
        return;
    const double count = (double)n * units * inner;
    rt_output_sums of_tile[RT_MAX_TILES], all = { .mean = 0 };
    output_job job = { .of = { rt_planes_of(n, units, inner), act, a,
                               (rt_real)(0.05 * rt_steepest(act, a)), v, y },
                       .of_tile = of_tile, .pass = c, .parts = rt_parts_of(c, w) };
    const int blocks = rt_cut_channels(&job.of.p).count;
    const int tiles = blocks < RT_MAX_TILES ? blocks : RT_MAX_TILES;

    rt_fetch_record(w, offsetof(rt_watch, delta));
    rt_run_tiles(c->pool, 0.15 * count, tiles, output_tile, &job);
    for (int i = 0; i < tiles; i++)
        add_output(&of_tile[i], &all);
    rt_record_output(c, w, n, units, inner, y, &all);
    rt_profile_watched(c->profile);
}
