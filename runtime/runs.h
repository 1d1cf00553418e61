/* runs.h -- sums over runs of contiguous reals: short blocks in the precision of the values, in
 * vectors, summed in double.  A block whose sum float has no room for, or that may have lost
 * products that underflowed, is summed in double, value by value. */
#ifndef RT_RUNS_H
#define RT_RUNS_H

#include "sums.h"
#include "vectors.h"

enum {
    RT_RUN_CHAINS = 4, RT_RUN_TURNS = 8,
    RT_RUN_STEP = RT_RUN_CHAINS * RT_VECTOR_LANES,
    RT_RUN_BLOCK = RT_RUN_STEP * RT_RUN_TURNS
};
#define RT_RUN_LEAST 0x1p-80        /* far from where products of floats lose digits */

/* Values of the next block of n: a multiple of RT_RUN_STEP, and none where fewer are left. */
RT_INLINE size_t rt_run_block(size_t n)
{
    return n < RT_RUN_BLOCK ? n / RT_RUN_STEP * RT_RUN_STEP : RT_RUN_BLOCK;
}

RT_INLINE double rt_run_lanes(const rt_vector chain[RT_RUN_CHAINS])
{
    return rt_sum_of_lanes((chain[0] + chain[1]) + (chain[2] + chain[3]));
}

static inline bool rt_run_is_safe(double block)
{
    return fabs(block) > RT_RUN_LEAST && fabs(block) < (double)INFINITY;
}

static inline double rt_run_sum(size_t n, const rt_real *x)
{
    double sum = 0;
    size_t size;
    for (; (size = rt_run_block(n)) > 0; n -= size, x += size) {
        rt_vector chain[RT_RUN_CHAINS] = { { 0 } };
        for (size_t i = 0; i < size; i += RT_RUN_STEP)
            for (size_t k = 0; k < RT_RUN_CHAINS; k++)
                chain[k] += rt_load(x + i + k * RT_VECTOR_LANES);
        const double block = rt_run_lanes(chain);
        sum += fabs(block) < (double)INFINITY ? block : rt_sum(size, x);
    }
    return n == 0 ? sum : sum + rt_sum(n, x);
}

/* Adds to the sums of a and of a (b - b0), which read a once. */
static inline void rt_run_gradients(size_t n, const rt_real *a, const rt_real *b, rt_real b0,
                                    double *sum, double *product)
{
    const rt_vector about = rt_broadcast(b0);
    size_t size;
    for (; (size = rt_run_block(n)) > 0; n -= size, a += size, b += size) {
        rt_vector first[RT_RUN_CHAINS] = { { 0 } }, second[RT_RUN_CHAINS] = { { 0 } };
        for (size_t i = 0; i < size; i += RT_RUN_STEP)
            for (size_t k = 0; k < RT_RUN_CHAINS; k++) {
                const rt_vector v = rt_load(a + i + k * RT_VECTOR_LANES);
                first[k] += v;
                second[k] += v * (rt_load(b + i + k * RT_VECTOR_LANES) - about);
            }
        const double values = rt_run_lanes(first), products = rt_run_lanes(second);
        *sum += fabs(values) < (double)INFINITY ? values : rt_sum(size, a);
        *product += rt_run_is_safe(products) ? products
                                             : rt_sum_products(size, a, 0, b, (double)b0);
    }
    if (n == 0)
        return;
    *sum += rt_sum(n, a);
    *product += rt_sum_products(n, a, 0, b, (double)b0);
}

/* Adds to the sums of x - x0 and of its square. */
static inline void rt_run_moments(size_t n, const rt_real *x, rt_real x0, double *sum,
                                  double *square)
{
    const double x0_double = (double)x0;
    const rt_vector about = rt_broadcast(x0);
    size_t size;
    for (; (size = rt_run_block(n)) > 0; n -= size, x += size) {
        rt_vector first[RT_RUN_CHAINS] = { { 0 } }, second[RT_RUN_CHAINS] = { { 0 } };
        for (size_t i = 0; i < size; i += RT_RUN_STEP)
            for (size_t k = 0; k < RT_RUN_CHAINS; k++) {
                const rt_vector d = rt_load(x + i + k * RT_VECTOR_LANES) - about;
                first[k] += d;
                second[k] += d * d;
            }
        const double block = rt_run_lanes(second);
        const bool safe = rt_run_is_safe(block);
        *sum += safe ? rt_run_lanes(first) : rt_sum(size, x) - (double)size * x0_double;
        *square += safe ? block : rt_sum_products(size, x, x0_double, x, x0_double);
    }
    if (n == 0)
        return;
    *sum += rt_sum(n, x) - (double)n * x0_double;
    *square += rt_sum_products(n, x, x0_double, x, x0_double);
}

#endif
