/* read_npy.c -- NumPy's .npy (numpy.lib.format), versions 1 to 3. */
#include "array.h"

#include <string.h>

enum { MOST_HEADER = 10000 };       /* NumPy's own limit */

/* The header is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
typedef struct {
    rt_array *a;
    const char *begin, *at, *end;   /* begin: where the file begins, for offsets */
} header;

static bool wrong(const header *h, rt_error *e, const char *wanted)
{
    return rt_fail_at(&h->a->bytes, (size_t)(h->at - h->begin), e, "%s is wanted in the header",
                      wanted);
}

static void skip_spaces(header *h)
{
    while (h->at < h->end && (*h->at == ' ' || *h->at == '\t' || *h->at == '\n'))
        h->at++;
}

static bool take(header *h, const char *text)
{
    const size_t n = strlen(text);
    skip_spaces(h);
    if ((size_t)(h->end - h->at) < n || memcmp(h->at, text, n) != 0)
        return false;
    h->at += n;
    return true;
}

/* 'text' or "text", without escapes; NULL where none stands here. */
static const char *take_string(header *h, size_t *n)
{
    skip_spaces(h);
    if (h->at == h->end || (*h->at != '\'' && *h->at != '"'))
        return NULL;
    const char *text = h->at + 1;
    const char *close = memchr(text, *h->at, (size_t)(h->end - text));
    if (!close)
        return NULL;
    *n = (size_t)(close - text);
    h->at = close + 1;
    return text;
}

static bool equal(const char *text, size_t n, const char *word)
{
    return n == strlen(word) && memcmp(text, word, n) == 0;
}

static bool parse_type(header *h, rt_error *e)
{
    static const char known[][3] = {"b1", "u1", "i1", "u2", "i2", "u4",
                                    "i4", "u8", "i8", "f4", "f8"};
    rt_array *a = h->a;
    size_t n = 0;
    skip_spaces(h);
    const char *from = h->at, *type = take_string(h, &n);
    if (!type)
        return wrong(h, e, "a simple type such as '<f4'");
    if (n == 3 && strchr("<>|=", type[0]))
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            if (memcmp(type + 1, known[i], 2) == 0) {
                a->kind = type[1] == 'b' ? 'u' : type[1];
                a->width = type[2] - '0';
                a->big_endian = type[0] == '>';
                return true;
            }
    h->at = from;
    if (n >= 1 && type[n - 1] == 'O')
        return wrong(h, e, "a type of numbers, not of Python objects,");
    return wrong(h, e, "one of the types b1 u1 u2 u4 u8 i1 i2 i4 i8 f4 f8");
}

static bool parse_order(header *h, rt_error *e)
{
    h->a->columns_first = take(h, "True");
    return h->a->columns_first || take(h, "False") || wrong(h, e, "True or False");
}

static bool parse_dimension(header *h, uint64_t *dim, rt_error *e)
{
    skip_spaces(h);
    const char *begin = h->at;
    *dim = 0;
    for (; h->at < h->end && *h->at >= '0' && *h->at <= '9'; h->at++)
        if (__builtin_mul_overflow(*dim, 10, dim)
            || __builtin_add_overflow(*dim, (uint64_t)(*h->at - '0'), dim))
            return wrong(h, e, "a dimension under 2^64");
    take(h, "L");                                   /* Python 2 wrote (3L, 4L) */
    return h->at > begin || wrong(h, e, "a dimension");
}

static bool parse_shape(header *h, rt_error *e)
{
    rt_array *a = h->a;
    if (!take(h, "("))
        return wrong(h, e, "a shape such as (3, 4)");
    for (a->rank = 0; !take(h, ")"); a->rank++) {
        if (a->rank == RT_ARRAY_RANK)
            return wrong(h, e, "a shape of at most 8 dimensions");
        if (a->rank && !take(h, ","))
            return wrong(h, e, "',' or ')'");
        if (a->rank && take(h, ")"))
            return true;
        if (!parse_dimension(h, &a->dim[a->rank], e))
            return false;
    }
    return a->rank > 0 || wrong(h, e, "an array of one dimension or more, not a single number,");
}

/* The three keys, each once, in any order. */
static bool parse_key(header *h, bool seen[3], rt_error *e)
{
    static const char *const keys[3] = {"descr", "fortran_order", "shape"};
    static bool (*const parse[3])(header *, rt_error *) = {parse_type, parse_order, parse_shape};
    size_t n = 0;
    skip_spaces(h);
    const char *from = h->at, *key = take_string(h, &n);
    for (int i = 0; key && i < 3; i++) {
        if (!equal(key, n, keys[i]) || seen[i])
            continue;
        seen[i] = true;
        return (take(h, ":") || wrong(h, e, "':'")) && parse[i](h, e);
    }
    h->at = from;
    return wrong(h, e, "'descr', 'fortran_order' or 'shape', each once,");
}

static bool parse_dictionary(header *h, rt_error *e)
{
    bool seen[3] = {false, false, false};
    if (!take(h, "{"))
        return wrong(h, e, "'{'");
    for (bool first = true; !take(h, "}"); first = false) {
        if (!first && !take(h, ","))
            return wrong(h, e, "',' or '}'");
        if (!first && take(h, "}"))
            break;
        if (!parse_key(h, seen, e))
            return false;
    }
    skip_spaces(h);
    if (h->at != h->end)
        return wrong(h, e, "nothing more");
    return (seen[0] && seen[1] && seen[2])
        || wrong(h, e, "each of 'descr', 'fortran_order' and 'shape'");
}

bool rt_npy_parse(rt_array *a, rt_error *e)
{
    static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
    const unsigned char *p = a->bytes.data;
    if (a->bytes.size < 10 || memcmp(p, magic, sizeof magic) != 0)
        return rt_fail_at(&a->bytes, 0, e, "not a .npy file: it does not begin with \\x93NUMPY");
    if (p[6] < 1 || p[6] > 3 || p[7] != 0)
        return rt_fail_at(&a->bytes, 6, e, "version %d.%d of the .npy format, 1.0 to 3.0 are read",
                          p[6], p[7]);
    const size_t begin = p[6] == 1 ? 10 : 12;
    if (a->bytes.size < begin)
        return rt_fail_at(&a->bytes, a->bytes.size, e, "the file ends inside its header");
    const size_t low = p[8] | (size_t)p[9] << 8;
    const size_t n = p[6] == 1 ? low : low | (size_t)p[10] << 16 | (size_t)p[11] << 24;
    if (n > MOST_HEADER)
        return rt_fail_at(&a->bytes, 8, e, "a header of %zu bytes, at most %d are read", n,
                          MOST_HEADER);
    if (a->bytes.size - begin < n)
        return rt_fail_at(&a->bytes, a->bytes.size, e, "the file ends inside its header");
    a->at = begin + n;
    const char *text = (const char *)p;
    header h = {.a = a, .begin = text, .at = text + begin, .end = text + begin + n};
    return parse_dictionary(&h, e) && rt_array_check(a, e);
}

static bool read_file(const rt_request *r, const char *name, rt_array *a, rt_error *e)
{
    return rt_bytes_read(r->directory, name, r->most.bytes, &a->bytes, e) && rt_npy_parse(a, e);
}

bool rt_read_npy(const rt_request *r, rt_samples *out, rt_error *e)
{
    rt_array x = {0}, y = {0};
    const bool read = read_file(r, r->source->text[0], &x, e)
                   && read_file(r, r->source->text[1], &y, e)
                   && rt_array_samples(r, &x, &y, out, e);
    rt_bytes_free(&x.bytes);
    rt_bytes_free(&y.bytes);
    return read;
}
