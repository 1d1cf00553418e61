/* read_idx.c -- the IDX format of MNIST (yann.lecun.com/exdb/mnist), plain or gzip. */
#include "array.h"
#include "samples.h"

/* After two zero bytes: the type, the rank, then each dimension as a big-endian word of 32 bits. */
static bool set_type(rt_array *a, unsigned type, rt_error *e)
{
    static const struct {
        unsigned type;
        char kind;
        int width;
    } known[] = {
        {0x08, 'u', 1}, {0x09, 'i', 1}, {0x0b, 'i', 2},
        {0x0c, 'i', 4}, {0x0d, 'f', 4}, {0x0e, 'f', 8},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].type != type)
            continue;
        a->kind = known[i].kind;
        a->width = known[i].width;
        return true;
    }
    return rt_fail_at(&a->bytes, 2, e, "0x%02x is no IDX type (08, 09, 0b, 0c, 0d, 0e)", type);
}

static bool parse(rt_array *a, rt_error *e)
{
    const unsigned char *p = a->bytes.data;
    if (a->bytes.size < 4 || p[0] != 0 || p[1] != 0)
        return rt_fail_at(&a->bytes, 0, e,
                          "not an IDX file: it does not begin with two zero bytes");
    if (!set_type(a, p[2], e))
        return false;
    a->rank = p[3];
    if (a->rank < 1 || a->rank > RT_ARRAY_RANK)
        return rt_fail_at(&a->bytes, 3, e, "rank %d, 1 to %d are read", a->rank, RT_ARRAY_RANK);
    a->at = 4 + 4 * (size_t)a->rank;
    if (a->bytes.size < a->at)
        return rt_fail_at(&a->bytes, a->bytes.size, e, "the file ends inside its header");
    for (int i = 0; i < a->rank; i++) {
        p += 4;
        a->dim[i] = (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3];
    }
    return rt_array_check(a, e);
}

static bool read_file(const rt_request *r, const char *name, rt_array *a, rt_error *e)
{
    return rt_bytes_read(r->directory, name, r->most.bytes, &a->bytes, e) && parse(a, e);
}

bool rt_read_idx(const rt_request *r, rt_samples *out, rt_error *e)
{
    rt_array images = {.big_endian = true}, labels = images;
    const bool read = rt_target_is_single(r->model, r->source->text[1], e)
                   && read_file(r, r->source->text[0], &images, e)
                   && read_file(r, r->source->text[1], &labels, e)
                   && rt_array_samples(r, &images, &labels, out, e);
    rt_bytes_free(&images.bytes);
    rt_bytes_free(&labels.bytes);
    return read;
}
