/* samples.c -- memory for samples, values and labels into it. */
#include "samples.h"

#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"

int64_t rt_shape_size(int rank, const int *shape)
{
    int64_t size = 1;
    for (int i = 0; i < rank; i++)
        size *= shape[i];
    return size;
}

const char *rt_shape_text(int rank, const int *shape, char text[RT_SHAPE_TEXT])
{
    int at = snprintf(text, RT_SHAPE_TEXT, "[");
    for (int i = 0; i < rank && at < RT_SHAPE_TEXT - 16; i++)
        at += snprintf(text + at, (size_t)(RT_SHAPE_TEXT - at), i ? ",%d" : "%d", shape[i]);
    snprintf(text + at, (size_t)(RT_SHAPE_TEXT - at), "]");
    return text;
}

static void *rows(uint64_t n, int64_t width, size_t size, const char *name, rt_error *e)
{
    size_t row;
    if (!rt_times((size_t)width, size, &row)) {
        rt_fail(e, "%s: samples of %lld values do not fit in memory", name, (long long)width);
        return NULL;
    }
    return rt_alloc((size_t)n, row, name, e);
}

bool rt_samples_new(const rt_model *m, const char *name, uint64_t n, rt_samples *out, rt_error *e)
{
    if (n == 0)
        return rt_fail(e, "%s: holds no samples", name);
    if (n > UINT32_MAX)                             /* orders are uint32_t */
        return rt_fail(e, "%s: %llu samples are too many, at most %u are read", name,
                       (unsigned long long)n, UINT32_MAX);
    *out = (rt_samples){.n = (int64_t)n, .features = rt_shape_size(m->input_rank, m->input_shape)};
    out->x = rows(n, out->features, m->real_size, name, e);
    if (!out->x)
        return false;
    if (m->target == RT_TARGET_CLASS) {
        out->label = rows(n, (int64_t)rt_labels(m), sizeof *out->label, name, e);
        return out->label != NULL;
    }
    if (m->target == RT_TARGET_VECTOR) {
        out->targets = rt_shape_size(m->target_rank, m->target_shape);
        out->target = rows(n, out->targets, m->real_size, name, e);
        return out->target != NULL;
    }
    return true;
}

void rt_samples_free(rt_samples *s)
{
    if (s->target != s->x)
        free(s->target);
    free(s->x);
    free(s->label);
    *s = (rt_samples){0};
}

bool rt_target_is_single(const rt_model *m, const char *name, rt_error *e)
{
    return m->target != RT_TARGET_CLASS || m->label_steps == 0
        || rt_fail(e, "%s: gives one class for a sample, the model wants one for each of %d step%s",
                   name, m->label_steps, rt_plural((unsigned)m->label_steps));
}

bool rt_target_is_number(const rt_model *m, const char *name, rt_error *e)
{
    char shape[RT_SHAPE_TEXT];
    if (!rt_target_is_single(m, name, e))
        return false;
    if (m->target != RT_TARGET_VECTOR || rt_shape_size(m->target_rank, m->target_shape) == 1)
        return true;
    return rt_fail(e, "%s: gives one number as the target of a sample, the model's target is %s",
                   name, rt_shape_text(m->target_rank, m->target_shape, shape));
}

const char *rt_target_set(const rt_model *m, rt_samples *s, size_t i, double value,
                          char wrong[RT_SHAPE_TEXT])
{
    if (m->target == RT_TARGET_INPUT)
        return NULL;
    if (m->target == RT_TARGET_VECTOR) {
        if (rt_value_set(m, s->target, i, value))
            return NULL;
        snprintf(wrong, RT_SHAPE_TEXT, "%.17g is no finite number in the model's precision", value);
        return wrong;
    }
    if (value >= 0 && value < m->classes && value == floor(value)) {
        s->label[i] = (int32_t)value;
        return NULL;
    }
    snprintf(wrong, RT_SHAPE_TEXT, "label %.17g is none of the model's %d classes, 0 to %d", value,
             m->classes, m->classes - 1);
    return wrong;
}
