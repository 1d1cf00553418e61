/* watch_steps_double.c -- watch_steps.c in double. */
#define RT_DOUBLE
#include "watch_steps.c"
