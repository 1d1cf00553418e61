/* sums.h -- sums of contiguous reals in double, but for short blocks; in a fixed order of lanes. */
#ifndef RT_SUMS_H
#define RT_SUMS_H

#include "vectors.h"

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

/* ---- Sums of squares ------------------------------------------------------------------------- */

enum { RT_SQUARES_CHAINS = 4, RT_SQUARES_TURNS = 8,
       RT_SQUARES_BLOCK = RT_SQUARES_CHAINS * RT_SQUARES_TURNS * RT_VECTOR_LANES };

/* A block's, in the precision of the values. */
RT_INLINE double rt_block_squares(const rt_real *x)
{
    rt_vector chain[RT_SQUARES_CHAINS] = { { 0 } };
    for (int turn = 0; turn < RT_SQUARES_TURNS; turn++)
        for (int k = 0; k < RT_SQUARES_CHAINS; k++) {
            const rt_vector v = rt_load(x + (turn * RT_SQUARES_CHAINS + k) * RT_VECTOR_LANES);
            chain[k] += v * v;
        }
    chain[0] = (chain[0] + chain[1]) + (chain[2] + chain[3]);
    double sum = 0;
    for (int l = 0; l < RT_VECTOR_LANES; l++)
        sum += (double)chain[0][l];
    return sum;
}

/* Blocks are summed in double.  So are the values of a block whose squares float has no room for,
 * or hardly: over RT_SQUARES_LEAST, those that underflowed would not have been seen. */
#define RT_SQUARES_LEAST 0x1p-80

static inline double rt_sum_squares(size_t n, const rt_real *x)
{
    double sum = 0;
    size_t i = 0;
    for (; i + RT_SQUARES_BLOCK <= n; i += RT_SQUARES_BLOCK) {
        const double block = rt_block_squares(x + i);
        sum += block > RT_SQUARES_LEAST && block < (double)INFINITY
             ? block : rt_sum_products(RT_SQUARES_BLOCK, x + i, 0, x + i, 0);
    }
    const size_t rest = n % RT_SQUARES_BLOCK;
    return sum + rt_sum_products(rest, x + i, 0, x + i, 0);
}

#endif
