/* pool.h -- a pool of threads that runs fixed tiles. */
#ifndef RT_POOL_H
#define RT_POOL_H

#include "netrt.h"

/* threads >= 1; the caller is one of them.  Also pins OpenBLAS to one thread of its own.  NULL: no
 * memory, or an OpenBLAS that does not stay at one thread, whose results would vary with it.  Has
 * fewer threads where the system gives no more; results are the same. */
rt_pool *rt_pool_new(int threads);
void rt_pool_free(rt_pool *p);
int rt_pool_threads(const rt_pool *p);
int rt_default_threads(void);       /* from the affinity mask and the cgroup's quota */

/* Calls body(arg, tile) for every tile in 0 .. tiles - 1, in any order and on any thread, and
 * returns when all are done.  What a tile computes must not depend on the thread that runs it.  A
 * thread mostly runs neighbours, from the first to the last, and at the same place of each job: so
 * number tiles in the order of their data.  A NULL pool is one thread.  Not to be called from a
 * body. */
void rt_parallel(rt_pool *p, int tiles, void (*body)(void *arg, int tile), void *arg);

#endif
