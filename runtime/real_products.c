/* real_products.c -- matrix products over OpenBLAS, and column sums.
 *
 * OpenBLAS runs single-threaded and is called on fixed tiles of the result: its sums depend on how
 * a product is cut, so the cut depends on the sizes alone. */
#include "then.h"
#include "tiles.h"

#include <cblas.h>

#ifdef RT_DOUBLE
#define GEMM cblas_dgemm
#else
#define GEMM cblas_sgemm
#endif

enum {
    TILE_ROWS = 64,                 /* of the result: 64 x 256 keeps OpenBLAS near its best ... */
    TILE_COLUMNS = 256,
    NARROW_COLUMNS = 64,            /* ... and results of one row of tiles are cut more finely */
    SUM_COLUMNS = 64
};
#define FLOPS_PER_NS 60.0

/* y[n][m] = a b, a read as [n][k] and b as [k][m] after the transpositions, plus bias[m] or not. */
typedef struct {
    int n, m, k;
    const rt_real *a, *b, *bias;
    int lda, ldb;
    bool a_transposed, b_transposed;
    const rt_then *then;
    rt_real *y;
    int columns;                    /* of a tile */
} product;

static int lesser(int a, int b) { return a < b ? a : b; }

static void fill_bias(const product *p, int i0, int rows, int j0, int columns)
{
    for (int i = i0; i < i0 + rows; i++) {
        rt_real *y = p->y + (size_t)i * (size_t)p->m;
        for (int j = j0; j < j0 + columns; j++)
            y[j] = p->bias[j];
    }
}

static void product_tile(void *arg, int tile)
{
    const product *p = arg;
    const int across = (p->m + p->columns - 1) / p->columns;
    const int i0 = tile / across * TILE_ROWS, j0 = tile % across * p->columns;
    const int rows = lesser(p->n - i0, TILE_ROWS), columns = lesser(p->m - j0, p->columns);
    const size_t at = (size_t)i0 * (size_t)p->m + (size_t)j0;
    const rt_real *a = p->a + (p->a_transposed ? (size_t)i0 : (size_t)i0 * (size_t)p->lda);
    const rt_real *b = p->b + (p->b_transposed ? (size_t)j0 * (size_t)p->ldb : (size_t)j0);

    if (p->bias)
        fill_bias(p, i0, rows, j0, columns);
    GEMM(CblasRowMajor, p->a_transposed ? CblasTrans : CblasNoTrans,
         p->b_transposed ? CblasTrans : CblasNoTrans, rows, columns, p->k, 1, a, p->lda, b, p->ldb,
         p->bias ? 1 : 0, p->y + at, p->m);
    rt_finish_rows(p->then, at, (size_t)p->m, (size_t)rows, (size_t)columns, p->y + at);
}

static void run_product(rt_pass *c, product *p)
{
    p->columns = p->n <= TILE_ROWS ? NARROW_COLUMNS : TILE_COLUMNS;
    const int down = (p->n + TILE_ROWS - 1) / TILE_ROWS;
    const int across = (p->m + p->columns - 1) / p->columns;
    const double work = 2.0 * p->n * p->m * p->k / FLOPS_PER_NS;
    rt_run_tiles(c->pool, work, down * across, product_tile, p);
}

void rt_affine(rt_pass *c, int n, int out, int in, const rt_real *x, const rt_real *w,
               const rt_real *b, const rt_then *then, rt_real *y)
{
    run_product(c, &(product){ .n = n, .m = out, .k = in, .a = x, .lda = in, .b = w, .ldb = in,
                               .b_transposed = true, .bias = b, .then = then, .y = y });
}

void rt_affine_dx(rt_pass *c, int n, int out, int in, const rt_real *dy, const rt_real *w,
                  const rt_then *then, rt_real *dx)
{
    run_product(c, &(product){ .n = n, .m = in, .k = out, .a = dy, .lda = out, .b = w, .ldb = in,
                               .then = then, .y = dx });
}

void rt_affine_dw(rt_pass *c, int n, int out, int in, const rt_real *dy, const rt_real *x,
                  rt_real *dw)
{
    run_product(c, &(product){ .n = out, .m = in, .k = n, .a = dy, .lda = out,
                               .a_transposed = true, .b = x, .ldb = in, .y = dw });
}

typedef struct {
    int n, m;
    const rt_real *x;
    rt_real *y;
} column_sum;

static void column_sum_tile(void *arg, int tile)
{
    const column_sum *s = arg;
    const int j0 = tile * SUM_COLUMNS, columns = lesser(s->m - j0, SUM_COLUMNS);
    double sum[SUM_COLUMNS] = { 0 };

    for (int i = 0; i < s->n; i++) {
        const rt_real *x = s->x + (size_t)i * (size_t)s->m + j0;
        for (int j = 0; j < columns; j++)
            sum[j] += (double)x[j];
    }
    for (int j = 0; j < columns; j++)
        s->y[j0 + j] = (rt_real)sum[j];
}

void rt_column_sum(rt_pass *c, int n, int m, const rt_real *x, rt_real *y)
{
    column_sum s = { n, m, x, y };
    rt_run_tiles(c->pool, 0.5 * n * m, (m + SUM_COLUMNS - 1) / SUM_COLUMNS, column_sum_tile, &s);
}
