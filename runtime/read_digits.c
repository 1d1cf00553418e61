/* read_digits.c -- the bundled 8x8 digits (digits/README). */
#include "csv.h"
#include "digits.h"
#include "samples.h"

/* The file has pixels of 0 to 16.  They are handed out in [0, 1], as the images of other sources
 * are after `scale`, so that `digits()` trains as it stands; a `scale` multiplies that. */
bool rt_read_digits(const rt_request *r, rt_samples *out, rt_error *e)
{
    const rt_source table = {.reader = "digits", .number = {-1, 0}};    /* last column, no header */
    rt_request inner = *r;
    rt_bytes b = {.name = "digits"};
    inner.source = &table;
    if (!rt_gunzip(rt_digits_gz, rt_digits_gz_size, 0, &b, e))
        return false;
    const bool read = rt_csv_samples(&inner, &b, out, e);
    rt_bytes_free(&b);
    for (size_t i = 0; read && i < (size_t)(out->n * out->features); i++)
        rt_value_set(r->model, out->x, i, rt_value_get(r->model, out->x, i) / 16);
    return read;
}
