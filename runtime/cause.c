/* cause.c -- why a gradient vanishes or explodes, and what to write instead. */
#include "cause.h"

#include <stdio.h>
#include <string.h>

#include "figures.h"

const char *rt_activation_name(rt_activation act)
{
    static const char *const name[] = {
        "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu",
        "softplus", "softsign", "hard_sigmoid", "hard_tanh", "softmax"
    };
    return name[act];
}

static const char *const init_name[] = {
    "zeros", "ones", "constant", "normal", "uniform", "truncated_normal", "xavier_uniform",
    "xavier_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
    "orthogonal", "identity", "variance_scaling"
};

const char *rt_init_name(const rt_init *init, char *out, size_t size)
{
    snprintf(out, size, "%s", init_name[init->kind]);
    switch (init->kind) {
    case RT_CONSTANT: case RT_NORMAL: case RT_TRUNCATED_NORMAL: case RT_VARIANCE_SCALING:
        rt_append(out, size, "(%g)", init->a);
        break;
    case RT_UNIFORM:
        rt_append(out, size, "(%g, %g)", init->a, init->b);
        break;
    case RT_ORTHOGONAL: case RT_IDENTITY:
        if (init->a < 1 || init->a > 1)
            rt_append(out, size, "(%g)", init->a);
        break;
    default:
        break;
    }
    return out;
}

/* ---- The tensors --------------------------------------------------------------------------- */

/* Outputs that an input reaches, and inputs that an output reads: PyTorch's fans. */
static double fan_out(const rt_tensor *t)
{
    double n = t->rank > 0 ? t->shape[0] : 1;
    for (int i = 2; i < t->rank; i++)
        n *= t->shape[i];
    return n;
}

static double fan_in(const rt_tensor *t)
{
    double n = 1;
    for (int i = 1; i < t->rank; i++)
        n *= t->shape[i];
    return n;
}

/* Each gate of a recurrent layer is initialised by itself. */
static double fan_out_of_gate(const rt_tensor *t)
{
    return fan_out(t) / (t->gates > 1 ? t->gates : 1);
}

/* Of scale / fan, the mode as in rt_init. */
static double scaled(const rt_tensor *t, double scale, int mode)
{
    const double in = fan_in(t), out = fan_out_of_gate(t);
    return sqrt(scale / (mode == 0 ? in : mode == 1 ? out : (in + out) / 2));
}

double rt_init_rms(const rt_tensor *t)
{
    const double a = t->init.a, b = t->init.b;
    switch (t->init.kind) {
    case RT_ZEROS:            return 0;
    case RT_ONES:             return 1;
    case RT_CONSTANT:         return fabs(a);
    case RT_NORMAL:           return sqrt(a * a + b * b);
    case RT_UNIFORM:          return sqrt((a * a + a * b + b * b) / 3);
    case RT_TRUNCATED_NORMAL: return 0.8796 * a;        /* cut at two sigma */
    case RT_XAVIER_UNIFORM:
    case RT_XAVIER_NORMAL:    return scaled(t, 1, 2);
    case RT_HE_UNIFORM:
    case RT_HE_NORMAL:        return scaled(t, 2 / (1 + a * a), 0);
    case RT_LECUN_UNIFORM:
    case RT_LECUN_NORMAL:     return scaled(t, 1, 0);
    case RT_ORTHOGONAL:
    case RT_IDENTITY:         return fabs(a) / sqrt(fmax(fan_in(t), fan_out_of_gate(t)));
    case RT_VARIANCE_SCALING: return scaled(t, a, (int)b & 3);
    case RT_FORGET_GATE:      return fabs(a) / 2;       /* a quarter of it is a */
    }
    return NAN;
}

const rt_slot *rt_weight_of(const rt_net *net, int layer)
{
    const rt_layer_info *l = &net->layer[layer];
    for (int i = 0; i < l->n_params; i++)
        if (net->param[l->param + i].tensor->is_weight)
            return &net->param[l->param + i];
    return NULL;
}

/* ---- The neighbours ------------------------------------------------------------------------ */

int rt_next_in_flow(const rt_net *net, int layer)
{
    for (int i = layer + 1; i < net->n_layers; i++)
        if (net->layer[i].layer->in_flow)
            return i;
    return -1;
}

