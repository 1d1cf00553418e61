/* real_openblas.c -- matrix products over OpenBLAS, on the calling thread. */
#include "gemm.h"

#include <cblas.h>

#ifdef RT_DOUBLE
#define GEMM cblas_dgemm
#else
#define GEMM cblas_sgemm
#endif

static void fill_start(const rt_product *p)
{
    for (int i = 0; i < p->n; i++)
        for (int j = 0; j < p->m; j++)
            p->y[(size_t)i * p->y_row + (size_t)j] = p->start[(size_t)i * p->start_row + (size_t)j];
}

static CBLAS_TRANSPOSE way_of(rt_matrix x) { return x.column == 1 ? CblasNoTrans : CblasTrans; }

/* How far apart the lines lie; where both strides are 1, there is one line, of any length. */
static int apart(rt_matrix x, int columns)
{
    if (x.column != 1)
        return (int)x.column;
    return (int)x.row > columns ? (int)x.row : columns;
}

void rt_multiply_openblas(const rt_product *p)
{
    if (p->start)
        fill_start(p);
    GEMM(CblasRowMajor, way_of(p->a), way_of(p->b), p->n, p->m, p->k, 1, p->a.x,
         apart(p->a, p->k), p->b.x, apart(p->b, p->m), p->start ? 1 : 0, p->y, (int)p->y_row);
}
