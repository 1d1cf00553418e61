/* flow_pool.c -- the forecast of pools: means are sums of the kernel, maxima are sampled. */
#include "flow_walk.h"

#include <math.h>

/* ---- Means --------------------------------------------------------------------------------- */

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

/* A mean of `count` with these places: square and cross sums of the kernel. */
static void mean_at(const Kernel *x, const int64_t *place, int n, double count, Kernel *k,
                    int64_t out)
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
        k->square[s][out] = (here + x->cross[s] * (root * root - both)) / (count * count);
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

    for (int64_t o = 0; o < k->positions; o++)
        mean_at(x, place, places_under(v, o, place), count, k, o);
    cross_of_means(x, k);
    t->kernel[y] = k;
}

/* Places of one window get one gradient; others as much as their windows have in common. */
static void avg_pool_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Window *v = t->g->node[y].window;
    const Kernel *x = kernel_in(t, y, 0), *k = t->kernel[y];
    const double count = (double)(v->kernel * v->kernel);
    int64_t *place = arena_array(f->arena, int64_t, v->kernel * v->kernel);
    Gradient *dx = gradient_like(f, dy, x->positions);
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
    }
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
    mean_at(x, place, (int)x->positions, (double)x->positions, k, 0);
    cross_of_means(x, k);
    flow_blur(f, x);
    t->kernel[y] = k;
}

static void plane_mean_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Kernel *x = kernel_in(t, y, 0);
    const double count = (double)x->positions;
    Gradient *dx = gradient_like(f, dy, x->positions);

    for (int s = 0; s < PAIRS; s++) {
        dx->cross[s] = dy->square[s][0] / (dy->square[SAME][0] + 1e-300);
        for (int64_t p = 0; p < x->positions; p++)
            dx->square[s][p] = dy->square[s][0] / (count * count);
    }
    flow_give(f, t, y, 0, dx);
}

const FlowRule flow_plane_mean = { plane_mean_forward, plane_mean_backward };

/* ---- Maxima -------------------------------------------------------------------------------- */

enum { DRAWS = 3200,                 /* of places, for a window of each sample */
       MOST_PLACES = 400 };          /* of one window that are drawn */

/* Windows of Gaussians through phi: what the largest is, and how steep phi is there. */
typedef struct Largest {
    /* E of products of two samples' largest of one window, of another window, and of slopes */
    double square[PAIRS], apart[PAIRS], slope[PAIRS], slope_apart[PAIRS];
    double match[PAIRS];            /* share of `slope` where both take the same place */
    double mean;
    double alone[PAIRS], alone_apart[PAIRS];    /* E phi' phi' at any place, at two */
} Largest;

typedef struct {
    double value, slope;
    int place;
} Peak;

/* Deviations of what shares something: all, a sample's places, a place's samples, nothing. */
typedef struct {
    double all, sample, place, own;
} Deviations;

/* The largest of a window of n places; `common` is what they share, `place` what each shares with
 * other samples. */
static Peak draw_peak(Flow *f, double mean, Act act, int n, double common, const double *place,
                      double own)
{
    double best = -INFINITY;
    int at = 0;

    for (int i = 0; i < n; i++) {
        const double z = mean + common + place[i] + own * flow_normal(f);

        if (z > best) {
            best = z;
            at = i;
        }
    }
    return (Peak){ act_value(act, best), act_slope(act, best), at };
}

static Deviations deviations_of(const Kernel *z, int s)
{
    const double m2 = z->mean * z->mean, q = mean_of_squares(z->square[SAME], z->positions);
    const double v = fmax(q - m2, 0), within = fmin(fmax(z->cross[SAME] * q - m2, 0), v);
    const double pair = fmin(fmax(mean_of_squares(z->square[s], z->positions) - m2, 0), v);
    const double all = fmin(fmax(z->cross[s] * q - m2, 0), fmin(pair, within));
    const double sample = within - all, place = fmin(pair - all, v - within);

    return (Deviations){ sqrt(all), sqrt(sample), sqrt(place), sqrt(v - within - place) };
}

static void draw_places(Flow *f, int n, double deviation, double *place)
{
    for (int i = 0; i < n; i++)
        place[i] = deviation * flow_normal(f);
}

