/* plan_products.c -- the matrix products and convolutions of a unit, as --dump=plan prints them:
 * sizes, what multiplies them, and why. */
#include "passes.h"

#include <string.h>

#include "runtime/choose_conv.h"
#include "runtime/choose_gemm.h"

/* [n][k] by [k][m] */
typedef struct {
    int64_t n, m, k;
} Product3;

static int gates_of(OpKind op)
{
    return op == OP_LSTM || op == OP_LSTM_DZ ? 4 : op == OP_GRU || op == OP_GRU_DZ ? 3 : 1;
}

static rt_window window_of(const Window *w)
{
    return (rt_window){
        .channels = (int)w->in.dim[0], .height = (int)w->in.dim[1], .width = (int)w->in.dim[2],
        .filters = (int)w->out.dim[0], .out_height = (int)w->out.dim[1],
        .out_width = (int)w->out.dim[2], .kernel = (int)w->kernel, .stride = (int)w->stride,
        .dilation = (int)w->dilation, .groups = (int)w->groups, .top = (int)w->top,
        .left = (int)w->left,
    };
}

/* Of a convolution that is a dense layer. */
static Product3 product_of_conv(const Node *n, int64_t batch)
{
    const int64_t rows = batch * n->size[0], filters = n->window->out.dim[0];
    const int64_t depth = shape_size(n->window->in);

    return n->op == OP_CONV_DW ? (Product3){ filters, depth, rows }
         : n->op == OP_CONV_DX ? (Product3){ rows, depth, filters }
                               : (Product3){ rows, filters, depth };
}

/* Of a node of a batch; of a recurrent layer that of one step.  False: it has none. */
static bool product_of(const Node *n, int64_t batch, Product3 *p)
{
    const int64_t rows = batch * n->size[0], width = n->size[1], depth = n->size[2];
    const int64_t gates = gates_of(n->op) * depth;

    switch (n->op) {
    case OP_AFFINE:         return *p = (Product3){ rows, width, depth }, true;
    case OP_AFFINE_DX:      return *p = (Product3){ rows, depth, width }, true;
    case OP_AFFINE_DW:      return *p = (Product3){ width, depth, rows }, true;
    case OP_RNN:
    case OP_LSTM:
    case OP_GRU:            return *p = (Product3){ batch, gates, depth }, true;
    case OP_RNN_DZ:
    case OP_LSTM_DZ:
    case OP_GRU_DZ:         return *p = (Product3){ batch, depth, gates }, true;
    case OP_RECURRENT_DW:
        return *p = (Product3){ n->size[3], depth, batch * (width - 1) }, true;
    default:                return false;
    }
}

static rt_gemm wanted_gemm(const char *word)
{
    return !word ? RT_GEMM_BY_SHAPE : strcmp(word, "native") == 0 ? RT_GEMM_NATIVE
                                                                 : RT_GEMM_OPENBLAS;
}

static void dump_product(const Program *program, const Node *n, Product3 p, FILE *out)
{
    const bool transposed = n->op == OP_AFFINE_DW || n->op == OP_CONV_DW
                         || n->op == OP_RECURRENT_DW;
    const rt_gemm_choice choice =
        rt_choose_gemm(wanted_gemm(program->gemm), (int)p.m, transposed);

    fprintf(out, " [%lld x %lld] x [%lld x %lld]: %s, %s\n", (long long)p.n, (long long)p.k,
            (long long)p.k, (long long)p.m,
            choice.kernel == RT_GEMM_NATIVE ? "native" : "OpenBLAS", choice.reason);
}

static void dump_conv(const Program *program, const Node *n, FILE *out)
{
    const rt_window v = window_of(n->window);
    const rt_conv_choice choice = rt_choose_conv(&v);

    fprintf(out, " %dx%d on [%d, %d, %d]: %s, %s", v.kernel, v.kernel, v.channels, v.height,
            v.width, choice.name, choice.reason);
    fputs(choice.kernels == RT_CONV_DENSE ? ";" : "\n", out);
    if (choice.kernels == RT_CONV_DENSE)
        dump_product(program, n, product_of_conv(n, program->model->settings.batch), out);
}

void dump_products(const Program *program, const Graph *g, FILE *out)
{
    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];
        const bool is_conv = n->op == OP_CONV || n->op == OP_CONV_DX || n->op == OP_CONV_DW;
        Product3 p;

        if (!is_conv && !product_of(n, program->model->settings.batch, &p))
            continue;
        fprintf(out, "  %s%s%s", op_name(n->op), n->layer >= 0 ? " of " : "",
                n->layer >= 0 ? g->layer[n->layer].name : "");
        if (is_conv)
            dump_conv(program, n, out);
        else
            dump_product(program, n, p, out);
    }
}
