/* real_watch.c -- what is recorded of a layer's output at a watched step, while it is live. */
#include "activation.h"
#include "channels.h"
#include "kernels.h"
#include "parts.h"
#include "profile.h"
#include "sums.h"
#include "tallies.h"

/* ---- Outputs --------------------------------------------------------------------------------- */

/* Of the units of a block: sums about each one's first value, so that one pass gives both mean and
 * variance; its slopes. */
typedef struct {
    rt_real first[RT_CHANNEL_BLOCK];
    double sum[RT_CHANNEL_BLOCK], squares[RT_CHANNEL_BLOCK];
    uint64_t flat[RT_CHANNEL_BLOCK];
    rt_bits alive[RT_CHANNEL_BLOCK];        /* 0: every slope is */
} unit_sums;

/* How values are added up, by the kind of their slopes. */
typedef struct {
    void (*rows)(size_t n, const rt_real *x, size_t apart, rt_real limit, rt_strip *s);
    void (*runs)(const rt_runs *r, const rt_real *x, rt_real first, rt_real limit,
                 rt_unit_tally *u);
    bool slopes;
} tallies;

/* Of the values of some units, and of those units. */
typedef struct {
    double sum, squares, var;
    uint64_t saturated, dead;
    bool suspect;                   /* some value is not finite, or nearly */
} output_sums;

typedef struct {
    rt_planes p;
    rt_activation act;
    double a;
    rt_real flat;                   /* slopes under this are saturated */
    const tallies *tally;
    const rt_real *v, *y;
    const rt_pass *pass;
    rt_layer_parts *parts;          /* of a batch in parts, else NULL */
    output_sums *of_tile;
} output_job;

/* Units that are single values, some rows at a time.  What no unit stands in is not flat. */
static uint64_t slopes_of_columns(const output_job *job, rt_block block, rt_bits *alive)
{
    rt_real slope[RT_SLOPE_ROWS * RT_SLOPE_COLUMNS];
    uint64_t saturated = 0;

    for (size_t k = 0; k < RT_SLOPE_ROWS * RT_SLOPE_COLUMNS; k++)
        slope[k] = (rt_real)INFINITY;
    for (size_t at = 0; at < job->p.n; at += RT_SLOPE_ROWS) {
        const size_t rows = job->p.n - at < RT_SLOPE_ROWS ? job->p.n - at : RT_SLOPE_ROWS;
        for (size_t i = 0; i < rows; i++)
            rt_slopes(job->act, (rt_real)job->a, block.count,
                      job->v + rt_plane(&job->p, at + i, block.first),
                      slope + i * RT_SLOPE_COLUMNS);
        saturated += rt_tally_slopes(rows, slope, job->flat, alive);
    }
    return saturated;
}

/* One unit of one row, where it is a plane of n values. */
static uint64_t slopes_of_plane(const output_job *job, size_t n, const rt_real *v, rt_bits *alive)
{
    enum { MOST = RT_SLOPE_ROWS * RT_SLOPE_COLUMNS };
    rt_real slope[MOST];
    uint64_t saturated = 0;

    for (size_t at = 0; at < n; at += MOST) {
        const size_t part = n - at < MOST ? n - at : MOST, rows = part / RT_SLOPE_COLUMNS;
        rt_slopes(job->act, (rt_real)job->a, part, v + at, slope);
        saturated += rt_tally_slopes(rows, slope, job->flat, alive);
        for (size_t k = rows * RT_SLOPE_COLUMNS; k < part; k++) {
            saturated += RT_MATH(fabs)(slope[k]) < job->flat;
            alive[0] |= !(slope[k] == 0);
        }
    }
    return saturated;
}

#define TALLIES(name, kind) \
    static void name##_rows(size_t n, const rt_real *x, size_t apart, rt_real limit, rt_strip *s) \
    { \
        rt_tally_rows(n, x, apart, kind, limit, s); \
    } \
    static void name##_runs(const rt_runs *r, const rt_real *x, rt_real first, rt_real limit, \
                            rt_unit_tally *u) \
    { \
        rt_tally_runs(r, x, first, kind, limit, u); \
    } \
    static const tallies of_##name = { name##_rows, name##_runs, (kind) != RT_ANY_SLOPE };
TALLIES(values, RT_ANY_SLOPE)
TALLIES(relu, RT_RELU_SLOPE)
TALLIES(tanh, RT_TANH_SLOPE)
TALLIES(sigmoid, RT_SIGMOID_SLOPE)

static const tallies *tallies_of(rt_activation act, const rt_real *v, const rt_real *y)
{
    switch (v == y ? act : RT_LINEAR) {
    case RT_RELU: return &of_relu;
    case RT_TANH: return &of_tanh;
    case RT_SIGMOID: return &of_sigmoid;
    default: return &of_values;
    }
}

/* ---- Units that are single values, by columns */

