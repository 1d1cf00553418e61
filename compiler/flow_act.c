/* flow_act.c -- the forecast of activations:
 *
 *   X_s' = E phi(z_a) phi(z_b),   G_s' = G_s E phi'(z_a) phi'(z_b),   z Gaussian.
 *
 * A finite width moves the median: ln X spreads by e = kurtosis share / n in each layer, and the
 * typical net falls behind the mean by half of that (Hanin and Nica 2020). */
#include "flow_lags.h"

#include <math.h>
#include <string.h>

/* ---- Moments at a tensor's mean variance ----------------------------------------------------- */

static Act act_of(const Node *n) { return (Act){ n->act, n->number[0] }; }

static bool near(double a, double b) { return a == b || fabs(a - b) <= 1e-12 * fabs(b); }

static bool is_of(const Integrals *i, Act act, double v, double m)
{
    return i->act.kind == act.kind && i->act.number == act.number && near(i->v, v)
        && fabs(i->m - m) < 1e-12;
}

/* Deep nets come to a fixed point, or to a few: the last integrals are often wanted again. */
static const Moments *moments_at(Flow *f, Act act, double v, double m)
{
    Tables *t = f->tables;
    Integrals *last = t->last;

    for (int i = 0; i < t->n_last; i++)
        if (is_of(&last[i], act, v, m))
            return &last[i].moments;
    t->n_last = t->n_last < FEW_INTEGRALS ? t->n_last + 1 : FEW_INTEGRALS;
    memmove(last + 1, last, (size_t)(t->n_last - 1) * sizeof *last);
    last[0] = (Integrals){ .act = act, .v = v, .m = m };
    act_moments(t->gauss, act, v, m, &last[0].moments);
    return &last[0].moments;
}

/* Of phi(a z) = a phi(z) those at variance 1 tell all. */
static Moments moments_of_act(Flow *f, Act act, double v, double m)
{
    const bool scales = v > 0 && m == 0 && act_scales(act);
    Moments out = *moments_at(f, act, scales ? 1 : v, m);

    if (scales)
        scale_moments(&out, v);
    return out;
}

/* E phi^2 and E phi'^2 between the least and the largest variance, to be interpolated. */
enum { GRID = 9 };

typedef struct {
    double low, step, square[GRID][2];
    bool flat;
} Table;

/* What one activation of one tensor comes to; kept for the way back. */
typedef struct Bend {
    Moments m;
    double v;                       /* variance of z, mean over places */
    double slope, slope_slope;      /* d ln E phi^2 / d ln q, d ln E phi'^2 / d ln q */
    double c[PAIRS], apart[PAIRS];  /* correlations at one place (mean over places), at two */
    bool bent;                      /* z is not Gaussian: units were drawn, whose ... */
    double value[PAIRS];            /* ... E phi phi these are, in units of E phi^2, and ... */
    double larger, steeper;         /* ... E phi^2, E phi'^2 so much those of a Gaussian */
    double mixed, mixed_square;     /* of two different samples, and its square with pair_var */
    Table table;                    /* of the places' own variances */
} Bend;

static double clip(double c) { return fmin(fmax(c, -1), 1); }

static void tabulate(Flow *f, const Kernel *z, Act act, const Bend *b, Table *table)
{
    double low = INFINITY, high = 0;

    for (int64_t p = 0; p < z->positions; p++) {
        low = fmin(low, z->square[SAME][p]);
        high = fmax(high, z->square[SAME][p]);
    }
    table->flat = !(high - low > 1e-9 * high);     /* also past all range */
    table->square[0][0] = b->m.square;
    table->square[0][1] = b->m.slope_square;
    if (table->flat)
        return;
    table->low = low - z->mean * z->mean;
    table->step = (high - low) / (GRID - 1);
    for (int i = 0; i < GRID; i++)
        act_squares(f->tables->gauss, act, fmax(table->low + i * table->step, 0), z->mean,
                    table->square[i]);
    for (int i = 0; b->bent && i < GRID; i++) {
        table->square[i][0] *= b->larger;
        table->square[i][1] *= b->steeper;
    }
}

