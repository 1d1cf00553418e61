/* choose_gemm.h -- which implementation a matrix product takes: the one place that decides, for the
 * library and for the compiler, which prints it. */
#ifndef RT_CHOOSE_GEMM_H
#define RT_CHOOSE_GEMM_H

#include "netrt.h"

/* An implementation and why it is taken. */
typedef struct {
    rt_gemm kernel;                 /* RT_GEMM_NATIVE or RT_GEMM_OPENBLAS */
    const char *reason;
} rt_gemm_choice;

enum { RT_FEW_COLUMNS = 4 };

/* Of a product whose result has m columns: measured (bench/products.c), it is these that decide,
 * and whether the left operand is transposed, as in gradients of weights.  `wanted` is
 * RT_GEMM_BY_SHAPE where nobody says. */
static inline rt_gemm_choice rt_choose_gemm(rt_gemm wanted, int m, bool transposed)
{
    if (wanted != RT_GEMM_BY_SHAPE)
        return (rt_gemm_choice){ wanted, "as --gemm says" };
    if (m < RT_FEW_COLUMNS && transposed)
        return (rt_gemm_choice){ RT_GEMM_NATIVE, "few columns of sums along contiguous rows" };
    if (m < RT_FEW_COLUMNS)
        return (rt_gemm_choice){ RT_GEMM_OPENBLAS, "few columns leave vectors empty" };
    return (rt_gemm_choice){ RT_GEMM_NATIVE, "packed panels keep the pipes full" };
}

#endif
