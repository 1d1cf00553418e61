/* work.c -- how much there is to compute: multiply-adds, by the `work` column of ops.def. */
#include "work.h"

#include "op.h"

typedef double Work(const Node *n);

static double work_none(const Node *n)
{
    (void)n;
    return 0;
}

/* rows [m] by [m, k] */
static double work_affine(const Node *n)
{
    return (double)n->size[0] * (double)n->size[1] * (double)n->size[2];
}

/* Each place of each filter sums over a kernel of the channels in its group; padding counts. */
static double work_conv(const Node *n)
{
    const Window *v = n->window;
    const double kernel = (double)v->kernel * (double)v->kernel;

    return (double)shape_size(v->out) * (double)(v->in.dim[0] / v->groups) * kernel;
}

/* Of the state, at each step: [units] by [gates units, units].  That of the input is an affine. */
static double recurrent(const Node *n, int gates)
{
    return gates * (double)n->size[1] * (double)n->size[2] * (double)n->size[2];
}

static double work_rnn(const Node *n)  { return recurrent(n, 1); }
static double work_lstm(const Node *n) { return recurrent(n, 4); }
static double work_gru(const Node *n)  { return recurrent(n, 3); }

/* The gradient of the state's weight: dz [width] by h [units] at each step. */
static double work_recurrent_dw(const Node *n)
{
    return (double)n->size[1] * (double)n->size[2] * (double)n->size[3];
}

static double work_unit(const Node *n)
{
    return n->count * graph_multiply_adds(n->unit, n->phase);
}

double node_multiply_adds(const Node *n)
{
    static Work *const work[N_OPS] = {
        [OP_NONE] = work_none,
#define OP(id, name, inputs, shape, gradient, work, form, code, formula) \
        [OP_##id] = work_##work,
#include "ops.def"
#undef OP
    };

    return work[n->op](n);
}

/* Whether the call `id` is asked for the gradient of its input; asked: whether g is for that of its
 * own.  A repeat is by its own iterations. */
static bool asks_dx(const Graph *g, NodeId id, bool asked)
{
    if (g->node[id].op == OP_REPEAT_GRAD)
        return true;
    return g->store[id] != STORE_NONE && (asked || g->store[id] != STORE_ARGUMENT);
}

static double backward_work(const Graph *g, bool asked)
{
    double sum = 0;

    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if (n->phase != BACKWARD || (g->for_dx[id] && !asked))
            continue;
        if (op_form(n->op) == FORM_UNIT)
            sum += n->count * backward_work(n->unit, asks_dx(g, id, asked));
        else
            sum += node_multiply_adds(n);
    }
    return sum;
}

double graph_multiply_adds(const Graph *g, Phase phase)
{
    double sum = 0;

    if (phase == BACKWARD && g->store)
        return backward_work(g, true);
    for (NodeId id = 1; id < g->n; id++)
        if (g->node[id].phase == phase)
            sum += node_multiply_adds(&g->node[id]);
    return sum;
}
