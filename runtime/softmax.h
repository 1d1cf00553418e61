/* softmax.h -- exponentials of rows, about each row's largest value so that nothing overflows. */
#ifndef RT_SOFTMAX_H
#define RT_SOFTMAX_H

#include "sums.h"

/* Values in a local buffer, of short rows several at once; whole vectors of any machine. */
enum { RT_EXPS = 256, RT_WHOLE = 16 };

/* The larger of two; a NaN as the first is passed over. */
static inline rt_real rt_larger(rt_real x, rt_real than) { return x > than ? x : than; }

static inline rt_real rt_largest_of_many(size_t m, const rt_real *x)
{
    rt_real lane[RT_LANES];
    size_t i = 0;

    for (int l = 0; l < RT_LANES; l++)
        lane[l] = -(rt_real)INFINITY;
    for (; i + RT_LANES <= m; i += RT_LANES)
        for (size_t l = 0; l < RT_LANES; l++)
            lane[l] = rt_larger(x[i + l], lane[l]);
    for (size_t l = 0; l < m % RT_LANES; l++)
        lane[l] = rt_larger(x[i + l], lane[l]);
    for (int half = RT_LANES / 2; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            lane[l] = rt_larger(lane[l + half], lane[l]);
    return lane[0];
}

/* The largest value; a NaN is passed over here and shows in the exponentials.  Of a few values one
 * after the other, since the processor looks at several rows at once. */
static inline rt_real rt_largest(size_t m, const rt_real *x)
{
    rt_real max = -(rt_real)INFINITY;

    if (m >= 4 * RT_LANES)
        return rt_largest_of_many(m, x);
    for (size_t j = 0; j < m; j++)
        max = rt_larger(x[j], max);
    return max;
}

/* e[n] = exp(e), and some values behind them, so that no lane of a vector is left to other code: a
 * value does not depend on its place. */
static inline void rt_exps(size_t n, rt_real e[RT_EXPS])
{
    const size_t end = (n + RT_WHOLE - 1) / RT_WHOLE * RT_WHOLE;

    for (size_t k = n; k < end; k++)
        e[k] = 0;
    for (size_t k = 0; k < end; k++)
        e[k] = RT_MATH(exp)(e[k]);
}

/* e[rows][m] = exp(x - max[row]), max the row's largest; at most RT_EXPS values */
static inline void rt_exp_rows(size_t rows, size_t m, const rt_real *x, rt_real max[RT_EXPS],
                               rt_real e[RT_EXPS])
{
    for (size_t r = 0; r < rows; r++)
        max[r] = rt_largest(m, x + r * m);
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < m; j++)
            e[r * m + j] = x[r * m + j] - max[r];
    rt_exps(rows * m, e);
}

/* A piece of a row that is too long for that: e[n] = exp(x - max); their sum. */
static inline double rt_exp_piece(size_t n, rt_real max, const rt_real *x, rt_real e[RT_EXPS])
{
    for (size_t k = 0; k < n; k++)
        e[k] = x[k] - max;
    rt_exps(n, e);
    return rt_sum(n, e);
}

#endif
