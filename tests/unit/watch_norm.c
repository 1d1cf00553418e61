/* watch_norm.c -- outputs recorded from a batchnorm's statistics, beside rt_watch_output's. */
#include "naive.h"

typedef struct {
    int n, channels, inner, threads;
} case_of;

static size_t values_of(const case_of *k)
{
    return (size_t)k->n * (size_t)k->channels * (size_t)k->inner;
}

static void record_by_norm(rt_pass *c, const case_of *k, const rt_real *x, rt_watch *w)
{
    rt_real *stats = zeros(2 * (size_t)k->channels);
    rt_batchnorm_stats(c, w, k->n, k->channels, k->inner, 1e-5, 0.1, x, NULL, NULL, stats);
    free(stats);
}

static void record_alone(rt_pass *c, const case_of *k, const rt_real *x, rt_watch *w)
{
    rt_watch_output(c, w, RT_LINEAR, 0, k->n, k->channels, k->inner, x, x);
}

/* Both NaN, the same infinity, or so near as float's sums are, beside `size` where that is one. */
static bool is_near(double a, double b, double size)
{
    const double near = sizeof(rt_real) == 4 ? 1e-6 : 1e-12;
    const double beside = isfinite(size) ? fmax(size, fabs(b)) : fabs(b);
    return (isnan(a) && isnan(b)) || a == b || (isfinite(b) && fabs(a - b) <= near * beside);
}

static void check_same(const rt_watch *got, const rt_watch *want)
{
    const double size = want->act_rms;

    CHECK(is_near(got->act_mean, want->act_mean, size));
    CHECK(is_near(got->act_rms, want->act_rms, size));
    CHECK(is_near(got->act_unit_var, want->act_unit_var, size * size));
    CHECK(got->saturated == want->saturated && got->dead == want->dead);
    CHECK(got->act_nonfinite == want->act_nonfinite && got->stream == want->stream);
}

static void check_case(const case_of *k, const rt_real *x)
{
    rt_pass c = { .rows = k->n, .training = true, .watching = true, .frozen = true,
                  .pool = rt_pool_new(k->threads) };
    rt_watch got = { .stream = 5, .saturated = 9, .dead = 9, .act_nonfinite = 9 }, want = got;

    record_by_norm(&c, k, x, &got);
    record_alone(&c, k, x, &want);
    check_same(&got, &want);
    rt_pool_free(c.pool);
}

static void check_values(int n, int channels, int inner, double size, double odd)
{
    const case_of one = { n, channels, inner, 1 }, two = { n, channels, inner, 2 };
    const size_t count = values_of(&one);
    rt_real *x = normals(count, 3);

    for (size_t i = 0; i < count; i++)
        x[i] = (rt_real)size * (x[i] + (rt_real)(i % 3));
    if (odd != 0)
        x[count / 2] = x[count / 3] = (rt_real)odd;
    check_case(&one, x);
    check_case(&two, x);
    free(x);
}

/* Sizes whose squares, and whose values, a float or a double has no room for. */
static void check_shape(int n, int channels, int inner)
{
    const int most = sizeof(rt_real) == 4 ? 124 : 1010, least = sizeof(rt_real) == 4 ? -126 : -1022;
    const int exponent[] = { 0, most * 3 / 4, most, least / 2, least * 3 / 4, least };
    const double odd[] = { NAN, INFINITY, -INFINITY, ldexp(1.5, most), ldexp(1, least) };

    for (size_t k = 0; k < sizeof exponent / sizeof *exponent; k++)
        check_values(n, channels, inner, ldexp(1, exponent[k]), 0);
    for (size_t k = 0; k < sizeof odd / sizeof *odd; k++)
        check_values(n, channels, inner, 1, odd[k]);
}

TEST(same_as_alone)
{
    check_shape(20, 100, 1);
    check_shape(1, 33, 1);
    check_shape(300, 3, 1);
    check_shape(20, 9, 7);
    check_shape(17, 70, 16);
    check_shape(5, 20, 100);
    check_shape(3, 3, 2500);
    check_shape(8, 16, 1024);
}

/* More channels than the norm takes at a time. */
TEST(many_channels)
{
    check_values(3, 9001, 1, 1, 0);
    check_values(2, 9001, 3, 1, NAN);
}

/* All the same; means that are large beside the deviation. */
TEST(values_that_hardly_differ)
{
    const case_of k = { 40, 37, 9, 1 };
    rt_real *x = zeros(values_of(&k));

    check_case(&k, x);
    for (size_t i = 0; i < values_of(&k); i++)
        x[i] = 3;
    check_case(&k, x);
    for (size_t i = 0; i < values_of(&k); i++)
        x[i] = 1000 + (rt_real)(i % 7) / 64;
    check_case(&k, x);
    free(x);
}

/* In evaluation the statistics are the running ones, and what is recorded the batch's. */
TEST(evaluation_records_the_batch)
{
    const case_of k = { 12, 5, 6, 1 };
    rt_pass c = { .rows = k.n, .watching = true };
    rt_real *x = normals(values_of(&k), 6), mean[5] = { 9, 9, 9, 9, 9 }, var[5] = { 0 }, stats[10];
    rt_watch got = { 0 }, want = { 0 };

    rt_batchnorm_stats(&c, &got, k.n, k.channels, k.inner, 1, 0.1, x, mean, var, stats);
    record_alone(&c, &k, x, &want);
    check_same(&got, &want);
    CHECK(stats[4] == 9 && stats[5] == 1 && mean[0] == 9 && var[0] == 0);
    free(x);
}

TEST(nothing_unless_watching)
{
    const case_of k = { 12, 5, 6, 1 };
    rt_real *x = normals(values_of(&k), 6);
    const rt_watch none = { .stream = 4, .dead = 3 };

    for (int training = 0; training < 2; training++) {
        rt_pass c = { .rows = k.n, .training = training, .frozen = true };
        rt_real running[5] = { 0 }, stats[10];
        rt_watch w = none;
        rt_batchnorm_stats(&c, &w, k.n, k.channels, k.inner, 1, 0.1, x, running, running, stats);
        CHECK(memcmp(&w, &none, sizeof w) == 0);
    }
    free(x);
}

/* The statistics do not depend on whether anybody looks. */
TEST(statistics_are_the_same)
{
    const case_of k = { 12, 5, 70, 1 };
    rt_pass c = { .rows = k.n, .training = true, .watching = true };
    rt_real *x = normals(values_of(&k), 6), running[2][10] = { { 0 } }, stats[2][10];
    rt_watch w;

    for (int i = 0; i < 2; i++)
        rt_batchnorm_stats(&c, i ? &w : NULL, k.n, k.channels, k.inner, 1e-5, 0.1, x, running[i],
                           running[i] + 5, stats[i]);
    CHECK(same_bits(10, running[0], running[1]) && same_bits(10, stats[0], stats[1]));
    free(x);
}

int main(void)
{
    RUN(same_as_alone);
    RUN(many_channels);
    RUN(values_that_hardly_differ);
    RUN(evaluation_records_the_batch);
    RUN(nothing_unless_watching);
    RUN(statistics_are_the_same);
    return test_done();
}
