/* byte_vectors.h -- what machines do with vectors of bytes and GCC's extensions have no word for: a
 * look-up in a table of 16, the larger or smaller of two, sums, logic of three, a choice by place;
 * in how many lanes one real is less than another.  Without such a machine, plain C. */
#ifndef RT_BYTE_VECTORS_H
#define RT_BYTE_VECTORS_H

#include "vectors.h"

typedef uint8_t rt_bytes __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));
typedef uint16_t rt_byte_pairs __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));
typedef uint32_t rt_byte_fours __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));

RT_INLINE rt_bytes rt_load_bytes(const uint8_t *x)
{
    rt_bytes y;
    memcpy(&y, x, sizeof y);
    return y;
}

#if RT_VECTOR_BYTES == 64 && defined(__AVX512BW__)
#include <immintrin.h>
#define RT_BYTE_TABLES
#define RT_LOGIC_OF_THREE
enum { RT_PLACES = 0x70 };
/* What rt_look_up takes for a place: one of 0 .. 15, and of 16 .. 255 what is none of them.  Where
 * there are no places from 256 - RT_PLACES on, it is the place and RT_PLACES more. */
RT_INLINE rt_bytes rt_place(rt_bytes x)
{
    return (rt_bytes)_mm512_adds_epu8((__m512i)x, _mm512_set1_epi8(RT_PLACES));
}
/* table[place] in each lane, 0 where there is no place; a table repeats its 16 bytes. */
RT_INLINE rt_bytes rt_look_up(rt_bytes table, rt_bytes place)
{
    return (rt_bytes)_mm512_shuffle_epi8((__m512i)table, (__m512i)place);
}
RT_INLINE rt_bytes rt_larger(rt_bytes a, rt_bytes b)
{
    return (rt_bytes)_mm512_max_epu8((__m512i)a, (__m512i)b);
}
RT_INLINE rt_bytes rt_smaller(rt_bytes a, rt_bytes b)
{
    return (rt_bytes)_mm512_min_epu8((__m512i)a, (__m512i)b);
}
RT_INLINE uint32_t rt_sum_bytes(rt_bytes x)
{
    const __m512i eighths = _mm512_sad_epu8((__m512i)x, _mm512_setzero_si512());
    return (uint32_t)_mm512_reduce_add_epi64(eighths);
}
RT_INLINE rt_bytes rt_odd_of_three(rt_bytes a, rt_bytes b, rt_bytes c)
{
    return (rt_bytes)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0x96);
}
RT_INLINE rt_bytes rt_most_of_three(rt_bytes a, rt_bytes b, rt_bytes c)
{
    return (rt_bytes)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0xe8);
}
#elif RT_VECTOR_BYTES == 32 && defined(__AVX2__)
#include <immintrin.h>
#define RT_BYTE_TABLES
enum { RT_PLACES = 0x70 };
RT_INLINE rt_bytes rt_place(rt_bytes x)
{
    return (rt_bytes)_mm256_adds_epu8((__m256i)x, _mm256_set1_epi8(RT_PLACES));
}
RT_INLINE rt_bytes rt_look_up(rt_bytes table, rt_bytes place)
{
    return (rt_bytes)_mm256_shuffle_epi8((__m256i)table, (__m256i)place);
}
RT_INLINE rt_bytes rt_larger(rt_bytes a, rt_bytes b)
{
    return (rt_bytes)_mm256_max_epu8((__m256i)a, (__m256i)b);
}
RT_INLINE rt_bytes rt_smaller(rt_bytes a, rt_bytes b)
{
    return (rt_bytes)_mm256_min_epu8((__m256i)a, (__m256i)b);
}
RT_INLINE uint32_t rt_sum_bytes(rt_bytes x)
{
    const __m256i quarters = _mm256_sad_epu8((__m256i)x, _mm256_setzero_si256());
    const __m128i halves = _mm_add_epi32(_mm256_castsi256_si128(quarters),
                                         _mm256_extracti128_si256(quarters, 1));
    return (uint32_t)(_mm_cvtsi128_si32(halves) + _mm_extract_epi16(halves, 4));
}
#elif RT_VECTOR_BYTES == 16 && defined(__SSSE3__)
#include <tmmintrin.h>
#define RT_BYTE_TABLES
enum { RT_PLACES = 0x70 };
RT_INLINE rt_bytes rt_place(rt_bytes x)
{
    return (rt_bytes)_mm_adds_epu8((__m128i)x, _mm_set1_epi8(RT_PLACES));
}
RT_INLINE rt_bytes rt_look_up(rt_bytes table, rt_bytes place)
{
    return (rt_bytes)_mm_shuffle_epi8((__m128i)table, (__m128i)place);
}
RT_INLINE rt_bytes rt_larger(rt_bytes a, rt_bytes b)
{
    return (rt_bytes)_mm_max_epu8((__m128i)a, (__m128i)b);
}
RT_INLINE rt_bytes rt_smaller(rt_bytes a, rt_bytes b)
{
    return (rt_bytes)_mm_min_epu8((__m128i)a, (__m128i)b);
}
RT_INLINE uint32_t rt_sum_bytes(rt_bytes x)
{
    const __m128i halves = _mm_sad_epu8((__m128i)x, _mm_setzero_si128());
    return (uint32_t)(_mm_cvtsi128_si32(halves) + _mm_extract_epi16(halves, 4));
}
#elif RT_VECTOR_BYTES == 16 && defined(__aarch64__)
#include <arm_neon.h>
#define RT_BYTE_TABLES
enum { RT_PLACES = 0 };
RT_INLINE rt_bytes rt_place(rt_bytes x) { return x; }
RT_INLINE rt_bytes rt_look_up(rt_bytes table, rt_bytes place)
{
    return (rt_bytes)vqtbl1q_u8((uint8x16_t)table, (uint8x16_t)place);
}
RT_INLINE rt_bytes rt_larger(rt_bytes a, rt_bytes b)
{
    return (rt_bytes)vmaxq_u8((uint8x16_t)a, (uint8x16_t)b);
}
RT_INLINE rt_bytes rt_smaller(rt_bytes a, rt_bytes b)
{
    return (rt_bytes)vminq_u8((uint8x16_t)a, (uint8x16_t)b);
}
RT_INLINE uint32_t rt_sum_bytes(rt_bytes x) { return vaddlvq_u8((uint8x16_t)x); }
#else
RT_INLINE rt_bytes rt_larger(rt_bytes a, rt_bytes b)
{
    const rt_bytes more = (rt_bytes)(a > b);
    return (a & more) | (b & ~more);
}
RT_INLINE rt_bytes rt_smaller(rt_bytes a, rt_bytes b)
{
    const rt_bytes more = (rt_bytes)(a > b);
    return (b & more) | (a & ~more);
}
RT_INLINE uint32_t rt_sum_bytes(rt_bytes x)
{
    uint32_t sum = 0;
    for (int l = 0; l < RT_VECTOR_BYTES; l++)
        sum += x[l];
    return sum;
}
#endif

