/* gemm_double.c -- gemm.c in double. */
#define RT_DOUBLE
#include "gemm.c"
