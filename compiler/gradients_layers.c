/* gradients_layers.c -- how the gradient flows back through layers: products, norms, images,
 * sequences. */
#include "gradients.h"

/* The gradient of a bias that is added where another one is, as in recurrent layers: that of the
 * other, or 0. */
static NodeId same_db(const Sweep *s, NodeId dz)
{
    for (NodeId id = s->g->n - 1; id >= s->n_forward; id--)
        if (node(s, id)->op == OP_AFFINE_DB && node(s, id)->in[0] == dz)
            return id;
    return 0;
}

/* z = x W^T + b:  dW = dz^T x, db = sum of dz over rows, dx = dz W */
void grad_affine(Sweep *s, NodeId z, NodeId dz)
{
    const NodeId dw[2] = { dz, input(s, z, 0) }, dx[2] = { dz, input(s, z, 1) };
    const NodeId db = same_db(s, dz);

    give_made(s, z, 1, OP_AFFINE_DW, dw, 2);
    if (input(s, z, 2))
        give_made(s, z, 2, db ? OP_SAME_DB : OP_AFFINE_DB, db ? &db : &dz, 1);
    give_made(s, z, 0, OP_AFFINE_DX, dx, 2);
}

/* dx = dy under the forward pass's mask */
void grad_dropout(Sweep *s, NodeId y, NodeId dy)
{
    give_made(s, y, 0, OP_DROPOUT_DX, &dy, 1);
}

/* y = gamma x^ + beta, x^ = (x - mean) rstd, the statistics being functions of x:
 * dgamma = sum of dy x^, dbeta = sum of dy, dx = gamma rstd (dy - mean(dy) - x^ mean(dy x^)),
 * whose means are these sums over the values of a channel: so one call computes all three */
void grad_batchnorm(Sweep *s, NodeId y, NodeId dy)
{
    const NodeId gamma = input(s, y, 2), in[4] = { dy, input(s, y, 0), input(s, y, 1), gamma };
    const NodeId dx = sweep_add(s, y, like_input(s, OP_BATCHNORM_BACKWARD, y, 0), in, 4);

    for (int i = 2; gamma && i <= 3; i++) {
        Node pick = like_input(s, OP_PICK, y, i);

        pick.index = i - 1;
        give(s, y, i, sweep_add(s, y, pick, &dx, 1));
    }
    if (wants(s, y, 0))
        give(s, y, 0, dx);
}

/* y = gamma x^ + beta, x^ = (x - mean) rstd, by row:
 * dx = rstd (d - mean(d) - x^ mean(d x^)), d = gamma dy */
void grad_layernorm(Sweep *s, NodeId y, NodeId dy)
{
    const NodeId x = input(s, y, 0), stats = input(s, y, 1), gamma = input(s, y, 2);
    const NodeId dgamma[3] = { dy, x, stats }, dx[4] = { dy, x, stats, gamma };

    if (gamma) {
        give_made(s, y, 2, OP_LAYERNORM_DGAMMA, dgamma, 3);
        give_made(s, y, 3, OP_LAYERNORM_DBETA, &dy, 1);
    }
    give_made(s, y, 0, OP_LAYERNORM_DX, dx, 4);
}

/* What flows to input i of y, a number a channel: the sum of dy[rows][channels][inner]. */
static NodeId sum_by_channel(Sweep *s, NodeId y, int i, OpKind op, NodeId dy, int64_t rows,
                             int64_t channels, int64_t inner)
{
    Node n = like_input(s, op, y, i);

    n.size[0] = rows;
    n.size[1] = channels;
    n.size[2] = inner;
    return sweep_add(s, y, n, &dy, 1);
}

void grad_groupnorm(Sweep *s, NodeId y, NodeId dy)
{
    const NodeId x = input(s, y, 0), stats = input(s, y, 1), gamma = input(s, y, 2);
    const NodeId dgamma[3] = { dy, x, stats }, dx[4] = { dy, x, stats, gamma };
    const int64_t *size = node(s, y)->size;

    if (gamma) {
        give_made(s, y, 2, OP_GROUPNORM_DGAMMA, dgamma, 3);
        give(s, y, 3, sum_by_channel(s, y, 3, OP_GROUPNORM_DBETA, dy, size[0], size[1] * size[2],
                                 size[3]));
    }
    give_made(s, y, 0, OP_GROUPNORM_DX, dx, 4);
}

/* ---- Images -------------------------------------------------------------------------------- */

void grad_conv(Sweep *s, NodeId z, NodeId dz)
{
    const NodeId dw[2] = { dz, input(s, z, 0) }, dx[2] = { dz, input(s, z, 1) };
    const Shape out = node(s, z)->window->out;

    give_made(s, z, 1, OP_CONV_DW, dw, 2);
    if (input(s, z, 2))
        give(s, z, 2, sum_by_channel(s, z, 2, OP_CONV_DB, dz, 1, out.dim[0],
                                 out.dim[1] * out.dim[2]));
    give_made(s, z, 0, OP_CONV_DX, dx, 2);
}

