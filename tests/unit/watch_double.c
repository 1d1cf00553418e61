/* watch_double.c -- watch.c in double. */
#define RT_DOUBLE
#include "watch.c"
