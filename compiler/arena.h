/* arena.h -- memory for one compilation, freed all at once.
 *
 * Memory comes zeroed and aligned for any type.  Running out ends the compilation through `fail`,
 * which main sets (it must not return).  Built with -DARENA_MALLOC each piece is a malloc of its
 * own, so that the address sanitizer sees every object. */
#ifndef ARENA_H
#define ARENA_H

#include <stdarg.h>

#include "base.h"

typedef struct Arena Arena;

Arena *arena_new(void (*fail)(void *), void *arg);
void arena_free(Arena *a);
NORETURN void arena_exhausted(Arena *a);        /* ends the compilation as if memory had run out */

/* What came after a mark can be given back, for work that is tried and thrown away. */
typedef struct {
    void *block;
    size_t used;
} ArenaMark;
ArenaMark arena_mark(const Arena *a);
void arena_release(Arena *a, ArenaMark mark);

void *arena_alloc(Arena *a, size_t size);
#define arena_new_of(a, type) ((type *)arena_alloc(a, sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc_array(a, (size_t)(n), sizeof(type)))
void *arena_alloc_array(Arena *a, size_t n, size_t size);

char *arena_copy(Arena *a, const char *text, size_t n);            /* NUL-terminated */
char *arena_printf(Arena *a, const char *format, ...) PRINTF(2, 3);
char *arena_vprintf(Arena *a, const char *format, va_list ap);

/* Appending to an array that lives in the arena; the old block is abandoned when it grows:
 *     Item **list = NULL;  int n = 0;
 *     arena_push(a, list, n, item); */
#define arena_push(a, array, n, value) \
    ((array) = arena_grow(a, (array), (size_t)(n), sizeof *(array)), (array)[(n)++] = (value))
void *arena_grow(Arena *a, void *array, size_t n, size_t size);    /* room for one more than n */

#endif
