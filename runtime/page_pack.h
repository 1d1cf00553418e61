/* page_pack.h -- large arrays of a report's numbers, as small as its script can read them. */
#ifndef RT_PAGE_PACK_H
#define RT_PAGE_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "json_line.h"

/* As members: zlib's format (RFC 1950) in base64.  False: out of memory. */
bool rt_page_pack_bytes(rt_json *j, const char *key, const void *data, size_t n);
/* Floats to 16 bits of their fraction: first the upper bytes of all, then the next, the third. */
bool rt_page_pack_floats(rt_json *j, const char *key, const float *x, size_t n);

#endif
