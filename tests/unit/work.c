/* work.c -- the multiply-adds of a sample, against counts by hand. */
#include "checked.h"
#include "test.h"
#include "work.h"

static double count(const char *source, Phase phase)
{
    Checked c = check_text(source);
    double n = -1;

    if (c.ok) {
        Program *p = lower(c.model, &c.s);
        differentiate(p, &c.s);
        n = graph_multiply_adds(p->graph[p->n - 1], phase);
    } else {
        printf("%s", c.messages);
    }
    checked_free(&c);
    return n;
}

#define IMAGES "data = cifar10(\"d\"); train { optimizer = adam; } " \
               "model { input [3, 32, 32]; target class(10); "
#define STEPS  "data = temporal_order(length = 12, n = 10); train { optimizer = adam; } " \
               "model { input [12, 6]; target class(4); "

TEST(dense)
{
    CHECK(count(MODEL("dense(100); relu; dense(10);"), FORWARD) == 64 * 100 + 100 * 10);
}

/* dW of both, dx of the second alone */
TEST(backward)
{
    CHECK(count(MODEL("dense(100); relu; dense(10);"), BACKWARD) == 64 * 100 + 2 * 100 * 10);
}

/* stride and groups count, padding counts as if it were there */
TEST(convolutions)
{
    CHECK(count(IMAGES "conv(16, 3, pad = 1); global_avg_pool; dense(10); }", FORWARD)
          == 16 * 32 * 32 * 3 * 9 + 160);
    CHECK(count(IMAGES "conv(6, 5, stride = 2, groups = 3); global_avg_pool; dense(10); }",
                FORWARD) == 6 * 14 * 14 * 1 * 25 + 60);
}

/* each gate: the product of the inputs, and of the state, at each step */
TEST(recurrent)
{
    CHECK(count(STEPS "rnn(20); dense(4); }", FORWARD) == 12 * (6 * 20 + 20 * 20) + 80);
    CHECK(count(STEPS "lstm(20); dense(4); }", FORWARD) == 12 * 4 * (6 * 20 + 20 * 20) + 80);
    CHECK(count(STEPS "gru(20); dense(4); }", FORWARD) == 12 * 3 * (6 * 20 + 20 * 20) + 80);
}

TEST(recurrent_backward)
{
    const double dz = 12 * 400, dw_hh = 12 * 400, dw_ih = 12 * 120;

    CHECK(count(STEPS "rnn(20); dense(4); }", BACKWARD) == dz + dw_hh + dw_ih + 2 * 80);
    CHECK(count(STEPS "lstm(20); dense(4); }", BACKWARD) == 4 * (dz + dw_hh + dw_ih) + 2 * 80);
    CHECK(count(STEPS "gru(20); dense(4); }", BACKWARD) == 3 * (dz + dw_hh + dw_ih) + 2 * 80);
}

TEST(repeats_and_blocks)
{
    CHECK(count(MODEL("repeat 5 { h = dense(64); } dense(10);"), FORWARD) == 5 * 64 * 64 + 640);
    CHECK(count("block b(n: int) { repeat 3 { dense(n); } } "
                MODEL("dense(8); repeat 2 { b(8); } b(8); dense(10);"), FORWARD)
          == 64 * 8 + 3 * 3 * 64 + 80);
}

int main(void)
{
    RUN(dense);
    RUN(backward);
    RUN(convolutions);
    RUN(recurrent);
    RUN(recurrent_backward);
    RUN(repeats_and_blocks);
    return test_done();
}
