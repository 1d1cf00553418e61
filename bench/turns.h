/* turns.h -- for benchmarks of kernels that take turns with each other and with the peak: processor
 * time, and multiply-adds at full speed. */
#ifndef TURNS_H
#define TURNS_H

#include "kernels.h"

#include <stdlib.h>
#include <time.h>

static inline double read_clock(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Of all threads; the machine's other work does not lengthen it. */
static inline double now(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

/* GFLOP/s of one thread in a burst, which is too short for a clock that a host corrects. */
static inline double burst_rate(void)
{
    const double start = read_clock(CLOCK_MONOTONIC), done = rt_burst();

    return done / (read_clock(CLOCK_MONOTONIC) - start) * 1e-9;
}

static inline double greater(double a, double b) { return a > b ? a : b; }
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
