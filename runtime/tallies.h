/* tallies.h -- what is added up of a layer's outputs: columns of values at once, in registers; of
 * short blocks of rows in the precision of the values, of these sums in double. */
#ifndef RT_TALLIES_H
#define RT_TALLIES_H

#include "vectors.h"

enum {
    RT_STRIP_VECTORS = RT_VECTOR_BYTES == 64 ? 2 : 4,   /* sums that do not wait for each other */
    RT_STRIP = RT_STRIP_VECTORS * RT_VECTOR_LANES,
    RT_STRIP_ROWS = 16              /* of a block, which is summed in the precision of the values */
};

#ifdef RT_DOUBLE
typedef uint64_t rt_bits;
#else
typedef uint32_t rt_bits;
#endif
typedef rt_bits rt_bit_vector __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));

/* Columns, and what is added up of each. */
typedef struct {
    rt_real about[RT_STRIP];        /* a number near the values: no digits are lost */
    double sum[RT_STRIP], squares[RT_STRIP];    /* of value - about */
    rt_bits flat[RT_STRIP];         /* slopes under a limit */
} rt_strip;

/* Where the rows of a strip lie: in each of the runs, `rows` that are `stride` apart. */
typedef struct {
    size_t runs, apart, rows, stride;
} rt_layout;

/* A sum of squares that no block had too little room for: what underflowed is beyond its digits. */
static inline bool rt_strip_is_safe(double squares)
{
    return squares > 0x1p-80 && squares < (double)INFINITY;
}

/* Activations whose slope is a function of their output that a vector of them has at once. */
typedef enum { RT_ANY_SLOPE, RT_RELU_SLOPE, RT_TANH_SLOPE, RT_SIGMOID_SLOPE } rt_slope_kind;

RT_INLINE rt_bit_vector rt_flat_lanes(rt_slope_kind kind, rt_vector y, rt_real limit)
{
    const rt_vector one = rt_broadcast(1), under = rt_broadcast(limit);

    if (kind == RT_RELU_SLOPE)
        return ~(rt_bit_vector)(y > 0);
    return (rt_bit_vector)((kind == RT_TANH_SLOPE ? one - y * y : y * (one - y)) < under);
}

/* What a block of rows has added up, in its own precision, to sums in double. */
RT_INLINE void rt_add_block(const rt_vector *block, double *sum)
{
    for (int k = 0; k < RT_STRIP_VECTORS; k++)
        for (int l = 0; l < RT_VECTOR_LANES; l++)
            sum[k * RT_VECTOR_LANES + l] += (double)block[k][l];
}

/* Adds rows of RT_STRIP values to the strip; which slopes are flat too, but for RT_ANY_SLOPE.
 * `kind` is a literal. */
RT_INLINE void rt_tally_rows(rt_layout w, const rt_real *x, const rt_slope_kind kind,
                             rt_real limit, rt_strip *strip)
{
    const size_t next = w.apart - (w.rows - 1) * w.stride;
    rt_vector about[RT_STRIP_VECTORS];
    rt_bit_vector flat[RT_STRIP_VECTORS];
    size_t in_run = w.rows;

    memcpy(about, strip->about, sizeof about);
    memcpy(flat, strip->flat, sizeof flat);
    for (size_t left = w.runs * w.rows; left > 0;) {
        const size_t rows = left < RT_STRIP_ROWS ? left : RT_STRIP_ROWS;
        rt_vector sum[RT_STRIP_VECTORS] = { { 0 } }, squares[RT_STRIP_VECTORS] = { { 0 } };
        for (size_t i = 0; i < rows; i++) {
            for (int k = 0; k < RT_STRIP_VECTORS; k++) {
                const rt_vector y = rt_load(x + k * RT_VECTOR_LANES), d = y - about[k];
                sum[k] += d;
                squares[k] += d * d;
                if (kind != RT_ANY_SLOPE)
                    flat[k] -= rt_flat_lanes(kind, y, limit);
            }
            in_run--;
            x += in_run > 0 ? w.stride : next;
            in_run = in_run > 0 ? in_run : w.rows;
        }
        rt_add_block(sum, strip->sum);
        rt_add_block(squares, strip->squares);
        left -= rows;
    }
    memcpy(strip->flat, flat, sizeof flat);
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
