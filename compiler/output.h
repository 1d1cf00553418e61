/* output.h -- a file that is written whole or not at all.
 *
 * The text goes to a temporary name beside the output; output_finish renames it.  Every function
 * returns false after one sentence on standard error. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "base.h"

enum { OUTPUT_PATH = 4096 };

typedef struct {
    const char *name;               /* as the user gave it, for messages */
    char path[OUTPUT_PATH];         /* absolute; "" is standard output */
    char temporary[OUTPUT_PATH + 16];       /* "" for a device: it is written directly */
} Output;

/* A path for `path` beside it, which no other file has; "-" is standard output.  Refuses a
 * directory, and the files `source`, NULL-terminated (or NULL: none): first what was named, then
 * what it imports. */
bool output_start(Output *o, const char *path, const char *const *source);
bool output_write(const Output *o, const char *text, size_t size);
bool output_finish(const Output *o);
void output_abandon(const Output *o);

/* All three steps at once. */
bool output_text(const char *path, const char *const *source, const char *text, size_t size);

/* The same for a file that is edited: one that has several names keeps them all. */
bool output_edit(const char *path, const char *text, size_t size);

/* Writes a new file that only this user can read. */
bool write_file(const char *path, const char *text, size_t size);

#endif
