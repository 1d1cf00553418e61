/* fail_malloc.c -- preloaded into a program, makes its FAIL_AT-th allocation and all later ones fail. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

static long count;

static int fails(void)
{
    const char *at = getenv("FAIL_AT");

    if (!at || ++count < atol(at))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t n)
{
    static void *(*real)(size_t);

    if (!real)
        real = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
    return fails() ? NULL : real(n);
}

void *realloc(void *p, size_t n)
{
    static void *(*real)(void *, size_t);

    if (!real)
        real = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
    return fails() ? NULL : real(p, n);
}

/* dlsym itself may call calloc, so this one is made of malloc. */
void *calloc(size_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total))
        return NULL;
    char *p = malloc(total);
    for (size_t i = 0; p && i < total; i++)
        ((volatile char *)p)[i] = 0;
    return p;
}
