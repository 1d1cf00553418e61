/* utf8.c -- texts of unknown bytes, such as names of files, as UTF-8. */
#include "utf8.h"

#include <stddef.h>
#include <string.h>

/* By the first byte (RFC 3629, section 4): how many follow, and what the first of these can be. */
static const struct {
    unsigned char first, last, least, most, more;
} lead[] = {
    { 0x01, 0x7f, 0, 0, 0 }, { 0xc2, 0xdf, 0x80, 0xbf, 1 }, { 0xe0, 0xe0, 0xa0, 0xbf, 2 },
    { 0xe1, 0xec, 0x80, 0xbf, 2 }, { 0xed, 0xed, 0x80, 0x9f, 2 }, { 0xee, 0xef, 0x80, 0xbf, 2 },
    { 0xf0, 0xf0, 0x90, 0xbf, 3 }, { 0xf1, 0xf3, 0x80, 0xbf, 3 }, { 0xf4, 0xf4, 0x80, 0x8f, 3 },
};

/* Bytes of the character at c; 0: it is none.  The zero behind the text follows nothing. */
static size_t length_of(const unsigned char *c)
{
    size_t i = 0, n = 2;

    while (i < sizeof lead / sizeof lead[0] && !(lead[i].first <= *c && *c <= lead[i].last))
        i++;
    if (i == sizeof lead / sizeof lead[0])
        return 0;
    if (lead[i].more == 0)
        return 1;
    if (c[1] < lead[i].least || c[1] > lead[i].most)
        return 0;
    while (n <= lead[i].more && (c[n] & 0xc0) == 0x80)
        n++;
    return n > lead[i].more ? n : 0;
}

char *rt_utf8(const char *text)
{
    char *copy = strdup(text);

    for (char *c = copy; c && *c;) {
        const size_t n = length_of((const unsigned char *)c);
        if (n == 0)
            *c = '?';
        c += n ? n : 1;
    }
    return copy;
}
