/* real_watch_steps.c -- the gradient through time: its size by step of a recurrent layer, and the
 * fit of its logarithm. */
#include "kernels.h"
#include "parts.h"
#include "profile.h"

/* Sums of a least-squares line through (t, log10 RMS), t counted from the middle of the walk. */
typedef struct {
    double n, t, tt, y, ty;
} line_sums;

enum { MOST_TILES = 32, TILE = 1024 };      /* values of a sample in a tile, or about as many */

typedef struct {
    line_sums line;
    rt_counts counts;
} step_sums;

typedef struct {
    rt_tiles tiles;                 /* of steps */
    const rt_pass *pass;
    rt_direction way;
    size_t n, steps, m;
    const rt_real *dz;
    rt_layer_parts *parts;          /* of a batch in parts, else NULL */
    rt_watch *watch;                /* each of its three steps is written by the tile that has it */
    step_sums partial[MOST_TILES];
} steps_job;

/* The RMS over samples and units at step t of the walk, from the sum of its squares. */
static double step_rms(const steps_job *s, size_t t, double squares)
{
    if (!isfinite(squares))         /* as of all values that are not finite */
        squares = (double)NAN;
    const double rms = sqrt(squares / (double)(s->n * s->m)) * s->pass->rows;
    if (!s->parts)
        return rms;
    s->parts->step[t] = rt_join(s->pass, s->parts->step[t], rms * rms);
    return sqrt(s->parts->step[t]);
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

static void take_step(steps_job *s, size_t step, double squares, line_sums *line)
{
    const size_t t = s->way == RT_FROM_LAST ? s->steps - 1 - step : step;
    const double rms = step_rms(s, t, squares);

    if (t == 0)
        s->watch->delta_first = rms;
    if (t == (s->steps - 1) / 2)
        s->watch->delta_middle = rms;
    if (t == s->steps - 1)
        s->watch->delta_last = rms;
    add_point(line, (double)t - 0.5 * (double)(s->steps - 1), rms);
}

/* All that is asked of the steps, while they are read once. */
static void steps_tile(void *arg, int tile)
{
    steps_job *s = arg;
    const size_t end = rt_tile_end(&s->tiles, tile);
    step_sums *sum = &s->partial[tile];
    double squares[RT_MOST_ROWS];

    *sum = (step_sums){ .line = { 0 } };
    for (size_t first = rt_tile_start(&s->tiles, tile); first < end; first += RT_MOST_ROWS) {
        const rt_rows r = { .x = s->dz + first * s->m, .m = s->m, .runs = s->n,
                            .apart = s->steps * s->m,
                            .rows = end - first < RT_MOST_ROWS ? end - first : RT_MOST_ROWS };
        rt_count_rows(&r, rt_wants_bins(s->pass->set), squares, &sum->counts);
        for (size_t k = 0; k < r.rows; k++)
            take_step(s, first + k, squares[k], &sum->line);
    }
}

static double slope(const step_sums *partial, int tiles)
{
    line_sums s = { 0 };

    for (int i = 0; i < tiles; i++) {
        s.n += partial[i].line.n;
        s.t += partial[i].line.t;
        s.tt += partial[i].line.tt;
        s.y += partial[i].line.y;
        s.ty += partial[i].line.ty;
    }
    if (s.n < 2)
        return (double)NAN;
    return (s.ty - s.t * s.y / s.n) / (s.tt - s.t * s.t / s.n);
}

static rt_tiles cut_steps(size_t steps, size_t m)
{
    const size_t least = steps / MOST_TILES + 1, about = TILE / m + 1;
    const size_t size = least > about ? least : about;
    return (rt_tiles){ steps, size, (int)((steps + size - 1) / size) };
}

void rt_watch_steps(rt_pass *c, rt_watch *w, rt_direction way, int n, int steps, int m,
                    const rt_real *dz)
{
    rt_profile_delta(c->profile, w);
    if (!c->watching)
        return;
    steps_job s = { .tiles = cut_steps((size_t)steps, (size_t)m), .pass = c, .way = way,
                    .n = (size_t)n, .steps = (size_t)steps, .m = (size_t)m, .dz = dz, .watch = w,
                    .parts = rt_parts_of(c, w) };
    rt_counts counts = { 0 };

    rt_run_tiles(c->pool, (0.1 * m + 5) * n * steps, s.tiles.count, steps_tile, &s);
    for (int i = 0; i < s.tiles.count; i++)
        rt_add_counts(&s.partial[i].counts, &counts);
    w->decades_per_step = slope(s.partial, s.tiles.count);
    if (c->rows < rt_whole_rows(c))
        counts = rt_count_gradient(c, s.n * s.steps * s.m, dz);
    rt_record_delta(c, w, &counts);
    rt_profile_watched(c->profile);
}
