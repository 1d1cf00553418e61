/* philox.c -- Philox4x32-10 (Salmon et al. 2011) and what is drawn from it. */
#include "philox_blocks.h"

#include <math.h>

void rt_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];

    for (int i = 0; i < RT_PHILOX_ROUNDS; i++, k0 += RT_PHILOX_W0, k1 += RT_PHILOX_W1) {
        const uint64_t p0 = (uint64_t)RT_PHILOX_M0 * c0, p1 = (uint64_t)RT_PHILOX_M1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void rt_random4(const rt_stream *s, uint32_t index, uint32_t out[4])
{
    uint32_t counter[4], key[2];
    rt_philox_counter(s, index, counter, key);
    rt_philox4x32(counter, key, out);
}

/* 53 bits of two words, as a multiple of 2^-53 */
static double uniform_of(const uint32_t word[2])
{
    const uint64_t bits = ((uint64_t)word[0] << 32 | word[1]) >> 11;
    return (double)bits * 0x1p-53;
}

double rt_random_uniform(const rt_stream *s, uint32_t index)
{
    uint32_t word[4];
    rt_random4(s, index / 2, word);
    return uniform_of(word + index % 2 * 2);
}

/* Box and Muller 1958: sqrt(-2 ln u) (cos, sin)(2 pi v) of uniform u in (0, 1], v in [0, 1) */
void rt_random_normal_pair(const rt_stream *s, uint32_t pair, double out[2])
{
    uint32_t word[4];
    rt_random4(s, pair, word);
    const double radius = sqrt(-2.0 * log(1.0 - uniform_of(word)));
    const double angle = 6.283185307179586 * uniform_of(word + 2);
    out[0] = radius * cos(angle);
    out[1] = radius * sin(angle);
}

double rt_random_normal(const rt_stream *s, uint32_t index)
{
    double pair[2];
    rt_random_normal_pair(s, index / 2, pair);
    return pair[index % 2];
}

void rt_random_permutation(const rt_stream *s, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        const size_t j = (size_t)(rt_random_uniform(s, (uint32_t)(i - 1)) * (double)i);
        const uint32_t last = out[i - 1];
        out[i - 1] = out[j];
        out[j] = last;
    }
}

uint32_t rt_stream_of(const char *path)
{
    uint32_t hash = 2166136261u;
    for (; *path; path++)
        hash = (hash ^ (uint8_t)*path) * 16777619u;
    return hash;
}
