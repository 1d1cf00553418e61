/* compile.c -- the pipeline: a call a pass. */
#include "compile.h"

#include <string.h>

bool compile_check(Compilation *c, Session *s)
{
    c->file = parse(c->source, s);
    c->model = check(c->file, c->define, c->n_defines, s);
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

void compile_emit(Compilation *c, Session *s)
{
    c->c = emit_c(c->program, s, &c->c_size);
    c->notes = emit_notes(c->program, s, &c->notes_size);
}

const char *compile_missing(const Compilation *c)
{
    return !c->model->unit ? "model" : !c->model->has_train ? "train" : NULL;
}

void compile_dump(const Compilation *c, const char *stage, FILE *out)
{
    if (strcmp(stage, "ast") == 0)
        ast_dump(c->file, out);
    else if (strcmp(stage, "model") == 0)
        model_dump(c->model, out);
    else
        program_dump(c->program, stage, out);
}
