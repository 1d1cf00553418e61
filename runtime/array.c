/* array.c -- numbers as they lie in a file, turned into samples. */
#include "array.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "samples.h"

static const char *shape_text(const rt_array *a, int from, char text[RT_SHAPE_TEXT])
{
    int at = snprintf(text, RT_SHAPE_TEXT, "[");
    for (int i = from; i < a->rank && at < RT_SHAPE_TEXT - 24; i++)
        at += snprintf(text + at, (size_t)(RT_SHAPE_TEXT - at), i > from ? ",%llu" : "%llu",
                       (unsigned long long)a->dim[i]);
    snprintf(text + at, (size_t)(RT_SHAPE_TEXT - at), "]");
    return text;
}

/* Of a file that was read in part: the samples that are there whole. */
static bool check_part(rt_array *a, size_t there, size_t size, rt_error *e)
{
    const size_t sample = size / a->dim[0];
    if (a->columns_first)
        return rt_fail(e, "%s lies column by column, so a part of it holds no sample",
                       a->bytes.name);
    a->n = there / sample;
    a->size = a->n * sample;
    return a->n > 0 || rt_fail(e, "%s: a sample is over %zu bytes", a->bytes.name, there);
}

bool rt_array_check(rt_array *a, rt_error *e)
{
    char shape[RT_SHAPE_TEXT];
    const size_t there = a->bytes.size - a->at;
    size_t size = (size_t)a->width;
    shape_text(a, 0, shape);
    for (int i = 0; i < a->rank; i++)
        if (!rt_times(size, a->dim[i], &size))
            return rt_fail(e, "%s: its shape %s is larger than any memory", a->bytes.name, shape);
    if (a->bytes.cut && there < size)
        return check_part(a, there, size, e);
    if (there < size)
        return rt_fail_at(&a->bytes, a->bytes.size, e,
                          "the data ends %zu byte%s early: its header tells of %s values of %d "
                          "byte%s", size - there, rt_plural(size - there), shape, a->width,
                          rt_plural((unsigned)a->width));
    if (there > size)
        return rt_fail_at(&a->bytes, a->at + size, e,
                          "%zu byte%s the data: its header tells of %s values of %d byte%s",
                          there - size, there - size == 1 ? " follows" : "s follow", shape,
                          a->width, rt_plural((unsigned)a->width));
    a->size = size;
    a->n = a->dim[0];
    return true;
}

static const char *sample_text(const rt_array *a, char text[RT_SHAPE_TEXT])
{
    return a->rank == 1 ? "single numbers" : shape_text(a, 1, text);
}

/* Numbers in one sample.  rt_array_check has shown that the product fits. */
static uint64_t sample_size(const rt_array *a)
{
    uint64_t size = 1;
    for (int i = 1; i < a->rank; i++)
        size *= a->dim[i];
    return size;
}

static uint64_t word(const unsigned char *p, int width, bool big_endian)
{
    uint64_t w = 0;
    for (int i = 0; i < width; i++)
        w = w << 8 | p[big_endian ? i : width - 1 - i];
    return w;
}

static double value_of(const rt_array *a, size_t index)
{
    const unsigned char *p = a->bytes.data + a->at + index * (size_t)a->width;
    const uint64_t w = a->width == 1 ? *p : word(p, a->width, a->big_endian);
    if (a->kind == 'u')
        return (double)w;
    if (a->kind == 'i') {
        const int unused = 64 - 8 * a->width;       /* the sign moves to the top and back */
        return (double)((int64_t)(w << unused) >> unused);
    }
    if (a->width == 4) {
        const uint32_t half = (uint32_t)w;
        float f;
        memcpy(&f, &half, sizeof f);
        return (double)f;
    }
    double d;
    memcpy(&d, &w, sizeof d);
    return d;
}

/* Where value `feature` (row-major) of a sample lies. */
static size_t index_of(const rt_array *a, size_t sample, size_t feature, size_t features)
{
    if (!a->columns_first)
        return sample * features + feature;
    size_t index = 0;
    for (int i = a->rank - 1; i >= 1; i--) {
        index = index * a->dim[i] + feature % a->dim[i];
        feature /= a->dim[i];
    }
    return index * a->dim[0] + sample;
}

static bool bad_value(const rt_array *a, size_t index, size_t sample, rt_error *e)
{
    return rt_fail_at(&a->bytes, a->at + index * (size_t)a->width, e,
                      "sample %zu holds %g, a finite number in the model's precision is wanted",
                      sample, value_of(a, index));
}

/* Samples of an array, at equal distances. */
typedef struct {
    const rt_array *a;
    size_t n, there;                /* how many are taken, of how many */
} choice;

static size_t chosen(const choice *c, size_t i)
{
    return c->n == c->there ? i : (size_t)((double)i * (double)c->there / (double)c->n);
}

