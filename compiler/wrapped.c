/* wrapped.c -- sentences for a terminal, on lines of at most 80 columns. */
#include "wrapped.h"

#include <stdarg.h>
#include <string.h>

enum { WIDTH = 80, FURTHER = 2 };

/* Bytes of UTF-8 behind a character's first. */
static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Bytes up to the last blank within `columns`, or all; a longer word stays whole. */
static size_t fitting(const char *text, int columns)
{
    size_t blank = 0, i = 0;

    for (int used = 0; text[i]; i++) {
        if (text[i] == ' ')
            blank = i;
        used += !continues(text[i]);
        if (used > columns && blank)
            return blank;
    }
    return i;
}

void put_wrapped(Arena *a, FILE *out, const char *format, ...)
{
    va_list ap;
    const char *text;
    int indent;

    va_start(ap, format);
    text = arena_vprintf(a, format, ap);
    va_end(ap);
    indent = (int)strspn(text, " ");
    text += indent;
    for (int at = indent; *text; at = indent + FURTHER) {
        const size_t n = fitting(text, WIDTH - at);

        fprintf(out, "%*s%.*s\n", at, "", (int)n, text);
        text += n + strspn(text + n, " ");
    }
}
