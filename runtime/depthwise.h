/* depthwise.h -- convolutions of one filter a channel, which rt_conv leaves to other kernels. */
#ifndef RT_DEPTHWISE_H
#define RT_DEPTHWISE_H

#include "columns.h"
#include "thread_memory.h"

#define rt_is_depthwise RT_NAME(rt_is_depthwise)
#define rt_depthwise RT_NAME(rt_depthwise)
#define rt_depthwise_dx RT_NAME(rt_depthwise_dx)
#define rt_depthwise_dw RT_NAME(rt_depthwise_dw)

/* Whether the kernels below do it: one filter a channel, and a plane with its padding fits a buffer
 * of RT_COLUMNS. */
bool rt_is_depthwise(const rt_window *v);
/* As rt_conv, rt_conv_dx and rt_conv_dw. */
void rt_depthwise(rt_pass *c, int n, const rt_window *v, const rt_real *x, const rt_real *w,
                  const rt_real *b, rt_real *y);
void rt_depthwise_dx(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *w,
                     rt_real *dx);
void rt_depthwise_dw(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *x,
                     rt_real *dw);

#endif
