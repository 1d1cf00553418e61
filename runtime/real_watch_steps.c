/* real_watch_steps.c -- the gradient through time: its size by step of a recurrent layer, and the
 * fit of its logarithm. */
#include "clock.h"
#include "kernels.h"
#include "parts.h"
#include "profile.h"
#include "watch_steps.h"

/* ---- Counts, by tiles of samples ------------------------------------------------------------- */

enum { AT_ONCE = 16384 };             /* values that a tile counts at once, or about as many */

/* A part of the batch counts dz by its share in the whole, afterwards. */
static bool is_whole(const rt_pass *c) { return !(c->rows < rt_whole_rows(c)); }

/* Zeroed counts, and room for the sums of squares; NULL where there are more than have room. */
static rt_tile_counts *tiles_of(rt_step_watch *s)
{
    const size_t tiles = (size_t)s->tiles, steps = (size_t)s->all->steps;
    rt_tile_counts *tile = rt_thread_memory(RT_OF_JOB);

    if (tiles > RT_JOB_BYTES / (sizeof *tile + steps * sizeof *s->squares))
        return NULL;
    memset(tile, 0, tiles * sizeof *tile);
    s->squares = (double *)(tile + tiles);
    return tile;
}

rt_step_watch rt_watch_walk(rt_pass *c, rt_watch *w, const rt_walk *all, int m, const rt_real *dz)
{
    const int size = rt_samples_of_tile(all->n);
    rt_step_watch s = { .pass = c, .all = all, .m = m, .tiles = (all->n + size - 1) / size,
                        .dz = dz };

    if (!w)
        return s;
    rt_profile_delta(c->profile, w);
    if (c->watching) {
        s.watch = w;
        s.tile = tiles_of(&s);
    }
    return s;
}

/* Steps k to k + steps - 1 of a tile. */
static void count_steps(const rt_step_watch *s, const rt_walk *t, int tile, int k, int steps)
{
    const int step = rt_lesser(rt_step(t, k), rt_step(t, k + steps - 1));
    const size_t m = (size_t)s->m, all = (size_t)t->steps;
    const rt_rows r = { .x = s->dz + rt_at(t, 0, step, s->m), .m = m, .runs = (size_t)t->n,
                        .apart = all * m, .rows = (size_t)steps };
    const double began = s->pass->profile ? rt_seconds() : 0;

    rt_count_rows(&r, is_whole(s->pass) && rt_wants_bins(s->pass->set),
                  s->squares + (size_t)tile * all + (size_t)step, &s->tile[tile].counts);
    if (s->pass->profile)
        s->tile[tile].seconds += rt_seconds() - began;
}

void rt_count_step(const rt_step_watch *s, const rt_walk *t, int tile, int k)
{
    if (!s->tile)
        return;
    const int about = (int)(AT_ONCE / ((size_t)t->n * (size_t)s->m)) + 1;
    const int turn = rt_lesser(about, RT_MOST_ROWS);
    if (k % turn == 0)
        count_steps(s, t, tile, k, rt_lesser(turn, t->steps - k));
}

/* ---- Records --------------------------------------------------------------------------------- */

/* Sums of a least-squares line through (t, log10 RMS), t counted from the middle of the walk. */
typedef struct {
    double n, t, tt, y, ty;
} line_sums;

static double squares_of(const rt_step_watch *s, int step)
{
    const int steps = s->all->steps;
    double sum = 0;

    for (int i = 0; s->tile && i < s->tiles; i++)
        sum += s->squares[(size_t)i * (size_t)steps + (size_t)step];
    for (int i = 0; !s->tile && i < s->all->n; i++)
        sum += rt_sum_squares((size_t)s->m, s->dz + rt_at(s->all, i, step, s->m));
    return sum;
}

/* The RMS over samples and units at step t of the walk. */
static double step_rms(const rt_step_watch *s, rt_layer_parts *parts, int t)
{
    double squares = squares_of(s, rt_step(s->all, t));

    if (!isfinite(squares))         /* as of all values that are not finite */
        squares = (double)NAN;
    const double rms = sqrt(squares / ((double)s->all->n * s->m)) * s->pass->rows;
    if (!parts)
        return rms;
    parts->step[t] = rt_join(s->pass, parts->step[t], rms * rms);
    return sqrt(parts->step[t]);
}

static void add_point(line_sums *sum, double t, double rms)
{
    const double y = log10(rms);

    if (!isfinite(y))               /* no step of zero or of nothing */
        return;
    sum->n++;
    sum->t += t;
    sum->tt += t * t;
    sum->y += y;
    sum->ty += t * y;
}

static double slope(const line_sums *s)
{
    if (s->n < 2)
        return (double)NAN;
    return (s->ty - s->t * s->y / s->n) / (s->tt - s->t * s->t / s->n);
}

static void record_sizes(const rt_step_watch *s)
{
    rt_layer_parts *parts = rt_parts_of(s->pass, s->watch);
    const int last = s->all->steps - 1;
    line_sums line = { 0 };

    for (int t = 0; t <= last; t++) {
        const double rms = step_rms(s, parts, t);
        if (t == 0)
            s->watch->delta_first = rms;
        if (t == last / 2)
            s->watch->delta_middle = rms;
        if (t == last)
            s->watch->delta_last = rms;
        add_point(&line, (double)t - 0.5 * (double)last, rms);
    }
    s->watch->decades_per_step = slope(&line);
}

/* What the tiles have counted, if that is of the gradient of the whole batch. */
static rt_counts all_counts(const rt_step_watch *s)
{
    rt_counts sum = { 0 };

    if (!s->tile || !is_whole(s->pass))
        return rt_count_gradient(s->pass, rt_at(s->all, s->all->n, 0, s->m), s->dz);
    for (int i = 0; i < s->tiles; i++)
        rt_add_counts(&s->tile[i].counts, &sum);
    return sum;
}

/* The seconds that the tiles counted, of as many as run at once. */
static double seconds_of_tiles(const rt_step_watch *s)
{
    double sum = 0;

    for (int i = 0; s->tile && i < s->tiles; i++)
        sum += s->tile[i].seconds;
    return sum / rt_lesser(s->tiles, rt_pool_threads(s->pass->pool));
}

void rt_record_steps(const rt_step_watch *s)
{
    if (!s->watch)
        return;
    rt_profile_watched_within(s->pass->profile, seconds_of_tiles(s));
    const rt_counts counts = all_counts(s);
    record_sizes(s);
    rt_record_delta(s->pass, s->watch, &counts);
    rt_profile_watched(s->pass->profile);
}
