/* bytes.h -- a whole file in memory, unpacked where it is gzip. */
#ifndef RT_BYTES_H
#define RT_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

typedef struct {
    const char *name;               /* as the .net has it, for messages; the caller's */
    unsigned char *data;
    size_t size;
    bool unpacked;                  /* data is what a gzip file held: offsets count in that */
    bool cut;                       /* more follows that was not read */
} rt_bytes;

/* Reads `name`, relative to `directory` unless absolute: at most the first `most` bytes (0: all).
 * Only regular files that are not empty; what begins as gzip is unpacked, whatever its name. */
bool rt_bytes_read(const char *directory, const char *name, size_t most, rt_bytes *out,
                   rt_error *e);
void rt_bytes_free(rt_bytes *b);

/* Whether there is something of this name; false: errno says why not. */
bool rt_bytes_exist(const char *directory, const char *name);

/* Fails with "NAME: byte N: ...", a sentence about what stands at `offset`. */
bool rt_fail_at(const rt_bytes *b, size_t offset, rt_error *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- inflate.c ------------------------------------------------------------------------------ */

/* What compressed data of n bytes may grow to: 100 times as much, or 64 MiB if that is more. */
size_t rt_inflate_limit(size_t n);

/* Unpacks n bytes of gzip (RFC 1952), all members; both checksums are checked.  At most the first
 * `most` bytes that they hold (0: all).  out->name is the caller's to set before, and out->cut:
 * more packed bytes follow. */
bool rt_gunzip(const unsigned char *gz, size_t n, size_t most, rt_bytes *out, rt_error *e);

/* Inflates n bytes of raw deflate (RFC 1951) that must give exactly `size` bytes, or more where
 * `cut`: then the first of them.  NULL, or what is wrong with them. */
const char *rt_inflate(const unsigned char *in, size_t n, unsigned char *out, size_t size,
                       bool cut);

#endif
