/* gradients.h -- between gradients.c and gradients_layers.c: what the rules are made of. */
#ifndef GRADIENTS_H
#define GRADIENTS_H

#include "differentiate.h"

static inline const Node *node(const Sweep *s, NodeId id) { return &s->g->node[id]; }
static inline NodeId input(const Sweep *s, NodeId y, int i) { return s->g->node[y].in[i]; }

/* A node shaped as input i of y, with y's numbers. */
Node like_input(const Sweep *s, OpKind op, NodeId y, int i);

/* Gives input i of y what `op` makes of up to six nodes. */
void give_made(Sweep *s, NodeId y, int i, OpKind op, const NodeId *in, int n_in);

/* gradients_layers.c */
GradientRule grad_affine, grad_dropout, grad_batchnorm, grad_layernorm, grad_groupnorm, grad_conv,
    grad_max_pool, grad_avg_pool, grad_plane_mean, grad_extract, grad_concat, grad_embedding,
    grad_rnn, grad_lstm, grad_gru;

#endif
