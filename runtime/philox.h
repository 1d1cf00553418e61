/* philox.h -- random numbers from a counter: Philox4x32-10 (Salmon et al. 2011, "Parallel random
 * numbers: as easy as 1, 2, 3").  No state: a number is a function of what it is for. */
#ifndef RT_PHILOX_H
#define RT_PHILOX_H

#include <stddef.h>
#include <stdint.h>

/* What a stream of numbers is for; part of every counter.  Never renumber: runs would change. */
typedef enum {
    RT_FOR_INIT = 1, RT_FOR_SHUFFLE = 2, RT_FOR_SPLIT = 3, RT_FOR_DROPOUT = 4, RT_FOR_SYNTHETIC = 5,
    RT_FOR_AUGMENT = 6, RT_FOR_CHECK = 7
} rt_purpose;

/* One stream: key = seed; counter = (index, stream, step's low word, purpose and step's high
 * bits). */
typedef struct {
    uint64_t seed;
    rt_purpose purpose;
    uint32_t stream;                /* which tensor, which layer */
    uint64_t step;                  /* under 2^56 */
} rt_stream;

/* The raw generator, for the test against Random123's vectors. */
void rt_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Four words; index counts blocks of four. */
void rt_random4(const rt_stream *s, uint32_t index, uint32_t out[4]);

/* Value number `index` of the stream: in [0, 1) with 53 bits; standard normal (Box-Muller).  The
 * pair holds the normal values number 2 pair and 2 pair + 1. */
double rt_random_uniform(const rt_stream *s, uint32_t index);
double rt_random_normal(const rt_stream *s, uint32_t index);
void rt_random_normal_pair(const rt_stream *s, uint32_t pair, double out[2]);

/* A permutation of 0 .. n - 1 (Fisher-Yates). */
void rt_random_permutation(const rt_stream *s, size_t n, uint32_t *out);

/* FNV-1a of a path: the stream of a tensor or layer does not move when others are added. */
uint32_t rt_stream_of(const char *path);

#endif
