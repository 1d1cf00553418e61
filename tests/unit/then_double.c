/* then_double.c -- then.c in double. */
#define RT_DOUBLE
#include "then.c"
