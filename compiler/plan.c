/* plan.c -- where every tensor lives.
 *
 * What the backward pass reads is kept in the unit's memory, the rest is scratch; plan_share.c says
 * which of them share a place.  Time counts steps of the forward pass, then of the backward pass;
 * two to a step, so that an elementwise node may write where one of its inputs ends. */
#include "plan.h"

/* ---- Lifetimes ----------------------------------------------------------------------------- */

/* Its statement may write where one of its inputs ends. */
static bool is_in_place(const Graph *g, NodeId id)
{
    return op_is_elementwise(g->node[g->head[id] ? g->head[id] : id].op);
}

static void start_lives(Planner *p)
{
    for (NodeId id = 1; id < p->g->n; id++) {
        const int at = 2 * p->step[id] + is_in_place(p->g, id);
        const NodeId head = p->g->head[id];

        p->life[id] = (Life){ at, at };
        if (head && p->g->node[head].item != p->g->node[id].item)
            p->crosses[id] = true;
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
    if (g->node[reader].item != g->node[root].item)
        p->crosses[root] = true;
}

static bool reads_output(const Planner *p)
{
    const Graph *g = p->g;

    return g->n_results > 1 || p->kept[graph_root(g, g->result[0])];
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
            if (n->in[i] && !(i == 0 && n->op == OP_CALL_GRAD && !n->unit->reads_output))
                use(p, n->in[i], id);
        if (n->op == OP_CALL_GRAD || n->op == OP_REPEAT_GRAD)
            use_outputs(p, id);
    }
}

/* ---- Kinds of storage ---------------------------------------------------------------------- */

/* A call whose unit need not give dx, which nobody reads. */
static bool is_spared(const Planner *p, NodeId id)
{
    return p->g->node[id].unit->spares_dx && p->life[id].to == p->life[id].from;
}

static Store store_of(const Planner *p, NodeId id)
{
    const Node *n = &p->g->node[id];

    if (graph_stored(p->g, id) != id)
        return STORE_NONE;
    switch (op_form(n->op)) {
    case FORM_SOURCE:
        return n->op == OP_PARAM ? STORE_PARAM : n->op == OP_STATE ? STORE_STATE : STORE_ARGUMENT;
    case FORM_ALIAS:
        if (n->op != OP_PICK)
            return STORE_ALIAS;
        break;
    case FORM_EFFECT: return STORE_NONE;
    case FORM_LOSS: return STORE_LOSS;
    case FORM_UNIT:
        if (n->op == OP_CALL_GRAD && (!n->unit->gives_dx || is_spared(p, id)))
            return STORE_NONE;
        break;
    case FORM_LOOP:
    case FORM_TIMES:
    case FORM_PLUS:
    case FORM_ACT:
    case FORM_SLOPE:
        if (!p->shared[id] && !p->kept[id])
            return STORE_SCALAR;
        break;
    case FORM_CALL:
        if (op_gives_more(n->op) && p->life[id].to == p->life[id].from)
            return STORE_NONE;
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

/* ---- Sizes --------------------------------------------------------------------------------- */

static int64_t reals_of(const Program *program, const Graph *g, NodeId id)
{
    const Node *n = &g->node[id];
    const int64_t copies = n->op == OP_REPEAT ? n->count : n->op == OP_REPEAT_GRAD ? 2 : 1;
    const int64_t batch = program->model->has_train ? program->model->settings.batch : 1;

    return node_elements(n) * (n->batched ? batch : 1) * copies;
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static void add_up(const Program *program, Graph *g)
{
    for (int i = 0; i < g->n_slots; i++) {
        int64_t largest = 0;

        for (int k = 0; k < g->slot[i].n; k++) {
            const Tenant *m = &g->slot[i].tenant[k];
            const int64_t reals = m->unit ? m->unit->scratch_reals : reals_of(program, g, m->node);

            largest = larger(reals, largest);
        }
        g->scratch_reals += largest;
    }
    for (NodeId id = 1; id < g->n; id++)
        if (g->store[id] == STORE_MEMORY && !g->host[id])
            g->memory_reals += larger(reals_of(program, g, id),
                                      g->guest[id] ? reals_of(program, g, g->guest[id]) : 0);
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

        p.step = graph_steps(g, s->arena);
        p.life = arena_array(s->arena, Life, g->n);
        p.kept = arena_array(s->arena, bool, g->n);
        p.shared = arena_array(s->arena, bool, g->n);
        p.crosses = arena_array(s->arena, bool, g->n);
        g->store = arena_array(s->arena, Store, g->n);
        start_lives(&p);
        find_lives(&p);
        g->reads_output = reads_output(&p);
        choose_stores(&p);
        plan_share(&p, reuse);
        add_up(program, g);
    }
}
