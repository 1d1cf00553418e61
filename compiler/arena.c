/* arena.c -- memory for one compilation: a chain of blocks, newest first. */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024, FIRST_ITEMS = 4 };

typedef struct Block {
    struct Block *older;
    size_t used, size;              /* bytes of data */
    max_align_t data[];
} Block;

struct Arena {
    Block *block;
    void (*fail)(void *);
    void *arg;
};

void arena_exhausted(Arena *a)
{
    a->fail(a->arg);
    bug("the arena's fail function returned");
}

Arena *arena_new(void (*fail)(void *), void *arg)
{
    Arena *a = malloc(sizeof *a);

    if (!a) {
        fail(arg);
        bug("the arena's fail function returned");
    }
    *a = (Arena){ .fail = fail, .arg = arg };
    return a;
}

void arena_free(Arena *a)
{
    if (!a)
        return;
    arena_release(a, (ArenaMark){ 0 });
    free(a);
}

ArenaMark arena_mark(const Arena *a)
{
    return (ArenaMark){ a->block, a->block ? a->block->used : 0 };
}

void arena_release(Arena *a, ArenaMark mark)
{
    while (a->block != mark.block) {
        Block *newest = a->block;

        if (!newest)
            bug("a mark of another arena");
        a->block = newest->older;
        free(newest);
    }
    if (a->block)
        a->block->used = mark.used;
}

static Block *add_block(Arena *a, size_t size)
{
    Block *b = size <= SIZE_MAX / 2 ? malloc(sizeof *b + size) : NULL;

    if (!b)
        arena_exhausted(a);
    b->older = a->block;
    b->used = 0;
    b->size = size;
    a->block = b;
    return b;
}

/* A block that holds `size` more bytes; with -DARENA_MALLOC always one of its own. */
static Block *block_for(Arena *a, size_t size)
{
    Block *b = a->block;

#ifdef ARENA_MALLOC
    return add_block(a, size);
#endif
    if (b && size <= b->size - b->used)
        return b;
    return add_block(a, size > BLOCK_BYTES ? size : BLOCK_BYTES);
}

void *arena_alloc(Arena *a, size_t size)
{
    const size_t align = _Alignof(max_align_t);

    if (size > SIZE_MAX / 2)
        arena_exhausted(a);
#ifdef ARENA_MALLOC
    const size_t padded = size;
    (void)align;
#else
    const size_t padded = (size + align - 1) / align * align;
#endif
    Block *b = block_for(a, padded);
    char *memory = (char *)b->data + b->used;

    b->used += padded;
    return memset(memory, 0, size);
}

void *arena_alloc_array(Arena *a, size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes))
        arena_exhausted(a);
    return arena_alloc(a, bytes);
}

char *arena_copy(Arena *a, const char *text, size_t n)
{
    char *copy = arena_alloc(a, n + 1);

    if (n)
        memcpy(copy, text, n);
    return copy;
}

char *arena_vprintf(Arena *a, const char *format, va_list ap)
{
    va_list again;

    if (!format)
        bug("a text without a format");
    va_copy(again, ap);
    const int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0)
        bug("a text that cannot be printed");
    char *text = arena_alloc(a, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, ap);
    return text;
}

char *arena_printf(Arena *a, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    char *text = arena_vprintf(a, format, ap);
    va_end(ap);
    return text;
}

/* Capacities are 4, 8, 16, ...: they follow from n, so nobody has to store them. */
void *arena_grow(Arena *a, void *array, size_t n, size_t size)
{
    const bool full = n == 0 || (n >= FIRST_ITEMS && (n & (n - 1)) == 0);

    if (!full)
        return array;
    void *larger = arena_alloc_array(a, n ? 2 * n : FIRST_ITEMS, size);
    if (n)
        memcpy(larger, array, n * size);
    return larger;
}
