/* activation.h -- an activation and its slope over arrays, chosen when the program runs. */
#ifndef RT_ACTIVATION_H
#define RT_ACTIVATION_H

#include "vector_tanh.h"

#define EACH(y, f) RT_APART for (size_t i = 0; i < n; i++) (y)[i] = f; break

/* y = act(x) of n values, `a` the activation's parameter; y may be x.  A softmax, which takes whole
 * rows, leaves them as they are. */
static inline void rt_activate(rt_activation act, rt_real a, size_t n, const rt_real *x, rt_real *y)
{
    switch (act) {
    case RT_SIGMOID: EACH(y, rt_sigmoid(x[i]));
    case RT_TANH: rt_tanh_values(n, x, y); break;
    case RT_RELU: EACH(y, rt_relu(x[i]));
    case RT_LEAKY_RELU: EACH(y, rt_leaky_relu(x[i], a));
    case RT_ELU: EACH(y, rt_elu(x[i], a));
    case RT_SELU: EACH(y, rt_selu(x[i]));
    case RT_GELU: EACH(y, rt_gelu(x[i]));
    case RT_SILU: EACH(y, rt_silu(x[i]));
    case RT_SOFTPLUS: EACH(y, rt_softplus(x[i]));
    case RT_SOFTSIGN: EACH(y, rt_softsign(x[i]));
    case RT_HARD_SIGMOID: EACH(y, rt_hard_sigmoid(x[i]));
    case RT_HARD_TANH: EACH(y, rt_hard_tanh(x[i]));
    case RT_LINEAR:
    case RT_SOFTMAX: EACH(y, x[i]);
    }
}

/* The slope at n values; of what, y or x, is the activation's own matter. */
static inline void rt_slopes(rt_activation act, rt_real a, size_t n, const rt_real *v,
                             rt_real *slope)
{
    switch (act) {
    case RT_SIGMOID: EACH(slope, rt_sigmoid_slope(v[i]));
    case RT_TANH: EACH(slope, rt_tanh_slope(v[i]));
    case RT_RELU: EACH(slope, rt_relu_slope(v[i]));
    case RT_LEAKY_RELU: EACH(slope, rt_leaky_relu_slope(v[i], a));
    case RT_ELU: EACH(slope, rt_elu_slope(v[i], a));
    case RT_SELU: EACH(slope, rt_selu_slope(v[i]));
    case RT_GELU: EACH(slope, rt_gelu_slope(v[i]));
    case RT_SILU: EACH(slope, rt_silu_slope(v[i]));
    case RT_SOFTPLUS: EACH(slope, rt_softplus_slope(v[i]));
    case RT_SOFTSIGN: EACH(slope, rt_softsign_slope(v[i]));
    case RT_HARD_SIGMOID: EACH(slope, rt_hard_sigmoid_slope(v[i]));
    case RT_HARD_TANH: EACH(slope, rt_hard_tanh_slope(v[i]));
    case RT_LINEAR:
    case RT_SOFTMAX: EACH(slope, 1);
    }
}
#undef EACH

/* The slope of the activation's steepest point. */
static inline double rt_steepest(rt_activation act, double a)
{
    switch (act) {
    case RT_SIGMOID: return 0.25;
    case RT_LEAKY_RELU: return fmax(1, fabs(a));
    case RT_ELU: return fmax(1, fabs(a));
    case RT_SELU: return (double)RT_SELU_ALPHA;         /* just under 0 */
    case RT_GELU: return 1.1289042264;                  /* at sqrt 2 */
    case RT_SILU: return 1.0998393201;                  /* at 2.39936 */
    case RT_HARD_SIGMOID: return 1.0 / 6.0;
    default: return 1;
    }
}

#endif
