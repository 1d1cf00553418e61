/* make_temporal_order.c -- which of two symbols came first?  Hochreiter and Schmidhuber 1997
 * (experiment 6a), in the form of Pascanu et al. 2013 (arXiv 1211.5063). */
#include "made.h"
#include "samples.h"

enum { DISTRACTORS = 2, SYMBOLS = 6 };      /* A and B, then c d e f */

/* A place in the tenth of the sequence with this number, from 0. */
static int64_t place(const rt_made *m, uint32_t index, int64_t tenth)
{
    const int64_t low = tenth * m->length / 10, high = (tenth + 1) * m->length / 10;
    return low + (int64_t)(rt_random_uniform(&m->stream, index) * (double)(high - low));
}

/* c, d, e or f at every step but two, which hold A or B; the class is AA, AB, BA or BB.  Numbers of
 * a sample's stream: the two places, the class, then the steps. */
static bool fill(rt_made *m, int64_t i, rt_error *e)
{
    const int64_t first = place(m, 0, 1), second = place(m, 1, 4);
    const int class = (int)(rt_random_uniform(&m->stream, 2) * 4);
    for (int64_t t = 0; t < m->length; t++) {
        const double u = rt_random_uniform(&m->stream, (uint32_t)(t + 3));
        const int other = DISTRACTORS + (int)(u * (SYMBOLS - DISTRACTORS));
        rt_made_symbol(m, i, t, t == first ? class / 2 : t == second ? class % 2 : other);
    }
    return rt_made_class(m, i, class, e);
}

/* number: length, n.  Under 6 steps a place has none to stand at. */
bool rt_read_temporal_order(const rt_request *r, rt_samples *out, rt_error *e)
{
    static const rt_sequences kind = {.least = 6, .width = SYMBOLS, .symbols = true};
    rt_made m;
    if (!rt_target_is_number(r->model, "temporal_order", e)
        || !rt_made_sequences(r, &kind, &m, out, e))
        return false;
    return rt_made_samples(&m, fill, e);
}
