/* emit_struct.c -- parameters and memory as C structs: the C compiler does the arithmetic of
 * memory, so no offset stands in the C. */
#include "emit_c.h"

static const Facts *facts_of(const Writer *w, const Graph *g)
{
    return &w->facts[graph_number(w->program, g)];
}

bool is_recorded(const Layer *layer) { return layer->watched || layer->random; }

static void find_structs(const Writer *w, const Graph *g, Facts *f)
{
    f->params = g->parameters > 0;
    f->scratch = g->n_slots > 0;
    f->layers = g->n_layers > 0;
    for (int k = 0; k < g->n_layers; k++) {
        f->watch |= is_recorded(&g->layer[k]);
        f->state |= g->layer[k].n_states > 0;
    }
    f->memory = f->watch || f->state;
    for (NodeId id = 1; id < g->n; id++)
        f->memory |= g->store[id] == STORE_MEMORY;
    for (int k = 0; k < g->n_calls; k++) {
        f->memory |= facts_of(w, g->node[g->call[k]].unit)->memory;
        f->layers |= facts_of(w, g->node[g->call[k]].unit)->layers;
    }
}

/* Callers come behind what they call: from the model, which the runtime calls, to the front. */
static void find_called(Writer *w)
{
    const int n = w->program->n;

    w->facts[n - 1].called[FORWARD] = w->facts[n - 1].called[BACKWARD] = true;
    for (int i = n - 1; i >= 0; i--)
        for (Phase phase = FORWARD; phase <= BACKWARD; phase++) {
            const Graph *g = w->program->graph[i];

            for (int k = 0; w->facts[i].called[phase] && k < g->n_order[phase]; k++) {
                const Node *node = &g->node[g->order[phase][k]];

                if (op_form(node->op) == FORM_UNIT)
                    w->facts[graph_number(w->program, node->unit)].called[phase] = true;
            }
        }
}

void find_facts(Writer *w)
{
    NameSet tables = { .taken = { 0 } };

    w->facts = arena_array(w->arena, Facts, w->program->n);
    for (int i = 0; i < w->program->n; i++) {
        const Graph *g = w->program->graph[i];

        find_structs(w, g, &w->facts[i]);
        w->facts[i].table = arena_array(w->arena, Str, g->n_layers);
        for (int k = 0; k < g->n_layers; k++)
            w->facts[i].table[k] = name_claim(&tables, w->s->names,
                arena_printf(w->arena, "%s_%s", g->name, g->layer[k].member), w->arena);
    }
    find_called(w);
}

/* ---- Parameters ---------------------------------------------------------------------------- */

/* "struct bottleneck_memory stage[STAGE_COUNT];" */
static void emit_child(Writer *w, const Node *call, const char *kind)
{
    const char *count = call->count > 1
                      ? arena_printf(w->arena, "[%s]", count_constant(w, call)) : "";

    emit_line(w->out, "struct %s_%s %s%s;", call->unit->name, kind, call->member, count);
}

static void emit_tensors(Writer *w, const Layer *layer, const Tensor *tensor, int n)
{
    emit_open(w->out, "struct {");
    for (int i = 0; i < n; i++)
        emit_line(w->out, "rt_real %s[%s];", tensor[i].role, dims_text(w, tensor[i].shape));
    emit_close(w->out, arena_printf(w->arena, " %s;", layer->member));
}

/* Layers and calls in the order of the source: a layer stands where its first parameter does. */
static void emit_params(Writer *w, const Graph *g)
{
    emit_blank(w->out);
    emit_open(w->out, "struct %s_params {", g->name);
    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if (n->op == OP_PARAM && n->index == 0)
            emit_tensors(w, &g->layer[n->layer], g->layer[n->layer].param,
                         g->layer[n->layer].n_params);
        if ((n->op == OP_CALL || n->op == OP_REPEAT) && facts_of(w, n->unit)->params)
            emit_child(w, n, "params");
    }
    emit_close(w->out, ";");
}

