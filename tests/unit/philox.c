/* philox.c -- Philox against Random123's vectors, and what is drawn from it. */
#include "philox_blocks.h"
#include "test.h"

#include <stdbool.h>
#include <stdlib.h>

#if defined(__has_include)
#if __has_include(<Random123/philox.h>)
#include <Random123/philox.h>
#define HAS_RANDOM123
#endif
#endif

static bool gives(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1,
                  const uint32_t want[4])
{
    uint32_t out[4];
    rt_philox4x32((const uint32_t[]){ c0, c1, c2, c3 }, (const uint32_t[]){ k0, k1 }, out);
    return memcmp(out, want, sizeof out) == 0;
}

/* kat_vectors of Random123 */
TEST(known_answers)
{
    const uint32_t f = 0xffffffff;
    CHECK(gives(0, 0, 0, 0, 0, 0,
                (const uint32_t[]){ 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 }));
    CHECK(gives(f, f, f, f, f, f,
                (const uint32_t[]){ 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd }));
    CHECK(gives(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0,
                (const uint32_t[]){ 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 }));
}

#ifdef HAS_RANDOM123
TEST(same_as_random123)
{
    bool same = true;
    for (uint32_t i = 0; i < 100000; i++) {
        const philox4x32_ctr_t c = { { i, i * 2654435761u, ~i, i ^ 0x55555555u } };
        const philox4x32_key_t k = { { i * 40503u, i + 7u } };
        const philox4x32_ctr_t want = philox4x32(c, k);
        same = same && gives(c.v[0], c.v[1], c.v[2], c.v[3], k.v[0], k.v[1], want.v);
    }
    CHECK(same);
}
#endif

static const rt_stream stream = { 0x123456789abcdefULL, RT_FOR_DROPOUT, 77, 0x23456789abcdULL };

TEST(counter_holds_all_of_the_stream)
{
    uint32_t out[4], want[4];
    rt_random4(&stream, 5, out);
    rt_philox4x32((const uint32_t[]){ 5, 77, 0x6789abcd, 0x234504 },
                  (const uint32_t[]){ 0x89abcdef, 0x01234567 }, want);
    CHECK(memcmp(out, want, sizeof out) == 0);
}

TEST(blocks_are_the_single_ones)
{
    enum { N = 3 * RT_PHILOX_LANES };
    uint32_t many[4 * N];
    for (size_t n = 0; n <= N; n++) {
        rt_random_blocks(&stream, 1000, n, many);
        for (size_t i = 0; i < n; i++) {
            uint32_t one[4];
            rt_random4(&stream, (uint32_t)(1000 + i), one);
            CHECK(memcmp(one, many + 4 * i, sizeof one) == 0);
        }
    }
}

TEST(uniform_has_its_moments)
{
    const int n = 200000;
    double sum = 0, squares = 0, low = 1, high = 0;
    for (int i = 0; i < n; i++) {
        const double u = rt_random_uniform(&stream, (uint32_t)i);
        sum += u;
        squares += u * u;
        low = u < low ? u : low;
        high = u > high ? u : high;
    }
    CHECK(low >= 0 && high < 1);
    CHECK_NEAR(sum / n, 0.5, 0.003);            /* 4.6 standard errors */
    CHECK_NEAR(squares / n, 1.0 / 3, 0.003);
}

TEST(normal_has_its_moments)
{
    const int n = 200000;
    double moment[5] = { 0 };
    for (int i = 0; i < n; i++) {
        const double x = rt_random_normal(&stream, (uint32_t)i);
        for (int k = 1; k <= 4; k++)
            moment[k] += pow(x, k) / n;
    }
    CHECK_NEAR(moment[1], 0, 0.01);
    CHECK_NEAR(moment[2], 1, 0.015);
    CHECK_NEAR(moment[3], 0, 0.04);
    CHECK_NEAR(moment[4], 3, 0.1);
}

TEST(permutation_is_one)
{
    enum { N = 1000 };
    uint32_t p[N];
    bool seen[N] = { false };
    int fixed = 0;
    rt_random_permutation(&stream, N, p);
    for (int i = 0; i < N; i++) {
        CHECK(p[i] < N && !seen[p[i]]);
        seen[p[i] % N] = true;
        fixed += p[i] == (uint32_t)i;
    }
    CHECK(fixed < 10);                          /* 1 on average */
}

/* All 6 orders of three appear alike often. */
TEST(permutation_is_fair)
{
    int count[27] = { 0 };
    for (uint64_t step = 0; step < 60000; step++) {
        const rt_stream s = { 3, RT_FOR_SHUFFLE, 0, step };
        uint32_t p[3];
        rt_random_permutation(&s, 3, p);
        count[p[0] * 9 + p[1] * 3 + p[2]]++;
    }
    for (int i = 0; i < 27; i++)
        CHECK(count[i] == 0 || abs(count[i] - 10000) < 400);
}

TEST(streams_of_paths)
{
    CHECK(rt_stream_of("") == 0x811c9dc5);      /* FNV-1a's own vectors */
    CHECK(rt_stream_of("a") == 0xe40c292c);
    CHECK(rt_stream_of("foobar") == 0xbf9cf968);
}

int main(void)
{
    RUN(known_answers);
#ifdef HAS_RANDOM123
    RUN(same_as_random123);
#endif
    RUN(counter_holds_all_of_the_stream);
    RUN(blocks_are_the_single_ones);
    RUN(uniform_has_its_moments);
    RUN(normal_has_its_moments);
    RUN(permutation_is_one);
    RUN(permutation_is_fair);
    RUN(streams_of_paths);
    return test_done();
}
