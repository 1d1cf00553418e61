/* npy_write.c -- NumPy's formats.
 *
 *     \x93NUMPY 1 0;  u16 LE n;  n bytes: a Python dictionary, padded with spaces, and a newline,
 *     so that the values begin at a multiple of 64;  the values
 *
 * An .npz is a zip of such files (PKWARE's APPNOTE), here stored without compression: for each file
 * a local header and its bytes; then the central directory; then its end. */
#include "npy_write.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "values are copied to files as they are, and called little endian");

enum { ALIGNMENT = 64, PREAMBLE = 10, HEADER = 4 * ALIGNMENT };

static uint64_t data_size(const rt_written *a)
{
    uint64_t n = (uint64_t)a->width;

    for (int i = 0; i < a->rank; i++)
        n *= (uint64_t)a->dim[i];
    return n;
}

/* All that stands before the values; its size. */
static size_t npy_header(const rt_written *a, char out[HEADER])
{
    char *text = out + PREAMBLE;
    size_t n = (size_t)snprintf(text, HEADER - PREAMBLE, "{'descr': '<%c%d', 'fortran_order': "
                                "False, 'shape': (", a->kind, a->width);

    for (int i = 0; i < a->rank; i++)
        n += (size_t)snprintf(text + n, HEADER - PREAMBLE - n, "%s%lld%s", i ? " " : "",
                              (long long)a->dim[i], i + 1 < a->rank || a->rank == 1 ? "," : "");
    n += (size_t)snprintf(text + n, HEADER - PREAMBLE - n, "), }");
    while ((PREAMBLE + n + 1) % ALIGNMENT)
        text[n++] = ' ';
    text[n++] = '\n';
    memcpy(out, "\x93NUMPY\x01\x00", 8);
    out[8] = (char)(n & 255);
    out[9] = (char)(n >> 8);
    return PREAMBLE + n;
}

bool rt_npy_write(rt_atomic_file *f, const rt_written *array, rt_error *e)
{
    char header[HEADER];
    const size_t n = npy_header(array, header);

    return rt_atomic_file_write(f, header, n, e)
        && rt_atomic_file_write(f, array->data, (size_t)data_size(array), e);
}

/* ---- Zip ----------------------------------------------------------------------------------- */

enum { VERSION = 20, DATE = 0x21, MOST_FILES = 4, MOST_NAME = 32, RECORD = 64 };

typedef struct {
    char name[MOST_NAME];
    char header[HEADER];
    size_t header_size;
    uint32_t crc, size, at;         /* of header and values; where its local header begins */
} Entry;

/* n bytes of a number, the lowest first. */
static unsigned char *put(unsigned char *p, uint32_t value, int n)
{
    for (int i = 0; i < n; i++)
        *p++ = (unsigned char)(value >> (8 * i));
    return p;
}

static uint32_t crc_of(uint32_t crc, const void *data, uint64_t n)
{
    enum { PIECE = 1 << 30 };       /* zlib counts in unsigned ints */
    const unsigned char *p = data;

    for (uint64_t at = 0; at < n; at += PIECE)
        crc = (uint32_t)crc32(crc, p + at, (uInt)(n - at < PIECE ? n - at : PIECE));
    return crc;
}

/* What the local header and the directory both say: version to the lengths. */
static unsigned char *put_facts(unsigned char *p, const Entry *entry)
{
    p = put(p, VERSION, 2);
    p = put(p, 0, 2);               /* flags */
    p = put(p, 0, 2);               /* stored */
    p = put(p, 0, 2);               /* midnight, */
    p = put(p, DATE, 2);            /* the first of January 1980: files do not depend on the day */
    p = put(p, entry->crc, 4);
    p = put(p, entry->size, 4);
    p = put(p, entry->size, 4);
    p = put(p, (uint32_t)strlen(entry->name), 2);
    return put(p, 0, 2);            /* no extra field */
}

static bool write_record(rt_atomic_file *f, const unsigned char *record, const unsigned char *end,
                         const char *name, rt_error *e)
{
    return rt_atomic_file_write(f, record, (size_t)(end - record), e)
        && rt_atomic_file_write(f, name, strlen(name), e);
}

static bool write_file(rt_atomic_file *f, const rt_written *a, Entry *entry, uint64_t *at,
                       rt_error *e)
{
    unsigned char record[RECORD], *p = put(record, 0x04034b50, 4);

    snprintf(entry->name, sizeof entry->name, "%s.npy", a->name);
    entry->header_size = npy_header(a, entry->header);
    const uint64_t size = entry->header_size + data_size(a);
    if (*at + size + RECORD + MOST_NAME > UINT32_MAX)
        return rt_fail(e, "%s: an .npz holds less than 4 GiB; .npy has no such limit", f->path);
    entry->at = (uint32_t)*at;
    entry->size = (uint32_t)size;
    entry->crc = crc_of(crc_of(0, entry->header, entry->header_size), a->data, data_size(a));
    p = put_facts(p, entry);
    *at += (uint64_t)(p - record) + strlen(entry->name) + size;
    return write_record(f, record, p, entry->name, e)
        && rt_atomic_file_write(f, entry->header, entry->header_size, e)
        && rt_atomic_file_write(f, a->data, (size_t)data_size(a), e);
}

static bool write_directory_entry(rt_atomic_file *f, const Entry *entry, uint64_t *at, rt_error *e)
{
    unsigned char record[RECORD], *p = put(record, 0x02014b50, 4);

    p = put(p, VERSION, 2);
    p = put_facts(p, entry);
    p = put(p, 0, 2);               /* no comment */
    p = put(p, 0, 4);               /* first disk, no attributes */
    p = put(p, 0, 4);
    p = put(p, entry->at, 4);
    *at += (uint64_t)(p - record) + strlen(entry->name);
    return write_record(f, record, p, entry->name, e);
}

static bool write_end(rt_atomic_file *f, int n, uint64_t from, uint64_t to, rt_error *e)
{
    unsigned char record[RECORD], *p = put(record, 0x06054b50, 4);

    p = put(p, 0, 4);               /* one disk */
    p = put(p, (uint32_t)n, 2);
    p = put(p, (uint32_t)n, 2);
    p = put(p, (uint32_t)(to - from), 4);
    p = put(p, (uint32_t)from, 4);
    p = put(p, 0, 2);               /* no comment */
    return write_record(f, record, p, "", e);
}

bool rt_npz_write(rt_atomic_file *f, const rt_written *array, int n, rt_error *e)
{
    Entry entry[MOST_FILES];
    uint64_t at = 0, directory;

    if (n > MOST_FILES)
        return rt_fail(e, "%s: %d arrays, at most %d are written", f->path, n, MOST_FILES);
    for (int i = 0; i < n; i++) {
        if (!write_file(f, &array[i], &entry[i], &at, e))
            return false;
    }
    directory = at;
    for (int i = 0; i < n; i++) {
        if (!write_directory_entry(f, &entry[i], &at, e))
            return false;
    }
    return write_end(f, n, directory, at, e);
}
