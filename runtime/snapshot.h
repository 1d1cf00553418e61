/* snapshot.h -- a training in a file: weights, running statistics, the optimiser's arrays and the
 * position, from which it goes on to the same bits. */
#ifndef RT_SNAPSHOT_H
#define RT_SNAPSHOT_H

#include "position.h"
#include "run.h"

/* The epoch that ended with the least loss. */
typedef struct {
    double loss;                    /* INFINITY: there is none */
    int64_t epoch;
} rt_best;

/* Whether all that a snapshot holds is finite. */
bool rt_snapshot_is_finite(const rt_run *run);

/* Writes safetensors, whole or not at all: weights under PyTorch's names, the optimiser's arrays
 * as "opt.exp_avg.h.weight", the position in the metadata. */
bool rt_snapshot_save(const char *path, const rt_run *run, const rt_position *at,
                      const rt_best *best, rt_error *e);

/* Reads it back into the run and its history.  Of a file that does not fit, the first tensor that
 * differs is named. */
bool rt_snapshot_load(const char *path, rt_run *run, rt_position *at, rt_best *best, rt_error *e);

/* Weights and statistics alone: a copy in memory, rt_snapshot_size bytes, and its file. */
size_t rt_snapshot_size(const rt_run *run);
void rt_snapshot_copy(const rt_run *run, char *copy);
bool rt_snapshot_save_copy(const char *path, const rt_run *run, const char *copy, int64_t step,
                           rt_error *e);

#endif
