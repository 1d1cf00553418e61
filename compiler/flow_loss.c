/* flow_loss.c -- the gradient that a loss sends back at the start, and a softmax inside a model.
 *
 * Outputs are Gaussian with the kernels that the model ends in, targets independent of them; what
 * has no closed form is a mean over samples of a fixed seed. */
#include "flow_walk.h"

#include <math.h>

/* Two samples' outputs, correlated as the kernel says, and their targets or gradients. */
typedef struct {
    double square, other;           /* E g_a^2, E g_a g_b of a unit */
    double along;                   /* E g z of a unit; not of classes */
    double loss;
} Pair;

typedef struct {
    double q, p;                    /* E z_a^2, E z_a z_b */
    double tm, t2, t11;             /* of the targets: E t, E t_a^2, E t_a t_b */
    double level;                   /* that all these are taken from, outputs and targets alike */
    int64_t units;
    double delta;                   /* huber's */
} Outputs;

static void draw_logits(Flow *f, const Outputs *s, double *a, double *b)
{
    const double both = sqrt(fmax(s->p, 0)), own = sqrt(fmax(s->q - s->p, 0));

    for (int64_t k = 0; k < s->units; k++) {
        const double u = both * flow_normal(f);

        a[k] = u + own * flow_normal(f);
        b[k] = u + own * flow_normal(f);
    }
}

/* In place; returns ln of the sum of e^z. */
static double softmax(double *z, int64_t n)
{
    double most = z[0], sum = 0;

    for (int64_t k = 1; k < n; k++)
        most = fmax(most, z[k]);
    for (int64_t k = 0; k < n; k++)
        sum += z[k] = exp(z[k] - most);
    for (int64_t k = 0; k < n; k++)
        z[k] /= sum;
    return most + log(sum);
}

static int samples_of(int64_t units)
{
    const int64_t n = 2048 / (units > 10 ? units / 10 : 1);

    return n < 16 ? 16 : (int)n;
}

/* E p_a.p_b and E |p|^2 of softmaxes. */
static Pair softmax_pair(Flow *f, const Outputs *s)
{
    double *a = arena_array(f->arena, double, s->units);
    double *b = arena_array(f->arena, double, s->units);
    const int n = samples_of(s->units);
    Pair sum = { 0 };

    flow_seed(f, 1);
    for (int i = 0; i < n; i++) {
        draw_logits(f, s, a, b);
        sum.loss += softmax(a, s->units) / n;
        softmax(b, s->units);
        for (int64_t k = 0; k < s->units; k++) {
            sum.square += a[k] * a[k] / n;
            sum.other += a[k] * b[k] / n;
        }
    }
    return sum;
}

/* A unit's loss and its gradient by the error e = z - t: of mae, or of huber. */
static double unit_gradient(const Outputs *s, double e)
{
    return s->delta > 0 ? fmin(fmax(e, -s->delta), s->delta) : e > 0 ? 1 : -1;
}

static double unit_loss(const Outputs *s, double e)
{
    const double size = fabs(e);

    return s->delta <= 0 ? size : size <= s->delta ? e * e / 2 : s->delta * (size - s->delta / 2);
}

/* Targets count as normal. */
static Pair error_pair(Flow *f, const Outputs *s)
{
    const double both = sqrt(fmax(s->p, 0)), own = sqrt(fmax(s->q - s->p, 0));
    const double v = fmax(s->t2 - s->tm * s->tm, 0), t = sqrt(v);
    const double c = fmin(fmax((s->t11 - s->tm * s->tm) / fmax(v, 1e-300), -1), 1);
    const int n = 4096;
    Pair sum = { 0 };

    flow_seed(f, 1);
    for (int i = 0; i < n; i++) {
        const double u = both * flow_normal(f), r = flow_normal(f);
        const double a = u + own * flow_normal(f) - s->tm - t * r;
        const double b = u + own * flow_normal(f) - s->tm
                       - t * (c * r + sqrt(1 - c * c) * flow_normal(f));
        const double g = unit_gradient(s, a);

        sum.square += g * g / n;
        sum.along += g * (a + s->tm + t * r + s->level) / n;
        sum.other += g * unit_gradient(s, b) / n;
        sum.loss += unit_loss(s, a) / n;
    }
    return sum;
}

