/* real_watch.c -- what is recorded of a layer's output at a watched step, while it is live. */
#include "activation.h"
#include "channels.h"
#include "kernels.h"
#include "parts.h"
#include "profile.h"
#include "sums.h"
#include "unit_sums.h"

/* ---- Outputs --------------------------------------------------------------------------------- */

/* Of the values of some units, and of those units. */
typedef struct {
    double sum, squares, var;
    uint64_t saturated, dead;
    bool suspect;                   /* some value is not finite, or nearly */
} output_sums;

typedef struct {
    rt_outputs of;
    const rt_pass *pass;
    rt_layer_parts *parts;          /* of a batch in parts, else NULL */
    output_sums *of_tile;
} output_job;

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
 * mean and the mean's own.  Units behind the block's last one have sums of 0. */
static void add_moments(const output_job *job, rt_block block, const rt_unit_sums *u,
                        output_sums *out)
{
    const double share = 1 / ((double)job->of.p.n * (double)job->of.p.inner);
    double mean[RT_CHANNEL_BLOCK], var[RT_CHANNEL_BLOCK], own[RT_CHANNEL_BLOCK];
    const size_t units = (block.count + RT_LANES - 1) / RT_LANES * RT_LANES;
    uint32_t lost = 0;

    for (size_t k = 0; k < units; k++) {
        const double offset = u->sum[k] * share, about = u->squares[k] * share - offset * offset;
        mean[k] = (double)u->first[k] + offset;
        var[k] = about > 0 ? about : 0;     /* not NaN where squares overflow: the RMS is inf */
        lost |= !(u->squares[k] < (double)INFINITY);
    }
    for (size_t k = 0; k < block.count && job->parts; k++)
        rt_join_unit(job->pass, &job->parts->unit[block.first + k], &mean[k], &var[k]);
    for (size_t k = 0; k < units; k++)
        own[k] = mean[k] * mean[k] + var[k];
    out->sum += sum_of_units(units, mean);
    out->squares += sum_of_units(units, own);
    out->var += sum_of_units(units, var);
    out->suspect = out->suspect || lost != 0;
}

/* In this part of the batch, or in one before it. */
static bool is_alive(const output_job *job, size_t unit, rt_bits slopes)
{
    if (!job->parts)
        return slopes != 0;
    rt_unit_part *u = &job->parts->unit[unit];
    u->alive = slopes != 0 || (rt_before(job->pass) > 0 && u->alive);
    return u->alive;
}

static void output_block(const output_job *job, rt_block block, output_sums *out)
{
    rt_unit_sums u = { .sum = { 0 } };

    rt_sum_units(&job->of, block, &u);
    add_moments(job, block, &u, out);
    if (job->of.act == RT_LINEAR || job->of.act == RT_SOFTMAX)
        return;
    for (size_t k = 0; k < block.count; k++) {
        out->saturated += u.flat[k];
        out->dead += !is_alive(job, block.first + k, u.alive[k]);
    }
}

/* A tile takes every so-manieth block, so that there is one partial sum a tile. */
static void output_tile(void *arg, int tile)
{
    const output_job *job = arg;
    const int blocks = rt_cut_channels(&job->of.p).count;
    output_sums out = { .sum = 0 };

    for (int i = tile; i < blocks; i += RT_MAX_TILES)
        output_block(job, rt_block_of(&job->of.p, i), &out);
    job->of_tile[tile] = out;
}

static void add_output(const output_sums *x, output_sums *sum)
{
    sum->sum += x->sum;
    sum->squares += x->squares;
    sum->var += x->var;
    sum->saturated += x->saturated;
    sum->dead += x->dead;
    sum->suspect = sum->suspect || x->suspect;
}

void rt_watch_output(rt_pass *c, rt_watch *w, rt_activation act, double a, int n, int units,
                     int inner, const rt_real *v, const rt_real *y)
{
    rt_profile_output(c->profile, w);
    if (!c->watching)
        return;
    const double count = (double)n * units * inner;
    output_sums of_tile[RT_MAX_TILES], all = { .sum = 0 };
    output_job job = { .of = { rt_planes_of(n, units, inner), act, a,
                               (rt_real)(0.05 * rt_steepest(act, a)), v, y },
                       .of_tile = of_tile, .pass = c, .parts = rt_parts_of(c, w) };
    const int blocks = rt_cut_channels(&job.of.p).count;
    const int tiles = blocks < RT_MAX_TILES ? blocks : RT_MAX_TILES;

    rt_run_tiles(c->pool, 0.15 * count, tiles, output_tile, &job);
    for (int i = 0; i < tiles; i++)
        add_output(&of_tile[i], &all);
    w->act_mean = all.sum / units;
    w->act_rms = sqrt(all.squares / units);
    w->act_unit_var = all.var / units;
    w->saturated = rt_join(c, w->saturated, (double)all.saturated / count);
    w->dead = (double)all.dead / units;
    if (!(rt_before(c) > 0))
        w->act_nonfinite = 0;
    if (all.suspect)
        w->act_nonfinite += rt_count_all(c->pool, (size_t)count, 1, false, y).nonfinite;
    rt_profile_watched(c->profile);
}
