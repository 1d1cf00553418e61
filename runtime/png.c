/* png.c -- a small picture in the bytes of a PNG (ISO/IEC 15948). */
#include "png.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

void rt_base64(FILE *out, const void *data, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = data;

    for (size_t i = 0; i < n; i += 3) {
        const size_t left = n - i;
        const uint32_t three = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0)
                             | (left > 2 ? p[i + 2] : 0);
        putc(digit[three >> 18], out);
        putc(digit[three >> 12 & 63], out);
        putc(left > 1 ? digit[three >> 6 & 63] : '=', out);
        putc(left > 2 ? digit[three & 63] : '=', out);
    }
}

static void put_big_endian(unsigned char *to, uint32_t x)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(x >> (24 - 8 * i));
}

static void put_chunk(FILE *out, const char *kind, const void *data, size_t n)
{
    unsigned char word[4];
    uLong sum = crc32(0, (const Bytef *)kind, 4);

    put_big_endian(word, (uint32_t)n);
    fwrite(word, 1, 4, out);
    fwrite(kind, 1, 4, out);
    fwrite(data, 1, n, out);
    if (n)
        sum = crc32(sum, data, (uInt)n);
    put_big_endian(word, (uint32_t)sum);
    fwrite(word, 1, 4, out);
}

/* Rows, each after the number of its filter, none; packed, to be freed. */
static unsigned char *pack(const unsigned char *rgba, size_t width, size_t height, size_t *n)
{
    const size_t row = 4 * width;
    unsigned char *rows = malloc(height * (row + 1) + 1);
    uLongf size = compressBound((uLong)(height * (row + 1)));
    unsigned char *packed = malloc(size);

    for (size_t i = 0; rows && i < height; i++) {
        rows[i * (row + 1)] = 0;
        memcpy(rows + i * (row + 1) + 1, rgba + i * row, row);
    }
    const bool ok = rows && packed
                 && compress2(packed, &size, rows, (uLong)(height * (row + 1)), 9) == Z_OK;
    free(rows);
    if (ok) {
        *n = size;
        return packed;
    }
    free(packed);
    return NULL;
}

bool rt_png_base64(FILE *out, const unsigned char *rgba, size_t width, size_t height, rt_error *e)
{
    unsigned char head[13] = { [8] = 8, 6 };    /* eight bits of red, green, blue and alpha */
    char *file = NULL;
    size_t n = 0, size = 0;
    unsigned char *packed = pack(rgba, width, height, &n);
    FILE *png = packed ? open_memstream(&file, &size) : NULL;

    put_big_endian(head, (uint32_t)width);
    put_big_endian(head + 4, (uint32_t)height);
    if (png) {
        fwrite("\x89PNG\r\n\x1a\n", 1, 8, png);
        put_chunk(png, "IHDR", head, sizeof head);
        put_chunk(png, "IDAT", packed, n);
        put_chunk(png, "IEND", "", 0);
        fclose(png);
        rt_base64(out, file, size);
    }
    free(packed);
    free(file);
    return png || rt_fail(e, "out of memory for a picture");
}
