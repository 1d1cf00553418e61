/* plan_products.c -- the matrix products of a unit, as --dump=plan prints them: sizes, what
 * multiplies them, and why. */
#include "passes.h"

#include <string.h>

#include "runtime/choose_gemm.h"

/* [n][k] by [k][m] */
typedef struct {
    int64_t n, m, k;
} Product3;

static int gates_of(OpKind op)
{
    return op == OP_LSTM || op == OP_LSTM_DZ ? 4 : op == OP_GRU || op == OP_GRU_DZ ? 3 : 1;
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

void dump_products(const Program *program, const Graph *g, FILE *out)
{
    const char *word = program->gemm;
    const rt_gemm wanted = !word ? RT_GEMM_BY_SHAPE : strcmp(word, "native") == 0
                         ? RT_GEMM_NATIVE : RT_GEMM_OPENBLAS;
    Product3 p;

    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if (!product_of(n, program->model->settings.batch, &p))
            continue;
        const bool transposed = n->op == OP_AFFINE_DW || n->op == OP_RECURRENT_DW;
        const rt_gemm_choice choice = rt_choose_gemm(wanted, (int)p.m, transposed);
        fprintf(out, "  %s%s%s [%lld x %lld] x [%lld x %lld]: %s, %s\n", op_name(n->op),
                n->name ? " " : "", n->name ? n->name : "", (long long)p.n, (long long)p.k,
                (long long)p.k, (long long)p.m,
                choice.kernel == RT_GEMM_NATIVE ? "native" : "OpenBLAS", choice.reason);
    }
}
