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

const Neuron *moments_units(const Samples *s, double square, Arena *a)
{
    Neuron *unit = arena_array(a, Neuron, MOMENTS_UNITS);
    const int64_t width = s->channels * s->places;
    Drawer d = { .s = s, .state = 1 };
    double drawn = 0;

    for (int64_t k = 0; k < MOMENTS_UNITS; k++) {
        const int64_t at = (2 * k + 1) * width / (2 * MOMENTS_UNITS), i = draw_below(&d, s->n);

        unit[k].x[MOMENTS_SAME] = s->x[i * width + at];
        unit[k].x[MOMENTS_OTHER] = s->x[draw_other(&d, i, false) * width + at];
        unit[k].x[MOMENTS_KIN] = s->x[draw_other(&d, i, true) * width + at];
        drawn += unit[k].x[MOMENTS_SAME] * unit[k].x[MOMENTS_SAME] / MOMENTS_UNITS;
    }
    for (int k = 0; drawn > 0 && k < MOMENTS_UNITS; k++)
        for (int p = 0; p < MOMENTS_PAIRS; p++)
            unit[k].x[p] *= sqrt(square / drawn);
    return drawn > 0 ? unit : NULL;
}
