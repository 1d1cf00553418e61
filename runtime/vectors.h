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

/* x, in a register: of what several operations take from memory gcc makes a load for each. */
RT_INLINE rt_vector rt_held(rt_vector x)
{
#if defined(__AVX512F__) || (defined(__AVX__) && RT_VECTOR_BYTES == 32)
    __asm__("" : "+v"(x));
#endif
    return x;
}

/* ---- Lanes of two vectors ------------------------------------------------------------------- */

/* of(0, d), of(1, d), ...: a number for each lane, or for those of the lower half. */
#define RT_LIST_2(of, at, d) of((at), d), of((at) + 1, d)
#define RT_LIST_4(of, at, d) RT_LIST_2(of, at, d), RT_LIST_2(of, (at) + 2, d)
#define RT_LIST_8(of, at, d) RT_LIST_4(of, at, d), RT_LIST_4(of, (at) + 4, d)
#define RT_LIST_16(of, at, d) RT_LIST_8(of, at, d), RT_LIST_8(of, (at) + 8, d)
#if RT_VECTOR_LANES == 2
#define RT_LANE_LIST(of, d) RT_LIST_2(of, 0, d)
#define RT_HALF_LIST(of, d) of(0, d)
#elif RT_VECTOR_LANES == 4
#define RT_LANE_LIST(of, d) RT_LIST_4(of, 0, d)
#define RT_HALF_LIST(of, d) RT_LIST_2(of, 0, d)
#elif RT_VECTOR_LANES == 8
#define RT_LANE_LIST(of, d) RT_LIST_8(of, 0, d)
#define RT_HALF_LIST(of, d) RT_LIST_4(of, 0, d)
#else
#define RT_LANE_LIST(of, d) RT_LIST_16(of, 0, d)
#define RT_HALF_LIST(of, d) RT_LIST_8(of, 0, d)
#endif
#define RT_ONE_IN_TWO(lane, first) (2 * (lane) + (first))
#define RT_ONE_OF_EACH(lane, first) (((lane) % 2 ? RT_VECTOR_LANES : 0) + (first) + (lane) / 2)

/* Of pairs in a and, behind these, in b: the first numbers, or the second ones. */
RT_INLINE rt_vector rt_even_lanes(rt_vector a, rt_vector b)
{
    return __builtin_shufflevector(a, b, RT_LANE_LIST(RT_ONE_IN_TWO, 0));
}
RT_INLINE rt_vector rt_odd_lanes(rt_vector a, rt_vector b)
{
    return __builtin_shufflevector(a, b, RT_LANE_LIST(RT_ONE_IN_TWO, 1));
}

/* Pairs of a number of a and one of b: those of the lower half of the lanes, or of the upper. */
RT_INLINE rt_vector rt_lower_pairs(rt_vector a, rt_vector b)
{
    return __builtin_shufflevector(a, b, RT_LANE_LIST(RT_ONE_OF_EACH, 0));
}
RT_INLINE rt_vector rt_upper_pairs(rt_vector a, rt_vector b)
{
    return __builtin_shufflevector(a, b, RT_LANE_LIST(RT_ONE_OF_EACH, RT_VECTOR_LANES / 2));
}

/* Ones and zeros, by lane: what a comparison gives. */
typedef __typeof__((rt_vector){ 0 } > (rt_vector){ 0 }) rt_mask;

/* a where m is ones, else b. */
RT_INLINE rt_vector rt_choose(rt_mask m, rt_vector a, rt_vector b)
{
    return (rt_vector)((m & (rt_mask)a) | (~m & (rt_mask)b));
}

/* In double, by halves. */
static inline double rt_sum_of_lanes(rt_vector x)
{
    double lane[RT_VECTOR_LANES / 2];

    for (int l = 0; l < RT_VECTOR_LANES / 2; l++)
        lane[l] = (double)x[l] + (double)x[RT_VECTOR_LANES / 2 + l];
    for (int half = RT_VECTOR_LANES / 4; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            lane[l] += lane[l + half];
    return lane[0];
}

/* Half of the lanes of a vector. */
enum { RT_HALF = RT_VECTOR_LANES / 2 };
typedef rt_real rt_half __attribute__((vector_size(RT_HALF * sizeof(rt_real))));
typedef double rt_half_doubles __attribute__((vector_size(RT_HALF * sizeof(double))));

/* Adds them to sums in double, ... */
RT_INLINE void rt_add_half(rt_half x, double sum[RT_HALF])
{
    rt_half_doubles all;

    memcpy(&all, sum, sizeof all);
    all += __builtin_convertvector(x, rt_half_doubles);
    memcpy(sum, &all, sizeof all);
}

/* ... or both halves of x, added to each other first. */
RT_INLINE void rt_add_folded(rt_vector x, double sum[RT_HALF])
{
    rt_half part[2];

    memcpy(part, &x, sizeof part);
    rt_add_half(part[0] + part[1], sum);
}

/* ---- Short runs ----------------------------------------------------------------------------- */

/* The first `count` lanes, 0 <= count <= RT_VECTOR_LANES: nothing behind them is touched; zeros are
 * loaded in their place. */
#if RT_VECTOR_BYTES == 64 && defined(__AVX512F__)
#include <immintrin.h>
#ifdef RT_DOUBLE
#define RT_LOAD_LANES(lanes, x) (rt_vector)_mm512_maskz_loadu_pd((__mmask8)(lanes), x)
#define RT_STORE_LANES(y, lanes, x) _mm512_mask_storeu_pd(y, (__mmask8)(lanes), (__m512d)(x))
#else
#define RT_LOAD_LANES(lanes, x) (rt_vector)_mm512_maskz_loadu_ps((__mmask16)(lanes), x)
#define RT_STORE_LANES(y, lanes, x) _mm512_mask_storeu_ps(y, (__mmask16)(lanes), (__m512)(x))
#endif
#define RT_IS_WHOLE(count) (__builtin_constant_p(count) && (count) == RT_VECTOR_LANES)
RT_INLINE rt_vector rt_load_first(const rt_real *x, int count)
{
    return RT_IS_WHOLE(count) ? rt_load(x) : RT_LOAD_LANES((1u << count) - 1, x);
}
RT_INLINE void rt_store_first(rt_real *y, rt_vector x, int count)
{
    if (RT_IS_WHOLE(count))
        rt_store(y, x);
    else
        RT_STORE_LANES(y, (1u << count) - 1, x);
}
#else
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

/* Copies n numbers in whole vectors, of which the last may begin in the one before it; fewer than
 * one vector has by fours, and one by one. */
RT_INLINE void rt_copy_few(int n, const rt_real *restrict x, rt_real *restrict y)
{
    enum { FEW = 4 };
    int j = 0;
    for (; j + RT_VECTOR_LANES <= n; j += RT_VECTOR_LANES) {
        rt_store(y + j, rt_load(x + j));
        __asm__("");                /* else gcc calls memmove for the few vectors of a row */
    }
    if (j < n && n >= RT_VECTOR_LANES)
        rt_store(y + n - RT_VECTOR_LANES, rt_load(x + n - RT_VECTOR_LANES));
    else {
        for (; j + FEW <= n; j += FEW)
            memcpy(y + j, x + j, FEW * sizeof *y);
        for (; j < n; j++) {
            y[j] = x[j];
            __asm__("");
        }
    }
}

#endif
