/* squares.h -- sums of squares of blocks of reals, in the precision of the values: short ones, so
 * that their sums in double are as good as sums of doubles. */
#ifndef RT_SQUARES_H
#define RT_SQUARES_H

#include "sums.h"
#include "vectors.h"

enum {
    RT_CHAINS = 8,                  /* sums that do not wait for each other */
    RT_TURN = RT_CHAINS * RT_VECTOR_LANES,      /* values that meet each of them once */
    RT_TURNS = 16,
    RT_SQUARES = RT_TURNS * RT_TURN             /* values of a block; the last may be shorter */
};

/* A block's sum of squares so far. */
typedef struct {
    rt_vector chain[RT_CHAINS];
} rt_chains;

RT_INLINE void rt_add_square(rt_chains *s, int chain, rt_vector x) { s->chain[chain] += x * x; }

RT_INLINE rt_vector rt_join_chains(const rt_chains *s)
{
    const rt_vector *c = s->chain;
    return ((c[0] + c[1]) + (c[2] + c[3])) + ((c[4] + c[5]) + (c[6] + c[7]));
}

/* The sum of the block of n values at x, which went into s: of those whose squares the precision
 * has no room for, or hardly, summed again in double. */
static inline double rt_sum_chains(const rt_chains *s, size_t n, const rt_real *x)
{
    const double sum = rt_sum_of_lanes(rt_join_chains(s));
    return rt_squares_are_safe(sum) ? sum : rt_sum_products(n, x, 0, x, 0);
}

#endif
