/* real_pack.c -- packs a matrix for gemm.h: panels of columns, transposed in registers where its
 * own columns are contiguous. */
#include "gemm.h"
#include "tiles.h"
#include "transpose.h"

enum { LANES = RT_VECTOR_LANES };

/* The first `count` lanes, if any; zeros in the others. */
RT_INLINE rt_vector load_some(const rt_real *x, int count)
{
    return count >= LANES ? rt_load(x) : count > 0 ? rt_load_first(x, count) : (rt_vector){ 0 };
}

/* A row at a time, from left to right. */
static void pack_rows(int k, int m, rt_matrix b, rt_real *packed)
{
    for (int i = 0; i < k; i++) {
        const rt_real *x = b.x + (size_t)i * b.row;
        rt_real *y = packed + (size_t)i * RT_PANEL;
        for (int j = 0; j < m; j += RT_PANEL, y += (size_t)k * RT_PANEL) {
            rt_store_aligned(y, load_some(x + j, m - j));
            rt_store_aligned(y + LANES, load_some(x + j + LANES, m - j - LANES));
        }
    }
}

/* ---- Columns -------------------------------------------------------------------------------- */

/* The first LANES elements of LANES columns, of which there may be fewer. */
RT_INLINE void pack_square(int columns, const rt_real *b, size_t column, rt_real *packed)
{
    rt_vector x[LANES];

#pragma GCC unroll 16
    for (int j = 0; j < LANES; j++)
        x[j] = j < columns ? rt_load(b + (size_t)j * column) : (rt_vector){ 0 };
    rt_transpose(x);
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        rt_store_aligned(packed + i * RT_PANEL, x[i]);
}

/* Columns of fewer than LANES elements. */
static void pack_short(int k, int columns, const rt_real *b, size_t column, rt_real *packed)
{
    for (int i = 0; i < k; i++)
        for (int j = 0; j < LANES; j++)
            packed[i * RT_PANEL + j] = j < columns ? b[(size_t)j * column + (size_t)i] : 0;
}

/* Half a panel, whose first column is at b.  The last square reaches back into the one before. */
static void pack_half(int k, int columns, const rt_real *b, size_t column, rt_real *packed)
{
    if (k < LANES) {
        pack_short(k, columns, b, column, packed);
        return;
    }
    for (int i = 0; i < k; i += LANES) {
        const int at = rt_lesser(i, k - LANES);
        pack_square(columns, b + at, column, packed + (size_t)at * RT_PANEL);
    }
}

void rt_pack_panels(int k, int m, rt_matrix b, rt_real *packed)
{
    if (b.column == 1) {
        pack_rows(k, m, b, packed);
        return;
    }
    for (int j = 0; j < m; j += LANES) {
        const int panel = j / RT_PANEL;
        pack_half(k, m - j, b.x + (size_t)j * b.column, b.column,
                  packed + (size_t)panel * (size_t)k * RT_PANEL + j % RT_PANEL);
    }
}
