/* train.h -- the training loop. */
#ifndef RT_TRAIN_H
#define RT_TRAIN_H

#include "gradient_log.h"
#include "profile.h"
#include "progress.h"
#include "report.h"
#include "run_dir.h"

/* Whom the loop tells what happens. */
typedef struct {
    const rt_writer *writer;
    const rt_style *style;
    bool events;                    /* the writer hears of steps and epochs, not only of the end */
    rt_progress *progress;
    rt_profile *profile;            /* of every step, or NULL */
    rt_gradient_log *gradients;     /* of every step, or NULL */
    rt_run_dir *dir;                /* what the run leaves, or NULL */
    const rt_position *from;        /* where a run goes on; NULL: it begins */
} rt_listeners;

typedef enum { RT_TRAINED, RT_DIVERGED, RT_INTERRUPTED, RT_BROKEN } rt_outcome;

/* Trains to the last step, to a value that is not finite (on_nonfinite = stop) or to a signal, and
 * fills run->history.  RT_BROKEN: see *e. */
rt_outcome rt_train(rt_run *run, const rt_listeners *to, rt_error *e);

/* The steps that are recorded: the first ten, every `every`-th, and the last of the run. */
bool rt_is_watched(const rt_run *run, int64_t step);

#endif
