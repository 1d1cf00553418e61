/* safetensors.c -- write and read the file format of weights. */
#include "safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "atomic_file.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "tensors are copied to files as they are");

enum { ALIGNMENT = 8 };             /* the header is padded to it, as by the reference writer */

/* ---- Writing ----------------------------------------------------------------------------- */

static json_t *describe(const rt_stored *t, uint64_t begin)
{
    const char *dtype = t->whole ? "I32" : t->real_size == sizeof(double) ? "F64" : "F32";
    json_t *shape = json_array();

    for (int i = 0; i < t->rank; i++)
        json_array_append_new(shape, json_integer(t->shape[i]));
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", dtype, "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)(begin + t->n * t->real_size));
}

/* The header's text, unpadded; to be freed. */
static char *header_text(const rt_stored *tensor, size_t n, const rt_note *note, int n_notes)
{
    json_t *header = json_object(), *metadata = json_object();
    uint64_t at = 0;
    bool ok = true;

    for (int i = 0; i < n_notes; i++)
        ok = ok && !json_object_set_new(metadata, note[i].key, json_string(note[i].value));
    ok = ok && !json_object_set_new(header, "__metadata__", metadata);
    for (size_t i = 0; i < n; i++) {
        ok = ok && !json_object_set_new(header, tensor[i].name, describe(&tensor[i], at));
        at += tensor[i].n * tensor[i].real_size;
    }
    char *text = ok ? json_dumps(header, JSON_COMPACT) : NULL;
    json_decref(header);
    return text;
}

bool rt_safetensors_write(const char *path, const rt_stored *tensor, size_t n, const rt_note *note,
                          int n_notes, rt_error *e)
{
    rt_atomic_file f;
    char *text = header_text(tensor, n, note, n_notes);

    if (!text)
        return rt_fail(e, "%s: out of memory", path);
    const size_t length = strlen(text), padding = -length % ALIGNMENT;
    const uint64_t size = length + padding;
    bool ok = rt_atomic_file_begin(&f, path, e) && rt_atomic_file_write(&f, &size, sizeof size, e)
           && rt_atomic_file_write(&f, text, length, e)
           && rt_atomic_file_write(&f, "       ", padding, e);
    for (size_t i = 0; i < n && ok; i++)
        ok = rt_atomic_file_write(&f, tensor[i].data, tensor[i].n * tensor[i].real_size, e);
    free(text);
    return ok && rt_atomic_file_end(&f, e);
}

/* ---- Reading ----------------------------------------------------------------------------- */

static size_t dtype_size(const char *dtype)
{
    static const struct { const char *name; size_t size; } known[] = {
        { "F64", 8 }, { "F32", 4 }, { "F16", 2 }, { "BF16", 2 }, { "I64", 8 }, { "I32", 4 },
        { "I16", 2 }, { "I8", 1 }, { "U64", 8 }, { "U32", 4 }, { "U16", 2 }, { "U8", 1 },
        { "BOOL", 1 },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!strcmp(dtype, known[i].name))
            return known[i].size;
    }
    return 0;
}

