/* atomic_file.h -- a file that appears whole or not at all. */
#ifndef RT_ATOMIC_FILE_H
#define RT_ATOMIC_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* Written under a temporary name in the directory of `path`, then synced and renamed to it. */
typedef struct {
    const char *path;
    char *temporary;
    int fd;
} rt_atomic_file;

/* Whether `path` could be written: the directory is there and writable, and no directory, device or
 * pipe stands in its place.  Asked before a long run. */
bool rt_atomic_file_possible(const char *path, rt_error *e);

bool rt_atomic_file_begin(rt_atomic_file *f, const char *path, rt_error *e);
bool rt_atomic_file_write(rt_atomic_file *f, const void *data, size_t n, rt_error *e);

/* Ends the file; on failure, as of `write`, nothing is left of it and the old file stands. */
bool rt_atomic_file_end(rt_atomic_file *f, rt_error *e);
void rt_atomic_file_abandon(rt_atomic_file *f);

/* The whole of a file at once. */
bool rt_atomic_file_put(const char *path, const void *data, size_t n, rt_error *e);

#endif
