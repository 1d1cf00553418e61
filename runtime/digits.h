/* digits.h -- the bundled digits; digits/embed.sh writes their definition at build. */
#ifndef RT_DIGITS_H
#define RT_DIGITS_H

#include <stddef.h>

extern const unsigned char rt_digits_gz[];          /* digits/digits.csv.gz */
extern const size_t rt_digits_gz_size;

#endif
