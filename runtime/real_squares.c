/* real_squares.c -- the sum of squares of reals: short blocks of floats, summed in double.
 *
 * One function, not inlined: whoever asks for the same values gets the same bits. */
#include "kernels.h"
#include "sums.h"
#include "vectors.h"

enum { CHAINS = 4, TURNS = 16, BLOCK = CHAINS * TURNS * RT_VECTOR_LANES };

/* A block's, in the precision of the values. */
static inline double block_squares(const rt_real *x)
{
    rt_vector chain[CHAINS] = { { 0 } };
    for (int turn = 0; turn < TURNS; turn++)
        for (int k = 0; k < CHAINS; k++) {
            const rt_vector v = rt_load(x + (turn * CHAINS + k) * RT_VECTOR_LANES);
            chain[k] += v * v;
        }
    chain[0] = (chain[0] + chain[1]) + (chain[2] + chain[3]);
    double sum = 0;
    for (int l = 0; l < RT_VECTOR_LANES; l++)
        sum += (double)chain[0][l];
    return sum;
}

/* Blocks are summed in double.  So are the values of a block whose squares float has no room for,
 * or hardly: over LEAST, those that underflowed would not have been seen. */
#define LEAST 0x1p-80

double rt_sum_squares(size_t n, const rt_real *x)
{
    double sum = 0;
    size_t i = 0;
    for (; i + BLOCK <= n; i += BLOCK) {
        const double block = block_squares(x + i);
        sum += block > LEAST && block < (double)INFINITY
             ? block : rt_sum_products(BLOCK, x + i, 0, x + i, 0);
    }
    const size_t rest = n % BLOCK;
    return sum + rt_sum_products(rest, x + i, 0, x + i, 0);
}
