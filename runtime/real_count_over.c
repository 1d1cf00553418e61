/* real_count_over.c -- counts of values where others are above 0, which is what a rectifier lets
 * through of a gradient. */
#include "kernels.h"
#include "count_turns.h"

_Static_assert((int)RT_COUNTED_OVER <= (int)RT_SPAN, "a span has room for their exponents");

/* What a span has in it. */
typedef struct {
    rt_columns columns;
    rt_mask zeros;                  /* how many values are exactly 0, by lane */
    double squares;
    bool safe;                      /* float has room for all squares */
} sums;

/* A turn of x where `over` is above 0, else 0. */
RT_INLINE void read_turn(const rt_real *x, const rt_real *over, uint8_t *e, sums *s, rt_chains *c)
{
    rt_vector v[RT_CHAINS];

    for (int k = 0; k < RT_CHAINS; k++) {
        const rt_mask above = rt_load(over + k * RT_VECTOR_LANES) > 0;
        const rt_mask taken = (rt_mask)rt_load(x + k * RT_VECTOR_LANES) & above;
        s->zeros -= (taken << 1) == 0;   /* but for the sign */
        v[k] = (rt_vector)taken;
        rt_add_square(c, k, v[k]);
    }
    rt_read_exponents(v, e, &s->columns);
}

/* A block of n values, the last turn with zeros behind them. */
RT_INLINE void read_block(size_t n, const rt_real *x, const rt_real *over, uint8_t *e, sums *s)
{
    const size_t last = n % RT_TURN, whole = n - last;
    rt_chains c = { { { 0 } } };

    for (size_t i = 0; i < whole; i += RT_TURN)
        read_turn(x + i, over + i, e ? e + i : NULL, s, &c);
    if (last > 0) {
        rt_real few[2][RT_TURN] = { { 0 } };
        memcpy(few[0], x + whole, last * sizeof *x);
        memcpy(few[1], over + whole, last * sizeof *x);
        read_turn(few[0], few[1], e ? e + whole : NULL, s, &c);
    }
    const double sum = rt_sum_of_lanes(rt_join_chains(&c));
    s->squares += sum;
    s->safe = s->safe && rt_squares_are_safe(sum);
}

RT_INLINE sums read_span(size_t n, const rt_real *x, const rt_real *over, uint8_t *e)
{
    sums s = { .safe = true };

    for (size_t i = 0; i < n; i += RT_SQUARES)
        read_block(n - i < RT_SQUARES ? n - i : RT_SQUARES, x + i, over + i, e ? e + i : NULL, &s);
    return s;
}

static size_t sum_of_mask(rt_mask x)
{
    size_t sum = 0;
    for (int l = 0; l < RT_VECTOR_LANES; l++)
        sum += (size_t)x[l];
    return sum;
}

bool rt_count_over(size_t n, const rt_real *x, const rt_real *over, bool bins, rt_counts *out)
{
    rt_exponents span;
    const sums s = bins ? read_span(n, x, over, span.e) : read_span(n, x, over, NULL);
    const size_t end = (n + RT_TURN - 1) / RT_TURN * RT_TURN;

    rt_end_span(n, end, &s.columns, &span);
    if (span.zeros != sum_of_mask(s.zeros) - (end - n) || span.largest == RT_NONFINITE)
        return false;
    if (!s.safe && span.zeros < n)
        return false;
    if (bins) {
        rt_pad_span(end, &span);
        rt_count_exponents(&span, out);
    }
    out->count += n;
    out->zero += span.zeros;
    out->sum_squares += s.squares;
    return true;
}