/* Rows of fewer channels than a strip's: rows of a strip, the rest of which is no unit's. */
static void tally_few(const output_job *job, rt_strip *s)
{
    const size_t channels = job->p.channels;
    rt_real row[RT_STRIP_ROWS][RT_STRIP] = { { 0 } };

    for (size_t i = 0; i < job->p.n; i += RT_STRIP_ROWS) {
        const size_t rows = job->p.n - i < RT_STRIP_ROWS ? job->p.n - i : RT_STRIP_ROWS;
        for (size_t k = 0; k < rows; k++)
            rt_copy_few((int)channels, job->y + (i + k) * channels, row[k]);
        job->tally->rows(rows, row[0], RT_STRIP, job->flat, s);
    }
}

/* The strip that begins at unit `first`; of the units before block.first + at, which are another
 * strip's, nothing is kept, nor of what lies behind the last unit. */
static void sum_strip(const output_job *job, rt_block block, size_t first, size_t at, unit_sums *u)
{
    const size_t before = block.first + at - first, channels = job->p.channels;
    const size_t count = channels < RT_STRIP ? channels : RT_STRIP;
    rt_strip s = { .sum = { 0 } };

    memcpy(s.about, job->y + first, count * sizeof *s.about);
    if (count < RT_STRIP)
        tally_few(job, &s);
    else
        job->tally->rows(job->p.n, job->y + first, channels, job->flat, &s);
    memcpy(u->sum + at, s.sum + before, (count - before) * sizeof *s.sum);
    memcpy(u->squares + at, s.squares + before, (count - before) * sizeof *s.squares);
    for (size_t k = before; k < count; k++)
        u->flat[at + k - before] = s.flat[k];
}

/* The last strip of a block reaches back into the one before. */
static void sum_columns(const output_job *job, rt_block block, unit_sums *u)
{
    for (size_t k = 0; k < block.count; k += RT_STRIP) {
        const size_t end = block.first + (k + RT_STRIP < block.count ? k + RT_STRIP : block.count);
        sum_strip(job, block, end < RT_STRIP ? 0 : end - RT_STRIP, k, u);
    }
}

/* ---- Units that are planes */

/* A block's planes in the order of the memory: those of some samples at a time, or parts of one's,
 * so many as a block of a sum. */
static void tally_planes(const output_job *job, rt_block block, const rt_real *first,
                         rt_unit_tally *u)
{
    const size_t n = job->p.n, inner = job->p.inner, apart = job->p.channels * inner;
    const size_t turns = (inner + RT_TALLY_STEP - 1) / RT_TALLY_STEP;
    const size_t most = turns < RT_TALLY_TURNS ? RT_TALLY_TURNS / turns : 1;
    rt_runs r = { .apart = apart, .end = job->y + n * apart };

    for (size_t i = 0; i < n; i += r.n) {
        r.n = n - i < most ? n - i : most;
        for (size_t k = 0; k < block.count; k++) {
            const rt_real *y = job->y + rt_plane(&job->p, i, block.first + k);
            for (size_t j = 0; j < inner; j += r.count) {
                r.count = inner - j < RT_TALLY_BLOCK ? inner - j : RT_TALLY_BLOCK;
                job->tally->runs(&r, y + j, first[k], job->flat, &u[k]);
            }
        }
    }
}

static void sum_planes(const output_job *job, rt_block block, unit_sums *u)
{
    rt_unit_tally tally[RT_PLANE_BLOCKS] = { { .sum = { 0 } } };

    tally_planes(job, block, u->first, tally);
    for (size_t k = 0; k < block.count; k++) {
        for (int l = 0; l < RT_HALF; l++) {
            u->sum[k] += tally[k].sum[l];
            u->squares[k] += tally[k].squares[l];
        }
        u->flat[k] = tally[k].flat;
    }
}

/* ---- Blocks of units */

/* Sums in double, of values whose squares their own precision may have had no room for. */
static void sum_again(const output_job *job, rt_block block, size_t k, unit_sums *u)
{
    const double about = (double)u->first[k];

    u->sum[k] = u->squares[k] = 0;
    for (size_t i = 0; i < job->p.n; i++) {
        const rt_real *y = job->y + rt_plane(&job->p, i, block.first + k);
        for (size_t j = 0; j < job->p.inner; j++) {
            const double d = (double)y[j] - about;
            u->sum[k] += d;
            u->squares[k] += d * d;
        }
    }
}

/* Whether a unit whose slopes all are flat has one that is not 0. */
static bool has_slope(const output_job *job, size_t unit)
{
    for (size_t i = 0; i < job->p.n && job->act != RT_RELU; i++)
        for (size_t j = 0; j < job->p.inner; j++) {
            rt_real slope = 0;
            rt_slopes(job->act, (rt_real)job->a, 1, job->y + rt_plane(&job->p, i, unit) + j,
                      &slope);
            if (!(slope == 0))
                return true;
        }
    return false;
}

/* What is known of most units by their sums alone. */
static void look_closer(const output_job *job, rt_block block, unit_sums *u)
{
    const uint64_t values = job->p.n * job->p.inner;

    for (size_t k = 0; k < block.count; k++) {
        const bool dead = u->flat[k] == values && !has_slope(job, block.first + k);
        if (dead)
            u->alive[k] = 0;
        /* A dead ReLU's values are all 0. */
        if (!rt_squares_are_safe(u->squares[k]) && !(dead && job->act == RT_RELU))
            sum_again(job, block, k, u);
    }
}

