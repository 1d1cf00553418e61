/* alloc.h -- memory for data whose size comes from outside. */
#ifndef RT_ALLOC_H
#define RT_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* False where a * b does not fit. */
static inline bool rt_times(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

/* n elements of `size` bytes, not zeroed; n may be 0.  Refuses what is over four fifths of the
 * machine's memory, since an overcommitting kernel would not.  NULL with a sentence about `what`
 * ("train.csv: 1000 samples"). */
void *rt_alloc(size_t n, size_t size, const char *what, rt_error *e);

/* The same of zeros, at a multiple of 64 bytes; where it is large, in huge pages if the system has
 * them: matrices whose rows lie pages apart would else miss the table of pages at each row. */
void *rt_alloc_zeroed(size_t bytes, const char *what, rt_error *e);

/* `bytes` bytes, not zeroed, at the start of a page; the system gives all pages at once, where it
 * can: one by one, when they are first touched, they cost more than to fill them. */
void *rt_alloc_pages(size_t bytes, const char *what, rt_error *e);

#endif
