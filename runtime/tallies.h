/* tallies.h -- what is added up of a layer's outputs: columns of values at once, in registers. */
#ifndef RT_TALLIES_H
#define RT_TALLIES_H

#include "vectors.h"

/* Reals as doubles: as many as a vector holds. */
typedef double rt_wide __attribute__((vector_size(RT_VECTOR_BYTES)));

enum {
    RT_WIDE_LANES = RT_VECTOR_BYTES / (int)sizeof(double),
    RT_WIDES = 4,                   /* vectors of columns that are summed at once */
    RT_STRIP = RT_WIDES * RT_WIDE_LANES
};

#ifdef RT_DOUBLE
typedef uint64_t rt_bits;
#else
typedef uint32_t rt_bits;
#endif
typedef rt_bits rt_bit_vector __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));

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

/* Columns, and what is added up of each. */
typedef struct {
    double about[RT_STRIP];         /* a number near the values: no digits are lost */
    double sum[RT_STRIP], squares[RT_STRIP];    /* of value - about */
    rt_bits flat[RT_STRIP];         /* slopes under a limit */
    rt_bits alive[RT_STRIP];        /* bits of slopes: 0 says they all are zero */
} rt_strip;

/* Activations whose slope is a function of their output that a vector of them has at once. */
typedef enum { RT_ANY_SLOPE, RT_RELU_SLOPE, RT_TANH_SLOPE, RT_SIGMOID_SLOPE } rt_slope_kind;

/* Not below zero, nor a zero with a sign. */
RT_INLINE rt_vector rt_slope_vector(rt_slope_kind kind, rt_vector y)
{
    const rt_vector one = rt_broadcast(1);

    if (kind == RT_RELU_SLOPE)
        return (rt_vector)((rt_bit_vector)(y > 0) & (rt_bit_vector)one);
    return kind == RT_TANH_SLOPE ? one - y * y : y * (one - y);
}

/* Rows of RT_STRIP values that lie `stride` apart, to the strip; their slopes too, but for
 * RT_ANY_SLOPE.  `kind` is a literal. */
RT_INLINE void rt_tally_rows(size_t rows, size_t stride, const rt_real *x, const rt_slope_kind kind,
                             rt_real limit, rt_strip *strip)
{
    enum { VECTORS = RT_STRIP / RT_VECTOR_LANES };
    rt_wide about[RT_WIDES], sum[RT_WIDES], squares[RT_WIDES];
    rt_bit_vector flat[VECTORS], alive[VECTORS];

    memcpy(about, strip->about, sizeof about);
    memcpy(sum, strip->sum, sizeof sum);
    memcpy(squares, strip->squares, sizeof squares);
    memcpy(flat, strip->flat, sizeof flat);
    memcpy(alive, strip->alive, sizeof alive);
    for (size_t i = 0; i < rows; i++, x += stride) {
        for (int k = 0; k < RT_WIDES; k++) {
            const rt_wide d = rt_widen(x + k * RT_WIDE_LANES) - about[k];
            sum[k] += d;
            squares[k] += d * d;
        }
        for (int k = 0; k < VECTORS && kind != RT_ANY_SLOPE; k++) {
            const rt_vector slope = rt_slope_vector(kind, rt_load(x + k * RT_VECTOR_LANES));
            flat[k] -= (rt_bit_vector)(slope < rt_broadcast(limit));
            alive[k] |= (rt_bit_vector)slope;
        }
    }
    memcpy(strip->sum, sum, sizeof sum);
    memcpy(strip->squares, squares, sizeof squares);
    memcpy(strip->flat, flat, sizeof flat);
    memcpy(strip->alive, alive, sizeof alive);
}

/* To sum[k] and squares[k] the sums of x - first[k] and of its square, of `count` columns. */
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

/* ---- Slopes --------------------------------------------------------------------------------- */

enum { RT_SLOPE_COLUMNS = 32, RT_SLOPE_ROWS = 16 };

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
