/* flow_identity.c -- the forecast of weights that start as the identity: units pass as they are.
 *
 *   z_i = gain x_i,   dx_i = gain dz_i   for i under the lesser of both widths, else 0:
 *
 * no weights are drawn, so an activation behind meets the very units of the one before (Le et al.
 * 2015), as in the stream of residuals. */
#include "flow_walk.h"

#include <math.h>

/* Shares of z's units and of x's that are joined, gate by gate, in the group that holds them. */
typedef struct {
    double gain, of_z, of_x, of_groups, stretch;
} Through;

static Through through_of(const Tensor *w, const Kernel *x)
{
    const Shape s = w->shape;
    const double plane = s.rank == 4 ? (double)(s.dim[2] * s.dim[3]) : 1;
    const double rows = (double)s.dim[0] / fmax(w->gates, 1);
    const double columns = (double)shape_size(s) / (double)s.dim[0] / plane;
    const double both = fmin(rows, columns);

    return (Through){ .gain = draw_of(w).gain, .of_z = both / rows,
                      .of_x = both / columns, .of_groups = columns / (double)x->channels,
                      .stretch = rows / columns };
}

/* A bias that is drawn, or not zero, beside what came through. */
static Neurons *with_bias(Flow *f, Kernel *z, Draw bias)
{
    Kernel *through = kernel_copy(f, z), *b = kernel_copy(f, z);

    b->neurons = neurons_gaussian(f);
    b->mean = bias.mean;
    for (int s = 0; s < PAIRS; s++)
        for (int64_t p = 0; p < z->positions; p++)
            b->square[s][p] = bias.var + bias.mean * bias.mean;
    return neurons_of_sum(f, through, 1, b, 1);
}

static double mean_square(const Neuron *unit, double stretch)
{
    double sum = 0, n = 0;

    for (int k = 0; k < NEURONS; k++)
        if (neurons_carrier(k, stretch) >= 0) {
            sum += unit[k].x[SAME] * unit[k].x[SAME];
            n++;
        }
    return sum / fmax(n, 1);
}

/* Of the units that come through, as those that were drawn are placed, over the mean of all. */
static double larger(Flow *f, const Kernel *x, const Through *i)
{
    const Neuron *unit;

    if (!neurons_bent(x) || i->of_x >= 1)
        return 1;
    unit = neurons_of(f, x);
    return mean_square(unit, 1 / i->stretch) / fmax(mean_square(unit, 1), 1e-300);
}

void identity_forward(Flow *f, const Kernel *x, Kernel *z, const Tensor *w, Draw bias)
{
    const Through i = through_of(w, x);
    const double factor = i.gain * i.gain * i.of_z * larger(f, x, &i);
    const double mean = i.gain * i.of_z * x->mean;
    const double added = bias.var + bias.mean * bias.mean + 2 * bias.mean * mean;
    const double all = mean_of_squares(z->square[SAME], z->positions);

    for (int s = 0; s < PAIRS; s++) {
        z->cross[s] = (factor * z->cross[s] * all + added) / fmax(factor * all + added, 1e-300);
        for (int64_t p = 0; p < z->positions; p++)
            z->square[s][p] = factor * z->square[s][p] + added;
    }
    z->mean = mean + bias.mean;
    z->log_var = x->log_var;
    z->pair_var = x->pair_var;
    z->rotated = x->rotated;
    z->centred = x->centred;
    z->neurons = neurons_carried(f, x, i.gain, i.stretch);
    if (added > 0)
        z->neurons = with_bias(f, z, bias);
}

/* The samples of z that are x's k-th: how many, and the sum of what dz has of them. */
typedef struct {
    double n, sum[PAIRS];
} Carried;

/* Where the wider z has fewer samples for x's than x: those of one near in place and value. */
static const Carried *nearest(const Carried *c, const Neuron *x, int k)
{
    enum { WITHIN = 16 };
    const Carried *best = NULL;
    double least = INFINITY;

    for (int i = k > WITHIN ? k - WITHIN : 0; i <= k + WITHIN && i < NEURONS; i++) {
        const double apart = fabs(x[i].x[SAME] - x[k].x[SAME]);

        if (c[i].n > 0 && (i == k || apart < least)) {
            best = &c[i];
            least = i == k ? -1 : apart;
        }
    }
    return best;
}

static void set_mean_to_one(Neuron *unit, int s)
{
    double mean = 0;

    for (int k = 0; k < NEURONS; k++)
        mean += unit[k].x[s] / NEURONS;
    for (int k = 0; fabs(mean) > 1e-12 && k < NEURONS; k++)
        unit[k].x[s] /= mean;
}

/* By x's samples what dz has of z's, in units of their mean, which is `joined`. */
static const Neuron *neurons_behind(Flow *f, const Neuron *x, const Neuron *dz, const Through *i,
                                    double *joined)
{
    Neuron *unit = arena_array(f->arena, Neuron, NEURONS);
    Carried *c = arena_array(f->arena, Carried, NEURONS);

    for (int s = 0; s < PAIRS; s++)
        joined[s] = 0;
    for (int k = 0; k < NEURONS; k++) {
        const int of = neurons_carrier(k, i->stretch);

        for (int s = 0; of >= 0 && s < PAIRS; s++) {
            c[of].sum[s] += dz ? dz[k].x[s] : 1;
            joined[s] += i->stretch * (dz ? dz[k].x[s] : 1) / NEURONS;
        }
        c[of < 0 ? 0 : of].n += of >= 0;
    }
    for (int k = 0; k < NEURONS * i->of_x; k++) {
        const Carried *near = nearest(c, x, k);

        for (int s = 0; near && s < PAIRS; s++)
            unit[k].x[s] = near->sum[s] / near->n;
    }
    for (int s = 0; s < PAIRS; s++)
        set_mean_to_one(unit, s);
    return unit;
}

void identity_backward(Flow *f, const Kernel *x, const Tensor *w, const Gradient *dz, Gradient *dx)
{
    const Through i = through_of(w, x);
    const double gates = fmax(w->gates, 1);
    double joined[PAIRS] = { i.of_x, i.of_x, i.of_x };

    dx->neuron = dz->neuron;
    dx->by_row = i.stretch <= 1 && i.stretch >= 1 ? dz->by_row : NULL;
    if (dz->neuron || i.of_x < 1)
        dx->neuron = neurons_behind(f, neurons_of(f, x), dz->neuron, &i, joined);
    for (int s = 0; s < PAIRS; s++)
        for (int64_t p = 0; p < x->positions; p++)
            dx->square[s][p] *= gates * i.of_groups * i.gain * i.gain * joined[s];
    dx->gain = dz->gain;
    dx->level = dz->level;
    dx->own = dz->own;
    dx->rotated = dz->rotated;
    for (int s = 0; s < PAIRS; s++)
        dx->radial[s] = dz->radial[s];
}
