/* count_turns.h -- values a turn at a time, as counts read them: their exponents as bytes, and
 * which of these are 0. */
#ifndef RT_COUNT_TURNS_H
#define RT_COUNT_TURNS_H

#include "exponents.h"
#include "squares.h"

enum { RT_GROUP = RT_VECTOR_BYTES };    /* values whose exponents make a vector of bytes */
_Static_assert(RT_SPAN % RT_SQUARES == 0 && RT_TURN % RT_GROUP == 0, "blocks and groups fit");

/* ---- Exponents ------------------------------------------------------------------------------- */

/* A real is taken by its bits, since a processor that flushes subnormals would take them for
 * zero. */
#ifdef RT_DOUBLE
enum { RT_EXPONENT_AT = 52 };
#define RT_SMALLEST 0x1p-1074

/* A float's exponent where a float has it, else that of the least or the largest. */
static inline uint8_t rt_byte_of(rt_bits bits)
{
    const int exponent = (int)(bits << 1 >> (RT_EXPONENT_AT + 1)), as_float = exponent - 1023 + 127;
    const int normal = as_float < 1 ? 1 : as_float > 254 ? 254 : as_float;
    return (uint8_t)(exponent == 0 ? 0 : exponent == 2047 ? RT_NONFINITE : normal);
}

static inline rt_bytes rt_exponents_of(const rt_vector *x)
{
    rt_bits bits[RT_GROUP];
    rt_bytes e;
    memcpy(bits, x, sizeof bits);
    for (int k = 0; k < RT_GROUP; k++)
        e[k] = rt_byte_of(bits[k]);
    return e;
}
#else
enum { RT_EXPONENT_AT = 23 };
#define RT_SMALLEST 0x1p-149

/* The upper halves of a's and b's values: sign, exponent, 7 bits. */
RT_INLINE rt_byte_pairs rt_upper_halves(rt_vector a, rt_vector b)
{
    return (rt_byte_pairs)rt_odd_pairs((rt_bytes)((rt_byte_fours)a >> 16), (rt_bytes)b);
}

/* In no order: they are only counted. */
RT_INLINE rt_bytes rt_exponents_of(const rt_vector *x)
{
    const rt_byte_pairs a = rt_upper_halves(x[0], x[1]), b = rt_upper_halves(x[2], x[3]);
    return rt_odd_bytes((rt_bytes)(a >> 7), (rt_bytes)(b + b));
}
#endif

/* What vectors of exponents have in them, by column. */
typedef struct {
    rt_bytes largest, nonzero;
} rt_columns;

/* The exponents of a turn of values, which go to e unless that is a literal NULL. */
RT_INLINE void rt_read_exponents(const rt_vector v[RT_CHAINS], uint8_t *e, rt_columns *c)
{
    for (int at = 0; at < RT_TURN; at += RT_GROUP) {
        const rt_bytes y = rt_exponents_of(v + at / RT_VECTOR_LANES);
        c->largest = rt_larger(c->largest, y);
        c->nonzero += rt_smaller(y, (rt_bytes){ 0 } + 1);
        if (e)
            memcpy(e + at, &y, sizeof y);
    }
}

/* Of n values, whose exponents, with zeros between them, take `end` bytes, kept or not. */
static inline void rt_end_span(size_t n, size_t end, const rt_columns *c, rt_exponents *to)
{
    to->n = n;
    to->largest = rt_largest_byte(c->largest);
    to->zeros = (uint32_t)n - rt_sum_bytes(c->nonzero);
    to->vectors = (end / RT_GROUP + RT_TOGETHER - 1) / RT_TOGETHER * RT_TOGETHER;
}

/* Zeros behind the exponents, up to where rt_count_exponents reads; after rt_end_span. */
static inline void rt_pad_span(size_t end, rt_exponents *to)
{
    memset(to->e + end, 0, to->vectors * RT_VECTOR_BYTES - end);
}

#endif
