/* naive.h -- for the tests of the kernels: data, comparisons, and kernels as their definitions
 * read, in double and one sum after another. */
#ifndef NAIVE_H
#define NAIVE_H

#include "philox.h"
#include "pool.h"
#include "test.h"

#include <stdlib.h>

/* How far a float or double kernel may be from its definition, relative to values of about 1. */
#define CLOSE (sizeof(rt_real) == 4 ? 2e-5 : 1e-12)

/* n standard normal numbers, a function of `stream`. */
static inline rt_real *normals(size_t n, uint32_t stream)
{
    const rt_stream s = { 1, RT_FOR_CHECK, stream, 0 };
    rt_real *x = malloc((n + 1) * sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = (rt_real)rt_random_normal(&s, (uint32_t)i);
    return x;
}

static inline rt_real *zeros(size_t n) { return calloc(n + 1, sizeof(rt_real)); }

/* The largest difference; NaN where the two do not agree on what is finite. */
static inline double distance(size_t n, const rt_real *a, const rt_real *b)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        const double d = fabs((double)a[i] - (double)b[i]);
        if (!(d <= most))
            most = d;
        if (isnan(d))
            return d;
    }
    return most;
}

static inline bool same_bits(size_t n, const rt_real *a, const rt_real *b)
{
    return memcmp(a, b, n * sizeof *a) == 0;
}

/* ---- Products: a[n][k], b[m][k] -------------------------------------------------------------- */

static inline void naive_affine(int n, int out, int in, const rt_real *x, const rt_real *w,
                                const rt_real *b, rt_real *y)
{
    for (int i = 0; i < n; i++)
        for (int o = 0; o < out; o++) {
            double sum = b ? (double)b[o] : 0;
            for (int j = 0; j < in; j++)
                sum += (double)x[i * in + j] * (double)w[o * in + j];
            y[i * out + o] = (rt_real)sum;
        }
}

static inline void naive_affine_dx(int n, int out, int in, const rt_real *dy, const rt_real *w,
                                   rt_real *dx)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < in; j++) {
            double sum = 0;
            for (int o = 0; o < out; o++)
                sum += (double)dy[i * out + o] * (double)w[o * in + j];
            dx[i * in + j] = (rt_real)sum;
        }
}

static inline void naive_affine_dw(int n, int out, int in, const rt_real *dy, const rt_real *x,
                                   rt_real *dw)
{
    for (int o = 0; o < out; o++)
        for (int j = 0; j < in; j++) {
            double sum = 0;
            for (int i = 0; i < n; i++)
                sum += (double)dy[i * out + o] * (double)x[i * in + j];
            dw[o * in + j] = (rt_real)sum;
        }
}

/* y[channel] = sum of x[n][channels][inner] over rows and inner */
static inline void naive_channel_sum(int n, int channels, int inner, const rt_real *x, rt_real *y)
{
    for (int k = 0; k < channels; k++) {
        double sum = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < inner; j++)
                sum += (double)x[(i * channels + k) * inner + j];
        y[k] = (rt_real)sum;
    }
}

/* ---- Gradients by differences ---------------------------------------------------------------- */

/* A function of x[n] whose gradient is tested. */
typedef double scalar_function(void *data, const rt_real *x);

/* Central differences of step 1e-5 against `gradient`; the largest difference. */
static inline double gradient_error(scalar_function *f, void *data, size_t n, rt_real *x,
                                    const rt_real *gradient)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        const rt_real kept = x[i], h = RT_C(1e-5);
        x[i] = kept + h;
        const double above = f(data, x);
        x[i] = kept - h;
        const double below = f(data, x);
        x[i] = kept;
        const double error = fabs((above - below) / (2 * (double)h) - (double)gradient[i]);
        if (!(error <= most))
            most = error;
    }
    return most;
}

#endif
