/* max_pairs.h -- the largest of 2 x 2 pixels, the most common window of a max pool. */
#ifndef RT_MAX_PAIRS_H
#define RT_MAX_PAIRS_H

#include "netrt.h"

#define rt_max_pairs RT_NAME(rt_max_pairs)
#define rt_max_pairs_dx RT_NAME(rt_max_pairs_dx)

/* Kernel 2, stride 2, no padding. */
static inline bool rt_is_pairs(const rt_window *v)
{
    return v->kernel == 2 && v->stride == 2 && v->top == 0 && v->left == 0
        && 2 * v->out_height <= v->height && 2 * v->out_width <= v->width;
}

/* Of some planes: a NaN is larger than all. */
void rt_max_pairs(const rt_window *v, size_t planes, const rt_real *x, rt_real *y);
/* dy goes to the first of the largest pixels of its window, 0 to the others. */
void rt_max_pairs_dx(const rt_window *v, size_t planes, const rt_real *dy, const rt_real *x,
                     rt_real *dx);

#endif
