/* emit_record.c -- the update, and the record that the runtime runs. */
#include "emit_c.h"
#include "footprint.h"
#include "numbers.h"

#include <string.h>

static bool is_none(const Value *v) { return strcmp(v->callee->id_name, "NONE") == 0; }

/* ---- The update ---------------------------------------------------------------------------- */

static void emit_step(Writer *w, const char *name, const char *setting, const char *value)
{
    const int gap = 24 - (int)strlen(name);

    emit_line(w->out, "rt_%s(u);%*s/* %s = %s */", name, gap, "", setting, value);
}

static void emit_update(Writer *w)
{
    const Settings *set = &w->program->model->settings;

    emit_blank(w->out);
    emit_line(w->out, "/* An update, in the order of effect; its numbers are in `settings`. */");
    emit_line(w->out, "static void update(rt_update *u)");
    emit_open(w->out, "{");
    emit_step(w, "penalty", "regularize", set->regularize.callee->name);
    if (!is_none(&set->clip))
        emit_step(w, arena_printf(w->arena, "clip_%s", set->clip.callee->name), "clip",
                  set->clip.callee->name);
    emit_step(w, set->optimizer.callee->name, "optimizer", set->optimizer.callee->name);
    emit_close(w->out, "");
}

/* ---- Settings: a line for each number ------------------------------------------------------ */

static void emit_list_setting(Writer *w, const char *field, const Value *list)
{
    emit_line(w->out, ".n_%s = %d,", field, list->n);
    emit_begin(w->out, ".%s = { ", field);
    for (int i = 0; i < list->n; i++)
        emit_piece(w->out, "%s", emit_number(w->arena, list->item[i].real));
    emit_end(w->out, " },");
}

static void emit_arguments(Writer *w, const Value *call)
{
    for (int i = 0; i < call->callee->n_params; i++) {
        const Value *v = &call->arg[i];
        const char *field = number_key(call->callee->param[i].name);

        if (v->kind == VALUE_LIST)
            emit_list_setting(w, field, v);
        else
            emit_line(w->out, ".%s = %s,", field, emit_number(w->arena,
                      v->kind == VALUE_BOOL ? (double)v->integer : v->real));
    }
}

static void emit_integer(Writer *w, const char *field, int64_t value)
{
    if (value)
        emit_line(w->out, ".%s = %lld,", field, (long long)value);
}

static void emit_length_and_rate(Writer *w)
{
    const Settings *set = &w->program->model->settings;

    emit_line(w->out, ".batch = BATCH,");
    emit_integer(w, "epochs", set->epochs);
    emit_integer(w, "steps", set->steps);
    emit_line(w->out, ".seed = %lluu,", (unsigned long long)set->seed);
    emit_line(w->out, ".shuffle = %s,", set->shuffle ? "true" : "false");
    emit_arguments(w, &set->loss);
    emit_arguments(w, &set->optimizer);
}

static void emit_other_numbers(Writer *w)
{
    const Model *m = w->program->model;
    const Settings *set = &m->settings;

    emit_arguments(w, &set->schedule);
    emit_arguments(w, &set->clip);
    emit_arguments(w, &set->regularize);
    emit_line(w->out, ".on_nonfinite = RT_%s,",
              c_constant(w->s->names, set->on_nonfinite, w->arena));
    emit_line(w->out, ".every = %lld,", (long long)m->observe.every);
    emit_line(w->out, ".histograms = %s,", m->observe.histograms ? "true" : "false");
}

static void emit_settings(Writer *w)
{
    const Value *schedule = &w->program->model->settings.schedule;

    emit_blank(w->out);
    emit_line(w->out, "/* train { ... } and observe { ... }: what --set can change */");
    emit_open(w->out, "static const rt_settings settings = {");
    if (!w->numberless)
        emit_length_and_rate(w);
    emit_line(w->out, ".schedule = RT_RATE_%s,", schedule->callee->id_name);
    if (!w->numberless)
        emit_other_numbers(w);
    emit_close(w->out, ";");
}

/* ---- Data ---------------------------------------------------------------------------------- */

static const char *source_number(Writer *w, const Value *v)
{
    if (v->kind == VALUE_WORD || v->kind == VALUE_STRING)   /* `header = auto`; a column by name */
        return "-1.0";
    return emit_number(w->arena, v->kind == VALUE_BOOL ? (double)v->integer : v->real);
}

static const char *source_text(Writer *w, const Value *v)
{
    return v->kind == VALUE_STRING ? emit_string(w->arena, v->text) : "NULL";
}

/* Texts and numbers in the order of the source's signature; see rt_source. */
static void emit_source(Writer *w, const char *field, const Value *v)
{
    const char *texts = "", *numbers = "";

    if (v->kind != VALUE_CALL)
        return;
    for (int i = 0; i < v->callee->n_params; i++) {
        const Param *p = &v->callee->param[i];
        const Value *arg = &v->arg[i];

        if (strcmp(p->name, "split") == 0)
            continue;
        if (strstr(p->kinds, "string"))
            texts = arena_printf(w->arena, "%s%s%s", texts, *texts ? ", " : "",
                                 source_text(w, arg));
        if (strcmp(p->kinds, "string") != 0)
            numbers = arena_printf(w->arena, "%s%s%s", numbers, *numbers ? ", " : "",
                                   source_number(w, arg));
    }
    emit_begin(w->out, ".%s = { ", field);
    emit_piece(w->out, ".reader = \"%s\"", v->callee->name);
    if (*texts)
        emit_piece(w->out, ".text = { %s }", texts);
    if (*numbers)
        emit_piece(w->out, ".number = { %s }", numbers);
    emit_end(w->out, " },");
}

