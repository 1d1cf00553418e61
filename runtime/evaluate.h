/* evaluate.h -- loss and accuracy without training. */
#ifndef RT_EVALUATE_H
#define RT_EVALUATE_H

#include "run.h"

/* Does the model's output name a class? */
bool rt_has_accuracy(const rt_model *model);

/* The class that the output names for row i of the pass: one for each step where there are steps;
 * -1 where it is not a number. */
int rt_class(const rt_run *run, size_t i);

/* How many samples of the pass the output names rightly, after `forward` and before `backward`. */
int64_t rt_hits(const rt_run *run);

/* Mean loss with its penalty, and accuracy (NaN where there is none), over all samples; both NaN
 * where there are no samples, or when a signal asks to stop.  Fails where a sample cannot be read
 * by the model. */
bool rt_evaluate(rt_run *run, const rt_samples *s, double *loss, double *accuracy, rt_error *e);

#endif
