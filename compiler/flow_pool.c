/* flow_pool.c -- the forecast of pools of means, which are sums of the kernel. */
#include "flow_lags.h"

#include <math.h>

/* The places under one output, as far as they lie in the image; how many. */
static int places_under(const Window *v, int64_t out, int64_t *place)
{
    const int64_t row = out / v->out.dim[2], column = out % v->out.dim[2];
    int n = 0;

    for (int64_t k = 0; k < v->kernel * v->kernel; k++) {
        const int64_t i = row * v->stride + k / v->kernel - v->top;
        const int64_t j = column * v->stride + k % v->kernel - v->left;

        if (i >= 0 && i < v->in.dim[1] && j >= 0 && j < v->in.dim[2])
            place[n++] = i * v->in.dim[2] + j;
    }
    return n;
}

double lag_of_means(const void *with, int s, int64_t down, int64_t across)
{
    const Means *m = with;
    const int64_t k = m->kernel;
    double sum = 0;

    for (int64_t i = 1 - k; i < k; i++)
        for (int64_t j = 1 - k; j < k; j++) {
            const double pairs = (double)((k - (i < 0 ? -i : i)) * (k - (j < 0 ? -j : j)));

            sum += pairs * lag_at(m->lags, m->cross, s, m->stride * down + i,
                                  m->stride * across + j);
        }
    return m->factor * sum / (double)(k * k * k * k);
}

/* Of two different places of one window. */
double lag_within(const Kernel *x, int64_t kernel, int s)
{
    const Means m = { x->lags, x->cross, kernel, 0, 1 };
    const double all = (double)(kernel * kernel);

    if (all <= 1)
        return x->cross[s];
    return (lag_of_means(&m, s, 0, 0) * all - lag_at(x->lags, x->cross, s, 0, 0)) / (all - 1);
}

/* A mean of `count` with these places: square and cross sums of the kernel. */
static void mean_at(const Kernel *x, const int64_t *place, int n, double count,
                    const double cross[PAIRS], Kernel *k, int64_t out)
{
    double root = 0, both = 0;

    for (int i = 0; i < n; i++) {
        both += x->square[SAME][place[i]];
        root += sqrt(fmax(x->square[SAME][place[i]], 0));
    }
    for (int s = 0; s < PAIRS; s++) {
        double here = 0;

        for (int i = 0; i < n; i++)
            here += x->square[s][place[i]];
        k->square[s][out] = (here + cross[s] * (root * root - both)) / (count * count);
    }
}

/* Two means have as much in common as two places: all pairs of them. */
static void cross_of_means(const Kernel *x, Kernel *k)
{
    const double before = mean_of_squares(x->square[SAME], x->positions);
    const double after = mean_of_squares(k->square[SAME], k->positions);

    for (int s = 0; s < PAIRS; s++)
        k->cross[s] = fmin(x->cross[s] * before / fmax(after, 1e-300), 1);
    k->mean = x->mean;
    k->log_var = x->log_var;
    k->pair_var = x->pair_var;
}

static void avg_pool_forward(Flow *f, Trace *t, NodeId y)
{
    const Window *v = t->g->node[y].window;
    const Kernel *x = kernel_in(t, y, 0);
    const double count = (double)(v->kernel * v->kernel);
    int64_t *place = arena_array(f->arena, int64_t, v->kernel * v->kernel);
    Kernel *k = kernel_new(f, t->g->node[y].shape);
    double within[PAIRS];

    for (int s = 0; s < PAIRS; s++)
        within[s] = x->lags ? lag_within(x, v->kernel, s) : x->cross[s];
    for (int64_t o = 0; o < k->positions; o++)
        mean_at(x, place, places_under(v, o, place), count, within, k, o);
    cross_of_means(x, k);
    if (x->lags) {
        const Means m = { x->lags, x->cross, v->kernel, v->stride,
                          mean_of_squares(x->square[SAME], x->positions)
                          / fmax(mean_of_squares(k->square[SAME], k->positions), 1e-300) };

        k->lags = lags_planned(f, k->height, k->width, lag_of_means, &m);
        lags_mean(f, k->lags, k->square[SAME], k->cross);
    }
    t->kernel[y] = k;
}

