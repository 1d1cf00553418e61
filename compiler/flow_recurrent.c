/* flow_recurrent.c -- the forecast of recurrent layers.
 *
 * One matrix acts at every step, so steps are not independent, and a recursion over one number a
 * step is decades off.  A few draws of the cell are run instead, at the layer's width or at
 * PROBE_WIDTH if that is less, on inputs and upstream gradients with the kernels that the
 * recursions give; what is told is the mean of logarithms over the draws. */
#include "flow_probe.h"

#include <math.h>
#include <string.h>

enum { DRAWS = 5, FEWEST = 2, NARROWEST = 8 };
static const double MOST_WORK = 2e7;        /* multiply-adds of one draw there and back ... */
static const double ALL_WORK = 1e8;         /* ... and of one of each recurrent layer */
static const double LEAST = 1e-295;         /* mean squares under it are lost: told as zero */

static const double LN10 = 2.302585092994046;

static void draw_inputs(Flow *f, const Trace *t, NodeId y, Probe *p)
{
    const Kernel *z = kernel_in(t, y, 0);
    const double q = mean_of_squares(z->square[SAME], z->positions), m2 = z->mean * z->mean;
    const double v = fmax(q - m2, 1e-300);
    const Shares s = field_shares((z->cross[SAME] * q - m2) / v, (z->cross[OTHER] * q - m2) / v,
                               (mean_of_squares(z->square[OTHER], z->positions) - m2) / v);
    const NodeId product = t->g->node[y].in[0];
    const Tensor *bias = tensor_of(t, product, 2);

    p->forget = bias && bias->is_forget ? bias->constant : 0;
    field_draw(f, &s, z->square[SAME], z->mean, p->steps, p->gates * p->width,
               t->g->node[y].reverse, p->gate);
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

/* The cells that were run forward, and the state of the generator behind each; of long sequences
 * one, which is run anew for each draw. */
typedef struct Drawn {
    int draws;
    bool kept;
    struct {
        Probe *probe;
        Generator generator;
    } of[DRAWS];
} Drawn;

static const double MOST_KEPT = 1 << 20;    /* numbers of a probe */

static void draw_probe(Flow *f, const Trace *t, NodeId y, int draw, Probe *p)
{
    flow_seed(f, 100 + (uint64_t)draw);
    probe_draw(f, t, y, p);
    draw_inputs(f, t, y, p);
    probe_forward(p);
}

static Drawn *drawn_new(Flow *f, const Node *n)
{
    const int width = width_of(f, n);
    Drawn *d = arena_new_of(f->arena, Drawn);

    *d = (Drawn){ .draws = draws_of(f, n),
                  .kept = (double)n->size[1] * PROBE_SAMPLES * PROBE_GATES * width < MOST_KEPT };
    d->of[0].probe = probe_new(f, n, width);
    for (int i = 1; i < d->draws; i++)
        d->of[i].probe = d->kept ? probe_new_beside(f, d->of[0].probe) : d->of[0].probe;
    return d;
}

static Probe *probe_run(Flow *f, const Trace *t, NodeId y, Drawn *d, int draw)
{
    draw_probe(f, t, y, draw, d->of[draw].probe);
    d->of[draw].generator = f->generator;
    return d->of[draw].probe;
}

/* As it was run. */
static Probe *probe_kept(Flow *f, const Trace *t, NodeId y, Drawn *d, int draw)
{
    if (!d->kept)
        return probe_run(f, t, y, d, draw);
    f->generator = d->of[draw].generator;
    return d->of[draw].probe;
}

/* ---- Samples of one class -------------------------------------------------------------------- */

/* How far two samples of one class are from two of different ones towards one sample: all the way
 * where all are one, as under weights of 0. */
static double nearness(const Kernel *z)
{
    double pair[PAIRS];

    for (int s = 0; s < PAIRS; s++)
        pair[s] = mean_of_squares(z->square[s], z->positions);
    return pair[SAME] - pair[OTHER] > 1e-9 * pair[SAME]
         ? fmin(fmax((pair[KIN] - pair[OTHER]) / (pair[SAME] - pair[OTHER]), 0), 1) : 1;
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
    Drawn *drawn = t->drawn[y] = drawn_new(f, n);

    for (int d = 0; d < drawn->draws; d++) {
        const Probe *p = probe_run(f, t, y, drawn, d);

        field_measure(p->h + PROBE_SAMPLES * p->width, p->steps, p->width, n->reverse,
                1.0 / drawn->draws, k->square, k->cross);
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
    const Shares s = field_shares(dy->cross[SAME], dy->cross[u->drawn], u->common);

    field_draw(f, &s, dy->square[SAME], 0, p->steps, p->width, reverse, p->dh);
}

/* dw[wide][width] += dz h-^T of four steps, one behind the other. */
static void add_outer(const double *const dz[4], const double *const h[4], int wide, int width,
                      double *dw)
{
    for (int j = 0; j < wide; j++) {
        const double a = dz[0][j], b = dz[1][j], c = dz[2][j], d = dz[3][j];
        double *row = dw + j * width;

        for (int k = 0; k < width; k++)
            row[k] = row[k] + a * h[0][k] + b * h[1][k] + c * h[2][k] + d * h[3][k];
    }
}

/* sum over steps of dz h-^T of one sample: [gates * width][width] */
static void sample_weight(const Probe *p, int a, double *dw)
{
    static const double none[PROBE_GATES * PROBE_WIDTH];
    const int wide = p->gates * p->width;

    memset(dw, 0, (size_t)(wide * p->width) * sizeof *dw);
    for (int t = 0; t < p->steps; t += 4) {
        const double *dz[4], *h[4];

        for (int i = 0; i < 4; i++) {
            const bool past = t + i >= p->steps;

            dz[i] = past ? none : p->dzh + ((t + i) * PROBE_SAMPLES + a) * wide;
            h[i] = past ? none : p->h + ((t + i) * PROBE_SAMPLES + a) * p->width;
        }
        add_outer(dz, h, wide, p->width, dw);
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
    const int draws = t->drawn[y]->draws;

    for (int s = 0; s < PAIRS; s++)
        dz->cross[s] = dz->radial[s] = 0;
    for (int d = 0; d < draws; d++) {
        Probe *p = probe_kept(f, t, y, t->drawn[y], d);
        Gradient *one = gradient_new(f, steps);
        double weight;

        draw_upstream(f, &u, dy, n->reverse, p);
        probe_backward(p, arena_array(f->arena, double, PROBE_SAMPLES * 2 * p->width));
        field_measure(p->dz, p->steps, p->gates * p->width, n->reverse, 1, one->square, one->cross);
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
