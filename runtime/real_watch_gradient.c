/* real_watch_gradient.c -- what is recorded of a layer's gradient at a watched step, while it is
 * live. */
#include "clock.h"
#include "kernels.h"
#include "parts.h"
#include "profile.h"

#include <string.h>

enum { COUNT_TILES = 32, COUNT_TILE = 16384 };

typedef struct {
    rt_tiles tiles;
    const rt_real *x, *over;        /* counted is x, but 0 where `over`, if there is any, is not */
    rt_real times;                  /* over 0; and so many times that */
    bool bins;
    rt_counts partial[COUNT_TILES];
} count_job;

static void take_over(size_t n, const rt_real *x, const rt_real *over, rt_real *restrict y)
{
    for (size_t i = 0; i < n; i++) {
        const rt_real taken = x[i];
        y[i] = over[i] > 0 ? taken : 0;
    }
}

/* Of n values from `at` on what is counted. */
static void make_counted(const count_job *job, size_t at, size_t n, rt_real *made)
{
    const rt_real times = job->times;

    if (job->over)
        take_over(n, job->x + at, job->over + at, made);
    else
        memcpy(made, job->x + at, n * sizeof *made);
    for (size_t i = 0; i < n && times != 1; i++)    /* a product could flush what is subnormal */
        made[i] *= times;
}

static bool count_at_once(const count_job *job, size_t at, size_t n, rt_counts *out)
{
    return job->over && job->times == 1
        && rt_count_over(n, job->x + at, job->over + at, job->bins, out);
}

static void count_made(const count_job *job, size_t at, size_t end, rt_counts *out)
{
    rt_real made[RT_COUNTED_OVER];

    for (; at < end; at += RT_COUNTED_OVER) {
        const size_t n = end - at < RT_COUNTED_OVER ? end - at : RT_COUNTED_OVER;
        if (count_at_once(job, at, n, out))
            continue;
        make_counted(job, at, n, made);
        rt_count_values(n, made, job->bins, out);
    }
}

static void count_tile(void *arg, int tile)
{
    count_job *job = arg;
    const size_t start = rt_tile_start(&job->tiles, tile), end = rt_tile_end(&job->tiles, tile);
    job->partial[tile] = (rt_counts){ 0 };
    if (job->times == 1 && !job->over)
        rt_count_values(end - start, job->x + start, job->bins, &job->partial[tile]);
    else
        count_made(job, start, end, &job->partial[tile]);
}

static rt_counts count_over(rt_pool *pool, size_t n, rt_real times, bool bins, const rt_real *over,
                            const rt_real *x)
{
    const size_t least = n / COUNT_TILES + 1;
    const size_t size = least > COUNT_TILE ? least : COUNT_TILE;
    count_job job;
    rt_counts sum = { 0 };

    job.tiles = (rt_tiles){ n, size, (int)((n + size - 1) / size) };
    job.x = x;
    job.over = over;
    job.times = times;
    job.bins = bins;
    rt_run_tiles(pool, 0.15 * (double)n, job.tiles.count, count_tile, &job);
    for (int i = 0; i < job.tiles.count; i++)
        rt_add_counts(&job.partial[i], &sum);
    return sum;
}

rt_counts rt_count_all(rt_pool *pool, size_t n, rt_real times, bool bins, const rt_real *x)
{
    return count_over(pool, n, times, bins, NULL, x);
}

/* ---- Gradients ------------------------------------------------------------------------------- */

static rt_real share_of(const rt_pass *c) { return (rt_real)(c->rows / rt_whole_rows(c)); }

static rt_counts count_share(const rt_pass *c, size_t n, bool bins, const rt_real *dz)
{
    return rt_count_all(c->pool, n, share_of(c), bins, dz);
}

rt_counts rt_count_gradient(const rt_pass *c, size_t n, const rt_real *dz)
{
    return count_share(c, n, rt_wants_bins(c->set), dz);
}

