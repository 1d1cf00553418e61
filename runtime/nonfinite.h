/* nonfinite.h -- what follows a value that is not finite. */
#ifndef RT_NONFINITE_H
#define RT_NONFINITE_H

#include <stdio.h>

#include "run.h"

/* Leaves an update out and counts it; of a watched step, notes the gradients all the same. */
void rt_nonfinite_leave_out(rt_run *run, bool watching);

/* The pass once more, watched as if it were the first part of its batch, to see where the value
 * comes from.  It leaves the same gradient. */
void rt_nonfinite_repeat(rt_run *run);

/* After a watched pass that was not finite: names the tensor that lost its values first, in the
 * order in which a step computes. */
void rt_nonfinite_locate(rt_run *run, int64_t step, double loss);

/* Step, tensor, layer, its line in the .net, the last finite norms around it, and those of the ten
 * steps before. */
void rt_nonfinite_print(FILE *out, const rt_run *run);

#endif
