/* run_summary.h -- summary.json: what a run that has ended comes to. */
#ifndef RT_RUN_SUMMARY_H
#define RT_RUN_SUMMARY_H

#include "report.h"

/* The `summary` of --json, as a file of the run directory. */
bool rt_run_summary_write(const char *directory, const rt_history *h, rt_error *e);

#endif
