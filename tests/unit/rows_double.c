/* rows_double.c -- rows.c in double. */
#define RT_DOUBLE
#include "rows.c"
