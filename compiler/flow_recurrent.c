/* flow_recurrent.c -- the forecast of recurrent layers.
 *
 * One matrix acts at every step, so steps are not independent, and a recursion over one number a
 * step is decades off.  A few draws of the cell are run instead, at the layer's width or at
 * PROBE_WIDTH if that is less, on inputs and upstream gradients with the kernels that the
 * recursions give; what is told is the mean of logarithms over the draws. */
#include "flow_probe.h"

#include <math.h>

enum { DRAWS = 5, FEWEST = 2, NARROWEST = 8 };
static const double MOST_WORK = 2e7;        /* multiply-adds of one draw there and back ... */
static const double ALL_WORK = 1e8;         /* ... and of one of each recurrent layer */
static const double LEAST = 1e-295;         /* mean squares under it are lost: told as zero */

static const double LN10 = 2.302585092994046;

/* ---- Fields with a given kernel -------------------------------------------------------------- */

/* Shares of a unit's variance: what all have in common, what one sample's steps have, what one
 * step's samples have, and its own. */
typedef struct {
    double all, sample, step, own;
} Shares;

static Shares shares_of(double cross_same, double cross_other, double other)
{
    Shares s = { .all = fmax(fmin(cross_other, 1), 0) };

    s.sample = fmax(fmin(cross_same, 1) - s.all, 0);
    s.step = fmax(fmin(fmin(other, 1) - s.all, 1 - s.all - s.sample), 0);
    s.own = fmax(1 - s.all - s.sample - s.step, 0);
    return (Shares){ sqrt(s.all), sqrt(s.sample), sqrt(s.step), sqrt(s.own) };
}

/* field[steps][samples][width], the variance of step i as `square` has it in walking order. */
static void draw_field(Flow *f, const Shares *s, const double *square, double mean, int steps,
                       int width, bool reverse, double *field)
{
    for (int k = 0; k < width; k++) {
        const double all = s->all * flow_normal(f);
        double sample[PROBE_SAMPLES];

        for (int a = 0; a < PROBE_SAMPLES; a++)
            sample[a] = s->sample * flow_normal(f);
        for (int t = 0; t < steps; t++) {
            const double step = s->step * flow_normal(f);
            const double q = square[reverse ? steps - 1 - t : t] - mean * mean;

            for (int a = 0; a < PROBE_SAMPLES; a++)
                field[(t * PROBE_SAMPLES + a) * width + k] = mean + sqrt(q < 0 ? 0 : q)
                    * (all + sample[a] + step + s->own * flow_normal(f));
        }
    }
}

static void draw_inputs(Flow *f, const Trace *t, NodeId y, Probe *p)
{
    const Kernel *z = kernel_in(t, y, 0);
    const double q = mean_of_squares(z->square[SAME], z->positions), m2 = z->mean * z->mean;
    const double v = fmax(q - m2, 1e-300);
    const Shares s = shares_of((z->cross[SAME] * q - m2) / v, (z->cross[OTHER] * q - m2) / v,
                               (mean_of_squares(z->square[OTHER], z->positions) - m2) / v);
    const NodeId product = t->g->node[y].in[0];
    const Tensor *bias = tensor_of(t, product, 2);

    p->forget = bias && bias->is_forget ? bias->constant : 0;
    draw_field(f, &s, z->square[SAME], z->mean, p->steps, p->gates * p->width,
               t->g->node[y].reverse, p->zx);
}

static double most_work(const Flow *f)
{
    return fmin(MOST_WORK, ALL_WORK / fmax(f->recurrent, 1));
}

/* What one unit's products with one unit cost. */
static double work_of(const Node *n)
{
    return 3 * (double)n->size[1] * (n->op == OP_RNN ? 1 : PROBE_GATES) * PROBE_SAMPLES;
}

/* The layer's own width, as far as the work allows. */
static int width_of(const Flow *f, const Node *n)
{
    const int units = n->size[2] < PROBE_WIDTH ? (int)n->size[2] : PROBE_WIDTH;
    const int most = (int)sqrt(most_work(f) / work_of(n));

    return units < most ? units : most < NARROWEST && units > NARROWEST ? NARROWEST
         : most < NARROWEST ? units : most;
}

