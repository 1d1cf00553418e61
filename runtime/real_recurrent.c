/* real_recurrent.c -- products along the steps of a sequence over OpenBLAS. */
#include "recurrent.h"

#include <cblas.h>

#ifdef RT_DOUBLE
#define GEMM cblas_dgemm
#else
#define GEMM cblas_sgemm
#endif

enum { TILE_ROWS = 64, TILE_COLUMNS = 128 };    /* of the gradient of the weights */
#define FLOPS_PER_NS 60.0

void rt_walk_tiles(rt_pass *c, const rt_walk *all, int gates, void (*body)(void *arg, int tile),
                   void *arg)
{
    const int size = rt_samples_of_tile(all->n);
    const double states = (double)all->n * all->steps * all->units;
    const double work = states * gates * (2.0 * all->units / FLOPS_PER_NS + 1);
    rt_run_tiles(c->pool, work, (all->n + size - 1) / size, body, arg);
}

void rt_add_recurrence(const rt_walk *t, int m, const rt_real *h, int ldh, const rt_real *w,
                       rt_real *z, int ldz)
{
    GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, t->n, m, t->units, 1, h, ldh, w, t->units, 1, z,
         ldz);
}

void rt_recurrence_dh(const rt_walk *t, int m, const rt_real *dz, int ldz, const rt_real *w,
                      rt_real keep, rt_real *dh, int ldh)
{
    GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, t->n, t->units, m, 1, dz, ldz, w, t->units,
         keep, dh, ldh);
}

/* ---- The gradient of the weights ------------------------------------------------------------- */

typedef struct {
    rt_walk all;
    int m;
    const rt_real *dz, *h;
    rt_real *dw;
} dw_job;

static int lesser(int a, int b) { return a < b ? a : b; }

/* Adds dz^T h- of a whole sample at each turn, or of a whole step, whichever is the longer sum. */
static void dw_tile(void *arg, int tile)
{
    const dw_job *job = arg;
    const rt_walk *t = &job->all;
    const int units = t->units, across = (units + TILE_COLUMNS - 1) / TILE_COLUMNS;
    const int i0 = tile / across * TILE_ROWS, j0 = tile % across * TILE_COLUMNS;
    const int rows = lesser(job->m - i0, TILE_ROWS), columns = lesser(units - j0, TILE_COLUMNS);
    const int later = t->way == RT_FROM_LAST ? 0 : 1;   /* of neighbours; h- is at the other */
    const bool by_sample = t->steps - 1 >= t->n;
    const int turns = by_sample ? t->n : t->steps - 1, length = by_sample ? t->steps - 1 : t->n;
    const int apart = by_sample ? 1 : t->steps;         /* rows of a turn's sum */
    rt_real *dw = job->dw + (size_t)i0 * (size_t)units + (size_t)j0;

    for (int k = 0; k < turns; k++) {
        const int sample = by_sample ? k : 0, step = by_sample ? 0 : k;
        GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, rows, columns, length, 1,
             job->dz + rt_at(t, sample, step + later, job->m) + i0, apart * job->m,
             job->h + rt_at(t, sample, step + 1 - later, units) + j0, apart * units,
             k > 0, dw, units);
    }
}

void rt_recurrent_dw(rt_pass *c, rt_direction way, int n, int steps, int m, int units,
                     const rt_real *dz, const rt_real *h, rt_real *dw)
{
    dw_job job = { { way, 0, n, steps, units }, m, dz, h, dw };
    const int down = (m + TILE_ROWS - 1) / TILE_ROWS;
    const int across = (units + TILE_COLUMNS - 1) / TILE_COLUMNS;
    const double work = 2.0 * n * (steps - 1) * m * units / FLOPS_PER_NS;

    if (steps > 1)
        rt_run_tiles(c->pool, work, down * across, dw_tile, &job);
    else
        for (size_t i = 0; i < (size_t)m * (size_t)units; i++)
            dw[i] = 0;
}
