/* real_few_columns.c -- matrix products whose result has so few columns that a panel of them would
 * be almost empty. */
#include "choose_gemm.h"
#include "gemm.h"
#include "tiles.h"

enum { LANES = RT_VECTOR_LANES };

_Static_assert(RT_FEW_COLUMNS == 4, "rt_multiply_few_columns has them all");

/* Rows of a block of y; rows of a from one that is read to one that is fetched ahead. */
enum { FEW_VECTORS = 4, FEW_ROWS = FEW_VECTORS * LANES, AHEAD = 16 };

/* `count` rows of y from `row` on, `columns` and `whole`, that is all FEW_ROWS, being literals. */
RT_INLINE void multiply_few_rows(const rt_product *p, int row, int count, const int columns,
                                 const bool whole)
{
    _Alignas(RT_VECTOR_BYTES) rt_real y[RT_FEW_COLUMNS][FEW_ROWS] = { 0 };
    rt_vector sum[RT_FEW_COLUMNS][FEW_VECTORS];

    for (int i = 0; i < count && p->start; i++)
        for (int j = 0; j < columns; j++)
            y[j][i] = p->start[(size_t)(row + i) * p->start_row + (size_t)j];
    for (int j = 0; j < columns; j++)
        for (int v = 0; v < FEW_VECTORS; v++)
            sum[j][v] = rt_load_aligned(y[j] + v * LANES);
    for (int k = 0; k < p->k; k++) {
        const rt_real *a = p->a.x + (size_t)k * p->a.column + row;
        const rt_real *b = p->b.x + (size_t)k * p->b.row;
        rt_real rest[FEW_ROWS] = { 0 };

        if (!whole)
            memcpy(rest, a, (size_t)count * sizeof *rest);
        for (int v = 0; v < FEW_VECTORS; v++) {
            const rt_vector x = rt_load((whole ? a : rest) + v * LANES);
            __builtin_prefetch(a + AHEAD * p->a.column + v * LANES);
            for (int j = 0; j < columns; j++)
                sum[j][v] += x * rt_broadcast(b[j]);
        }
    }
    for (int j = 0; j < columns; j++)
        for (int v = 0; v < FEW_VECTORS; v++)
            rt_store_aligned(y[j] + v * LANES, sum[j][v]);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < columns; j++)
            p->y[(size_t)(row + i) * p->y_row + (size_t)j] = y[j][i];
}

RT_INLINE void multiply_few(const rt_product *p, const int columns)
{
    int row = 0;

    for (; row + FEW_ROWS <= p->n; row += FEW_ROWS)
        multiply_few_rows(p, row, FEW_ROWS, columns, true);
    if (row < p->n)
        multiply_few_rows(p, row, p->n - row, columns, false);
}

/* a's columns are the vectors, b's numbers single ones. */
void rt_multiply_few_columns(const rt_product *p)
{
    if (p->m == 1)
        multiply_few(p, 1);
    else if (p->m == 2)
        multiply_few(p, 2);
    else
        multiply_few(p, 3);
}
