/* zip.c -- one entry out of a zip archive.
 *
 * An archive is read from its end: the end record tells where the directory is, the directory where
 * each entry's local header is.  Sizes are the directory's; all are checked before memory is
 * taken. */
#include "zip.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "alloc.h"

enum { END_RECORD = 22, DIRECTORY_ENTRY = 46, LOCAL_HEADER = 30, MOST_COMMENT = 65535 };

typedef struct {
    size_t at;                      /* of its directory entry, for messages */
    unsigned flags, method;
    uLong crc;
    size_t packed, size, local;     /* bytes in the archive, bytes unpacked, where its header is */
} entry;

static unsigned u16(const unsigned char *p) { return p[0] | (unsigned)p[1] << 8; }
static uint32_t u32(const unsigned char *p) { return u16(p) | (uint32_t)u16(p + 2) << 16; }

static bool is_at(const rt_bytes *b, size_t at, const char *mark)
{
    return memcmp(b->data + at, mark, 4) == 0;
}

/* The end record is the last thing in the file but for a comment of a length that it tells. */
static bool find_end(const rt_bytes *b, size_t *end, rt_error *e)
{
    if (b->size < 4 || !is_at(b, 0, "PK\3\4"))
        return rt_fail_at(b, 0, e, "not a .npz file: it does not begin as a zip archive");
    for (size_t comment = 0; comment <= MOST_COMMENT && comment + END_RECORD <= b->size;
         comment++) {
        *end = b->size - END_RECORD - comment;
        if (is_at(b, *end, "PK\5\6") && u16(b->data + *end + 20) == comment)
            return true;
    }
    return rt_fail_at(b, b->size, e, "the zip archive is cut off: its directory is missing");
}

/* Where the directory lies, and how many entries it has. */
static bool find_directory(const rt_bytes *b, size_t *at, size_t *end, unsigned *n, rt_error *e)
{
    if (!find_end(b, end, e))
        return false;
    const unsigned char *p = b->data + *end;
    const size_t size = u32(p + 12);
    *n = u16(p + 10);
    *at = u32(p + 16);
    if (*n == 0xffff || *at == 0xffffffff)
        return rt_fail_at(b, *end, e, "zip64 archives, of over 4 GiB, are not read");
    if (u16(p + 4) != 0 || u16(p + 6) != 0 || u16(p + 8) != *n)
        return rt_fail_at(b, *end, e, "zip archives in several parts are not read");
    if (*at > *end || *end - *at != size)
        return rt_fail_at(b, *end, e,
                          "the zip archive is damaged: its directory is not before its end");
    return true;
}

static bool is_named(const unsigned char *text, size_t n, const char *name)
{
    const size_t length = strlen(name);
    if (n < length || memcmp(text, name, length) != 0)
        return false;
    return n == length || (n == length + 4 && memcmp(text + length, ".npy", 4) == 0);
}

/* Walks the directory; an archive may hold two entries of one name, a reader may not guess. */
static bool find_entry(const rt_bytes *b, const char *name, entry *found, rt_error *e)
{
    size_t at = 0, end = 0;
    unsigned n = 0;
    if (!find_directory(b, &at, &end, &n, e))
        return false;
    for (unsigned i = 0; i < n; i++) {
        const unsigned char *p = b->data + at;
        if (end - at < DIRECTORY_ENTRY || !is_at(b, at, "PK\1\2"))
            return rt_fail_at(b, at, e, "the zip archive's directory is damaged");
        const size_t length = u16(p + 28);
        const size_t total = DIRECTORY_ENTRY + length + u16(p + 30) + u16(p + 32);
        if (end - at < total)
            return rt_fail_at(b, at, e, "the zip archive's directory is damaged");
        if (is_named(p + DIRECTORY_ENTRY, length, name)) {
            if (found->at)
                return rt_fail_at(b, at, e, "two entries are called '%s'", name);
            *found = (entry){at, u16(p + 8), u16(p + 10), u32(p + 16), u32(p + 20), u32(p + 24),
                             u32(p + 42)};
        }
        at += total;
    }
    if (at != end)
        return rt_fail_at(b, at, e, "%zu bytes follow the zip archive's directory", end - at);
    return found->at || rt_fail(e, "%s: holds no array called '%s'", b->name, name);
}

static bool check_entry(const rt_bytes *b, const entry *f, rt_error *e)
{
    if (f->packed == 0xffffffff || f->size == 0xffffffff || f->local == 0xffffffff)
        return rt_fail_at(b, f->at, e, "zip64 entries, of over 4 GiB, are not read");
    if (f->flags & 1)
        return rt_fail_at(b, f->at, e, "the entry is encrypted");
    if (f->method != 0 && f->method != 8)
        return rt_fail_at(b, f->at, e, "compression method %u, 0 (stored) and 8 (deflate) are read",
                          f->method);
    if (f->method == 0 && f->packed != f->size)
        return rt_fail_at(b, f->at, e, "a stored entry of two sizes, %zu and %zu", f->packed,
                          f->size);
    if (f->size > rt_inflate_limit(f->packed))
        return rt_fail_at(b, f->at, e, "%zu bytes unpack to %zu, more than the limit of %zu",
                          f->packed, f->size, rt_inflate_limit(f->packed));
    return true;
}

/* The entry's bytes in the archive: after its local header, whose own lengths count here. */
static const unsigned char *find_data(const rt_bytes *b, const entry *f, rt_error *e)
{
    if (f->local >= f->at || f->at - f->local < LOCAL_HEADER || !is_at(b, f->local, "PK\3\4")) {
        rt_fail_at(b, f->at, e, "the entry's own header is not where the directory says");
        return NULL;
    }
    const unsigned char *p = b->data + f->local;
    const size_t data = f->local + LOCAL_HEADER + u16(p + 26) + u16(p + 28);
    if (data > f->at || f->at - data < f->packed) {
        rt_fail_at(b, f->local, e, "the entry is larger than the archive");
        return NULL;
    }
    return b->data + data;
}

static bool unpack(const rt_bytes *b, const entry *f, const unsigned char *data, rt_bytes *out,
                   rt_error *e)
{
    const char *problem = NULL;
    if (f->method == 0)
        memcpy(out->data, data, out->size);
    else
        problem = rt_inflate(data, f->packed, out->data, out->size, out->cut);
    if (!problem && !out->cut && crc32_z(0, out->data, f->size) != f->crc)
        problem = "its checksum is another one";
    return !problem || rt_fail_at(b, (size_t)(data - b->data), e, "%s: %s", out->name, problem);
}

bool rt_zip_entry(const rt_bytes *archive, const char *name, size_t most, rt_bytes *out,
                  rt_error *e)
{
    entry f = {0};
    if (!find_entry(archive, name, &f, e) || !check_entry(archive, &f, e))
        return false;
    const unsigned char *data = find_data(archive, &f, e);
    if (!data)
        return false;
    out->cut = most && f.size > most;
    out->size = out->cut ? most : f.size;
    out->data = rt_alloc(out->size, 1, out->name, e);
    out->unpacked = true;
    return out->data && unpack(archive, &f, data, out, e);
}