/* Reads exactly n bytes at `at`. */
static bool read_at(const rt_safetensors *f, uint64_t at, void *out, size_t n, rt_error *e)
{
    char *p = out;

    while (n > 0) {
        const ssize_t got = pread(f->fd, p, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return rt_fail(e, "%s: byte %" PRIu64 ": %s", f->path, at, strerror(errno));
        if (got == 0)
            return rt_fail(e, "%s: ends at byte %" PRIu64 ", before its data does", f->path, at);
        p += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return true;
}

/* A whole number from 0 on, out of an array. */
static bool whole(const json_t *array, size_t i, uint64_t *out)
{
    const json_t *number = json_array_get(array, i);

    if (!json_is_integer(number) || json_integer_value(number) < 0)
        return false;
    *out = (uint64_t)json_integer_value(number);
    return true;
}

static bool read_shape(const rt_safetensors *f, const json_t *shape, rt_entry *t, rt_error *e)
{
    uint64_t dimension;

    if (!json_is_array(shape) || json_array_size(shape) > RT_STORED_RANK)
        return rt_fail(e, "%s: tensor %.200s: its shape is not a list of at most %d numbers",
                       f->path, t->name, RT_STORED_RANK);
    t->rank = (int)json_array_size(shape);
    t->n = 1;
    for (int i = 0; i < t->rank; i++) {
        if (!whole(shape, (size_t)i, &dimension))
            return rt_fail(e, "%s: tensor %.200s: dimension %d of its shape is not a whole number "
                           "from 0 on", f->path, t->name, i);
        t->shape[i] = (int64_t)dimension;
        if (__builtin_mul_overflow(t->n, dimension, &t->n))
            return rt_fail(e, "%s: tensor %.200s: its shape is too large", f->path, t->name);
    }
    return true;
}

/* `size`: bytes of the data. */
static bool read_offsets(const rt_safetensors *f, const json_t *offsets, uint64_t size, rt_entry *t,
                         rt_error *e)
{
    uint64_t bytes;

    if (json_array_size(offsets) != 2 || !whole(offsets, 0, &t->begin)
        || !whole(offsets, 1, &t->end))
        return rt_fail(e, "%s: tensor %.200s: data_offsets are not two whole numbers", f->path,
                       t->name);
    if (t->begin > t->end || t->end > size)
        return rt_fail(e, "%s: tensor %.200s: bytes %" PRIu64 " to %" PRIu64 " of the data, which "
                       "has %" PRIu64, f->path, t->name, t->begin, t->end, size);
    if (__builtin_mul_overflow(t->n, (uint64_t)dtype_size(t->dtype), &bytes)
        || bytes != t->end - t->begin)
        return rt_fail(e, "%s: tensor %.200s: its %" PRIu64 " bytes at %" PRIu64 " do not fit its "
                       "shape", f->path, t->name, t->end - t->begin, f->data + t->begin);
    return true;
}

static bool read_entry(const rt_safetensors *f, const char *name, const json_t *value,
                       uint64_t size, rt_entry *t, rt_error *e)
{
    t->name = name;
    if (json_object_size(value) != 3)
        return rt_fail(e, "%s: tensor %.200s: wants dtype, shape and data_offsets", f->path, name);
    t->dtype = json_string_value(json_object_get(value, "dtype"));
    if (!t->dtype)
        return rt_fail(e, "%s: tensor %.200s: its dtype is not a string", f->path, name);
    if (!dtype_size(t->dtype))
        return rt_fail(e, "%s: tensor %.200s: its dtype '%.20s' is not known", f->path, name,
                       t->dtype);
    return read_shape(f, json_object_get(value, "shape"), t, e)
        && read_offsets(f, json_object_get(value, "data_offsets"), size, t, e);
}

static int by_begin(const void *a, const void *b)
{
    const rt_entry *x = a, *y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* The tensors, sorted by place, fill the data without hole or overlap. */
static bool is_gapless(const rt_safetensors *f, uint64_t size, rt_error *e)
{
    uint64_t at = 0;

    for (size_t i = 0; i < f->n; i++) {
        if (f->entry[i].begin != at)
            return rt_fail(e, "%s: byte %" PRIu64 ": %s before tensor %.200s", f->path,
                           f->data + (f->entry[i].begin < at ? f->entry[i].begin : at),
                           f->entry[i].begin < at ? "an overlap" : "a hole", f->entry[i].name);
        at = f->entry[i].end;
    }
    if (at != size)
        return rt_fail(e, "%s: %" PRIu64 " byte%s too many from byte %" PRIu64 " on", f->path,
                       size - at, rt_plural(size - at), f->data + at);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const rt_entry *)a)->name, ((const rt_entry *)b)->name);
}

static bool check_metadata(const rt_safetensors *f, const json_t *metadata, rt_error *e)
{
    const char *key;
    json_t *value;

    if (!json_is_object(metadata))
        return rt_fail(e, "%s: __metadata__ is not an object", f->path);
    json_object_foreach((json_t *)metadata, key, value) {
        if (!json_is_string(value))
            return rt_fail(e, "%s: __metadata__: %.200s is not a string", f->path, key);
    }
    return true;
}

