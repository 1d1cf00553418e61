/* flow_lags_conv.c -- what convolutions do to the tables of displacements, and to their borders. */
#include "flow_lags.h"

#include <math.h>

/* One side of a window: which input a tap of an output sees. */
typedef struct {
    int64_t kernel, stride, dilation, before, in, out;
} Side;

static Side side_of(const Window *v, int axis)
{
    return (Side){ v->kernel, v->stride, v->dilation, axis ? v->left : v->top, v->in.dim[1 + axis],
                   v->out.dim[1 + axis] };
}

/* The place that a tap links to: an output's input, an input's output; -1: none. */
typedef int64_t Link(const Side *s, int64_t place, int64_t tap);

static int64_t seen(const Side *s, int64_t out, int64_t tap)
{
    const int64_t in = out * s->stride + tap * s->dilation - s->before;

    return in >= 0 && in < s->in ? in : -1;
}

static int64_t seeing(const Side *s, int64_t in, int64_t tap)
{
    const int64_t from = in - tap * s->dilation + s->before;

    return from >= 0 && from % s->stride == 0 && from / s->stride < s->out ? from / s->stride : -1;
}

/* Of places i and j, over the taps that both have, by the roots of how many each has: less near
 * borders, where taps of one alone look past the image. */
static double through_taps(const Side *s, Link *link, int64_t i, int64_t j, double level,
                           const double *before, int64_t places)
{
    double sum = 0, one = 0, other = 0;

    for (int64_t k = 0; k < s->kernel; k++) {
        const int64_t a = link(s, i, k), b = link(s, j, k);

        one += a >= 0;
        other += b >= 0;
        if (a >= 0 && b >= 0)
            sum += level + (before ? before[a * places + b] : 0);
    }
    return one > 0 && other > 0 ? sum / sqrt(one * other) : level;
}

static double *border_of(Flow *f, const Side *s, Link *link, int64_t from, int64_t to,
                         double level, const double *before)
{
    double *out;

    if (from > MOST_BORDERED || to > MOST_BORDERED)
        return NULL;
    out = arena_array(f->arena, double, to * to);
    for (int64_t i = 0; i < to; i++)
        for (int64_t j = i; j < to; j++)
            out[i * to + j] = out[j * to + i]
                = through_taps(s, link, i, j, level, before, from) - level;
    return out;
}

static void scale(double *x, int64_t n, double factor)
{
    for (int64_t i = 0; x && i < n; i++)
        x[i] *= factor;
}

typedef struct {
    LagsOf of;
    int64_t stride;
    double inside, shift;           /* shares of z's square: from its inputs, and beside them */
} Taps;

static double conv_lag(const void *with, int s, int64_t down, int64_t across)
{
    const Taps *t = with;

    return t->inside * lag_at(t->of.lags, t->of.cross, s, t->stride * down, t->stride * across)
         + t->shift;
}

/* z's mean square is `square`, of which two places have `shift` in common beside their inputs. */
const Lags *lags_of_conv(Flow *f, const Kernel *x, const Window *v, double square, double shift)
{
    Taps t = { .of = { x->lags, x->cross }, .stride = v->stride,
               .shift = shift / fmax(square, 1e-300) };
    const Side row = side_of(v, 0), column = side_of(v, 1);
    Lags *l;

    if (!x->lags)
        return NULL;
    t.inside = fmax(1 - t.shift, 0);
    l = lags_planned(f, row.out, column.out, conv_lag, &t);
    for (int s = 0; s < PAIRS; s++) {
        l->row[s] = border_of(f, &row, seen, row.in, row.out, x->lags->level[s], x->lags->row[s]);
        l->column[s] = border_of(f, &column, seen, column.in, column.out, x->lags->level[s],
                                 x->lags->column[s]);
        scale(l->row[s], row.out * row.out, t.inside);
        scale(l->column[s], column.out * column.out, t.inside);
    }
    return l;
}

/* Two places of dx have in common what one tap brings to both: with a stride, few pairs. */
static double back_lag(const void *with, int s, int64_t down, int64_t across)
{
    const Taps *t = with;

    return down % t->stride || across % t->stride ? 0
         : lag_at(t->of.lags, t->of.cross, s, down / t->stride, across / t->stride);
}

const Lags *lags_back_conv(Flow *f, const Gradient *dz, const Window *v)
{
    const Taps t = { .of = { dz->lags, dz->cross }, .stride = v->stride };
    const Side row = side_of(v, 0), column = side_of(v, 1);
    Lags *l = lags_planned(f, row.in, column.in, back_lag, &t);

    for (int s = 0; v->stride == 1 && s < PAIRS; s++) {
        const double level = dz->lags ? dz->lags->level[s] : dz->cross[s];

        l->row[s] = border_of(f, &row, seeing, row.out, row.in, level,
                              dz->lags ? dz->lags->row[s] : NULL);
        l->column[s] = border_of(f, &column, seeing, column.out, column.in, level,
                                 dz->lags ? dz->lags->column[s] : NULL);
    }
    return l;
}

/* dLoss/dW is a sum over pairs of outputs, and over taps of x's products, which z's are `per`
 * times, beside `shift`. */
void lags_add_conv(Flow *f, const Gradient *dz, const Kernel *z, double shift, double per,
                   double sum[PAIRS][PAIRS])
{
    const double square = fmax(mean_of_squares(z->square[SAME], z->positions), 1e-300);
    double *product = arena_array(f->arena, double, z->positions), mean[PAIRS][PAIRS], apart;

    for (int64_t i = 0; i < z->positions; i++)
        product[i] = fmax(dz->square[SAME][i] * z->square[SAME][i], 0);
    lags_products(f, (LagsOf){ dz->lags, dz->cross }, (LagsOf){ z->lags, z->cross },
                  shift / square, product, mean);
    apart = roots_apart(product, z->positions) / fmax(per, 1e-300);
    for (int a = 0; a < PAIRS; a++)
        for (int b = 0; b < PAIRS; b++)
            sum[a][b] += apart * mean[a][b];
}