int rt_previous_in_flow(const rt_net *net, int layer)
{
    for (int i = layer - 1; i >= 0; i--)
        if (net->layer[i].layer->in_flow)
            return i;
    return -1;
}

rt_activation rt_activation_after(const rt_net *net, int layer)
{
    if (net->layer[layer].layer->act != RT_LINEAR)
        return net->layer[layer].layer->act;
    for (int i = layer + 1; i < net->n_layers && !net->layer[i].layer->in_flow; i++)
        if (net->layer[i].layer->act != RT_LINEAR)
            return net->layer[i].layer->act;
    return RT_LINEAR;
}

/* Is there a norm between the layer and the next weights? */
static bool is_normed(const rt_net *net, int layer)
{
    for (int i = layer + 1; i < net->n_layers && !net->layer[i].layer->in_flow; i++)
        if (strstr(net->layer[i].layer->kind, "norm"))
            return true;
    return false;
}

bool rt_has_residuals(const rt_net *net)
{
    for (int i = 0; i < net->n_layers; i++)
        if (net->layer[i].layer->paths > 0 && !strcmp(net->layer[i].layer->kind, "residual"))
            return true;
    return false;
}

void rt_append_place(char *out, size_t size, const rt_net *net, int layer)
{
    rt_append(out, size, "%s", net->layer[layer].path);
    if (net->layer[layer].line)
        rt_append(out, size, " (line %d)", net->layer[layer].line);
}

/* ---- Who is to blame ----------------------------------------------------------------------- */

/* The layers of one pattern, and what they do together to what passes. */
typedef struct {
    int layer;                      /* the worst of them */
    int count;
    double decades, worst;          /* the sum; the worst one's */
} Group;

/* log10 of the factor between a layer and its neighbour: of the gradient on the way back from the
 * next layer, or of the signal on the way on to it. */
static double step_of(const rt_net *net, const rt_record *r, int layer, bool forward)
{
    const int next = rt_next_in_flow(net, layer);
    if (next < 0)
        return NAN;
    return forward ? log10(r->layer[next].watch.act_rms / r->layer[layer].watch.act_rms)
                   : log10(rt_arrival(net, r, layer) / rt_arrival(net, r, next));
}

enum { GROUPS = 64 };

static Group *group_of(const rt_net *net, Group *group, int *n, int layer)
{
    for (int i = 0; i < *n; i++)
        if (!strcmp(net->layer[group[i].layer].pattern, net->layer[layer].pattern))
            return &group[i];
    if (*n == GROUPS)
        return NULL;
    group[*n] = (Group){ .layer = layer };
    return &group[(*n)++];
}

/* The pattern that contributes most; sign 1 looks for growth, -1 for decay. */
static Group culprit(const rt_net *net, const rt_record *r, bool forward, double sign)
{
    Group group[GROUPS], best = { .layer = -1 };
    int n = 0, first, last;
    if (!rt_flow_ends(net, &first, &last))
        return best;
    for (int i = first; i < last; i++) {
        const double d = net->layer[i].layer->in_flow ? sign * step_of(net, r, i, forward) : NAN;
        Group *g = isfinite(d) ? group_of(net, group, &n, i) : NULL;
        if (!g)
            continue;
        if (!g->count || d > g->worst) {
            g->layer = i;
            g->worst = d;
        }
        g->count++;
        g->decades += d;
    }
    for (int i = 0; i < n; i++)
        if (best.layer < 0 || group[i].decades > best.decades)
            best = group[i];
    return best;
}

/* The layer at which the gradient becomes exactly zero on its way back, or -1. */
static int death_of(const rt_net *net, const rt_record *r)
{
    for (int i = net->n_layers - 1; i >= 0; i--) {
        const int next = rt_next_in_flow(net, i);
        if (!net->layer[i].layer->in_flow || next < 0)
            continue;
        if (rt_arrival(net, r, next) > 0 && !(rt_arrival(net, r, i) > 0))
            return i;
    }
    return -1;
}

/* ---- The cause ----------------------------------------------------------------------------- */

/* A tensor of RMS s multiplies the RMS of a gradient by s sqrt(fan_out), of a signal by s
 * sqrt(fan_in), for vectors that know nothing of it. */
