/* flow_max_pool.c -- the forecast of pools of maxima, which are sampled. */
#include "flow_lags.h"

#include <math.h>

enum { DRAWS = 3200,                 /* of places, for a window of each sample */
       MOST_PLACES = 400 };          /* of one window that are drawn */

/* Windows of Gaussians through phi: what the largest is, and how steep phi is there. */
typedef struct Largest {
    /* E of products of two samples' largest of one window, of another window, and of slopes */
    double square[PAIRS], apart[PAIRS], slope[PAIRS], slope_apart[PAIRS];
    double match[PAIRS];            /* share of `slope` where both take the same place */
    double mean;
    double alone[PAIRS], alone_apart[PAIRS];    /* E phi' phi' at any place, at two ... */
    double alone_near[PAIRS];                   /* ... of one window */
} Largest;

typedef struct {
    double value, slope;
    int place;
} Peak;

/* Deviations of what shares something: all, a sample's places, a window and a sample's window
 * beyond that, a place's samples, nothing. */
typedef struct {
    double all, sample, near, near_sample, place, own;
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

static double between(double low, double x, double high) { return fmin(fmax(x, low), high); }

static Deviations deviations_of(const Kernel *z, int64_t kernel, int s)
{
    const double m2 = z->mean * z->mean, q = mean_of_squares(z->square[SAME], z->positions);
    const double v = fmax(q - m2, 0);
    const double sample = between(0, z->cross[SAME] * q - m2, v);
    const double window = between(sample, lag_within(z, kernel, SAME) * q - m2, v);
    const double pair = between(0, mean_of_squares(z->square[s], z->positions) - m2, v);
    const double all = between(0, z->cross[s] * q - m2, fmin(pair, sample));
    const double near = between(0, fmin(lag_within(z, kernel, s) * q - m2, pair) - all,
                                window - sample);
    const double place = fmin(pair - all - near, v - window);

    return (Deviations){ sqrt(all), sqrt(sample - all), sqrt(near), sqrt(window - sample - near),
                         sqrt(place), sqrt(v - window - place) };
}

static void draw_places(Flow *f, int n, double deviation, double *place)
{
    for (int i = 0; i < n; i++)
        place[i] = deviation * flow_normal(f);
}

/* Two samples, each with a window at one place and one at another. */
static void sample_pair(Flow *f, const Kernel *z, int64_t kernel, Act act, int n, int s,
                        Largest *out)
{
    const Deviations d = deviations_of(z, kernel, s);
    const int samples = DRAWS / (n < 4 ? 4 : n) + 1;
    double *here = arena_array(f->arena, double, n), *there = arena_array(f->arena, double, n);

    for (int i = 0; i < samples; i++) {
        const double u = d.all * flow_normal(f);
        const double ca = u + d.sample * flow_normal(f), cb = u + d.sample * flow_normal(f);
        double window[2] = { 0 }, sample[4] = { 0 };
        Peak a, b, far, other;

        draw_places(f, n, d.place, here);
        draw_places(f, n, d.place, there);
        if (z->lags) {
            draw_places(f, 2, d.near, window);
            draw_places(f, 4, d.near_sample, sample);
        }
        a = draw_peak(f, z->mean, act, n, ca + window[0] + sample[0], here, d.own);
        b = draw_peak(f, z->mean, act, n, cb + window[0] + sample[1], here, d.own);
        far = draw_peak(f, z->mean, act, n, ca + window[1] + sample[2], there, d.own);
        other = draw_peak(f, z->mean, act, n, cb + window[1] + sample[3], there, d.own);
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
static void slopes_alone(Flow *f, const Kernel *z, Act act, int64_t kernel, Largest *out)
{
    const double m2 = z->mean * z->mean, q = mean_of_squares(z->square[SAME], z->positions);
    const double v = fmax(q - m2, 1e-300);
    Moments m;

    act_moments(f->tables->gauss, act, v, z->mean, &m);
    for (int s = 0; s < PAIRS; s++) {
        const double c = (mean_of_squares(z->square[s], z->positions) - m2) / v;

        out->alone[s] = fmax(series_at(&m.slope, c), 1e-300);
        out->alone_apart[s] = fmax(series_at(&m.slope, (z->cross[s] * q - m2) / v), 1e-300);
        out->alone_near[s] = fmax(series_at(&m.slope, (lag_within(z, kernel, s) * q - m2) / v),
                                  1e-300);
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
        sample_pair(f, z, kernel, act, drawn, s, out);
    slopes_alone(f, z, act, kernel, out);
    return out;
}

/* Between the largest of two windows that have nothing but `cross` in common and those of one. */
typedef struct {
    Means z;
    const Largest *most;
} Peaks;

static double lag_of_peaks(const void *with, int s, int64_t down, int64_t across)
{
    const Peaks *p = with;
    const double far = p->z.cross[s], one = lag_of_means(&p->z, s, 0, 0);
    const double here = lag_of_means(&p->z, s, down, across);
    const double near = one > far ? between(0, (here - far) / (one - far), 1) : 0;

    return (p->most->apart[s] + near * (p->most->square[s] - p->most->apart[s]))
         / fmax(p->most->square[SAME], 1e-300);
}

static void max_pool_forward(Flow *f, Trace *t, NodeId y)
{
    const Kernel *x = kernel_in(t, y, 0);
    const Kernel *z = x->source ? x->source : x;
    const Window *v = t->g->node[y].window;
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
    if (z->lags) {
        const Peaks peaks = { { z->lags, z->cross, v->kernel, v->stride, 1 }, most };

        k->lags = lags_planned(f, k->height, k->width, lag_of_peaks, &peaks);
        lags_mean(f, k->lags, k->square[SAME], k->cross);
    }
    t->kernel[y] = k;
}

/* Two places of one window, and those of two, in units of a place's own. */
typedef struct {
    Spread windows;
    double near[PAIRS], far[PAIRS], here[PAIRS];
} PeakSpread;

static double lag_back(const void *with, int s, int64_t down, int64_t across)
{
    const PeakSpread *p = with;
    const int64_t stride = p->windows.stride;
    const double rows = 1 - (double)(down < stride ? down : stride) / (double)stride;
    const int64_t far = across < 0 ? -across : across;
    const double one = rows * (1 - (double)(far < stride ? far : stride) / (double)stride);

    if (!down && !across)
        return p->here[s];
    return one * p->near[s] + p->far[s] * (lag_spread(&p->windows, s, down, across)
                                           - one * p->windows.own[s]);
}

/* One place of each window gets all, in two samples the same or two.  phi's own rule will multiply
 * by its slope at any place, so that at the largest is put in here. */
static void max_pool_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Kernel *x = kernel_in(t, y, 0), *k = t->kernel[y];
    const Largest *most = t->largest[y];
    const double windows = (double)k->positions, places = (double)x->positions;
    const double own = fmax(mean_of_squares(dy->square[SAME], k->positions), 1e-300);
    const double under = places / windows;
    PeakSpread peaks = { .windows = { .dy = dy, .stride = t->g->node[y].window->stride } };
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
        peaks.near[s] = pair / own * (1 - most->match[s]) * most->slope[s] * most->alone[SAME]
                      / fmax(most->slope[SAME] * most->alone_near[s] * (under - 1), 1e-300);
        peaks.far[s] = most->slope_apart[s] * most->alone[SAME]
                     / fmax(most->slope[SAME] * most->alone_apart[s] * under, 1e-300);
        peaks.windows.own[s] = pair / own;
        peaks.here[s] = dx->square[s][0] / fmax(dx->square[SAME][0], 1e-300);
    }
    if (x->lags || dy->lags) {
        dx->lags = lags_planned(f, x->height, x->width, lag_back, &peaks);
        lags_mean(f, dx->lags, dx->square[SAME], dx->cross);
    }
    flow_give(f, t, y, 0, dx);
}

const FlowRule flow_max_pool = { max_pool_forward, max_pool_backward };
