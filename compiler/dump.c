/* dump.c -- every stage as text, for tests and for those who look for a mistake (`--dump`). */
#include "passes.h"
#include "work.h"

#include <inttypes.h>
#include <string.h>

/* ---- graph --------------------------------------------------------------------------------- */

static void print_shape(Shape s, FILE *out)
{
    fputc('[', out);
    for (int i = 0; i < s.rank; i++)
        fprintf(out, "%s%" PRId64, i ? "," : "", s.dim[i]);
    fputc(']', out);
}

static void dump_node(const Graph *g, NodeId id, FILE *out)
{
    const Node *n = &g->node[id];

    fprintf(out, "    %%%-3u = %s(", id, op_name(n->op));
    for (int i = 0; i < n->n_in; i++)
        fprintf(out, n->in[i] ? "%s%%%u" : "%s-", i ? ", " : "", n->in[i]);
    fputc(')', out);
    if (n->unit)
        fprintf(out, " %s x %d", n->unit->name, n->count);
    if (n->shape.rank >= 0) {
        fputs(n->batched ? " batch" : " ", out);
        print_shape(n->shape, out);
    }
    if (n->name)
        fprintf(out, " %s", n->name);
    fputc('\n', out);
}

static void dump_graph(const Graph *g, FILE *out)
{
    fprintf(out, "unit %s\n", g->name);
    for (Phase phase = FORWARD; phase <= BACKWARD; phase++) {
        fprintf(out, "  %s\n", phase == FORWARD ? "forward" : "backward");
        for (NodeId id = 1; id < g->n; id++)
            if (g->node[id].phase == phase)
                dump_node(g, id, out);
    }
}

/* ---- schedule ------------------------------------------------------------------------------ */

/* "then sum d_h_sum then relu_dx d_h_z": what the statement goes on with. */
static void dump_then(const Graph *g, NodeId id, FILE *out)
{
    const Then *then = &g->then[id];
    const NodeId node[] = { then->times, then->sum[0], then->sum[1], then->act };

    for (size_t i = 0; i < countof(node); i++)
        if (node[i] && node[i] != id)
            fprintf(out, " then %s %s", op_name(g->node[node[i]].op), g->node[node[i]].name);
}

static void dump_schedule(const Graph *g, FILE *out)
{
    fprintf(out, "unit %s\n", g->name);
    for (Phase phase = FORWARD; phase <= BACKWARD; phase++) {
        fprintf(out, "  %s\n", phase == FORWARD ? "forward" : "backward");
        for (int i = 0; i < g->n_order[phase]; i++) {
            const NodeId id = g->order[phase][i];
            const Node *n = &g->node[id];

            fprintf(out, "    %s %s", op_name(n->op), n->name ? n->name : "");
            if (g->loop[id] >= 0)
                fprintf(out, " loop %d", g->loop[id]);
            dump_then(g, id, out);
            fputc('\n', out);
        }
    }
}

/* ---- plan ---------------------------------------------------------------------------------- */

static void dump_plan(const Program *program, const Graph *g, FILE *out)
{
    fprintf(out, "unit %s: parameters %" PRId64 ", memory %" PRId64 " reals, scratch %" PRId64
            " reals\n", g->name, g->parameters, g->memory_reals, g->scratch_reals);
    fprintf(out, "  multiply-adds a sample %.0f forward, %.0f backward\n",
            graph_multiply_adds(g, FORWARD), graph_multiply_adds(g, BACKWARD));
    dump_products(program, g, out);
    for (NodeId id = 1; id < g->n; id++)
        if (g->store[id] == STORE_MEMORY)
            fprintf(out, "  memory %s%s%s\n", g->node[id].name, g->host[id] ? " in place of " : "",
                    g->host[id] ? g->node[g->host[id]].name : "");
    for (int i = 0; i < g->n_slots; i++) {
        fprintf(out, "  union");
        for (int k = 0; k < g->slot[i].n; k++) {
            const Tenant *t = &g->slot[i].tenant[k];

            fprintf(out, " %s%s", t->unit ? "scratch of " : "", t->unit ? t->unit->name
                                                              : g->node[t->node].name);
        }
        fputc('\n', out);
    }
    for (NodeId id = 1; id < g->n; id++)
        if (g->store[id] == STORE_SCALAR)
            fprintf(out, "  local %s\n", g->node[id].name);
}

void program_dump(const Program *p, const char *stage, FILE *out)
{
    for (int i = 0; i < p->n; i++) {
        if (strcmp(stage, "graph") == 0)
            dump_graph(p->graph[i], out);
        else if (strcmp(stage, "schedule") == 0)
            dump_schedule(p->graph[i], out);
        else
            dump_plan(p, p->graph[i], out);
    }
}
