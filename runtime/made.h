/* made.h -- what the generators share.  Sample i is a function of (seed, source, part, i) alone: it
 * does not change with n, and train, test and valid never share one. */
#ifndef RT_MADE_H
#define RT_MADE_H

#include "data.h"
#include "philox.h"

/* A generator's samples on their way. */
typedef struct {
    const rt_request *r;
    rt_stream stream;               /* its step is the sample's number */
    rt_samples *out;
    int64_t length;                 /* sequences: their steps ... */
    int width;                      /* ... and the numbers of a step */
} rt_made;

/* Begins n samples; n and the number of inputs are checked.  `inputs` 0: as the model has them. */
bool rt_made_begin(const rt_request *r, double n, int64_t inputs, rt_made *m, rt_samples *out,
                   rt_error *e);

/* What a generator's sequences are like. */
typedef struct {
    int least;                      /* steps of the shortest that makes sense */
    int width;                      /* numbers of a step */
    bool symbols;                   /* a step is one of `width` symbols: one-hot, or its number */
} rt_sequences;

/* As rt_made_begin, for a source whose numbers are length, n.  The model's input is [length,width]
 * or any shape of that size with that last dimension; for symbols' numbers it is [length]. */
bool rt_made_sequences(const rt_request *r, const rt_sequences *kind, rt_made *m, rt_samples *out,
                       rt_error *e);

/* Makes the samples, each from its own numbers; `fill` says what sample i is. */
bool rt_made_samples(rt_made *m, bool (*fill)(rt_made *m, int64_t i, rt_error *e), rt_error *e);

/* Step t of sample i is this symbol. */
void rt_made_symbol(rt_made *m, int64_t i, int64_t t, int symbol);

/* Input j of sample i; false, with a sentence, where it does not fit the precision. */
bool rt_made_input(rt_made *m, int64_t i, int64_t j, double value, rt_error *e);

/* Number j of its target: a class of a step, or a value of the vector. */
bool rt_made_target(rt_made *m, int64_t i, int64_t j, double value, rt_error *e);

/* Its class, or that number as the vector [1]. */
static inline bool rt_made_class(rt_made *m, int64_t i, double value, rt_error *e)
{
    return rt_made_target(m, i, 0, value, e);
}

#endif
