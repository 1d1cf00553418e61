/* atomic_file.c -- a file that appears whole or not at all. */
#include "atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool cannot(const char *path, const char *what, rt_error *e)
{
    return rt_fail(e, "%s: %s: %s", path, what, strerror(errno));
}

/* The directory that a path's file stands in; to be freed. */
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

bool rt_atomic_file_possible(const char *path, rt_error *e)
{
    struct stat s;
    char *directory = directory_of(path);

    if (!directory)
        return rt_fail(e, "%s: out of memory", path);
    const bool there = stat(directory, &s) == 0 && S_ISDIR(s.st_mode);
    const bool writable = access(directory, W_OK) == 0;
    free(directory);
    if (!there)
        return rt_fail(e, "%s: there is no such directory", path);
    if (!writable)
        return rt_fail(e, "%s: its directory is not writable", path);
    if (stat(path, &s) == 0 && !S_ISREG(s.st_mode))
        return rt_fail(e, "%s: is not a regular file", path);
    return true;
}

/* As a plain open() would have it, and not mkstemp's 0600. */
static mode_t usual_mode(void)
{
    const mode_t mask = umask(0);

    umask(mask);
    return 0666 & ~mask;
}

bool rt_atomic_file_begin(rt_atomic_file *f, const char *path, rt_error *e)
{
    *f = (rt_atomic_file){ .path = path, .fd = -1 };
    if (!rt_atomic_file_possible(path, e))
        return false;
    if (asprintf(&f->temporary, "%s.XXXXXX", path) < 0) {
        f->temporary = NULL;
        return rt_fail(e, "%s: out of memory", path);
    }
    f->fd = mkostemp(f->temporary, O_CLOEXEC);
    if (f->fd < 0) {
        cannot(path, "cannot be created", e);
        free(f->temporary);
        f->temporary = NULL;
        return false;
    }
    if (fchmod(f->fd, usual_mode()) == 0)
        return true;
    cannot(path, "cannot be created", e);
    rt_atomic_file_abandon(f);
    return false;
}

bool rt_atomic_file_write(rt_atomic_file *f, const void *data, size_t n, rt_error *e)
{
    const char *p = data;

    while (n > 0) {
        const ssize_t written = write(f->fd, p, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            cannot(f->path, "cannot be written", e);
            rt_atomic_file_abandon(f);
            return false;
        }
        p += written;
        n -= (size_t)written;
    }
    return true;
}

/* The new name is only safe once the directory is. */
static bool sync_directory(const char *path)
{
    char *directory = directory_of(path);
    const int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    const bool ok = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    free(directory);
    return ok;
}

bool rt_atomic_file_end(rt_atomic_file *f, rt_error *e)
{
    const bool synced = fsync(f->fd) == 0;
    const int error = errno;
    const bool closed = close(f->fd) == 0;

    f->fd = -1;
    if (!synced)
        errno = error;
    if (!synced || !closed || rename(f->temporary, f->path) != 0) {
        cannot(f->path, "cannot be written", e);
        rt_atomic_file_abandon(f);
        return false;
    }
    free(f->temporary);
    f->temporary = NULL;
    return sync_directory(f->path) || cannot(f->path, "its directory cannot be synced", e);
}

void rt_atomic_file_abandon(rt_atomic_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->temporary)
        unlink(f->temporary);
    free(f->temporary);
    f->temporary = NULL;
    f->fd = -1;
}

bool rt_atomic_file_put(const char *path, const void *data, size_t n, rt_error *e)
{
    rt_atomic_file f;

    return rt_atomic_file_begin(&f, path, e) && rt_atomic_file_write(&f, data, n, e)
        && rt_atomic_file_end(&f, e);
}