/* The RMS times the number of samples: of the sample's own loss, not of its share of the mean. */
double rt_sample_rms(const rt_pass *c, const rt_counts *x)
{
    if (x->nonfinite > 0)
        return (double)NAN;
    return sqrt(x->sum_squares / (double)x->count) * rt_whole_rows(c);
}

void rt_record_delta(const rt_pass *c, rt_watch *w, const rt_counts *counts)
{
    if (rt_before(c) > 0)
        rt_add_counts(counts, &w->delta);
    else
        w->delta = *counts;
    w->delta_rms = rt_sample_rms(c, &w->delta);
}

void rt_watch_delta(rt_pass *c, rt_watch *w, int n, int m, const rt_real *dz)
{
    rt_watch_same_delta(c, w, NULL, n, m, dz);
}

void rt_watch_same_delta(rt_pass *c, rt_watch *w, const rt_watch *counted, int n, int m,
                         const rt_real *dz)
{
    rt_profile_delta(c->profile, w);
    if (!c->watching)
        return;
    rt_fetch_record(w, sizeof *w);
    if (w->has_delta) {
        w->has_delta = false;
    } else if (counted) {           /* of a batch in parts both have joined the same ones */
        w->delta = counted->delta;
        w->delta_rms = counted->delta_rms;
    } else {
        const rt_counts counts = rt_count_gradient(c, (size_t)n * (size_t)m, dz);
        rt_record_delta(c, w, &counts);
    }
    rt_profile_watched(c->profile);
}

/* ---- Gradients of maxima --------------------------------------------------------------------- */

/* Then a pixel is in one window at most. */
static bool are_apart(const rt_window *v) { return v->stride >= v->kernel; }

static size_t pixels(const rt_window *v)
{
    return (size_t)v->channels * (size_t)v->height * (size_t)v->width;
}

static size_t windows(const rt_window *v)
{
    return (size_t)v->channels * (size_t)v->out_height * (size_t)v->out_width;
}

/* Of a window the largest pixel, y, has its dy; all others are 0, and are not looked at. */
static rt_counts count_peaks(const rt_pass *c, size_t n, const rt_window *v, const rt_real *dy,
                             const rt_real *y)
{
    rt_counts counts = count_over(c->pool, n * windows(v), share_of(c), rt_wants_bins(c->set), y,
                                  dy);
    const uint64_t nonzero = counts.count - counts.zero;

    counts.count = n * pixels(v);
    counts.zero = counts.count - nonzero;
    return counts;
}

void rt_watch_peaks(rt_pass *c, rt_watch *w, int n, const rt_window *v, const rt_real *dy,
                    const rt_real *y)
{
    if (!c->watching || !are_apart(v))
        return;
    const double began = c->profile ? rt_seconds() : 0;
    const rt_counts counts = count_peaks(c, (size_t)n, v, dy, y);
    rt_record_delta(c, w, &counts);
    w->has_delta = true;
    if (c->profile)
        rt_profile_watched_within(c->profile, rt_seconds() - began);
}

/* ---- Paths ----------------------------------------------------------------------------------- */

void rt_watch_path(rt_pass *c, rt_watch *w, int path, int n, int m, const rt_real *d)
{
    rt_watch_same_path(c, w, path, NULL, n, m, d);
}

/* Of this part of the batch alone. */
static double part_rms(const rt_pass *c, const rt_watch *counted, size_t n, const rt_real *d)
{
    if (counted && !(rt_before(c) > 0))     /* else the parts before are in its counts, too */
        return counted->delta_rms;
    const rt_counts counts = count_share(c, n, false, d);
    return rt_sample_rms(c, &counts);
}

void rt_watch_same_path(rt_pass *c, rt_watch *w, int path, const rt_watch *counted, int n, int m,
                        const rt_real *d)
{
    if (!c->watching || path >= RT_PATHS)
        return;
    const double before = w->path_rms[path];
    const double now = part_rms(c, counted, (size_t)n * (size_t)m, d);
    w->path_rms[path] = sqrt(rt_join(c, before * before, now * now));
}
