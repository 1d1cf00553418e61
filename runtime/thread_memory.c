/* thread_memory.c -- memory of each thread that kernels work on. */
#include "thread_memory.h"

#include <stdio.h>
#include <stdlib.h>

enum { ALIGNMENT = 64 };            /* bytes: a cache line, and the widest vector */

static const size_t size[RT_MEMORY_USES] = {
    [RT_OF_PRODUCT] = RT_PRODUCT_BYTES, [RT_OF_TILE] = RT_TILE_BYTES, [RT_OF_JOB] = RT_JOB_BYTES
};
static _Thread_local void *memory[RT_MEMORY_USES];

static bool take(rt_memory_use use)
{
    return memory[use] || posix_memalign(&memory[use], ALIGNMENT, size[use]) == 0;
}

void *rt_thread_memory(rt_memory_use use)
{
    if (!take(use)) {
        fprintf(stderr, "out of memory for %zu bytes that a kernel works on\n", size[use]);
        exit(1);
    }
    return memory[use];
}

bool rt_take_thread_memory(bool hands_out)
{
    return take(RT_OF_PRODUCT) && take(RT_OF_TILE) && (!hands_out || take(RT_OF_JOB));
}

void rt_free_thread_memory(void)
{
    for (int i = 0; i < RT_MEMORY_USES; i++) {
        free(memory[i]);
        memory[i] = NULL;
    }
}
