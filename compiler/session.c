/* session.c -- a source under compilation: what every pass needs, and the messages at the end. */
#include "session.h"

#include <string.h>

bool session_open(const char *path, const Options *o, Arena *a, Session *s, Compilation *c)
{
    const char *why = NULL;

    s->arena = a;
    s->names = intern_new(a);
    s->diag = diag_new(a);
    s->vocabulary = vocabulary_new(s->names, a);
    *c = (Compilation){ .data = o->data, .define = o->define, .n_defines = o->n_defines,
                        .reuse = o->reuse, .gemm = o->gemm, .warning = o->warning,
                        .n_warnings = o->n_warnings };
    c->source = source_read(path, a, &why);
    if (!c->source)
        fprintf(stderr, "netc: %s\n", why);
    return c->source;
}

/* -Werror=NAME: says which warning was one. */
static bool has_forbidden(const Session *s, const Options *o, FILE *out)
{
    for (int i = 0; i < o->n_warnings; i++) {
        const char *name = o->warning[i] + 6;

        if (strncmp(o->warning[i], "error=", 6) != 0 || !diag_warnings_called(s->diag, name))
            continue;
        if (o->format == DIAG_TEXT)
            fprintf(out, "netc: the warning '%s' is an error (-Werror=%s)\n", name, name);
        return true;
    }
    return false;
}

bool session_report(const Session *s, const Options *o, FILE *out)
{
    const int errors = diag_errors(s->diag), warnings = diag_warnings(s->diag);

    diag_print(s->diag, o->format, options_color(o), out);
    if (errors == 0 && warnings > 0 && o->warnings_are_errors && o->format == DIAG_TEXT)
        fputs("netc: warnings are errors (-Werror)\n", out);
    return errors == 0 && !(warnings > 0 && o->warnings_are_errors) && !has_forbidden(s, o, out);
}
