/* watch_steps.c -- the size of the gradient by step of a recurrent layer. */
#include "naive.h"
#include "watch_steps.h"

/* dz[N][steps][M]: all values of a step have the size given, and either sign. */
enum { N = 3, M = 5, MOST = 700 };

static rt_real *of_sizes(int steps, const double *rms)
{
    rt_real *dz = zeros((size_t)(N * steps * M));
    for (int i = 0; i < N * steps * M; i++)
        dz[i] = (rt_real)((i % 7 < 3 ? -1 : 1) * rms[i / M % steps]);
    return dz;
}

static void count_tile(void *arg, int tile)
{
    const rt_step_watch *s = arg;
    const rt_walk t = rt_walk_of_tile(s->all, tile);
    for (int k = t.steps - 1; k >= 0; k--)
        rt_count_step(s, &t, tile, k);
}

/* As a kernel does that walks back and has written dz. */
static void watch_steps(rt_pass *c, rt_watch *w, rt_direction way, int n, int steps, int m,
                        const rt_real *dz)
{
    const rt_walk all = { .way = way, .n = n, .steps = steps, .units = m };
    rt_step_watch s = rt_watch_walk(c, w, &all, m, dz);
    rt_walk_tiles(c, &all, 1, count_tile, &s);
    rt_record_steps(&s);
}

static rt_watch watched(rt_direction way, int steps, const rt_real *dz)
{
    rt_pass c = { .rows = 10, .watching = true };
    rt_watch w = { .stream = 8, .act_rms = 4 };
    watch_steps(&c, &w, way, N, steps, M, dz);
    CHECK(w.stream == 8 && w.act_rms == 4);
    return w;
}

/* numpy.polyfit of log10 at steps 0, 2, 3, 4, since step 1 is zero */
static const double five[5] = { 0.1, 0, 0.4, 0.02, 3.0 };
#define FIVE_SLOPE 0.218310822

TEST(sizes_and_slope)
{
    rt_real *dz = of_sizes(5, five);
    const rt_watch w = watched(RT_FROM_FIRST, 5, dz);

    CHECK_NEAR(w.delta_first, 10 * 0.1, 1e-6);          /* of the sample's own loss */
    CHECK_NEAR(w.delta_middle, 10 * 0.4, 1e-6);
    CHECK_NEAR(w.delta_last, 10 * 3.0, 1e-5);
    CHECK_NEAR(w.decades_per_step, FIVE_SLOPE, 1e-7);
    free(dz);
}

TEST(from_the_last_step)
{
    const double four[4] = { 1, 10, 1000, 100 };
    rt_real *dz = of_sizes(5, five), *even = of_sizes(4, four);
    rt_watch w = watched(RT_FROM_LAST, 5, dz);

    CHECK_NEAR(w.delta_first, 10 * 3.0, 1e-5);
    CHECK_NEAR(w.delta_last, 10 * 0.1, 1e-6);
    CHECK_NEAR(w.decades_per_step, -FIVE_SLOPE, 1e-7);
    CHECK_NEAR(watched(RT_FROM_FIRST, 4, even).delta_middle, 100, 1e-3);
    w = watched(RT_FROM_LAST, 4, even);
    CHECK_NEAR(w.delta_middle, 10000, 1e-1);
    CHECK_NEAR(w.decades_per_step, -0.8, 1e-6);         /* (-1.5 2 - 0.5 3 + 0.5 1) / 5 */
    free(dz), free(even);
}

/* More steps than tiles.  Gradients that shrink on the way back grow on the way forth. */
TEST(a_long_walk)
{
    double rms[MOST];
    for (int i = 0; i < MOST; i++)
        rms[i] = pow(10, 0.03 * (i - (MOST - 1)));
    rt_real *dz = of_sizes(MOST, rms);
    const rt_watch w = watched(RT_FROM_FIRST, MOST, dz);
    CHECK_NEAR(w.decades_per_step, 0.03, 1e-7);
    CHECK_NEAR(w.delta_last, 10, 1e-5);
    CHECK_NEAR(log10(w.delta_middle), 1 + 0.03 * ((MOST - 1) / 2 - (MOST - 1)), 1e-6);
    CHECK_NEAR(watched(RT_FROM_LAST, MOST, dz).decades_per_step, -0.03, 1e-7);
    free(dz);
}

/* Against rt_watch_delta, which sees all steps at once. */
TEST(one_step_is_the_delta)
{
    rt_pass c = { .rows = 10, .watching = true };
    rt_real *dz = normals(N * M, 1);
    rt_watch all = { 0 };
    const rt_watch w = watched(RT_FROM_FIRST, 1, dz);

    rt_watch_delta(&c, &all, N, M, dz);
    CHECK_NEAR(w.delta_first, all.delta_rms, 1e-12);
    CHECK(w.delta_middle == w.delta_first && w.delta_last == w.delta_first);
    CHECK(isnan(w.decades_per_step));
    free(dz);
}

static double rms_of_step(int n, int steps, int m, int step, const rt_real *dz)
{
    double squares = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            squares += pow((double)dz[(i * steps + step) * m + j], 2);
    return sqrt(squares / (n * m));
}

/* Rows that are shorter and longer than vectors, turns, blocks and spans are; more samples than are
 * summed at once.  Small values, zeros, subnormals, and some that are not finite. */
