/* run_place.c -- where a run directory comes to be: whole, under its name, over no other. */
#include "run_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_NUMBERS = 100000 };

static bool cannot(const rt_place *p, const char *path, rt_error *e)
{
    return rt_fail(e, "%s: cannot be made: %s%s", path, strerror(errno),
                   p->name ? "; --out DIR makes it elsewhere, --no-out none" : "");
}

static bool holds_run(const char *path)
{
    char *facts;

    if (asprintf(&facts, "%s/run.json", path) < 0)
        return false;
    const bool holds = access(facts, F_OK) == 0;
    free(facts);
    return holds;
}

bool rt_place_is_free(const char *path, rt_error *e)
{
    struct stat s;

    if (lstat(path, &s) != 0)
        return true;
    if (!holds_run(path))
        return rt_fail(e, "--out: %s exists, and is not written over", path);
    return rt_fail(e, "--out: %s exists, and no run directory is written over; --resume %s "
                   "goes on with its run", path, path);
}

/* ---- Its name ---------------------------------------------------------------------------- */

static bool name_default(rt_place *p, rt_error *e)
{
    char number[16] = "";

    free(p->path);
    if (p->number > 1)
        snprintf(number, sizeof number, "-%d", p->number);
    if (asprintf(&p->path, "runs/%s-%" PRIu64 "%s", p->name, p->seed, number) >= 0)
        return true;
    p->path = NULL;
    return rt_fail(e, "runs: out of memory");
}

/* The first default name that nothing has. */
static bool find_default(rt_place *p, rt_error *e)
{
    struct stat s;

    for (; p->number <= MOST_NUMBERS; p->number++) {
        if (!name_default(p, e))
            return false;
        if (lstat(p->path, &s) != 0)
            return true;
    }
    return rt_fail(e, "%s: exists, as all names before it do; --out DIR names another", p->path);
}

/* ---- Making ------------------------------------------------------------------------------ */

/* The directories above `path`. */
static bool make_parents(const rt_place *p, char *path, rt_error *e)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
        if (!made)
            cannot(p, path, e);
        *slash = '/';
        if (!made)
            return false;
    }
    return true;
}

static bool make_beside(rt_place *p, rt_error *e)
{
    const mode_t mask = umask(0);
    size_t length = strlen(p->path);

    while (length > 1 && p->path[length - 1] == '/')
        length--;
    umask(mask);
    if (asprintf(&p->beside, "%.*s.XXXXXX", (int)length, p->path) < 0) {
        p->beside = NULL;
        return rt_fail(e, "%s: out of memory", p->path);
    }
    if (!make_parents(p, p->beside, e))
        return false;
    return (mkdtemp(p->beside) && chmod(p->beside, 0777 & ~mask) == 0) || cannot(p, p->path, e);
}

bool rt_place_make(rt_place *p, const char *path, const char *name, uint64_t seed, rt_error *e)
{
    *p = (rt_place){ .path = path ? strdup(path) : NULL, .name = path ? NULL : name, .seed = seed,
                     .number = 1 };
    if (path && !p->path)
        return rt_fail(e, "%s: out of memory", path);
    return (path || find_default(p, e)) && make_beside(p, e);
}

/* ---- Taking its place -------------------------------------------------------------------- */

static bool is_taken(int error) { return error == EEXIST || error == ENOTEMPTY; }

static bool take(const rt_place *p)
{
    struct stat s;

    if (renameat2(AT_FDCWD, p->beside, AT_FDCWD, p->path, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL)
        return false;
    if (lstat(p->path, &s) == 0)    /* a file system that does not know the flag */
        return errno = EEXIST, false;
    return rename(p->beside, p->path) == 0;
}

bool rt_place_take(rt_place *p, rt_error *e)
{
    while (!take(p)) {
        if (!p->name || !is_taken(errno))
            return cannot(p, p->path, e);
        if (!find_default(p, e))
            return false;
    }
    return true;
}

/* ---- Removing ---------------------------------------------------------------------------- */

/* Files, and directories of files. */
static void remove_in(int at, const char *path, int depth)
{
    const int file = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = file >= 0 ? fdopendir(file) : NULL;

    for (struct dirent *x; directory && (x = readdir(directory));) {
        if (!strcmp(x->d_name, ".") || !strcmp(x->d_name, ".."))
            continue;
        if (unlinkat(file, x->d_name, 0) != 0 && depth > 0)
            remove_in(file, x->d_name, depth - 1);
    }
    if (directory)
        closedir(directory);
    unlinkat(at, path, AT_REMOVEDIR);
}

void rt_place_end(rt_place *p, bool kept)
{
    if (p->beside && !kept)
        remove_in(AT_FDCWD, p->beside, 1);
    free(p->beside);
    free(p->path);
    *p = (rt_place){ .path = NULL };
}