/* sigma(z) - t and its products: outputs do not know their targets, so the targets' moments do. */
static Pair probability_pair(Flow *f, const Outputs *s)
{
    const double both = sqrt(fmax(s->p, 0)), own = sqrt(fmax(s->q - s->p, 0));
    const int n = 4096;
    Pair sum = { 0 };

    flow_seed(f, 1);
    for (int i = 0; i < n; i++) {
        const double u = both * flow_normal(f), z = u + own * flow_normal(f);
        const double a = 1 / (1 + exp(-z)), b = 1 / (1 + exp(-u - own * flow_normal(f)));

        sum.square += (a * a - 2 * a * s->tm + s->t2) / n;
        sum.other += (a * b - (a + b) * s->tm + s->t11) / n;
        sum.along += a * z / n;
        sum.loss += (fmax(z, 0) + log1p(exp(-fabs(z))) - s->tm * z) / n;
    }
    return sum;
}

static Pair unit_pair(Flow *f, OpKind op, const Outputs *s)
{
    if (op == OP_BINARY_CROSS_ENTROPY)
        return probability_pair(f, s);
    if (op == OP_MAE || op == OP_HUBER)
        return error_pair(f, s);
    return (Pair){ .square = 4 * (s->q + s->t2), .other = 4 * (s->p + s->t11),
                   .along = 2 * (s->q - s->level * s->tm), .loss = s->q + s->t2 };
}

/* What n outputs share over samples adds up to a sum of n squares, whose median is so much under
 * its mean: by half where there is one output (Wilson and Hilferty 1931). */
static double over_median(double shared, double n)
{
    const double root = 1 - 2 / (9 * n);

    return shared * (1 - root * root * root);
}

/* Of two softmaxes whose logits have so much in common. */
static Pair class_pair(Flow *f, const Outputs *base, double in_common)
{
    Outputs set = *base;

    set.p = fmin(fmax(in_common, 0), set.q);
    return softmax_pair(f, &set);
}

/* The mean over the batch, its units, and the steps that have a loss of their own: another step has
 * a label of its own, of the same sample too, and the kinds of pairs are alike. */
static void class_gradient(Flow *f, const Kernel *z, const Outputs *base, Gradient *g)
{
    const double classes = (double)z->channels, steps = (double)z->positions;
    const double scale = 1 / (classes * f->batch * f->batch * steps * steps);
    const InputMoments *in = &f->input;
    const double *same = in->label_steps == z->positions ? in->label_same : NULL;

    for (int s = OTHER; s < PAIRS; s++) {
        const Pair pair = class_pair(f, base, mean_of_squares(z->square[s], z->positions));

        for (int64_t p = 0; p < z->positions; p++) {
            g->square[SAME][p] = scale * (pair.square - 2 / classes + 1);
            g->square[s][p] = scale * (pair.other - 2 / classes + (same ? same[p] : s == KIN));
        }
        f->loss = pair.loss;
    }
    for (int s = 0; z->positions > 1 && s < PAIRS; s++) {
        const double equal = !same ? f->same_class : s == SAME ? in->label_within
                           : in->label_apart;

        g->cross[s] = (class_pair(f, base, z->cross[s] * base->q).other - 2 / classes + equal)
                    * scale / g->square[SAME][0];
    }
}

/* E x y, of what has the means x and y, from a level. */
static double taken_from(double level, double product, double x, double y)
{
    return product - level * (x + y) + level * level;
}

