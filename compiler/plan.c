/* plan.c -- where every tensor lives.
 *
 * What the backward pass reads is kept in the unit's memory.  The rest is scratch, in unions of
 * tensors whose lifetimes do not meet.  A tensor chooses among the unions with room by its name, not
 * by its place in the order: in a chain of layers two unions would do in turn, but one layer more
 * would then move all behind it from one to the other.  Time counts steps of the forward pass, then
 * of the backward pass; two to a step, so that an elementwise node may write where one of its inputs
 * ends. */
#include "passes.h"

#include <string.h>

typedef struct {
    int from, to;                   /* half steps, both included */
} Life;

/* What wants scratch: a tensor, or a called unit's own scratch (alive at each of its calls). */
typedef struct {
    Tenant tenant;
    Life *life;
    int n;
} Lodger;

typedef struct {
    Graph *g;
    Arena *arena;
    int *step;                      /* by NodeId: its step, or -1 */
    Life *life;                     /* by NodeId, of roots */
    bool *kept, *shared;            /* by NodeId: read by the backward pass; outside its loop */
    Lodger *lodger;
    int n_lodgers;
} Planner;

/* ---- Lifetimes ----------------------------------------------------------------------------- */

static void number_steps(Planner *p)
{
    int step = 0;

    for (NodeId id = 0; id < p->g->n; id++)
        p->step[id] = -1;
    for (Phase phase = FORWARD; phase <= BACKWARD; phase++)
        for (int i = 0; i < p->g->n_order[phase]; i++)
            p->step[p->g->order[phase][i]] = step++;
    for (NodeId id = 0; id < p->g->n; id++)     /* a further output comes with the call */
        if (p->g->node[id].op == OP_PICK)
            p->step[id] = p->step[p->g->node[id].in[0]];
}

static void start_lives(Planner *p)
{
    for (NodeId id = 1; id < p->g->n; id++) {
        const int at = 2 * p->step[id] + (op_form(p->g->node[id].op) == FORM_LOOP);

        p->life[id] = (Life){ at, at };
    }
}

static void use(Planner *p, NodeId x, NodeId reader)
{
    const Graph *g = p->g;
    const NodeId root = graph_root(g, x);
    Life *life = &p->life[root];

    if (2 * p->step[reader] > life->to)
        life->to = 2 * p->step[reader];
    if (g->node[reader].phase == BACKWARD && g->node[root].phase == FORWARD)
        p->kept[root] = true;
    if (g->loop[reader] < 0 || g->loop[reader] != g->loop[root])
        p->shared[root] = true;
}

/* The backward pass of a call reads what the forward pass put out, further outputs too. */
static void use_outputs(Planner *p, NodeId back)
{
    const NodeId call = p->g->node[back].in[0];

    for (NodeId id = call + 1; p->g->node[call].unit->n_results > 1 && id < p->g->n; id++)
        if (p->g->node[id].op == OP_PICK && p->g->node[id].in[0] == call)
            use(p, id, back);
}

static void find_lives(Planner *p)
{
    for (NodeId id = 1; id < p->g->n; id++) {
        const Node *n = &p->g->node[id];

        if (p->step[id] < 0 || n->op == OP_PICK)
            continue;
        for (int i = 0; i < n->n_in; i++)
            if (n->in[i])
                use(p, n->in[i], id);
        if (n->op == OP_CALL_GRAD || n->op == OP_REPEAT_GRAD)
            use_outputs(p, id);
    }
}

/* ---- Kinds of storage ---------------------------------------------------------------------- */

static Store store_of(const Planner *p, NodeId id)
{
    const Node *n = &p->g->node[id];

    switch (op_form(n->op)) {
    case FORM_SOURCE:
        return n->op == OP_PARAM ? STORE_PARAM : n->op == OP_STATE ? STORE_STATE : STORE_ARGUMENT;
    case FORM_ALIAS:
        if (n->op != OP_PICK)
            return STORE_ALIAS;
        break;
    case FORM_EFFECT: return STORE_NONE;
    case FORM_LOSS: return STORE_LOSS;
    case FORM_LOOP:
        if (!p->shared[id] && !p->kept[id])
            return STORE_SCALAR;
        break;
    default: break;
    }
    return p->kept[id] || n->op == OP_REPEAT ? STORE_MEMORY : STORE_SCRATCH;
}

