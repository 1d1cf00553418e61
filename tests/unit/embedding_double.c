/* embedding_double.c -- embedding.c in double. */
#define RT_DOUBLE
#include "embedding.c"
