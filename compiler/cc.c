/* cc.c -- from C to a program: the C compiler and the linker.
 *
 * A program is compiled twice, at once: for its own precision, and in double for --check-grad (but
 * not for a sweep, which trains).  The compiler runs in a folder of its own: neither its messages
 * nor the program name a path of this machine.  All memory is taken before the folder exists, so
 * that running out of it leaves nothing behind. */
#include "cc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "language_limits.h"
#include "output.h"
#include "process.h"

enum { UNIT_SELF, UNIT_DOUBLE, UNIT_NOTES, N_UNITS };

typedef struct {
    const char *source, *object;    /* in the folder: "./deep.c", "./deep.o" */
    const char *text;
    size_t size;
    Process process;
} Unit;

typedef struct {
    const CcJob *job;
    Arena *arena;
    const char *include, *library;  /* the runtime's: a folder, a file */
    Unit unit[N_UNITS];
    Process link;
    char *environment[5];           /* NULL-terminated */
    Folder folder;
    Output output;
} Build;

/* The runtime stands beside netc as it is built and installed: bin/netc, include/, lib/. */
static bool find_runtime(Build *b)
{
    char *self = arena_alloc(b->arena, FOLDER_PATH);

    if (readlink("/proc/self/exe", self, FOLDER_PATH - 1) <= 0) {
        fprintf(stderr, "netc: cannot tell where its runtime lies: there is no /proc/self/exe\n");
        return false;
    }
    for (int up = 0; up < 2; up++)
        *strrchr(self, '/') = '\0';
    b->include = arena_printf(b->arena, "%s/include", self);
    b->library = arena_printf(b->arena, "%s/lib/libnetrt.a", self);
    const char *header = arena_printf(b->arena, "%s/netrt.h", b->include);
    const char *missing = access(header, R_OK) != 0 ? header : b->library;
    if (access(missing, R_OK) == 0)
        return true;
    fprintf(stderr, "netc: its runtime is missing: there is no %s\n", missing);
    return false;
}

/* Adds the words between spaces of a text. */
static void split_words(const Build *b, Process *p, const char *text)
{
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        const size_t n = strcspn(text, " ");
        process_word(p, b->arena, arena_copy(b->arena, text, n));
        text += n;
    }
}

/* The words of the command that compiles C: "ccache gcc" is two. */
static bool add_compiler(const Build *b, Process *p)
{
    const char *command = b->job->command, *from_environment = getenv("CC");

    if (!command)
        command = from_environment && *from_environment ? from_environment : "cc";
    split_words(b, p, command);
    const char *path = p->n > 0 ? program_find(p->word[0], b->arena) : NULL;
    if (!path) {
        fprintf(stderr, "netc: there is no C compiler '%s'; install one (the Debian package is "
                        "gcc) or name another with --cc\n", p->n > 0 ? p->word[0] : command);
        return false;
    }
    p->word[0] = path;
#ifdef NETC_SANITIZE
    process_word(p, b->arena, "-fsanitize=address,undefined");
#endif
    return true;
}

static void add_words(const Build *b, Process *p, const char *const *word)
{
    for (; *word; word++)
        process_word(p, b->arena, *word);
}

/* What decides the bits of a program's results: said in every build, and never -ffast-math. */
static void add_arithmetic(const Build *b, Process *p)
{
    const char *march = b->job->march;

    if (!b->job->portable && strcmp(march, "none") != 0)
        process_word(p, b->arena, arena_printf(b->arena, "-march=%s", march));
    process_word(p, b->arena, b->job->portable ? "-ffp-contract=off" : "-ffp-contract=fast");
    process_word(p, b->arena, "-fno-math-errno");
}

static bool add_unit(Build *b, int which, const char *suffix, const char *text, size_t size)
{
    Unit *u = &b->unit[which];
    const char *level = which == UNIT_SELF ? b->job->optimize : "-O1";

    u->source = arena_printf(b->arena, "./%s%s.c", b->job->stem, which == UNIT_NOTES ? suffix : "");
    u->object = arena_printf(b->arena, "./%s%s.o", b->job->stem, suffix);
    u->text = text;
    u->size = size;
    u->process.log = arena_printf(b->arena, "./%s%s.log", b->job->stem, suffix);
    if (!add_compiler(b, &u->process))
        return false;
    add_words(b, &u->process, (const char *const[]){ "-std=c11", level, NULL });
    add_arithmetic(b, &u->process);
    if (which == UNIT_DOUBLE)
        process_word(&u->process, b->arena, "-DRT_DOUBLE");
    add_words(b, &u->process, (const char *const[]){ "-I", b->include, "-c", u->source, "-o",
              b->job->object ? b->output.temporary : u->object, NULL });
    return true;
}

/* Asked for with --cc "gcc -g"; a sanitizer names functions by them. */
static bool keeps_symbols(const Process *p)
{
    bool keeps = false;

    for (int i = 1; i < p->n; i++)
        keeps = keeps || strncmp(p->word[i], "-g", 2) == 0
             || strncmp(p->word[i], "-fsanitize", 10) == 0;
    return keeps;
}

