/* norms_double.c -- norms.c in double. */
#define RT_DOUBLE
#include "norms.c"
