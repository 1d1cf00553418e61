/* png.h -- a small picture in the bytes of a PNG (ISO/IEC 15948). */
#ifndef RT_PNG_H
#define RT_PNG_H

#include <stdbool.h>
#include <stdio.h>

#include "error.h"

/* rgba[height][width][4] as base64 of a PNG file. */
bool rt_png_base64(FILE *out, const unsigned char *rgba, size_t width, size_t height, rt_error *e);

/* n bytes as base64 (RFC 4648). */
void rt_base64(FILE *out, const void *data, size_t n);

#endif
