/* evaluate.c -- loss and accuracy without training. */
#include "evaluate.h"

#include "reals.h"
#include "signals.h"

bool rt_has_accuracy(const rt_model *model) { return model->target == RT_TARGET_CLASS; }

static double value(const void *x, size_t i, bool is_double)
{
    return is_double ? ((const double *)x)[i] : (double)((const float *)x)[i];
}

/* The first of the largest; -1 where a value is not a number. */
static int argmax(const void *x, size_t from, int n, bool is_double)
{
    double best = -INFINITY;
    int at = 0;

    for (int i = 0; i < n; i++) {
        const double v = value(x, from + (size_t)i, is_double);
        if (isnan(v))
            return -1;
        if (v > best) {
            best = v;
            at = i;
        }
    }
    return at;
}

/* What a row of m values says: one of m classes, or with a single value whether it is over the
 * threshold. */
static int class_of(const void *x, size_t row, int m, double threshold, bool is_double)
{
    if (m > 1)
        return argmax(x, row * (size_t)m, m, is_double);
    const double v = value(x, row, is_double);
    return isnan(v) ? -1 : v > threshold;
}

static int output_size(const rt_model *model)
{
    int n = 1;

    for (int i = 0; i < model->output_rank; i++)
        n *= model->output_shape[i];
    return n;
}

/* Values of the output that name one class. */
static int values_of_class(const rt_model *model)
{
    return output_size(model) / (int)rt_labels(model);
}

int rt_class(const rt_run *run, size_t i)
{
    const rt_model *model = run->model;
    const bool logit = model->loss == RT_BINARY_CROSS_ENTROPY && !model->from_probabilities;

    return class_of((const char *)run->pass.memory + model->output, i, values_of_class(model),
                    logit ? 0 : 0.5, model->real_size == sizeof(double));
}

int64_t rt_hits(const rt_run *run)
{
    const rt_pass *c = &run->pass;
    const bool is_double = run->model->real_size == sizeof(double);
    const int m = values_of_class(run->model);
    int64_t hits = 0;

    for (size_t i = 0; i < (size_t)c->rows * rt_labels(run->model); i++) {
        const int wanted = c->labels ? c->labels[i] : class_of(c->target, i, m, 0.5, is_double);
        hits += rt_class(run, i) == wanted;
    }
    return hits;
}

bool rt_evaluate(rt_run *run, const rt_samples *s, double *loss, double *accuracy, rt_error *e)
{
    rt_pass *c = &run->pass;
    double sum = 0;
    int64_t hits = 0;

    *loss = *accuracy = NAN;
    c->training = c->watching = false;
    for (int64_t from = 0; from < s->n; from += c->rows) {
        if (rt_signal())
            return true;
        rt_run_batch(run, s, run->as_is, from,
                     (int)(s->n - from < run->model->batch ? s->n - from : run->model->batch));
        sum += run->model->forward(c) * c->rows;
        if (!rt_run_knows_words(run, e))
            return false;
        if (rt_has_accuracy(run->model))
            hits += rt_hits(run);
    }
    if (s->n == 0)
        return true;
    *loss = sum / (double)s->n + run->model->reals->penalty_value(&run->update);
    if (rt_has_accuracy(run->model))
        *accuracy = (double)hits / ((double)s->n * (double)rt_labels(run->model));
    return true;
}