/* Bit by bit: the sum of three without its carry, and the carry. */
#ifndef RT_LOGIC_OF_THREE
RT_INLINE rt_bytes rt_odd_of_three(rt_bytes a, rt_bytes b, rt_bytes c) { return a ^ b ^ c; }
RT_INLINE rt_bytes rt_most_of_three(rt_bytes a, rt_bytes b, rt_bytes c)
{
    return (a & b) | ((a ^ b) & c);
}
#endif

/* Bit l: byte l of what a comparison gave. */
RT_INLINE uint64_t rt_lane_bits(rt_bytes x)
{
#if RT_VECTOR_BYTES == 64 && defined(__AVX512BW__)
    return _mm512_movepi8_mask((__m512i)x);
#elif RT_VECTOR_BYTES == 32 && defined(__AVX2__)
    return (uint32_t)_mm256_movemask_epi8((__m256i)x);
#else
    uint64_t lanes = 0;
    for (int l = 0; l < RT_VECTOR_BYTES; l++)
        lanes |= (uint64_t)(x[l] & 1) << l;
    return lanes;
#endif
}

#ifdef RT_DOUBLE
typedef uint64_t rt_bits;
#else
typedef uint32_t rt_bits;
#endif
typedef rt_bits rt_bit_vector __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));

/* count[l] += a[l] < b[l] */
RT_INLINE void rt_add_less(rt_bit_vector *count, rt_vector a, rt_vector b)
{
#if RT_VECTOR_BYTES == 64 && defined(__AVX512BW__) && defined(RT_DOUBLE)
    const __mmask8 less = _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ);
    const __m512i old = (__m512i)*count;
    *count = (rt_bit_vector)_mm512_mask_sub_epi64(old, less, old, _mm512_set1_epi64(-1));
#elif RT_VECTOR_BYTES == 64 && defined(__AVX512BW__)
    const __mmask16 less = _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ);
    const __m512i old = (__m512i)*count;
    *count = (rt_bit_vector)_mm512_mask_sub_epi32(old, less, old, _mm512_set1_epi32(-1));
#else
    *count -= (rt_bit_vector)(a < b);
#endif
}

/* By lane the larger of a size, which is no NaN, and of that of x; a NaN that computing has made in
 * x is none. */
RT_INLINE rt_vector rt_larger_size(rt_vector size, rt_vector x)
{
#if RT_VECTOR_BYTES == 64 && defined(__AVX512DQ__) && !defined(RT_DOUBLE)
    return (rt_vector)_mm512_range_ps((__m512)size, (__m512)x, 0xb);
#else
    const rt_vector y = (rt_vector)((rt_mask)x & ~(rt_mask)rt_broadcast((rt_real)-0.0));
    return rt_choose(size < y, y, size);
#endif
}

