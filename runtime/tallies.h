/* tallies.h -- what is added up of a layer's outputs: columns of values at once, or runs of values
 * that are one unit's; of short blocks in the precision of the values, of these sums in double. */
#ifndef RT_TALLIES_H
#define RT_TALLIES_H

#include "byte_vectors.h"

enum {
    RT_STRIP_VECTORS = 4,           /* at most: sums of each that do not wait for each other */
    RT_STRIP = RT_STRIP_VECTORS * RT_VECTOR_LANES,
    RT_STRIP_ROWS = 64,             /* of a block, which is summed in the precision of the values */
    RT_TALLY_CHAINS = 4,            /* the same for the values of a run, ... */
    RT_TALLY_STEP = RT_TALLY_CHAINS * RT_VECTOR_LANES,
    RT_TALLY_TURNS = 16,            /* ... of which each meets so many in a block */
    RT_TALLY_BLOCK = RT_TALLY_TURNS * RT_TALLY_STEP
};

/* Columns, and what is added up of each. */
typedef struct {
    rt_real about[RT_STRIP];        /* a number near the values: no digits are lost */
    double sum[RT_STRIP], squares[RT_STRIP];    /* of value - about */
    rt_bits flat[RT_STRIP];         /* slopes under a limit */
} rt_strip;

/* Activations whose slope is a function of their output that a vector of them has at once. */
typedef enum { RT_ANY_SLOPE, RT_RELU_SLOPE, RT_TANH_SLOPE, RT_SIGMOID_SLOPE } rt_slope_kind;

RT_INLINE rt_vector rt_slope_of(rt_slope_kind kind, rt_vector y)
{
    const rt_vector one = rt_broadcast(1);
    return kind == RT_TANH_SLOPE ? one - y * y : y * (one - y);
}

/* An output whose slope is not flat. */
RT_INLINE rt_vector rt_steep(rt_slope_kind kind)
{
    return rt_broadcast(kind == RT_TANH_SLOPE ? 0 : kind == RT_RELU_SLOPE ? 1 : (rt_real)0.5);
}

/* ---- Values ---------------------------------------------------------------------------------- */

RT_INLINE void rt_tally(rt_vector y, rt_vector about, rt_vector *sum, rt_vector *squares)
{
    const rt_vector d = y - about;

    *sum += d;
    *squares += d * d;
}

/* What a block has added up, in its own precision, to sums in double: of columns, ... */
RT_INLINE void rt_add_columns(rt_vector x, double sum[RT_VECTOR_LANES])
{
    rt_half part[2];

    memcpy(part, &x, sizeof part);
    rt_add_half(part[0], sum);
    rt_add_half(part[1], sum + RT_HALF);
}

/* ... or of one unit. */
RT_INLINE void rt_add_chains(const rt_vector chain[RT_TALLY_CHAINS], double sum[RT_HALF])
{
    rt_add_folded((chain[0] + chain[1]) + (chain[2] + chain[3]), sum);
}

/* Counts by lane: slopes that are flat; of a ReLU those that are not. */
RT_INLINE void rt_add_lanes(rt_slope_kind kind, rt_vector y, rt_real limit, rt_bit_vector *count)
{
    if (kind == RT_RELU_SLOPE)
        rt_add_less(count, (rt_vector){ 0 }, y);
    else
        rt_add_less(count, rt_slope_of(kind, y), rt_broadcast(limit));
}

/* Counts in n rows, as rt_tally_rows takes them, where a tanh is flat somewhere: its largest
 * outputs tell, and to keep these takes less than to count. */
RT_INLINE void rt_count_flat_rows(const int vectors, size_t n, const rt_real *x, size_t apart,
                                  const rt_slope_kind kind, rt_real limit,
                                  const rt_vector peak[RT_STRIP_VECTORS],
                                  rt_bit_vector count[RT_STRIP_VECTORS])
{
    uint64_t flat = 0;

    for (int k = 0; k < vectors; k++)
        flat += rt_count_less(rt_slope_of(kind, peak[k]), rt_broadcast(limit));
    for (size_t i = 0; i < n && flat > 0; i++, x += apart)
        for (int k = 0; k < vectors; k++)
            rt_add_lanes(kind, rt_load(x + k * RT_VECTOR_LANES), limit, &count[k]);
}

/* Adds n rows of `vectors`, which lie `apart`, to the strip, at most RT_STRIP_ROWS of them; which
 * slopes are flat too, but for RT_ANY_SLOPE.  `vectors` and `kind` are literals. */
