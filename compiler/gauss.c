/* gauss.c -- expectations of activations over Gaussian pre-activations, by quadrature. */
#include "gauss.h"

#include <math.h>

static const double PI = 3.141592653589793;

static void put_rule(int nodes, double reach, Rule *r)
{
    double sum = 0, root[GAUSS_ORDERS + 1];

    r->nodes = nodes;
    for (int k = 0; k <= GAUSS_ORDERS; k++)
        root[k] = sqrt(k);
    for (int i = 0; i < nodes; i++) {
        r->z[i] = (i + 0.5) * 2 * reach / nodes - reach;
        r->weight[i] = exp(-0.5 * r->z[i] * r->z[i]);
        sum += r->weight[i];
    }
    for (int i = 0; i < nodes; i++) {
        double before = 0, now = 1;

        r->weight[i] /= sum;
        for (int k = 0; i >= nodes / 2 && k < GAUSS_ORDERS; k++) {
            const double next = (r->z[i] * now - root[k] * before) / root[k + 1];

            r->hermite[i - nodes / 2][k % 2][k / 2] = now * r->weight[i];
            before = now;
            now = next;
        }
    }
}

const Gauss *gauss_new(Arena *a)
{
    Gauss *g = arena_new_of(a, Gauss);

    put_rule(GAUSS_NODES, 7, &g->all);
    put_rule(GAUSS_FEW, 9, &g->few);   /* high orders end later */
    return g;
}

/* ---- Activations --------------------------------------------------------------------------- */

static const double SELU_LAMBDA = 1.0507009873554805, SELU_ALPHA = 1.6732632423543772;

static double sigmoid(double z) { return 1 / (1 + exp(-z)); }
static double cumulative(double z) { return 0.5 * erfc(-z / sqrt(2)); }
static double density(double z) { return exp(-0.5 * z * z) / sqrt(2 * PI); }

double act_value(Act act, double z)
{
    switch (act.kind) {
    case ACTIVATION_SIGMOID: return sigmoid(z);
    case ACTIVATION_TANH: return tanh(z);
    case ACTIVATION_RELU: return z > 0 ? z : 0;
    case ACTIVATION_LEAKY_RELU: return z > 0 ? z : act.number * z;
    case ACTIVATION_ELU: return z > 0 ? z : act.number * expm1(z);
    case ACTIVATION_SELU: return SELU_LAMBDA * (z > 0 ? z : SELU_ALPHA * expm1(z));
    case ACTIVATION_GELU: return z * cumulative(z);
    case ACTIVATION_SILU: return z * sigmoid(z);
    case ACTIVATION_SOFTPLUS: return fmax(z, 0) + log1p(exp(-fabs(z)));
    case ACTIVATION_SOFTSIGN: return z / (1 + fabs(z));
    case ACTIVATION_HARD_SIGMOID: return fmin(fmax(z / 6 + 0.5, 0), 1);
    case ACTIVATION_HARD_TANH: return fmin(fmax(z, -1), 1);
    case ACTIVATION_LINEAR:
    case ACTIVATION_SOFTMAX:
    case N_ACTIVATIONS: break;
    }
    return z;
}

/* At a kink the mean of both sides, so that sums over the nodes have no bias. */
static double step(double z) { return z > 0 ? 1 : z < 0 ? 0 : 0.5; }

static double tanh_slope(double z)
{
    const double y = tanh(z);

    return 1 - y * y;
}

static double sigmoid_slope(double z)
{
    const double e = exp(-fabs(z));

    return e / ((1 + e) * (1 + e));
}

static double silu_slope(double z)
{
    const double s = sigmoid(z);

    return s * (1 + z * (1 - s));
}

double act_slope(Act act, double z)
{
    switch (act.kind) {
    case ACTIVATION_SIGMOID: return sigmoid_slope(z);
    case ACTIVATION_TANH: return tanh_slope(z);
    case ACTIVATION_RELU: return step(z);
    case ACTIVATION_LEAKY_RELU: return act.number + (1 - act.number) * step(z);
    case ACTIVATION_ELU: return z > 0 ? 1 : act.number * exp(z);
    case ACTIVATION_SELU: return SELU_LAMBDA * (z > 0 ? 1 : SELU_ALPHA * exp(z));
    case ACTIVATION_GELU: return cumulative(z) + z * density(z);
    case ACTIVATION_SILU: return silu_slope(z);
    case ACTIVATION_SOFTPLUS: return sigmoid(z);
    case ACTIVATION_SOFTSIGN: return 1 / ((1 + fabs(z)) * (1 + fabs(z)));
    case ACTIVATION_HARD_SIGMOID: return fabs(z) < 3 ? 1.0 / 6 : 0;
    case ACTIVATION_HARD_TANH: return fabs(z) < 1 ? 1 : 0;
    case ACTIVATION_LINEAR:
    case ACTIVATION_SOFTMAX:
    case N_ACTIVATIONS: break;
    }
    return 1;
}