static void vector_gradient(Flow *f, OpKind op, const Kernel *z, const Outputs *base, Gradient *g)
{
    const double units = (double)(z->channels * z->positions);
    const double scale = 1 / (units * units * f->batch * f->batch);
    const bool knows_size = op != OP_MAE && op != OP_HUBER;

    for (int s = OTHER; s < PAIRS; s++) {
        Outputs set = *base;
        Pair pair;
        double excess;

        set.p = taken_from(set.level, mean_of_squares(z->square[s], z->positions), z->mean,
                           z->mean);
        set.p = fmin(fmax(set.p, 0), set.q);
        set.t11 = taken_from(set.level, s == KIN ? f->input.target_kin : f->input.target_other,
                             f->input.target_mean, f->input.target_mean);
        pair = unit_pair(f, op, &set);
        set.p = 0;
        excess = over_median(pair.other - unit_pair(f, op, &set).other, units);
        for (int64_t p = 0; p < z->positions; p++) {
            g->square[SAME][p] = scale * (pair.square - (knows_size ? excess : 0));
            g->square[s][p] = scale * (pair.other - excess);
        }
        g->radial[SAME] = g->radial[s] = scale * units * units * pair.along * pair.along;
        f->loss = pair.loss;
    }
}

static void loss_forward(Flow *f, Trace *t, NodeId y)
{
    (void)f, (void)t, (void)y;
}

/* 0 for other losses */
static double huber_delta(const Model *m)
{
    return word_is(&m->settings.loss, "HUBER") ? value_arg(&m->settings.loss, "delta")->real : 0;
}

static void loss_backward(Flow *f, Trace *t, NodeId y, const Gradient *unused)
{
    const Kernel *z = kernel_in(t, y, 0);
    const bool by_class = t->g->node[y].op == OP_SOFTMAX_CROSS_ENTROPY;
    const bool of_errors = !by_class && t->g->node[y].op != OP_BINARY_CROSS_ENTROPY;
    const double level = of_errors ? z->mean : 0, mean = f->input.target_mean;
    const double q = mean_of_squares(z->square[SAME], z->positions);
    const Outputs set = { .q = fmax(taken_from(level, q, z->mean, z->mean), 0), .level = level,
                          .tm = mean - level,
                          .t2 = taken_from(level, f->input.target_square, mean, mean),
                          .units = z->channels, .delta = huber_delta(f->model) };
    Gradient *g = gradient_new(f, z->positions);

    (void)unused;
    if (by_class)
        class_gradient(f, z, &set, g);
    else
        vector_gradient(f, t->g->node[y].op, z, &set, g);
    g->alike = by_class ? 1 / fmax((double)z->channels - 1, 1) : 1 / (double)z->channels;
    g->gain = by_class ? 0 : set.q / fmax(set.q + set.t2, 1e-300);
    flow_give(f, t, y, 0, g);
}

const FlowRule flow_loss = { loss_forward, loss_backward };

/* ---- A softmax inside the model -------------------------------------------------------------- */

static void softmax_forward(Flow *f, Trace *t, NodeId y)
{
    const Kernel *z = kernel_in(t, y, 0);
    Kernel *k = kernel_new(f, t->g->node[y].shape);
    const double units = (double)z->channels;

    for (int s = SAME; s < PAIRS; s++) {
        const double q = mean_of_squares(z->square[SAME], z->positions);
        const Outputs set = { .q = q, .units = z->channels, .p =
                              fmin(fmax(mean_of_squares(z->square[s], z->positions), 0), q) };
        const Pair pair = softmax_pair(f, &set);

        k->cross[s] = pair.other / fmax(pair.square, 1e-300);
        for (int64_t p = 0; p < k->positions; p++)
            k->square[s][p] = (s == SAME ? pair.square : pair.other) / units;
    }
    k->mean = 1 / units;
    f->rough = "a softmax stands inside the model";
    t->kernel[y] = k;
}

/* J = diag(p) - p p^T:  E |J d|^2 / n = E d^2 (|p|^2 - 2 |p|_3^3 + |p|^4), about p = 1 / n. */
static void softmax_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Kernel *k = t->kernel[y];
    const double n = (double)k->channels;
    Gradient *dx = gradient_like(f, dy, k->positions);

    for (int s = 0; s < PAIRS; s++)
        for (int64_t p = 0; p < k->positions; p++)
            dx->square[s][p] = dy->square[s][p] * k->square[SAME][p] * (1 - 1 / n);
    flow_give(f, t, y, 0, dx);
}

const FlowRule flow_softmax = { softmax_forward, softmax_backward };
