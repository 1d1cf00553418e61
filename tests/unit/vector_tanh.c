/* vector_tanh.c -- tanh of many floats, beside the C library's in double. */
#include "vector_tanh.h"

#include "test.h"

enum { MOST = 1000 };

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
    bool within = true;

    for (float from = 1e-30f; from < 20; from *= 1.01f)
        for (int sign = -1; sign <= 1; sign += 2) {
            for (int i = 0; i < MOST; i++)
                x[i] = (float)sign * from * (1 + 0.01f * (float)i / MOST);
            rt_tanh_values(MOST, x, y);
            for (int i = 0; i < MOST; i++) {
                const int apart = units_apart(y[i], tanh((double)x[i]));
                most = apart > most ? apart : most;
                within = within && fabsf(y[i]) <= 1;
            }
        }
    CHECK(most <= 5);
    CHECK(within);
}

TEST(whole_far_out)
{
    const float x[] = { 9.03f, -9.03f, 88, -88, 1e38f, -1e38f, INFINITY, -INFINITY };
    float y[8];

    rt_tanh_values(8, x, y);
    for (int i = 0; i < 8; i++)
        CHECK(y[i] == (i % 2 ? -1 : 1));
}

TEST(zeros_keep_their_sign_and_nan_stays)
{
    const float x[] = { 0, -0.0f, NAN, 1e-40f };
    float y[4];

    rt_tanh_values(4, x, y);
    CHECK(y[0] == 0 && !signbit(y[0]));
    CHECK(y[1] == 0 && signbit(y[1]));
    CHECK(isnan(y[2]));
    CHECK(y[3] == 1e-40f);
}

/* ... and nothing is written behind them. */
TEST(the_last_values_are_as_all)
{
    float x[MOST], all[MOST], y[MOST];

    for (int i = 0; i < MOST; i++)
        x[i] = 0.01f * (float)(i - MOST / 2);
    rt_tanh_values(MOST, x, all);
    for (size_t n = 0; n < 40; n++) {
        memset(y, 0, sizeof y);
        rt_tanh_values(n, x + n, y);
        CHECK(memcmp(y, all + n, n * sizeof *y) == 0);
        CHECK(y[n] == 0);
    }
    memcpy(y, x, sizeof y);
    rt_tanh_values(MOST, y, y);
    CHECK(memcmp(y, all, sizeof y) == 0);
}

int main(void)
{
    RUN(near_the_right_value);
    RUN(whole_far_out);
    RUN(zeros_keep_their_sign_and_nan_stays);
    RUN(the_last_values_are_as_all);
    return test_done();
}
