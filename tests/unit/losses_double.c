/* losses_double.c -- losses.c in double. */
#define RT_DOUBLE
#include "losses.c"
