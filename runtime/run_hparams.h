/* run_hparams.h -- the settings and params of a run for TensorBoard's tab HParams. */
#ifndef RT_RUN_HPARAMS_H
#define RT_RUN_HPARAMS_H

#include "event_file.h"
#include "run.h"

/* False where memory or the file failed. */
bool rt_run_hparams_begin(FILE *out, rt_moment at, const rt_run *run);

#endif
