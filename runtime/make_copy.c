/* make_copy.c -- symbols to be told again after a time of blanks (Arjovsky et al. 2016, arXiv
 * 1511.06464). */
#include "made.h"
#include "samples.h"

enum { ALPHABET = 8, BLANK = 8, DELIMITER = 9, SYMBOLS = 10, MOST = 10 };

/* The input is k symbols, blanks, the delimiter, k blanks: in the last k steps the symbols are due,
 * in all others the blank. */
static bool fill(rt_made *m, int64_t i, rt_error *e)
{
    const int64_t length = m->length, k = (length - 1) / 2 < MOST ? (length - 1) / 2 : MOST;
    for (int64_t t = 0; t < length; t++) {
        rt_made_symbol(m, i, t, t == length - k - 1 ? DELIMITER : BLANK);
        if (!rt_made_target(m, i, t, BLANK, e))
            return false;
    }
    for (int64_t t = 0; t < k; t++) {
        const int symbol = (int)(rt_random_uniform(&m->stream, (uint32_t)t) * ALPHABET);
        rt_made_symbol(m, i, t, symbol);
        if (!rt_made_target(m, i, length - k + t, symbol, e))
            return false;
    }
    return true;
}

static bool has_target(const rt_model *m, double length, rt_error *e)
{
    char shape[RT_SHAPE_TEXT];
    if (m->target == RT_TARGET_CLASS)
        return m->label_steps == length
            || rt_fail(e, "copy: gives a class for each of %g steps, the model wants %d for a "
                       "sample", length, (int)rt_labels(m));
    return m->target == RT_TARGET_INPUT
        || (double)rt_shape_size(m->target_rank, m->target_shape) == length
        || rt_fail(e, "copy: gives a number for each of %g steps, the model's target is %s",
                   length, rt_shape_text(m->target_rank, m->target_shape, shape));
}

/* number: length, n. */
bool rt_read_copy(const rt_request *r, rt_samples *out, rt_error *e)
{
    static const rt_sequences kind = {.least = 3, .width = SYMBOLS, .symbols = true};
    rt_made m;
    if (!has_target(r->model, r->source->number[0], e)
        || !rt_made_sequences(r, &kind, &m, out, e))
        return false;
    return rt_made_samples(&m, fill, e);
}