static Bend bend_of(Flow *f, const Kernel *z, Act act)
{
    const double m2 = z->mean * z->mean, q = mean_of_squares(z->square[SAME], z->positions);
    const double v = q - m2;
    Bend b = { .v = v > 1e-13 * q && v > 1e-280 ? v : 0 };  /* less is rounding, or lost */

    b.m = moments_of_act(f, act, b.v, z->mean);
    b.slope = b.m.radial / 2 * b.v / fmax(b.v + m2, 1e-300);
    b.slope_slope = b.m.slope_radial / 2 * b.v / fmax(b.v + m2, 1e-300);
    b.larger = b.steeper = 1;
    b.bent = neurons_bent(z);
    if (b.bent) {
        const double square = b.m.square, slopes = b.m.slope_square;

        neurons_moments(f, z, act, &b.m, b.value);
        b.larger = b.m.square / square;
        b.steeper = b.m.slope_square / slopes;
    }
    for (int s = 0; s < PAIRS; s++) {
        b.c[s] = clip((mean_of_squares(z->square[s], z->positions) - m2) / fmax(b.v, 1e-300));
        b.apart[s] = clip((z->cross[s] * q - m2) / fmax(b.v, 1e-300));
    }
    b.mixed = mixed(f, b.c);
    b.mixed_square = fmin(b.mixed * b.mixed + z->pair_var, 1);
    tabulate(f, z, act, &b, &b.table);
    return b;
}

/* Correlation of phi^2 at two points whose z are correlated, by its Hermite orders. */
static double share_at(const double order[3], double c, double c2)
{
    return order[0] * c + order[1] * c2 + order[2] * c * fabs(c) * fabs(c);
}

/* The orders that fluctuate: the first goes with the mean of z's units, the second with its
 * length. */
static void free_orders(const Kernel *z, const double order[3], double out[3])
{
    out[0] = z->centred ? 0 : order[0];
    out[1] = z->rotated ? 0 : order[1];
    out[2] = order[2];
}

/* ... over all pairs of samples of the batch and of places. */
static double shared(const Flow *f, const Kernel *z, const Bend *b, const double order[3])
{
    const double here = 1 / (double)z->positions, there = 1 - here;
    const double same = b->apart[SAME], far = mixed(f, b->apart);
    const double one = here * share_at(order, 1, 1) + there * share_at(order, same, same * same);
    const double two = here * share_at(order, b->mixed, b->mixed_square)
                     + there * share_at(order, far, fmin(far * far + z->pair_var, 1));

    return fmax(one / f->batch + two * (f->batch - 1) / f->batch, 0);
}

/* Of a sum that fluctuates by e, relative to its square, the variance of its logarithm, and twice
 * what the median's lies under the mean's: e itself while that is small.  Of large ones, as where
 * few units of a saturated layer have a slope, sums of 32 to 256 log-normal terms have this; where
 * units are dead, or few, there may be none that is not, and e stands. */
static double log_noise(const Kernel *z, const Bend *b, double e)
{
    const double small = 0.15;

    if (!(e > small) || b->m.dead > 0.4 || z->channels < 32)
        return fmax(e, 0);
    return small + log1p(3 * (e - small)) / 3;
}

/* Variance that this layer adds to ln X: none where an activation before met the same units. */
static double forward_noise(const Flow *f, const Kernel *z, const Bend *b)
{
    double order[3];

    if (neurons_settled(z))
        return 0;
    free_orders(z, b->m.order, order);
    return log_noise(z, b, b->m.kurtosis * shared(f, z, b, order) / (double)z->channels);
}

/* ---- Places of different variance ------------------------------------------------------------ */

static double look_up(const Table *t, double v, int which)
{
    const double at = t->flat ? 0 : fmin(fmax((v - t->low) / t->step, 0), GRID - 1);
    const int i = at >= GRID - 1 ? GRID - 2 : (int)at;

    if (t->flat)
        return t->square[0][which];
    return t->square[i][which] + (at - i) * (t->square[i + 1][which] - t->square[i][which]);
}

/* E phi phi (or of the slopes) of a pair of samples at each place, in *square, and apart; `drawn`
 * has those of drawn units in units of E phi^2. */
static void map_pairs(const Kernel *z, const Bend *b, const Series *series, int which,
                      const double *drawn, double *const square[PAIRS], double cross[PAIRS])
{
    const double m2 = z->mean * z->mean, one = fmax(series_at(series, 1), 1e-300);

    for (int s = 0; s < PAIRS; s++) {
        double at = NAN, pair = NAN, last = 0;      /* neighbours are mostly alike */

        cross[s] = series_at(series, b->apart[s]) / one;
        for (int64_t p = 0; p < z->positions; p++) {
            const double v = fmax(z->square[SAME][p] - m2, 0);

            if (!(at == z->square[SAME][p] && pair == z->square[s][p])) {
                const double c = b->table.flat ? b->c[s]
                               : clip((z->square[s][p] - m2) / fmax(v, 1e-300));

                last = look_up(&b->table, v, which)
                     * (drawn ? drawn[s] : s == SAME ? 1 : series_at(series, c) / one);
                at = z->square[SAME][p];
                pair = z->square[s][p];
            }
            square[s][p] = last;
        }
    }
}