static bool read_entries(rt_safetensors *f, uint64_t size, rt_error *e)
{
    const char *name;
    json_t *value;

    if (!json_is_object((json_t *)f->header))
        return rt_fail(e, "%s: byte 8: the header is not an object", f->path);
    f->entry = calloc(json_object_size(f->header) + 1, sizeof *f->entry);
    if (!f->entry)
        return rt_fail(e, "%s: out of memory", f->path);
    json_object_foreach((json_t *)f->header, name, value) {
        if (!strcmp(name, "__metadata__")) {
            if (!check_metadata(f, value, e))
                return false;
        } else if (!read_entry(f, name, value, size, &f->entry[f->n++], e)) {
            return false;
        }
    }
    if (f->n)
        qsort(f->entry, f->n, sizeof *f->entry, by_begin);
    if (!is_gapless(f, size, e))
        return false;
    if (f->n)
        qsort(f->entry, f->n, sizeof *f->entry, by_name);
    return true;
}

/* The JSON of n bytes at byte 8. */
static bool read_header(rt_safetensors *f, size_t n, rt_error *e)
{
    char *text = malloc(n + 1);
    json_error_t error;

    if (!text)
        return rt_fail(e, "%s: out of memory", f->path);
    if (!read_at(f, 8, text, n, e)) {
        free(text);
        return false;
    }
    if (n && text[0] == '{')
        f->header = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    else
        snprintf(error.text, sizeof error.text, "the header does not start with '{'"),
            error.position = 0;
    free(text);
    if (!f->header && !error.text[0])       /* jansson has no word for it */
        return rt_fail(e, "%s: out of memory", f->path);
    return f->header || rt_fail(e, "%s: byte %d: %s", f->path, 8 + error.position, error.text);
}

static bool open_regular(rt_safetensors *f, uint64_t *size, rt_error *e)
{
    struct stat s;

    f->fd = open(f->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (f->fd < 0)
        return rt_fail(e, "%s: %s", f->path, strerror(errno));
    if (fstat(f->fd, &s) != 0)
        return rt_fail(e, "%s: %s", f->path, strerror(errno));
    if (!S_ISREG(s.st_mode))
        return rt_fail(e, "%s: is not a regular file", f->path);
    *size = (uint64_t)s.st_size;
    return true;
}

bool rt_safetensors_open(rt_safetensors *f, const char *path, uint64_t most, rt_error *e)
{
    uint64_t size = 0, header;

    *f = (rt_safetensors){ .path = path, .fd = -1 };
    if (!open_regular(f, &size, e))
        goto failed;
    if (size < sizeof header) {
        rt_fail(e, "%s: ends at byte %" PRIu64 ", a safetensors file has at least 8", path, size);
        goto failed;
    }
    if (!read_at(f, 0, &header, sizeof header, e))
        goto failed;
    if (header > size - sizeof header || header > most) {
        rt_fail(e, "%s: byte 0: a header of %" PRIu64 " bytes, where the file has %" PRIu64
                " and at most %" PRIu64 " are read", path, header, size - sizeof header, most);
        goto failed;
    }
    f->data = sizeof header + header;
    if (read_header(f, (size_t)header, e) && read_entries(f, size - f->data, e))
        return true;
failed:
    rt_safetensors_close(f);
    return false;
}

void rt_safetensors_close(rt_safetensors *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->header)
        json_decref(f->header);
    free(f->entry);
    *f = (rt_safetensors){ .fd = -1 };
}

const rt_entry *rt_safetensors_find(const rt_safetensors *f, const char *name)
{
    const rt_entry wanted = { .name = name };

    return f->n ? bsearch(&wanted, f->entry, f->n, sizeof *f->entry, by_name) : NULL;
}

const char *rt_safetensors_note(const rt_safetensors *f, const char *key)
{
    return json_string_value(json_object_get(json_object_get(f->header, "__metadata__"), key));
}

bool rt_safetensors_read(const rt_safetensors *f, const rt_entry *t, uint64_t from, void *out,
                         size_t n, rt_error *e)
{
    return read_at(f, f->data + t->begin + from, out, n, e);
}
