/* gradient_log.c -- the gradients of every step of a short run. */
#include "gradient_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "reals.h"
#include "safetensors.h"

enum { MOST_TENSORS = 1 << 20 };    /* in one file */

bool rt_gradient_log_new(rt_gradient_log *log, const rt_run *run, rt_error *e)
{
    *log = (rt_gradient_log){ .net = &run->net, .most = run->steps };
    log->step_size = run->net.n_elements * run->model->real_size;
    if (run->steps > MOST_TENSORS / (run->net.n_params + 1))
        return rt_fail(e, "--save-grads: %" PRId64 " steps are too many; use --steps", run->steps);
    log->values = rt_alloc((size_t)run->steps, log->step_size, "--save-grads", e);
    if (log->values)
        memset(log->values, 0, (size_t)run->steps * log->step_size);
    return log->values != NULL;
}

void rt_gradient_log_free(rt_gradient_log *log)
{
    free(log->values);
    *log = (rt_gradient_log){ .net = NULL };
}

void rt_gradient_log_add(rt_gradient_log *log, const rt_update *u)
{
    rt_update with_penalty = *u;

    with_penalty.g = log->values + (size_t)log->n++ * log->step_size;
    memcpy(with_penalty.g, u->g, log->step_size);
    u->net->model->reals->add_penalty(&with_penalty);
}

static bool fill(const rt_gradient_log *log, rt_stored *stored)
{
    const rt_net *net = log->net;
    const size_t size = net->model->real_size;

    for (int64_t s = 0; s < log->n; s++) {
        for (int i = 0; i < net->n_params; i++, stored++) {
            const rt_slot *p = &net->param[i];
            char *name;
            if (asprintf(&name, "step.%" PRId64 ".%s", s, p->key) < 0)
                return false;
            const char *values = log->values + (size_t)s * log->step_size;
            *stored = (rt_stored){ .name = name, .rank = p->tensor->rank,
                                   .shape = p->tensor->shape, .real_size = size, .n = p->n,
                                   .data = values + p->at * size };
        }
    }
    return true;
}

bool rt_gradient_log_save(const rt_gradient_log *log, const char *path, rt_error *e)
{
    const size_t n = (size_t)log->n * (size_t)log->net->n_params;
    rt_stored *stored = calloc(n + 1, sizeof *stored);
    const rt_note note[] = { { "format", "pt" }, { "model", log->net->model->name } };

    const bool ok = stored && fill(log, stored) ? rt_safetensors_write(path, stored, n, note, 2, e)
                                                : rt_fail(e, "%s: out of memory", path);
    for (size_t i = 0; stored && i < n; i++)
        free((void *)stored[i].name);
    free(stored);
    return ok;
}
