/* embedding.c -- rows by the numbers of words, numbers that are none, and the gradient. */
#include "naive.h"

/* n numbers of words, some of them far more often than others. */
static rt_real *some_words(int n, int words)
{
    const rt_stream s = { 1, RT_FOR_CHECK, 9, 0 };
    rt_real *x = zeros((size_t)n);
    for (int i = 0; i < n; i++) {
        const double u = rt_random_uniform(&s, (uint32_t)i);
        x[i] = (rt_real)(int)(u * u * words);
    }
    return x;
}

static void naive_dw(int n, int words, int width, const rt_real *dy, const rt_real *x, rt_real *dw)
{
    for (int k = 0; k < words; k++)
        for (int j = 0; j < width; j++) {
            double sum = 0;
            for (int i = 0; i < n; i++)
                if (x[i] == (rt_real)k)
                    sum += (double)dy[i * width + j];
            dw[k * width + j] = (rt_real)sum;
        }
}

TEST(rows_of_the_table)
{
    enum { N = 300, WORDS = 23, WIDTH = 37 };
    rt_pass c = { .rows = N };
    const rt_watch layer = { .stream = 5 };
    rt_real *x = some_words(N, WORDS), *w = normals(WORDS * WIDTH, 1), *y = zeros(N * WIDTH);
    bool good = true;

    x[7] = -RT_C(0.0);
    x[8] = WORDS - 1;
    rt_embedding(&c, &layer, N, WORDS, WIDTH, x, w, y);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < WIDTH; j++)
            good = good && y[i * WIDTH + j] == w[(int)x[i] * WIDTH + j];
    CHECK(good && c.stray.words == 0);
    free(x), free(w), free(y);
}

/* The number at index 1 of three is told, and has a row of zeros. */
static void check_stray(rt_real value)
{
    rt_pass c = { .rows = 3 };
    const rt_watch layer = { .stream = 5 }, other = { .stream = 6 };
    const rt_real x[3] = { 1, value, 0 }, w[6] = { 1, 2, 3, 4, 5, 6 }, none = 99;
    const rt_real want[6] = { 3, 4, 0, 0, 1, 2 };
    rt_real y[6], dw[6], dy[6] = { 1, 2, 4, 8, 16, 32 };
    const rt_real want_dw[6] = { 16, 32, 1, 2, 0, 0 };

    rt_embedding(&c, &layer, 3, 3, 2, x, w, y);
    CHECK(same_bits(6, y, want));
    rt_embedding(&c, &other, 1, 3, 2, &none, w, y);         /* the first of the pass stays */
    CHECK(c.stray.words == 3 && c.stray.stream == 5);
    CHECK(c.stray.value == (double)value || (isnan(c.stray.value) && isnan(value)));
    rt_embedding_dw(&c, 3, 3, 2, dy, x, dw);
    CHECK(same_bits(6, dw, want_dw));
}

TEST(numbers_that_are_no_words)
{
    check_stray(3);
    check_stray(-1);
    check_stray(RT_C(0.5));
    check_stray(-RT_C(0.001));
    check_stray(RT_C(1e30));
    check_stray((rt_real)NAN);
    check_stray((rt_real)INFINITY);
    check_stray(-(rt_real)INFINITY);
}

static void check_gradient(int n, int words, int width)
{
    const size_t count = (size_t)(words * width);
    rt_pass c = { .rows = n };
    rt_real *x = some_words(n, words), *dy = normals((size_t)(n * width), 1);
    rt_real *dw = zeros(count), *want = zeros(count);

    for (size_t i = 0; i < count; i++)
        dw[i] = (rt_real)NAN;                   /* what was there before is no matter */
    naive_dw(n, words, width, dy, x, want);
    rt_embedding_dw(&c, n, words, width, dy, x, dw);
    CHECK_NEAR(distance(count, dw, want), 0, CLOSE);
    free(x), free(dy), free(dw), free(want);
}

TEST(gradient)
{
    check_gradient(1, 1, 1);
    check_gradient(500, 2, 16);
    check_gradient(900, 64, 33);
    check_gradient(900, 700, 17);               /* words that share a place, words never seen */
}

/* 100,000 times the same number: a sum in float would be off by far more. */
TEST(long_sums_keep_their_digits)
{
    enum { N = 100000 };
    rt_pass c = { .rows = N };
    rt_real *x = zeros(N), *dy = zeros(N), dw[3];

    for (int i = 0; i < N; i++) {
        x[i] = (rt_real)(i % 2);
        dy[i] = RT_C(0.1);
    }
    rt_embedding_dw(&c, N, 3, 1, dy, x, dw);
    CHECK_NEAR((double)dw[0] / (N / 2 * (double)RT_C(0.1)), 1, sizeof(rt_real) == 4 ? 1e-7 : 1e-11);
    CHECK(dw[1] == dw[0] && dw[2] == 0);
    free(x), free(dy);
}

/* Also the first stray number: there is one in every tile. */
TEST(same_bits_for_any_threads)
{
    enum { N = 6000, WORDS = 90, WIDTH = 40, ALL = (N + WORDS) * WIDTH };
    rt_real *x = some_words(N, WORDS), *w = normals(WORDS * WIDTH, 1), *dy = normals(N * WIDTH, 2);
    rt_real *first = zeros(ALL);

    for (int i = 50; i < N; i += 50)
        x[i] = (rt_real)(WORDS + i);
    for (int threads = 1; threads <= 3; threads++) {
        rt_pass c = { .rows = N, .pool = rt_pool_new(threads) };
        rt_real *r = zeros(ALL);
        rt_embedding(&c, &(rt_watch){ .stream = 1 }, N, WORDS, WIDTH, x, w, r);
        rt_embedding_dw(&c, N, WORDS, WIDTH, dy, x, r + N * WIDTH);
        if (threads == 1)
            memcpy(first, r, ALL * sizeof *r);
        CHECK(same_bits(ALL, r, first));
        CHECK(c.stray.value == WORDS + 50 && c.stray.words == WORDS);
        rt_pool_free(c.pool);
        free(r);
    }
    free(x), free(w), free(dy), free(first);
}

int main(void)
{
    RUN(rows_of_the_table);
    RUN(numbers_that_are_no_words);
    RUN(gradient);
    RUN(long_sums_keep_their_digits);
    RUN(same_bits_for_any_threads);
    return test_done();
}
