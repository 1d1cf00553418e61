/* sweep_folder.c -- the folder of a sweep: made, or taken up where the sweep was left. */
#include "sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

typedef void Write(const Sweep *s, FILE *out);

const char *sweep_file(const Sweep *s, const char *name, Arena *a)
{
    return arena_printf(a, "%s/%s", s->folder, name);
}

static bool cannot(const char *path, const char *what)
{
    fprintf(stderr, "netc: %s: %s: %s\n", path, what, strerror(errno));
    return false;
}

/* The folder, and those above it. */
static bool make_all(const char *folder, Arena *a)
{
    char *path = arena_printf(a, "%s/", folder);

    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return cannot(path, "cannot be made");
        *slash = '/';
    }
    return true;
}

/* Until the last process ends that has inherited it. */
static bool lock(const char *folder)
{
    const int file = open(folder, O_RDONLY | O_DIRECTORY);

    if (file < 0)
        return cannot(folder, "cannot be opened");
    if (flock(file, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno != EWOULDBLOCK)
        return cannot(folder, "cannot be locked");
    fprintf(stderr, "netc: %s: a sweep is running in it\n", folder);
    return false;
}

/* Has it nothing in it, or does not exist? */
static bool is_empty(const char *folder)
{
    DIR *entries = opendir(folder);
    bool empty = entries || errno == ENOENT;

    for (struct dirent *e; entries && (e = readdir(entries));)
        empty = empty && (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."));
    if (entries)
        closedir(entries);
    return empty;
}

static char *text_of(const Sweep *s, Write *write, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);

    if (!out)
        arena_exhausted(s->arena);
    write(s, out);
    fclose(out);
    return text;
}

static bool put(const Sweep *s, const char *name, Write *write)
{
    size_t size;
    char *text = text_of(s, write, &size);
    const bool written = output_text(sweep_file(s, name, s->arena), NULL, text, size);

    free(text);
    return written;
}

/* Does the file hold this text? -1: there is no such file. */
static int holds(const char *path, const char *text, size_t size)
{
    FILE *in = fopen(path, "r");
    size_t n = 0;
    int c;

    if (!in)
        return -1;
    while ((c = getc(in)) != EOF && n < size && c == (unsigned char)text[n])
        n++;
    fclose(in);
    return c == EOF && n == size;
}

/* Nothing has run in it, nor waits in a queue. */
static bool is_unused(const Sweep *s)
{
    return is_empty(sweep_file(s, "runs", s->arena))
        && access(sweep_file(s, "sweep.sbatch", s->arena), F_OK) != 0;
}

/* Another sweep may have an unused folder, but not its programs and what they said. */
static void take_over(const Sweep *s)
{
    const char *bin = sweep_file(s, "bin", s->arena);
    DIR *entries = opendir(bin);

    for (struct dirent *e; entries && (e = readdir(entries));)
        if (e->d_name[strspn(e->d_name, "0123456789")] == '\0')
            unlink(arena_printf(s->arena, "%s/%s", bin, e->d_name));
    if (entries)
        closedir(entries);
    unlink(sweep_file(s, "seeds.csv", s->arena));
    for (int i = 0; i < s->n_points; i++) {
        unlink(arena_printf(s->arena, "%s/results/%s.json", s->folder, s->point[i].name));
        unlink(arena_printf(s->arena, "%s/logs/%s.log", s->folder, s->point[i].name));
    }
}

/* A sweep.json of netc's begins so, whichever version wrote it. */
static bool is_of_netc(const char *path)
{
    char text[16] = "";
    FILE *in = fopen(path, "r");
    const bool read = in && fgets(text, 3, in) && fgets(text, sizeof text, in);

    if (in)
        fclose(in);
    return read && strncmp(text, "  \"netc\":", 9) == 0;
}

/* A folder in which something has run is taken up by the same sweep alone: same points, programs,
 * options. */
static bool is_own(const Sweep *s)
{
    const char *path = sweep_file(s, "sweep.json", s->arena);
    size_t size;
    char *text = text_of(s, sweep_json, &size);
    const int same = holds(path, text, size);

    free(text);
    if (same > 0 || (same < 0 && is_empty(s->folder)))
        return true;
    if (same == 0 && is_of_netc(path) && is_unused(s)) {
        take_over(s);
        return true;
    }
    if (same == 0)
        fprintf(stderr, "netc: %s holds another sweep: its source, axes or options are not these; "
                        "name another folder with --out, or remove it\n", s->folder);
    else
        fprintf(stderr, "netc: %s is not the folder of a sweep, and not empty; name another with "
                        "--out\n", s->folder);
    return false;
}

static bool make_folders(const Sweep *s)
{
    static const char *const name[] = { "bin", "runs", "results", "logs" };

    for (size_t i = 0; i < countof(name); i++) {
        const char *path = sweep_file(s, name[i], s->arena);
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return cannot(path, "cannot be made");
    }
    return true;
}

bool sweep_folder(const Sweep *s)
{
    static const struct { const char *name; Write *write; } file[] = {
        { "sweep.json", sweep_json }, { "points.txt", sweep_names }, { "point", sweep_script },
        { "Makefile", sweep_makefile },
    };

    if (!make_all(s->folder, s->arena) || !lock(s->folder) || !is_own(s))
        return false;
    for (size_t i = 0; i < countof(file); i++)
        if (!put(s, file[i].name, file[i].write))
            return false;
    return make_folders(s);
}

bool sweep_write_slurm(const Sweep *s) { return put(s, "sweep.sbatch", sweep_slurm); }

bool sweep_write_results(const Sweep *s)
{
    return put(s, "results.csv", sweep_csv)
        && (sweep_seeds(s) < 0 || put(s, "seeds.csv", sweep_seeds_csv))
        && put(s, "index.html", sweep_page);
}
