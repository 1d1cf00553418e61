/* footprint.c -- the memory that a plan comes to, in bytes: C structs, laid out as in C. */
#include "footprint.h"

#include "runtime/netrt.h"

/* A struct under construction. */
typedef struct {
    int64_t size, align;
} Layout;

static int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

static void lay(Layout *l, int64_t size, int64_t align, int64_t count)
{
    if (!size || !count)
        return;
    l->size = round_up(l->size, align) + size * count;
    l->align = align > l->align ? align : l->align;
}

static int64_t real_size(const Program *p)
{
    return p->model->settings.double_precision ? sizeof(double) : sizeof(float);
}

static int64_t elements(const Program *p, const Graph *g, NodeId id)
{
    const Node *n = &g->node[id];
    const int64_t batch = n->batched ? p->model->settings.batch : 1;

    return node_elements(n) * batch * (n->op == OP_REPEAT ? n->count : 1);
}

static const Footprint *of_callee(const Program *p, const Footprint *known, const Graph *unit)
{
    for (int i = 0; i < p->n; i++)
        if (p->graph[i] == unit)
            return &known[i];
    bug("%s is not in the program", unit->name);
}

/* The records and the running statistics come first, as in emit_struct.c. */
static void lay_layers(const Program *p, const Graph *g, Layout *l)
{
    int64_t watches = 0, states = 0;

    for (int i = 0; i < g->n_layers; i++) {
        const Layer *layer = &g->layer[i];

        watches += layer->watched || layer->random;
        for (int k = 0; k < layer->n_states; k++)
            states += shape_size(layer->state[k].shape);
    }
    lay(l, sizeof(rt_watch), _Alignof(rt_watch), watches);
    lay(l, real_size(p), real_size(p), states);
}

static void lay_kept(const Program *p, const Graph *g, NodeId id, Layout *l)
{
    const NodeId guest = g->guest[id];
    int64_t n = elements(p, g, id);

    if (guest && elements(p, g, guest) > n)
        n = elements(p, g, guest);
    lay(l, real_size(p), real_size(p), n);
}

static Footprint of_graph(const Program *p, const Graph *g, const Footprint *known)
{
    Layout l = { 0, 1 };

    lay_layers(p, g, &l);
    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if (n->op == OP_CALL || n->op == OP_REPEAT) {
            const Footprint *callee = of_callee(p, known, n->unit);
            lay(&l, callee->memory, callee->memory_align, n->count);
        }
        if (g->store[id] == STORE_MEMORY && !g->host[id])
            lay_kept(p, g, id, &l);
    }
    return (Footprint){ .params = g->parameters * real_size(p),
                        .memory = round_up(l.size, l.align), .memory_align = l.align,
                        .scratch = g->scratch_reals * real_size(p) };
}

Footprint *footprints(const Program *p, Arena *a)
{
    Footprint *found = arena_array(a, Footprint, p->n);

    for (int i = 0; i < p->n; i++)
        found[i] = of_graph(p, p->graph[i], found);
    return found;
}

int optimizer_slots(const Value *optimizer)
{
    static const struct { const char *id; int slots; } rows[] = {
        { "SGD", 1 }, { "RMSPROP", 2 }, { "ADAGRAD", 1 }, { "ADAM", 2 }, { "ADAMW", 2 },
    };

    for (size_t i = 0; i < countof(rows); i++)
        if (word_is(optimizer, rows[i].id))
            return rows[i].slots;
    bug("no row for %s", optimizer->callee->name);
}
