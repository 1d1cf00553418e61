/* verb_diff.c -- netc diff old.net new.net: what changed in the model's terms; also as git calls
 * it. */
#include <string.h>
#include <unistd.h>

#include "compare.h"
#include "session.h"
#include "verbs.h"

/* As diff: 2 is trouble. */
enum { DIFF_SAME = EXIT_FINE, DIFF_OTHER = EXIT_SOURCE, DIFF_TROUBLE = EXIT_USAGE };

/* What git gives a diff driver: path, then file, hash and mode of each version; for a file that was
 * renamed its new path and a text behind them.  For a file that is not merged, the path alone. */
enum { GIT_PATH, GIT_OLD, GIT_NEW = 4, GIT_WORDS = 7, GIT_NEW_PATH = 7, GIT_RENAMED = 9 };

typedef struct {
    Session s;
    Compilation c;
} Version;

/* `name` is the path by which the source is known (or NULL): messages name it, and its imports are
 * relative to it.  False after messages to `out` (NULL: nowhere). */
static bool read_version(const char *path, const char *name, const Options *o, FILE *out, Arena *a,
                         Version *v)
{
    if (!session_open(path, o, a, &v->s, &v->c))
        return false;
    if (name)
        v->c.source = source_from_text(name, v->c.source->text, v->c.source->size, a);
    if (compile_check(&v->c, &v->s))
        return true;
    if (out)
        session_report(&v->s, o, out);
    return false;
}

/* As far as it goes: what lacks a block has layers, but no C. */
static void compile_version(Version *v)
{
    if (!v->c.model->unit)
        return;
    if (compile_missing(&v->c)) {
        v->c.program = lower(v->c.model, &v->s);
        return;
    }
    compile_plan(&v->c, &v->s);
    compile_forecast(&v->c, &v->s);
    compile_emit(&v->c, &v->s);
}

/* The C holds the name of the file, in which two files differ anyhow. */
static Comparison compare_versions(Version *v, Arena *a)
{
    v[0].c.model->name = v[1].c.model->name;
    compile_version(&v[0]);
    compile_version(&v[1]);
    return compare(&v[0].c, &v[1].c, a);
}

static int diff_files(const Options *o, Arena *a)
{
    Version v[2];

    for (int i = 0; i < 2; i++)
        if (!read_version(o->file[i], NULL, o, stderr, a, &v[i]))
            return DIFF_TROUBLE;
    const Comparison found = compare_versions(v, a);
    if (o->format == DIAG_JSON)
        compare_write_json(&found, stdout);
    else
        compare_write_text(&found, options_color(o) && (o->color || isatty(STDOUT_FILENO)),
                           stdout);
    return found.differs ? DIFF_OTHER : DIFF_SAME;
}

/* ---- For git -------------------------------------------------------------------------------- */

/* Git stops where a driver fails, so it never does: what is wrong is its result. */
static int diff_versions(const Options *o, Arena *a)
{
    const char *const *word = o->file;
    const char *path = word[GIT_PATH];
    Version v[2];

    if (o->n_files == 1) {
        printf("* Unmerged path %s\n", path);
        return EXIT_FINE;
    }
    const char *new_path = o->n_files == GIT_RENAMED ? word[GIT_NEW_PATH] : path;
    printf("netc diff %s%s%s\n", path, new_path == path ? "" : " -> ",
           new_path == path ? "" : new_path);
    if (!read_version(word[GIT_OLD], path, o, stdout, a, &v[0])
        || !read_version(word[GIT_NEW], new_path, o, stdout, a, &v[1])) {
        puts("One of the versions has errors; 'git diff --no-ext-diff' compares the text.");
        return EXIT_FINE;
    }
    const Comparison found = compare_versions(v, a);
    compare_write_text(&found, options_color(o), stdout);
    return EXIT_FINE;
}

/* The text itself where it is no model: git must get something to compare. */
static int write_summary(const Options *o, Arena *a)
{
    Version v;
    const bool fine = read_version(o->file[0], o->known_as, o, o->git ? NULL : stderr, a, &v);

    if (!fine && (!o->git || !v.c.source))
        return DIFF_TROUBLE;
    if (!fine) {
        puts("netc finds errors in this version; here is its text");
        fwrite(v.c.source->text, 1, v.c.source->size, stdout);
        return EXIT_FINE;
    }
    compile_version(&v);
    const Side side = compare_side(&v.c, intern_new(a), a);
    compare_write_side(&side, stdout);
    return EXIT_FINE;
}

int verb_diff(const Options *o, Arena *a)
{
    if (o->summary)
        return write_summary(o, a);
    return o->git ? diff_versions(o, a) : diff_files(o, a);
}
