/* kernels.h -- kernels of one precision that only the library calls, through rt_reals. */
#ifndef RT_KERNELS_H
#define RT_KERNELS_H

#include "reals.h"
#include "tiles.h"

#define rt_initialise RT_NAME(rt_initialise)
#define rt_count RT_NAME(rt_count)
#define rt_penalty_value RT_NAME(rt_penalty_value)

bool rt_initialise(const rt_tensor *t, const rt_stream *stream, void *w);
void rt_count(const void *x, size_t n, rt_counts *out);
double rt_penalty_value(const rt_update *u);

#endif
