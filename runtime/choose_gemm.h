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

/* Of the product [n][k] x [k][m].  `wanted` is RT_GEMM_BY_SHAPE where nobody says. */
static inline rt_gemm_choice rt_choose_gemm(rt_gemm wanted, int n, int m, int k)
{
    (void)n, (void)m, (void)k;
    if (wanted != RT_GEMM_BY_SHAPE)
        return (rt_gemm_choice){ wanted, "as --gemm says" };
    return (rt_gemm_choice){ RT_GEMM_NATIVE, "ahead at all sizes" };
}

#endif
