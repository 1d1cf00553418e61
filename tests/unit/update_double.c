/* update_double.c -- update.c in double. */
#define RT_DOUBLE
#include "update.c"
