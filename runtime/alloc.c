/* alloc.c -- memory for data whose size comes from outside. */
#include "alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

static size_t most_memory(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t all;
    if (pages <= 0 || page <= 0 || !rt_times((size_t)pages, (size_t)page, &all))
        return SIZE_MAX / 2;
    return all / 5 * 4;
}

void *rt_alloc(size_t n, size_t size, const char *what, rt_error *e)
{
    size_t bytes;
    if (!rt_times(n, size, &bytes) || bytes > most_memory()) {
        if (n == 1)
            rt_fail(e, "%s: %zu bytes are more than this machine's memory holds", what, size);
        else
            rt_fail(e, "%s: %zu values of %zu bytes are more than this machine's memory holds",
                    what, n, size);
        return NULL;
    }
    void *p = malloc(bytes ? bytes : 1);
    if (!p)
        rt_fail(e, "%s: out of memory for %zu bytes", what, bytes);
    return p;
}
