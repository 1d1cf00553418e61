/* rows.c -- softmax, dropout, pieces of rows and dot products. */
#include "naive.h"

static void naive_softmax(int n, int m, const rt_real *x, rt_real *y)
{
    for (int i = 0; i < n; i++) {
        double max = -INFINITY, sum = 0;
        for (int j = 0; j < m; j++)
            max = fmax(max, (double)x[i * m + j]);
        for (int j = 0; j < m; j++)
            sum += exp((double)x[i * m + j] - max);
        for (int j = 0; j < m; j++)
            y[i * m + j] = (rt_real)(exp((double)x[i * m + j] - max) / sum);
    }
}

TEST(softmax_as_defined)
{
    const int width[] = { 1, 2, 7, 8, 10, 31, 32, 64, 65, 200, 256, 257, 1000 };
    for (int k = 0; k < 13; k++) {
        rt_pass c = { .rows = 50 };
        const size_t count = 50 * (size_t)width[k];
        rt_real *x = normals(count, 1), *y = zeros(count), *want = zeros(count);
        for (size_t i = 0; i < count; i++)
            x[i] *= 10;
        naive_softmax(50, width[k], x, want);
        rt_softmax(&c, 50, width[k], x, y);
        CHECK_NEAR(distance(count, y, want), 0, CLOSE);
        rt_softmax(&c, 50, width[k], x, x);     /* in place: the same bits */
        CHECK(same_bits(count, x, y));
        free(x), free(y), free(want);
    }
}

/* Short rows go through the exponentials together: each gets the bits that it gets alone. */
TEST(softmax_does_not_depend_on_place)
{
    enum { ROWS = 100, WIDTH = 10 };
    rt_pass c = { .rows = ROWS };
    rt_real *x = normals(ROWS * WIDTH, 1), *y = zeros(ROWS * WIDTH), alone[WIDTH];
    const int32_t label = 3;
    rt_softmax(&c, ROWS, WIDTH, x, y);
    for (int i = 0; i < ROWS; i++) {
        rt_softmax(&c, 1, WIDTH, x + i * WIDTH, alone);
        CHECK(same_bits(WIDTH, alone, y + i * WIDTH));
    }
    for (int i = 1; i < ROWS; i++)
        memcpy(x + i * WIDTH, x, WIDTH * sizeof *x);
    int32_t labels[ROWS];
    for (int i = 0; i < ROWS; i++)
        labels[i] = label;
    CHECK_NEAR(rt_softmax_cross_entropy(&c, ROWS, WIDTH, x, labels),
               rt_softmax_cross_entropy(&c, 1, WIDTH, x, &label), 1e-14);
    free(x), free(y);
}

TEST(softmax_of_extremes)
{
    rt_pass c = { .rows = 1 };
    const rt_real large[3] = { 1000, 0, -1000 };
    rt_real bad[12] = { 0 }, y[12];
    rt_softmax(&c, 1, 3, large, y);
    CHECK(y[0] == 1 && y[1] == 0 && y[2] == 0);
    for (int at = 0; at < 12; at++) {
        bad[at] = (rt_real)NAN;
        rt_softmax(&c, 1, 12, bad, y);
        bad[at] = 0;
        for (int j = 0; j < 12; j++)
            CHECK(isnan(y[j]));
    }
}

enum { N = 3, M = 11 };

typedef struct {
    const rt_real *factor;
} softmax_data;

static double weighted_softmax(void *data, const rt_real *x)
{
    const softmax_data *d = data;
    rt_pass c = { .rows = N };
    rt_real y[N * M];
    double sum = 0;
    rt_softmax(&c, N, M, x, y);
    for (int i = 0; i < N * M; i++)
        sum += (double)y[i] * (double)d->factor[i];
    return sum;
}

TEST(softmax_gradient)
{
    rt_pass c = { .rows = N };
    rt_real *x = normals(N * M, 1), *dy = normals(N * M, 2), *y = zeros(N * M), *dx = zeros(N * M);
    rt_softmax(&c, N, M, x, y);
    rt_softmax_dx(&c, N, M, dy, y, dx);
    if (sizeof(rt_real) == 8)
        CHECK_NEAR(gradient_error(weighted_softmax, &(softmax_data){ dy }, N * M, x, dx), 0, 1e-9);
    for (int i = 0; i < N; i++) {               /* a constant added to a row changes nothing */
        double sum = 0;
        for (int j = 0; j < M; j++)
            sum += (double)dx[i * M + j];
        CHECK_NEAR(sum, 0, CLOSE);
    }
    rt_softmax_dx(&c, N, M, dy, y, dy);
    CHECK(same_bits(N * M, dx, dy));
    free(x), free(dy), free(y), free(dx);
}

TEST(dropout_is_inverted_and_fair)
{
    const int n = 100, m = 1001;
    const size_t count = 100 * 1001;
    rt_pass c = { .rows = n, .training = true, .seed = 5, .step = 9 };
    const rt_watch layer = { .stream = 3 };
    rt_real *x = zeros(count), *y = zeros(count);
    int dropped = 0, others = 0;

    for (size_t i = 0; i < count; i++)
        x[i] = 1;
    rt_dropout(&c, &layer, 0.3, n, m, x, y);
    for (size_t i = 0; i < count; i++) {
        dropped += y[i] == 0;
        others += y[i] != 0 && y[i] != (rt_real)(1 / 0.7);
    }
    CHECK(others == 0);
    CHECK_NEAR(dropped / (double)count, 0.3, 0.006);        /* 4 standard errors */
    free(x), free(y);
}

