/* philox_blocks.h -- many blocks of Philox at once, in a form that compiles to vector instructions;
 * a header, so that it is compiled with the flags of the kernel that draws. */
#ifndef RT_PHILOX_BLOCKS_H
#define RT_PHILOX_BLOCKS_H

#include "philox.h"

enum { RT_PHILOX_LANES = 32, RT_PHILOX_ROUNDS = 10 };
#define RT_PHILOX_M0 0xD2511F53u    /* the paper's multipliers ... */
#define RT_PHILOX_M1 0xCD9E8D57u
#define RT_PHILOX_W0 0x9E3779B9u    /* ... and steps of the key: golden ratio, sqrt(3) - 1 */
#define RT_PHILOX_W1 0xBB67AE85u

static inline void rt_philox_counter(const rt_stream *s, uint32_t index, uint32_t counter[4],
                                     uint32_t key[2])
{
    counter[0] = index;
    counter[1] = s->stream;
    counter[2] = (uint32_t)s->step;
    counter[3] = (uint32_t)s->purpose | (uint32_t)(s->step >> 32) << 8;
    key[0] = (uint32_t)s->seed;
    key[1] = (uint32_t)(s->seed >> 32);
}

/* Blocks counter .. counter + RT_PHILOX_LANES - 1.  Gcc 12 unrolls fewer lanes and leaves
 * them scalar. */
static inline void rt_philox_lanes(const uint32_t counter[4], const uint32_t key[2], uint32_t *out)
{
    uint32_t c0[RT_PHILOX_LANES], c1[RT_PHILOX_LANES], c2[RT_PHILOX_LANES], c3[RT_PHILOX_LANES];
    uint32_t k0 = key[0], k1 = key[1];

    for (uint32_t l = 0; l < RT_PHILOX_LANES; l++) {
        c0[l] = counter[0] + l;
        c1[l] = counter[1];
        c2[l] = counter[2];
        c3[l] = counter[3];
    }
    for (int i = 0; i < RT_PHILOX_ROUNDS; i++, k0 += RT_PHILOX_W0, k1 += RT_PHILOX_W1) {
        for (int l = 0; l < RT_PHILOX_LANES; l++) {
            const uint64_t p0 = (uint64_t)RT_PHILOX_M0 * c0[l];
            const uint64_t p1 = (uint64_t)RT_PHILOX_M1 * c2[l];
            c0[l] = (uint32_t)(p1 >> 32) ^ c1[l] ^ k0;
            c1[l] = (uint32_t)p1;
            c2[l] = (uint32_t)(p0 >> 32) ^ c3[l] ^ k1;
            c3[l] = (uint32_t)p0;
        }
    }
    for (int l = 0; l < RT_PHILOX_LANES; l++) {
        out[4 * l] = c0[l];
        out[4 * l + 1] = c1[l];
        out[4 * l + 2] = c2[l];
        out[4 * l + 3] = c3[l];
    }
}

/* n blocks from number `index` on: 4 n words, and room for 4 n rounded up to whole lanes. */
static inline void rt_random_blocks(const rt_stream *s, uint32_t index, size_t n, uint32_t *out)
{
    uint32_t counter[4], key[2];
    rt_philox_counter(s, index, counter, key);
    for (size_t i = 0; i < n; i += RT_PHILOX_LANES, counter[0] += RT_PHILOX_LANES)
        rt_philox_lanes(counter, key, out + 4 * i);
}

#endif
