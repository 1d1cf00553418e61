/* real_init.c -- initialisers.  Numbers are drawn and computed in double, by element, and rounded
 * last: a net in float and the same net in double start from the same numbers. */
#include "kernels.h"

#include <stdlib.h>

/* A tensor, or one of the equal blocks of rows that are initialised each by itself. */
typedef struct {
    const rt_tensor *tensor;
    const rt_stream *stream;
    size_t first, n, rows;          /* its first element in the tensor; its elements and rows */
    rt_real *w;
} filling;

static size_t elements(const rt_tensor *t)
{
    size_t n = 1;
    for (int i = 0; i < t->rank; i++)
        n *= (size_t)t->shape[i];
    return n;
}

/* As a matrix: the first dimension by the rest. */
static size_t rows_of(const rt_tensor *t) { return t->rank > 0 ? (size_t)t->shape[0] : 1; }

/* Element i of the block draws the numbers of its place in the tensor. */
static uint32_t number_of(const filling *f, size_t i) { return (uint32_t)(f->first + i); }

static void constant(const filling *f, double value)
{
    for (size_t i = 0; i < f->n; i++)
        f->w[i] = (rt_real)value;
}

static void normal(const filling *f, double std, double mean)
{
    double pair[2];
    for (size_t i = 0; i < f->n; i++) {
        const uint32_t number = number_of(f, i);
        if (i == 0 || number % 2 == 0)
            rt_random_normal_pair(f->stream, number / 2, pair);
        f->w[i] = (rt_real)(mean + std * pair[number % 2]);
    }
}

static void uniform(const filling *f, double low, double high)
{
    for (size_t i = 0; i < f->n; i++)
        f->w[i] = (rt_real)(low + (high - low) * rt_random_uniform(f->stream, number_of(f, i)));
}

/* Beyond two standard deviations an element draws anew, from the stream of the next step. */
static void truncated_normal(const filling *f, double std)
{
    for (size_t i = 0; i < f->n; i++) {
        rt_stream stream = *f->stream;
        double value = rt_random_normal(&stream, number_of(f, i));
        while (fabs(value) > 2) {
            stream.step++;
            value = rt_random_normal(&stream, number_of(f, i));
        }
        f->w[i] = (rt_real)(std * value);
    }
}

/* A normal or uniform distribution of the given standard deviation about 0. */
static void spread(const filling *f, double std, bool is_uniform)
{
    if (is_uniform)
        uniform(f, -sqrt(3.0) * std, sqrt(3.0) * std);
    else
        normal(f, std, 0);
}

/* Keras's: variance scale / fan.  The normal is not truncated. */
static void variance_scaling(const filling *f, double scale, int mode)
{
    const double in = f->tensor->fan_in, out = f->tensor->fan_out;
    const int fan_mode = mode % 4;
    const double fan = fan_mode == 0 ? in : fan_mode == 1 ? out : (in + out) / 2;
    spread(f, sqrt(scale / fmax(fan, 1)), mode >= 4);
}

/* Ones on the diagonal; of a convolution [filters][channels][kernel][kernel] at the middle of
 * filter i's kernel for channel i (PyTorch's dirac_). */
static void identity(const filling *f, double gain)
{
    const int *shape = f->tensor->shape;
    const bool is_kernel = f->tensor->rank == 4;
    const size_t plane = is_kernel ? (size_t)shape[2] * (size_t)shape[3] : 1;
    const size_t middle = is_kernel ? (size_t)(shape[2] / 2 * shape[3] + shape[3] / 2) : 0;
    const size_t columns = f->n / f->rows / plane;

    constant(f, 0);
    for (size_t i = 0; i < f->rows && i < columns; i++)
        f->w[(i * columns + i) * plane + middle] = (rt_real)gain;
}

/* The bias of an LSTM's gates i, f, g, o. */
static void forget_gate(const filling *f, double value)
{
    constant(f, 0);
    for (size_t i = f->n / 4; i < f->n / 2; i++)
        f->w[i] = (rt_real)value;
}

