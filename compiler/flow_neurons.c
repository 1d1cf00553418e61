/* flow_neurons.c -- samples of single units, where an activation is taken of what is not Gaussian.
 *
 * The stream of x' = phi(x + F(x)) keeps its units' own values from block to block, and a unit's
 * slope goes with the gradient that it has from the block behind.  So a few units are drawn, each
 * for one sample, one of another class and one of its class, and followed through sums and
 * activations until a product with fresh weights makes everything Gaussian again. */
#include "flow_neurons.h"

#include <math.h>
#include <string.h>

Neurons *neurons_gaussian(Flow *f)
{
    return arena_new_of(f->arena, Neurons);
}

Neurons *neurons_of_act(Flow *f, const Kernel *z, Act act)
{
    Neurons *u = neurons_gaussian(f);

    *u = (Neurons){ .part = { z }, .act = act, .is_act = true, .settled = true,
                  .bent = z->neurons->bent || act.kind != ACTIVATION_LINEAR };
    return u;
}

Neurons *neurons_of_sum(Flow *f, const Kernel *a, double of_a, const Kernel *b, double of_b)
{
    Neurons *u = neurons_gaussian(f);

    *u = (Neurons){ .part = { a, b }, .scale = { of_a, of_b },
                  .bent = a->neurons->bent || (b && b->neurons->bent) };
    return u;
}

Neurons *neurons_carried(Flow *f, const Kernel *x, double gain, double stretch)
{
    Neurons *u = neurons_gaussian(f);

    *u = (Neurons){ .part = { x }, .scale = { gain }, .stretch = stretch, .is_carried = true,
                    .bent = x->neurons->bent || stretch > 1, .settled = x->neurons->settled };
    return u;
}

int neurons_carrier(int k, double stretch)
{
    const double at = (k + 0.5) * stretch;

    return at < NEURONS ? (int)at : -1;
}

Neurons *neurons_given(Flow *f, const Neuron *unit, double factor)
{
    Neurons *u = neurons_gaussian(f);

    *u = (Neurons){ .bent = true, .settled = true, .is_input = true, .scale = { sqrt(factor) } };
    u->sample = arena_array(f->arena, Neuron, NEURONS);
    for (int i = 0; i < NEURONS; i++)
        for (int s = 0; s < PAIRS; s++)
            u->sample[i].x[s] = sqrt(factor) * unit[i].x[s];
    return u;
}

Neurons *neurons_of_product(Flow *f, const Kernel *a, const Kernel *b)
{
    Neurons *u = neurons_gaussian(f);

    *u = (Neurons){ .part = { a, b }, .is_product = true, .bent = true };
    return u;
}

enum { ROOTS = 16 };

/* The Gaussians that a tensor is made of, as far as there is room. */
static void find_roots(Flow *f, Neurons *u)
{
    const Neurons *root[ROOTS];

    if (u->root)
        return;
    if (!u->part[0])
        root[u->n_roots++] = u;
    for (int j = 0; j < 2 && u->part[j]; j++) {
        Neurons *part = u->part[j]->neurons;

        find_roots(f, part);
        for (int i = 0; i < part->n_roots && u->n_roots < ROOTS; i++)
            root[u->n_roots++] = part->root[i];
    }
    u->root = arena_array(f->arena, const Neurons *, u->n_roots);
    memcpy(u->root, root, (size_t)u->n_roots * sizeof *root);
}

bool neurons_related(Flow *f, const Kernel *a, const Kernel *b)
{
    find_roots(f, a->neurons);
    find_roots(f, b->neurons);
    for (int i = 0; i < a->neurons->n_roots; i++)
        for (int j = 0; j < b->neurons->n_roots; j++)
            if (a->neurons->root[i] == b->neurons->root[j])
                return true;
    return false;
}

bool neurons_bent(const Kernel *k)
{
    return k->neurons->bent;
}

bool neurons_settled(const Kernel *k)
{
    return k->neurons->settled;
}

bool neurons_drawn(const Kernel *k)
{
    return k->neurons->sample != NULL;
}

/* ---- Draws --------------------------------------------------------------------------------- */

/* By Newton's method from the middle, which comes nearer from one side. */
double normal_quantile(double p)
{
    const double tail = fmin(p, 1 - p), most = 100, root = sqrt(2 * acos(-1));
    double z = 0, step = 1;

    for (int i = 0; i < most && step > 1e-15; i++) {
        step = (0.5 * erfc(z / sqrt(2)) - tail) * root * exp(0.5 * z * z);
        z += step;
    }
    return p < 0.5 ? -z : z;
}

