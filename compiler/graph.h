/* graph.h -- the program as graphs of tensors, one graph a unit.
 *
 * A unit (the model, an instantiated block, a repeat's body) is a graph with inputs and results;
 * CALL and REPEAT nodes stand for other units.  Nodes are only ever appended; a NodeId is an
 * index, 0 is none.  `lower` adds the forward nodes, `differentiate` the backward ones behind
 * them, `recompute` copies of forward nodes for the backward pass.  Results of later passes (order,
 * loops, places) stand in tables beside the nodes, not in them. */
#ifndef GRAPH_H
#define GRAPH_H

#include "model.h"
#include "op.h"

typedef uint32_t NodeId;
typedef struct Graph Graph;

typedef enum { FORWARD, BACKWARD } Phase;

/* rt_window: a kernel that slides over images. */
typedef struct {
    Str name;                       /* of the constant in the C */
    Shape in, out;                  /* [channels, height, width], [filters, height, width] */
    int64_t kernel, stride, dilation, groups;
    int64_t top, left;              /* padding before the first row and column */
} Window;

typedef struct {
    OpKind op;
    Phase phase;
    Shape shape;                    /* without the batch; rank -1 for an EFFECT */
    bool batched;                   /* has the batch in front */
    NodeId *in;                     /* 0: an optional input that is missing */
    int n_in;
    int64_t size[4];                /* integers of the kernel: rows a sample, widths; see ops.def */
    double number[2];
    Str name;                       /* of its tensor in the C: "h", "h_z", "d_h" */
    const Item *item;               /* what the user wrote; gradients inherit it; NULL: the input */
    int layer;                      /* index in Graph.layer, or -1 */
    int index;                      /* INPUT, UPSTREAM, PICK: which; PARAM, STATE: its row */
    ActivationKind act;             /* of activations and their slopes, WATCH_OUTPUT, RNN */
    const Window *window;           /* of convolutions and pools */
    bool reverse;                   /* of recurrent layers: from the last step to the first */
    Str member;                     /* CALL, REPEAT: of the structs, for what it calls */
    Graph *unit;                    /* CALL, REPEAT and their gradients */
    int first, count;               /* of them: iterations; CALL: 0, 1 */
    int step;                       /* of them: iterations of the repeat in one; 1, or a turn's */
    Str counted;                    /* of them, where count > 1: "repeat", for its constant */
    int inside;                     /* of them: bodies of residuals of this unit around it */
    NodeId again;                   /* BACKWARD: this forward node is computed once more; 0 */
    NodeId counter;                 /* of a record: whose counts of this tensor it takes over; of a
                                     * call: who counted dy: a WATCH_DELTA, or the UPSTREAM for a
                                     * record of the caller's; of BATCHNORM_STATS: the WATCH_OUTPUT
                                     * of its input that it stands for; 0: nobody */
} Node;                             /* never changed once added, but for its name; `recompute` lets
                                     * backward nodes read others, `count_once` lets records take
                                     * counts over */

/* A trained tensor or a running statistic of a layer. */
typedef struct {
    const char *role;               /* "weight" */
    Shape shape;                    /* as PyTorch's */
    const Value *init;              /* VALUE_CALL of FAMILY_INIT; NULL: zeros, or `ones` */
    bool ones;
    double constant;                /* with is_constant: starts at this value (a learned scale) */
    bool is_constant;
    int gates;                      /* equal parts, each initialised by itself; 0: the whole */
    bool is_forget;                 /* zeros, but `constant` at the forget gate */
    int64_t fan_in, fan_out;
    double slope;                   /* he_*: of the leaky ReLU that follows */
    bool is_weight;
    double l1, l2;
    NodeId node, grad;              /* the PARAM or STATE node; its gradient */
} Tensor;

/* A layer as reports and checkpoints see it: one row of the record. */
typedef struct Layer {
    const Item *item;
    Str name, member;               /* "h"; of the structs in the C */
    const char *kind;               /* "dense" */
    ActivationKind act;
    Shape out;
    Tensor *param, *state;
    int n_params, n_states;
    bool observed;                  /* as `observe` says */
    bool watched, random, in_flow;
    NodeId z;                       /* what delta is the gradient of */
    int64_t steps;                  /* of a recurrent layer; 0: it is none */
    bool reverse;
    NodeId *path;                   /* a join's: its input as each path takes it; a residual's are
                                     * the skip and the body */
    int n_paths;
    int inside;                     /* bodies of residuals of this unit around it */
} Layer;

