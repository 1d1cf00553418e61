/* real_squares.c -- the sum of squares of reals.
 *
 * One function, not inlined: whoever asks for the same values gets the same bits. */
#include "kernels.h"
#include "squares.h"

/* Of whole turns. */
static inline double block_squares(size_t n, const rt_real *x)
{
    rt_chains s = { { { 0 } } };

    for (size_t i = 0; i < n; i += RT_TURN)
        for (int k = 0; k < RT_CHAINS; k++)
            rt_add_square(&s, k, rt_load(x + i + (size_t)(k * RT_VECTOR_LANES)));
    return rt_sum_chains(&s, n, x);
}

double rt_sum_squares(size_t n, const rt_real *x)
{
    const size_t last = n % RT_TURN;
    double sum = 0;
    size_t i = 0;

    for (; i + RT_SQUARES <= n; i += RT_SQUARES)
        sum += block_squares(RT_SQUARES, x + i);
    if (n - i > last)
        sum += block_squares(n - i - last, x + i);
    return sum + rt_sum_products(last, x + n - last, 0, x + n - last, 0);
}
