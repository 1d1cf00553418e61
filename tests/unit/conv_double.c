/* conv_double.c -- conv.c in double. */
#define RT_DOUBLE
#include "conv.c"
