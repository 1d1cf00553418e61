/* real_peak.c -- the multiply-adds that this machine reaches, measured in a short burst. */
#include "clock.h"
#include "kernels.h"
#include "vectors.h"

enum { CHAINS = 12, TURNS = 20000, TILES_A_THREAD = 4 };

/* Of bursts of a millisecond or less, so that one of them is undisturbed: long enough, too, for a
 * sleeping thread to be woken and moved to a processor of its own. */
static const double seconds = 0.2;

/* x = x a + b, in chains that do not wait for each other and start apart: equal ones would be
 * compiled to one. */
double rt_burst(void)
{
    rt_vector x[CHAINS], a = { 0 }, b = { 0 };

    for (int l = 0; l < RT_VECTOR_LANES; l++) {
        a[l] = RT_C(0.999);
        b[l] = RT_C(0.001) * (rt_real)l;
        for (int k = 0; k < CHAINS; k++)
            x[k][l] = (rt_real)k;
    }
    for (int turn = 0; turn < TURNS; turn++)
        for (int k = 0; k < CHAINS; k++)
            x[k] = x[k] * a + b;
    for (int k = 1; k < CHAINS; k++)
        x[0] += x[k];
    volatile rt_real kept = x[0][0];            /* so that it is computed */
    (void)kept;
    return 2.0 * CHAINS * RT_VECTOR_LANES * TURNS;
}

static void burst_tile(void *arg, int tile)
{
    double *done = arg;
    done[tile] = rt_burst();
}

double rt_peak(rt_pool *pool)
{
    const int wanted = rt_pool_threads(pool) * TILES_A_THREAD;
    const int tiles = wanted < RT_MAX_TILES ? wanted : RT_MAX_TILES;
    double done[RT_MAX_TILES], best = 0, now = rt_seconds();

    for (const double end = now + seconds; now < end;) {
        const double start = now;
        rt_parallel(pool, tiles, burst_tile, done);
        now = rt_seconds();
        best = fmax(best, rt_sum_tiles(done, tiles) / (now - start));
    }
    return best * 1e-9;
}
