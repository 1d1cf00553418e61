/* prepare.c -- split, limit, scale, normalize, targets; in that order. */
#include "prepare.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "philox.h"
#include "samples.h"

/* ---- Split ----------------------------------------------------------------------------------- */

/* row i becomes what row order[i] was, along the cycles of the permutation.  order is used up. */
static void permute(void *rows, size_t bytes, uint32_t *order, size_t n, void *spare)
{
    char *row = rows;
    for (size_t start = 0; rows && start < n; start++) {
        if (order[start] == start)
            continue;
        memcpy(spare, row + start * bytes, bytes);
        size_t to = start;
        for (size_t from = order[to]; from != start; from = order[to]) {
            memcpy(row + to * bytes, row + from * bytes, bytes);
            order[to] = (uint32_t)to;
            to = from;
        }
        memcpy(row + to * bytes, spare, bytes);
        order[to] = (uint32_t)to;
    }
}

/* The three arrays in the same random order. */
static void shuffle(const rt_model *m, rt_samples *s, uint32_t *order, void *spare)
{
    const rt_stream stream = {.seed = m->data->split_seed, .purpose = RT_FOR_SPLIT};
    const size_t n = (size_t)s->n;
    const struct { void *rows; size_t bytes; } part[3] = {
        {s->x, (size_t)s->features * m->real_size},
        {s->label, rt_labels(m) * sizeof *s->label},
        {s->target, (size_t)s->targets * m->real_size},
    };
    for (int i = 0; i < 3; i++) {
        rt_random_permutation(&stream, n, order);
        permute(part[i].rows, part[i].bytes, order, n, spare);
    }
}

static size_t most(size_t a, size_t b) { return a > b ? a : b; }

static bool shuffle_all(const rt_model *m, rt_samples *s, rt_error *e)
{
    const size_t row = most((size_t)most((size_t)s->features, (size_t)s->targets) * m->real_size,
                            rt_labels(m) * sizeof *s->label);
    uint32_t *order = rt_alloc((size_t)s->n, sizeof *order, "split", e);
    void *spare = order ? rt_alloc(row, 1, "split", e) : NULL;
    if (spare)
        shuffle(m, s, order, spare);
    free(spare);
    free(order);
    return spare != NULL;
}

/* Keeps the first n rows; memory that will not shrink stays as it is. */
static void cut_rows(void **rows, int64_t n, size_t bytes)
{
    void *less = *rows ? realloc(*rows, (size_t)n * bytes) : NULL;
    if (less)
        *rows = less;
}

static void keep_first(const rt_model *m, rt_samples *s, int64_t n)
{
    void *label = s->label;
    cut_rows(&s->x, n, (size_t)s->features * m->real_size);
    cut_rows(&s->target, n, (size_t)s->targets * m->real_size);
    cut_rows(&label, n, rt_labels(m) * sizeof *s->label);
    s->label = label;
    s->n = n;
}

static void copy_rows(void *to, const void *from, int64_t first, int64_t n, size_t bytes)
{
    if (to)
        memcpy(to, (const char *)from + (size_t)first * bytes, (size_t)n * bytes);
}

/* Rows first .. n - 1 of s move to *rest. */
static bool split_off(const rt_model *m, rt_samples *s, int64_t first, rt_samples *rest,
                      rt_error *e)
{
    const int64_t n = s->n - first;
    if (!rt_samples_new(m, "split", (uint64_t)n, rest, e))
        return false;
    copy_rows(rest->x, s->x, first, n, (size_t)s->features * m->real_size);
    copy_rows(rest->label, s->label, first, n, rt_labels(m) * sizeof *s->label);
    copy_rows(rest->target, s->target, first, n, (size_t)s->targets * m->real_size);
    keep_first(m, s, first);
    return true;
}

/* A share of round(split n) samples trains, the others test. */
static bool split(const rt_model *m, rt_dataset *d, rt_error *e)
{
    const double share = m->data->split;
    const int64_t n = d->train.n;
    if (share == 0)
        return true;
    if (!(share > 0 && share < 1))
        return rt_fail(e, "split = %g: a share between 0 and 1 is wanted", share);
    const int64_t first = (int64_t)floor(share * (double)n + 0.5);
    if (d->test.n)
        return rt_fail(e, "split = %g: there is a test source already", share);
    if (first < 1 || first >= n)
        return rt_fail(e, "split = %g: leaves %lld of %lld samples to train and %lld to test",
                       share, (long long)first, (long long)n, (long long)(n - first));
    return shuffle_all(m, &d->train, e) && split_off(m, &d->train, first, &d->test, e);
}

/* ---- Scale and normalize --------------------------------------------------------------------- */

/* Feature j becomes (scale x - mean[j]) / std[j], in double, rounded once. */
typedef struct {
    double scale;
    double *mean, *std;             /* [features] */
} affine;

/* Mean and standard deviation (of the samples, not an estimate) of each feature over s, in two
 * passes.  A constant feature is only centred. */