static void emit_augment(Writer *w, const Value *changes)
{
    for (int i = 0; changes->kind == VALUE_LIST && i < changes->n; i++) {
        const Value *v = &changes->item[i];

        if (word_is(v, "HFLIP"))
            emit_line(w->out, ".hflip = true,");
        else
            emit_integer(w, "crop", value_arg(v, "pad")->integer);
    }
}

static void emit_data(Writer *w)
{
    const Data *d = &w->program->model->data;

    emit_blank(w->out);
    emit_open(w->out, "static const rt_data data = {");
    emit_source(w, "train", &d->train);
    emit_source(w, "test", &d->test);
    emit_source(w, "valid", &d->valid);
    if (d->split > 0)
        emit_line(w->out, ".split = %s,", emit_number(w->arena, d->split));
    if (d->normalize)
        emit_line(w->out, ".normalize = %d, .mean = %s, .std = %s,", d->normalize,
                  emit_number(w->arena, d->mean), emit_number(w->arena, d->std));
    emit_integer(w, "limit", d->limit);
    emit_augment(w, &d->augment);
    emit_line(w->out, ".split_seed = %lluu,", (unsigned long long)w->program->model->settings.seed);
    emit_line(w->out, ".scale = %s,", emit_number(w->arena, d->scale));
    emit_close(w->out, ";");
}

/* ---- The record ---------------------------------------------------------------------------- */

bool emit_has_batch_statistics(const Program *p)
{
    for (int i = 0; i < p->n; i++)
        for (NodeId id = 1; id < p->graph[i]->n; id++)
            if (p->graph[i]->node[id].op == OP_BATCHNORM_STATS)
                return true;
    return false;
}

static void emit_target(Writer *w, const Target *t)
{
    static const char *const kind[] = {
        [TARGET_CLASS] = "CLASS", [TARGET_VECTOR] = "VECTOR", [TARGET_INPUT] = "INPUT"
    };

    emit_line(w->out, ".target = RT_TARGET_%s,", kind[t->kind]);
    if (t->kind == TARGET_CLASS)
        emit_line(w->out, ".classes = %lld,", (long long)t->classes);
    emit_integer(w, "label_steps", t->steps);
    if (t->one_hot)
        emit_line(w->out, ".one_hot = true,");
    if (t->kind != TARGET_CLASS || t->one_hot)
        emit_line(w->out, "%s,", shape_initializer(w, "target_", t->shape));
}

static void emit_sizes(Writer *w)
{
    const Facts *f = &w->facts[w->program->n - 1];

    emit_line(w->out, ".params_size = %s,", f->params ? "sizeof(struct model_params)" : "0");
    emit_line(w->out, ".memory_size = sizeof(struct model_memory),");
    emit_line(w->out, ".scratch_size = %s,", f->scratch ? "sizeof(struct model_scratch)" : "0");
}

static void emit_model(Writer *w)
{
    const Model *m = w->program->model;
    const Graph *g = w->program->graph[w->program->n - 1];
    const NodeId result = graph_root(g, g->result[0]);
    const Settings *set = &m->settings;

    emit_blank(w->out);
    emit_open(w->out, "const rt_model RT_MODEL = {");
    emit_line(w->out, ".name = %s,", emit_string(w->arena, m->name));
    emit_line(w->out, ".real_size = sizeof(rt_real),");
    emit_line(w->out, ".reals = &RT_REALS,");
    emit_line(w->out, ".batch = BATCH,");
    emit_line(w->out, "%s,", shape_initializer(w, "input_", m->input));
    emit_target(w, &m->target);
    emit_line(w->out, "%s,", shape_initializer(w, "output_", g->node[g->result[0]].shape));
    emit_line(w->out, ".output = offsetof(struct model_memory, %s),", g->node[result].name);
    emit_line(w->out, ".loss = RT_%s,", set->loss.callee->id_name);
    if (set->from_probabilities)
        emit_line(w->out, ".from_probabilities = true,");
    if (w->program->gemm)
        emit_line(w->out, ".gemm = RT_GEMM_%s,",
                  strcmp(w->program->gemm, "native") == 0 ? "NATIVE" : "OPENBLAS");
    if (emit_has_batch_statistics(w->program))
        emit_line(w->out, ".batch_statistics = true,");
    emit_sizes(w);
    emit_line(w->out, ".optimizer_slots = %d,", optimizer_slots(&set->optimizer));
    emit_line(w->out, ".optimizer = \"%s\",", set->optimizer.callee->name);
    emit_line(w->out, ".clip = \"%s\",", set->clip.callee->name);
    emit_line(w->out, ".unit = &model_unit,");
    emit_line(w->out, ".settings = &settings,");
    emit_line(w->out, ".data = &data,");
    emit_line(w->out, ".forward = model_forward,");
    emit_line(w->out, ".backward = model_backward,");
    emit_line(w->out, ".update = update,");
    if (m->n_expects)
        emit_line(w->out, ".expect = expect,");
    emit_close(w->out, ";");
}

void emit_record(Writer *w)
{
    emit_update(w);
    emit_expect(w);
    emit_blank(w->out);
    emit_line(w->out, "/* ---- The record: what the runtime is told of all this ---- */");
    emit_unit_tables(w);
    emit_settings(w);
    emit_data(w);
    emit_model(w);
}
