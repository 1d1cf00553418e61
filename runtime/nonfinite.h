/* nonfinite.h -- what follows a value that is not finite. */
#ifndef RT_NONFINITE_H
#define RT_NONFINITE_H

#include <stdio.h>

#include "run.h"

/* Leaves an update out and counts it; where the step is watched, notes the gradients all the same. */
void rt_nonfinite_leave_out(rt_run *run, bool watching);

/* Makes sure that the history names a place, where its record of the step did not show one. */
void rt_nonfinite_settle(rt_history *h, int64_t step);

/* Step, tensor, layer, its line in the .net, and the last finite norms around it. */
void rt_nonfinite_print(FILE *out, const rt_run *run);

#endif
