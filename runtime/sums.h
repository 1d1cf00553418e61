/* sums.h -- sums of contiguous reals in double, in a fixed order that compiles to vector code. */
#ifndef RT_SUMS_H
#define RT_SUMS_H

#include "netrt.h"

enum { RT_LANES = 8 };

/* The lanes of a sum, pairwise. */
static inline double rt_sum_lanes(const double lane[RT_LANES])
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3]))
         + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

static inline double rt_sum(size_t n, const rt_real *x)
{
    double lane[RT_LANES] = { 0 };
    size_t i = 0;
    for (; i + RT_LANES <= n; i += RT_LANES)
        for (size_t l = 0; l < RT_LANES; l++)
            lane[l] += (double)x[i + l];
    for (size_t l = 0; l < n % RT_LANES; l++)
        lane[l] += (double)x[i + l];
    return rt_sum_lanes(lane);
}

/* sum of (a - a0) (b - b0) */
static inline double rt_sum_products(size_t n, const rt_real *a, double a0, const rt_real *b,
                                     double b0)
{
    double lane[RT_LANES] = { 0 };
    size_t i = 0;
    for (; i + RT_LANES <= n; i += RT_LANES)
        for (size_t l = 0; l < RT_LANES; l++)
            lane[l] += ((double)a[i + l] - a0) * ((double)b[i + l] - b0);
    for (size_t l = 0; l < n % RT_LANES; l++)
        lane[l] += ((double)a[i + l] - a0) * ((double)b[i + l] - b0);
    return rt_sum_lanes(lane);
}

/* sum of (after - before)^2, of differences in the precision of the values */
static inline double rt_sum_changes(size_t n, const rt_real *before, const rt_real *after)
{
    double lane[RT_LANES] = { 0 };
    size_t i = 0;
    for (; i + RT_LANES <= n; i += RT_LANES)
        for (size_t l = 0; l < RT_LANES; l++) {
            const rt_real change = after[i + l] - before[i + l];
            lane[l] += (double)change * (double)change;
        }
    for (size_t l = 0; l < n % RT_LANES; l++) {
        const rt_real change = after[i + l] - before[i + l];
        lane[l] += (double)change * (double)change;
    }
    return rt_sum_lanes(lane);
}

/* Whether the precision of the values had room for a sum of their squares: under the least, it
 * would not have seen values whose squares underflowed.  No branch: loops of it are vector code. */
static inline bool rt_squares_are_safe(double sum)
{
    const double least = 0x1p-80;
    return (sum > least) & (sum < (double)INFINITY);
}

static inline double rt_sum_magnitudes(size_t n, const rt_real *x)
{
    double lane[RT_LANES] = { 0 };
    size_t i = 0;
    for (; i + RT_LANES <= n; i += RT_LANES)
        for (size_t l = 0; l < RT_LANES; l++)
            lane[l] += fabs((double)x[i + l]);
    for (size_t l = 0; l < n % RT_LANES; l++)
        lane[l] += fabs((double)x[i + l]);
    return rt_sum_lanes(lane);
}

#endif
