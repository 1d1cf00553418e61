/* compile.c -- the pipeline: a call a pass. */
#include "compile.h"

#include <string.h>

static void drop(Str *list, int *n, Str name)
{
    int kept = 0;

    for (int k = 0; k < *n; k++)
        if (list[k] != name)
            list[kept++] = list[k];
    *n = kept;
}

/* -W[no-]NAME, -Werror=NAME: `error=` asks for what is warned of, no more. */
static void set_warning(Model *m, const char *word, Session *s)
{
    const bool off = strncmp(word, "no-", 3) == 0, error = strncmp(word, "error=", 6) == 0;
    const Str name = intern(s->names, word + (off ? 3 : error ? 6 : 0));

    drop(m->allow, &m->n_allow, name);
    drop(m->ask, &m->n_ask, name);
    drop(m->note, &m->n_note, name);
    if (off) {
        arena_push(s->arena, m->allow, m->n_allow, name);
        return;
    }
    arena_push(s->arena, m->ask, m->n_ask, name);
    if (!error)
        arena_push(s->arena, m->note, m->n_note, name);
}

/* What the command line says of a warning comes after what the file allows. */
static void set_warnings(Compilation *c, Session *s)
{
    for (int i = 0; i < c->n_warnings; i++)
        if (strcmp(c->warning[i], "extra") == 0)
            c->model->note_all = true;
        else if (strcmp(c->warning[i], "all") != 0)
            set_warning(c->model, c->warning[i], s);
}

bool compile_check(Compilation *c, Session *s)
{
    c->file = parse(c->source, s);
    c->model = check(c->file, c->define, c->n_defines, s);
    set_warnings(c, s);
    infer(c->model, s);
    return diag_errors(s->diag) == 0;
}

void compile_plan(Compilation *c, Session *s)
{
    c->program = lower(c->model, s);
    differentiate(c->program, s);
    recompute(c->program, s);
    schedule(c->program, s);
    fuse(c->program, s);
    fuse_then(c->program, s);
    count_once(c->program, s);
    plan(c->program, c->reuse, s);
    c->program->gemm = c->gemm;
}

/* Beside the source, where a program is that was built there. */
static const char *folder_of(const Source *source, Arena *a)
{
    const char *slash = strrchr(source->path, '/');

    return slash ? arena_copy(a, source->path, (size_t)(slash - source->path) + 1) : NULL;
}

/* A batch takes no sample twice. */
static int64_t batch_of(const Model *m, const InputMoments *input)
{
    const int64_t samples = input->facts.samples, batch = m->settings.batch;

    return samples > 0 && samples < batch ? samples : batch;
}

void compile_forecast(Compilation *c, Session *s)
{
    if (!c->input) {
        c->input = arena_new_of(s->arena, InputMoments);
        *c->input = input_moments(c->program, c->data ? c->data : folder_of(c->source, s->arena),
                                  s);
    }
    c->forecast = forecast(c->program, c->input, batch_of(c->program->model, c->input), s);
    c->forecast->step_length = step_length(c->program, c->forecast, s);
}

void compile_warn(Compilation *c, Session *s)
{
    const int first = diag_messages(s->diag);

    warn(c->program, c->forecast, s);
    diag_sort(s->diag, first);
}

void compile_notes(Compilation *c, Session *s)
{
    c->notes = emit_notes(c->program, c->forecast, s, &c->notes_size);
}

void compile_emit(Compilation *c, Session *s)
{
    c->c = emit_c(c->program, s, &c->c_size);
}

const char *compile_missing(const Compilation *c)
{
    return !c->model->unit ? "model" : !c->model->has_train ? "train"
           : !c->model->data.decl ? "data" : NULL;
}

void compile_dump(const Compilation *c, const char *stage, FILE *out)
{
    if (strcmp(stage, "ast") == 0)
        ast_dump(c->file, out);
    else if (strcmp(stage, "model") == 0)
        model_dump(c->model, out);
    else if (strcmp(stage, "flow") == 0)
        flow_dump(c->forecast, out);
    else
        program_dump(c->program, stage, out);
}
