/* flow_neurons_batch.c -- units of the data over a batch, as far as no weights mix them.
 *
 * A batch norm divides each by its own deviation.  A unit that is the same in all of a batch's
 * samples, as are pixels at an image's corners, is 0 behind it, and its gradient is divided by the
 * root of eps alone: a few such units outweigh all others. */
#include "flow_neurons.h"

#include <math.h>

enum { FEW_ROWS = 8 };              /* at 4 it is off by half a decade */

static int stride_of(const Flow *f) { return f->input.rows + 2; }

static double *input_rows(Flow *f, const Neurons *u)
{
    const int rows = f->input.rows, stride = stride_of(f);
    double *out;

    if (!f->input.unit_rows)
        return NULL;
    out = arena_array(f->arena, double, NEURONS * stride);
    for (int k = 0; k < NEURONS; k++) {
        for (int r = 0; r < rows; r++)
            out[k * stride + r] = u->scale[0] * f->input.unit_rows[k * rows + r];
        out[k * stride + rows] = u->sample[k].x[OTHER];
        out[k * stride + rows + 1] = u->sample[k].x[KIN];
    }
    return out;
}

static double *carried_rows(Flow *f, const Neurons *u, const double *x)
{
    const int stride = stride_of(f);
    double *out = arena_array(f->arena, double, NEURONS * stride);

    for (int k = 0; k < NEURONS; k++) {
        const int from = neurons_carrier(k, u->stretch);

        for (int r = 0; from >= 0 && r < stride; r++)
            out[k * stride + r] = u->scale[0] * x[from * stride + r];
    }
    return out;
}

static double *bent_rows(Flow *f, const Neurons *u, const double *x)
{
    const int n = NEURONS * stride_of(f);
    double *out = arena_array(f->arena, double, n);

    for (int i = 0; i < n; i++)
        out[i] = act_value(u->act, x[i]);
    return out;
}

/* Of a bias that is the same in all units. */
static bool is_constant(const Kernel *k)
{
    return !k->neurons->bent && !k->neurons->part[0]
        && k->square[SAME][0] - k->mean * k->mean <= 1e-13 * k->square[SAME][0];
}

static double *summed_rows(Flow *f, const Neurons *u)
{
    const Kernel *b = u->part[1];
    const double *x = neurons_rows(f, u->part[0]), *y = b ? neurons_rows(f, b) : NULL;
    double *out;

    if (!x || (b && !y && !is_constant(b)))
        return NULL;
    out = arena_array(f->arena, double, NEURONS * stride_of(f));
    for (int i = 0; i < NEURONS * stride_of(f); i++)
        out[i] = u->scale[0] * x[i] + (b ? u->scale[1] * (y ? y[i] : b->mean) : 0);
    return out;
}

static const double *rows_made(Flow *f, const Neurons *u)
{
    const double *x;

    if (u->is_product || !(u->is_input || u->part[0]))
        return NULL;
    if (u->is_input)
        return input_rows(f, u);
    if (!u->is_act && !u->is_carried)
        return summed_rows(f, u);
    x = neurons_rows(f, u->part[0]);
    return !x ? NULL : u->is_act ? bent_rows(f, u, x) : carried_rows(f, u, x);
}

const double *neurons_rows(Flow *f, const Kernel *k)
{
    Neurons *u = k->neurons;

    if (!u->rows && !u->no_rows) {
        u->rows = rows_made(f, u);
        u->no_rows = !u->rows;
    }
    return u->rows;
}

Own neurons_own(Flow *f, const Kernel *k)
{
    const double *rows = neurons_rows(f, k);

    return rows ? (Own){ rows, stride_of(f), f->input.rows }
                : (Own){ neurons_of(f, k)->x, PAIRS, 1 };
}

