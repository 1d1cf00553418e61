/* vector_sigmoid.h -- the sigmoid of many values: in floats without the C library, whose vectors
 * are a call each. */
#ifndef RT_VECTOR_SIGMOID_H
#define RT_VECTOR_SIGMOID_H

#include "vector_tanh.h"

#ifdef RT_DOUBLE

/* y = sigmoid(a + b) of n values; y may be a or b. */
static inline void rt_sigmoid_of_sums(size_t n, const rt_real *a, const rt_real *b, rt_real *y)
{
    RT_APART
    for (size_t i = 0; i < n; i++)
        y[i] = rt_sigmoid(a[i] + b[i]);
}

#else

/* 1 / (1 + e^-x), where e^-x = 2^n e^r with |r| <= ln 2 / 2, a polynomial fitted for relative
 * errors of 3e-9.  n + 127, the bits of 2^n's exponent, are the last ones of a sum so large that
 * it has no fraction.  0 where e^x would be subnormal, 1 from where nothing else is nearer. */
RT_INLINE rt_vector rt_vector_sigmoid(rt_vector x)
{
    const float whole = 12582912.0f + 127;      /* 1.5 * 2^23 */
    const rt_lanes one = (rt_lanes)rt_broadcast(1.0f), high = x > 20.0f, low = x < -87.33f;
    const rt_vector t = x * -1.44269504f + whole, n = t - whole;
    const rt_vector r = n * 2.12194440e-4f - (n * 0.693359375f + x);
    rt_vector p = r * 1.3814540092e-3f + 8.3687451076e-3f;

    p = p * r + 4.1668390785e-2f;
    p = p * r + 1.6666520399e-1f;
    p = p * r + 4.9999993432e-1f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    const rt_vector y = 1.0f / (p * (rt_vector)((rt_lanes)t << 23) + 1.0f);
    return (rt_vector)((high & one) | (~(high | low) & (rt_lanes)y));
}

/* y = sigmoid(a + b) of n values; y may be a or b. */
static inline void rt_sigmoid_of_sums(size_t n, const rt_real *a, const rt_real *b, rt_real *y)
{
    const int rest = (int)(n % RT_VECTOR_LANES);
    size_t i = 0;

    for (; i + RT_VECTOR_LANES <= n; i += RT_VECTOR_LANES)
        rt_store(y + i, rt_vector_sigmoid(rt_load(a + i) + rt_load(b + i)));
    if (rest)
        rt_store_first(y + i, rt_vector_sigmoid(rt_load_first(a + i, rest)
                                                + rt_load_first(b + i, rest)), rest);
}

#endif
#endif
