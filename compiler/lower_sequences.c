/* lower_sequences.c -- embeddings and recurrent layers: a rule each.
 *
 * A recurrent layer is two products: w_ih x + b_ih of all steps at once (an AFFINE), and the cell,
 * which walks the steps and adds w_hh h + b_hh.  Its delta is the gradient of the first: dLoss/dz
 * of every gate and step. */
#include "lower.h"

NodeId lower_embedding(Lower *l, const Item *item, const NodeId *in)
{
    const int64_t words = layer_arg(item, "vocab")->integer;
    const int64_t width = layer_arg(item, "dim")->integer;
    const int row = lower_row(l, item, "embedding");
    const Node node = { .shape = item->out, .layer = row,
                        .size = { item->in.dim[0], words, width } };
    const Tensor weight = { .role = "weight", .shape = shape2(words, width), .is_weight = true,
                            .init = layer_arg(item, "init"), .fan_in = width, .fan_out = words };
    NodeId from[2] = { in[0], 0 };
    NodeId y;

    l->g->layer[row].in_flow = true;
    from[1] = lower_tensor(l, row, OP_PARAM, weight);
    y = lower_batched(l, OP_EMBEDDING, item, node, "", from, 2);
    lower_watch_output(l, item, row, 0, y, y);
    return y;
}

/* ---- Recurrent layers ---------------------------------------------------------------------- */

typedef struct {
    OpKind op;
    int gates;
    int kept;                       /* numbers a unit and step that the way back needs */
    const Value *act;               /* an rnn's; NULL: the gates have their own */
} Cell;

/* A leaky ReLU's slope, for he_*. */
static double slope_of(const Cell *cell)
{
    return cell->act && cell->act->callee->id == ACTIVATION_LEAKY_RELU ? cell->act->arg[0].real : 0;
}

static NodeId recurrent_weight(Lower *l, const Item *item, int row, const Cell *cell, bool hidden)
{
    const int64_t units = layer_arg(item, "units")->integer;
    const int64_t width = hidden ? units : item->in.dim[1];
    const Tensor t = { .role = hidden ? "weight_hh_l0" : "weight_ih_l0",
                       .shape = shape2(cell->gates * units, width), .gates = cell->gates,
                       .init = layer_arg(item, hidden ? "recurrent_init" : "init"),
                       .fan_in = width, .fan_out = units, .is_weight = true,
                       .slope = slope_of(cell) };

    return lower_tensor(l, row, OP_PARAM, t);
}

/* 0 where the layer has none.  The forget gate's starts at forget_bias, all else at zero. */
static NodeId recurrent_bias(Lower *l, const Item *item, int row, const Cell *cell, bool hidden)
{
    const int64_t units = layer_arg(item, "units")->integer;
    Tensor t = { .role = hidden ? "bias_hh_l0" : "bias_ih_l0",
                 .shape = shape1(cell->gates * units) };

    if (!layer_arg(item, "bias")->integer)
        return 0;
    if (cell->op == OP_LSTM && !hidden) {
        t.is_forget = true;
        t.constant = layer_arg(item, "forget_bias")->real;
    }
    return lower_tensor(l, row, OP_PARAM, t);
}

/* Kept for the way back; 0 where h is enough. */
static NodeId cell_room(Lower *l, const Item *item, const Cell *cell)
{
    const Shape shape = shape2(item->in.dim[0], cell->kept * layer_arg(item, "units")->integer);

    return cell->kept ? lower_batched(l, OP_BUFFER, item, (Node){ .shape = shape, .layer = -1 },
                                      "_cell", NULL, 0) : 0;
}

/* The state after the step that is walked last: [steps, units] -> [units]. */
static NodeId last_step(Lower *l, const Item *item, bool reverse, NodeId h)
{
    const int64_t steps = item->in.dim[0], units = item->out.dim[0];
    const Node node = { .shape = item->out, .layer = -1,
                        .size = { 1, steps * units, units, reverse ? 0 : (steps - 1) * units } };

    return lower_batched(l, OP_EXTRACT, item, node, "", &h, 1);
}

/* Its output is watched at every step. */
static void watch_cell(Lower *l, const Item *item, int row, const Node *h, NodeId zx, NodeId z,
                       NodeId y)
{
    lower_watch_output(l, item, row, h->number[0], z, y);
    l->g->layer[row].z = zx;
}

static NodeId recurrent(Lower *l, const Item *item, NodeId x, const Cell *cell)
{
    const int64_t steps = item->in.dim[0], units = layer_arg(item, "units")->integer;
    const bool reverse = layer_arg(item, "reverse")->integer, last = item->out.rank == 1;
    const int row = lower_row(l, item, item->callee->name);
    Node z = { .shape = shape2(steps, cell->gates * units), .layer = row,
               .size = { steps, cell->gates * units, item->in.dim[1] } };
    Node h = { .shape = shape2(steps, units), .layer = row, .size = { 1, steps, units },
               .reverse = reverse };
    NodeId product[3] = { x, 0, 0 }, in[4] = { 0 };
    NodeId y;

    l->g->layer[row].in_flow = true;
    l->g->layer[row].steps = steps;
    l->g->layer[row].reverse = reverse;
    product[1] = recurrent_weight(l, item, row, cell, false);
    in[1] = recurrent_weight(l, item, row, cell, true);
    product[2] = recurrent_bias(l, item, row, cell, false);
    in[2] = recurrent_bias(l, item, row, cell, true);
    in[0] = lower_batched(l, OP_AFFINE, item, z, "_z", product, 3);
    in[3] = cell_room(l, item, cell);
    if (cell->act) {
        h.act = l->g->layer[row].act = (ActivationKind)cell->act->callee->id;
        h.number[0] = activation_number(cell->act->callee, cell->act->arg);
    }
    y = lower_batched(l, cell->op, item, h, last ? "_steps" : "", in, 4);
    watch_cell(l, item, row, &h, in[0], in[3] ? in[3] : y, y);
    return last ? last_step(l, item, reverse, y) : y;
}

NodeId lower_rnn(Lower *l, const Item *item, const NodeId *in)
{
    const Value *act = layer_arg(item, "act");
    const bool keeps_z = !slope_of_output((ActivationKind)act->callee->id);

    return recurrent(l, item, in[0], &(Cell){ OP_RNN, 1, keeps_z ? 1 : 0, act });
}

NodeId lower_lstm(Lower *l, const Item *item, const NodeId *in)
{
    return recurrent(l, item, in[0], &(Cell){ OP_LSTM, 4, 5, NULL });
}

NodeId lower_gru(Lower *l, const Item *item, const NodeId *in)
{
    return recurrent(l, item, in[0], &(Cell){ OP_GRU, 3, 4, NULL });
}
