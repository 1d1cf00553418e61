/* flow_norm.c -- the forecast of normalisations and dropout.
 *
 * Batch normalisation takes away what all samples and places share, and divides: its gradient grows
 * by E phi'^2 / Var phi a layer, whatever the weights (Yang et al. 2019). */
#include "flow_lags.h"
#include "flow_neurons.h"

#include <math.h>

enum { SMALL_MAP = 16,              /* places */
       FEW_KEPT = 4 };              /* units by a dropout; at 3 it is off by half a decade */

/* ---- Batch normalisation -------------------------------------------------------------------- */

/* The kernel over all N = batch x places rows: row means r, the mean t of all, and what is left. */
typedef struct {
    double rows, all;
    double *row;                    /* by place */
    double square[PAIRS], apart[PAIRS];     /* centred: mean at one place, at two */
    double root_sum;
    double variance;
} Centre;

/* Of squares[PAIRS][places] whose places are `cross` alike, in units of the roots of SAME. */
static Centre centre_of(Flow *f, double *const square[PAIRS], const double cross[PAIRS],
                        int64_t places)
{
    Centre c = { .rows = f->batch * (double)places, .row = arena_array(f->arena, double, places) };
    const double coherent = batch_sum(f, cross);
    double root2 = 0;

    for (int64_t p = 0; p < places; p++)
        c.root_sum += sqrt(fmax(square[SAME][p], 0));
    for (int64_t p = 0; p < places; p++) {
        const double here[PAIRS] = { square[SAME][p], square[OTHER][p], square[KIN][p] };
        const double root = sqrt(fmax(square[SAME][p], 0));

        c.row[p] = (batch_sum(f, here) + coherent * root * (c.root_sum - root)) / c.rows;
        c.all += c.row[p] / (double)places;
        root2 += root * root;
    }
    for (int s = 0; s < PAIRS; s++) {
        const double pairs = (double)places * (double)(places - 1);

        c.square[s] = mean_of_squares(square[s], places) - c.all;
        c.apart[s] = places > 1 ? cross[s] * (c.root_sum * c.root_sum - root2) / pairs - c.all : 0;
    }
    return c;
}

/* Mean product of the roots of two places. */
static double pair_of(const double *square, int64_t places)
{
    return roots_apart(square, places) / fmax((double)places * (double)(places - 1), 1);
}

/* As a share of the places' roots, so that sums over the batch stay zero. */
static double share_apart(double apart, const double *square, int64_t places)
{
    const double pairs = (double)places * (double)(places - 1), roots = roots_apart(square, places);

    return roots > 0 ? apart * pairs / roots : 0;
}

/* Centred tables: `pair` is the mean product of the roots of two places, before and after. */
typedef struct {
    double pair, all, factor, here[PAIRS];
} LagsCentred;

static double centred_lag(const void *with, int s, const double *common, bool here)
{
    const LagsCentred *c = with;

    return here ? c->here[s] : (common[0] * c->pair - c->all) * c->factor;
}

/* Lines of places (rows, columns) whose means differ from that of all lose it, pair by pair. */
static void take_means(Flow *f, const Centre *c, double factor, double *border, int64_t side,
                       int64_t other, bool columns)
{
    double *line = arena_array(f->arena, double, side);

    for (int64_t i = 0; border && i < side; i++)
        for (int64_t j = 0; j < other; j++)
            line[i] += (c->row[columns ? j * side + i : i * other + j] - c->all) / (double)other;
    for (int64_t i = 0; border && i < side * side; i++)
        border[i] -= factor * (line[i / side] + line[i % side]);
}

/* `after` is what the places have then, `factor` what has multiplied it; cross is their mean. */
static const Lags *centred_lags(Flow *f, LagsOf of, const Centre *c, const double *before,
                                double factor, double *const after[PAIRS],
                                double cross[PAIRS])
{
    const int64_t places = of.lags ? of.lags->height * of.lags->width : 1;
    LagsCentred with = { pair_of(before, places), c->all, factor, { 0 } };
    Lags *made;

    if (!of.lags)
        return NULL;
    with.factor /= fmax(pair_of(after[SAME], places), 1e-300);
    for (int s = 0; s < PAIRS; s++)
        with.here[s] = mean_of_squares(after[s], places)
                     / fmax(mean_of_squares(after[SAME], places), 1e-300);
    made = lags_made(f, &of, 1, centred_lag, &with);
    for (int s = 0; s < PAIRS; s++) {
        take_means(f, c, with.factor, made->row[s], made->height, made->width, false);
        take_means(f, c, with.factor, made->column[s], made->width, made->height, true);
    }
    lags_mean(f, made, after[SAME], cross);
    return made;
}