static double dot(size_t n, const double *a, const double *b)
{
    double lane[4] = { 0 };
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t l = 0; l < 4; l++)
            lane[l] += a[i + l] * b[i + l];
    for (; i < n; i++)
        lane[0] += a[i] * b[i];
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

/* Orthonormalises the m rows of v[m][n], m <= n, by modified Gram-Schmidt, twice: the Q of the QR
 * of its transpose with R's diagonal positive. */
static void orthonormalise(size_t m, size_t n, double *v)
{
    for (size_t j = 0; j < m; j++) {
        double *row = v + j * n;
        for (size_t k = 0; k < 2 * j; k++) {
            const double *other = v + k % j * n;
            const double along = dot(n, other, row);
            for (size_t i = 0; i < n; i++)
                row[i] -= along * other[i];
        }
        const double norm = sqrt(dot(n, row, row));
        for (size_t i = 0; i < n; i++)
            row[i] /= norm;
    }
}

/* Of a normal matrix; the longer side's vectors are orthonormal, times the gain. */
static bool orthogonal(const filling *f, double gain)
{
    const size_t rows = f->rows, columns = f->n / rows;
    const bool tall = rows > columns;
    const size_t m = tall ? columns : rows, n = tall ? rows : columns;
    double *v = calloc(f->n, sizeof *v);
    if (!v)
        return false;

    for (size_t i = 0; i < f->n; i++)
        v[tall ? i % columns * n + i / columns : i] = rt_random_normal(f->stream, number_of(f, i));
    orthonormalise(m, n, v);
    for (size_t i = 0; i < f->n; i++)
        f->w[i] = (rt_real)(gain * v[tall ? i % columns * n + i / columns : i]);
    free(v);
    return true;
}

/* Glorot and Bengio 2010, He et al. 2015, LeCun et al. 1998: standard deviations by the fans */
static void by_fans(const filling *f, const rt_init *init)
{
    const double in = fmax(f->tensor->fan_in, 1), out = f->tensor->fan_out;
    const double xavier = sqrt(2 / (in + out));
    const double he = sqrt(2 / ((1 + init->a * init->a) * in)), lecun = sqrt(1 / in);

    switch (init->kind) {
    case RT_XAVIER_UNIFORM: spread(f, xavier, true); break;
    case RT_XAVIER_NORMAL: spread(f, xavier, false); break;
    case RT_HE_UNIFORM: spread(f, he, true); break;
    case RT_HE_NORMAL: spread(f, he, false); break;
    case RT_LECUN_UNIFORM: spread(f, lecun, true); break;
    default: spread(f, lecun, false); break;
    }
}

static bool fill(const filling *f)
{
    const rt_init *init = &f->tensor->init;

    switch (init->kind) {
    case RT_ZEROS: constant(f, 0); return true;
    case RT_ONES: constant(f, 1); return true;
    case RT_CONSTANT: constant(f, init->a); return true;
    case RT_NORMAL: normal(f, init->a, init->b); return true;
    case RT_UNIFORM: uniform(f, init->a, init->b); return true;
    case RT_TRUNCATED_NORMAL: truncated_normal(f, init->a); return true;
    case RT_ORTHOGONAL: return orthogonal(f, init->a);
    case RT_IDENTITY: identity(f, init->a); return true;
    case RT_VARIANCE_SCALING: variance_scaling(f, init->a, (int)init->b); return true;
    case RT_FORGET_GATE: forget_gate(f, init->a); return true;
    default: by_fans(f, init); return true;
    }
}

/* The kinds that look at the tensor as a matrix see one gate of it; FORGET_GATE, one gate among the
 * others, sees all. */
bool rt_initialise(const rt_tensor *t, const rt_stream *stream, void *w)
{
    const size_t gates = t->gates > 1 && t->init.kind != RT_FORGET_GATE ? (size_t)t->gates : 1;
    const size_t n = elements(t) / gates, rows = rows_of(t) / gates;
    bool ok = true;

    for (size_t i = 0; ok && i < gates; i++)
        ok = fill(&(filling){ t, stream, i * n, n, rows, (rt_real *)w + i * n });
    return ok;
}
