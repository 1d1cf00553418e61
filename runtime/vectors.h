/* vectors.h -- the machine's vectors of reals, by GCC's vector extensions.
 *
 * As wide as the widest that the compiler's flags allow: 64 bytes (AVX-512), 32 (AVX), else 16
 * (SSE2, NEON; without a vector unit the compiler takes them apart).  A vector wider than the
 * machine's is slower by far than one of its own width.  Arithmetic is C's on whole vectors:
 * `sum += a * b` is one multiply-add under -ffp-contract=fast. */
#ifndef RT_VECTORS_H
#define RT_VECTORS_H

#include "netrt.h"

#include <string.h>

#if defined(RT_VECTOR_BYTES)        /* set by hand: a width that this machine lacks, for tests */
#elif defined(__AVX512F__)
#define RT_VECTOR_BYTES 64
#elif defined(__AVX__)
#define RT_VECTOR_BYTES 32
#else
#define RT_VECTOR_BYTES 16
#endif

/* Vectors that the machine holds in registers at once. */
#if defined(__AVX512F__) || defined(__aarch64__)
#define RT_VECTOR_REGISTERS 32
#else
#define RT_VECTOR_REGISTERS 16
#endif

#ifdef RT_DOUBLE
#define RT_VECTOR_LANES (RT_VECTOR_BYTES / 8)
#else
#define RT_VECTOR_LANES (RT_VECTOR_BYTES / 4)
#endif

/* May point at any rt_real: `aligned` is of rt_vector at multiples of RT_VECTOR_BYTES alone. */
typedef rt_real rt_vector __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));
typedef rt_real rt_vector_anywhere
    __attribute__((vector_size(RT_VECTOR_BYTES), may_alias, aligned(sizeof(rt_real))));

#define RT_INLINE static inline __attribute__((always_inline))

RT_INLINE rt_vector rt_load(const rt_real *x) { return *(const rt_vector_anywhere *)x; }
RT_INLINE rt_vector rt_load_aligned(const rt_real *x)
{
    return *(const rt_vector *)(const void *)x;
}
RT_INLINE void rt_store(rt_real *y, rt_vector x) { *(rt_vector_anywhere *)y = x; }
RT_INLINE void rt_store_aligned(rt_real *y, rt_vector x) { *(rt_vector *)(void *)y = x; }

/* x in every lane: x - 0 is x, of -0 and NaN too. */
RT_INLINE rt_vector rt_broadcast(rt_real x) { return x - (rt_vector){ 0 }; }

/* The first `count` lanes, 0 <= count <= RT_VECTOR_LANES: nothing behind them is touched; zeros are
 * loaded in their place. */
RT_INLINE rt_vector rt_load_first(const rt_real *x, int count)
{
    rt_vector y = { 0 };
    memcpy(&y, x, (size_t)count * sizeof *x);
    return y;
}
RT_INLINE void rt_store_first(rt_real *y, rt_vector x, int count)
{
    memcpy(y, &x, (size_t)count * sizeof *y);
}

#endif
