/* lower.h -- between lower.c, which walks the model, and lower_layers.c, a rule a layer. */
#ifndef LOWER_H
#define LOWER_H

#include "map.h"
#include "names.h"
#include "passes.h"

/* Inside a residual's body or a branch, the tensor that flows in goes by another node. */
typedef struct Redirect {
    NodeId from, to;
    struct Redirect *outer;
} Redirect;

typedef struct {
    const void *item;               /* of a REF_ITEM or REF_EXPORT */
    int iteration, output;          /* -1, 0: the item's own output */
    NodeId node;
} Binding;

typedef struct {
    Session *s;
    Program *program;
    Graph *g;                       /* the unit at work */
    Binding *binding;               /* open addressing, by item */
    uint32_t n_bindings, capacity;
    Redirect *redirect;
    NameSet *units;                 /* names of units taken, and of windows */
    const Map *observed;            /* items that `observe { layers = ... }` takes in */
    NameSet members;                  /* names of layers and calls taken, as members of structs */
    int inside;                     /* bodies of residuals around what is lowered, in this unit */
} Lower;

typedef NodeId LowerRule(Lower *l, const Item *item, const NodeId *in);

/* Adds a node whose tensor is called `name`. */
NodeId lower_node(Lower *l, Node node, const Item *item, const char *name);

/* The node that a reference stands for. */
NodeId lower_ref(const Lower *l, const Ref *ref);

void lower_items(Lower *l, const Items *items);
void lower_bind(Lower *l, const Item *item, int iteration, int output, NodeId node);

/* The graph of a unit; `name` and `item` are of what first calls it. */
Graph *lower_unit(Lower *outer, const Unit *unit, const Item *item, const char *name);

/* A call of a unit: of a block, or of a run of iterations, as the member `name`. */
NodeId lower_call(Lower *l, const Item *item, Graph *unit, NodeId x, const Run *run,
                  const char *name);
const char *lower_path_of(const Lower *l, const char *name);    /* behind its unit's name */

/* lower_repeat.c */
NodeId lower_repeat(Lower *l, const Item *item);

/* lower_compound.c */
NodeId lower_residual(Lower *l, const Item *item);
NodeId lower_parallel(Lower *l, const Item *item);

/* Lowers a layer or an activation; its inputs are nodes. */
NodeId lower_layer(Lower *l, const Item *item, const NodeId *in);

/* ---- What the rules share: lower_layers.c --------------------------------------------------- */

const Value *layer_arg(const Item *item, const char *name);

/* A batched node of this op, called as the item with a suffix. */
NodeId lower_batched(Lower *l, OpKind op, const Item *item, Node node, const char *suffix,
                     const NodeId *in, int n_in);

/* y = f(z), watched as the output of the row. */
NodeId lower_activate(Lower *l, const Item *item, int row, const Callable *callee,
                      const Value *args, NodeId z);

/* Watches y as the output of the row; the gradient of z is the row's delta.  `number` is the
 * activation's, slope or alpha. */
void lower_watch_output(Lower *l, const Item *item, int row, double number, NodeId z, NodeId y);
bool slope_of_output(ActivationKind act);       /* its slope is a function of y, not of z */
double activation_number(const Callable *callee, const Value *args);

/* weight and bias of a layer with an activation of its own */
Tensor weight_tensor(const Item *item, Shape shape, int64_t fan_in, int64_t fan_out);
Tensor bias_tensor(const Item *item, int64_t units, int64_t fan_in);

/* lower_images.c, lower_sequences.c */
LowerRule lower_conv, lower_max_pool, lower_avg_pool, lower_global_avg_pool, lower_embedding,
    lower_rnn, lower_lstm, lower_gru;

/* ---- lower_observed.c ----------------------------------------------------------------------- */

/* The items to observe, as keys. */
const Map *lower_observed(const Model *model, Arena *a);

/* A new row of the record for this item; its index. */
int lower_row(Lower *l, const Item *item, const char *kind);

/* A PARAM (or STATE) node for a tensor of that row. */
NodeId lower_tensor(Lower *l, int row, OpKind op, Tensor tensor);

/* Joins two or more tensors: OP_ADD, OP_MUL or OP_CONCAT. */
NodeId lower_join(Lower *l, OpKind op, const Item *item, const NodeId *in, int n);

#endif
