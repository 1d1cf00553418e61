/* emit_tables.c -- the tables that tell the runtime what stands in each unit's structs. */
#include "emit_c.h"

#include <string.h>

const char *shape_initializer(Writer *w, const char *prefix, Shape s)
{
    const char *dims = "";

    if (!s.rank)
        return arena_printf(w->arena, ".%srank = 0", prefix);
    for (int i = 0; i < s.rank; i++)
        dims = arena_printf(w->arena, "%s%s%lld", dims, i ? ", " : "", (long long)s.dim[i]);
    return arena_printf(w->arena, ".%srank = %d, .%sshape = { %s }", prefix, s.rank, prefix, dims);
}

/* ---- Initialisers -------------------------------------------------------------------------- */

static double mode_number(const Value *init)
{
    const char *mode = value_arg(init, "mode")->text;
    const int fan = strcmp(mode, "fan_in") == 0 ? 0 : strcmp(mode, "fan_out") == 0 ? 1 : 2;

    return fan + (strcmp(value_arg(init, "distribution")->text, "uniform") == 0 ? 4 : 0);
}

static const char *call_initializer(Writer *w, const Value *init, double slope)
{
    const char *id = init->callee->id_name;
    double a = init->callee->n_params > 0 ? init->arg[0].real : 0;
    double b = init->callee->n_params > 1 ? init->arg[1].real : 0;

    if (strncmp(id, "HE_", 3) == 0)
        a = slope;
    if (strcmp(id, "VARIANCE_SCALING") == 0)
        b = mode_number(init);
    return arena_printf(w->arena, "{ RT_%s, %s, %s }", id, emit_number(w->arena, a),
                        emit_number(w->arena, b));
}

static const char *init_initializer(Writer *w, const Tensor *t)
{
    if (t->init)
        return call_initializer(w, t->init, t->slope);
    if (t->is_forget)
        return arena_printf(w->arena, "{ RT_FORGET_GATE, %s, 0.0 }",
                            emit_number(w->arena, t->constant));
    if (t->is_constant)
        return arena_printf(w->arena, "{ RT_CONSTANT, %s, 0.0 }",
                            emit_number(w->arena, t->constant));
    return t->ones ? "{ RT_ONES, 0.0, 0.0 }" : "{ RT_ZEROS, 0.0, 0.0 }";
}

/* ---- Layers -------------------------------------------------------------------------------- */

static void emit_tensor_row(Writer *w, const Graph *g, const Layer *layer, const Tensor *t,
                            bool is_state)
{
    emit_begin(w->out, "{ ");
    emit_piece(w->out, ".role = \"%s\"", t->role);
    emit_piece(w->out, ".offset = offsetof(struct %s_%s", g->name, is_state ? "memory" : "params");
    emit_piece(w->out, "%s%s.%s)", is_state ? "state." : "", layer->member, t->role);
    emit_break(w->out);
    emit_piece(w->out, "%s", shape_initializer(w, "", t->shape));
    if (t->fan_in) {
        emit_piece(w->out, ".fan_in = %lld", (long long)t->fan_in);
        emit_piece(w->out, ".fan_out = %lld", (long long)t->fan_out);
    }
    if (t->gates > 1)
        emit_piece(w->out, ".gates = %d", t->gates);
    if (t->is_weight)
        emit_piece(w->out, ".is_weight = true");
    emit_break(w->out);
    emit_piece(w->out, ".init = %s", init_initializer(w, t));
    if (t->l1 != 0)
        emit_piece(w->out, ".l1 = %s", emit_number(w->arena, t->l1));
    if (t->l2 != 0)
        emit_piece(w->out, ".l2 = %s", emit_number(w->arena, t->l2));
    emit_end(w->out, " },");
}

static void emit_tensor_table(Writer *w, const Graph *g, const Layer *layer, Str table,
                              bool is_state)
{
    const int n = is_state ? layer->n_states : layer->n_params;

    if (!n)
        return;
    emit_blank(w->out);
    emit_open(w->out, "static const rt_tensor %s_%s[] = {", table, is_state ? "states" : "params");
    for (int i = 0; i < n; i++)
        emit_tensor_row(w, g, layer, is_state ? &layer->state[i] : &layer->param[i], is_state);
    emit_close(w->out, ";");
}

static void emit_watch_row(Writer *w, const Graph *g, const Layer *layer)
{
    emit_line(w->out, "%s = true,", layer->watched ? ".watched" : ".random");
    emit_line(w->out, ".watch = offsetof(struct %s_memory, watch.%s),", g->name, layer->member);
}

