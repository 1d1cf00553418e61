/* watch_norm_double.c -- watch_norm.c in double. */
#define RT_DOUBLE
#include "watch_norm.c"
