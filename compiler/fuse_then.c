/* fuse_then.c -- products with a number, sums, activations and their slopes become what follows on
 * the result of their own layer's call (rt_then), where nothing else reads that result, or else an
 * rt_map.  So a kernel does them while the values are at hand, and on all threads.
 *
 * A loop that holds anything else stays a loop.  In the others each node joins the statement that
 * computes its input, if the other tensor that it reads is there by then.  It does not join the
 * call of another layer: an edit of one layer would show in the other's lines. */
#include "passes.h"

typedef struct {
    Graph *g;
    int *step;                      /* by NodeId: place in the order of both phases; -1 a source */
    int *readers;                   /* by NodeId of a root: how many times it is read */
} Fuser;

static void count_readers(Fuser *f)
{
    Graph *g = f->g;

    for (NodeId id = 1; id < g->n; id++)
        for (int i = 0; f->step[id] >= 0 && i < g->node[id].n_in; i++)
            f->readers[graph_root(g, g->node[id].in[i])]++;
    for (int i = 0; i < g->n_results; i++)
        f->readers[graph_root(g, g->result[i])]++;
    for (int i = 0; i < g->n_inputs; i++)
        f->readers[graph_root(g, g->dinput[i])]++;
    for (int i = 0; i < g->n_layers; i++)
        for (int k = 0; k < g->layer[i].n_params; k++)
            f->readers[graph_root(g, g->layer[i].param[k].grad)]++;
}

/* ---- One node -------------------------------------------------------------------------------- */

static NodeId head_of(const Graph *g, NodeId id) { return g->head[id] ? g->head[id] : id; }

/* Is x there when the statement of `head` runs? */
static bool is_ready(const Fuser *f, NodeId x, NodeId head)
{
    const NodeId root = graph_root(f->g, x);

    return f->step[head_of(f->g, root)] < f->step[head];
}

/* One layer's, or neighbours in one loop. */
static bool is_near(const Graph *g, NodeId id, NodeId head)
{
    return g->then[head].value ? g->loop[id] == g->loop[head]
                               : g->node[id].item == g->node[head].item;
}

/* In the order of rt_then: a product, two sums, an activation. */
static bool has_room(const Then *then, OpForm form)
{
    if (form == FORM_TIMES)
        return !then->times && !then->sum[0] && !then->act;
    return !then->act && !(form == FORM_PLUS && then->sum[1]);
}

/* Can node `id` follow on its input in[k]? */
static bool can_join(const Fuser *f, NodeId id, int k)
{
    const Graph *g = f->g;
    const Node *n = &g->node[id];
    const NodeId input = graph_root(g, n->in[k]), head = head_of(g, input);
    const Then *then = &g->then[head];

    return then->head && then->result == input && f->readers[input] == 1 && is_near(g, id, head)
        && g->node[head].phase == n->phase && g->node[head].batched == n->batched
        && node_elements(&g->node[head]) == node_elements(n)
        && has_room(then, op_form(n->op)) && (n->n_in < 2 || is_ready(f, n->in[1 - k], head));
}

/* Adds node `id`, whose input in[k] is the value so far. */
static void go_on(Graph *g, Then *then, NodeId id, int k)
{
    const Node *n = &g->node[id];

    if (op_form(n->op) == FORM_TIMES) {
        then->times = id;
    } else if (op_form(n->op) == FORM_PLUS) {
        const int i = then->sum[0] != 0;

        then->sum[i] = id;
        then->plus[i] = n->in[1 - k];
    } else {
        then->act = id;
        then->slope_at = n->n_in == 2 ? n->in[1] : 0;
    }
    then->result = id;
}

static void join(Graph *g, NodeId id, int k)
{
    const NodeId head = head_of(g, graph_root(g, g->node[id].in[k]));

    g->head[id] = head;
    go_on(g, &g->then[head], id, k);
}

static void place(Fuser *f, NodeId id)
{
    const int inputs = op_form(f->g->node[id].op) == FORM_PLUS ? 2 : 1;
    Then *then = &f->g->then[id];

    for (int k = 0; k < inputs; k++)
        if (can_join(f, id, k)) {
            join(f->g, id, k);
            return;
        }
    *then = (Then){ .head = id, .value = f->g->node[id].in[0] };
    go_on(f->g, then, id, 0);
}

/* ---- All of a phase -------------------------------------------------------------------------- */

/* The nodes of order[i ...] that share its loop, or 1. */
static int group_length(const Graph *g, Phase phase, int i)
{
    const NodeId *order = g->order[phase];
    int n = 1;

    while (g->loop[order[i]] >= 0 && i + n < g->n_order[phase]
           && g->loop[order[i + n]] == g->loop[order[i]])
        n++;
    return n;
}

/* An rt_then has no product with 0, nor with what is 0 as a float. */
static bool can_follow(const Node *n)
{
    return op_can_follow(n->op) && !(op_form(n->op) == FORM_TIMES && (float)n->number[0] == 0);
}

static bool dissolves(const Graph *g, const NodeId *order, int n)
{
    for (int i = 0; i < n; i++)
        if (!can_follow(&g->node[order[i]]))
            return false;
    return true;
}

static void fuse_phase(Fuser *f, Phase phase)
{
    Graph *g = f->g;
    const NodeId *order = g->order[phase];
    int n;

    for (int i = 0; i < g->n_order[phase]; i += n) {
        n = group_length(g, phase, i);
        if (op_takes_then(g->node[order[i]].op))
            g->then[order[i]] = (Then){ .head = order[i], .result = order[i] };
        if (dissolves(g, order + i, n))
            for (int k = i; k < i + n; k++)
                place(f, order[k]);
    }
}

/* What is a statement or part of one is in no loop any more; the order is of statements. */
static void drop_joined(Graph *g, Phase phase)
{
    int n = 0;

    for (int i = 0; i < g->n_order[phase]; i++) {
        const NodeId id = g->order[phase][i];

        if (g->head[id] || g->then[id].head)
            g->loop[id] = -1;
        if (!g->head[id])
            g->order[phase][n++] = id;
    }
    g->n_order[phase] = n;
}

static void fuse_graph(Graph *g, Arena *arena)
{
    Fuser f = { .g = g };

    f.readers = arena_array(arena, int, g->n);
    g->then = arena_array(arena, Then, g->n);
    g->head = arena_array(arena, NodeId, g->n);
    f.step = graph_steps(g, arena);
    count_readers(&f);
    for (Phase phase = FORWARD; phase <= BACKWARD; phase++) {
        fuse_phase(&f, phase);
        drop_joined(g, phase);
    }
}

void fuse_then(Program *program, Session *s)
{
    for (int i = 0; i < program->n; i++)
        fuse_graph(program->graph[i], s->arena);
}