/* Value i has word i of the stream: rows and tiles do not matter, the step and layer do. */
TEST(dropout_depends_on_position)
{
    const rt_watch layer = { .stream = 3 }, other = { .stream = 4 };
    rt_pass c = { .rows = 1, .training = true, .seed = 5, .step = 9 };
    const rt_stream s = { 5, RT_FOR_DROPOUT, 3, 9 };
    rt_real *x = normals(9000, 1), *y = zeros(9000), *z = zeros(9000);

    rt_dropout(&c, &layer, 0.5, 9, 1000, x, y);
    for (uint32_t i = 0; i < 9000; i++) {
        uint32_t word[4];
        rt_random4(&s, i / 4, word);
        CHECK((y[i] == 0) == (word[i % 4] < 0x80000000u));
    }
    rt_dropout(&c, &layer, 0.5, 1000, 9, x, z);
    CHECK(same_bits(9000, y, z));
    rt_dropout(&c, &other, 0.5, 9, 1000, x, z);
    CHECK(!same_bits(9000, y, z));
    c.step++;
    rt_dropout(&c, &layer, 0.5, 9, 1000, x, z);
    CHECK(!same_bits(9000, y, z));
    c.training = false;
    rt_dropout(&c, &layer, 0.5, 9, 1000, x, z);
    CHECK(same_bits(9000, x, z));
    c.training = true;
    c.step--;
    rt_dropout(&c, &layer, 0.5, 9, 1000, x, x);
    CHECK(same_bits(9000, x, y));
    free(x), free(y), free(z);
}

TEST(pieces_go_in_and_out)
{
    rt_pass c = { .rows = 40 };
    rt_real *a = normals(40 * 3, 1), *b = normals(40 * 5, 2);
    rt_real *y = zeros(40 * 8), *x = zeros(40 * 5);
    rt_insert(&c, 40, 3, 8, 0, a, y);
    rt_insert(&c, 40, 5, 8, 3, b, y);
    for (int i = 0; i < 40; i++)
        for (int j = 0; j < 8; j++)
            CHECK(y[i * 8 + j] == (j < 3 ? a[i * 3 + j] : b[i * 5 + j - 3]));
    rt_extract(&c, 40, 5, 8, 3, y, x);
    CHECK(same_bits(200, x, b));
    for (int at = 0; at <= 3; at += 3) {       /* its gradient: all else is zero */
        rt_extract_dx(&c, 40, 5, 8, at, b, y);
        for (int i = 0; i < 40 * 8; i++)
            CHECK(y[i] == (i % 8 < at || i % 8 >= at + 5 ? 0 : b[i / 8 * 5 + i % 8 - at]));
    }
    free(a), free(b), free(y), free(x);
}

TEST(dot_product)
{
    rt_real *a = normals(20011, 1), *b = normals(20011, 2), y = 0;
    double want = 0;
    rt_pass c = { .rows = 1 };
    for (int i = 0; i < 20011; i++)
        want += (double)a[i] * (double)b[i];
    rt_dot(&c, 20011, a, b, &y);
    CHECK_NEAR((double)y, want, fabs(want) * CLOSE);
    free(a), free(b);
}

TEST(same_bits_for_any_threads)
{
    enum { ROWS = 400, WIDTH = 200, ALL = ROWS * WIDTH, RESULTS = 4 * ALL + 1 };
    rt_real *x = normals(ALL, 1), *dy = normals(ALL, 2), *first = zeros(RESULTS);
    for (int threads = 1; threads <= 3; threads++) {
        rt_pass c = { .rows = ROWS, .training = true, .pool = rt_pool_new(threads) };
        rt_real *r = zeros(RESULTS);
        rt_softmax(&c, ROWS, WIDTH, x, r);
        rt_softmax_dx(&c, ROWS, WIDTH, dy, r, r + ALL);
        rt_dropout(&c, &(rt_watch){ .stream = 1 }, 0.4, ROWS, WIDTH, x, r + 2 * ALL);
        rt_extract_dx(&c, ROWS, 50, WIDTH, 20, x, r + 3 * ALL);
        rt_dot(&c, ALL, x, dy, r + 4 * ALL);
        if (threads == 1)
            memcpy(first, r, RESULTS * sizeof *r);
        CHECK(same_bits(RESULTS, r, first));
        rt_pool_free(c.pool);
        free(r);
    }
    free(x), free(dy), free(first);
}

int main(void)
{
    RUN(softmax_as_defined);
    RUN(softmax_does_not_depend_on_place);
    RUN(softmax_of_extremes);
    RUN(softmax_gradient);
    RUN(dropout_is_inverted_and_fair);
    RUN(dropout_depends_on_position);
    RUN(pieces_go_in_and_out);
    RUN(dot_product);
    RUN(same_bits_for_any_threads);
    return test_done();
}