RT_INLINE void rt_tally_rows(const int vectors, size_t n, const rt_real *x, size_t apart,
                             const rt_slope_kind kind, rt_real limit, rt_strip *strip)
{
    rt_vector about[RT_STRIP_VECTORS], peak[RT_STRIP_VECTORS] = { { 0 } };
    rt_vector sum[RT_STRIP_VECTORS] = { { 0 } }, squares[RT_STRIP_VECTORS] = { { 0 } };
    rt_bit_vector count[RT_STRIP_VECTORS] = { { 0 } };
    const rt_real *row = x;

    memcpy(about, strip->about, sizeof about);
    for (size_t i = 0; i < n; i++, row += apart)
#pragma GCC unroll 4
        for (int k = 0; k < vectors; k++) {
            const rt_vector y = rt_held(rt_load(row + k * RT_VECTOR_LANES));
            rt_tally(y, about[k], &sum[k], &squares[k]);
            if (kind == RT_TANH_SLOPE)
                peak[k] = rt_larger_size(peak[k], y);
            else if (kind != RT_ANY_SLOPE)
                rt_add_lanes(kind, y, limit, &count[k]);
        }
    if (kind == RT_TANH_SLOPE)
        rt_count_flat_rows(vectors, n, x, apart, kind, limit, peak, count);
#pragma GCC unroll 4
    for (int k = 0; k < vectors; k++) {
        rt_bit_vector flat;
        rt_add_columns(sum[k], strip->sum + k * RT_VECTOR_LANES);
        rt_add_columns(squares[k], strip->squares + k * RT_VECTOR_LANES);
        if (kind == RT_ANY_SLOPE)
            continue;
        memcpy(&flat, strip->flat + k * RT_VECTOR_LANES, sizeof flat);
        flat += kind == RT_RELU_SLOPE ? (rt_bit_vector)((rt_bits)n - count[k]) : count[k];
        memcpy(strip->flat + k * RT_VECTOR_LANES, &flat, sizeof flat);
    }
}

/* ---- Runs of values that all are one unit's -------------------------------------------------- */

/* n runs of `count` values, which lie `apart`; `end` is behind the last value that may be read. */
typedef struct {
    size_t n, count, apart;
    const rt_real *end;
} rt_runs;

/* What is added up of a unit; the lanes are to be joined.  Aligned: sums that lie in two lines of
 * the cache are slow to come back. */
typedef struct {
    _Alignas(RT_VECTOR_BYTES) double sum[RT_HALF];      /* of value - about */
    double squares[RT_HALF];
    uint64_t flat;                  /* slopes under a limit */
} rt_unit_tally;

RT_INLINE uint64_t rt_count_flat(rt_slope_kind kind, rt_vector y, rt_real limit)
{
    if (kind == RT_RELU_SLOPE)
        return RT_VECTOR_LANES - rt_count_less((rt_vector){ 0 }, y);
    return rt_count_less(rt_slope_of(kind, y), rt_broadcast(limit));
}

/* One of the chains, and all slopes. */
RT_INLINE void rt_tally_lanes(rt_vector y, rt_vector about, const rt_slope_kind kind,
                              rt_real limit, rt_vector *sum, rt_vector *squares, uint64_t *flat)
{
    rt_tally(y, about, sum, squares);
    if (kind != RT_ANY_SLOPE)
        *flat += rt_count_flat(kind, y, limit);
}

#define RT_LANE_ITSELF(lane, unused) (lane)

/* Adds runs that are no more than a block.  Lanes behind the end of a run hold `first` or, where
 * slopes are counted, what is not flat. */
RT_INLINE void rt_tally_runs(const rt_runs *r, const rt_real *x, rt_real first,
                             const rt_slope_kind kind, rt_real limit, rt_unit_tally *u)
{
    enum { LANES = RT_VECTOR_LANES, LAST = RT_TALLY_CHAINS - 1 };
    const size_t rest = r->count % LANES;
    const rt_vector about = rt_broadcast(first), lane = { RT_LANE_LIST(RT_LANE_ITSELF, 0) };
    const rt_mask inside = lane < rt_broadcast((rt_real)rest);
    rt_vector sum[RT_TALLY_CHAINS] = { { 0 } }, squares[RT_TALLY_CHAINS] = { { 0 } };
    uint64_t flat = u->flat;

    for (size_t i = 0; i < r->n; i++, x += r->apart) {
        const rt_real *y = x, *end = x + (r->count - rest);
        for (; end - y >= RT_TALLY_STEP; y += RT_TALLY_STEP)
            for (int k = 0; k < RT_TALLY_CHAINS; k++)
                rt_tally_lanes(rt_load(y + k * LANES), about, kind, limit, &sum[k], &squares[k],
                               &flat);
        for (int k = 0; k < LAST; k++, y += LANES) {
            if (y == end)
                break;
            rt_tally_lanes(rt_load(y), about, kind, limit, &sum[k], &squares[k], &flat);
        }
        if (rest > 0) {
            const rt_vector few = r->end - y >= LANES ? rt_load(y) : rt_load_first(y, (int)rest);
            rt_tally(rt_choose(inside, few, about), about, &sum[LAST], &squares[LAST]);
            if (kind != RT_ANY_SLOPE)
                flat += rt_count_flat(kind, rt_choose(inside, few, rt_steep(kind)), limit);
        }
    }
    u->flat = flat;
    rt_add_chains(sum, u->sum);
    rt_add_chains(squares, u->squares);
}

/* ---- Slopes --------------------------------------------------------------------------------- */

enum { RT_SLOPE_COLUMNS = 64, RT_SLOPE_ROWS = 16 };

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
