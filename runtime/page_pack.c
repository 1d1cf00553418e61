/* page_pack.c -- large arrays of a report's numbers, as small as its script can read them. */
#include "page_pack.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "png.h"

/* To a file in memory, since keys and texts go there. */
static bool put_base64(rt_json *j, const char *key, const void *data, size_t n)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return false;
    rt_base64(out, data, n);
    const bool ok = fclose(out) == 0;
    rt_json_text(j, key, ok ? text : NULL);
    free(text);
    return ok;
}

bool rt_page_pack_bytes(rt_json *j, const char *key, const void *data, size_t n)
{
    uLongf size = compressBound((uLong)n);
    unsigned char *packed = malloc(size);
    const bool ok = packed && compress2(packed, &size, data, (uLong)n, 9) == Z_OK
                 && put_base64(j, key, packed, size);

    free(packed);
    return ok;
}

/* To the nearest of 24 bits; what would become infinite by that is cut. */
static uint32_t upper_bits(float x)
{
    const uint32_t below_largest = 0x7f7fff80;
    uint32_t word;

    memcpy(&word, &x, sizeof word);
    return (word < below_largest ? word + 0x80 : word) >> 8;
}

bool rt_page_pack_floats(rt_json *j, const char *key, const float *x, size_t n)
{
    unsigned char *plane = malloc(3 * n + 1);

    for (size_t i = 0; plane && i < n; i++) {
        const uint32_t word = upper_bits(x[i]);
        for (size_t b = 0; b < 3; b++)
            plane[b * n + i] = (unsigned char)(word >> (16 - 8 * b));
    }
    const bool ok = plane && rt_page_pack_bytes(j, key, plane, 3 * n);
    free(plane);
    return ok;
}
