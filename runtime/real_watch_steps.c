/* real_watch_steps.c -- the gradient through time: its size by step of a recurrent layer, and the
 * fit of its logarithm. */
#include "kernels.h"
#include "parts.h"

/* Sums of a least-squares line through (t, log10 RMS), t counted from the middle of the walk. */
typedef struct {
    double n, t, tt, y, ty;
} line_sums;

typedef struct {
    rt_tiles tiles;                 /* of steps */
    const rt_pass *pass;
    rt_direction way;
    size_t n, steps, m;
    const rt_real *dz;
    rt_layer_parts *parts;          /* of a batch in parts, else NULL */
    rt_watch *watch;                /* each of its three steps is written by the tile that has it */
    line_sums partial[RT_MAX_TILES];
} steps_job;

/* The RMS over samples and units at step t of the walk. */
static double step_rms(const steps_job *s, size_t t)
{
    const size_t step = s->way == RT_FROM_LAST ? s->steps - 1 - t : t;
    double squares = 0;

    for (size_t i = 0; i < s->n; i++)
        squares += rt_sum_squares(s->m, s->dz + (i * s->steps + step) * s->m);
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

static void steps_tile(void *arg, int tile)
{
    steps_job *s = arg;
    line_sums *sum = &s->partial[tile];

    *sum = (line_sums){ 0 };
    for (size_t t = rt_tile_start(&s->tiles, tile); t < rt_tile_end(&s->tiles, tile); t++) {
        const double rms = step_rms(s, t);
        if (t == 0)
            s->watch->delta_first = rms;
        if (t == (s->steps - 1) / 2)
            s->watch->delta_middle = rms;
        if (t == s->steps - 1)
            s->watch->delta_last = rms;
        add_point(sum, (double)t - 0.5 * (double)(s->steps - 1), rms);
    }
}

static double slope(const line_sums *partial, int tiles)
{
    line_sums s = { 0 };

    for (int i = 0; i < tiles; i++) {
        s.n += partial[i].n;
        s.t += partial[i].t;
        s.tt += partial[i].tt;
        s.y += partial[i].y;
        s.ty += partial[i].ty;
    }
    if (s.n < 2)
        return (double)NAN;
    return (s.ty - s.t * s.y / s.n) / (s.tt - s.t * s.t / s.n);
}

void rt_watch_steps(rt_pass *c, rt_watch *w, rt_direction way, int n, int steps, int m,
                    const rt_real *dz)
{
    if (!c->watching)
        return;
    steps_job s = { .tiles = rt_cut((size_t)steps, 1), .pass = c, .way = way, .n = (size_t)n,
                    .steps = (size_t)steps, .m = (size_t)m, .dz = dz, .watch = w,
                    .parts = rt_parts_of(c, w) };
    rt_run_tiles(c->pool, (0.1 * m + 20) * n * steps, s.tiles.count, steps_tile, &s);
    w->decades_per_step = slope(s.partial, s.tiles.count);
}
