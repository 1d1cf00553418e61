/* repair_warned.c -- what netc check warns of, as far as it foretells that a net fails. */
#include <string.h>

#include "repair_health.h"
#include "warn_row.h"

/* A compilation whose warnings are counted in a place of their own. */
typedef struct {
    Session quiet;
    Model model;
    Program program;
} Trial;

static Trial *trial_of(const Compilation *c, Arena *a)
{
    Intern *names = intern_new(a);
    Trial *t = arena_new_of(a, Trial);

    *t = (Trial){ { a, names, diag_new(a), vocabulary_new(names, a) }, *c->model, *c->program };
    t->program.model = &t->model;
    return t;
}

Warned warnings_of(const Compilation *c, Session *s)
{
    Trial *t = trial_of(c, s->arena);
    Warned out = { .n = 0 };
    const char *name;

    warn(&t->program, c->forecast, &t->quiet);
    for (int i = 0; (name = diag_warning_nth(i)); i++)
        if ((diag_warnings_called(t->quiet.diag, name) || diag_warnings_called(s->diag, name)) &&
            out.n < (int)countof(out.name)) {
            out.name[out.n++] = name;
            out.counted += warning_called(name)->means == FAILURE;
            out.unmended += warning_called(name)->means == UNMENDED;
        }
    return out;
}

static void set_rate(Model *m, double rate, Arena *a)
{
    Value *optimizer = &m->settings.optimizer;
    const int n = optimizer->callee->n_params;
    Value *arg = arena_array(a, Value, n);

    for (int i = 0; i < n; i++) {
        arg[i] = optimizer->arg[i];
        if (strcmp(optimizer->callee->param[i].name, "lr") == 0)
            arg[i].real = rate;
    }
    optimizer->arg = arg;
}

/* Of a trial that is not used again. */
static bool notes(Trial *t, const Compilation *c, const char *name)
{
    Str noted = intern(t->quiet.names, name);

    t->model.note = &noted;
    t->model.n_note = 1;
    warn(&t->program, c->forecast, &t->quiet);
    return diag_warnings_called(t->quiet.diag, name) > 0;
}

bool noted_of(const Compilation *c, const char *name, Arena *a)
{
    const ArenaMark mark = arena_mark(a);
    const bool noted = notes(trial_of(c, a), c, name);

    arena_release(a, mark);
    return noted;
}

bool warned_of_rate(const Compilation *c, double rate, Arena *a)
{
    const ArenaMark mark = arena_mark(a);
    Trial *t = trial_of(c, a);
    bool warned;

    set_rate(&t->model, rate, a);
    warned = notes(t, c, "rate-too-high");
    arena_release(a, mark);
    return warned;
}
