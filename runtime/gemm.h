/* gemm.h -- matrix products in plain C: one operand packed into panels, a micro-kernel over them.
 *
 * After Goto and van de Geijn 2008 ("Anatomy of high-performance matrix multiplication"): a panel
 * is RT_PANEL columns of b, which a block of RT_BLOCK_ROWS rows of a goes through with all its sums
 * in registers.  a is read as it lies.  Every element is one sum in the order of k. */
#ifndef RT_GEMM_H
#define RT_GEMM_H

#include "vectors.h"

enum {
    RT_PANEL = 2 * RT_VECTOR_LANES,
    RT_BLOCK_ROWS = RT_VECTOR_REGISTERS == 32 ? 8 : 6   /* two sums a row, and room for operands */
};

/* A matrix as it lies: element (i, j) at i * row + j * column; one of the two is 1. */
typedef struct {
    const rt_real *x;
    size_t row, column;
} rt_matrix;

/* y[n][m] = start + a b:  a[n][k], b[k][m] */
typedef struct {
    int n, m, k;
    rt_matrix a, b;
    const rt_real *start;           /* NULL: zeros; ... */
    size_t start_row;               /* 0: the same for all rows, a bias */
    rt_real *y;                     /* may be start */
    size_t y_row;
    bool far;                       /* b, as that of the products beside it, is more than L2 holds
                                     * and is fetched ahead */
    const rt_real *next_b;          /* of a product behind it that is as large; NULL: unknown */
} rt_product;

#define rt_pack RT_NAME(rt_pack)
#define rt_pack_panels RT_NAME(rt_pack_panels)
#define rt_multiply_packed RT_NAME(rt_multiply_packed)
#define rt_multiply RT_NAME(rt_multiply)
#define rt_multiply_few_columns RT_NAME(rt_multiply_few_columns)
#define rt_multiply_openblas RT_NAME(rt_multiply_openblas)

/* The product p, natively, by blocks of b that are packed in memory of the thread; or over
 * OpenBLAS. */
void rt_multiply(const rt_product *p);
void rt_multiply_openblas(const rt_product *p);

/* The product p of fewer than RT_FEW_COLUMNS columns, whose a is a transpose as it lies: columns
 * contiguous, and rows of b. */
void rt_multiply_few_columns(const rt_product *p);

/* For several products with one b[k][m]: packed once into rt_packed_size reals, the first of them
 * at a multiple of RT_VECTOR_BYTES. */
static inline size_t rt_packed_size(int k, int m)
{
    return (size_t)k * (((size_t)m + RT_PANEL - 1) / RT_PANEL * RT_PANEL);
}
void rt_pack(int k, int m, rt_matrix b, rt_real *packed);
/* The product with columns `first` and on, a multiple of RT_PANEL, of such a b, which has m. */
void rt_multiply_packed(const rt_product *p, int first, int m, const rt_real *packed);

/* b in panels [k][RT_PANEL], one behind the other, with zeros behind the last column. */
void rt_pack_panels(int k, int m, rt_matrix b, rt_real *packed);

#endif