/* Of the rows' pairs, some of one class, KIN is that of the one that was drawn. */
static void row_pair_means(const Flow *f, const double *x, Act act, double mean[PAIRS])
{
    const int rows = f->input.rows;
    double sum = 0, squares = 0, any;

    for (int r = 0; r < rows; r++) {
        const double value = act_value(act, x[r]);

        sum += value;
        squares += value * value;
    }
    any = (sum * sum - squares) / ((double)rows * (rows - 1));
    mean[SAME] = squares / rows;
    mean[KIN] = f->same_class < 1 ? act_value(act, x[0]) * act_value(act, x[rows + 1]) : any;
    mean[OTHER] = f->same_class < 1 ? (any - f->same_class * mean[KIN]) / (1 - f->same_class)
                                    : any;
}

void neurons_pair_means(Flow *f, const Kernel *z, Act act, double mean[PAIRS])
{
    const double *rows = neurons_rows(f, z);
    const Neuron *unit = neurons_of(f, z);

    mean[SAME] = mean[OTHER] = mean[KIN] = 0;
    for (int i = 0; i < NEURONS; i++) {
        const double own = rows ? 0 : act_value(act, unit[i].x[SAME]);
        double pair[PAIRS] = { own * own };

        for (int s = OTHER; !rows && s < PAIRS; s++)
            pair[s] = own * act_value(act, unit[i].x[s]);
        if (rows)
            row_pair_means(f, rows + i * stride_of(f), act, pair);
        for (int s = 0; s < PAIRS; s++)
            mean[s] += pair[s] / NEURONS;
    }
}

/* ---- Gradients by row: a sample that a slope of 0 has left out has none before it either ----- */

static double row_of(const Flow *f, const Gradient *dy, int i, int r)
{
    return dy->by_row ? dy->by_row[i * f->input.rows + r] : dy->neuron ? dy->neuron[i].x[SAME] : 1;
}

double *neurons_slope_rows(Flow *f, const Kernel *z, Act act, const Gradient *dy)
{
    const int rows = f->input.rows, stride = stride_of(f);
    const double *x = neurons_rows(f, z);
    double *out;

    if (!x)
        return NULL;
    out = arena_array(f->arena, double, NEURONS * rows);
    for (int i = 0; i < NEURONS; i++)
        for (int r = 0; r < rows; r++) {
            const double slope = act_slope_at(act, x[i * stride + r]);

            out[i * rows + r] = slope * slope * row_of(f, dy, i, r);
        }
    return out;
}

double neurons_row_mean(const Flow *f, const double *rows, int i)
{
    double sum = 0;

    for (int r = 0; r < f->input.rows; r++)
        sum += rows[i * f->input.rows + r];
    return sum / f->input.rows;
}

double *neurons_rows_scaled(const Flow *f, double *rows, double mean)
{
    for (int i = 0; rows && mean > 0 && i < NEURONS * f->input.rows; i++)
        rows[i] /= mean;
    return rows;
}

/* ---- Batch normalisation --------------------------------------------------------------------- */

/* One unit's rows, and the two samples beside them; returns its variance. */
static double norm_unit(int rows, double eps, const double *x, double *y)
{
    double mean = 0, variance = 0;

    for (int r = 0; r < rows; r++)
        mean += x[r] / rows;
    for (int r = 0; r < rows; r++)
        variance += (x[r] - mean) * (x[r] - mean) / rows;
    if (variance < 1e-24 * mean * mean)
        variance = 0;               /* less is rounding */
    for (int r = 0; r < rows + 2; r++)
        y[r] = variance > 0 || r >= rows ? (x[r] - mean) / sqrt(variance + eps) : 0;
    return variance;
}

/* Over a batch y adds up to zero, and so does dx: pairs of different samples make up for the
 * rest. */
static void put_pairs(const Flow *f, double same, double kin, double *const square[PAIRS])
{
    const double others = f->pairs[OTHER];

    square[SAME][0] = same;
    square[KIN][0] = others > 0 ? kin : -same / fmax(f->pairs[KIN], 1);
    square[OTHER][0] = others > 0 ? -(same + f->pairs[KIN] * kin) / others : 0;
}

