/* products_double.c -- products.c in double. */
#define RT_DOUBLE
#include "products.c"