double act_slope_at(Act act, double z)
{
    return act_slope(act, z == 0 ? -1e-300 : z);
}

/* ---- Two correlated variables -------------------------------------------------------------- */

/* E of products of z or of its sign's side, for functions a z above 0 and b z below (or their
 * slopes), at mean 0: by z+ = (z + |z|) / 2 from the arc-cosine kernels. */
static double arc_at(const Series *s, double c)
{
    const double t = acos(fmin(fmax(c, -1), 1)), a = s->positive, b = s->negative;
    const double same = (PI - t) / (2 * PI), other = t / (2 * PI);
    const double both = (sqrt(fmax(1 - c * c, 0)) + c * (PI - t)) / (2 * PI);

    if (s->is_slope)
        return (a * a + b * b) * same + 2 * a * b * other;
    /* E z1+ z2- = E z1+ z2+ - c / 2 */
    return s->variance * ((a * a + b * b) * both + 2 * a * b * (c / 2 - both));
}

/* The tail's orders weigh as k^-2.5: a kink's. */
static double tail_at(double c)
{
    double sum = 0, all = 0, power = pow(c, GAUSS_ORDERS);

    if (fabs(c) >= 1)
        return c > 0 ? 1 : 0;
    for (int k = GAUSS_ORDERS; k < 4 * GAUSS_ORDERS; k++, power *= c) {
        const double w = 1 / (k * sqrt(k));

        sum += w * power;
        all += w;
    }
    return sum / all;
}

double series_at(const Series *s, double c)
{
    double sum = 0;

    if (s->arc)
        return arc_at(s, c);
    c = fmin(fmax(c, -1), 1);
    for (int k = s->orders - 1; k >= 0; k--)
        sum = sum * c + s->power[k];
    return sum + (s->tail > 1e-12 * s->total ? s->tail * tail_at(c) : 0);
}

static void expand_series(const Rule *g, const double *f, double total, Series *out)
{
    double a[2][GAUSS_ORDERS / 2] = { { 0 } }, sum = 0;

    *out = (Series){ .total = total };
    for (int i = 0; i < g->nodes / 2; i++) {
        const double above = f[g->nodes / 2 + i], below = f[g->nodes / 2 - 1 - i];

        for (int k = 0; k < GAUSS_ORDERS / 2; k++)
            a[0][k] += g->hermite[i][0][k] * (above + below);
        for (int k = 0; k < GAUSS_ORDERS / 2; k++)
            a[1][k] += g->hermite[i][1][k] * (above - below);
    }
    for (int k = 0; k < GAUSS_ORDERS; k++)
        sum += out->power[k] = a[k % 2][k / 2] * a[k % 2][k / 2];
    out->tail = fmax(total - sum, 0);
    for (int k = 0; k < GAUSS_ORDERS; k++)
        if (out->power[k] > 1e-20 * total)
            out->orders = k + 1;
}

/* ---- One variable -------------------------------------------------------------------------- */

static double mean_of(const Rule *g, const double *f)
{
    double sum = 0;

    for (int i = 0; i < g->nodes; i++)
        sum += g->weight[i] * f[i];
    return sum;
}

/* Shares of the first, the second and all higher Hermite orders in the variance of f. */
static void orders(const Rule *g, const double *f, double share[3])
{
    double mean = mean_of(g, f), var = 0, first = 0, second = 0;

    for (int i = 0; i < g->nodes; i++) {
        const double u = g->z[i], d = f[i] - mean;

        var += g->weight[i] * d * d;
        first += g->weight[i] * f[i] * u;
        second += g->weight[i] * f[i] * (u * u - 1);
    }
    var = fmax(var, 1e-300);
    share[0] = first * first / var;
    share[1] = second * second / 2 / var;
    share[2] = fmax(1 - share[0] - share[1], 0);
}

/* What of node i's cell lies under a level: of a smooth function's by its change. */
static double share_under(const Rule *g, const double *size, int i, double level)
{
    const bool inner = g->nodes < GAUSS_NODES && i > 0 && i + 1 < g->nodes;
    const double change = inner ? fabs(size[i + 1] - size[i - 1]) / 2 : 0;

    return change > 0 ? fmin(fmax(0.5 + (level - size[i]) / change, 0), 1) : size[i] < level;
}

static void flat_shares(const Rule *g, const double *slope, Moments *out)
{
    double steepest = 0, size[GAUSS_NODES];

    for (int i = 0; i < g->nodes; i++) {
        size[i] = fabs(slope[i]);
        steepest = fmax(steepest, size[i]);
    }
    out->saturated = out->dead = 0;
    for (int i = 0; i < g->nodes; i++) {
        out->saturated += g->weight[i] * share_under(g, size, i, 0.05 * steepest);
        out->dead += g->weight[i] * (size[i] < 1e-12);
    }
}

