/* turns.h -- for benchmarks of kernels that take turns with each other and with the peak: processor
 * time, and multiply-adds at full speed. */
#ifndef TURNS_H
#define TURNS_H

#include "clock.h"
#include "kernels.h"

#include <stdlib.h>
#include <time.h>

/* Of all threads; the machine's other work does not lengthen it. */
static inline double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* GFLOP/s of one thread in a burst, which is too short for a clock that a host corrects. */
static inline double burst_rate(void)
{
    const double start = rt_seconds(), done = rt_burst();

    return done / (rt_seconds() - start) * 1e-9;
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
