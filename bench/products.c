/* products.c -- the matrix products of bench/nets, natively and over OpenBLAS, beside the peak: one
 * thread, in turns, the best turn of each. */
#include "turns.h"

#include <stdio.h>

static const double seconds_a_product = 0.4;

typedef enum { FORWARD, DX, DW } direction;
static const char *const direction_name[] = { "y = x w'", "dx = dy w", "dw = dy' x" };

typedef struct {
    int n, out, in;
} shape;

static const shape shapes[] = {
    { 64, 128, 784 }, { 64, 64, 128 }, { 64, 10, 64 }, { 128, 100, 100 }, { 128, 100, 784 },
    { 128, 256, 256 }, { 256, 1024, 1024 }, { 256, 1024, 784 }, { 3200, 512, 128 },
    { 256, 2048, 2048 }
};
enum { SHAPES = sizeof shapes / sizeof *shapes, ROUNDS = 2000 };

typedef struct {
    rt_real *x, *w, *b, *y;
} arrays;

static double time_product(rt_pool *pool, const shape *s, direction d, rt_gemm gemm,
                           const arrays *m)
{
    rt_pass c = { .rows = s->n, .gemm = gemm, .pool = pool };
    const double start = now();

    if (d == FORWARD)
        rt_affine(&c, s->n, s->out, s->in, m->x, m->w, m->b, NULL, m->y);
    else if (d == DX)
        rt_affine_dx(&c, s->n, s->out, s->in, m->x, m->w, m->y);
    else
        rt_affine_dw(&c, s->n, s->out, s->in, m->x, m->w, m->y);
    return now() - start;
}

/* The peak in GFLOP/s, the products in seconds. */
typedef struct {
    double peak, native, openblas;
} times;

static times measure(rt_pool *pool, const shape *s, direction d, const arrays *m)
{
    const double end = now() + seconds_a_product;
    times best = { 0, 1e9, 1e9 };

    for (int i = 0; i < ROUNDS && now() < end; i++) {
        best.peak = greater(best.peak, burst_rate());
        best.native = lesser(best.native, time_product(pool, s, d, RT_GEMM_NATIVE, m));
        best.openblas = lesser(best.openblas,
                               time_product(pool, s, d, RT_GEMM_OPENBLAS, m));
    }
    return best;
}

static void print(const shape *s, direction d, const times *t, double peak)
{
    const double flops = 2e-9 * s->n * s->out * s->in;
    const double native = flops / t->native, openblas = flops / t->openblas;

    printf("%4d x %4d x %4d  %-10s %8.1f %7.1f %5.0f%% %7.1f %5.0f%%\n", s->n, s->out, s->in,
           direction_name[d], t->native * 1e6, native, native / peak * 100, openblas,
           openblas / peak * 100);
}

int main(void)
{
    const size_t most = 2048 * 2048;
    const arrays m = { make_array(most), make_array(most), make_array(most), make_array(most) };
    rt_pool *pool = rt_pool_new(1);         /* holds OpenBLAS to one thread */
    times t[SHAPES][DW + 1];
    double peak = 0;

    if (!pool)
        return 1;
    for (int i = 0; i < SHAPES; i++)
        for (direction d = FORWARD; d <= DW; d++) {
            t[i][d] = measure(pool, &shapes[i], d, &m);
            peak = greater(peak, t[i][d].peak);
        }
    rt_pool_free(pool);
    printf("peak %.1f GFLOP/s\n%-18s %-10s %8s %7s %6s %7s %6s\n", peak, "n x out x in",
           "product", "us", "native", "share", "OpenBLAS", "share");
    for (int i = 0; i < SHAPES; i++)
        for (direction d = FORWARD; d <= DW; d++)
            print(&shapes[i], d, &t[i][d], peak);
    return 0;
}