static const double *strata_of(Flow *f)
{
    double *z;

    if (f->tables->strata)
        return f->tables->strata;
    f->tables->strata = z = arena_array(f->tables->arena, double, NEURONS);
    for (int i = 0; i < NEURONS / 2; i++) {
        z[i] = normal_quantile((i + 0.5) / NEURONS);
        z[NEURONS - 1 - i] = -z[i];
    }
    return z;
}

/* One column of normals, stratified, in a random order. */
static void shuffle_strata(Flow *f, double *z)
{
    const double *strata = strata_of(f);

    for (int i = 0; i < NEURONS; i++) {
        const int j = (int)(flow_uniform(f) * (i + 1));

        z[i] = z[j];
        z[j] = strata[i];
    }
}

/* Takes away what z has in common with u, of variance 1 both. */
static void make_orthogonal(const double *u, double *z)
{
    double along = 0, square = 0;

    for (int i = 0; i < NEURONS; i++)
        along += u[i] * z[i] / NEURONS;
    for (int i = 0; i < NEURONS; i++) {
        z[i] -= along * u[i];
        square += z[i] * z[i] / NEURONS;
    }
    for (int i = 0; i < NEURONS; i++)
        z[i] /= sqrt(fmax(square, 1e-300));
}

static void draw_gaussian(Flow *f, const Kernel *k, Neuron *unit)
{
    const double m = k->mean, q = mean_of_squares(k->square[SAME], k->positions);
    const double v = fmax(q - m * m, 0), std = sqrt(v);
    double own[NEURONS], z[NEURONS];

    shuffle_strata(f, own);
    for (int i = 0; i < NEURONS; i++)
        unit[i].x[SAME] = m + std * own[i];
    for (int s = OTHER; s < PAIRS; s++) {
        const double pair = mean_of_squares(k->square[s], k->positions) - m * m;
        const double c = fmin(fmax(pair / fmax(v, 1e-300), -1), 1);

        shuffle_strata(f, z);
        make_orthogonal(own, z);
        for (int i = 0; i < NEURONS; i++)
            unit[i].x[s] = m + std * (c * own[i] + sqrt(1 - c * c) * z[i]);
    }
}

/* The sample's mean and square are set to those that the kernel has. */
static void match_moments(const Kernel *k, Neuron *unit)
{
    const double m = k->mean, q = mean_of_squares(k->square[SAME], k->positions);
    double mean = 0, square = 0, factor;

    for (int i = 0; i < NEURONS; i++) {
        mean += unit[i].x[SAME] / NEURONS;
        square += unit[i].x[SAME] * unit[i].x[SAME] / NEURONS;
    }
    factor = sqrt(fmax(q - m * m, 0) / fmax(square - mean * mean, 1e-300));
    for (int i = 0; i < NEURONS; i++)
        for (int s = 0; s < PAIRS; s++)
            unit[i].x[s] = m + factor * (unit[i].x[s] - mean);
}

static void draw_product(Flow *f, const Kernel *k, Neuron *unit)
{
    const Neuron *a = neurons_of(f, k->neurons->part[0]), *b = neurons_of(f, k->neurons->part[1]);

    for (int i = 0; i < NEURONS; i++)
        for (int s = 0; s < PAIRS; s++)
            unit[i].x[s] = a[i].x[s] * b[i].x[s];
}

static void draw_carried(Flow *f, const Kernel *k, Neuron *unit)
{
    const Neurons *u = k->neurons;
    const Neuron *x = neurons_of(f, u->part[0]);

    for (int i = 0; i < NEURONS; i++) {
        const int from = neurons_carrier(i, u->stretch);

        for (int s = 0; from >= 0 && s < PAIRS; s++)
            unit[i].x[s] = u->scale[0] * x[from].x[s];
    }
}

static void draw_sum(Flow *f, const Kernel *k, Neuron *unit)
{
    const Neurons *u = k->neurons;
    const bool apart = u->part[1] && !neurons_related(f, u->part[0], u->part[1]);

    for (int j = 0; j < 2 && u->part[j]; j++) {
        const Neuron *part = neurons_of(f, u->part[j]);

        for (int i = 0; i < NEURONS; i++)
            for (int s = 0; s < PAIRS; s++)
                unit[i].x[s] += u->scale[j] * part[i].x[s];
    }
    if (apart)
        match_moments(k, unit);
}