/* ... of two places by their displacement; `with` a gradient. */
typedef struct {
    const Series *series;
    double q, m2, v, one;
    bool with_gradient;
} LagsBent;

static double bent_lag(const void *with, int s, const double *common, bool here)
{
    const LagsBent *b = with;
    const double bent = series_at(b->series, clip((common[0] * b->q - b->m2) / b->v)) / b->one;

    (void)s, (void)here;
    return b->with_gradient ? bent * common[1] : bent;
}

static const Lags *bent_lags(Flow *f, const Kernel *z, const Gradient *dy, const Series *series)
{
    const double q = mean_of_squares(z->square[SAME], z->positions), m2 = z->mean * z->mean;
    const LagsBent b = { .series = series, .q = q, .m2 = m2, .v = fmax(q - m2, 1e-300),
                         .one = fmax(series_at(series, 1), 1e-300), .with_gradient = dy };
    const LagsOf of[] = { { z->lags, z->cross }, { dy ? dy->lags : NULL, dy ? dy->cross : NULL } };

    return lags_made(f, of, dy ? 2 : 1, bent_lag, &b);
}

/* Where d ln q' / d ln q is over 1, as with gelu under He's gain, samples drift apart in size. */
static void follow_norms(Flow *f, const Kernel *z, const Bend *b)
{
    const double alone = 1 - shared(f, z, b, b->m.order);

    f->has_places = f->has_places || z->positions > 1;
    if (f->normalised)
        return;
    f->norm_var += b->m.kurtosis * alone / (double)z->channels
                 * fmin(1, 1 / (f->norm_slope * f->norm_slope));
    f->norm_slope *= b->slope;
    f->norm_gain = fmax(f->norm_gain, f->norm_slope);
}

/* ---- The rules ----------------------------------------------------------------------------- */

static void act_forward(Flow *f, Trace *t, NodeId y)
{
    const Node *n = &t->g->node[y];
    const Kernel *z = kernel_in(t, y, 0);
    const Act act = act_of(n);
    Bend *kept = arena_new_of(f->arena, Bend);
    const Bend b = *kept = bend_of(f, z, act);
    const double noise = forward_noise(f, z, &b), one = fmax(series_at(&b.m.value, 1), 1e-300);
    const double near_one = fmin(b.mixed, 1), high = fmin(near_one + 0.02, 1);
    const double low = fmax(near_one - 0.02, -1);
    const double slope = (series_at(&b.m.value, high) - series_at(&b.m.value, low))
                       / one / (high - low);
    const double typical = exp(-noise / 2);
    const double fresh = neurons_settled(z) ? 0 : (1 + b.m.slope_kurtosis)
                       / (double)(z->channels * z->positions);
    Kernel *k = kernel_new(f, n->shape);

    map_pairs(z, &b, &b.m.value, 0, b.bent ? b.value : NULL, k->square, k->cross);
    for (int s = 0; s < PAIRS; s++)
        for (int64_t p = 0; p < k->positions; p++)
            k->square[s][p] *= typical;
    k->lags = bent_lags(f, z, NULL, &b.m.value);
    if (k->lags)
        lags_mean(f, k->lags, k->square[SAME], k->cross);
    k->mean = b.m.mean;
    k->log_var = b.slope * b.slope * z->log_var + noise;
    k->pair_var = fmin(slope * slope * z->pair_var
                       + (1 - near_one) * (1 - near_one) * fresh, 1);
    k->source = z;
    k->act = act;
    k->neurons = neurons_of_act(f, z, act);
    if (neurons_bent(z))
        flow_blur(f, k);
    t->kernel[y] = k;
    t->bend[y] = kept;
    follow_norms(f, z, &b);
    if (n->layer >= 0) {
        t->row[n->layer].saturated = b.m.saturated;
        t->row[n->layer].dead = b.m.dead;
    }
}

