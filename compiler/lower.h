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
    NameSet *units;                   /* names of units taken */
    const Map *observed;            /* items that `observe { layers = ... }` takes in */
    NameSet members;                  /* names of layers and calls taken, as members of structs */
} Lower;

typedef NodeId LowerRule(Lower *l, const Item *item, const NodeId *in);

/* Adds a node whose tensor is called `name`. */
NodeId lower_node(Lower *l, Node node, const Item *item, const char *name);

/* Lowers a layer or an activation; its inputs are nodes. */
NodeId lower_layer(Lower *l, const Item *item, const NodeId *in);

/* The items to observe, as keys. */
const Map *lower_observed(const Model *model, Arena *a);

/* A new row of the record for this item; its index. */
int lower_row(Lower *l, const Item *item, const char *kind);

/* A PARAM (or STATE) node for a tensor of that row. */
NodeId lower_tensor(Lower *l, int row, OpKind op, Tensor tensor);

/* Joins two or more tensors: OP_ADD, OP_MUL or OP_CONCAT. */
NodeId lower_join(Lower *l, OpKind op, const Item *item, const NodeId *in, int n);

#endif
