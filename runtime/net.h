/* net.h -- a model's units unrolled into flat lists of layers and tensors, with their paths. */
#ifndef RT_NET_H
#define RT_NET_H

#include "error.h"
#include "netrt.h"

/* A tensor of the whole net: a parameter, or a running statistic. */
typedef struct {
    const char *key;                /* as PyTorch's state_dict: "h.0.weight", "bn.running_mean" */
    const rt_tensor *tensor;
    int layer;                      /* index in rt_net.layer */
    size_t at;                      /* parameters: element in params; statistics: byte in memory */
    size_t n;                       /* elements */
    int place;                      /* so many tensors lie before it in the block */
    int placed;                     /* by place: which tensor lies there */
} rt_slot;

typedef struct {
    const char *path;               /* as reports print it: "h[0]", "stage[1].unit.bn" */
    const char *key;                /* "h.0", "stage.1.unit.bn": prefix of its tensors' keys */
    const char *pattern;            /* without indices, for the notes: "h", "stage.unit.bn" */
    const rt_layer *layer;
    size_t watch;                   /* byte of its rt_watch in memory, where layer->watched */
    int param, n_params;            /* its parameters: rt_net.param[param ...] */
    int line;                       /* in the .net; 0: unknown */
    int inside;                     /* bodies of residuals around it */
    const rt_prediction *predicted; /* NULL: nothing is forecast of it */
    bool unused;                    /* does not reach the loss: `layer` is this list's own copy */
} rt_layer_info;

typedef struct rt_net {
    const rt_model *model;
    const rt_notes *notes;          /* NULL: none */
    rt_layer_info *layer;
    int n_layers;                   /* in source order, repeats unrolled */
    rt_slot *param;
    int n_params;
    rt_slot *state;
    int n_states;
    size_t n_elements;              /* of the whole params block */
    size_t n_parameters;            /* the same: every element is a trained number */
} rt_net;

/* Flattens the units; lines and the forecast from notes where given (NULL: none). */
bool rt_net_new(const rt_model *model, const rt_notes *notes, rt_net *net, rt_error *e);
/* Takes a layer that does not reach the loss out of the flow. */
bool rt_net_leave_out(rt_net *net, int layer, rt_error *e);
void rt_net_free(rt_net *net);

#endif
