/* source.h -- source files and spans in them.
 *
 * A Span is two byte offsets in a file; line and column are computed only when a message is
 * printed.  Columns count characters (UTF-8), from 1. */
#ifndef SOURCE_H
#define SOURCE_H

#include "arena.h"

typedef struct Source {
    Str path;                       /* as the user gave it, for messages; "<stdin>" */
    const char *text;               /* NUL-terminated twice: flex's scan buffer wants that */
    uint32_t size;                  /* without the NULs */
    const struct Source *importer;  /* or NULL */
} Source;

typedef struct {
    const Source *source;           /* NULL: nowhere (a command line) */
    uint32_t from, to;              /* bytes, to is one past */
} Span;

typedef struct {
    int line, column;               /* from 1 */
    const char *line_text;          /* the line, not terminated */
    int line_size;                  /* bytes without the newline */
} Place;

/* Reads a whole file, at most LIMIT_SOURCE_BYTES; NULL and one sentence in *why on failure
 * (missing, a directory, too large, not UTF-8 or a NUL byte: with its offset).  Path "-" is the
 * standard input. */
Source *source_read(const char *path, Arena *a, const char **why);
Source *source_from_text(Str path, const char *text, size_t size, Arena *a);

/* Bytes of the UTF-8 character at text[0] (RFC 3629: shortest form, no surrogates), 1 to 4; 0 if
 * there is none in the next n bytes. */
int utf8_length(const char *text, size_t n);

Place source_place(const Source *s, uint32_t offset);
Span span_join(Span a, Span b);     /* from the start of a to the end of b */

#endif
