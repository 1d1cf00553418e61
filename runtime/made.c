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
    const bool partial = r->most.samples && n > (double)r->most.samples;
    if (partial)
        n = (double)r->most.samples;
    if (inputs && inputs != wanted)
        return rt_fail(e, "%s: samples are [%lld], the model's input is %s", name,
                       (long long)inputs,
                       rt_shape_text(r->model->input_rank, r->model->input_shape, shape));
    snprintf(path, sizeof path, "%s/%s", name, r->part);
    *m = (rt_made){.r = r, .out = out,
                   .stream = {.seed = r->model->settings->seed, .purpose = RT_FOR_SYNTHETIC,
                              .stream = rt_stream_of(path)}};
    if (!rt_samples_new(r->model, name, (uint64_t)n, out, e))
        return false;
    out->partial = partial;
    return true;
}

bool rt_made_samples(rt_made *m, bool (*fill)(rt_made *m, int64_t i, rt_error *e), rt_error *e)
{
    for (int64_t i = 0; i < m->out->n; i++) {
        m->stream.step = (uint64_t)i;
        if (!fill(m, i, e))
            return false;
    }
    return true;
}

/* What the samples are, "[100,10] or [100]". */
static bool misfit(const rt_request *r, const rt_sequences *kind, int64_t length, rt_error *e)
{
    char shape[RT_SHAPE_TEXT], numbers[32] = "";
    if (kind->symbols)
        snprintf(numbers, sizeof numbers, " or [%lld]", (long long)length);
    return rt_fail(e, "%s: samples are [%lld,%d]%s, the model's input is %s", r->source->reader,
                   (long long)length, kind->width, numbers,
                   rt_shape_text(r->model->input_rank, r->model->input_shape, shape));
}

bool rt_made_sequences(const rt_request *r, const rt_sequences *kind, rt_made *m, rt_samples *out,
                       rt_error *e)
{
    const rt_model *model = r->model;
    const double length = r->source->number[0];
    const int64_t size = rt_shape_size(model->input_rank, model->input_shape);
    const int last = model->input_rank ? model->input_shape[model->input_rank - 1] : 1;
    if (!(length >= kind->least) || length != floor(length) || length > INT32_MAX)
        return rt_fail(e, "%s: length %g, %d or more is wanted", r->source->reader, length,
                       kind->least);
    const bool wide = size == (int64_t)length * kind->width && last == kind->width;
    if (!wide && !(kind->symbols && size == (int64_t)length))
        return misfit(r, kind, (int64_t)length, e);
    if (!rt_made_begin(r, r->source->number[1], 0, m, out, e))
        return false;
    m->length = (int64_t)length;
    m->width = wide ? kind->width : 1;
    return true;
}

void rt_made_symbol(rt_made *m, int64_t i, int64_t t, int symbol)
{
    const size_t at = (size_t)((i * m->length + t) * m->width);
    for (int j = 0; j < m->width; j++)
        rt_value_set(m->r->model, m->out->x, at + (size_t)j, m->width > 1 ? j == symbol : symbol);
}

bool rt_made_input(rt_made *m, int64_t i, int64_t j, double value, rt_error *e)
{
    if (rt_value_set(m->r->model, m->out->x, (size_t)(i * m->out->features + j), value))
        return true;
    return rt_fail(e, "%s: sample %lld is not finite in the model's precision",
                   m->r->source->reader, (long long)i);
}

bool rt_made_target(rt_made *m, int64_t i, int64_t j, double value, rt_error *e)
{
    char wrong[RT_SHAPE_TEXT];
    const rt_model *model = m->r->model;
    const int64_t width = m->out->label ? (int64_t)rt_labels(model) : m->out->targets;
    const char *message = rt_target_set(model, m->out, (size_t)(i * width + j), value, wrong);
    return !message
        || rt_fail(e, "%s: sample %lld: %s", m->r->source->reader, (long long)i, message);
}
