/* graph_dot.c -- a program as a drawing for Graphviz: a cluster for each unit, in it its layers and
 * the units that it calls, and between them what flows. */
#include "graph_write.h"

#include <string.h>

#include "intern.h"
#include "map.h"

/* Statements of one unit by number: in the text "u3_7". */
typedef struct {
    const Drawing *d;
    int unit;
    const Graph *g;
    Map vertex;                     /* an item, or the graph for its input, to a Vertex */
    Map edges;                      /* "3 7" once */
    FILE *out;
} Cluster;

typedef struct {
    int number;
} Vertex;

/* A run of a repeat has a vertex of its own; what stands for no statement is the unit's input. */
static const void *key_of(const Graph *g, NodeId id)
{
    const Node *n = &g->node[id];

    return n->unit ? (const void *)n : n->item ? (const void *)n->item : (const void *)g;
}

static const char *label_of(const Cluster *c, NodeId id)
{
    const Node *n = &c->g->node[id];
    const char *shape = shape_text(c->d->arena, n->shape);

    if (n->unit)
        return arena_printf(c->d->arena, "%s\\n%s%s", n->member, n->count > 1
                            ? arena_printf(c->d->arena, "%d times\\n", n->count) : "", shape);
    if (!n->item)
        return arena_printf(c->d->arena, "input\\n%s", shape_text(c->d->arena, c->g->unit->in));
    const char *kind = n->layer < 0 ? n->item->name : c->g->layer[n->layer].kind;

    return arena_printf(c->d->arena, "%s%s%s\\n%s", n->item->name,
                        strcmp(kind, n->item->name) == 0 ? "" : "\\n",
                        strcmp(kind, n->item->name) == 0 ? "" : kind,
                        shape_text(c->d->arena, n->item->out));
}

static int vertex_of(Cluster *c, NodeId id)
{
    const void *key = key_of(c->g, id);
    Vertex *v = map_get(&c->vertex, key);

    if (v)
        return v->number;
    v = arena_new_of(c->d->arena, Vertex);
    v->number = c->vertex.n;
    map_put(&c->vertex, key, v, c->d->arena);
    fprintf(c->out, "        u%d_%d [label=\"%s\"%s];\n", c->unit, v->number, label_of(c, id),
            c->g->node[id].unit ? ", style=bold" : "");
    return v->number;
}

/* Parameters and what is only looked at are no flow. */
static bool flows(const Graph *g, NodeId id)
{
    const Node *n = &g->node[id];
    const OpForm form = op_form(n->op);

    return n->phase == FORWARD && form != FORM_EFFECT && form != FORM_LOSS && n->op != OP_TAP
        && (form != FORM_SOURCE || n->op == OP_INPUT);
}

/* A join looks at its input by a tap of its own. */
static NodeId untapped(const Graph *g, NodeId id)
{
    while (g->node[id].op == OP_TAP)
        id = g->node[id].in[0];
    return id;
}

static void put_edge(Cluster *c, Intern *names, NodeId from, NodeId to)
{
    const int a = vertex_of(c, from), b = vertex_of(c, to);
    const char *key = intern(names, arena_printf(c->d->arena, "%d %d", a, b));

    if (a == b || map_get(&c->edges, key))
        return;
    map_put(&c->edges, key, c, c->d->arena);
    fprintf(c->out, "        u%d_%d -> u%d_%d;\n", c->unit, a, c->unit, b);
}

static void put_cluster(const Drawing *d, int unit, Intern *names, FILE *out)
{
    const Graph *g = d->program->graph[unit];
    Cluster c = { .d = d, .unit = unit, .g = g, .out = out };

    fprintf(out, "    subgraph cluster_%d {\n        label=\"%s\";\n", unit, g->name);
    for (NodeId id = 1; id < g->n; id++)
        for (int i = 0; flows(g, id) && i < g->node[id].n_in; i++) {
            const NodeId from = untapped(g, g->node[id].in[i]);

            if (from && flows(g, from))
                put_edge(&c, names, from, id);
        }
    fputs("    }\n", out);
}

void graph_dot(const Drawing *d, FILE *out)
{
    Intern *names = intern_new(d->arena);

    fprintf(out, "digraph \"%s\" {\n    node [shape=box];\n", d->program->model->name);
    for (int i = d->program->n - 1; i >= 0; i--)
        put_cluster(d, i, names, out);
    fputs("}\n", out);
}
