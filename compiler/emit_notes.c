/* emit_notes.c -- the second, tiny unit: where in the source each layer and each expectation
 * stands, the forecast, the source itself, and the graph of its layers.  Kept out of the C that
 * people diff, so that a comment more in the source, or another number foretold, changes no line
 * of it. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "emit_edges.h"
#include "map.h"
#include "passes.h"

typedef struct {
    const Program *program;
    Arena *arena;
    Emit *out;
    Map layered;                    /* graphs that, with what they call, have a layer */
    int n;
} Notes;

static void emit_note(Notes *w, const char *key, Span at)
{
    emit_line(w->out, "{ %s, %d },", emit_string(w->arena, key),
              at.source ? source_place(at.source, at.from).line : 0);
    w->n++;
}

static const char *joined(Notes *w, const char *prefix, const char *name)
{
    return *prefix ? arena_printf(w->arena, "%s.%s", prefix, name) : name;
}

/* Layers by their path without indices: a block's call adds its name, a repeat adds none. */
static void emit_layers(Notes *w, const Graph *g, const char *prefix)
{
    if (!map_get(&w->layered, g))
        return;
    for (int i = 0; i < g->n_layers; i++)
        emit_note(w, joined(w, prefix, g->layer[i].name), g->layer[i].item->at);
    for (int i = 0; i < g->n_calls; i++) {
        const Node *call = &g->node[g->call[i]];
        const bool is_block = call->item->kind == ITEM_BLOCK;

        emit_layers(w, call->unit, is_block ? joined(w, prefix, call->item->name) : prefix);
    }
}

static void find_layered(Notes *w)
{
    for (int i = 0; i < w->program->n; i++) {
        Graph *g = w->program->graph[i];
        bool has = g->n_layers > 0;

        for (int k = 0; k < g->n_calls; k++)
            has |= map_get(&w->layered, g->node[g->call[k]].unit) != NULL;
        if (has)
            map_put(&w->layered, g, g, w->arena);
    }
}

static const char *directory_of(const Source *source, Arena *a)
{
    const char *slash = strrchr(source->path, '/');
    const char *dir = slash ? arena_copy(a, source->path, (size_t)(slash - source->path + 1)) : ".";
    char *full = realpath(dir, NULL);
    const char *text = full ? arena_printf(a, "%s", full) : ".";

    free(full);
    return text;
}

static const char *number(const Notes *w, double x)
{
    return emit_number(w->arena, x);
}

static const char *text_or_null(const Notes *w, const char *text)
{
    return text ? emit_string(w->arena, text) : "0";
}

/* NAN stands for what a layer does not have. */
static void emit_prediction(Notes *w, const FlowLayer *l)
{
    const bool steps = l->layer->steps > 1;

    emit_line(w->out, "{ %s, %s, %s, %s, %s,", emit_string(w->arena, l->path),
              number(w, l->act_rms), number(w, l->delta_rms), number(w, l->grad_norm),
              number(w, isnan(l->grad_norm) ? NAN : l->spread));
    emit_line(w->out, "  %s, %s, %s, %d, %s },", number(w, steps ? l->first_rms : NAN),
              number(w, steps ? l->last_rms : NAN), number(w, steps ? l->decades_per_step : NAN),
              l->layer->in_flow, text_or_null(w, l->rough));
}

static void emit_predictions(Notes *w, const Forecast *f)
{
    emit_open(w->out, "static const rt_prediction predictions[] = {");
    for (int i = 0; i < f->n; i++)
        emit_prediction(w, &f->layer[i]);
    emit_line(w->out, "{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }");
    emit_close(w->out, ";");
}

/* ---- The source -------------------------------------------------------------------------- */

/* Beside the source that is compiled, where it is. */
static const char *path_beside(const Source *source, const Source *whole)
{
    const char *slash = strrchr(whole->path, '/');
    const size_t n = slash ? (size_t)(slash - whole->path) + 1 : 0;

    return strncmp(source->path, whole->path, n) == 0 ? source->path + n : source->path;
}

/* A literal a line. */
static void emit_text_of(Notes *w, const Source *source)
{
    const char *text = source->text;

    emit_line(w->out, "{ %s, \"\"",
              emit_string(w->arena, path_beside(source, w->program->model->file->source)));
    while (*text) {
        const char *end = strchr(text, '\n');
        const size_t n = end ? (size_t)(end - text) + 1 : strlen(text);
        emit_line(w->out, "  %s", emit_string(w->arena, arena_copy(w->arena, text, n)));
        text += n;
    }
    emit_line(w->out, "},");
}

/* Each file once, though two may import it. */
static void emit_file(Notes *w, Map *seen, const File *f)
{
    if (map_get(seen, f->source))
        return;
    map_put(seen, f->source, (void *)f->source, w->arena);
    emit_text_of(w, f->source);
    for (int i = 0; i < f->n_imported; i++)
        emit_file(w, seen, f->imported[i]);
}

static void emit_files(Notes *w, const File *file)
{
    Map seen = { 0 };

    emit_open(w->out, "static const rt_named_text files[] = {");
    emit_file(w, &seen, file);
    emit_line(w->out, "{ 0, 0 }");
    emit_close(w->out, ";");
}

static void emit_params(Notes *w, const Model *m)
{
    emit_open(w->out, "static const rt_named_text params[] = {");
    for (int i = 0; i < m->n_params; i++)
        emit_line(w->out, "{ %s, %s },", emit_string(w->arena, m->param[i].name),
                  emit_string(w->arena, value_text(&m->param[i].value, w->arena)));
    emit_line(w->out, "{ 0, 0 }");
    emit_close(w->out, ";");
}

/* ---- The unit ---------------------------------------------------------------------------- */

/* After the list of lines. */
static void emit_whole(Notes *w, const Forecast *f)
{
    emit_line(w->out, "  lines, %d, predictions, %s, %s, %s, %s,", w->n, number(w, f->flow),
              number(w, f->decades_per_layer), number(w, f->spread), number(w, f->loss));
    emit_line(w->out, "  %s, %s, files, params, %s, %lld, edges };",
              emit_string(w->arena, f->input.from), text_or_null(w, f->rough),
              number(w, f->gained), (long long)f->batch);
}

const char *emit_notes(const Program *program, const Forecast *forecast, Session *s, size_t *size)
{
    const Model *m = program->model;
    const char *slash = strrchr(m->file->source->path, '/');
    Notes w = { .program = program, .arena = s->arena, .out = emit_new(s->arena) };

    find_layered(&w);
    emit_line(w.out, "#include <netrt.h>");
    emit_open(w.out, "static const rt_line lines[] = {");
    emit_layers(&w, program->graph[program->n - 1], "");
    for (int i = 0; i < m->n_expects; i++)
        emit_note(&w, m->expect[i].text, m->expect[i].at);
    emit_line(w.out, "{ \"\", 0 }");
    emit_close(w.out, ";");
    emit_predictions(&w, forecast);
    emit_files(&w, m->file);
    emit_params(&w, m);
    emit_edges(w.out, program, s);
    emit_line(w.out, "const rt_notes rt_model_notes = { %s, %s,",
              emit_string(s->arena, slash ? slash + 1 : m->file->source->path),
              emit_string(s->arena, directory_of(m->file->source, s->arena)));
    emit_whole(&w, forecast);
    return emit_text(w.out, size);
}
