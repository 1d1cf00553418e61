/* samples.h -- what the readers share: memory for samples, values and labels into it. */
#ifndef RT_SAMPLES_H
#define RT_SAMPLES_H

#include "data.h"

/* Product of a model's dimensions; a shape as text, "[1,28,28]". */
int64_t rt_shape_size(int rank, const int *shape);
#define RT_SHAPE_TEXT 128
const char *rt_shape_text(int rank, const int *shape, char text[RT_SHAPE_TEXT]);

/* Room for n samples of the model's input, and for labels or targets; `name` is for the message. */
bool rt_samples_new(const rt_model *model, const char *name, uint64_t n, rt_samples *out,
                    rt_error *e);
void rt_samples_free(rt_samples *s);

/* Value i of an array of the model's precision. */
static inline double rt_value_get(const rt_model *m, const void *x, size_t i)
{
    return m->real_size == sizeof(float) ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

/* False where the value is not finite, or not in this precision. */
static inline bool rt_value_set(const rt_model *m, void *x, size_t i, double value)
{
    if (m->real_size == sizeof(float)) {
        ((float *)x)[i] = (float)value;
        return isfinite(((float *)x)[i]);
    }
    ((double *)x)[i] = value;
    return isfinite(value);
}

/* Whether a sample's target is no class by step. */
bool rt_target_is_single(const rt_model *model, const char *name, rt_error *e);

/* Whether a single number can be a sample's target: a class, a vector of one, nothing. */
bool rt_target_is_number(const rt_model *model, const char *name, rt_error *e);

/* A number as number i of all targets: a label (a whole number under rt_model.classes), a value of
 * a vector, or nothing where the target is the input.  NULL, or what is wrong with it. */
const char *rt_target_set(const rt_model *model, rt_samples *s, size_t i, double value,
                          char wrong[RT_SHAPE_TEXT]);

#endif