void neurons_normed(Flow *f, const Kernel *x, double eps, Kernel *k)
{
    const int rows = f->input.rows, stride = stride_of(f);
    const double *of_x = neurons_rows(f, x);
    double *y = arena_array(f->arena, double, NEURONS * stride);
    double *divisor = arena_array(f->arena, double, NEURONS);
    Neuron *sample = arena_array(f->arena, Neuron, NEURONS);
    double same = 0, kin = 0;

    for (int i = 0; i < NEURONS; i++) {
        const double *unit = y + i * stride;
        const double variance = norm_unit(rows, eps, of_x + i * stride, y + i * stride);

        divisor[i] = variance + eps;
        same += variance / divisor[i] / NEURONS;
        kin += unit[0] * unit[rows + 1] / NEURONS;
        sample[i] = (Neuron){ .x = { unit[0], unit[rows], unit[rows + 1] } };
    }
    put_pairs(f, same, kin, k->square);
    *k->neurons = (Neurons){ .bent = true, .settled = neurons_settled(x), .sample = sample,
                             .rows = y, .variance = divisor };
}

/* To a mean. */
static void set_mean(int rows, double *d, double mean)
{
    double sum = 0;

    for (int r = 0; r < rows; r++)
        sum += d[r];
    for (int r = 0; r < rows; r++)
        d[r] *= sum > 0 ? mean * rows / sum : 0;
}

/* Squares of d - mean d - y mean (d y), of a unit's rows d that are independent; returns their
 * mean over that of d's. */
static double project_rows(int rows, const double *y, double *d)
{
    double sum = 0, with_y = 0, with_y2 = 0, after = 0;

    for (int r = 0; r < rows; r++) {
        sum += d[r];
        with_y += d[r] * y[r];
        with_y2 += d[r] * y[r] * y[r];
    }
    for (int r = 0; r < rows; r++) {
        d[r] += ((sum + 2 * y[r] * with_y + y[r] * y[r] * with_y2) / rows
                 - 2 * d[r] * (1 + y[r] * y[r])) / rows;
        after += d[r];
    }
    return sum > 0 ? after / sum : 0;
}

/* Where the slope of an activation behind has gone with y, more of the gradient lies along it, or
 * less: project_rows against what it is where all rows are alike. */
static double norm_rows_back(const Flow *f, const double *y, const Gradient *dy, int i, double *d)
{
    const int rows = f->input.rows;

    for (int r = 0; r < rows; r++)
        d[r] = row_of(f, dy, i, r);
    return fmax(project_rows(rows, y, d), 0) / fmax(1 - 2.0 / rows, 1e-3);
}

void neurons_norm_back(Flow *f, const Kernel *y, const Gradient *dy, double kept, Gradient *dx)
{
    const Neurons *u = y->neurons;
    const int rows = f->input.rows, stride = stride_of(f);
    Neuron *unit = arena_array(f->arena, Neuron, NEURONS);
    const double pair[PAIRS] = { dy->square[SAME][0], dy->square[OTHER][0], dy->square[KIN][0] };
    const double all = batch_sum(f, pair) / f->batch;
    double *by_row = arena_array(f->arena, double, NEURONS * rows), mean[PAIRS] = { 0 };

    for (int i = 0; i < NEURONS; i++) {
        const double own = dy->neuron ? dy->neuron[i].x[SAME] : 1;
        double *d = by_row + i * rows;
        const double factor = kept / u->variance[i]
                            * norm_rows_back(f, u->rows + i * stride, dy, i, d);

        for (int s = 0; s < PAIRS; s++) {
            unit[i].x[s] = factor * (dy->square[s][0] * (dy->neuron ? dy->neuron[i].x[s] : 1)
                                     - own * all);
            mean[s] += unit[i].x[s] / NEURONS;
        }
        set_mean(rows, d, unit[i].x[SAME]);
    }
    if (rows < FEW_ROWS)
        f->rough = "a batch of few rows is normalised unit by unit";
    put_pairs(f, mean[SAME], mean[KIN], dx->square);
    for (int s = 0; s < PAIRS; s++) {
        for (int i = 0; i < NEURONS; i++)
            unit[i].x[s] /= fabs(mean[s]) > 1e-12 * mean[SAME] ? mean[s] : 1;
    }
    dx->neuron = unit;
    dx->by_row = neurons_rows_scaled(f, by_row, mean[SAME]);
}