/* The chosen values as rows[n][width] of the model's precision. */
static bool copy_rows(const rt_model *m, const choice *c, size_t width, void *rows, rt_error *e)
{
    for (size_t i = 0, k = 0; i < c->n; i++) {
        const size_t sample = chosen(c, i);
        for (size_t j = 0; j < width; j++, k++) {
            const size_t index = index_of(c->a, sample, j, width);
            if (!rt_value_set(m, rows, k, value_of(c->a, index)))
                return bad_value(c->a, index, sample, e);
        }
    }
    return true;
}

static bool copy_labels(const rt_model *m, const choice *c, rt_samples *out, rt_error *e)
{
    const size_t width = rt_labels(m);
    const rt_array *y = c->a;
    char wrong[RT_SHAPE_TEXT];
    for (size_t i = 0, k = 0; i < c->n; i++)
        for (size_t j = 0; j < width; j++, k++) {
            const size_t index = index_of(y, chosen(c, i), j, width);
            const char *message = rt_target_set(m, out, k, value_of(y, index), wrong);
            if (message)
                return rt_fail_at(&y->bytes, y->at + index * (size_t)y->width, e,
                                  "sample %zu: %s", chosen(c, i), message);
        }
    return true;
}

/* An image of one channel may leave the channel out, or have it last. */
static bool same_image(const rt_model *m, const rt_array *x)
{
    int from = 1, n = x->rank, at = 0;
    if (n == 4 && x->dim[3] == 1)
        n--;
    while (from < n && x->dim[from] == 1)
        from++;
    while (at < m->input_rank && m->input_shape[at] == 1)
        at++;
    for (; from < n && at < m->input_rank; from++, at++)
        if (x->dim[from] != (uint64_t)m->input_shape[at])
            return false;
    return from == n && at == m->input_rank;
}

/* What is flat on either side fits by its size. */
static bool check_inputs(const rt_model *m, const rt_array *x, rt_error *e)
{
    char is[RT_SHAPE_TEXT], wanted[RT_SHAPE_TEXT];
    const bool flat = x->rank <= 2 || m->input_rank < 2;
    if (sample_size(x) == (uint64_t)rt_shape_size(m->input_rank, m->input_shape)
        && (flat || same_image(m, x)))
        return true;
    return rt_fail(e, "%s: samples are %s, the model's input is %s", x->bytes.name,
                   sample_text(x, is), rt_shape_text(m->input_rank, m->input_shape, wanted));
}

static bool check_targets(const rt_model *m, const rt_array *x, const rt_array *y, rt_error *e)
{
    char is[RT_SHAPE_TEXT], wanted[RT_SHAPE_TEXT];
    if (x->dim[0] != y->dim[0])
        return rt_fail(e, "%s: %llu labels for the %llu samples of %s", y->bytes.name,
                       (unsigned long long)y->dim[0], (unsigned long long)x->dim[0], x->bytes.name);
    if (m->target == RT_TARGET_INPUT)
        return true;
    if (m->target == RT_TARGET_CLASS && m->label_steps)
        return sample_size(y) == rt_labels(m)
            || rt_fail(e, "%s: labels are %s, the model wants a class for each of %d step%s",
                       y->bytes.name, sample_text(y, is), m->label_steps,
                       rt_plural((unsigned)m->label_steps));
    if (m->target == RT_TARGET_CLASS)
        return sample_size(y) == 1
            || rt_fail(e, "%s: labels are %s, a class is one number", y->bytes.name,
                       sample_text(y, is));
    return sample_size(y) == (uint64_t)rt_shape_size(m->target_rank, m->target_shape)
        || rt_fail(e, "%s: targets are %s, the model's target is %s", y->bytes.name,
                   sample_text(y, is), rt_shape_text(m->target_rank, m->target_shape, wanted));
}

bool rt_array_samples(const rt_request *r, const rt_array *x, const rt_array *y, rt_samples *out,
                      rt_error *e)
{
    const rt_model *m = r->model;
    const size_t there = x->n < y->n ? x->n : y->n, most = (size_t)r->most.samples;
    const size_t n = most && most < there ? most : there;
    const choice of_x = {x, n, there}, of_y = {y, n, there};
    if (!check_inputs(m, x, e) || !check_targets(m, x, y, e)
        || !rt_samples_new(m, x->bytes.name, n, out, e)
        || !copy_rows(m, &of_x, (size_t)out->features, out->x, e))
        return false;
    out->partial = n < there || x->bytes.cut || y->bytes.cut;
    return m->target == RT_TARGET_VECTOR ? copy_rows(m, &of_y, (size_t)out->targets, out->target, e)
                                         : copy_labels(m, &of_y, out, e);
}
