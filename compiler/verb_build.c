/* verb_build.c -- netc exp.net: to C, an object, a program, or a dump. */
#include <string.h>

#include "build.h"
#include "depend.h"
#include "verbs.h"

/* "exp" of "dir/exp.net", with the suffix of what is built */
static const char *default_output(const Options *o, Arena *a)
{
    static const char *const suffix[] = {
        [TARGET_BINARY] = "", [TARGET_OBJECT] = ".o", [TARGET_C] = ".c"
    };
    const char *slash = strrchr(o->file[0], '/'), *base = slash ? slash + 1 : o->file[0];
    const char *dot = strrchr(base, '.');
    const size_t n = dot && dot > base ? (size_t)(dot - base) : strlen(base);

    return arena_printf(a, "%.*s%s", (int)n, base, suffix[o->product]);
}

static bool is_stream(const char *name)
{
    return name && strcmp(name, "-") == 0;
}

/* What the words ask for of this source makes sense. */
static bool sensible(const Options *o)
{
    const char *why = NULL;

    if (o->dump)
        why = o->output ? "--dump prints to standard output; -o does not go with it" : NULL;
    else if (is_stream(o->file[0]) && !o->output)
        why = "standard input has no name; name the output with -o";
    else if (is_stream(o->output) && o->product != TARGET_C)
        why = "only C can go to standard output: add -S, or name a file with -o";
    else if (is_stream(o->output) && o->dependencies)
        why = "-MD names its rule after the output; name a file with -o";
    if (why)
        fprintf(stderr, "netc: %s\n", why);
    return !why;
}

int verb_build(const Options *o, Arena *a)
{
    Session session;
    Compilation c;

    if (!sensible(o))
        return EXIT_USAGE;
    if (!session_open(o->file[0], o, a, &session, &c) || !build_c(&c, &session, o))
        return EXIT_SOURCE;
    if (o->dump) {
        if (strcmp(o->dump, "flow") == 0)
            compile_forecast(&c, &session);
        compile_dump(&c, o->dump, stdout);
        return EXIT_FINE;
    }
    const char *output = o->output ? o->output : default_output(o, a);
    const int status = build_product(&c, &session, o, output);
    if (status == EXIT_FINE && o->dependencies && !o->dry_run)
        return depend_write(c.file, output, a) ? EXIT_FINE : EXIT_USAGE;
    return status;
}
