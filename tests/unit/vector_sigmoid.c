/* vector_sigmoid.c -- the sigmoid of many floats, beside the C library's in double. */
#include "vector_sigmoid.h"

#include "test.h"

enum { MOST = 1000 };

static void sigmoids(size_t n, const float *x, float *y)
{
    static const float zeros[MOST];
    rt_sigmoid_of_sums(n, x, zeros, y);
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

/* How many floats lie between x and the one nearest to `right`. */
static int units_apart(float x, double right)
{
    const float nearest = (float)right;
    int32_t a, b;

    memcpy(&a, &x, sizeof a);
    memcpy(&b, &nearest, sizeof b);
    return a > b ? a - b : b - a;
}

TEST(near_the_right_value)
{
    float x[MOST], y[MOST];
    int most = 0;

    for (float from = 1e-30f; from < 86; from *= 1.01f)
        for (int sign = -1; sign <= 1; sign += 2) {
            for (int i = 0; i < MOST; i++)
                x[i] = (float)sign * from * (1 + 0.01f * (float)i / MOST);
            sigmoids(MOST, x, y);
            for (int i = 0; i < MOST; i++) {
                const int apart = units_apart(y[i], sigmoid((double)x[i]));
                most = apart > most ? apart : most;
            }
        }
    CHECK(most <= 4);
}

TEST(whole_far_out)
{
    const float x[] = { 20.1f, -87.5f, 88, -88, 89, -89, 1e38f, -1e38f, INFINITY, -INFINITY };
    float y[10];

    sigmoids(10, x, y);
    for (int i = 0; i < 10; i++)
        CHECK(y[i] == (i % 2 ? 0 : 1));
}

TEST(half_at_zero_and_nan_stays)
{
    const float x[] = { 0, -0.0f, NAN, -NAN };
    float y[4];

    sigmoids(4, x, y);
    CHECK(y[0] == 0.5f && y[1] == 0.5f);
    CHECK(isnan(y[2]) && isnan(y[3]));
}

/* ... and nothing is written behind them. */
TEST(the_last_values_are_as_all)
{
    float x[MOST], all[MOST], y[MOST];

    for (int i = 0; i < MOST; i++)
        x[i] = 0.01f * (float)(i - MOST / 2);
    sigmoids(MOST, x, all);
    for (size_t n = 0; n < 40; n++) {
        memset(y, 0, sizeof y);
        sigmoids(n, x + n, y);
        CHECK(memcmp(y, all + n, n * sizeof *y) == 0);
        CHECK(y[n] == 0);
    }
    memcpy(y, x, sizeof y);
    sigmoids(MOST, y, y);
    CHECK(memcmp(y, all, sizeof y) == 0);
}

TEST(of_a_sum)
{
    const float a[] = { 1, -2, 0.5f }, b[] = { 0.25f, 2, -4 };
    float y[3], want[3];

    rt_sigmoid_of_sums(3, a, b, y);
    sigmoids(3, (const float[]){ 1.25f, 0, -3.5f }, want);
    CHECK(memcmp(y, want, sizeof y) == 0);
}

int main(void)
{
    RUN(near_the_right_value);
    RUN(whole_far_out);
    RUN(half_at_zero_and_nan_stays);
    RUN(the_last_values_are_as_all);
    RUN(of_a_sum);
    return test_done();
}
