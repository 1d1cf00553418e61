/* run.h -- one run of a program: its model, numbers, data and memory. */
#ifndef RT_RUN_H
#define RT_RUN_H

#include "data.h"
#include "history.h"
#include "parts.h"
#include "pool.h"

typedef struct {
    const rt_model *model;
    const rt_notes *notes;          /* NULL: none */
    const rt_settings *set;
    rt_net net;
    rt_dataset data;
    rt_pool *pool;
    rt_pass pass;                   /* on the blocks below */
    rt_update update;
    rt_history history;
    int rows;                       /* samples in a pass: the batch, or a part of it */
    int64_t steps_per_epoch, steps; /* of the whole run */
    void *x, *target;               /* the samples of a pass */
    int32_t *labels;
    void *sum;                      /* gradient of a batch that is cut in parts, else NULL */
    rt_parts parts;                 /* the record of such a batch */
    uint32_t *order;                /* [train.n], of this epoch */
    uint32_t *as_is;                /* 0, 1, 2 ..: order of an evaluation */
    void *block;                    /* what all of these stand in */
    size_t block_size;              /* bytes */
} rt_run;

/* Flattens the model, loads the data, takes all memory that a run needs, and initialises weights
 * and running statistics.  After it nothing is allocated but records of the history. */
bool rt_run_new(rt_run *run, const rt_model *model, const rt_notes *notes, const rt_settings *set,
                int threads, const char *directory, rt_error *e);
/* The same on data that is there already, of which it takes hold. */
bool rt_run_on(rt_run *run, const rt_model *model, const rt_notes *notes, const rt_settings *set,
               int threads, const rt_dataset *data, rt_error *e);
void rt_run_free(rt_run *run);

/* Samples order[from .. from + rows - 1] become the batch of the pass. */
void rt_run_batch(rt_run *run, const rt_samples *s, const uint32_t *order, int64_t from, int rows);

/* The gradient, after forward on the same batch.  A program leaves out what its loss does not
 * depend on; there the penalty of the step before would stay, and the next one be added to it. */
void rt_run_backward(rt_run *run);

/* Fails after a forward pass in which an embedding met a number that is no word of it. */
bool rt_run_knows_words(const rt_run *run, rt_error *e);

#endif
