/* init_gates_double.c -- init_gates.c in double. */
#define RT_DOUBLE
#include "init_gates.c"
