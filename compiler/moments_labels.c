/* moments_labels.c -- how often labels agree, where each step of a sample has one of its own.
 *
 * A weight that all steps share gathers products of gradients, which labels make alike, and of
 * inputs.  So steps count by what their inputs have in common:
 *
 *   sum of x_a(t).x_b(t') over pairs of one label / over all pairs,  t' != t,
 *
 * and with the sums S_k over a class the upper is sum |S_k|^2, less that of one step or sample. */
#include "moments.h"

#include <math.h>
#include <string.h>

typedef enum { ONES, NUMBERS, WORDS } Terms;        /* what x is taken for */

typedef struct {
    const Samples *s;
    Terms terms;
    int64_t width, classes;         /* of x; 1: all labels count as one */
    Arena *arena;
} Steps;

/* Of all pairs at two steps: of one sample, of two. */
typedef struct {
    double within, apart;
} Sums;

static void add(const Steps *v, int64_t i, int64_t t, double *sum)
{
    const Samples *s = v->s;
    const double *x = s->x + (i * s->places + t) * s->channels;

    if (v->terms == ONES)
        sum[0]++;
    else if (v->terms == WORDS)
        sum[(int64_t)x[0]]++;
    for (int64_t c = 0; v->terms == NUMBERS && c < s->channels; c++)
        sum[c] += x[c];
}

static double squares(const double *x, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    return sum;
}

static int64_t slot(const Steps *v, int64_t i, int64_t t)
{
    return v->classes > 1 ? v->s->label[i * v->s->labels + t] * v->width : 0;
}

/* |sum of x|^2 of a class over the samples and steps that lie between. */
static double square_of(const Steps *v, int64_t i0, int64_t i1, int64_t t0, int64_t t1, double *sum)
{
    memset(sum, 0, (size_t)(v->classes * v->width) * sizeof *sum);
    for (int64_t i = i0; i < i1; i++)
        for (int64_t t = t0; t < t1; t++)
            add(v, i, t, sum + slot(v, i, t));
    return squares(sum, v->classes * v->width);
}

static Sums sums_of(const Steps *v)
{
    const int64_t n = v->s->n, steps = v->s->labels;
    double *sum = arena_array(v->arena, double, v->classes * v->width);
    double by_step = 0, by_sample = 0, alone = 0;

    for (int64_t t = 0; t < steps; t++)
        by_step += square_of(v, 0, n, t, t + 1, sum);
    for (int64_t i = 0; i < n; i++) {
        by_sample += square_of(v, i, i + 1, 0, steps, sum);
        for (int64_t t = 0; t < steps; t++) {
            const Steps one = { v->s, v->terms, v->width, 1, v->arena };
            alone += square_of(&one, i, i + 1, t, t + 1, sum);
        }
    }
    return (Sums){ by_sample - alone,
                   square_of(v, 0, n, 0, steps, sum) - by_step - by_sample + alone };
}

static int64_t most(const Samples *s, bool of_labels)
{
    int64_t found = 0;

    for (int64_t i = 0; i < s->n * s->labels; i++)
        found = (int64_t)fmax((double)found, of_labels ? s->label[i] : s->x[i]);
    return found + 1;
}

static void put_same(const Samples *s, InputMoments *in, int64_t classes, Arena *a)
{
    const Steps v = { s, ONES, 1, classes, a };
    double *sum = arena_array(a, double, classes), n = (double)s->n;
    double *same = arena_array(a, double, s->labels);

    for (int64_t t = 0; t < s->labels; t++)
        same[t] = (square_of(&v, 0, s->n, t, t + 1, sum) - n) / (n * (n - 1));
    in->label_same = same;
    in->label_steps = s->labels;
}

/* Of a label's share of the pairs; inputs that have nothing in common do not weigh them. */
static double share(double equal, double all, double plain, double size)
{
    const double least = 0.02;

    return fabs(all) > least * size ? fmin(fmax(equal / all, 0), 1) : plain;
}

void moments_of_labels(const Samples *s, bool words, InputMoments *in, Arena *a)
{
    const double most_work = 4e6, n = (double)s->n, steps = (double)s->labels;
    const double inside = n * steps * (steps - 1), outside = inside * (n - 1);
    Steps v = { s, ONES, 1, 1, a };
    double size = 1;
    Sums equal, all;

    if (!s->label || s->labels < 2 || s->n < 2)
        return;
    v.classes = most(s, true);
    put_same(s, in, v.classes, a);
    equal = sums_of(&v);
    in->label_within = equal.within / inside;
    in->label_apart = equal.apart / outside;
    if (s->places != s->labels)
        return;
    v.terms = words ? WORDS : NUMBERS;
    v.width = words ? most(s, false) : s->channels;
    if ((double)(v.classes * v.width) * n > most_work)
        return;
    equal = sums_of(&v);
    v.classes = 1;
    all = sums_of(&v);
    size = words ? 1 : in->square * (double)s->channels;
    in->label_within = share(equal.within, all.within, in->label_within, size * inside);
    in->label_apart = share(equal.apart, all.apart, in->label_apart, size * outside);
}
