/* verb_expand.c -- netc expand exp.net: the file with defaults, shapes and names written out. */
#include <string.h>

#include "language_limits.h"
#include "output.h"
#include "session.h"
#include "verbs.h"

int verb_expand(const Options *o, Arena *a)
{
    Session session;
    Compilation c;

    if (!session_open(o->file[0], o, a, &session, &c))
        return EXIT_SOURCE;
    const char *text = compile_check(&c, &session) ? expand_file(c.model, &session) : NULL;
    if (!session_report(&session, o, stderr) || !text)
        return EXIT_SOURCE;
    if (strlen(text) > LIMIT_SOURCE_BYTES) {
        fprintf(stderr, "netc: written out, %s has %zu bytes; a source file has at most %lld\n",
                o->file[0], strlen(text), (long long)LIMIT_SOURCE_BYTES);
        return EXIT_SOURCE;
    }
    return output_text(o->output ? o->output : "-", NULL, text, strlen(text)) ? EXIT_FINE
                                                                              : EXIT_USAGE;
}
