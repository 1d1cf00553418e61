/* base.h -- what every file of the compiler may assume. */
#ifndef BASE_H
#define BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef const char *Str;            /* interned: equal text is equal pointer; NULL is none */

#define countof(a) (sizeof(a) / sizeof((a)[0]))
#define PRINTF(at, first) __attribute__((format(printf, at, first)))
#define NORETURN __attribute__((noreturn))

/* Our own mistake, never the user's: says where and aborts. */
#define bug(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
NORETURN void bug_at(const char *file, int line, const char *format, ...) PRINTF(3, 4);

/* Checked arithmetic on sizes: false on overflow, *out is then unspecified. */
static inline bool mul_ok(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}
static inline bool add_ok(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

#endif