static void sum_units(const output_job *job, rt_block block, unit_sums *u)
{
    const uint64_t values = job->p.n * job->p.inner;
    const rt_bits alive = job->tally->slopes;
    uint64_t odd = 0;

    for (size_t k = 0; k < block.count; k++)
        u->first[k] = job->y[rt_plane(&job->p, 0, block.first + k)];
    if (job->p.inner == 1)
        sum_columns(job, block, u);
    else
        sum_planes(job, block, u);
    for (size_t k = 0; k < block.count; k++)
        u->alive[k] = alive;
    for (size_t k = 0; k < block.count; k++)
        odd |= (uint64_t)!rt_squares_are_safe(u->squares[k]) | (u->flat[k] == values);
    if (odd != 0)
        look_closer(job, block, u);
}

static double sum_of_units(const double *x)
{
    double lane[RT_LANES] = { 0 };
    for (size_t k = 0; k < RT_CHANNEL_BLOCK; k += RT_LANES)
        for (size_t l = 0; l < RT_LANES; l++)
            lane[l] += x[k + l];
    return rt_sum_lanes(lane);
}

/* Mean and variance by unit give all of the output's statistics: a sum of squares is that about the
 * mean and the mean's own.  Units behind the block's last one have sums of 0. */
static void add_moments(const output_job *job, rt_block block, const unit_sums *u,
                        output_sums *out)
{
    const double share = 1 / ((double)job->p.n * (double)job->p.inner);
    double mean[RT_CHANNEL_BLOCK], var[RT_CHANNEL_BLOCK], own[RT_CHANNEL_BLOCK];
    uint32_t lost = 0;

    for (size_t k = 0; k < RT_CHANNEL_BLOCK; k++) {
        const double offset = u->sum[k] * share, about = u->squares[k] * share - offset * offset;
        mean[k] = (double)u->first[k] + offset;
        var[k] = about > 0 ? about : 0;     /* not NaN where squares overflow: the RMS is inf */
        lost |= !(u->squares[k] < (double)INFINITY);
    }
    for (size_t k = 0; k < block.count && job->parts; k++)
        rt_join_unit(job->pass, &job->parts->unit[block.first + k], &mean[k], &var[k]);
    for (size_t k = 0; k < RT_CHANNEL_BLOCK; k++)
        own[k] = mean[k] * mean[k] + var[k];
    out->sum += sum_of_units(mean);
    out->squares += sum_of_units(own);
    out->var += sum_of_units(var);
    out->suspect = out->suspect || lost != 0;
}

static bool all_zero(size_t n, const rt_bits *x)
{
    rt_bits any = 0;
    for (size_t k = 0; k < n; k++)
        any |= x[k];
    return any == 0;
}

/* Slopes that no tally takes. */
static void take_slopes(const output_job *job, rt_block block, unit_sums *u)
{
    if (job->p.inner == 1) {
        u->flat[0] = slopes_of_columns(job, block, u->alive);
        return;
    }
    for (size_t k = 0; k < block.count; k++) {
        rt_bits alive[RT_SLOPE_COLUMNS] = { 0 };
        for (size_t i = 0; i < job->p.n; i++)
            u->flat[k] += slopes_of_plane(job, job->p.inner,
                                          job->v + rt_plane(&job->p, i, block.first + k), alive);
        u->alive[k] = !all_zero(RT_SLOPE_COLUMNS, alive);
    }
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
    unit_sums u = { .sum = { 0 } };

    sum_units(job, block, &u);
    add_moments(job, block, &u, out);
    if (job->act == RT_LINEAR || job->act == RT_SOFTMAX)
        return;
    if (!job->tally->slopes)
        take_slopes(job, block, &u);
    for (size_t k = 0; k < block.count; k++) {
        out->saturated += u.flat[k];
        out->dead += !is_alive(job, block.first + k, u.alive[k]);
    }
}
_Static_assert((int)RT_SLOPE_COLUMNS == (int)RT_CHANNEL_BLOCK, "a column of slopes for each unit");

/* A tile takes every so-manieth block, so that there is one partial sum a tile. */
static void output_tile(void *arg, int tile)
{
    const output_job *job = arg;
    const int blocks = rt_cut_channels(&job->p).count;
    output_sums out = { .sum = 0 };

    for (int i = tile; i < blocks; i += RT_MAX_TILES)
        output_block(job, rt_block_of(&job->p, i), &out);
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
    output_job job = { .p = rt_planes_of(n, units, inner), .act = act, .a = a, .v = v, .y = y,
                       .tally = tallies_of(act, v, y), .of_tile = of_tile, .pass = c,
                       .parts = rt_parts_of(c, w),
                       .flat = (rt_real)(0.05 * rt_steepest(act, a)) };
    const int blocks = rt_cut_channels(&job.p).count;
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
