/* main.c -- netc: reads the command line and does what it says. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "language_limits.h"
#include "process.h"
#include "verbs.h"

/* The end of a bug (base.h): its sentence has been printed. */
static void on_abort(int number)
{
    (void)number;
    _exit(EXIT_INTERNAL);
}

/* What must go when memory runs out anywhere. */
typedef struct {
    jmp_buf no_memory;
    Arena *arena;
    Folder folder;
} Netc;

static void out_of_memory(void *netc)
{
    longjmp(((Netc *)netc)->no_memory, 1);
}

static void print_limits(FILE *out)
{
#define LIMIT(id, value, what) fprintf(out, "%12lld  %s\n", (long long)LIMIT_##id, what);
#include "limits.def"
#undef LIMIT
}

static int perform(const Options *o, Arena *a, Folder *folder)
{
    switch (o->verb) {
    case VERB_BUILD:    return verb_build(o, a);
    case VERB_RUN:      return verb_run(o, a, folder);
    case VERB_CHECK:    return verb_check(o, a);
    case VERB_FMT:      return verb_fmt(o, a);
    case VERB_EXPAND:   return verb_expand(o, a);
    case VERB_EXPLAIN:  return verb_explain(o);
    case VERB_DIFF:     return verb_diff(o, a);
    case VERB_SUGGEST:  return verb_suggest(o, a);
    case VERB_REPORT:   return verb_report(o, a);
    case VERB_SWEEP:    return verb_sweep(o, a);
    case VERB_GRAPH:    return verb_graph(o, a);
    case VERB_EXPORT:   return verb_export(o, a);
    case VERB_HELP:     return options_help(stdout), EXIT_FINE;
    case VERB_VERSION:  return puts("netc " NETC_VERSION), EXIT_FINE;
    case VERB_LIMITS:   return print_limits(stdout), EXIT_FINE;
    }
    bug("verb %d", o->verb);
}

/* A full disk shows only when the last bytes are written. */
static int close_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "netc: cannot write standard output: %s\n", strerror(errno));
    return status == EXIT_FINE ? EXIT_USAGE : status;
}

static int run(Netc *r, int argc, char **argv)
{
    Options o;

    if (setjmp(r->no_memory) != 0) {
        fputs("netc: out of memory\n", stderr);
        return EXIT_INTERNAL;
    }
    r->arena = arena_new(out_of_memory, r);
    if (!options_read(argc, argv, &o, r->arena))
        return EXIT_USAGE;
    return perform(&o, r->arena, &r->folder);
}

int main(int argc, char **argv)
{
    Netc r = { .arena = NULL };

    signal(SIGABRT, on_abort);
    signal(SIGXFSZ, SIG_IGN);       /* a write then fails, and says so */
    const int status = run(&r, argc, argv);
    folder_remove(&r.folder);
    if (r.arena)
        arena_free(r.arena);
    return close_output(status);
}
