/* nearest.h -- the name that was probably meant. */
#ifndef RT_NEAREST_H
#define RT_NEAREST_H

#include <stddef.h>

/* The name closest to `word` among n rows of a table whose first member is a `const char *` name,
 * or NULL where none is close.  A row without a name is passed over. */
const char *rt_nearest(const char *word, const void *table, size_t row_size, size_t n);

#endif
