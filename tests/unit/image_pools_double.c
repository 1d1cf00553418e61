/* image_pools_double.c -- image_pools.c in double. */
#define RT_DOUBLE
#include "image_pools.c"