static void batchnorm_forward(Flow *f, Trace *t, NodeId y)
{
    const Kernel *x = kernel_in(t, y, 0);
    const Centre c = centre_of(f, x->square, x->cross, x->positions);
    const double eps = t->g->node[t->g->node[y].in[1]].number[0], variance = c.square[SAME] + eps;
    Kernel *k = kernel_new(f, t->g->node[y].shape);

    for (int s = 0; s < PAIRS; s++) {
        for (int64_t p = 0; p < x->positions; p++)
            k->square[s][p] = (x->square[s][p] - 2 * c.row[p] + c.all) / variance;
        k->cross[s] = share_apart(c.apart[s] / variance, k->square[SAME], x->positions);
    }
    k->lags = centred_lags(f, (LagsOf){ x->lags, x->cross }, &c, x->square[SAME], 1 / variance,
                           k->square, k->cross);
    k->pair_var = x->pair_var;
    if (x->positions == 1 && neurons_rows(f, x))
        neurons_normed(f, x, eps, k);
    f->normalised = true;
    f->small_norms += x->positions > 1 && x->positions <= SMALL_MAP;
    t->kernel[y] = k;
}

static double pair_sum_by_lags(Flow *f, const Gradient *g, const Kernel *x, int s)
{
    double *product = arena_array(f->arena, double, x->positions), same = 0;
    double mean[PAIRS][PAIRS];

    if (!g->lags && !x->lags)
        return pair_sum(g, s, x, s);
    for (int64_t p = 0; p < x->positions; p++) {
        same += g->square[s][p] * x->square[s][p];
        product[p] = fmax(g->square[SAME][p] * x->square[SAME][p], 0);
    }
    lags_products(f, (LagsOf){ g->lags, g->cross }, (LagsOf){ x->lags, x->cross }, 0, product,
                  mean);
    return same + mean[s][s] * roots_apart(product, x->positions);
}

/* The share of the gradient along the output itself, which the division takes away. */
static double kept_share(Flow *f, const Kernel *k, const Gradient *dy, const Centre *c)
{
    double along = 0;

    for (int s = 0; s < PAIRS; s++)
        along += f->pairs[s] * pair_sum_by_lags(f, dy, k, s);
    along *= f->batch / c->rows;
    return fmax(1 - along / fmax(c->rows * c->square[SAME], 1e-300), 0);
}

/* Two rows are 1 and -1 whatever they were, but for eps: of a gradient's difference what is left,
 * eps / (v + eps), over a unit's deviation, where v is at the median ranks of a chi-square. */
static double two_rows(const Kernel *x, double variance, double eps)
{
    const int n = x->channels < NEURONS ? (int)x->channels : NEURONS;
    double sum = 0;

    for (int i = 0; i < n; i++) {
        const double z = normal_quantile(0.5 + 0.5 * (i + 0.7) / (n + 0.4));

        sum += eps * eps / pow(variance * z * z + eps, 3) / n;
    }
    return sum;
}

static void batchnorm_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Kernel *x = kernel_in(t, y, 0), *k = t->kernel[y];
    const Centre c = centre_of(f, x->square, x->cross, x->positions);
    const Centre g = centre_of(f, dy->square, dy->cross, x->positions);
    const double eps = t->g->node[t->g->node[y].in[1]].number[0], variance = c.square[SAME] + eps;
    const double kept = kept_share(f, k, dy, &g);
    const double factor = c.rows < 3 ? two_rows(x, c.square[SAME], eps) : kept / variance
                        * inverse_variance(f, x, k, c.square, c.apart, variance, eps);
    Gradient *dx = gradient_like(f, dy, x->positions);

    if (f->batch * (double)x->positions < 4)
        f->rough = "a batch of so few rows is normalised";
    for (int s = 0; s < PAIRS; s++) {
        for (int64_t p = 0; p < x->positions; p++)
            dx->square[s][p] = factor * (dy->square[s][p] - 2 * g.row[p] + g.all);
        dx->cross[s] = share_apart(factor * g.apart[s], dx->square[SAME], x->positions);
    }
    dx->lags = centred_lags(f, (LagsOf){ dy->lags, dy->cross }, &g, dy->square[SAME], factor,
                            dx->square, dx->cross);
    if (k->neurons->variance)
        neurons_norm_back(f, k, dy, kept, dx);
    dx->gain = -1;
    dx->level = dx->own = 0;
    dx->radial[SAME] = dx->radial[OTHER] = dx->radial[KIN] = 0;
    flow_give(f, t, y, 0, dx);
}

const FlowRule flow_batchnorm = { batchnorm_forward, batchnorm_backward };

/* ---- Normalisation of a sample --------------------------------------------------------------- */

static double sample_variance(const Trace *t, NodeId y)
{
    const Kernel *x = kernel_in(t, y, 0);
    const double eps = t->g->node[t->g->node[y].in[1]].number[0];

    return mean_of_squares(x->square[SAME], x->positions) - x->mean * x->mean + eps;
}

static double levelled_lag(const void *with, int s, const double *common, bool here)
{
    const double *level = with;

    (void)s, (void)here;
    return (common[0] * level[0] - level[1]) / fmax(level[0] - level[1], 1e-300);
}