/* Fewer where the narrowest probe is still too much. */
static int draws_of(Flow *f, const Node *n)
{
    const int width = width_of(f, n);
    const double share = most_work(f) / (work_of(n) * width * width);

    if (share >= 1 || width > NARROWEST)
        return DRAWS;
    if (!f->rough)
        f->rough = "recurrent layers run over so many steps that few draws of them are made";
    return (int)fmax(DRAWS * share, FEWEST);
}

static void draw_probe(Flow *f, const Trace *t, NodeId y, int draw, Probe *p)
{
    flow_seed(f, 100 + (uint64_t)draw);
    probe_draw(f, t, y, p);
    draw_inputs(f, t, y, p);
    probe_forward(p);
}

/* ---- What is measured of a field ------------------------------------------------------------- */

/* Adds the kernel of field[steps][samples][width], a `share` of it, to squares and crosses. */
static void measure(const double *field, int steps, int width, bool reverse, double share,
                    double *const square[PAIRS], double cross[PAIRS])
{
    double apart = 0, total = 0, other_apart = 0;

    for (int t = 0; t < steps; t++) {
        const int place = reverse ? steps - 1 - t : t;
        double same = 0, other = 0;

        for (int k = 0; k < width; k++) {
            double sum = 0;

            for (int a = 0; a < PROBE_SAMPLES; a++) {
                const double x = field[(t * PROBE_SAMPLES + a) * width + k];

                same += x * x;
                sum += x;
            }
            other += sum * sum;
        }
        other = (other - same) / (PROBE_SAMPLES - 1);
        square[SAME][place] += share * same / (PROBE_SAMPLES * width);
        square[OTHER][place] += share * other / (PROBE_SAMPLES * width);
        square[KIN][place] += share * other / (PROBE_SAMPLES * width);
        total += same;
    }
    for (int k = 0; k < width; k++) {
        double all = 0, of_samples = 0;

        for (int a = 0; a < PROBE_SAMPLES; a++) {
            double sum = 0;

            for (int t = 0; t < steps; t++)
                sum += field[(t * PROBE_SAMPLES + a) * width + k];
            of_samples += sum * sum;
            all += sum;
        }
        apart += of_samples;
        other_apart += all * all;
    }
    const double pairs = fmax(total * (steps - 1), 1e-300);
    cross[SAME] += share * fmin(fmax((apart - total) / pairs, -1), 1);
    cross[OTHER] += share * fmin(fmax((other_apart - apart) / (PROBE_SAMPLES - 1) / pairs, -1), 1);
    cross[KIN] = cross[OTHER];
}

/* ---- Samples of one class -------------------------------------------------------------------- */

/* How far two samples of one class are from two of different ones towards one sample. */
static double nearness(const Kernel *z)
{
    double pair[PAIRS];

    for (int s = 0; s < PAIRS; s++)
        pair[s] = mean_of_squares(z->square[s], z->positions);
    return pair[SAME] > pair[OTHER]
         ? fmin(fmax((pair[KIN] - pair[OTHER]) / (pair[SAME] - pair[OTHER]), 0), 1) : 0;
}

/* The probe's samples are of different classes; those of one class stay as near as they came. */
static void put_kin(double *const square[PAIRS], double cross[PAIRS], int64_t steps, double near)
{
    for (int64_t i = 0; i < steps; i++)
        square[KIN][i] = square[OTHER][i] + near * (square[SAME][i] - square[OTHER][i]);
    cross[KIN] = cross[OTHER] + near * (cross[SAME] - cross[OTHER]);
}

