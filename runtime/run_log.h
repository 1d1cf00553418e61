/* run_log.h -- what a run directory keeps of each watched step and each epoch, by line. */
#ifndef RT_RUN_LOG_H
#define RT_RUN_LOG_H

#include "report.h"
#include "run.h"
#include "position.h"

typedef enum { RT_LOG_CSV, RT_LOG_METRICS, RT_LOG_FLOW, RT_LOG_HISTORY } rt_log_file;
enum { RT_LOGS = 4 };

typedef struct {
    FILE *out[RT_LOGS];
    const rt_writer *flow;          /* writes the lines of flow.jsonl */
    double before, started;         /* seconds of the runs that this one resumes; the clock then */
} rt_run_log;

/* metrics.csv, metrics.jsonl, flow.jsonl and history.bin in an empty directory. */
bool rt_run_log_new(rt_run_log *log, const char *directory, const rt_writer *flow,
                    const rt_net *net, rt_error *e);

/* The same of a run that goes on: lines behind the position are cut off, and what was recorded
 * before it fills the history. */
bool rt_run_log_resume(rt_run_log *log, const char *directory, const rt_writer *flow,
                       const rt_position *at, rt_history *h, rt_error *e);

/* The last record of the history, with the batch's accuracy (NaN: there is none); the last epoch.
 * Each line is flushed. */
bool rt_run_log_step(rt_run_log *log, const char *directory, const rt_history *h, double accuracy,
                     rt_error *e);
bool rt_run_log_epoch(rt_run_log *log, const char *directory, const rt_history *h, rt_error *e);

/* All of it on the disk: a checkpoint must not be ahead of its logs. */
bool rt_run_log_sync(rt_run_log *log, const char *directory, rt_error *e);

double rt_run_log_seconds(const rt_run_log *log);
void rt_run_log_close(rt_run_log *log);

#endif
