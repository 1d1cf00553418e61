/* source.c -- reads source files; finds line and column of an offset. */
#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "language_limits.h"

enum { NULS = 2 };                  /* what flex's scan buffer wants at the end */

static int utf8_size(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* The second byte of a character has a narrower range after E0, ED, F0 and F4: no overlong forms,
 * no surrogates, nothing past U+10FFFF. */
static bool second_fits(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xe0: return second >= 0xa0;
    case 0xed: return second <= 0x9f;
    case 0xf0: return second >= 0x90;
    case 0xf4: return second <= 0x8f;
    default:   return true;
    }
}

int utf8_length(const char *text, size_t n)
{
    const unsigned char *u = (const unsigned char *)text;
    const int size = n ? utf8_size(u[0]) : 0;

    if (size == 0 || (size_t)size > n || (size > 1 && !second_fits(u[0], u[1])))
        return 0;
    for (int i = 1; i < size; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

/* The first offset that is no text: a NUL or a byte that is not UTF-8; n if there is none. */
static size_t first_bad_byte(const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        const int size = utf8_length(text + i, n - i);
        if (size == 0 || text[i] == '\0')
            return i;
        i += (size_t)size;
    }
    return n;
}

Source *source_from_text(Str path, const char *text, size_t size, Arena *a)
{
    Source *s = arena_new_of(a, Source);
    char *copy = arena_alloc(a, size + NULS);

    if (size > UINT32_MAX - NULS)
        bug("a source of %zu bytes", size);
    if (size)
        memcpy(copy, text, size);
    s->path = path;
    s->text = copy;
    s->size = (uint32_t)size;
    return s;
}

static FILE *open_source(const char *path, Arena *a, const char **why)
{
    struct stat st;
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");

    if (!f)
        *why = arena_printf(a, "cannot open '%s': %s", path, strerror(errno));
    else if (f != stdin && fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode))
        *why = arena_printf(a, "'%s' is a directory, not a file", path);
    else
        return f;
    if (f && f != stdin)
        fclose(f);
    return NULL;
}

/* Everything that is left in f, one byte more than the limit at most; NULL on a read error. */
static char *read_all(FILE *f, Arena *a, size_t *size)
{
    const size_t most = (size_t)LIMIT_SOURCE_BYTES + 1;
    size_t room = 16 * 1024, n = 0;
    char *text = arena_alloc(a, room);

    for (;;) {
        n += fread(text + n, 1, room - n, f);
        if (n < room || n >= most)
            break;
        char *larger = arena_alloc(a, 2 * room);
        memcpy(larger, text, n);
        text = larger;
        room *= 2;
    }
    *size = n;
    return ferror(f) ? NULL : text;
}

static const char *bad_text(const char *path, const char *text, size_t size, Arena *a)
{
    const size_t bad = first_bad_byte(text, size);
    size_t line = 1;

    if (size > (size_t)LIMIT_SOURCE_BYTES)
        return arena_printf(a, "'%s' has more than %lld bytes, which is too large for a .net file",
                            path, (long long)LIMIT_SOURCE_BYTES);
    if (bad == size)
        return NULL;
    for (size_t i = 0; i < bad; i++)
        line += text[i] == '\n';
    return arena_printf(a, "'%s' is not a text in UTF-8: byte 0x%02x at offset %zu, in line %zu",
                        path, (unsigned)(unsigned char)text[bad], bad, line);
}

Source *source_read(const char *path, Arena *a, const char **why)
{
    FILE *f = open_source(path, a, why);
    size_t size = 0;

    if (!f)
        return NULL;
    errno = 0;
    const char *text = read_all(f, a, &size);
    if (!text)
        *why = arena_printf(a, "cannot read '%s': %s", path, strerror(errno ? errno : EIO));
    else
        *why = bad_text(path, text, size, a);
    if (f != stdin)
        fclose(f);
    if (*why)
        return NULL;
    const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
    return source_from_text(arena_copy(a, name, strlen(name)), text, size, a);
}

Place source_place(const Source *s, uint32_t offset)
{
    Place p = { .line = 1, .column = 1 };
    const uint32_t at = offset < s->size ? offset : s->size;
    uint32_t start = 0, end = at;

    for (uint32_t i = 0; i < at; i++)
        if (s->text[i] == '\n') {
            p.line++;
            start = i + 1;
        }
    for (uint32_t i = start; i < at; i++)
        p.column += ((unsigned char)s->text[i] & 0xc0) != 0x80;
    while (end < s->size && s->text[end] != '\n')
        end++;
    if (end > start && s->text[end - 1] == '\r')
        end--;
    p.line_text = s->text + start;
    p.line_size = (int)(end - start);
    return p;
}

Span span_join(Span a, Span b)
{
    if (!a.source || !b.source || a.source != b.source)
        return a.source ? a : b;
    return (Span){ a.source, a.from < b.from ? a.from : b.from, a.to > b.to ? a.to : b.to };
}
