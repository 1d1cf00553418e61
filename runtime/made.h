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
} rt_made;

/* Begins n samples; n and the number of inputs are checked.  `inputs` 0: as the model has them. */
bool rt_made_begin(const rt_request *r, double n, int64_t inputs, rt_made *m, rt_samples *out,
                   rt_error *e);

/* Input j of sample i; false, with a sentence, where it does not fit the precision. */
bool rt_made_input(rt_made *m, int64_t i, int64_t j, double value, rt_error *e);

/* Its class, or that number as the vector [1]. */
bool rt_made_class(rt_made *m, int64_t i, double value, rt_error *e);

#endif