static void set_root(Graph *g, NodeId id, Store store)
{
    if (id)
        g->store[graph_root(g, id)] = store;
}

static void choose_stores(Planner *p)
{
    Graph *g = p->g;

    for (NodeId id = 1; id < g->n; id++)
        g->store[id] = store_of(p, id);
    for (int i = 0; i < g->n_results; i++)
        set_root(g, g->result[i], g->is_model ? STORE_MEMORY : STORE_ARGUMENT);
    for (int i = 0; i < g->n_inputs; i++)
        set_root(g, g->dinput[i], STORE_ARGUMENT);
    for (int i = 0; i < g->n_layers; i++)
        for (int k = 0; k < g->layer[i].n_params; k++)
            set_root(g, g->layer[i].param[k].grad, STORE_GRAD);
}

/* ---- Lodgers and unions -------------------------------------------------------------------- */

static Lodger *lodger_of_unit(Planner *p, const Graph *unit)
{
    const Lodger fresh = { .tenant = { .unit = unit } };

    for (int i = 0; i < p->n_lodgers; i++)
        if (p->lodger[i].tenant.unit == unit)
            return &p->lodger[i];
    arena_push(p->arena, p->lodger, p->n_lodgers, fresh);
    return &p->lodger[p->n_lodgers - 1];
}

static void add_lodgers(Planner *p, NodeId id)
{
    const Node *n = &p->g->node[id];

    if (op_form(n->op) == FORM_UNIT && n->unit->n_slots) {
        Lodger *t = lodger_of_unit(p, n->unit);

        arena_push(p->arena, t->life, t->n, ((Life){ 2 * p->step[id], 2 * p->step[id] }));
    }
    if (p->g->store[id] == STORE_SCRATCH) {
        const Lodger t = { .tenant = { .node = id }, .life = &p->life[id], .n = 1 };

        arena_push(p->arena, p->lodger, p->n_lodgers, t);
    }
}

/* A call has further outputs: exports, or gradients of captures. */
static bool has_picks(const Node *n)
{
    return op_form(n->op) == FORM_UNIT && (n->unit->n_results > 1 || n->unit->n_inputs > 1);
}

static void find_lodgers(Planner *p)
{
    for (Phase phase = FORWARD; phase <= BACKWARD; phase++)
        for (int i = 0; i < p->g->n_order[phase]; i++) {
            const NodeId id = p->g->order[phase][i];

            add_lodgers(p, id);
            for (NodeId pick = id + 1; has_picks(&p->g->node[id]) && pick < p->g->n; pick++)
                if (p->g->node[pick].op == OP_PICK && p->g->node[pick].in[0] == id)
                    add_lodgers(p, pick);
        }
}

static bool meet(const Lodger *a, const Lodger *b)
{
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < b->n; k++)
            if (a->life[i].from <= b->life[k].to && b->life[k].from <= a->life[i].to)
                return true;
    return false;
}

/* The union's lodgers by number, and the last half step at which one of them lives. */
typedef struct {
    int *lodger, n, until;
} Union;

static bool fits(const Planner *p, const Union *u, const Lodger *t)
{
    if (t->life[0].from > u->until)
        return true;
    for (int i = 0; i < u->n; i++)
        if (meet(&p->lodger[u->lodger[i]], t))
            return false;
    return true;
}

/* The most lodgers that live at one half step. */
static int most_alive(const Planner *p)
{
    const int end = 2 * (p->g->n_order[FORWARD] + p->g->n_order[BACKWARD]) + 2;
    int *change = arena_array(p->arena, int, end + 1);
    int alive = 0, most = 0;

    for (int i = 0; i < p->n_lodgers; i++)
        for (int k = 0; k < p->lodger[i].n; k++) {
            change[p->lodger[i].life[k].from]++;
            change[p->lodger[i].life[k].to + 1]--;
        }
    for (int at = 0; at < end; at++) {
        alive += change[at];
        most = alive > most ? alive : most;
    }
    return most;
}