static void recurrent_forward(Flow *f, Trace *t, NodeId y)
{
    const Node *n = &t->g->node[y];
    Kernel *k = kernel_new(f, n->shape);
    Probe *p = probe_new(f, n, width_of(f, n));
    const int draws = draws_of(f, n);

    for (int d = 0; d < draws; d++) {
        draw_probe(f, t, y, d, p);
        measure(p->h + PROBE_SAMPLES * p->width, p->steps, p->width, n->reverse, 1.0 / draws,
                k->square, k->cross);
    }
    put_kin(k->square, k->cross, k->positions, nearness(kernel_in(t, y, 0)));
    if (n->act == ACTIVATION_SOFTMAX && n->op == OP_RNN)
        f->rough = "a softmax stands inside a recurrent layer";
    k->log_var = kernel_in(t, y, 0)->log_var;
    k->pair_var = kernel_in(t, y, 0)->pair_var;
    t->kernel[y] = k;
}

/* ---- The way back -------------------------------------------------------------------------- */

/* The way back is linear in what comes from above: so it is drawn for the kind of pair that has
 * most in common, and the other kind gets its share of that.  Where inputs know nothing of their
 * class the kinds cancel, as labels are balanced: what is drawn then is nearer to nothing, and so
 * less noisy. */
static const double TOO_FAR = 0.01;

typedef struct {
    int drawn;                      /* OTHER or KIN */
    double share[PAIRS];            /* OTHER, KIN: of what was drawn */
    double common;                  /* of two samples' upstream gradients, as drawn */
    double near;
} Upstream;

static Upstream upstream_of(const Gradient *dy, int64_t steps, const Kernel *z)
{
    Upstream u = { .drawn = KIN, .near = nearness(z) };
    double pair[PAIRS];

    for (int s = 0; s < PAIRS; s++)
        pair[s] = mean_of_squares(dy->square[s], steps);
    if (pair[OTHER] > pair[KIN] || u.near < TOO_FAR)
        u.drawn = OTHER;
    u.share[OTHER] = u.share[KIN] = 1;
    if (u.near >= TOO_FAR)
        u.share[OTHER + KIN - u.drawn] = pair[u.drawn] > 0
                                       ? pair[OTHER + KIN - u.drawn] / pair[u.drawn] : 0;
    u.common = fmax(pair[u.drawn], 0) / fmax(pair[SAME], 1e-300);
    return u;
}

/* E g_a g_b of the two kinds, of what was measured of the drawn one. */
static void put_pairs(const Upstream *u, Gradient *g, int64_t steps)
{
    const double cross = g->cross[OTHER];

    for (int64_t i = 0; i < steps; i++) {
        const double drawn = g->square[OTHER][i];

        g->square[OTHER][i] = u->share[OTHER] * drawn;
        g->square[KIN][i] = u->share[KIN]
                          * (drawn + u->near * (u->common * g->square[SAME][i] - drawn));
    }
    g->cross[OTHER] = u->share[OTHER] * cross;
    g->cross[KIN] = u->share[KIN] * (cross + u->near * (u->common * g->cross[SAME] - cross));
}

static void draw_upstream(Flow *f, const Upstream *u, const Gradient *dy, bool reverse, Probe *p)
{
    const Shares s = shares_of(dy->cross[SAME], dy->cross[u->drawn], u->common);

    draw_field(f, &s, dy->square[SAME], 0, p->steps, p->width, reverse, p->dh);
}

/* sum over steps of dz h-^T of one sample: [gates * width][width] */
static void sample_weight(const Probe *p, int a, double *dw)
{
    const int wide = p->gates * p->width;

    for (int i = 0; i < wide * p->width; i++)
        dw[i] = 0;
    for (int t = 0; t < p->steps; t++) {
        const double *dz = p->dzh + (t * PROBE_SAMPLES + a) * wide;
        const double *h = p->h + (t * PROBE_SAMPLES + a) * p->width;

        for (int j = 0; j < wide; j++)
            for (int k = 0; k < p->width; k++)
                dw[j * p->width + k] += dz[j] * h[k];
    }
}