/* ---- Memory -------------------------------------------------------------------------------- */

static void emit_watch(Writer *w, const Graph *g)
{
    emit_open(w->out, "struct {");
    for (int i = 0; i < g->n_layers; i++)
        if (is_recorded(&g->layer[i]))
            emit_line(w->out, "rt_watch %s;", g->layer[i].member);
    emit_close(w->out, " watch;");
}

static void emit_state(Writer *w, const Graph *g)
{
    emit_open(w->out, "struct {");
    for (int i = 0; i < g->n_layers; i++)
        if (g->layer[i].n_states)
            emit_tensors(w, &g->layer[i], g->layer[i].state, g->layer[i].n_states);
    emit_close(w->out, " state;");
}

static void emit_tensor(Writer *w, const Node *n)
{
    const char *copies = "";

    if (n->op == OP_REPEAT)
        copies = arena_printf(w->arena, "[%s]", count_constant(w, n));
    else if (n->op == OP_REPEAT_GRAD)
        copies = "[2]";
    emit_line(w->out, "rt_real %s%s[%s];", n->name, copies, length_text(w, n));
}

/* A tensor, and the gradient that takes its place once it is no longer read. */
static void emit_kept(Writer *w, const Graph *g, NodeId id)
{
    if (!g->guest[id]) {
        emit_tensor(w, &g->node[id]);
        return;
    }
    emit_open(w->out, "union {");
    emit_tensor(w, &g->node[id]);
    emit_tensor(w, &g->node[g->guest[id]]);
    emit_close(w->out, ";");
}

static void emit_memory(Writer *w, const Graph *g)
{
    const Facts *f = facts_of(w, g);

    emit_blank(w->out);
    emit_open(w->out, "struct %s_memory {", g->name);
    if (f->watch)
        emit_watch(w, g);
    if (f->state)
        emit_state(w, g);
    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];

        if ((n->op == OP_CALL || n->op == OP_REPEAT) && facts_of(w, n->unit)->memory)
            emit_child(w, n, "memory");
        if (g->store[id] == STORE_MEMORY && !g->host[id])
            emit_kept(w, g, id);
    }
    emit_close(w->out, ";");
}

/* ---- Scratch ------------------------------------------------------------------------------- */

static void emit_tenant(Writer *w, const Graph *g, const Tenant *m)
{
    if (m->unit)
        emit_line(w->out, "struct %s_scratch %s;", m->unit->name, m->unit->name);
    else
        emit_tensor(w, &g->node[m->node]);
}

static void emit_scratch(Writer *w, const Graph *g)
{
    emit_blank(w->out);
    emit_open(w->out, "struct %s_scratch {", g->name);
    for (int i = 0; i < g->n_slots; i++) {
        emit_open(w->out, "union {");
        for (int k = 0; k < g->slot[i].n; k++)
            emit_tenant(w, g, &g->slot[i].tenant[k]);
        emit_close(w->out, ";");
    }
    emit_close(w->out, ";");
}

void emit_structs(Writer *w)
{
    emit_blank(w->out);
    emit_line(w->out, "/* ---- Parameters; gradients and the optimiser's arrays have the "
              "same layout ---- */");
    for (int i = 0; i < w->program->n; i++)
        if (w->facts[i].params)
            emit_params(w, w->program->graph[i]);
    emit_blank(w->out);
    emit_line(w->out, "/* ---- Memory: what lives from the forward to the backward pass, and what "
              "units put out; in a union\n * a gradient takes the place of a tensor that is no "
              "longer read ---- */");
    for (int i = 0; i < w->program->n; i++)
        if (w->facts[i].memory)
            emit_memory(w, w->program->graph[i]);
    emit_blank(w->out);
    emit_line(w->out, "/* ---- Scratch: a union holds tensors that are never alive together "
              "---- */");
    for (int i = 0; i < w->program->n; i++)
        if (w->facts[i].scratch)
            emit_scratch(w, w->program->graph[i]);
}
