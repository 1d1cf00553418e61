/* peak.c -- peak THREADS: multiply-adds in float that this machine reaches, in GFLOP/s (two for each);
 * the best of many short runs. */
#include "kernels.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 5 };

int main(int argc, char **argv)
{
    rt_pool *pool = rt_pool_new(argc > 1 ? atoi(argv[1]) : 1);
    double best = 0;

    if (!pool) {
        fputs("usage: peak THREADS\n", stderr);
        return 2;
    }
    for (int i = 0; i < RUNS; i++)
        best = fmax(best, rt_peak(pool));
    printf("%.1f\n", best);
    rt_pool_free(pool);
    return 0;
}