TEST(counts_are_those_of_the_delta)
{
    static const int width[] = { 1, 7, 64, 100, 128, 130, 384, 1000, 2500 };
    enum { WIDTHS = (int)(sizeof width / sizeof *width), MOST_SAMPLES = 20, STEPS = 9 };
    const rt_real tiny = (rt_real)(sizeof tiny == 8 ? 1e-310 : 1e-40);

    for (int k = 0; k < 3 * WIDTHS; k++) {
        const int m = width[k / 3], n = k % 3 == 0 ? MOST_SAMPLES : 3, all = n * STEPS * m;
        rt_pass c = { .rows = 10, .watching = true };
        rt_watch w = { .stream = 8 }, flat = { .stream = 8 };
        rt_real *dz = normals((size_t)all, (unsigned)k);

        for (int i = 0; i < all; i++)
            dz[i] *= (i / m % STEPS == 1 ? RT_C(1e-30) : 1) * (i % 3 == 1 ? 0 : 1);
        for (int i = 5; k % 3 == 2 && i < all; i += 977)
            dz[i] = i / m % STEPS == 4 ? (rt_real)INFINITY : tiny;
        watch_steps(&c, &w, RT_FROM_FIRST, n, STEPS, m, dz);
        rt_watch_delta(&c, &flat, n, STEPS * m, dz);
        CHECK(w.delta.count == (uint64_t)all && w.delta.zero == flat.delta.zero);
        CHECK(w.delta.subnormal == flat.delta.subnormal);
        CHECK(w.delta.nonfinite == flat.delta.nonfinite);
        CHECK(memcmp(w.delta.bin, flat.delta.bin, sizeof w.delta.bin) == 0);
        CHECK_NEAR(w.delta.sum_squares / flat.delta.sum_squares, 1, 2e-6);
        CHECK_NEAR(w.delta_first, 10 * rms_of_step(n, STEPS, m, 0, dz), 2e-5);
        CHECK_NEAR(w.delta_last, 10 * rms_of_step(n, STEPS, m, STEPS - 1, dz), 2e-5);
        free(dz);
    }
}

/* More sums than there is room for, which one pass then counts: with a tile more than there are. */
TEST(more_steps_than_have_room)
{
    enum { LONG = RT_JOB_BYTES / (int)sizeof(double) };
    rt_pass c = { .rows = 10, .watching = true };
    rt_real *dz = zeros(LONG);
    rt_watch w = { 0 };

    for (int i = 0; i < LONG; i++)
        dz[i] = i < LONG / 2 ? 1 : 2;
    watch_steps(&c, &w, RT_FROM_LAST, 1, LONG, 1, dz);
    CHECK(w.delta.count == LONG && w.delta.sum_squares == 2.5 * LONG);
    CHECK(w.delta_first == 20 && w.delta_last == 10);
    free(dz);
}

TEST(steps_that_are_lost)
{
    const double one[4] = { 0, 0, 5, 0 }, none[4] = { 0 };
    rt_real *dz = of_sizes(5, five), *single = of_sizes(4, one), *zero = of_sizes(4, none);
    rt_watch w;

    dz[(5 + 4) * M + 2] = (rt_real)INFINITY;            /* of one sample, in the last step */
    w = watched(RT_FROM_FIRST, 5, dz);
    CHECK(isnan(w.delta_last) && isfinite(w.delta_first));
    CHECK_NEAR(w.decades_per_step, -0.156701430, 1e-7);  /* polyfit at steps 0, 2, 3 */
    w = watched(RT_FROM_FIRST, 4, single);
    CHECK(w.delta_first == 0 && w.delta_last == 0 && isnan(w.decades_per_step));
    w = watched(RT_FROM_FIRST, 4, zero);
    CHECK(w.delta_middle == 0 && isnan(w.decades_per_step));
    free(dz), free(single), free(zero);
}

TEST(nothing_unless_watching)
{
    rt_pass c = { .rows = 2 };
    const rt_real dz[2] = { 3, 4 };
    rt_watch w = { 0 }, none = { 0 };
    watch_steps(&c, &w, RT_FROM_FIRST, 1, 2, 1, dz);
    CHECK(memcmp(&w, &none, sizeof w) == 0);
    c.watching = true;
    watch_steps(&c, NULL, RT_FROM_FIRST, 1, 2, 1, dz);
}

TEST(same_bits_for_any_threads)
{
    enum { ROWS = 70, STEPS = 300, UNITS = 11 };
    rt_real *dz = normals(ROWS * STEPS * UNITS, 1);
    rt_watch first;

    for (int threads = 1; threads <= 3; threads++) {
        rt_pass c = { .rows = ROWS, .watching = true, .pool = rt_pool_new(threads) };
        rt_watch w;
        memset(&w, 0, sizeof w);
        watch_steps(&c, &w, RT_FROM_LAST, ROWS, STEPS, UNITS, dz);
        if (threads == 1)
            first = w;
        CHECK(memcmp(&w, &first, sizeof w) == 0 && w.delta_first > 0);
        rt_pool_free(c.pool);
    }
    free(dz);
}

int main(void)
{
    RUN(sizes_and_slope);
    RUN(from_the_last_step);
    RUN(a_long_walk);
    RUN(one_step_is_the_delta);
    RUN(counts_are_those_of_the_delta);
    RUN(more_steps_than_have_room);
    RUN(steps_that_are_lost);
    RUN(nothing_unless_watching);
    RUN(same_bits_for_any_threads);
    return test_done();
}
