/* compile.c -- the pipeline: a call a pass. */
#include "compile.h"

#include <string.h>

/* What the command line says of a warning comes after what the file allows. */
static void set_warnings(Compilation *c, Session *s)
{
    Model *m = c->model;

    for (int i = 0; i < c->n_warnings; i++) {
        const bool off = strncmp(c->warning[i], "no-", 3) == 0;
        const Str name = intern(s->names, c->warning[i] + (off ? 3 : 0));
        int kept = 0;
        for (int k = 0; k < m->n_allow; k++)
            if (m->allow[k] != name)
                m->allow[kept++] = m->allow[k];
        m->n_allow = kept;
        if (off)
            arena_push(s->arena, m->allow, m->n_allow, name);
    }
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
    schedule(c->program, s);
    fuse(c->program, s);
    plan(c->program, c->reuse, s);
}

/* Beside the source, where a program is that was built there. */
static const char *folder_of(const Source *source, Arena *a)
{
    const char *slash = strrchr(source->path, '/');

    return slash ? arena_copy(a, source->path, (size_t)(slash - source->path) + 1) : NULL;
}

void compile_forecast(Compilation *c, Session *s)
{
    if (!c->input) {
        c->input = arena_new_of(s->arena, InputMoments);
        *c->input = input_moments(c->program, c->data ? c->data : folder_of(c->source, s->arena),
                                  s);
    }
    c->forecast = forecast(c->program, c->input, s);
}

void compile_notes(Compilation *c, Session *s)
{
    compile_forecast(c, s);
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
