/* flow_probe.c -- a recurrent cell that is run, at a bounded width, instead of a formula.  The
 * equations are those of netrt.h. */
#include "flow_probe.h"

#include <math.h>
#include <string.h>

static double sigmoid(double z) { return 1 / (1 + exp(-z)); }

static size_t at(int step, int sample, int width)
{
    return ((size_t)step * PROBE_SAMPLES + (size_t)sample) * (size_t)width;
}

enum { ROWS = 4 };                  /* of a weight, multiplied together */

/* sum[ROWS][samples] = of rows of w, n apart, with h[n][samples]: each in the order of its terms */
static void multiply_rows(const double *w, const double *h, int n,
                          double sum[ROWS][PROBE_SAMPLES])
{
    double own[ROWS][PROBE_SAMPLES] = { { 0 } };

    for (int k = 0; k < n; k++)
        for (int r = 0; r < ROWS; r++)
            for (int s = 0; s < PROBE_SAMPLES; s++)
                own[r][s] += w[r * n + k] * h[k * PROBE_SAMPLES + s];
    memcpy(sum, own, sizeof own);
}

/* z[samples][gates * width] += w h, of h[samples][width] */
static void add_product(const Probe *p, const double *h, double *z)
{
    const int n = p->width, wide = p->gates * n;
    double turned[PROBE_WIDTH * PROBE_SAMPLES];

    for (int i = 0; i < n * PROBE_SAMPLES; i++)
        turned[i % n * PROBE_SAMPLES + i / n] = h[i];
    for (int j = 0; j < wide; j += ROWS) {
        double sum[ROWS][PROBE_SAMPLES];

        multiply_rows(p->w + (size_t)j * (size_t)n, turned, n, sum);
        for (int i = 0; i < ROWS * PROBE_SAMPLES && j + i / PROBE_SAMPLES < wide; i++)
            z[i % PROBE_SAMPLES * wide + j + i / PROBE_SAMPLES]
                += sum[i / PROBE_SAMPLES][i % PROBE_SAMPLES];
    }
}

/* dh[width] += w^T dz */
static void add_transposed(const Probe *p, const double *dz, double *dh)
{
    for (int j = 0; j < p->gates * p->width; j++) {
        const double *row = p->w + (size_t)j * (size_t)p->width, d = dz[j];

        for (int k = 0; k < p->width; k++)
            dh[k] += row[k] * d;
    }
}

/* ---- One step of one sample ---------------------------------------------------------------- */

static void rnn_step(const Probe *p, double *z, double *h)
{
    for (int k = 0; k < p->width; k++)
        h[k] = act_value(p->act, z[k]);
}

static void lstm_step(const Probe *p, const double *before, double *z, double *c, double *h)
{
    const int n = p->width;

    for (int k = 0; k < n; k++) {
        z[k] = sigmoid(z[k]);
        z[n + k] = sigmoid(z[n + k] + p->forget);
        z[2 * n + k] = tanh(z[2 * n + k]);
        z[3 * n + k] = sigmoid(z[3 * n + k]);
        c[k] = z[n + k] * (before ? before[k] : 0) + z[k] * z[2 * n + k];
        h[k] = z[3 * n + k] * tanh(c[k]);
    }
}

/* `product` is w h-, of which the new gate takes r times its own. */
static void gru_step(const Probe *p, const double *before, const double *product, double *z,
                     double *own, double *h)
{
    const int n = p->width;

    for (int k = 0; k < n; k++) {
        own[k] = product[2 * n + k];
        z[k] = sigmoid(z[k] + product[k]);
        z[n + k] = sigmoid(z[n + k] + product[n + k]);
        z[2 * n + k] = tanh(z[2 * n + k] + z[k] * own[k]);
        h[k] = (1 - z[n + k]) * z[2 * n + k] + z[n + k] * before[k];
    }
}

