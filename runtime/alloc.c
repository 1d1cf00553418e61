/* alloc.c -- memory for data whose size comes from outside. */
#include "alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGNMENT = 64 };            /* bytes: a cache line, and the widest vector */
enum { HUGE_PAGE = 2 << 20, HUGE_FROM = 2 * HUGE_PAGE };        /* bytes */

static size_t most_memory(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t all;
    if (pages <= 0 || page <= 0 || !rt_times((size_t)pages, (size_t)page, &all))
        return SIZE_MAX / 2;
    return all / 5 * 4;
}

/* False with the sentence. */
static bool fits(size_t n, size_t size, const char *what, size_t *bytes, rt_error *e)
{
    if (rt_times(n, size, bytes) && *bytes <= most_memory())
        return true;
    if (n == 1)
        return rt_fail(e, "%s: %zu bytes are more than this machine's memory holds", what, size);
    return rt_fail(e, "%s: %zu values of %zu bytes are more than this machine's memory holds",
                   what, n, size);
}

void *rt_alloc(size_t n, size_t size, const char *what, rt_error *e)
{
    size_t bytes;

    if (!fits(n, size, what, &bytes, e))
        return NULL;
    void *p = malloc(bytes ? bytes : 1);
    if (!p)
        rt_fail(e, "%s: out of memory for %zu bytes", what, bytes);
    return p;
}

/* At a multiple of `alignment`. */
static void *aligned(size_t alignment, size_t bytes, const char *what, rt_error *e)
{
    void *p;

    if (!fits(1, bytes, what, &bytes, e))
        return NULL;
    if (posix_memalign(&p, alignment, bytes ? bytes : 1) == 0)
        return p;
    rt_fail(e, "%s: out of memory for %zu bytes", what, bytes);
    return NULL;
}

void *rt_alloc_zeroed(size_t bytes, const char *what, rt_error *e)
{
    const bool huge = bytes >= HUGE_FROM;
    void *p = aligned(huge ? HUGE_PAGE : ALIGNMENT, bytes, what, e);

    if (!p)
        return NULL;
#ifdef MADV_HUGEPAGE
    if (huge)
        (void)madvise(p, bytes, MADV_HUGEPAGE);     /* a kernel without them says no: no harm */
#endif
    memset(p, 0, bytes);
    return p;
}

void *rt_alloc_pages(size_t bytes, const char *what, rt_error *e)
{
    const long page = sysconf(_SC_PAGESIZE);
    void *p = aligned(page > 0 ? (size_t)page : ALIGNMENT, bytes, what, e);

#ifdef MADV_POPULATE_WRITE
    if (p)
        (void)madvise(p, bytes, MADV_POPULATE_WRITE);       /* an older kernel says no: no harm */
#endif
    return p;
}
