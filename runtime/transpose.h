/* transpose.h -- squares of as many vectors as these have lanes, transposed in registers. */
#ifndef RT_TRANSPOSE_H
#define RT_TRANSPOSE_H

#include "vectors.h"

/* Eklundh 1972: squares of d x d elements beside the diagonal are exchanged, for d = 1, 2, 4, ...
 * Of two rows d apart, the lanes of what becomes the upper and the lower one. */
#define RT_UPPER(lane, d) ((lane) & (d) ? RT_VECTOR_LANES + (lane) - (d) : (lane))
#define RT_LOWER(lane, d) ((lane) & (d) ? RT_VECTOR_LANES + (lane) : (lane) + (d))

#define RT_EXCHANGE(d) \
    RT_INLINE void rt_exchange_##d(rt_vector x[RT_VECTOR_LANES]) \
    { \
        _Pragma("GCC unroll 16") \
        for (int i = 0; i < RT_VECTOR_LANES; i++) \
            if (!(i & (d))) { \
                const rt_vector a = x[i], b = x[i + (d)]; \
                x[i] = __builtin_shufflevector(a, b, RT_LANE_LIST(RT_UPPER, d)); \
                x[i + (d)] = __builtin_shufflevector(a, b, RT_LANE_LIST(RT_LOWER, d)); \
            } \
    }
RT_EXCHANGE(1)
#if RT_VECTOR_LANES > 2
RT_EXCHANGE(2)
#endif
#if RT_VECTOR_LANES > 4
RT_EXCHANGE(4)
#endif
#if RT_VECTOR_LANES > 8
RT_EXCHANGE(8)
#endif

/* Row i becomes column i. */
RT_INLINE void rt_transpose(rt_vector x[RT_VECTOR_LANES])
{
    rt_exchange_1(x);
#if RT_VECTOR_LANES > 2
    rt_exchange_2(x);
#endif
#if RT_VECTOR_LANES > 4
    rt_exchange_4(x);
#endif
#if RT_VECTOR_LANES > 8
    rt_exchange_8(x);
#endif
}

#endif