/* What a cell makes of z, to which its product with h- is added but for a GRU's. */
static void cell_forward(Probe *p, int t, int s, const double *product)
{
    const int n = p->width;
    double *z = p->gate + at(t, s, p->gates * n), *extra = p->extra + at(t, s, n);
    double *h = p->h + at(t + 1, s, n);

    if (p->op == OP_RNN)
        rnn_step(p, z, h);
    else if (p->op == OP_LSTM)
        lstm_step(p, t ? p->extra + at(t - 1, s, n) : NULL, z, extra, h);
    else
        gru_step(p, p->h + at(t, s, n), product + s * p->gates * n, z, extra, h);
}

void probe_forward(Probe *p)
{
    const size_t wide = (size_t)(p->gates * p->width) * PROBE_SAMPLES;
    double product[PROBE_SAMPLES * PROBE_GATES * PROBE_WIDTH];

    for (int t = 0; t < p->steps; t++) {
        memset(product, 0, wide * sizeof *product);
        add_product(p, p->h + at(t, 0, p->width),
                    p->op == OP_GRU ? product : p->gate + at(t, 0, p->gates * p->width));
        for (int s = 0; s < PROBE_SAMPLES; s++)
            cell_forward(p, t, s, product);
    }
}

/* ---- And back ------------------------------------------------------------------------------ */

/* dz from d = dLoss/dh; *dc and the direct part of dh- (in `straight`) go on to the step before. */
static void rnn_back(const Probe *p, const double *z, const double *d, double *dz)
{
    for (int k = 0; k < p->width; k++)
        dz[k] = d[k] * act_slope(p->act, z[k]);
}

static void lstm_back(const Probe *p, const double *before, const double *g, const double *c,
                      const double *d, double *dc, double *dz)
{
    const int n = p->width;

    for (int k = 0; k < n; k++) {
        const double i = g[k], f = g[n + k], j = g[2 * n + k], o = g[3 * n + k], y = tanh(c[k]);
        const double dcell = d[k] * o * (1 - y * y) + dc[k];

        dz[k] = dcell * j * i * (1 - i);
        dz[n + k] = dcell * (before ? before[k] : 0) * f * (1 - f);
        dz[2 * n + k] = dcell * i * (1 - j * j);
        dz[3 * n + k] = d[k] * y * o * (1 - o);
        dc[k] = dcell * f;
    }
}

static void gru_back(const Probe *p, const double *before, const double *g, const double *own,
                     const double *d, double *dz, double *dzh)
{
    const int n = p->width;

    for (int k = 0; k < n; k++) {
        const double r = g[k], u = g[n + k], y = g[2 * n + k];
        const double dn = d[k] * (1 - u) * (1 - y * y);

        dz[k] = dzh[k] = dn * own[k] * r * (1 - r);
        dz[n + k] = dzh[n + k] = d[k] * (before[k] - y) * u * (1 - u);
        dz[2 * n + k] = dn;
        dzh[2 * n + k] = dn * r;
    }
}

static void step_backward(Probe *p, int t, int s, double *carry)
{
    const int n = p->width;
    const double *g = p->gate + at(t, s, p->gates * n), *extra = p->extra + at(t, s, n);
    const double *before = p->h + at(t, s, n), *up = p->dh + at(t, s, n);
    double *dz = p->dz + at(t, s, p->gates * n), *dzh = p->dzh + at(t, s, p->gates * n);
    double *d = carry + (size_t)s * 2 * (size_t)n, *dc = d + n;

    for (int k = 0; k < n; k++)
        d[k] += up[k];
    if (p->op == OP_RNN)
        rnn_back(p, g, d, dz);
    else if (p->op == OP_LSTM)
        lstm_back(p, t ? p->extra + at(t - 1, s, n) : NULL, g, extra, d, dc, dz);
    else
        gru_back(p, before, g, extra, d, dz, dzh);
    for (int j = 0; p->op != OP_GRU && j < p->gates * n; j++)
        dzh[j] = dz[j];
    for (int k = 0; k < n; k++)
        d[k] = p->op == OP_GRU ? d[k] * g[n + k] : 0;
    add_transposed(p, dzh, d);
}