static void measure(const rt_model *m, const rt_samples *s, affine *a, bool *constant)
{
    const size_t n = (size_t)s->n, features = (size_t)s->features;
    for (size_t j = 0; j < features; j++) {
        a->mean[j] = a->std[j] = 0;
        constant[j] = true;
    }
    for (size_t i = 0, k = 0; i < n; i++)
        for (size_t j = 0; j < features; j++, k++) {
            const double value = rt_value_get(m, s->x, k);
            a->mean[j] += value * a->scale;
            constant[j] = constant[j] && value == rt_value_get(m, s->x, j);
        }
    for (size_t j = 0; j < features; j++)
        a->mean[j] = constant[j] ? rt_value_get(m, s->x, j) * a->scale : a->mean[j] / (double)n;
    for (size_t i = 0, k = 0; i < n; i++)
        for (size_t j = 0; j < features; j++, k++) {
            const double distance = rt_value_get(m, s->x, k) * a->scale - a->mean[j];
            a->std[j] += distance * distance;
        }
    for (size_t j = 0; j < features; j++)
        a->std[j] = constant[j] ? 1 : sqrt(a->std[j] / (double)n);
}

static bool apply(const rt_model *m, rt_samples *s, const affine *a, const char *part, rt_error *e)
{
    for (size_t i = 0, k = 0; i < (size_t)s->n; i++)
        for (size_t j = 0; j < (size_t)s->features; j++, k++) {
            const double value = rt_value_get(m, s->x, k) * a->scale - a->mean[j];
            if (!rt_value_set(m, s->x, k, value / a->std[j]))
                return rt_fail(e,
                               "input %zu of %s sample %zu is not finite after scale and normalize",
                               j, part, i);
        }
    return true;
}

static void set_all(double *x, size_t n, double value)
{
    for (size_t i = 0; i < n; i++)
        x[i] = value;
}

static bool normalize(const rt_model *m, rt_dataset *d, affine *a, bool *constant, rt_error *e)
{
    const rt_data *data = m->data;
    const size_t features = (size_t)d->train.features;
    if (data->normalize == 1) {
        measure(m, &d->train, a, constant);
    } else {
        set_all(a->mean, features, data->normalize == 2 ? data->mean : 0);
        set_all(a->std, features, data->normalize == 2 ? data->std : 1);
    }
    return apply(m, &d->train, a, "train", e) && apply(m, &d->test, a, "test", e)
        && apply(m, &d->valid, a, "valid", e);
}

static bool scale(const rt_model *m, rt_dataset *d, rt_error *e)
{
    const rt_data *data = m->data;
    const size_t features = (size_t)d->train.features;
    if (data->scale == 1 && data->normalize == 0)
        return true;
    if (!isfinite(data->scale))
        return rt_fail(e, "scale = %g: a finite number is wanted", data->scale);
    if (data->normalize == 2 && !(isfinite(data->mean) && isfinite(data->std) && data->std > 0))
        return rt_fail(e, "normalize = [%g, %g]: a finite mean and a deviation over 0 are wanted",
                       data->mean, data->std);
    affine a = {.scale = data->scale,
                .mean = rt_alloc(features, sizeof(double), "normalize", e),
                .std = rt_alloc(features, sizeof(double), "normalize", e)};
    bool *constant = rt_alloc(features, sizeof *constant, "normalize", e);
    const bool done = a.mean && a.std && constant && normalize(m, d, &a, constant, e);
    free(constant);
    free(a.std);
    free(a.mean);
    return done;
}

/* ---- Targets --------------------------------------------------------------------------------- */

/* A class as a vector: [classes] with a one at the label, or [1] with the label of two classes. */
static bool one_hot(const rt_model *m, rt_samples *s, rt_error *e)
{
    const int64_t width = rt_shape_size(m->target_rank, m->target_shape);
    const size_t n = (size_t)s->n, w = (size_t)width;
    if (m->label_steps || (width != m->classes && !(width == 1 && m->classes == 2)))
        return rt_fail(e, "%d classes do not make a target of %lld values", m->classes,
                       (long long)width);
    if (w > SIZE_MAX / m->real_size
        || !(s->target = rt_alloc(n, w * m->real_size, "targets", e)))
        return false;
    s->targets = width;
    for (size_t i = 0, k = 0; i < n; i++)
        for (size_t j = 0; j < w; j++, k++)
            rt_value_set(m, s->target, k, w == 1 ? s->label[i] : s->label[i] == (int32_t)j);
    return true;
}

static bool make_targets(const rt_model *m, rt_samples *s, rt_error *e)
{
    if (m->target == RT_TARGET_INPUT) {
        s->target = s->x;
        s->targets = s->features;
    }
    return s->n == 0 || m->target != RT_TARGET_CLASS || !m->one_hot || one_hot(m, s, e);
}

static void limit(const rt_model *m, rt_samples *s)
{
    if (m->data->limit > 0 && s->n > m->data->limit)
        keep_first(m, s, m->data->limit);
}

/* What train.c will do to the images of a batch (augment.h). */
static bool can_augment(const rt_model *m, rt_error *e)
{
    const int crop = m->data->crop, *side = m->input_shape + 1;
    char shape[RT_SHAPE_TEXT];
    if (!m->data->hflip && !crop)
        return true;
    if (m->input_rank != 3)
        return rt_fail(e, "augment: images [channels,height,width] are wanted, the model's input "
                       "is %s", rt_shape_text(m->input_rank, m->input_shape, shape));
    return (crop >= 0 && crop < side[0] && crop < side[1])
        || rt_fail(e, "augment: crop %d, under the sides of the image, %d x %d, is wanted", crop,
                   side[0], side[1]);
}

bool rt_prepare(const rt_model *m, rt_dataset *d, rt_error *e)
{
    if (!can_augment(m, e) || !split(m, d, e))
        return false;
    limit(m, &d->train);
    limit(m, &d->test);
    limit(m, &d->valid);
    return scale(m, d, e) && make_targets(m, &d->train, e) && make_targets(m, &d->test, e)
        && make_targets(m, &d->valid, e);
}
