/* moments_facts.c -- what an experiment's data shows of itself: inputs that never change, the range
 * of words, classes that are one. */
#include "moments.h"

#include <math.h>
#include <stdlib.h>

/* Inputs that all samples share. */
static double constant_share(const Samples *s)
{
    const int64_t width = s->channels * s->places;
    int64_t constant = 0;

    for (int64_t j = 0; j < width; j++) {
        int64_t i = 1;

        while (i < s->n && !(s->x[i * width + j] < s->x[j] || s->x[i * width + j] > s->x[j]))
            i++;
        constant += i >= s->n;
    }
    return s->n > 1 ? (double)constant / (double)width : 0;
}

static int by_number(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

/* The longest run of equal labels, once they are sorted. */
static void put_class(const Samples *s, DataFacts *out, Arena *a)
{
    const int64_t n = s->label ? s->n * s->labels : 0;
    int32_t *label = arena_array(a, int32_t, n + 1);
    int64_t run = 0, longest = 0;

    for (int64_t i = 0; i < n; i++)
        label[i] = s->label[i];
    qsort(label, (size_t)n, sizeof *label, by_number);
    for (int64_t i = 0; i < n; i++) {
        run = i > 0 && label[i] == label[i - 1] ? run + 1 : 1;
        if (run > longest) {
            longest = run;
            out->class = label[i];
        }
    }
    out->class_share = n > 1 ? (double)longest / (double)n : 0;
}

DataFacts moments_facts(const Samples *s, Arena *a)
{
    DataFacts out = { .read = s->n, .constant = constant_share(s), .least = INFINITY,
                      .largest = -INFINITY, .input = s->x, .target = s->target,
                      .inputs = s->n * s->channels * s->places, .targets = s->n * s->targets };

    for (int64_t i = 0; i < out.inputs; i++) {
        out.least = fmin(out.least, s->x[i]);
        out.largest = fmax(out.largest, s->x[i]);
    }
    put_class(s, &out, a);
    return out;
}
