/* then.h -- what follows on each value of a result (rt_then), for kernels that store one. */
#ifndef RT_THEN_H
#define RT_THEN_H

#include "netrt.h"

#define rt_finish RT_NAME(rt_finish)
#define rt_finish_rows RT_NAME(rt_finish_rows)

/* v[n] are the elements at .. at + n - 1 of a result: what `then` says is done to them in place.
 * Nothing where it is NULL. */
void rt_finish(const rt_then *then, size_t at, size_t n, rt_real *v);

/* The same for a tile y[rows][columns] of a result with rows of m values: y points to the tile's
 * first value, which is element `at` of the result. */
void rt_finish_rows(const rt_then *then, size_t at, size_t m, size_t rows, size_t columns,
                    rt_real *y);

#endif
