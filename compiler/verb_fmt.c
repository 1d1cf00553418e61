/* verb_fmt.c -- netc fmt exp.net...: the canonical form, in place. */
#include <string.h>

#include "output.h"
#include "session.h"
#include "verbs.h"

static int format_file(const char *path, const Options *o, Arena *a)
{
    Session session;
    Compilation c;

    if (!session_open(path, o, a, &session, &c))
        return EXIT_SOURCE;
    c.file = parse(c.source, &session);
    if (!session_report(&session, o, stderr))
        return EXIT_SOURCE;
    const char *text = format(c.file, a), *output = o->output ? o->output : path;
    const size_t size = strlen(text);
    const bool same = size == c.source->size && memcmp(text, c.source->text, size) == 0;
    if (o->check_only) {
        if (!same)
            fprintf(stderr, "%s: not in the canonical form; 'netc fmt' rewrites it\n", path);
        return same ? EXIT_FINE : EXIT_SOURCE;
    }
    if (same && strcmp(output, path) == 0 && strcmp(path, "-") != 0)
        return EXIT_FINE;
    const bool written = strcmp(output, path) == 0 ? output_edit(output, text, size)
                                                   : output_text(output, NULL, text, size);
    return written ? EXIT_FINE : EXIT_USAGE;
}

int verb_fmt(const Options *o, Arena *a)
{
    int worst = EXIT_FINE;

    for (int i = 0; i < o->n_files; i++) {
        const int status = format_file(o->file[i], o, a);
        worst = status > worst ? status : worst;
    }
    return worst;
}
