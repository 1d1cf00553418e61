/* moments_units.c -- single inputs of the data, of a sample and of two others, as they are: an
 * activation that meets them with no weight between is not that of normal numbers. */
#include "moments.h"

#include <math.h>

enum { TRIES = 64 };

typedef struct {
    const Samples *s;
    uint64_t state;
} Drawer;

/* 0 .. n - 1, by Knuth's congruential generator (MMIX). */
static int64_t draw_below(Drawer *d, int64_t n)
{
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((d->state >> 33) % (uint64_t)n);
}

/* Another sample, of the class of sample i or of another; any, where TRIES find none. */
static int64_t draw_other(Drawer *d, int64_t i, bool kin)
{
    const Samples *s = d->s;
    int64_t other = i;

    for (int k = 0; k < TRIES; k++) {
        other = draw_below(d, s->n);
        if (other != i && (!s->label || s->labels != 1
                           || (s->label[other] == s->label[i]) == kin))
            return other;
    }
    return other;
}

/* Batches of more rows than this are taken for such: a unit that is not the same in all of those is
 * not in these. */
enum { MOST_ROWS = 512 };

static void scale(double *x, int64_t n, double factor)
{
    for (int64_t i = 0; i < n; i++)
        x[i] *= factor;
}

/* Input `at` of sample i, and of others: the whole data, where that is no larger than a batch. */
static void draw_rows(Drawer *d, int64_t i, int64_t at, int rows, double *out)
{
    const Samples *s = d->s;
    const int64_t width = s->channels * s->places;

    for (int r = 0; r < rows; r++) {
        const int64_t sample = s->n <= rows ? (i + r) % s->n : r ? draw_below(d, s->n) : i;

        out[r] = s->x[sample * width + at];
    }
}

void moments_units(const Samples *s, int64_t batch, InputMoments *in, Arena *a)
{
    Neuron *unit = arena_array(a, Neuron, MOMENTS_UNITS);
    const int64_t width = s->channels * s->places, most = batch < s->n ? batch : s->n;
    const int rows = s->places > 1 ? 0 : most < MOST_ROWS ? (int)most : MOST_ROWS;
    double *row = arena_array(a, double, MOMENTS_UNITS * rows);
    Drawer d = { .s = s, .state = 1 }, of_rows = { .s = s, .state = 2 };
    double drawn = 0;

    for (int64_t k = 0; k < MOMENTS_UNITS; k++) {
        const int64_t at = (2 * k + 1) * width / (2 * MOMENTS_UNITS), i = draw_below(&d, s->n);

        unit[k].x[MOMENTS_SAME] = s->x[i * width + at];
        unit[k].x[MOMENTS_OTHER] = s->x[draw_other(&d, i, false) * width + at];
        unit[k].x[MOMENTS_KIN] = s->x[draw_other(&d, i, true) * width + at];
        drawn += unit[k].x[MOMENTS_SAME] * unit[k].x[MOMENTS_SAME] / MOMENTS_UNITS;
        draw_rows(&of_rows, i, at, rows, row + k * rows);
    }
    if (!(drawn > 0))
        return;
    for (int k = 0; k < MOMENTS_UNITS; k++)
        scale(unit[k].x, MOMENTS_PAIRS, sqrt(in->square / drawn));
    scale(row, MOMENTS_UNITS * rows, sqrt(in->square / drawn));
    in->unit = unit;
    in->unit_rows = rows > 1 ? row : NULL;
    in->rows = rows;
}
