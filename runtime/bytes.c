/* bytes.c -- a whole file in memory, unpacked where it is gzip. */
#include "bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"

static const char *kind_of(mode_t mode)
{
    return S_ISDIR(mode) ? "a directory" : S_ISFIFO(mode) ? "a pipe"
         : S_ISSOCK(mode) ? "a socket" : "a device";
}

/* Everything after this is about the descriptor: the path is not looked up a second time. */
static bool open_regular(const char *path, const char *name, int *fd, size_t *size, rt_error *e)
{
    struct stat st;
    /* without O_NONBLOCK, opening a pipe would wait for its writer */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0)
        return rt_fail(e, "%s: cannot open '%s': %s", name, path, strerror(errno));
    if (fstat(*fd, &st) != 0)
        return rt_fail(e, "%s: cannot read '%s': %s", name, path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return rt_fail(e, "%s: '%s' is %s, a regular file is wanted", name, path,
                       kind_of(st.st_mode));
    if (st.st_size <= 0)
        return rt_fail(e, "%s: '%s' is empty", name, path);
    *size = (size_t)st.st_size;
    return true;
}

/* Reads up to `room` bytes or the end, whichever is first. */
static bool read_all(int fd, const char *name, unsigned char *data, size_t room, size_t *got,
                     rt_error *e)
{
    *got = 0;
    while (*got < room) {
        const size_t left = room - *got;
        const ssize_t n = read(fd, data + *got, left < INT_MAX ? left : INT_MAX);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return rt_fail(e, "%s: byte %zu: cannot read: %s", name, *got, strerror(errno));
        if (n == 0)
            return true;
        *got += (size_t)n;
    }
    return true;
}

static bool read_open(int fd, size_t size, size_t most, rt_bytes *out, rt_error *e)
{
    size_t got;
    out->cut = most && size > most;
    const size_t wanted = out->cut ? most : size;
    out->data = rt_alloc(wanted + 1, 1, out->name, e);
    if (!out->data || !read_all(fd, out->name, out->data, wanted + !out->cut, &got, e))
        return false;
    if (got != wanted)
        return rt_fail(e, "%s: the file changed while it was read", out->name);
    out->size = wanted;
    return true;
}

static bool path_of(const char *directory, const char *name, char path[PATH_MAX], rt_error *e)
{
    const bool plain = name[0] == '/' || !directory || !directory[0];
    const char *from = plain ? "" : directory, *slash = plain ? "" : "/";
    const int n = snprintf(path, PATH_MAX, "%s%s%s", from, slash, name);
    if (!name[0])
        return rt_fail(e, "a data file's name is empty");
    if (n < 0 || n >= PATH_MAX)
        return rt_fail(e, "%.200s...: the path is too long", name);
    return true;
}

bool rt_bytes_exist(const char *directory, const char *name)
{
    char path[PATH_MAX];
    rt_error e;

    errno = ENAMETOOLONG;
    return path_of(directory, name, path, &e) && access(path, F_OK) == 0;
}

static bool read_file(const char *path, size_t most, rt_bytes *out, rt_error *e)
{
    int fd;
    size_t size = 0;
    const bool read = open_regular(path, out->name, &fd, &size, e)
                   && read_open(fd, size, most, out, e);
    if (fd >= 0)
        close(fd);
    return read;
}

static bool unpack(rt_bytes *b, size_t most, rt_error *e)
{
    rt_bytes plain = {.name = b->name, .cut = b->cut};
    if (!rt_gunzip(b->data, b->size, most, &plain, e))
        return false;
    free(b->data);
    *b = plain;
    return true;
}

bool rt_bytes_read(const char *directory, const char *name, size_t most, rt_bytes *out,
                   rt_error *e)
{
    char path[PATH_MAX];
    *out = (rt_bytes){.name = name};
    if (!path_of(directory, name, path, e))
        return false;
    bool good = read_file(path, most, out, e);
    if (good && out->size >= 2 && out->data[0] == 0x1f && out->data[1] == 0x8b)
        good = unpack(out, most, e);
    if (!good)
        rt_bytes_free(out);
    return good;
}

void rt_bytes_free(rt_bytes *b)
{
    free(b->data);
    b->data = NULL;
    b->size = 0;
}

bool rt_fail_at(const rt_bytes *b, size_t offset, rt_error *e, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return rt_fail(e, "%s: byte %zu%s: %s", b->name, offset, b->unpacked ? " (unpacked)" : "",
                   text);
}
