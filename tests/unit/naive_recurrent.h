/* naive_recurrent.h -- for the tests of the recurrent kernels: the three layers and their gradients
 * through time as their formulas read, in double, one sample and one unit after another. */
#ifndef NAIVE_RECURRENT_H
#define NAIVE_RECURRENT_H

#include "naive.h"

enum { MAX_STEPS = 7, MAX_UNITS = 20, GATES = 4 };

typedef enum { RNN, LSTM, GRU } layer_kind;

typedef struct {
    layer_kind kind;
    rt_activation act;              /* of an rnn */
    double a;
    rt_direction way;
    int n, steps, units;
} layer;

/* One sample, from the step that is walked first; [0] stands before it. */
typedef struct {
    double h[MAX_STEPS + 1][MAX_UNITS], c[MAX_STEPS + 1][MAX_UNITS];
    double z[MAX_STEPS + 1][MAX_UNITS];         /* of an rnn */
    double gate[MAX_STEPS + 1][GATES][MAX_UNITS], zh_n[MAX_STEPS + 1][MAX_UNITS];
} trace;

static inline int gates_of(const layer *l)
{
    return l->kind == RNN ? 1 : l->kind == LSTM ? 4 : 3;
}

static inline double logistic(double x) { return 1 / (1 + exp(-x)); }

static inline double naive_activation(rt_activation act, double a, double x)
{
    const double lambda = 1.0507009873554805, alpha = 1.6732632423543772;
    switch (act) {
    case RT_SIGMOID: return logistic(x);
    case RT_TANH: return tanh(x);
    case RT_RELU: return fmax(x, 0);
    case RT_LEAKY_RELU: return x > 0 ? x : a * x;
    case RT_ELU: return x > 0 ? x : a * expm1(x);
    case RT_SELU: return lambda * (x > 0 ? x : alpha * expm1(x));
    case RT_GELU: return x * 0.5 * erfc(-x / sqrt(2));
    case RT_SILU: return x * logistic(x);
    case RT_SOFTPLUS: return log(1 + exp(x));
    case RT_SOFTSIGN: return x / (1 + fabs(x));
    case RT_HARD_SIGMOID: return fmin(fmax(x + 3, 0), 6) / 6;
    case RT_HARD_TANH: return fmin(fmax(x, -1), 1);
    default: return x;
    }
}

/* d act / dx at x */
static inline double naive_slope(rt_activation act, double a, double x)
{
    const double lambda = 1.0507009873554805, alpha = 1.6732632423543772, s = logistic(x);
    switch (act) {
    case RT_SIGMOID: return s * logistic(-x);
    case RT_TANH: return 1 / (cosh(x) * cosh(x));
    case RT_RELU: return x > 0;
    case RT_LEAKY_RELU: return x > 0 ? 1 : a;
    case RT_ELU: return x > 0 ? 1 : a * exp(x);
    case RT_SELU: return lambda * (x > 0 ? 1 : alpha * exp(x));
    case RT_GELU: return 0.5 * erfc(-x / sqrt(2)) + x * exp(-x * x / 2) / sqrt(2 * acos(-1));
    case RT_SILU: return s + x * s * logistic(-x);
    case RT_SOFTPLUS: return s;
    case RT_SOFTSIGN: return 1 / ((1 + fabs(x)) * (1 + fabs(x)));
    case RT_HARD_SIGMOID: return fabs(x) < 3 ? 1.0 / 6 : 0;
    case RT_HARD_TANH: return fabs(x) < 1;
    default: return 1;
    }
}

static inline void activate_units(const layer *l, const double *z, double *h)
{
    double sum = 0;
    for (int j = 0; j < l->units; j++)
        sum += h[j] = l->act == RT_SOFTMAX ? exp(z[j]) : naive_activation(l->act, l->a, z[j]);
    for (int j = 0; j < l->units && l->act == RT_SOFTMAX; j++)
        h[j] /= sum;
}

/* Row `row` of w h- + b. */
static inline double recurrence(const layer *l, const rt_real *w, const rt_real *b, int row,
                                const double *before)
{
    double sum = b ? (double)b[row] : 0;
    for (int j = 0; j < l->units; j++)
        sum += (double)w[row * l->units + j] * before[j];
    return sum;
}

static inline void naive_unit(const layer *l, const rt_real *zx, const rt_real *w,
                              const rt_real *b, int k, int u, trace *t)
{
    double x[GATES], zh[GATES], *g[GATES];
    for (int q = 0; q < gates_of(l); q++) {
        x[q] = (double)zx[q * l->units + u];
        zh[q] = recurrence(l, w, b, q * l->units + u, t->h[k - 1]);
        g[q] = &t->gate[k][q][u];
    }
    if (l->kind == RNN) {
        t->z[k][u] = x[0] + zh[0];
    } else if (l->kind == LSTM) {
        *g[0] = logistic(x[0] + zh[0]);
        *g[1] = logistic(x[1] + zh[1]);
        *g[2] = tanh(x[2] + zh[2]);
        *g[3] = logistic(x[3] + zh[3]);
        t->c[k][u] = *g[1] * t->c[k - 1][u] + *g[0] * *g[2];
        t->h[k][u] = *g[3] * tanh(t->c[k][u]);
    } else {
        *g[0] = logistic(x[0] + zh[0]);
        *g[1] = logistic(x[1] + zh[1]);
        *g[2] = tanh(x[2] + *g[0] * zh[2]);
        t->zh_n[k][u] = zh[2];
        t->h[k][u] = (1 - *g[1]) * *g[2] + *g[1] * t->h[k - 1][u];
    }
}

