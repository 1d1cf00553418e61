/* run_plan.h -- what a run comes to before it is made (`--dry-run`). */
#ifndef RT_RUN_PLAN_H
#define RT_RUN_PLAN_H

#include "run.h"

/* Sizes, memory, data and steps on standard output: lines, or one JSON object. */
void rt_print_plan(const rt_run *run, bool json);

#endif