static bool factors_of(const rt_net *net, const rt_record *r, bool forward, const Group *g,
                       rt_factors *f)
{
    const int next = rt_next_in_flow(net, g->layer);
    const rt_slot *w = next < 0 ? NULL : rt_weight_of(net, next);
    if (!w)
        return false;
    const double measured = r->layer[next].weight_rms;
    const double rms = isfinite(measured) ? measured : rt_init_rms(w->tensor);
    f->tensor = w->tensor;
    f->rms = rms;
    f->layer = g->layer;
    f->act = rt_activation_after(net, forward ? next : g->layer);
    f->weights = rms * sqrt(forward ? fan_in(w->tensor) : fan_out(w->tensor));
    f->rest = f->weights > 0 ? pow(10, g->decades / g->count) / f->weights : NAN;
    return true;
}

double rt_most_slope(rt_activation act)
{
    return act == RT_SIGMOID ? 0.25 : act == RT_HARD_SIGMOID ? 1.0 / 6 : act == RT_SELU ? 1.7581
         : act == RT_GELU ? 1.1290 : act == RT_SILU ? 1.0998 : 1;
}

static const char *least_slope(rt_activation act)
{
    return act == RT_SIGMOID ? ", which is at most 0.25," : act == RT_HARD_SIGMOID
               ? ", which is at most 0.17," : "";
}

/* A factor that no slope has: the gradient does not lie across the weights at random. */
static bool is_stretched(const rt_net *net, bool forward, bool joined, const Group *g,
                         const rt_factors *f)
{
    return !forward && !joined && !is_normed(net, g->layer) && !net->layer[g->layer].layer->steps
        && f->rest > 1.001 * rt_most_slope(f->act);
}

static void explain(const rt_net *net, bool forward, bool joined, const Group *g,
                    const rt_factors *f, rt_verdict *v)
{
    char factor[RT_FIGURE], weights[RT_FIGURE], rest[RT_FIGURE], init[64];
    rt_append(v->reason, sizeof v->reason, g->count > 1 ? ". Each layer of %s" : ". %s",
              g->count > 1 ? net->layer[g->layer].pattern : net->layer[g->layer].path);
    rt_append(v->reason, sizeof v->reason, " multiplies it by %s: the weights (%s) by %s, ",
              rt_figure(factor, pow(10, g->decades / g->count)),
              rt_init_name(&f->tensor->init, init, sizeof init), rt_figure(weights, f->weights));
    if (net->layer[g->layer].layer->steps > 0)
        rt_append(v->reason, sizeof v->reason, "the rest of the cell");
    else if (forward)
        rt_append(v->reason, sizeof v->reason, "%s", rt_activation_name(f->act));
    else
        rt_append(v->reason, sizeof v->reason, "the slope of %s%s",
                  rt_activation_name(f->act), least_slope(f->act));
    rt_append(v->reason, sizeof v->reason, "%s%s%s by %s",
              is_normed(net, g->layer) ? " with the norm" : "", joined ? " with the skip" : "",
              is_stretched(net, forward, joined, g, f) ? " and what the weights stretch most" : "",
              rt_figure(rest, f->rest));
}

/* ---- The whole ------------------------------------------------------------------------------ */

void rt_blame(const rt_net *net, const rt_record *r, bool growing, rt_verdict *v)
{
    int first, last;
    rt_factors f;
    const bool silent = rt_flow_ends(net, &first, &last) && rt_arrival(net, r, last) == 0;
    const bool forward = growing ? isnan(rt_gained(net, r)) : silent;
    const int dies = growing || silent ? -1 : death_of(net, r);
    Group g = culprit(net, r, forward, growing ? 1 : -1);
    if (dies >= 0)
        rt_append(v->reason, sizeof v->reason, ". It is exactly zero from %s down",
                  net->layer[dies].path);
    if (g.layer < 0 && dies >= 0)
        g = (Group){ .layer = dies, .count = 1, .decades = NAN };
    g.decades *= growing ? 1 : -1;
    if (g.layer < 0 || !rt_flow_ends(net, &first, &last))
        return;
    v->layer = g.layer;
    if (!factors_of(net, r, forward, &g, &f))
        return;
    if (isfinite(g.decades) && f.weights > 0)
        explain(net, forward, rt_has_residuals(net), &g, &f, v);
    rt_mend(net, r, growing, &f, v);
}
