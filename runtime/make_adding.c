/* make_adding.c -- sequences of numbers, two of which are marked: the target is the sum of these.
 * Hochreiter and Schmidhuber 1997 (experiment 4), in the form of Le et al. 2015 (1504.00941). */
#include "made.h"
#include "samples.h"

/* A step is a number in [0, 1) and its marker; one is marked in each half.  Numbers of a sample's
 * stream: the two places, then the steps. */
static bool fill(rt_made *m, int64_t i, rt_error *e)
{
    const int64_t half = m->length / 2;
    const int64_t first = (int64_t)(rt_random_uniform(&m->stream, 0) * (double)half);
    const int64_t second =
        half + (int64_t)(rt_random_uniform(&m->stream, 1) * (double)(m->length - half));
    double sum = 0;
    for (int64_t t = 0; t < m->length; t++) {
        const double number = rt_random_uniform(&m->stream, (uint32_t)(t + 2));
        const bool marked = t == first || t == second;
        sum += marked ? number : 0;
        if (!rt_made_input(m, i, 2 * t, number, e) || !rt_made_input(m, i, 2 * t + 1, marked, e))
            return false;
    }
    return rt_made_class(m, i, sum, e);
}

/* number: length, n. */
bool rt_read_adding(const rt_request *r, rt_samples *out, rt_error *e)
{
    rt_made m;
    if (r->model->target == RT_TARGET_CLASS)
        return rt_fail(e, "adding: gives a sum as the target of a sample, the model wants a class");
    if (!rt_target_is_number(r->model, "adding", e)
        || !rt_made_sequences(r, &(rt_sequences){.least = 2, .width = 2}, &m, out, e))
        return false;
    return rt_made_samples(&m, fill, e);
}