/* How much a lodger likes a union: a number that its name and the union's decide alone. */
static uint64_t liking(const Planner *p, const Lodger *t, int at)
{
    const char *name = t->tenant.unit ? t->tenant.unit->name : p->g->node[t->tenant.node].name;
    uint64_t h = 0xcbf29ce484222325u + (uint64_t)at * 0x9e3779b97f4a7c15u;

    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 0x100000001b3u;
    return h * 0x9e3779b97f4a7c15u >> 16;
}

/* The union that it likes best among those with room; a new one where there is none. */
static int choose(const Planner *p, const Union *unions, int n, const Lodger *t)
{
    int best = n;

    for (int at = 0; at < n; at++)
        if (fits(p, &unions[at], t) &&
            (best == n || liking(p, t, at) > liking(p, t, best)))
            best = at;
    return best;
}

/* One union more than must be: so a tensor nearly always gets the one that its name likes, and a
 * layer more or less moves few tensors but its own. */
static void settle(Planner *p, bool reuse)
{
    Union *unions = arena_array(p->arena, Union, 2 * p->n_lodgers + 1);
    const int spare = reuse && p->n_lodgers ? most_alive(p) + 1 : 0;
    Graph *g = p->g;
    int n = spare;

    g->slot = arena_array(p->arena, Slot, 2 * p->n_lodgers + 1);
    for (int i = 0; i < p->n_lodgers; i++) {
        const Lodger *t = &p->lodger[i];
        const int at = reuse ? choose(p, unions, n, t) : i;

        n = at >= n ? at + 1 : n;
        arena_push(p->arena, unions[at].lodger, unions[at].n, i);
        if (t->life[t->n - 1].to > unions[at].until)
            unions[at].until = t->life[t->n - 1].to;
        arena_push(p->arena, g->slot[at].tenant, g->slot[at].n, t->tenant);
    }
    for (int at = 0; at < n; at++)              /* some union may have stayed empty */
        if (g->slot[at].n)
            g->slot[g->n_slots++] = g->slot[at];
}

/* ---- Sizes --------------------------------------------------------------------------------- */

static int64_t reals_of(const Program *program, const Graph *g, NodeId id)
{
    const Node *n = &g->node[id];
    const int64_t copies = n->op == OP_REPEAT ? n->count : n->op == OP_REPEAT_GRAD ? 2 : 1;
    const int64_t batch = program->model->has_train ? program->model->settings.batch : 1;

    return node_elements(n) * (n->batched ? batch : 1) * copies;
}

static void add_up(const Program *program, Graph *g)
{
    for (int i = 0; i < g->n_slots; i++) {
        int64_t largest = 0;

        for (int k = 0; k < g->slot[i].n; k++) {
            const Tenant *m = &g->slot[i].tenant[k];
            const int64_t reals = m->unit ? m->unit->scratch_reals : reals_of(program, g, m->node);

            largest = reals > largest ? reals : largest;
        }
        g->scratch_reals += largest;
    }
    for (NodeId id = 1; id < g->n; id++)
        if (g->store[id] == STORE_MEMORY)
            g->memory_reals += reals_of(program, g, id);
    for (int i = 0; i < g->n_layers; i++)
        for (int k = 0; k < g->layer[i].n_params; k++)
            g->parameters += shape_size(g->layer[i].param[k].shape);
    for (int i = 0; i < g->n_calls; i++) {
        const Node *call = &g->node[g->call[i]];

        g->memory_reals += call->count * call->unit->memory_reals;
        g->parameters += call->count * call->unit->parameters;
    }
}

void plan(Program *program, bool reuse, Session *s)
{
    for (int i = 0; i < program->n; i++) {
        Graph *g = program->graph[i];
        Planner p = { .g = g, .arena = s->arena };

        p.step = arena_array(s->arena, int, g->n);
        p.life = arena_array(s->arena, Life, g->n);
        p.kept = arena_array(s->arena, bool, g->n);
        p.shared = arena_array(s->arena, bool, g->n);
        g->store = arena_array(s->arena, Store, g->n);
        number_steps(&p);
        start_lives(&p);
        find_lives(&p);
        choose_stores(&p);
        find_lodgers(&p);
        settle(&p, reuse);
        add_up(program, g);
    }
}
