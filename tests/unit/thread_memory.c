/* thread_memory.c -- memory of each thread: its own, at a boundary, kept between calls. */
#include "thread_memory.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "pool.h"
#include "test.h"

static const size_t size[RT_MEMORY_USES] = { RT_PRODUCT_BYTES, RT_TILE_BYTES, RT_JOB_BYTES };

TEST(uses_have_memory_of_their_own)
{
    unsigned char *p[RT_MEMORY_USES];

    CHECK(rt_take_thread_memory(true));
    for (int i = 0; i < RT_MEMORY_USES; i++) {
        p[i] = rt_thread_memory((rt_memory_use)i);
        CHECK((uintptr_t)p[i] % 64 == 0);
        p[i][0] = p[i][size[i] - 1] = (unsigned char)(i + 1);
    }
    for (int i = 0; i < RT_MEMORY_USES; i++) {
        CHECK(rt_thread_memory((rt_memory_use)i) == p[i]);
        CHECK(p[i][0] == i + 1 && p[i][size[i] - 1] == i + 1);
    }
}

enum { TILES = 64 };

typedef struct {
    void *memory[TILES];
    pthread_t thread[TILES];
} seen;

static void look(void *arg, int tile)
{
    seen *s = arg;
    s->memory[tile] = rt_thread_memory(RT_OF_TILE);
    s->thread[tile] = pthread_self();
}

TEST(threads_have_memory_of_their_own)
{
    rt_pool *pool = rt_pool_new(4);
    seen s;

    CHECK(pool);
    for (int round = 0; round < 50 && pool; round++) {
        rt_parallel(pool, TILES, look, &s);
        for (int i = 0; i < TILES; i++)
            for (int j = 0; j < i; j++)
                CHECK((s.memory[i] == s.memory[j]) == !!pthread_equal(s.thread[i], s.thread[j]));
    }
    rt_pool_free(pool);
    look(&s, 0);                    /* without a pool: taken when it is wanted */
    CHECK(s.memory[0]);
    rt_free_thread_memory();
}

int main(void)
{
    RUN(uses_have_memory_of_their_own);
    RUN(threads_have_memory_of_their_own);
    return test_done();
}