/* What the plan says of a node's tensor. */
typedef enum {
    STORE_NONE,                     /* an effect, or not computed at all */
    STORE_ARGUMENT,                 /* x, y, dy, dx and captures: the caller's */
    STORE_PARAM, STORE_GRAD, STORE_STATE,
    STORE_MEMORY,                   /* kept from the forward to the backward pass */
    STORE_SCRATCH,
    STORE_SCALAR,                   /* lives in one loop only */
    STORE_ALIAS,                    /* where its input 0 is */
    STORE_LOSS
} Store;

/* A statement computes more than its own node: what follows on each value of it, an rt_then. */
typedef struct {
    NodeId head;                    /* the node that the statement stands for; 0: no statement */
    NodeId value;                   /* of an rt_map: what it starts from; 0: the head's own code */
    NodeId times;                   /* the product with a number; or 0 */
    NodeId sum[2], plus[2];         /* the sums, and the tensor that each adds; or 0 */
    NodeId act, slope_at;           /* the activation or its slope, and where it is taken; or 0 */
    NodeId result;                  /* the last of these nodes: the only one with a tensor */
} Then;

/* Scratch that shares one union: tensors of this unit, or the scratch of a unit that it calls. */
typedef struct {
    NodeId node;                    /* 0: the scratch of */
    const Graph *unit;
} Tenant;

typedef struct {
    Tenant *tenant;                 /* in order of first use */
    int n;
} Slot;

struct Graph {
    Str name;                       /* in the C: "model", "repeat", "bottleneck_64_2_on_64x56x56" */
    const Unit *unit;
    const Item *item;               /* what first called it: a block or a repeat; NULL: the model */
    bool is_model;
    bool is_called;                 /* another unit calls it: lower */
    bool gives_dx;                  /* a caller wants the gradient of its input: differentiate */
    bool spares_dx;                 /* a caller may want none and hands NULL: differentiate, then
                                     * schedule, where the unit can do without */
    bool asks_counts;               /* it, or what it calls, records its dy: count_once ... */
    bool has_counts;                /* ... where a caller may know a layer that has counted it */
    Node *node;                     /* [1 .. n - 1] */
    uint32_t n;
    NodeId *input;                  /* INPUT nodes: the current tensor, then captures */
    int n_inputs;
    NodeId *result;                 /* what it puts out, then exports; the model: its output */
    int n_results;
    NodeId loss;                    /* the model's */
    struct NameSet *taken;           /* names of tensors taken so far */
    Layer *layer;                   /* in source order */
    int n_layers;
    NodeId *call;                   /* CALL and REPEAT nodes in source order */
    int n_calls;
    int *member;                    /* both, in source order: a layer k as k, a call k as -1 - k */
    int n_members;

    NodeId *upstream;               /* by result; differentiate */
    NodeId *dinput;                 /* by input; 0 where none is wanted; differentiate */

    bool *for_dx;                   /* by NodeId: computed where dx is no NULL; schedule */
    NodeId *order[2];               /* by phase: schedule */
    int n_order[2];
    int *loop;                      /* by NodeId: number of its loop in the phase, or -1; fuse */
    Then *then;                     /* by NodeId of a head; fuse_then */
    NodeId *head;                   /* by NodeId: whose statement computes it; 0: its own */

    Store *store;                   /* by NodeId; plan */
    NodeId *host, *guest;           /* by NodeId, in memory: a gradient (the guest) that takes the
                                     * place of a tensor which is no longer read; 0: none */
    bool reads_output;              /* the backward pass, of the forward pass; plan */
    Slot *slot;
    int n_slots;
    int64_t memory_reals, scratch_reals;    /* of one instance with all it calls, full batch */
    int64_t parameters;             /* trained numbers, with all it calls */
};

typedef struct Program {
    const Model *model;
    Graph **graph;                  /* callees before callers; the model is the last */
    int n;
    const char *gemm;               /* what all matrix products take; NULL: by shape */
} Program;

Graph *graph_new(Str name, const Unit *unit, Arena *a);
NodeId graph_add(Graph *g, Node node, Arena *a);        /* checks arity and shapes */
static inline const Node *graph_node(const Graph *g, NodeId id) { return &g->node[id]; }
int64_t node_elements(const Node *n);                   /* of a sample where batched */
NodeId graph_root(const Graph *g, NodeId id);   /* through aliases to what owns the memory */
NodeId graph_pick(const Graph *g, NodeId call, int index);  /* its output `index`, or 0 */
/* By NodeId: its place in the order of both phases, or that of the statement that computes it; -1:
 * it takes no step.  Graph.head must be there. */
int *graph_steps(const Graph *g, Arena *a);
NodeId graph_stored(const Graph *g, NodeId id);     /* whose tensor id's statement stores */

/* `--dump=model|graph|schedule|plan` */
void program_dump(const Program *p, const char *stage, FILE *out);
void model_dump(const Model *m, FILE *out);

#endif