/* A line for each thing that there is to say, so that one more moves no other. */
static void emit_layer(Writer *w, const Graph *g, const Layer *layer, Str of)
{
    emit_tensor_table(w, g, layer, of, false);
    emit_tensor_table(w, g, layer, of, true);
    emit_blank(w->out);
    emit_open(w->out, "static const rt_layer %s_layer = {", of);
    emit_line(w->out, ".name = %s, .kind = \"%s\", .act = %s,",
              emit_string(w->arena, layer->name), layer->kind, activation_text(layer->act));
    emit_line(w->out, "%s,", shape_initializer(w, "", layer->out));
    if (layer->n_params)
        emit_line(w->out, ".param = %s_params, .n_params = %d,", of, layer->n_params);
    if (layer->n_states)
        emit_line(w->out, ".state = %s_states, .n_states = %d,", of, layer->n_states);
    if (is_recorded(layer))
        emit_watch_row(w, g, layer);
    if (layer->in_flow)
        emit_line(w->out, ".in_flow = true,");
    if (layer->steps)
        emit_line(w->out, ".steps = %lld,", (long long)layer->steps);
    if (layer->n_paths)
        emit_line(w->out, ".paths = %d,", layer->n_paths);
    if (!layer->observed)
        emit_line(w->out, ".unlisted = true,");
    emit_close(w->out, ";");
}

/* ---- Units --------------------------------------------------------------------------------- */

static void emit_offsets(Writer *w, const Graph *g, const Node *call, const char *kind)
{
    emit_piece(w->out, ".%s = offsetof(struct %s_%s, %s)", kind, g->name, kind, call->member);
    emit_piece(w->out, ".%s_stride = sizeof(struct %s_%s)", kind, call->unit->name, kind);
}

/* The iteration behind a run of several. */
static const char *after_text(Writer *w, const Node *run)
{
    const char *count = count_constant(w, run);

    if (run->step > 1)
        count = arena_printf(w->arena, "%d * %s", run->step, count);
    return run->first ? arena_printf(w->arena, "%d + %s", run->first, count) : count;
}

/* The number of a run's first iteration; behind another run in terms of that one's count. */
static const char *first_text(Writer *w, const Graph *g, const Node *call)
{
    for (int k = 0; k < g->n_calls; k++) {
        const Node *before = &g->node[g->call[k]];

        if (before->item != call->item || before->count == 1 || !call->first
            || before->first + before->count * before->step != call->first)
            continue;
        return after_text(w, before);
    }
    return arena_printf(w->arena, "%d", call->first);
}

static void emit_call_row(Writer *w, const Graph *g, const Node *call)
{
    const Facts *f = &w->facts[graph_number(w->program, call->unit)];
    const bool is_block = call->item->kind == ITEM_BLOCK;

    emit_begin(w->out, "{ ");
    emit_piece(w->out, ".unit = &%s_unit", call->unit->name);
    emit_piece(w->out, ".name = %s", is_block ? emit_string(w->arena, call->item->name) : "\"\"");
    if (!is_block) {
        emit_piece(w->out, ".is_repeat = true");
        emit_piece(w->out, ".first = %s", first_text(w, g, call));
        if (call->step > 1)
            emit_piece(w->out, ".step = %d", call->step);
    }
    emit_piece(w->out, ".count = %s", call->count > 1 ? count_constant(w, call) : "1");
    if (call->inside)
        emit_piece(w->out, ".inside = %d", call->inside);
    if (f->params) {
        emit_break(w->out);
        emit_offsets(w, g, call, "params");
    }
    if (f->memory) {
        emit_break(w->out);
        emit_offsets(w, g, call, "memory");
    }
    emit_end(w->out, " },");
}

/* What holds no layer has no row. */
static int emit_members(Writer *w, const Graph *g, const Facts *f)
{
    int n = 0;

    for (int i = 0; i < g->n_members; i++) {
        const int k = g->member[i];
        const Node *call = k < 0 ? &g->node[g->call[-1 - k]] : NULL;

        if (call && !w->facts[graph_number(w->program, call->unit)].layers)
            continue;
        if (n++ == 0) {
            emit_blank(w->out);
            emit_open(w->out, "static const rt_member %s_members[] = {", g->name);
        }
        if (call)
            emit_call_row(w, g, call);
        else if (g->layer[k].inside)
            emit_line(w->out, "{ .layer = &%s_layer, .inside = %d },", f->table[k],
                      g->layer[k].inside);
        else
            emit_line(w->out, "{ .layer = &%s_layer },", f->table[k]);
    }
    if (n)
        emit_close(w->out, ";");
    return n;
}

static void emit_unit(Writer *w, const Graph *g, const Facts *f)
{
    int n;

    for (int i = 0; i < g->n_layers; i++)
        emit_layer(w, g, &g->layer[i], f->table[i]);
    n = emit_members(w, g, f);
    emit_blank(w->out);
    emit_begin(w->out, "static const rt_unit %s_unit = { ", g->name);
    if (n)
        emit_piece(w->out, "%s_members", g->name);
    emit_piece(w->out, n ? "RT_COUNT(%s_members)" : "NULL, 0", g->name);
    emit_end(w->out, " };");
}

void emit_unit_tables(Writer *w)
{
    for (int i = 0; i < w->program->n; i++)
        if (w->facts[i].layers || i == w->program->n - 1)
            emit_unit(w, w->program->graph[i], &w->facts[i]);
}