static double backward_noise(const Flow *f, const Kernel *z, const Bend *b, const Gradient *dy)
{
    const double kurtosis = b->m.slope_kurtosis, *order = b->m.slope_order;
    const double far = mixed(f, b->apart), two = 2 * dy->cross[SAME] * dy->cross[SAME];
    double sum = 0, squares = 0, loose[3], here, one, other;
#define SHARE(o, c, c2) (kurtosis * share_at(o, c, c2))
#define TERM(c, c2, r) (SHARE(loose, c, c2) + 2 * (r) * (SHARE(order, c, c2) + !dy->rotated))

    if (neurons_settled(z))
        return 0;
    free_orders(z, order, loose);
    for (int64_t p = 0; p < z->positions; p++) {
        sum += dy->square[SAME][p];
        squares += dy->square[SAME][p] * dy->square[SAME][p];
    }
    here = squares / fmax(sum * sum, 1e-300);
    one = here * TERM(1, 1, 1)
        + (1 - here) * TERM(b->apart[SAME], b->apart[SAME] * b->apart[SAME], two / 2);
    other = here * TERM(b->mixed, b->mixed_square, dy->alike)
          + (1 - here) * TERM(far, fmin(far * far + z->pair_var, 1), dy->alike * two / 2);
#undef TERM
#undef SHARE
    return (one / f->batch + other * (f->batch - 1) / f->batch) / (double)z->channels;
}

/* The part of dy along x = phi(z): it meets slopes that x chose.  */
static void bend_radial(const Bend *b, const Kernel *z, const Kernel *x, const Gradient *dy,
                        const double slopes[PAIRS], Gradient *dz)
{
    const double n = (double)(z->channels * z->positions);
    const double square = mean_of_squares(x->square[SAME], x->positions);
    const double g = mean_of_squares(dy->square[SAME], z->positions);
    const double steep = b->m.steep / b->m.square, kept = b->m.turn / b->m.square;
    const double excess = dy->radial[SAME] / (n * square * square * n);

    if (!(square > 1e-150)) {
        dz->radial[SAME] = dz->radial[OTHER] = dz->radial[KIN] = 0;
        return;
    }
    dz->own = b->m.own / fmax(b->m.slope_square * (b->v + z->mean * z->mean), 1e-300) - 1;
    dz->level = b->m.lift * b->m.lift / (b->m.square * b->m.slope_square)
              * excess * square * n / fmax(g, 1e-300);
    for (int s = 0; s < PAIRS; s++) {
        for (int64_t p = 0; p < z->positions; p++)
            dz->square[s][p] += dy->radial[s] / (n * square) * x->square[s][p] / (n * square)
                              * (steep - slopes[s]);
        dz->radial[s] *= kept * kept;
    }
}

static void act_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Node *n = &t->g->node[y];
    const Kernel *z = kernel_in(t, y, 0);
    const Act act = act_of(n);
    const Bend b = *t->bend[y];
    const double noise = log_noise(z, &b, backward_noise(f, z, &b, dy)), typical = exp(-noise / 2);
    Gradient *dz = gradient_like(f, dy, z->positions);
    double cross[PAIRS], slopes[PAIRS], drawn[PAIRS], kept;

    if (b.bent || (dy->neuron && neurons_drawn(z))) {
        neurons_slopes(f, z, act, dy, dz, drawn);
        for (int s = 0; s < PAIRS; s++)
            drawn[s] /= b.m.slope_square;
    }
    map_pairs(z, &b, &b.m.slope, 1, dz->neuron ? drawn : NULL, dz->square, cross);
    for (int s = 0; s < PAIRS; s++) {
        slopes[s] = mean_of_squares(dz->square[s], z->positions);
        dz->cross[s] = dy->cross[s] * cross[s];
        for (int64_t p = 0; p < z->positions; p++)
            dz->square[s][p] *= dy->square[s][p] * typical;
    }
    dz->lags = bent_lags(f, z, dy, &b.m.slope);
    if (dz->lags)
        lags_mean(f, dz->lags, dz->square[SAME], dz->cross);
    bend_radial(&b, z, t->kernel[y], dy, slopes, dz);
    kept = mixed(f, slopes) / b.m.slope_square;
    dz->gain = b.slope_slope + b.slope * dy->gain;
    dz->log_var = dy->log_var + dy->gain * dy->gain * forward_noise(f, z, &b) + noise;
    dz->rotated = false;
    if (!neurons_settled(z))
        dz->alike = fmin(dy->alike * kept * kept + (1 - dy->alike) * (1 + 2 * dy->alike)
                         * (1 + b.m.slope_kurtosis * b.mixed_square)
                         / (double)(z->channels * z->positions), 1);
    flow_give(f, t, y, 0, dz);
}

const FlowRule flow_act_y = { act_forward, act_backward };
const FlowRule flow_act_x = { act_forward, act_backward };