static void rows_forward(Flow *f, Trace *t, NodeId y)
{
    const Kernel *x = kernel_in(t, y, 0);
    const double m2 = x->mean * x->mean, variance = sample_variance(t, y);
    const double square = mean_of_squares(x->square[SAME], x->positions);
    const double level[2] = { square, m2 };
    Kernel *k = kernel_new(f, t->g->node[y].shape);

    for (int s = 0; s < PAIRS; s++) {
        k->cross[s] = (x->cross[s] * square - m2) / fmax(square - m2, 1e-300);
        for (int64_t p = 0; p < x->positions; p++)
            k->square[s][p] = (x->square[s][p] - m2) / variance;
    }
    k->pair_var = x->pair_var;
    k->rotated = k->centred = x->positions == 1;
    k->lags = lags_made(f, &(LagsOf){ x->lags, x->cross }, 1, levelled_lag, level);
    f->normalised = true;
    t->kernel[y] = k;
}

/* Of the variance of n numbers that are normalised together, a chi-square: how many are free, and
 * how much of its fluctuation the samples share. */
typedef struct {
    double alone, shared;
} Common;

static Common common_of(const Flow *f, const Kernel *x, const Kernel *k, double n)
{
    const double places = (double)x->positions, apart = k->cross[SAME];
    double pair[PAIRS], c;

    for (int s = 0; s < PAIRS; s++)
        pair[s] = mean_of_squares(k->square[s], k->positions);
    c = mixed(f, pair) / fmax(pair[SAME], 1e-300);
    return (Common){ n / (1 + (places - 1) * apart * apart),
                     (1 + (f->batch - 1) * fmin(c * c + x->pair_var, 1)) / f->batch };
}

/* What the gradient has along the ones and along y itself is taken away.  Of the median
 * E[1 / variance] holds for what samples do not share, E[ln 1 / variance] for what they do. */
static void rows_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy, double n)
{
    const Kernel *x = kernel_in(t, y, 0), *k = t->kernel[y];
    const double all = (double)(x->channels * x->positions);
    const double g = mean_of_squares(dy->square[SAME], x->positions);
    const double own = 1 + dy->own + dy->radial[SAME] / fmax(g * all, 1e-300);
    const double kept = fmin(fmax(1 - (1 + dy->level + own) / n, 0.1), 1);
    const Common c = common_of(f, x, k, n);
    const double factor = kept * (1 + (3 - c.shared) / c.alone) / sample_variance(t, y);
    Gradient *dx = gradient_like(f, dy, x->positions);

    for (int s = 0; s < PAIRS; s++) {
        for (int64_t p = 0; p < x->positions; p++)
            dx->square[s][p] = factor * dy->square[s][p];
        dx->radial[s] = -all * mean_of_squares(x->square[s], x->positions)
                      * mean_of_squares(dx->square[s], x->positions);
    }
    dx->gain = -1;
    dx->log_var += 2 * c.shared / c.alone;
    dx->level = dx->own = 0;
    flow_give(f, t, y, 0, dx);
}

static void layernorm_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    rows_backward(f, t, y, dy, (double)t->g->node[y].size[1]);
}

static void groupnorm_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Node *n = &t->g->node[y];

    rows_backward(f, t, y, dy, (double)(n->size[2] * n->size[3]));
}

const FlowRule flow_layernorm = { rows_forward, layernorm_backward };
const FlowRule flow_groupnorm = { rows_forward, groupnorm_backward };

/* ---- Dropout: a value's square grows by 1 / kept, products of two values do not -------------- */

static double thinned_lag(const void *with, int s, const double *common, bool here)
{
    const double kept = *(const double *)with;

    return here && s == SAME ? common[0] : kept * common[0];
}

static void dropout_forward(Flow *f, Trace *t, NodeId y)
{
    const double kept = 1 - t->g->node[y].number[0];
    Kernel *k = kernel_copy(f, kernel_in(t, y, 0));

    if (kept * (double)(k->channels * k->positions) < FEW_KEPT)
        f->rough = "dropout keeps so few units of a layer that nets differ by decades";
    k->neurons = neurons_gaussian(f);
    for (int64_t p = 0; p < k->positions; p++)
        k->square[SAME][p] /= kept;
    k->lags = lags_made(f, &(LagsOf){ k->lags, k->cross }, 1, thinned_lag, &kept);
    for (int s = 0; s < PAIRS; s++)
        k->cross[s] *= kept;
    t->kernel[y] = k;
}

static void dropout_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const double kept = 1 - t->g->node[y].number[0];
    const int64_t places = t->kernel[y]->positions;
    Gradient *dx = gradient_like(f, dy, places);

    dx->lags = lags_made(f, &(LagsOf){ dy->lags, dy->cross }, 1, thinned_lag, &kept);
    for (int s = 0; s < PAIRS; s++) {
        dx->cross[s] *= kept;
        for (int64_t p = 0; p < places; p++)
            dx->square[s][p] = dy->square[s][p] / (s == SAME ? kept : 1);
    }
    flow_give(f, t, y, 0, dx);
}

const FlowRule flow_dropout = { dropout_forward, dropout_backward };
