/* read_npz.c -- NumPy's .npz: a zip archive of .npy arrays. */
#include "array.h"

#include <stdio.h>

#include "zip.h"

enum { NAME = 512 };

/* An archive is read from its end, so a part of one is none. */
static const size_t MOST_ARCHIVE = (size_t)64 << 20;

/* Messages about an array call it "data.npz(x)". */
static bool read_entry(const rt_bytes *archive, const char *entry, size_t most, char name[NAME],
                       rt_array *a, rt_error *e)
{
    snprintf(name, NAME, "%.400s(%.100s)", archive->name, entry);
    a->bytes.name = name;
    return rt_zip_entry(archive, entry, most, &a->bytes, e) && rt_npy_parse(a, e);
}

static bool read_arrays(const rt_request *r, rt_array *x, char x_name[NAME], rt_array *y,
                        char y_name[NAME], rt_error *e)
{
    rt_bytes archive;
    const size_t most = r->most.bytes;
    if (!rt_bytes_read(r->directory, r->source->text[0], most ? MOST_ARCHIVE : 0, &archive, e))
        return false;
    const bool read = (!archive.cut || rt_fail(e, "%s is over 64 MiB", archive.name))
                   && read_entry(&archive, r->source->text[1], most, x_name, x, e)
                   && read_entry(&archive, r->source->text[2], most, y_name, y, e);
    rt_bytes_free(&archive);
    return read;
}

bool rt_read_npz(const rt_request *r, rt_samples *out, rt_error *e)
{
    char x_name[NAME], y_name[NAME];
    rt_array x = {0}, y = {0};
    const bool read = read_arrays(r, &x, x_name, &y, y_name, e)
                   && rt_array_samples(r, &x, &y, out, e);
    rt_bytes_free(&x.bytes);
    rt_bytes_free(&y.bytes);
    return read;
}