/* Two samples, each with a window at one place and one at another. */
static void sample_pair(Flow *f, const Kernel *z, Act act, int n, int s, Largest *out)
{
    const Deviations d = deviations_of(z, s);
    const int samples = DRAWS / (n < 4 ? 4 : n) + 1;
    double *here = arena_array(f->arena, double, n), *there = arena_array(f->arena, double, n);

    for (int i = 0; i < samples; i++) {
        const double u = d.all * flow_normal(f);
        const double ca = u + d.sample * flow_normal(f), cb = u + d.sample * flow_normal(f);
        Peak a, b, far, other;

        draw_places(f, n, d.place, here);
        draw_places(f, n, d.place, there);
        a = draw_peak(f, z->mean, act, n, ca, here, d.own);
        b = draw_peak(f, z->mean, act, n, cb, here, d.own);
        far = draw_peak(f, z->mean, act, n, ca, there, d.own);
        other = draw_peak(f, z->mean, act, n, cb, there, d.own);
        out->square[s] += a.value * b.value / samples;
        out->square[SAME] += (a.value * a.value + b.value * b.value) / (4 * samples);
        out->apart[s] += a.value * other.value / samples;
        out->apart[SAME] += a.value * far.value / (2 * samples);
        out->slope[s] += a.slope * b.slope / samples;
        out->slope[SAME] += (a.slope * a.slope + b.slope * b.slope) / (4 * samples);
        out->slope_apart[s] += a.slope * other.slope / samples;
        out->slope_apart[SAME] += a.slope * far.slope / (2 * samples);
        out->match[s] += a.slope * b.slope * (a.place == b.place) / samples;
        out->mean += (a.value + b.value) / (4 * samples);
    }
    out->match[s] /= fmax(out->slope[s], 1e-300);
}

/* What phi's own rule will multiply by. */
static void slopes_alone(Flow *f, const Kernel *z, Act act, Largest *out)
{
    const double m2 = z->mean * z->mean, q = mean_of_squares(z->square[SAME], z->positions);
    const double v = fmax(q - m2, 1e-300);
    Moments m;

    act_moments(f->gauss, act, v, z->mean, &m);
    for (int s = 0; s < PAIRS; s++) {
        const double c = (mean_of_squares(z->square[s], z->positions) - m2) / v;

        out->alone[s] = fmax(series_at(&m.slope, c), 1e-300);
        out->alone_apart[s] = fmax(series_at(&m.slope, (z->cross[s] * q - m2) / v), 1e-300);
    }
}

/* What is under the windows is an activation of something Gaussian, or Gaussian itself. */
static Largest *largest_of(Flow *f, const Trace *t, NodeId y, const Kernel *x)
{
    const Kernel *z = x->source ? x->source : x;
    const Act act = x->source ? x->act : (Act){ ACTIVATION_LINEAR, 0 };
    const int64_t kernel = t->g->node[y].window->kernel;
    const int drawn = kernel * kernel < MOST_PLACES ? (int)(kernel * kernel) : MOST_PLACES;
    Largest *out = arena_new_of(f->arena, Largest);

    if (drawn < kernel * kernel && !f->rough)
        f->rough = "maxima over windows of more than 20 x 20 places are taken of a sample of them";
    flow_seed(f, 2);
    out->match[SAME] = 1;
    for (int s = OTHER; s < PAIRS; s++)
        sample_pair(f, z, act, drawn, s, out);
    slopes_alone(f, z, act, out);
    return out;
}

static void max_pool_forward(Flow *f, Trace *t, NodeId y)
{
    const Kernel *x = kernel_in(t, y, 0);
    const Largest *most = t->largest[y] = largest_of(f, t, y, x);
    Kernel *k = kernel_new(f, t->g->node[y].shape);

    k->mean = most->mean;
    k->log_var = x->log_var;
    k->pair_var = x->pair_var;
    for (int s = 0; s < PAIRS; s++) {
        k->cross[s] = most->apart[s] / fmax(most->square[SAME], 1e-300);
        for (int64_t p = 0; p < k->positions; p++)
            k->square[s][p] = most->square[s];
    }
    t->kernel[y] = k;
}

/* One place of each window gets all, in two samples the same or two.  phi's own rule will multiply
 * by its slope at any place, so that at the largest is put in here. */
static void max_pool_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Kernel *x = kernel_in(t, y, 0), *k = t->kernel[y];
    const Largest *most = t->largest[y];
    const double windows = (double)k->positions, places = (double)x->positions;
    const double own = fmax(mean_of_squares(dy->square[SAME], k->positions), 1e-300);
    Gradient *dx = gradient_like(f, dy, x->positions);

    for (int s = 0; s < PAIRS; s++) {
        const double pair = mean_of_squares(dy->square[s], k->positions);
        const double steeper = most->slope[s] / most->alone[s];
        const double two = (pair / own * (1 - most->match[s]) * most->slope[s]
                            + (windows - 1) * dy->cross[s] * most->slope_apart[s])
                         / fmax(most->slope[SAME], 1e-300) / fmax(places - 1, 1);

        for (int64_t p = 0; p < x->positions; p++)
            dx->square[s][p] = pair * most->match[s] * windows / places * steeper;
        dx->cross[s] = two * most->alone[SAME] / most->alone_apart[s];
    }
    flow_give(f, t, y, 0, dx);
}

const FlowRule flow_max_pool = { max_pool_forward, max_pool_backward };
