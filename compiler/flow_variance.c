/* flow_variance.c -- how much the variance that a batch norm divides by fluctuates from channel to
 * channel: a generalised chi-square, by its eigenvalues. */
#include "flow_lags.h"

#include <math.h>

/* `count` of one size, with the trace and the sum of squares that the true ones have. */
typedef struct {
    double lambda, count;
} Mode;

static Mode mode_of(double trace, double squares)
{
    return trace > 0 && squares > 0 ? (Mode){ squares / trace, trace * trace / squares }
                                    : (Mode){ 0, 0 };
}

/* Mean square, over pairs of places, of the sum of weight[s] times what they have in common. */
static double square_apart(Flow *f, const Kernel *k, const double weight[PAIRS])
{
    const LagsOf of = { k->lags, k->cross };
    double mean[PAIRS][PAIRS], sum = 0;

    if (!k->lags)
        return NAN;
    lags_products(f, of, of, 0, k->square[SAME], mean);
    for (int a = 0; a < PAIRS; a++)
        for (int b = 0; b < PAIRS; b++)
            sum += weight[a] * weight[b] * mean[a][b];
    return fmax(sum, 0);
}

/* Over the places, of what these have in common here and, on average, at two: the mode that they
 * share, and the rest. */
static void modes_of(double here, double far, double far_square, double places, Mode out[2])
{
    const double all = fmax(here + (places - 1) * far, 0), trace = places * here - all;
    const double squares = isnan(far_square) ? far * far : far_square;

    out[0] = (Mode){ all, 1 };
    out[1] = mode_of(trace, fmax(places * here * here + places * (places - 1) * squares
                                 - all * all, trace * trace / fmax(places - 1, 1)));
}

/* E[1 / s^2] E[s^2] of a channel of k, which comes of x divided by its deviation: over all rows x
 * has `here` at one place and `apart` at two.  Before the first activation the likeness of the
 * samples, pair_var, is the data's, and so small a spectrum is theirs. */
double inverse_variance(Flow *f, const Kernel *x, const Kernel *k, const double here[PAIRS],
                        const double apart[PAIRS], double variance, double eps)
{
    const double places = (double)x->positions, others = f->batch - 1;
    const double own[PAIRS] = { 1, f->same_class - 1, -f->same_class };
    const double rows = f->batch * places, square = variance * variance;
    const double q = others * places * mean_of_squares(x->square[SAME], x->positions);
    const int nodes = 300;
    const double step = 11 * 2.302585092994046 / nodes;
    Mode mode[4];
    double sum = 0;

    modes_of(here[SAME] - mixed(f, here), apart[SAME] - mixed(f, apart),
             square * square_apart(f, k, own), places, mode);
    modes_of(batch_sum(f, here), batch_sum(f, apart), square * square_apart(f, k, f->pairs),
             places, mode + 2);
    mode[1].count *= others;
    mode[0] = mode_of(others * mode[0].lambda, others * mode[0].lambda * mode[0].lambda
                      + (x->log_var > 0 ? 0 : x->pair_var * q * q));
    for (int i = 0; i <= nodes; i++) {
        const double t = 1e-5 * exp(step * i);
        double log_f = -t * eps / variance;

        for (int m = 0; m < 4; m++)
            log_f -= 0.5 * mode[m].count
                   * log1p(2 * fmax(mode[m].lambda, 0) / (rows * variance) * t);
        sum += exp(log_f) * t * step * (i == 0 || i == nodes ? 0.5 : 1);
    }
    return fmin(sum + 1e-5, 10);
}
