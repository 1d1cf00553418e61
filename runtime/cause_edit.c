/* cause_edit.c -- what to write where a gradient vanishes or explodes. */
#include "cause.h"

#include <stdio.h>
#include <string.h>

#include "figures.h"

static bool is_he_family(rt_activation act)
{
    return act == RT_RELU || act == RT_LEAKY_RELU || act == RT_ELU || act == RT_GELU
        || act == RT_SILU;
}

static rt_init_kind matching_init(rt_activation act)
{
    return is_he_family(act) ? RT_HE_NORMAL : act == RT_SELU ? RT_LECUN_NORMAL : RT_XAVIER_UNIFORM;
}

static bool matches(const rt_init *init, rt_activation act)
{
    switch (init->kind) {
    case RT_HE_UNIFORM: case RT_HE_NORMAL:         return is_he_family(act);
    case RT_LECUN_UNIFORM: case RT_LECUN_NORMAL:   return act == RT_SELU;
    case RT_XAVIER_UNIFORM: case RT_XAVIER_NORMAL: return !is_he_family(act) && act != RT_SELU;
    case RT_ORTHOGONAL:                            return !is_he_family(act);
    default:                                       return false;
    }
}

/* Would the initialiser that goes with the activation bring the factor nearer to 1?  Weights that
 * are too large also make a gradient vanish: by saturation. */
static bool would_help(const rt_factors *f, bool growing)
{
    rt_tensor fresh = *f->tensor;
    if (matches(&f->tensor->init, f->act))
        return false;
    fresh.init = (rt_init){ matching_init(f->act), 0, 0 };
    const double ratio = rt_init_rms(&fresh) / f->rms;
    return growing || f->rest < 0.5 ? ratio < 0.95 || (!growing && ratio > 1.05) : ratio > 1.05;
}

void rt_write_edit(const rt_net *net, int layer, const char *change, rt_verdict *v)
{
    v->edit[0] = '\0';
    rt_append(v->edit, sizeof v->edit, "in %s", net->layer[layer].pattern);
    if (net->layer[layer].line)
        rt_append(v->edit, sizeof v->edit, " (line %d)", net->layer[layer].line);
    rt_append(v->edit, sizeof v->edit, ": %s", change);
}

bool rt_edit_large_init(const rt_net *net, int layer, rt_verdict *v)
{
    const rt_slot *w = rt_weight_of(net, layer);
    char change[96] = "init = ", name[64];
    if (!w)
        return false;
    rt_tensor fresh = *w->tensor;
    fresh.init = (rt_init){ matching_init(rt_activation_after(net, layer)), 0, 0 };
    if (!(rt_init_rms(w->tensor) > 2 * rt_init_rms(&fresh)))
        return false;
    rt_append(change, sizeof change, "%s", rt_init_name(&fresh.init, name, sizeof name));
    rt_write_edit(net, layer, change, v);
    return true;
}

static bool is_sigmoid_like(rt_activation act)
{
    return act == RT_SIGMOID || act == RT_HARD_SIGMOID || act == RT_SOFTMAX;
}

/* A trained scale, as its initialiser makes it; NAN: a constant, of which only the code knows. */
static double learned_scale(const rt_net *net, int residual)
{
    const rt_layer_info *l = &net->layer[residual];
    for (int i = 0; i < l->n_params; i++)
        if (!strcmp(net->param[l->param + i].tensor->role, "scale"))
            return net->param[l->param + i].tensor->init.a;
    return NAN;
}

/* The residual whose body adds most to the gradient that its skip carries; -1: none adds a tenth to
 * its square. */
static int heaviest_residual(const rt_net *net, const rt_record *r)
{
    double most = sqrt(0.1);
    int found = -1;
    for (int i = 0; i < net->n_layers; i++) {
        const double *path = r->layer[i].watch.path_rms;
        if (net->layer[i].layer->paths == 0 || strcmp(net->layer[i].layer->kind, "residual")
            || !(path[1] > most * path[0]))
            continue;
        most = path[1] / path[0];
        found = i;
    }
    return found;
}

static void write_scale(const rt_net *net, int residual, rt_verdict *v)
{
    const double scale = learned_scale(net, residual);
    char change[120];
    if (isfinite(scale))
        snprintf(change, sizeof change, "a smaller step in each block: scale = learn(%.2g)",
                 scale / 10);
    else
        snprintf(change, sizeof change, "a smaller step in each block, a tenth of its scale: "
                 "residual(scale = 0.1) where it has none");
    rt_write_edit(net, residual, change, v);
}

/* Sigmoids go first, then an initialiser that does not fit, then the architecture. */
void rt_mend(const rt_net *net, const rt_record *r, bool growing, const rt_factors *f,
             rt_verdict *v)
{
    const int residual = growing ? heaviest_residual(net, r) : -1;
    char change[96] = "init = ", name[64];
    if (!growing && is_sigmoid_like(f->act)) {
        rt_write_edit(net, f->layer, "act = relu, init = he_normal", v);
    } else if (would_help(f, growing)) {
        const rt_init init = { matching_init(f->act), 0, 0 };
        rt_append(change, sizeof change, "%s", rt_init_name(&init, name, sizeof name));
        rt_write_edit(net, f->layer, change, v);
    } else if (residual >= 0) {
        write_scale(net, residual, v);
    } else if (growing || rt_has_residuals(net)) {
        rt_write_edit(net, f->layer, "put `layernorm;` after it", v);
    } else {
        rt_write_edit(net, f->layer, "wrap it in `residual { ... }`, or put `layernorm;` after it",
                      v);
    }
}