const Neuron *neurons_of(Flow *f, const Kernel *k)
{
    Neurons *u = k->neurons;

    if (u->sample)
        return u->sample;
    u->sample = arena_array(f->arena, Neuron, NEURONS);
    if (u->is_act) {
        const Neuron *z = neurons_of(f, u->part[0]);

        for (int i = 0; i < NEURONS; i++)
            for (int s = 0; s < PAIRS; s++)
                u->sample[i].x[s] = act_value(u->act, z[i].x[s]);
    } else if (u->is_carried)
        draw_carried(f, k, u->sample);
    else if (u->is_product)
        draw_product(f, k, u->sample);
    else if (u->part[0])
        draw_sum(f, k, u->sample);
    else
        draw_gaussian(f, k, u->sample);
    return u->sample;
}

/* Of a join of related tensors, whose kernels do not say what they have in common. */
void neurons_put(Flow *f, Kernel *k)
{
    const double were = fmax(mean_of_squares(k->square[SAME], k->positions), 1e-300);
    const Neuron *unit = neurons_of(f, k);
    double pair[PAIRS] = { 0 };

    k->mean = 0;
    for (int i = 0; i < NEURONS; i++) {
        k->mean += unit[i].x[SAME] / NEURONS;
        for (int s = 0; s < PAIRS; s++)
            pair[s] += unit[i].x[SAME] * unit[i].x[s] / NEURONS;
    }
    for (int64_t p = 0; p < k->positions; p++) {
        const double here = k->square[SAME][p] / were;

        for (int s = 0; s < PAIRS; s++)
            k->square[s][p] = here * pair[s];
    }
    f->rough = "paths of one tensor meet with no weight between them";
}

/* ---- Activations of samples ------------------------------------------------------------------ */

void neurons_moments(Flow *f, const Kernel *z, Act act, Moments *m, double value[PAIRS])
{
    const Own own = neurons_own(f, z);
    const double share = 1.0 / ((double)NEURONS * own.rows);
    double fourth = 0, steepest = 0;

    m->mean = m->square = m->slope_square = m->steep = m->turn = 0;
    for (int k = 0; k < NEURONS * own.rows; k++) {
        const double x = own.x[k / own.rows * own.stride + k % own.rows];
        const double y = act_value(act, x), slope = act_slope_at(act, x);

        m->mean += y * share;
        m->slope_square += slope * slope * share;
        m->steep += y * y * slope * slope * share;
        m->turn += y * slope * x * share;
        fourth += y * y * y * y * share;
        steepest += slope * slope * slope * slope * share;
    }
    neurons_pair_means(f, z, act, value);
    m->square = value[SAME] + 1e-300;
    m->slope_square += 1e-300;
    m->kurtosis = fourth / (m->square * m->square) - 1;
    m->slope_kurtosis = steepest / (m->slope_square * m->slope_square) - 1;
    for (int s = 0; s < PAIRS; s++)
        value[s] /= m->square;
}

void neurons_slopes(Flow *f, const Kernel *z, Act act, const Gradient *dy, Gradient *dz,
                    double slope[PAIRS])
{
    const Neuron *unit = neurons_of(f, z), *with = dy->neuron;
    Neuron *out = arena_array(f->arena, Neuron, NEURONS);
    double *rows = neurons_slope_rows(f, z, act, dy);

    for (int s = 0; s < PAIRS; s++)
        slope[s] = 0;
    for (int i = 0; i < NEURONS; i++) {
        const double own = act_slope_at(act, unit[i].x[SAME]);

        for (int s = 0; s < PAIRS; s++)
            out[i].x[s] = own * act_slope_at(act, unit[i].x[s]) * (with ? with[i].x[s] : 1);
        if (rows)
            out[i].x[SAME] = neurons_row_mean(f, rows, i);
        for (int s = 0; s < PAIRS; s++)
            slope[s] += out[i].x[s] / NEURONS;
    }
    for (int i = 0; i < NEURONS; i++)
        for (int s = 0; s < PAIRS; s++)
            out[i].x[s] /= fabs(slope[s]) > 1e-12 * slope[SAME] ? slope[s] : 1;
    dz->neuron = out;
    dz->by_row = neurons_rows_scaled(f, rows, slope[SAME]);
}

Neuron *neurons_joined(Flow *f, const Neuron *a, const double of_a[PAIRS], const Neuron *b,
                   const double of_b[PAIRS])
{
    Neuron *out;

    if (!a && !b)
        return NULL;
    out = arena_array(f->arena, Neuron, NEURONS);
    for (int s = 0; s < PAIRS; s++) {
        const double sum = of_a[s] + of_b[s];
        const bool plain = fabs(sum) < 0.01 * (fabs(of_a[s]) + fabs(of_b[s])) || sum == 0;

        for (int i = 0; i < NEURONS; i++)
            out[i].x[s] = plain ? 1 : (of_a[s] * (a ? a[i].x[s] : 1)
                                       + of_b[s] * (b ? b[i].x[s] : 1)) / sum;
    }
    return out;
}
