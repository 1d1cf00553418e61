/* infer.c -- the pass `infer`: walks the statements of the model. */
#include "infer.h"
#include "language_limits.h"
#include "suggest.h"

static void infer_input(Builder *b, const Stmt *s)
{
    Infer *in = b->in;

    if (in->has_input) {
        Message *m = infer_error(b, MSG_STATED_TWICE, s->at, "a second input");
        diag_note(m, in->model->input_at, "the first one is here");
        return;
    }
    if (b->n_items)
        infer_error(b, MSG_MISPLACED_STATEMENT, s->at, "input stands behind the first layer");
    in->has_input = true;
    in->model->input = infer_dims(b, &s->shape, "the input");
    in->model->input_at = s->at;
    if (!infer_size(b, in->model->input, s->at))
        in->model->input = SHAPE_ERROR;
    b->entry = (Wire){ { .kind = REF_INPUT }, in->model->input, s->at };
    b->now = b->entry;
}

/* input and target stand in the model itself. */
static bool is_model_level(Builder *b, const Stmt *s)
{
    if (!b->outer && !b->instance && b->into == &b->unit->items)
        return true;
    infer_error(b, MSG_MISPLACED_STATEMENT, s->at, "'%s' stands directly in the model only",
                s->kind == STMT_INPUT ? "input" : "target");
    b->in->misplaced_input = b->in->misplaced_input || s->kind == STMT_INPUT;
    b->in->misplaced_target = b->in->misplaced_target || s->kind == STMT_TARGET;
    return false;
}

/* Nobody knows which branch is taken: its names exist, with unknown shapes. */
static void lose_branches(Builder *b, const Stmt *s)
{
    const Map *names[] = { infer_given_names(b->in, s->body), infer_given_names(b->in, s->other) };

    for (size_t k = 0; k < countof(names); k++)
        for (int i = 0; i < names[k]->n; i++)
            if (!map_get(b->labels, names[k]->key[i]))
                infer_lost(b, names[k]->value[i]);
    b->now.shape = SHAPE_ERROR;
}

static void infer_if(Builder *b, const Stmt *s)
{
    const Eval in = { b->in->s, b->scope };
    bool holds;

    if (eval_bool(s->value, "the condition of 'if'", &in, &holds))
        infer_statements(b, holds ? s->body : s->other);
    else
        lose_branches(b, s);
}

static void infer_statement(Builder *b, const Stmt *s)
{
    switch (s->kind) {
    case STMT_INPUT:
        if (is_model_level(b, s))
            infer_input(b, s);
        break;
    case STMT_TARGET:
        if (is_model_level(b, s))
            infer_target(b, s);
        break;
    case STMT_LAYER:
        infer_layer(b, s);
        break;
    case STMT_REPEAT:
        infer_repeat(b, s);
        break;
    case STMT_RESIDUAL:
        infer_residual(b, s);
        break;
    case STMT_PARALLEL:
        infer_parallel(b, s);
        break;
    case STMT_IF:
        infer_if(b, s);
        break;
    case STMT_ERROR:
        infer_lost(b, s);
        break;
    }
}

/* Bodies and blocks in one another: the passes recurse as deep. */
static bool too_deep(Builder *b, const Stmt *first)
{
    Infer *in = b->in;

    if (in->level <= LIMIT_EXPANDED_NESTING || !first)
        return false;
    if (!in->full)
        infer_error(b, MSG_BLOCK_DEPTH, first->at, "bodies and blocks are more than %d deep",
                    (int)LIMIT_EXPANDED_NESTING);
    in->full = true;
    return true;
}

void infer_statements(Builder *b, const Stmt *first)
{
    b->in->level++;
    if (!too_deep(b, first))
        for (const Stmt *s = first; s && !b->in->full; s = s->next)
            infer_statement(b, s);
    b->in->level--;
}

void infer_settle(Infer *in, Unit *unit)
{
    if (diag_errors(in->s->diag))   /* values may be missing */
        return;
    infer_auto(in, unit);
    infer_fold(unit, in->s->arena);
}

void infer_finish(Builder *b)
{
    b->unit->in = b->entry.shape;
    b->unit->out = b->now.shape;
    b->unit->result = b->now.ref;
}

/* ---- The model ---- */

const Decl *infer_model_decl(const File *file)
{
    const Decl *d = file->decls;

    while (d && d->kind != DECL_MODEL)
        d = d->next;
    return d;
}

static void check_complete(Builder *b, int errors)
{
    Infer *in = b->in;
    const Span at = b->unit->at;

    if (b->scope->all->broken)      /* what seems to be missing may be what could not be read */
        return;
    if (!in->has_input && !in->misplaced_input)
        infer_error(b, MSG_NO_INPUT, at, "the model has no input, such as input [64]");
    if (!in->has_target && !in->misplaced_target)
        infer_error(b, MSG_NO_TARGET, at, "the model has no target, such as target class(10)");
    infer_check_target(b);
    if (!in->trains && diag_errors(in->s->diag) == errors)
        infer_error(b, MSG_NOTHING_TO_TRAIN, at, "the model has no layer with weights");
}

static void infer_model(Infer *in)
{
    Model *m = in->model;
    const Decl *d = infer_model_decl(m->file);
    const int errors = diag_errors(in->s->diag);
    Map labels = { 0 };
    Builder b = { .in = in, .unit = m->unit, .scope = m->globals->scope, .labels = &labels,
                  .space = infer_namespace(in, d->body), .names = infer_given_names(in, d->body),
                  .into = &m->unit->items,
                  .now = { { .kind = REF_INPUT }, SHAPE_ERROR, d->at } };

    infer_statements(&b, d->body);
    infer_finish(&b);
    m->n_layers = in->n_layers;
    check_complete(&b, errors);
    if (diag_errors(in->s->diag) > errors)
        return;
    infer_settle(in, m->unit);
    infer_check_names(in);
}

bool infer(Model *model, Session *s)
{
    Infer in = { .s = s, .model = model, .globals = model->globals };

    if (model->unit)
        infer_model(&in);
    infer_check_unused(&in);
    if (model->unit && !diag_errors(s->diag))
        infer_warn_unused(&in);
    return !diag_errors(s->diag);
}
