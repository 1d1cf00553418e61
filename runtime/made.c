/* made.c -- what the generators share. */
#include "made.h"

#include <stdio.h>

#include "samples.h"

bool rt_made_begin(const rt_request *r, double n, int64_t inputs, rt_made *m, rt_samples *out,
                   rt_error *e)
{
    char path[64], shape[RT_SHAPE_TEXT];
    const char *name = r->source->reader;
    const int64_t wanted = rt_shape_size(r->model->input_rank, r->model->input_shape);
    if (!(n >= 1) || n != floor(n) || n > UINT32_MAX)
        return rt_fail(e, "%s: %g samples, 1 or more are wanted", name, n);
    if (inputs && inputs != wanted)
        return rt_fail(e, "%s: samples are [%lld], the model's input is %s", name,
                       (long long)inputs,
                       rt_shape_text(r->model->input_rank, r->model->input_shape, shape));
    snprintf(path, sizeof path, "%s/%s", name, r->part);
    *m = (rt_made){.r = r, .out = out,
                   .stream = {.seed = r->model->settings->seed, .purpose = RT_FOR_SYNTHETIC,
                              .stream = rt_stream_of(path)}};
    return rt_samples_new(r->model, name, (uint64_t)n, out, e);
}

bool rt_made_input(rt_made *m, int64_t i, int64_t j, double value, rt_error *e)
{
    if (rt_value_set(m->r->model, m->out->x, (size_t)(i * m->out->features + j), value))
        return true;
    return rt_fail(e, "%s: sample %lld is not finite in the model's precision",
                   m->r->source->reader, (long long)i);
}

bool rt_made_class(rt_made *m, int64_t i, double value, rt_error *e)
{
    char wrong[RT_SHAPE_TEXT];
    const char *message = rt_target_set(m->r->model, m->out, (size_t)i, value, wrong);
    return !message
        || rt_fail(e, "%s: sample %lld: %s", m->r->source->reader, (long long)i, message);
}
