/* peak.c -- peak THREADS: multiply-adds in float that this machine reaches, in GFLOP/s (two for each),
 * with chains long enough to fill its pipes; the best of several short runs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef __AVX512F__
enum { BYTES = 64 };
#else
enum { BYTES = 32 };
#endif
enum { CHAINS = 12, LANES = BYTES / 4, TURNS = 4000000, MOST = 64 };

typedef float Vector __attribute__((vector_size(BYTES)));

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* x = x a + b, in chains that do not wait for each other and start apart: equal ones would be
 * compiled to one. */
static void *run(void *sum)
{
    Vector x[CHAINS], a, b;

    for (int i = 0; i < LANES; i++) {
        a[i] = 0.999f;
        b[i] = 0.001f * (float)i;
        for (int k = 0; k < CHAINS; k++)
            x[k][i] = (float)k;
    }
    for (int turn = 0; turn < TURNS; turn++)
        for (int k = 0; k < CHAINS; k++)
            x[k] = x[k] * a + b;
    for (int k = 1; k < CHAINS; k++)
        x[0] += x[k];
    *(float *)sum = x[0][0];
    return NULL;
}

static double gflops(int threads)
{
    pthread_t thread[MOST];
    float sum[MOST];
    const double start = now();

    for (int i = 1; i < threads; i++)
        pthread_create(&thread[i], NULL, run, &sum[i]);
    run(&sum[0]);
    for (int i = 1; i < threads; i++)
        pthread_join(thread[i], NULL);
    return 2.0 * CHAINS * LANES * TURNS * threads / (now() - start) * 1e-9;
}

int main(int argc, char **argv)
{
    const int threads = argc > 1 ? atoi(argv[1]) : 1;
    double best = 0;

    if (threads < 1 || threads > MOST) {
        fputs("usage: peak THREADS\n", stderr);
        return 2;
    }
    for (int i = 0; i < 5; i++) {
        const double rate = gflops(threads);
        best = rate > best ? rate : best;
    }
    printf("%.1f\n", best);
    return 0;
}