void grad_max_pool(Sweep *s, NodeId y, NodeId dy)
{
    const NodeId in[2] = { dy, input(s, y, 0) };

    give_made(s, y, 0, OP_MAX_POOL_DX, in, 2);
}

void grad_avg_pool(Sweep *s, NodeId y, NodeId dy)
{
    give_made(s, y, 0, OP_AVG_POOL_DX, &dy, 1);
}

void grad_plane_mean(Sweep *s, NodeId y, NodeId dy)
{
    give_made(s, y, 0, OP_PLANE_MEAN_DX, &dy, 1);
}

/* ---- Pieces -------------------------------------------------------------------------------- */

void grad_extract(Sweep *s, NodeId y, NodeId dy)
{
    give_made(s, y, 0, OP_EXTRACT_DX, &dy, 1);
}

/* dx_k = the columns of dy where x_k went */
void grad_concat(Sweep *s, NodeId y, NodeId dy)
{
    int64_t at = 0;

    for (int i = 0; i < node(s, y)->n_in; i++) {
        Node n = like_input(s, OP_EXTRACT, y, i);

        n.size[2] = node_elements(&n) / n.size[0];
        n.size[3] = at;
        at += n.size[2];
        if (wants(s, y, i))
            give(s, y, i, sweep_add(s, y, n, &dy, 1));
    }
}

/* ---- Sequences ----------------------------------------------------------------------------- */

/* Its input are the numbers of words: nothing flows back to them. */
void grad_embedding(Sweep *s, NodeId y, NodeId dy)
{
    const NodeId dw[2] = { dy, input(s, y, 0) };

    give_made(s, y, 1, OP_EMBEDDING_DW, dw, 2);
}

/* Room for what is carried from step to step on the way back: `width` numbers a sample. */
static NodeId carry(Sweep *s, NodeId h, int64_t width)
{
    const Node *n = node(s, h);
    const Node room = { .op = OP_BUFFER, .shape = shape1(width), .batched = true,
                        .layer = n->layer };
    const NodeId id = sweep_add(s, h, room, NULL, 0);
    const char *name = arena_printf(s->s->arena, "d_%s_carry", n->name);

    s->g->node[id].name = name_claim(s->g->taken, s->s->names, name, s->s->arena);
    return id;
}

/* dz of the recurrent products, [steps][gates * units], gives those of w_hh and b_hh. */
static void give_recurrent(Sweep *s, NodeId h, NodeId dz)
{
    const NodeId dw[2] = { dz, h };
    const Node *n = node(s, h);
    const int64_t steps = n->size[1], width = node_elements(node(s, dz)) / steps;

    if (wants(s, h, 1)) {
        Node product = like_input(s, OP_RECURRENT_DW, h, 1);

        product.size[3] = width;
        give(s, h, 1, sweep_add(s, h, product, dw, 2));
    }
    if (input(s, h, 2)) {
        Node sum = like_input(s, OP_AFFINE_DB, h, 2);

        sum.size[0] = steps;
        sum.size[1] = width;
        give(s, h, 2, sweep_add(s, h, sum, &dz, 1));
    }
}

/* Inputs of a cell: zx, w_hh, b_hh, cell; of its gradient: dh, w_hh, cell, h where it is read, and
 * the carry. */
static NodeId give_dz(Sweep *s, NodeId h, NodeId dh, OpKind op, bool reads_h, int64_t carried)
{
    const NodeId room = carry(s, h, carried);
    const NodeId in[5] = { dh, input(s, h, 1), input(s, h, 3), reads_h ? h : room, room };
    const NodeId dz = sweep_add(s, h, like_input(s, op, h, 0), in, reads_h ? 5 : 4);

    give(s, h, 0, dz);
    return dz;
}

void grad_rnn(Sweep *s, NodeId h, NodeId dh)
{
    const int64_t units = node(s, h)->size[2];

    give_recurrent(s, h, give_dz(s, h, dh, OP_RNN_DZ, true, units));
}

void grad_lstm(Sweep *s, NodeId h, NodeId dh)
{
    const int64_t units = node(s, h)->size[2];

    give_recurrent(s, h, give_dz(s, h, dh, OP_LSTM_DZ, false, 2 * units));
}

/* The new gate takes its recurrent product times r: there dz differs for the two products. */
void grad_gru(Sweep *s, NodeId h, NodeId dh)
{
    const int64_t units = node(s, h)->size[2];
    const NodeId dz = give_dz(s, h, dh, OP_GRU_DZ, true, 2 * units);
    const NodeId in[2] = { dz, input(s, h, 3) };
    Node hidden = like_input(s, OP_GRU_HIDDEN_DZ, h, 0);
    NodeId dzh;

    hidden.size[0] = node(s, h)->size[1];
    dzh = sweep_add(s, h, hidden, in, 2);
    s->g->node[dzh].name = name_claim(s->g->taken, s->s->names,
                                      arena_printf(s->s->arena, "d_%s_hidden", node(s, h)->name),
                                      s->s->arena);
    give_recurrent(s, h, dzh);
}
