/* csv.h -- comma-separated text cut into fields (RFC 4180). */
#ifndef RT_CSV_H
#define RT_CSV_H

#include "bytes.h"
#include "data.h"

/* A place in the text.  While at < end, a record begins here or goes on. */
typedef struct {
    const char *name;               /* of the file */
    const char *at, *end;
    size_t line;                    /* from 1 */
} rt_csv;

typedef struct {
    const char *text;               /* without the outer quotes, or the spaces around bare text */
    size_t n;
    bool quoted;                    /* then "" still stands for one quote */
    bool last;                      /* of its record */
    size_t line, column;            /* from 1 */
} rt_csv_field;

/* The text of a file: without a byte order mark, without empty lines at the end, and where it was
 * cut without its last line. */
bool rt_csv_open(const rt_bytes *b, rt_csv *out, rt_error *e);

/* The next field of the record; `column` is what it will be called. */
bool rt_csv_next(rt_csv *c, size_t column, rt_csv_field *f, rt_error *e);

/* Orders the field's text, quotes resolved, by bytes: under 0, 0 or over 0, as strcmp. */
int rt_csv_compare(const rt_csv_field *f, const char *text);

/* The field's text into room for n + 1 characters, quotes resolved. */
void rt_csv_text(const rt_csv_field *f, char *text);

/* The field as a message shows it: at most 40 characters, odd bytes as \xNN. */
#define RT_CSV_SHOWN 176
const char *rt_csv_show(const rt_csv_field *f, char text[RT_CSV_SHOWN]);

/* A whole table as samples; the source's target and header count, not its file (read_csv.c). */
bool rt_csv_samples(const rt_request *r, const rt_bytes *b, rt_samples *out, rt_error *e);

#endif