/* |dLoss/dW_hh|^2 of a batch from the samples' own and their products, at the layer's width. */
static double weight_square(Flow *f, const Trace *t, NodeId y, const Upstream *u, const Probe *p)
{
    const int n = p->gates * p->width * p->width;
    const double wider = (double)t->g->node[y].size[2] / p->width;
    double *dw = arena_array(f->arena, double, n), *sum = arena_array(f->arena, double, n);
    double own = 0, all = 0, drawn, pairs;

    for (int a = 0; a < PROBE_SAMPLES; a++) {
        sample_weight(p, a, dw);
        for (int i = 0; i < n; i++) {
            own += dw[i] * dw[i];
            sum[i] += dw[i];
        }
    }
    for (int i = 0; i < n; i++)
        all += sum[i] * sum[i];
    drawn = fmax(all - own, 0) / (PROBE_SAMPLES * (PROBE_SAMPLES - 1));
    own /= PROBE_SAMPLES;
    pairs = mixed(f, (double[]){ 0, u->share[OTHER] * drawn,
                                 u->share[KIN] * (drawn + u->near * (u->common * own - drawn)) });
    return wider * wider * f->batch * (own + (f->batch - 1) * fmax(pairs, -own / f->batch));
}

/* Over the steps that are not lost; NAN where fewer than two are left. */
static double fitted_slope(const double *y, int64_t steps)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;

    for (int64_t i = 0; i < steps; i++) {
        if (y[i] == -INFINITY)
            continue;
        n++, sx += (double)i, sy += y[i];
        sxx += (double)i * (double)i, sxy += (double)i * y[i];
    }
    return n > 1 ? (sxy - sx * sy / n) / (sxx - sx * sx / n) : NAN;
}

static double log_above_least(double square)
{
    return square < LEAST ? -INFINITY : log(square);
}

/* delta by step, in walking order: means of logarithms over the draws. */
static void record_steps(Flow *f, FlowLayer *row, const double *log_square, int64_t steps)
{
    double *decades = arena_array(f->arena, double, steps);

    for (int64_t i = 0; i < steps; i++)
        decades[i] = log_square[i] / 2 / LN10 + log10(f->batch);
    row->first_rms = pow(10, decades[0]);
    row->last_rms = pow(10, decades[steps - 1]);
    row->decades_per_step = fitted_slope(decades, steps);
}

static void recurrent_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Node *n = &t->g->node[y];
    const int64_t steps = n->size[1];
    double *log_square = arena_array(f->arena, double, steps);
    double log_weight = 0, squares = 0;
    const Upstream u = upstream_of(dy, steps, kernel_in(t, y, 0));
    Gradient *dz = gradient_like(f, dy, steps);
    FlowLayer *row = &t->row[n->layer];
    Probe *p = probe_new(f, n, width_of(f, n));
    const int draws = draws_of(f, n);

    for (int s = 0; s < PAIRS; s++)
        dz->cross[s] = dz->radial[s] = 0;
    for (int d = 0; d < draws; d++) {
        Gradient *one = gradient_new(f, steps);
        double weight;

        draw_probe(f, t, y, d, p);
        draw_upstream(f, &u, dy, n->reverse, p);
        probe_backward(p, arena_array(f->arena, double, PROBE_SAMPLES * 2 * p->width));
        measure(p->dz, p->steps, p->gates * p->width, n->reverse, 1, one->square, one->cross);
        weight = log_above_least(weight_square(f, t, y, &u, p)) / draws;
        log_weight += weight;
        squares += weight * weight * draws;
        for (int64_t i = 0; i < steps; i++) {
            const int64_t place = n->reverse ? steps - 1 - i : i;

            log_square[i] += log_above_least(one->square[SAME][place]) / draws;
            for (int s = 0; s < PAIRS; s++)
                dz->square[s][i] += one->square[s][i] / draws;
        }
        for (int s = 0; s < PAIRS; s++)
            dz->cross[s] += one->cross[s] / draws;
    }
    put_pairs(&u, dz, steps);
    row->grad_norm = exp(log_weight / 2);
    row->spread = isfinite(log_weight)
                ? sqrt(fmax(squares - log_weight * log_weight, 0)) / 2 / LN10 : 0;
    record_steps(f, row, log_square, steps);
    flow_give(f, t, y, 0, dz);
}

const FlowRule flow_rnn = { recurrent_forward, recurrent_backward };
const FlowRule flow_lstm = { recurrent_forward, recurrent_backward };
const FlowRule flow_gru = { recurrent_forward, recurrent_backward };
