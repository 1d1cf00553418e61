/* naive_blas.c -- as much of OpenBLAS as the runtime calls, for machines that are emulated and have
 * none: row-major products by their definition, on one thread. */
#include <cblas.h>
#include <stddef.h>

void openblas_set_num_threads(int threads) { (void)threads; }
int openblas_get_num_threads(void) { return 1; }
int openblas_get_parallel(void) { return 0; }

#define GEMM(name, real) \
    void name(CBLAS_LAYOUT layout, CBLAS_TRANSPOSE way_a, CBLAS_TRANSPOSE way_b, blasint n, \
              blasint m, blasint k, real alpha, const real *a, blasint lda, const real *b, \
              blasint ldb, real beta, real *y, blasint ldy) \
    { \
        (void)layout; \
        for (ptrdiff_t i = 0; i < n; i++) \
            for (ptrdiff_t j = 0; j < m; j++) { \
                real sum = 0; \
                for (ptrdiff_t l = 0; l < k; l++) \
                    sum += (way_a == CblasNoTrans ? a[i * lda + l] : a[l * lda + i]) \
                         * (way_b == CblasNoTrans ? b[l * ldb + j] : b[j * ldb + l]); \
                y[i * ldy + j] = alpha * sum + (beta != 0 ? beta * y[i * ldy + j] : 0); \
            } \
    }
GEMM(cblas_sgemm, float)
GEMM(cblas_dgemm, double)
