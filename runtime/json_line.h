/* json_line.h -- prints one JSON object a line; what is not finite becomes null and is listed. */
#ifndef RT_JSON_LINE_H
#define RT_JSON_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { RT_JSON_DEPTH = 16 };

typedef struct {
    FILE *out;
    int depth;
    bool filled[RT_JSON_DEPTH];        /* something stands in the object or list at this depth */
    char *lost;                     /* the list of values that were not finite, as JSON; or NULL */
    size_t lost_size;
    FILE *lost_out;                 /* writes to `lost` */
} rt_json;

void rt_json_begin(rt_json *j, FILE *out, const char *event);
void rt_json_end(rt_json *j);                        /* with a line feed, flushed */

/* Members take a key; elements of a list take NULL. */
void rt_json_open(rt_json *j, const char *key, char bracket);
void rt_json_close(rt_json *j, char bracket);
void rt_json_text(rt_json *j, const char *key, const char *value);   /* NULL: null */
void rt_json_integer(rt_json *j, const char *key, int64_t value);
void rt_json_unsigned(rt_json *j, const char *key, uint64_t value);
void rt_json_bool(rt_json *j, const char *key, bool value);
void rt_json_null(rt_json *j, const char *key);

/* The shortest digits that read back as the same double; null if it is not finite. */
void rt_json_number(rt_json *j, const char *key, double value);

/* A value that was computed: if it is not finite, "path.key" (or "key": path NULL; or "path": key
 * NULL) is listed. */
void rt_json_measured(rt_json *j, const char *path, const char *key, double value);
void rt_json_lost(rt_json *j, const char *key);      /* the list, as a member */

#endif
