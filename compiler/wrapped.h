/* wrapped.h -- sentences for a terminal, on lines of at most 80 columns. */
#ifndef WRAPPED_H
#define WRAPPED_H

#include "arena.h"

/* Ends the last line; those after the first stand two columns further in. */
void put_wrapped(Arena *a, FILE *out, const char *format, ...) PRINTF(3, 4);

#endif