static bool add_link(Build *b)
{
    b->link.log = arena_printf(b->arena, "./%s_link.log", b->job->stem);
    if (!add_compiler(b, &b->link))
        return false;
    for (int i = 0; i < N_UNITS; i++)
        if (b->unit[i].source)
            process_word(&b->link, b->arena, b->unit[i].object);
    process_word(&b->link, b->arena, b->library);
    split_words(b, &b->link, NETC_LIBRARIES);
    if (b->job->lean && !keeps_symbols(&b->link))
        process_word(&b->link, b->arena, "-s");
    add_words(b, &b->link, (const char *const[]){ "-o", b->output.temporary, NULL });
    return true;
}

/* Only what a compiler needs: CPATH and its like would let others' headers in. */
static void set_environment(Build *b)
{
    const char *path = getenv("PATH"), *home = getenv("HOME");

    b->environment[0] = arena_printf(b->arena, "PATH=%s", path ? path : "/usr/bin:/bin");
    b->environment[1] = arena_printf(b->arena, "HOME=%s", home ? home : "/");
    b->environment[2] = arena_printf(b->arena, "LANG=C");
    b->environment[3] = b->folder.variable;
}

static bool prepare(Build *b)
{
    const CcJob *j = b->job;

    set_environment(b);
    if (!find_runtime(b) || !add_unit(b, UNIT_SELF, "", j->c, j->c_size))
        return false;
    if (j->object)
        return true;
    return (j->is_double || j->lean || add_unit(b, UNIT_DOUBLE, "_f64", j->c, j->c_size))
        && add_unit(b, UNIT_NOTES, "_notes", j->notes, j->notes_size) && add_link(b);
}

static void print_commands(const Build *b)
{
    for (int i = 0; i < N_UNITS; i++)
        if (b->unit[i].source)
            process_print(&b->unit[i].process, stderr);
    if (b->link.n)
        process_print(&b->link, stderr);
}

static bool write_sources(const Build *b)
{
    char path[FOLDER_PATH + 128];

    for (int i = 0; i < N_UNITS; i++) {
        const Unit *u = &b->unit[i];
        if (!u->source || i == UNIT_DOUBLE)         /* the same text as UNIT_SELF */
            continue;
        folder_file(&b->folder, u->source, path, sizeof path);
        if (!write_file(path, u->text, u->size))
            return false;
    }
    return true;
}

static bool succeeded(const Process *p)
{
    return WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0;
}

/* Shows what the program printed, and says how it failed if it did. */
static bool explain(const Build *b, const Process *p)
{
    const int status = p->status;

    process_show(p, &b->folder);
    if (succeeded(p))
        return true;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        fprintf(stderr, "netc: cannot run %s\n", p->word[0]);
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        fprintf(stderr, "netc: %s took more than %d seconds\n", p->word[0], (int)LIMIT_CC_SECONDS);
    else if (WIFSIGNALED(status))
        fprintf(stderr, "netc: %s was ended by signal %d\n", p->word[0], WTERMSIG(status));
    else
        fprintf(stderr, "netc: %s failed\n", p->word[0]);
    return false;
}

/* The units are much the same text, and what a compiler says of one it says of all: one speaks, the
 * first that fails. */
static bool explain_all(const Build *b, Process *const *p, int n)
{
    int first = 0;

    for (int i = n - 1; i >= 0; i--)
        if (!succeeded(p[i]))
            first = i;
    return explain(b, p[first]);
}

/* Compiles all units at once, then links.  *end is the signal that came, if one did. */
static bool run(Build *b, int *end)
{
    Process *compile[N_UNITS], *link[] = { &b->link };
    int n = 0;

    for (int i = 0; i < N_UNITS; i++)
        if (b->unit[i].source)
            compile[n++] = &b->unit[i].process;
    *end = processes_run(compile, n, &b->folder, b->environment);
    if (*end || !explain_all(b, compile, n))
        return false;
    if (b->job->object)
        return true;
    *end = processes_run(link, 1, &b->folder, b->environment);
    return !*end && explain(b, &b->link);
}

static CcResult build_in_folder(Build *b, int *end)
{
    if (!output_start(&b->output, b->job->output, b->job->source))
        return CC_NO_OUTPUT;
    if (!b->output.temporary[0]) {
        fprintf(stderr, "netc: cannot write %s: it is not a plain file\n", b->job->output);
        return CC_NO_OUTPUT;
    }
    if (b->job->verbose)
        print_commands(b);
    const bool built = write_sources(b) && run(b, end);
    if (built && output_finish(&b->output))
        return CC_DONE;
    output_abandon(&b->output);
    return built ? CC_NO_OUTPUT : CC_FAILED;
}

CcResult cc_build(const CcJob *job, Arena *a)
{
    Build *b = arena_new_of(a, Build);
    int end = 0;

    b->job = job;
    b->arena = a;
    if (!prepare(b))
        return CC_FAILED;
    if (job->dry_run) {
        snprintf(b->output.temporary, sizeof b->output.temporary, "%s", job->output);
        print_commands(b);
        return CC_DONE;
    }
    if (!folder_make(&b->folder))
        return CC_FAILED;
    const CcResult result = build_in_folder(b, &end);
    folder_remove(&b->folder);
    if (end)
        raise(end);
    return result;
}
