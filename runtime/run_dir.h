/* run_dir.h -- the directory that a run leaves: run.json, logs, checkpoints. */
#ifndef RT_RUN_DIR_H
#define RT_RUN_DIR_H

#include "position.h"
#include "report.h"
#include "run.h"

typedef struct rt_run_dir rt_run_dir;

/* How a run is kept. */
typedef struct {
    const char *path;               /* NULL: of a run that begins, runs/<name>-<seed> */
    int64_t every;                  /* steps between checkpoints; 0: at the ends of epochs */
    int64_t numbered;               /* keep so many, beside the last and the best */
    const rt_writer *flow;          /* of the lines of flow.jsonl */
    int argc;
    char *const *argv;
} rt_keeping;

/* Makes the directory of a run that begins: it appears whole, or not at all.  NULL: see *e. */
rt_run_dir *rt_run_dir_new(const rt_keeping *keep, const rt_run *run, rt_error *e);

/* Takes up the run of a directory where its last checkpoint stands: weights, optimiser, history and
 * *at; what was logged behind it is cut off.  A second process in the same directory is refused. */
rt_run_dir *rt_run_dir_resume(const rt_keeping *keep, rt_run *run, rt_position *at, rt_error *e);
void rt_run_dir_free(rt_run_dir *d);

/* Logs the last record of the history with the accuracy of its batch, the last epoch. */
bool rt_run_dir_step(rt_run_dir *d, const rt_run *run, double accuracy, rt_error *e);
bool rt_run_dir_epoch(rt_run_dir *d, const rt_run *run, rt_error *e);

/* Writes a checkpoint if it is time for one.  What is not finite never takes a good one's place. */
bool rt_run_dir_save_if_due(rt_run_dir *d, const rt_run *run, const rt_position *at, rt_error *e);
bool rt_run_dir_save(rt_run_dir *d, const rt_run *run, const rt_position *at, rt_error *e);

const char *rt_run_dir_path(const rt_run_dir *d);

/* Seconds that the runs before took which this one goes on. */
double rt_run_dir_seconds(const rt_run_dir *d);

/* "done", "stopped", "diverged" or "failed", and the exit status. */
bool rt_run_dir_end(rt_run_dir *d, const rt_run *run, const char *status, int exit_status,
                    rt_error *e);

#endif
