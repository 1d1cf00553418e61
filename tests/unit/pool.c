/* pool.c -- each tile once, any number of threads, through sleep and hurry. */
#include "pool.h"
#include "test.h"
#include "tiles.h"

#include <stdatomic.h>
#include <time.h>

enum { TILES = 100 };

typedef struct {
    atomic_int runs[TILES];
} tally;

static void count_run(void *arg, int tile) { atomic_fetch_add(&((tally *)arg)->runs[tile], 1); }

static bool each_once(rt_pool *p, int tiles)
{
    tally t;
    bool once = true;
    for (int i = 0; i < TILES; i++)
        atomic_init(&t.runs[i], 0);
    rt_parallel(p, tiles, count_run, &t);
    for (int i = 0; i < TILES; i++)
        once = once && atomic_load(&t.runs[i]) == (i < tiles);
    return once;
}

TEST(every_tile_runs_once)
{
    for (int threads = 1; threads <= 5; threads++) {
        rt_pool *p = rt_pool_new(threads);
        CHECK(p != NULL);
        CHECK(rt_pool_threads(p) == threads);
        for (int tiles = 0; tiles <= TILES; tiles++)
            CHECK(each_once(p, tiles));
        rt_pool_free(p);
    }
}

TEST(many_short_jobs)
{
    rt_pool *p = rt_pool_new(3);
    bool good = true;
    for (int i = 0; i < 20000; i++)
        good = good && each_once(p, 2 + i % 7);
    CHECK(good);
    rt_pool_free(p);
}

TEST(wakes_after_a_sleep)
{
    rt_pool *p = rt_pool_new(4);
    for (int i = 0; i < 50; i++) {
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
        CHECK(each_once(p, TILES));
    }
    rt_pool_free(p);
}

static void be_slow(void *arg, int tile)
{
    if (tile % 3 == 0)
        nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    count_run(arg, tile);
}

TEST(caller_waits_for_the_slowest)
{
    rt_pool *p = rt_pool_new(3);
    for (int round = 0; round < 5; round++) {
        tally t;
        for (int i = 0; i < TILES; i++)
            atomic_init(&t.runs[i], 0);
        rt_parallel(p, 7, be_slow, &t);
        for (int i = 0; i < 7; i++)
            CHECK(atomic_load(&t.runs[i]) == 1);
    }
    rt_pool_free(p);
}

TEST(no_pool_is_one_thread)
{
    CHECK(each_once(NULL, TILES));
    CHECK(rt_pool_threads(NULL) == 1);
    CHECK(rt_pool_new(0) == NULL);
    rt_pool_free(NULL);
}

TEST(default_is_sensible) { CHECK(rt_default_threads() >= 1); }

int openblas_get_num_threads(void);

TEST(openblas_is_pinned)
{
    rt_pool *p = rt_pool_new(2);
    CHECK(openblas_get_num_threads() == 1);
    rt_pool_free(p);
}

TEST(tiles_cover_and_are_few)
{
    const size_t sizes[] = { 1, 31, 32, 33, 4096, 4097, 1000000, 1234567, 50000000 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const rt_tiles t = rt_cut(sizes[i], 32);
        size_t next = 0;
        CHECK(t.count >= 1 && t.count <= RT_MAX_TILES && t.size % 32 == 0);
        for (int k = 0; k < t.count; k++) {
            CHECK(rt_tile_start(&t, k) == next && rt_tile_end(&t, k) > next);
            next = rt_tile_end(&t, k);
        }
        CHECK(next == sizes[i]);
    }
}

int main(void)
{
    RUN(every_tile_runs_once);
    RUN(many_short_jobs);
    RUN(wakes_after_a_sleep);
    RUN(caller_waits_for_the_slowest);
    RUN(no_pool_is_one_thread);
    RUN(default_is_sensible);
    RUN(openblas_is_pinned);
    RUN(tiles_cover_and_are_few);
    return test_done();
}
