/* unit_gain.c -- weights at which signals neither die nor blow up. */
#include "unit_gain.h"

#include "philox.h"

/* The activation behind a layer's weights: its own, or that of a layer which is nothing else. */
static rt_activation activation_of(const rt_net *net, int layer)
{
    const rt_layer *own = net->layer[layer].layer;
    const rt_layer *next = layer + 1 < net->n_layers ? net->layer[layer + 1].layer : NULL;

    return own->act == RT_LINEAR && next && !next->n_params ? next->act : own->act;
}

/* He et al. 2015 for the ReLU family; of the others the inverse of the slope at 0. */
static double gain_of(rt_activation act)
{
    switch (act) {
    case RT_RELU:
    case RT_LEAKY_RELU:
    case RT_GELU:
    case RT_SILU: return 1.4142135623730951;
    case RT_SIGMOID: return 4;
    case RT_HARD_SIGMOID: return 6;
    case RT_SOFTPLUS: return 2;
    case RT_LINEAR:
    case RT_TANH:
    case RT_ELU:
    case RT_SELU:
    case RT_SOFTSIGN:
    case RT_HARD_TANH:
    case RT_SOFTMAX: break;
    }
    return 1;
}

void rt_unit_gain(rt_run *run)
{
    double *w = run->pass.params;

    for (int i = 0; i < run->net.n_params; i++) {
        const rt_slot *p = &run->net.param[i];
        const rt_stream stream = { run->set->seed, RT_FOR_CHECK, rt_stream_of(p->key), 2 };
        const double fan_in = p->tensor->rank > 1 ? (double)p->n / p->tensor->shape[0] : 1;
        const double std = gain_of(activation_of(&run->net, p->layer)) / sqrt(fan_in);
        for (size_t k = 0; k < p->n; k++) {
            const double z = rt_random_normal(&stream, (uint32_t)k);
            w[p->at + k] = p->tensor->is_weight ? std * z : w[p->at + k] + 0.1 * z;
        }
    }
}
