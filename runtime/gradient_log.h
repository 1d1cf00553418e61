/* gradient_log.h -- the gradients of every step of a short run, to compare with other programs. */
#ifndef RT_GRADIENT_LOG_H
#define RT_GRADIENT_LOG_H

#include "run.h"

typedef struct {
    const rt_net *net;
    char *values;                   /* reals [most][net->n_elements] */
    size_t step_size;               /* bytes of one step */
    int64_t n, most;                /* steps in it, steps it has room for */
} rt_gradient_log;

/* Room for all steps of the run. */
bool rt_gradient_log_new(rt_gradient_log *log, const rt_run *run, rt_error *e);
void rt_gradient_log_free(rt_gradient_log *log);

/* Adds the gradient that the update is about to use, with its penalty, before clipping. */
void rt_gradient_log_add(rt_gradient_log *log, const rt_update *u);

/* Writes "step.0.h.0.weight" and so on as safetensors. */
bool rt_gradient_log_save(const rt_gradient_log *log, const char *path, rt_error *e);

#endif
