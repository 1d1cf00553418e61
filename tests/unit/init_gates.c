/* init_gates.c -- initialisers of a recurrent layer's gates and of convolutions. */
#include "naive.h"
#include "reals.h"

enum { UNITS = 15, GATES = 4, BLOCK = UNITS * UNITS, ALL = GATES * BLOCK };

static const rt_stream stream = { 42, RT_FOR_INIT, 7, 0 };

/* Fills w[GATES * UNITS][UNITS]. */
static void start(rt_init_kind kind, double a, double b, int gates, rt_real *w)
{
    const rt_tensor t = { .rank = 2, .shape = { GATES * UNITS, UNITS }, .init = { kind, a, b },
                          .fan_in = UNITS, .fan_out = UNITS, .gates = gates };
    CHECK(RT_REALS.initialise(&t, &stream, w));
}

/* What is drawn by element is the same number with and without gates. */
TEST(elements_do_not_depend_on_gates)
{
    const rt_init_kind kinds[] = { RT_NORMAL, RT_UNIFORM, RT_TRUNCATED_NORMAL, RT_XAVIER_UNIFORM,
                                   RT_HE_NORMAL, RT_VARIANCE_SCALING, RT_CONSTANT };
    static rt_real whole[ALL], one[ALL], four[ALL];

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        start(kinds[k], 0.5, 1, 0, whole);
        start(kinds[k], 0.5, 1, 1, one);
        start(kinds[k], 0.5, 1, GATES, four);
        CHECK(same_bits(ALL, whole, one) && same_bits(ALL, whole, four));
    }
    start(RT_NORMAL, 2, 0, GATES, four);
    for (uint32_t i = 0; i < ALL; i++)
        CHECK(four[i] == (rt_real)(2 * rt_random_normal(&stream, i)));
}

/* Of an [UNITS][UNITS] block: the largest distance of w w^T from gain^2 times the identity. */
static double skew(const rt_real *w, double gain)
{
    double worst = 0;
    for (int a = 0; a < UNITS; a++)
        for (int b = 0; b < UNITS; b++) {
            double sum = a == b ? -gain * gain : 0;
            for (int i = 0; i < UNITS; i++)
                sum += (double)w[a * UNITS + i] * (double)w[b * UNITS + i];
            worst = fmax(worst, fabs(sum));
        }
    return worst;
}

TEST(orthogonal_by_gate)
{
    static rt_real w[ALL], whole[ALL];

    start(RT_ORTHOGONAL, 1.5, 0, GATES, w);
    for (int g = 0; g < GATES; g++) {
        CHECK_NEAR(skew(w + g * BLOCK, 1.5), 0, sizeof(rt_real) == 4 ? 1e-6 : 1e-13);
        for (int other = 0; other < g; other++)
            CHECK(distance(BLOCK, w + g * BLOCK, w + other * BLOCK) > 0.1);
    }
    start(RT_ORTHOGONAL, 1.5, 0, 0, whole);             /* only its columns are orthogonal */
    CHECK(skew(whole, 1.5) > 0.1);
}

TEST(identity_by_gate)
{
    static rt_real w[ALL];
    bool good = true;

    start(RT_IDENTITY, 2, 0, GATES, w);
    for (int i = 0; i < ALL; i++)
        good = good && w[i] == (i % BLOCK % (UNITS + 1) == 0 ? 2 : 0);
    CHECK(good);
}

TEST(float_is_the_rounded_double)
{
    const rt_init_kind kinds[] = { RT_NORMAL, RT_TRUNCATED_NORMAL, RT_ORTHOGONAL };
    static float single[ALL];
    static double real[ALL];

    for (size_t k = 0; k < 3; k++) {
        const rt_tensor t = { .rank = 2, .shape = { GATES * UNITS, UNITS }, .gates = GATES,
                              .init = { kinds[k], 0.5, 0 } };
        bool same = rt_reals_f32.initialise(&t, &stream, single)
                 && rt_reals_f64.initialise(&t, &stream, real);
        for (int i = 0; i < ALL; i++)
            same = same && single[i] == (float)real[i];
        CHECK(same);
    }
}

/* The gates of the bias i, f, g, o: ones for f, whether or not it is said to have gates. */
TEST(forget_gate)
{
    for (int gates = 0; gates <= 4; gates += 4) {
        const rt_tensor t = { .rank = 1, .shape = { 4 * UNITS }, .init = { RT_FORGET_GATE, 1.5, 0 },
                              .gates = gates };
        rt_real b[4 * UNITS];
        CHECK(RT_REALS.initialise(&t, &stream, b));
        for (int i = 0; i < 4 * UNITS; i++)
            CHECK(b[i] == (i / UNITS == 1 ? RT_C(1.5) : 0));
    }
}

/* Where PyTorch 1.13's dirac_ has its ones; the others are zero. */
typedef struct {
    int shape[4], n, at[5];
} dirac_case;

static const dirac_case dirac[] = {
    { { 3, 2, 3, 3 }, 2, { 4, 31 } },
    { { 2, 4, 5, 4 }, 2, { 10, 110 } },
    { { 5, 5, 1, 1 }, 5, { 0, 6, 12, 18, 24 } },
};

TEST(identity_of_a_convolution)
{
    for (size_t k = 0; k < sizeof dirac / sizeof *dirac; k++) {
        const int *s = dirac[k].shape;
        const rt_tensor t = { .rank = 4, .shape = { s[0], s[1], s[2], s[3] },
                              .init = { RT_IDENTITY, 3, 0 } };
        rt_real w[200], want[200] = { 0 };
        for (int i = 0; i < dirac[k].n; i++)
            want[dirac[k].at[i]] = 3;
        CHECK(RT_REALS.initialise(&t, &stream, w));
        CHECK(same_bits((size_t)(s[0] * s[1] * s[2] * s[3]), w, want));
    }
}

int main(void)
{
    RUN(elements_do_not_depend_on_gates);
    RUN(orthogonal_by_gate);
    RUN(identity_by_gate);
    RUN(float_is_the_rounded_double);
    RUN(forget_gate);
    RUN(identity_of_a_convolution);
    return test_done();
}
