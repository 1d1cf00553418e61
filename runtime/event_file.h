/* event_file.h -- TensorBoard's event files: records of protocol buffers (event.proto).
 *
 *     u64 LE n;  u32 LE masked CRC-32C of these 8 bytes;  n bytes of an Event;  u32 LE theirs
 *
 * The first Event names the version.  The last record may be cut short: a reader waits for it. */
#ifndef RT_EVENT_FILE_H
#define RT_EVENT_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

typedef struct {
    int64_t step;
    double wall;                    /* seconds since 1970 */
} rt_moment;

/* A new file in the directory, behind those that are there in the order of names, as readers take
 * them.  NULL: see *e. */
FILE *rt_event_file_new(const char *directory, double wall, rt_error *e);

/* Each false where memory or the file failed. */
bool rt_event_version(FILE *out, double wall);
/* From this step on, what stands in files before is void: a run goes on. */
bool rt_event_restart(FILE *out, rt_moment at);
bool rt_event_scalar(FILE *out, rt_moment at, const char *tag, double value);
bool rt_event_text(FILE *out, rt_moment at, const char *tag, const char *markdown);

/* row[i]: left, right, count. */
bool rt_event_histogram(FILE *out, rt_moment at, const char *tag, const char *description,
                        double (*row)[3], int rows);

/* What only a plugin reads, as it has it: a message in protobuf's format. */
bool rt_event_plugin(FILE *out, rt_moment at, const char *tag, const char *plugin,
                     const void *content, size_t n);

#endif
