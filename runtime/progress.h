/* progress.h -- how far a run is, on standard error. */
#ifndef RT_PROGRESS_H
#define RT_PROGRESS_H

#include <stdio.h>

#include "clock.h"
#include "run.h"

typedef struct {
    FILE *out;                      /* NULL: quiet */
    bool terminal;                  /* one line, redrawn; else a line for each epoch */
    bool utf8;
    bool drawn;                     /* the line stands there */
    int64_t first;                  /* step of this process ... */
    double started, shown;          /* ... which began then; seconds of the clock */
} rt_progress;

/* `first`: the step at which a run begins or goes on. */
void rt_progress_start(rt_progress *p, FILE *out, int64_t first);

/* After a step; `accuracy` of the epoch so far (NaN: there is none). */
void rt_progress_step(rt_progress *p, const rt_run *run, int64_t step, double loss,
                      double accuracy);
void rt_progress_epoch(rt_progress *p, const rt_run *run, const rt_epoch *epoch);

/* Takes the line away, so that others can write. */
void rt_progress_clear(rt_progress *p);

#endif
