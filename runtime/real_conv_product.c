/* real_conv_product.c -- the product that convolutions are made of: sums in registers, of a vector
 * of one operand times one number of the other.
 *
 * The sizes of a result are literals, so that its sums are registers; both operands are read where
 * they lie, through tables of places.  The loop over terms stays a loop: unrolled whole, it would
 * have more numbers at hand than there are registers. */
#include "conv.h"

RT_INLINE void multiply(const int rows, const int vectors, const rt_terms *t,
                        const rt_real *start, bool more, rt_real *y, size_t ld)
{
    rt_vector sum[RT_CONV_ROWS][RT_CONV_VECTORS];
    const rt_real *a[RT_CONV_ROWS], *from[RT_CONV_VECTORS];

#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++)
        from[v] = t->b[v];
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++) {
        a[i] = t->a[i];
#pragma GCC unroll 3
        for (int v = 0; v < vectors; v++)
            sum[i][v] = rt_broadcast(start[i]);
    }
    for (int k = 0; k < t->depth; k++) {
        const ptrdiff_t at = t->a_at[k], b_at = t->b_at[k];
        rt_vector b[RT_CONV_VECTORS];
#pragma GCC unroll 3
        for (int v = 0; v < vectors; v++)
            b[v] = rt_load(from[v] + b_at);
#pragma GCC unroll 8
        for (int i = 0; i < rows; i++)
#pragma GCC unroll 3
            for (int v = 0; v < vectors; v++)
                sum[i][v] += a[i][at] * b[v];
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 3
        for (int v = 0; v < vectors; v++) {
            rt_real *to = y + (size_t)i * ld + v * RT_VECTOR_LANES;
            if (more)
                sum[i][v] += rt_load(to);
            rt_store(to, sum[i][v]);
        }
}

typedef void product(const rt_terms *t, const rt_real *start, bool more, rt_real *y, size_t ld);

#define PRODUCT(r, v) \
    static void product_##r##_##v(const rt_terms *t, const rt_real *start, bool more, rt_real *y, \
                                  size_t ld) \
    { \
        multiply(r, v, t, start, more, y, ld); \
    }
#define ROWS_4(v) PRODUCT(1, v) PRODUCT(2, v) PRODUCT(3, v) PRODUCT(4, v)
#define ROWS_6(v) ROWS_4(v) PRODUCT(5, v) PRODUCT(6, v)
#define ROWS_8(v) ROWS_6(v) PRODUCT(7, v) PRODUCT(8, v)
#define NAMES_4(v) product_1_##v, product_2_##v, product_3_##v, product_4_##v
#define NAMES_6(v) NAMES_4(v), product_5_##v, product_6_##v
#define NAMES_8(v) NAMES_6(v), product_7_##v, product_8_##v

ROWS_8(1)
#if RT_VECTOR_REGISTERS == 32
ROWS_8(2)
ROWS_8(3)
static product *const of_size[RT_CONV_VECTORS][RT_CONV_ROWS] = {
    { NAMES_8(1) }, { NAMES_8(2) }, { NAMES_8(3) }
};
#else
ROWS_6(2)
ROWS_4(3)
static product *const of_size[RT_CONV_VECTORS][RT_CONV_ROWS] = {
    { NAMES_8(1) }, { NAMES_6(2) }, { NAMES_4(3) }
};
#endif

void rt_conv_product(int rows, int vectors, const rt_terms *t, const rt_real *start, bool more,
                     rt_real *y, size_t ld)
{
    of_size[vectors - 1][rows - 1](t, start, more, y, ld);
}
