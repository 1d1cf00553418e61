/* run_events.h -- what a run tells TensorBoard: scalars, histograms and text of its event file. */
#ifndef RT_RUN_EVENTS_H
#define RT_RUN_EVENTS_H

#include <stdio.h>

#include "position.h"
#include "run.h"

typedef struct {
    FILE *out;
    const char *directory;
    int64_t stride;                 /* steps from one set of histograms to the next; 0: none */
    int64_t last;                   /* the last step of the run */
} rt_run_events;

/* A new file in the directory; `from`: where a run goes on whose history is there, NULL where it
 * begins. */
bool rt_run_events_open(rt_run_events *x, const char *directory, const rt_run *run,
                        const rt_position *from, rt_error *e);
void rt_run_events_close(rt_run_events *x);

/* The last record of the history, with the batch's accuracy (NaN: there is none); the last epoch;
 * the verdicts at the end, and
 * how it ended (a word of run.json's status). */
bool rt_run_events_step(rt_run_events *x, const rt_history *h, double accuracy, rt_error *e);
bool rt_run_events_epoch(rt_run_events *x, const rt_history *h, rt_error *e);
bool rt_run_events_end(rt_run_events *x, const rt_history *h, const char *status, rt_error *e);

/* All of it on the disk. */
bool rt_run_events_sync(rt_run_events *x, rt_error *e);

#endif