void probe_backward(Probe *p, double *carry)
{
    for (int t = p->steps - 1; t >= 0; t--)
        for (int s = 0; s < PROBE_SAMPLES; s++)
            step_backward(p, t, s, carry);
}

/* ---- A draw -------------------------------------------------------------------------------- */

static double dot(const double *a, const double *b, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Orthonormal rows, times the gain. */
static void orthonormalise(double *w, int n, double gain)
{
    for (int i = 0; i < n; i++) {
        double *row = w + (size_t)i * (size_t)n;

        for (int pass = 0; pass < 2; pass++)
            for (int j = 0; j < i; j++) {
                const double along = dot(row, w + (size_t)j * (size_t)n, n) / (gain * gain);

                for (int k = 0; k < n; k++)
                    row[k] -= along * w[(size_t)j * (size_t)n + (size_t)k];
            }
        const double norm = sqrt(dot(row, row, n));
        for (int k = 0; k < n; k++)
            row[k] *= gain / norm;
    }
}

/* One gate's weights; of a narrower probe wider spread, so that sums have the same variance. */
static void draw_gate(Flow *f, const Tensor *tensor, int units, int n, double *w)
{
    const Draw draw = draw_of(tensor);
    const bool identity = tensor->init && strcmp(tensor->init->callee->id_name, "IDENTITY") == 0;
    const double std = sqrt(draw.var * units / n), gain = sqrt(draw.var * units);

    for (int i = 0; i < n * n; i++)
        w[i] = identity ? (i / n == i % n) * tensor->init->arg[0].real
             : draw.mean * units / n + (draw.orthogonal ? 1 : std) * flow_normal(f);
    if (draw.orthogonal && !identity && gain > 0)
        orthonormalise(w, n, gain);
}

void probe_draw(Flow *f, const Trace *t, NodeId y, Probe *p)
{
    const size_t square = (size_t)p->width * (size_t)p->width;

    for (int g = 0; g < p->gates; g++)
        draw_gate(f, tensor_of(t, y, 1), (int)t->g->node[y].size[2], p->width,
                  p->w + (size_t)g * square);
}

/* What the way forward fills. */
static void add_forward(Flow *f, Probe *p)
{
    const size_t wide = (size_t)p->width, rows = (size_t)p->steps * PROBE_SAMPLES;

    p->w = arena_array(f->arena, double, ((size_t)p->gates * wide + ROWS) * wide);
    p->gate = arena_array(f->arena, double, rows * (size_t)p->gates * wide);
    p->extra = arena_array(f->arena, double, rows * wide);
    p->h = arena_array(f->arena, double, (rows + PROBE_SAMPLES) * wide);
}

Probe *probe_new(Flow *f, const Node *n, int width)
{
    const int steps = (int)n->size[1];
    Probe *p = arena_new_of(f->arena, Probe);
    const size_t rows = (size_t)steps * PROBE_SAMPLES, wide = (size_t)width;

    *p = (Probe){ .op = n->op, .act = { n->act, n->number[0] }, .width = width, .steps = steps,
                  .gates = n->op == OP_RNN ? 1 : n->op == OP_LSTM ? 4 : 3 };
    add_forward(f, p);
    p->dz = arena_array(f->arena, double, rows * (size_t)p->gates * wide);
    p->dzh = arena_array(f->arena, double, rows * (size_t)p->gates * wide);
    p->dh = arena_array(f->arena, double, rows * wide);
    return p;
}

Probe *probe_new_beside(Flow *f, const Probe *first)
{
    Probe *p = arena_new_of(f->arena, Probe);

    *p = *first;
    add_forward(f, p);
    return p;
}
