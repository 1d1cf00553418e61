/* sha256.h -- the digest SHA-256 (FIPS 180-4), as sha256sum prints it. */
#ifndef RT_SHA256_H
#define RT_SHA256_H

#include <stddef.h>

enum { RT_SHA256_TEXT = 65 };

/* 64 hexadecimal digits; returns `text`. */
char *rt_sha256(const void *data, size_t n, char text[RT_SHA256_TEXT]);

#endif
