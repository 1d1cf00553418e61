/* repair_warned.c -- how many warnings of netc check foretell that a net fails. */
#include "repair_health.h"

/* Advice, what the measures of repair_health.c look at closer, and what no edit of a net mends. */
static const char *const left_out[] = {
    "redundant-bias", "decay-before-norm", "correlation-collapse", "seed-lottery", "dead-units",
    "constant-inputs", "one-class", "stray-words", "batch-over-data",
};

double warnings_of(const Compilation *c, Arena *a)
{
    Intern *names = intern_new(a);
    Session quiet = { a, names, diag_new(a), vocabulary_new(names, a) };
    Model model = *c->model;
    Program program = *c->program;

    program.model = &model;
    model.allow = arena_array(a, Str, countof(left_out));
    model.n_allow = 0;
    for (size_t i = 0; i < countof(left_out); i++)
        model.allow[model.n_allow++] = intern(names, left_out[i]);
    warn(&program, c->forecast, &quiet);
    return diag_warnings(quiet.diag);
}
