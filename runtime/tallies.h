/* tallies.h -- what is added up of a layer's outputs: columns of values at once, in registers. */
#ifndef RT_TALLIES_H
#define RT_TALLIES_H

#include "vectors.h"

/* Reals as doubles: as many as a vector holds. */
typedef double rt_wide __attribute__((vector_size(RT_VECTOR_BYTES)));

enum {
    RT_WIDE_LANES = RT_VECTOR_BYTES / (int)sizeof(double),
    RT_WIDES = 2,                   /* vectors of columns that are summed at once */
    RT_COLUMNS = RT_WIDES * RT_WIDE_LANES
};

RT_INLINE rt_wide rt_widen(const rt_real *x)
{
#ifdef RT_DOUBLE
    return rt_load(x);
#else
    typedef float half __attribute__((vector_size(RT_VECTOR_BYTES / 2)));
    half y;
    memcpy(&y, x, sizeof y);
    return __builtin_convertvector(y, rt_wide);
#endif
}

/* To sum[k] and squares[k] the sums of x - first[k] and of its square, over rows of RT_COLUMNS
 * values that lie `stride` apart. */
RT_INLINE void rt_add_columns(size_t rows, size_t stride, const rt_real *x, const double *first,
                              double *sum, double *squares)
{
    rt_wide about[RT_WIDES], s[RT_WIDES], q[RT_WIDES];
    memcpy(about, first, sizeof about);
    memcpy(s, sum, sizeof s);
    memcpy(q, squares, sizeof q);
    for (size_t i = 0; i < rows; i++)
        for (int k = 0; k < RT_WIDES; k++) {
            const rt_wide d = rt_widen(x + i * stride + (size_t)(k * RT_WIDE_LANES)) - about[k];
            s[k] += d;
            q[k] += d * d;
        }
    memcpy(sum, s, sizeof s);
    memcpy(squares, q, sizeof q);
}

/* The same for `count` columns, of which there may be fewer than RT_COLUMNS. */
static inline void rt_add_few_columns(size_t rows, size_t stride, size_t count, const rt_real *x,
                                      const double *first, double *sum, double *squares)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < count; k++) {
            const double d = (double)x[i * stride + k] - first[k];
            sum[k] += d;
            squares[k] += d * d;
        }
}

/* Of n values in a row, about one number: *sum and *squares. */
static inline void rt_add_values(size_t n, const rt_real *x, double first, double *sum,
                                 double *squares)
{
    double about[RT_COLUMNS], s[RT_COLUMNS] = { 0 }, q[RT_COLUMNS] = { 0 };
    const size_t rows = n / RT_COLUMNS, done = rows * RT_COLUMNS;

    for (int k = 0; k < RT_COLUMNS; k++)
        about[k] = first;
    rt_add_columns(rows, RT_COLUMNS, x, about, s, q);
    rt_add_few_columns(1, 0, n - done, x + done, about, s, q);
    for (int k = 0; k < RT_COLUMNS; k++) {
        *sum += s[k];
        *squares += q[k];
    }
}

/* ---- Slopes --------------------------------------------------------------------------------- */

enum { RT_SLOPE_COLUMNS = 32, RT_SLOPE_ROWS = 16 };

#ifdef RT_DOUBLE
typedef uint64_t rt_bits;
#else
typedef uint32_t rt_bits;
#endif
typedef rt_bits rt_bit_vector __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));

/* slope[rows][RT_SLOPE_COLUMNS]: how many are under `flat` in size; alive[k] is or'ed with the bits
 * of column k but for the sign, so that 0 says they all are zero. */
static inline uint64_t rt_tally_slopes(size_t rows, const rt_real *slope, rt_real flat,
                                       rt_bits *alive)
{
    rt_bit_vector under = { 0 };
    const rt_vector limit = rt_broadcast(flat);
    uint64_t sum = 0;

    for (size_t k = 0; k < RT_SLOPE_COLUMNS; k += RT_VECTOR_LANES) {
        rt_bit_vector any;
        memcpy(&any, alive + k, sizeof any);
        for (size_t i = 0; i < rows; i++) {
            rt_bit_vector x;
            memcpy(&x, slope + i * RT_SLOPE_COLUMNS + k, sizeof x);
            x += x;                             /* drops the sign */
            any |= x;
            under -= (rt_bit_vector)((rt_vector)(x >> 1) < limit);
        }
        memcpy(alive + k, &any, sizeof any);
    }
    for (int l = 0; l < RT_VECTOR_LANES; l++)
        sum += under[l];
    return sum;
}

#endif