/* Analytic at least as far from the real line as tanh, whose nearest pole is at pi / 2: 160 nodes
 * to 2 standard deviations leave an error under 1e-12. */
static const Rule *rule_for(const Gauss *g, Act act, double std)
{
    switch (act.kind) {
    case ACTIVATION_SIGMOID:
    case ACTIVATION_TANH:
    case ACTIVATION_GELU:
    case ACTIVATION_SILU:
    case ACTIVATION_SOFTPLUS: return std < 2 ? &g->few : &g->all;
    default: return &g->all;
    }
}

static void close_forms(Act act, double v, Moments *out)
{
    const bool leaky = act.kind == ACTIVATION_LEAKY_RELU;

    if (!(v > 0) || (act.kind != ACTIVATION_RELU && !leaky))
        return;
    out->value = out->slope = (Series){ .arc = true, .positive = 1, .variance = v,
                                        .negative = leaky ? act.number : 0 };
    out->slope.is_slope = true;
}

void act_moments(const Gauss *tables, Act act, double v, double m, Moments *out)
{
    double f[GAUSS_NODES], d[GAUSS_NODES], f2[GAUSS_NODES] = { 0 },
           d2[GAUSS_NODES] = { 0 };
    double f4 = 0, d4 = 0, radial = 0, slope_radial = 0;
    const double std = sqrt(fmax(v, 0));
    const Rule *g = rule_for(tables, act, std);

    out->steep = out->turn = out->lift = out->own = 0;
    for (int i = 0; i < g->nodes; i++) {
        const double z = m + std * g->z[i];

        f[i] = act_value(act, z);
        d[i] = std > 0 ? act_slope(act, z) : act_slope_at(act, z);
        f2[i] = f[i] * f[i];
        d2[i] = d[i] * d[i];
        f4 += g->weight[i] * f2[i] * f2[i];
        d4 += g->weight[i] * d2[i] * d2[i];
        radial += g->weight[i] * f2[i] * (g->z[i] * g->z[i] - 1);
        slope_radial += g->weight[i] * d2[i] * (g->z[i] * g->z[i] - 1);
        out->steep += g->weight[i] * f2[i] * d2[i];
        out->turn += g->weight[i] * z * f[i] * d[i];
        out->own += g->weight[i] * z * z * d2[i];
        out->lift += g->weight[i] * f[i] * d[i];
    }
    out->mean = mean_of(g, f);
    out->square = mean_of(g, f2) + 1e-300;
    out->slope_square = mean_of(g, d2) + 1e-300;
    out->kurtosis = f4 / (out->square * out->square) - 1;
    out->slope_kurtosis = d4 / (out->slope_square * out->slope_square) - 1;
    out->radial = radial / out->square;
    out->slope_radial = slope_radial / out->slope_square;
    orders(g, f2, out->order);
    orders(g, d2, out->slope_order);
    flat_shares(g, d, out);
    expand_series(g, f, out->square, &out->value);
    expand_series(g, d, out->slope_square, &out->slope);
    if (m == 0)
        close_forms(act, v, out);
}

void act_squares(const Gauss *tables, Act act, double v, double m, double out[2])
{
    const double std = sqrt(fmax(v, 0));
    const Rule *g = rule_for(tables, act, std);

    out[0] = out[1] = 1e-300;
    for (int i = 0; i < g->nodes; i++) {
        const double z = m + std * g->z[i], f = act_value(act, z);
        const double d = std > 0 ? act_slope(act, z) : act_slope_at(act, z);

        out[0] += g->weight[i] * f * f;
        out[1] += g->weight[i] * d * d;
    }
}

bool act_scales(Act act)
{
    return act.kind == ACTIVATION_RELU || act.kind == ACTIVATION_LEAKY_RELU
        || act.kind == ACTIVATION_LINEAR;
}

void scale_moments(Moments *m, double v)
{
    m->mean *= sqrt(v);
    m->lift *= sqrt(v);
    m->square *= v;
    m->steep *= v;
    m->turn *= v;
    m->own *= v;
    m->value.variance *= v;
    m->value.total *= v;
    m->value.tail *= v;
    for (int k = 0; k < GAUSS_ORDERS; k++)
        m->value.power[k] *= v;
}

/* E over s of Phi(-(m + sqrt(v c) s) / sqrt(v (1 - c)))^n */
double never_positive(double v, double m, double c, double n)
{
    const double step = 0.02, shared = sqrt(v * fmax(c, 0)), own = sqrt(v * fmax(1 - c, 1e-12));
    double sum = 0;

    for (double s = -8; s <= 8; s += step)
        sum += step * exp(-s * s / 2) / sqrt(2 * acos(-1))
             * pow(0.5 * erfc((m + shared * s) / (own * sqrt(2))), n);
    return sum;
}
