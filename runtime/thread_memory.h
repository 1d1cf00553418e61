/* thread_memory.h -- what kernels work on besides their operands: memory of each thread, so that
 * they ask for none while they run and need no large stack. */
#ifndef RT_THREAD_MEMORY_H
#define RT_THREAD_MEMORY_H

#include <stdbool.h>

/* By who uses it while others below him do. */
typedef enum {
    RT_OF_PRODUCT,                  /* a matrix product; it calls nobody who needs memory */
    RT_OF_TILE,                     /* a tile of a job; it may do products */
    RT_OF_JOB,                      /* what a job's tiles share: of the thread that hands out */
    RT_MEMORY_USES
} rt_memory_use;

/* Bytes: addresses are reserved, and pages are taken when a kernel first writes to them. */
enum { RT_PRODUCT_BYTES = 1 << 20, RT_TILE_BYTES = 1 << 20, RT_JOB_BYTES = 32 << 20 };

/* The calling thread's memory for a use, at a multiple of 64 bytes, with what anybody left in it.
 * Taken where the thread has none; ends the program where there is none to be had. */
void *rt_thread_memory(rt_memory_use use);

/* Takes what the calling thread will want, before it needs it: false where there is none.  A pool
 * does for all of its threads. */
bool rt_take_thread_memory(bool hands_out);
void rt_free_thread_memory(void);

#endif