static int64_t windows_below(int64_t d, int64_t stride)
{
    return d >= 0 ? d / stride : -((stride - 1 - d) / stride);
}

/* Two places d apart lie in windows that are d / stride apart, or one more: by where they begin. */
double lag_spread(const void *with, int s, int64_t down, int64_t across)
{
    const Spread *w = with;
    const int64_t row = windows_below(down, w->stride), column = windows_below(across, w->stride);
    const double more[2] = { (double)(down - row * w->stride) / (double)w->stride,
                             (double)(across - column * w->stride) / (double)w->stride };
    double sum = 0;

    for (int i = 0; i < 4; i++) {
        const int64_t r = row + i / 2, c = column + i % 2;
        const double weight = (i / 2 ? more[0] : 1 - more[0]) * (i % 2 ? more[1] : 1 - more[1]);

        sum += weight * (r || c ? lag_at(w->dy->lags, w->dy->cross, s, r, c) : w->own[s]);
    }
    return sum;
}

/* Places of one window get one gradient; others as much as their windows have in common. */
static void avg_pool_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Window *v = t->g->node[y].window;
    const Kernel *x = kernel_in(t, y, 0), *k = t->kernel[y];
    const double count = (double)(v->kernel * v->kernel);
    int64_t *place = arena_array(f->arena, int64_t, v->kernel * v->kernel);
    Gradient *dx = gradient_like(f, dy, x->positions);
    Spread spread = { .dy = dy, .stride = v->stride };
    const double together = x->positions > 1 ? (count - 1) / ((double)x->positions - 1) : 0;

    for (int64_t o = 0; o < k->positions; o++) {
        const int n = places_under(v, o, place);

        for (int i = 0; i < n; i++)
            for (int s = 0; s < PAIRS; s++)
                dx->square[s][place[i]] += dy->square[s][o] / (count * count);
    }
    for (int s = 0; s < PAIRS; s++) {
        const double own = mean_of_squares(dy->square[s], k->positions)
                         / fmax(mean_of_squares(dy->square[SAME], k->positions), 1e-300);

        dx->cross[s] = together * own + (1 - together) * dy->cross[s];
        spread.own[s] = own;
    }
    if (x->lags || dy->lags)
        dx->lags = lags_planned(f, x->height, x->width, lag_spread, &spread);
    flow_give(f, t, y, 0, dx);
}

const FlowRule flow_avg_pool = { avg_pool_forward, avg_pool_backward };

static void plane_mean_forward(Flow *f, Trace *t, NodeId y)
{
    const Kernel *x = kernel_in(t, y, 0);
    int64_t *place = arena_array(f->arena, int64_t, x->positions);
    Kernel *k = kernel_new(f, t->g->node[y].shape);

    for (int64_t p = 0; p < x->positions; p++)
        place[p] = p;
    mean_at(x, place, (int)x->positions, (double)x->positions, x->cross, k, 0);
    cross_of_means(x, k);
    t->kernel[y] = k;
}

static void plane_mean_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Kernel *x = kernel_in(t, y, 0);
    const double count = (double)x->positions;
    Gradient *dx = gradient_like(f, dy, x->positions);

    dx->lags = NULL;
    for (int s = 0; s < PAIRS; s++) {
        dx->cross[s] = dy->square[s][0] / (dy->square[SAME][0] + 1e-300);
        for (int64_t p = 0; p < x->positions; p++)
            dx->square[s][p] = dy->square[s][0] / (count * count);
    }
    flow_give(f, t, y, 0, dx);
}

const FlowRule flow_plane_mean = { plane_mean_forward, plane_mean_backward };
