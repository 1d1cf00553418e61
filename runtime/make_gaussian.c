/* make_gaussian.c -- unit-normal inputs with random targets: pure signal propagation. */
#include "made.h"
#include "samples.h"

/* Numbers of a sample's stream: the inputs, in pairs, then the target from an even index on. */
static bool fill(rt_made *m, int64_t i, rt_error *e)
{
    const rt_stream *s = &m->stream;
    const int64_t features = m->out->features, targets = m->out->targets;
    const size_t labels = rt_labels(m->r->model);
    const uint32_t after = (uint32_t)(features + features % 2);
    for (int64_t j = 0; j < features; j += 2) {
        double pair[2];
        rt_random_normal_pair(s, (uint32_t)(j / 2), pair);
        if (!rt_made_input(m, i, j, pair[0], e)
            || (j + 1 < features && !rt_made_input(m, i, j + 1, pair[1], e)))
            return false;
    }
    for (int64_t j = 0; j < targets; j++)
        rt_value_set(m->r->model, m->out->target, (size_t)(i * targets + j),
                     rt_random_normal(s, after + (uint32_t)j));
    for (size_t j = 0; m->out->label && j < labels; j++)
        m->out->label[(size_t)i * labels + j] =
            (int32_t)(rt_random_uniform(s, after + (uint32_t)j) * m->r->model->classes);
    return true;
}

/* number: n, seed (0: the program's own). */
bool rt_read_gaussian(const rt_request *r, rt_samples *out, rt_error *e)
{
    rt_made m;
    const double seed = r->source->number[1];
    if (!(seed >= 0) || seed != floor(seed) || seed > 9007199254740992.0)
        return rt_fail(e, "gaussian: seed %g, a whole number from 0 to 2^53 is wanted", seed);
    if (!rt_made_begin(r, r->source->number[0], 0, &m, out, e))
        return false;
    if (seed > 0)
        m.stream.seed = (uint64_t)seed;
    return rt_made_samples(&m, fill, e);
}
