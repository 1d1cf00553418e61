/* turns.h -- for benchmarks of kernels that take turns with each other and with the peak: processor
 * time, and multiply-adds at full speed. */
#ifndef TURNS_H
#define TURNS_H

#include "netrt.h"

#include <stdlib.h>
#include <time.h>

enum { CHAINS = 12, BYTES = 32, LANES = BYTES / (int)sizeof(rt_real), TURNS = 3000, ROUNDS = 2000 };

typedef rt_real Vector __attribute__((vector_size(BYTES)));

static inline double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Seconds of CHAINS x TURNS multiply-adds of vectors that do not wait for each other. */
static inline double time_peak(void)
{
    Vector x[CHAINS], a, b;

    for (int i = 0; i < LANES; i++) {
        a[i] = (rt_real)0.999;
        b[i] = (rt_real)0.001 * (rt_real)i;
    }
    for (int k = 0; k < CHAINS; k++)
        x[k] = b + (rt_real)k;
    const double start = now();
    for (int turn = 0; turn < TURNS; turn++)
        for (int k = 0; k < CHAINS; k++)
            x[k] = x[k] * a + b;
    const double seconds = now() - start;
    for (int k = 1; k < CHAINS; k++)
        x[0] += x[k];
    volatile rt_real kept = x[0][0];
    (void)kept;
    return seconds;
}

/* GFLOP/s of a time_peak. */
static inline double peak_rate(double seconds) { return 2e-9 * CHAINS * LANES * TURNS / seconds; }

static inline double lesser(double a, double b) { return a < b ? a : b; }

static inline rt_real *make_array(size_t n)
{
    rt_real *x = malloc(n * sizeof *x);

    if (!x)
        exit(1);
    for (size_t i = 0; i < n; i++)
        x[i] = (rt_real)(i % 17) / (rt_real)17;
    return x;
}

#endif
