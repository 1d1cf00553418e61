/* groupnorm_double.c -- groupnorm.c in double. */
#define RT_DOUBLE
#include "groupnorm.c"
