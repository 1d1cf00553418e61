/* init_double.c -- init.c in double. */
#define RT_DOUBLE
#include "init.c"