/* In how many lanes a < b. */
RT_INLINE uint64_t rt_count_less(rt_vector a, rt_vector b)
{
#if RT_VECTOR_BYTES == 64 && defined(__AVX512BW__) && defined(RT_DOUBLE)
    return (uint64_t)__builtin_popcount(_mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ));
#elif RT_VECTOR_BYTES == 64 && defined(__AVX512BW__)
    return (uint64_t)__builtin_popcount(_mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ));
#elif RT_VECTOR_BYTES == 32 && defined(__AVX2__) && defined(RT_DOUBLE)
    return (uint64_t)__builtin_popcount((unsigned)_mm256_movemask_pd((__m256d)(a < b)));
#elif RT_VECTOR_BYTES == 32 && defined(__AVX2__)
    return (uint64_t)__builtin_popcount((unsigned)_mm256_movemask_ps((__m256)(a < b)));
#else
    const rt_mask less = a < b;
    uint64_t count = 0;
    for (int l = 0; l < RT_VECTOR_LANES; l++)
        count += (uint64_t)(less[l] & 1);
    return count;
#endif
}

/* rt_odd_bytes: a's even bytes and b's odd ones.
 * rt_odd_pairs: the same by pairs of bytes, where a has zeros in the odd ones.
 * rt_sum_four: the sums of the bytes of each of four vectors, which are under 2^16.
 * rt_largest_byte: the largest byte. */
#if RT_VECTOR_BYTES == 32 && defined(__AVX2__)
RT_INLINE rt_bytes rt_odd_bytes(rt_bytes a, rt_bytes b)
{
    return (rt_bytes)_mm256_blendv_epi8((__m256i)a, (__m256i)b, _mm256_set1_epi16(-256));
}
RT_INLINE rt_bytes rt_odd_pairs(rt_bytes a, rt_bytes b)
{
    return (rt_bytes)_mm256_blend_epi16((__m256i)a, (__m256i)b, 0xaa);
}
RT_INLINE void rt_sum_four(const rt_bytes *x, uint16_t *sum)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i all = zero;                         /* sums of quarters, four in 64 bits */
    for (int k = 3; k >= 0; k--)
        all = _mm256_or_si256(_mm256_slli_epi64(all, 16), _mm256_sad_epu8((__m256i)x[k], zero));
    const __m128i half = _mm_add_epi16(_mm256_castsi256_si128(all),
                                       _mm256_extracti128_si256(all, 1));
    const uint64_t sums = (uint64_t)_mm_cvtsi128_si64(
        _mm_add_epi16(half, _mm_unpackhi_epi64(half, half)));
    memcpy(sum, &sums, sizeof sums);
}
RT_INLINE uint8_t rt_largest_byte(rt_bytes x)
{
    const rt_bytes rest = ~x;                   /* the least of these */
    const __m128i half = _mm_min_epu8(_mm256_castsi256_si128((__m256i)rest),
                                      _mm256_extracti128_si256((__m256i)rest, 1));
    const __m128i least = _mm_minpos_epu16(_mm_min_epu8(half, _mm_srli_epi16(half, 8)));
    return (uint8_t)~_mm_cvtsi128_si32(least);
}
#else
RT_INLINE rt_bytes rt_odd_bytes(rt_bytes a, rt_bytes b)
{
    return b ^ ((a ^ b) & (rt_bytes)((rt_byte_pairs){ 0 } + 0xff));
}
RT_INLINE rt_bytes rt_odd_pairs(rt_bytes a, rt_bytes b)
{
    return (rt_bytes)((rt_byte_fours)a | ((rt_byte_fours)b & 0xffff0000u));
}
RT_INLINE void rt_sum_four(const rt_bytes *x, uint16_t *sum)
{
#if RT_VECTOR_BYTES == 64 && defined(__AVX512BW__)
    const __m512i zero = _mm512_setzero_si512();
    __m512i all = zero;                         /* sums of eighths, four in 64 bits */
    for (int k = 3; k >= 0; k--)
        all = _mm512_or_si512(_mm512_slli_epi64(all, 16), _mm512_sad_epu8((__m512i)x[k], zero));
    const uint64_t sums = (uint64_t)_mm512_reduce_add_epi64(all);
    memcpy(sum, &sums, sizeof sums);
#else
    for (int k = 0; k < 4; k++)
        sum[k] = (uint16_t)rt_sum_bytes(x[k]);
#endif
}
RT_INLINE uint8_t rt_largest_byte(rt_bytes x)
{
    uint8_t largest = 0;
    for (int l = 0; l < RT_VECTOR_BYTES; l++)
        largest = x[l] > largest ? x[l] : largest;
    return largest;
}
#endif

#endif