static inline int step_of(const layer *l, int k)
{
    return l->way == RT_FROM_LAST ? l->steps - k : k - 1;
}

/* zx[steps][gates * units] of one sample */
static inline void naive_forward(const layer *l, const rt_real *zx, const rt_real *w,
                                 const rt_real *b, trace *t)
{
    memset(t, 0, sizeof *t);
    for (int k = 1; k <= l->steps; k++) {
        for (int u = 0; u < l->units; u++)
            naive_unit(l, zx + step_of(l, k) * gates_of(l) * l->units, w, b, k, u, t);
        if (l->kind == RNN)
            activate_units(l, t->z[k], t->h[k]);
    }
}

/* dLoss/dzx and dLoss/dzh of a step, [GATES][MAX_UNITS] each, and what is handed to the step before
 * other than through w: dh in `dh`, dc in `dc`. */
typedef struct {
    double dz[GATES][MAX_UNITS], dzh[GATES][MAX_UNITS], dh[MAX_UNITS], dc[MAX_UNITS];
} backward_state;

static inline void naive_rnn_back(const layer *l, const trace *t, int k, backward_state *s)
{
    double dot = 0;
    for (int u = 0; u < l->units; u++)
        dot += s->dh[u] * t->h[k][u];
    for (int u = 0; u < l->units; u++) {
        s->dz[0][u] = l->act == RT_SOFTMAX ? t->h[k][u] * (s->dh[u] - dot)
                    : s->dh[u] * naive_slope(l->act, l->a, t->z[k][u]);
        s->dzh[0][u] = s->dz[0][u];
        s->dh[u] = 0;
    }
}

static inline void naive_lstm_back(const layer *l, const trace *t, int k, backward_state *s)
{
    for (int u = 0; u < l->units; u++) {
        const double i = t->gate[k][0][u], f = t->gate[k][1][u], g = t->gate[k][2][u];
        const double o = t->gate[k][3][u], c = t->c[k][u];
        s->dc[u] += s->dh[u] * o / (cosh(c) * cosh(c));
        s->dz[0][u] = s->dc[u] * g * i * (1 - i);
        s->dz[1][u] = s->dc[u] * t->c[k - 1][u] * f * (1 - f);
        s->dz[2][u] = s->dc[u] * i * (1 - g * g);
        s->dz[3][u] = s->dh[u] * tanh(c) * o * (1 - o);
        for (int q = 0; q < 4; q++)
            s->dzh[q][u] = s->dz[q][u];
        s->dc[u] *= f;
        s->dh[u] = 0;
    }
}

static inline void naive_gru_back(const layer *l, const trace *t, int k, backward_state *s)
{
    for (int u = 0; u < l->units; u++) {
        const double r = t->gate[k][0][u], z = t->gate[k][1][u], n = t->gate[k][2][u];
        s->dz[2][u] = s->dh[u] * (1 - z) * (1 - n * n);
        s->dz[1][u] = s->dh[u] * (t->h[k - 1][u] - n) * z * (1 - z);
        s->dz[0][u] = s->dz[2][u] * t->zh_n[k][u] * r * (1 - r);
        s->dzh[0][u] = s->dz[0][u];
        s->dzh[1][u] = s->dz[1][u];
        s->dzh[2][u] = s->dz[2][u] * r;
        s->dh[u] *= z;
    }
}

/* Of one sample: dz and dzh[steps][gates * units]; dw is added to. */
static inline void naive_backward(const layer *l, const rt_real *dh, const rt_real *w,
                                  const trace *t, rt_real *dz, rt_real *dzh, double *dw)
{
    const int units = l->units, gates = gates_of(l);
    backward_state s = { .dh = { 0 } };

    for (int k = l->steps; k >= 1; k--) {
        const int step = step_of(l, k);
        for (int u = 0; u < units; u++)
            s.dh[u] += (double)dh[step * units + u];
        (l->kind == RNN ? naive_rnn_back : l->kind == LSTM ? naive_lstm_back : naive_gru_back)
            (l, t, k, &s);
        for (int q = 0; q < gates; q++)
            for (int u = 0; u < units; u++) {
                const int row = q * units + u;
                dz[step * gates * units + row] = (rt_real)s.dz[q][u];
                dzh[step * gates * units + row] = (rt_real)s.dzh[q][u];
                for (int j = 0; j < units; j++) {
                    s.dh[j] += s.dzh[q][u] * (double)w[row * units + j];
                    dw[row * units + j] += s.dzh[q][u] * t->h[k - 1][j];
                }
            }
    }
}

#endif
