/* make_parity.c -- random bits; the class is whether their sum is odd. */
#include "made.h"
#include "samples.h"

static bool fill(rt_made *m, int64_t i, rt_error *e)
{
    int odd = 0;
    for (int64_t j = 0; j < m->out->features; j++) {
        const int bit = rt_random_uniform(&m->stream, (uint32_t)j) >= 0.5;
        odd ^= bit;
        if (!rt_made_input(m, i, j, bit, e))
            return false;
    }
    return rt_made_class(m, i, odd, e);
}

/* number: length, n. */
bool rt_read_parity(const rt_request *r, rt_samples *out, rt_error *e)
{
    rt_made m;
    const double length = r->source->number[0];
    if (!(length >= 1) || length != floor(length) || length > INT32_MAX)
        return rt_fail(e, "parity: length %g, 1 or more is wanted", length);
    if (!rt_target_is_number(r->model, "parity", e)
        || !rt_made_begin(r, r->source->number[1], (int64_t)length, &m, out, e))
        return false;
    return rt_made_samples(&m, fill, e);
}
