/* exponents.h -- the exponents of a span of values, as bytes, and how many of them are which. */
#ifndef RT_EXPONENTS_H
#define RT_EXPONENTS_H

#include "byte_vectors.h"

enum {
    RT_SPAN = 128 * RT_VECTOR_BYTES,    /* exponents at most: a byte counts its column */
    RT_TOGETHER = 8,                    /* vectors of bytes that are counted at once */
    RT_NONFINITE = 255                  /* the exponent of what is not finite */
};

/* Exponents as a float stores them, 127 more than they are, with zeros behind them. */
typedef struct {
    size_t n, vectors;              /* values; vectors of bytes, a multiple of RT_TOGETHER */
    uint32_t zeros;                 /* exponents of 0 */
    uint8_t largest;
    _Alignas(RT_VECTOR_BYTES) uint8_t e[RT_SPAN];
} rt_exponents;

#define rt_count_exponents RT_NAME(rt_count_exponents)

/* Adds those above 0 to out->bin and out->nonfinite. */
void rt_count_exponents(const rt_exponents *x, rt_counts *out);

#endif
