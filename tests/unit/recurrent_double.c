/* recurrent_double.c -- recurrent.c in double. */
#define RT_DOUBLE
#include "recurrent.c"
