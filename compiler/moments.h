/* moments.h -- what the forecast wants to know of an experiment's data. */
#ifndef MOMENTS_H
#define MOMENTS_H

#include "passes.h"

/* Samples as moments are taken of them.  Value (c, p) of a sample stands at c places + p, or where
 * channels_last at p channels + c. */
typedef struct {
    int64_t n, channels, places;
    int64_t height;                 /* rows of an image's places; 0: no image */
    bool channels_last;
    const double *x;                /* [n][channels places] */
    const int32_t *label;           /* [n][labels], or NULL */
    int64_t labels;                 /* of a sample: 1, or one for each of its steps */
    const double *target;           /* [n][targets], or NULL */
    int64_t targets;
} Samples;

/* Samples by class, and how many ordered pairs there are. */
typedef struct {
    int64_t n, *order;
    const int32_t *label;           /* NULL: all of one class */
    double pairs[MOMENTS_PAIRS];
    Arena *arena;
} Classes;

bool last_of_class(const Classes *c, int64_t i);

/* moments_near.c: adds near, near_across, of images. */
void moments_near(const Samples *s, const Classes *c, InputMoments *in);

/* Fills all but `from` and `why`.  Of two different samples all pairs count, each once. */
InputMoments moments_of(const Samples *s, Arena *a);

/* moments_facts.c */
DataFacts moments_facts(const Samples *s, Arena *a);

/* moments_labels.c: adds label_same and what goes with it; x may be numbers of words. */
void moments_of_labels(const Samples *s, bool words, InputMoments *in, Arena *a);

/* moments_units.c: adds unit, unit_rows, rows, where inputs are not all 0; drawn with a fixed seed,
 * the mean square set to in->square. */
void moments_units(const Samples *s, int64_t batch, InputMoments *in, Arena *a);

/* Adds word, word_apart: of inputs that are numbers of words. */
void moments_of_words(const Samples *s, InputMoments *in, Arena *a);

#endif
