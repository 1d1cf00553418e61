/* init.c -- initialisers: moments, bounds, orthogonality, the same numbers in both precisions. */
#include "naive.h"
#include "reals.h"

enum { ROWS = 200, COLUMNS = 300, ALL = ROWS * COLUMNS };

static rt_real w[ALL];

/* Fills a [ROWS][COLUMNS] matrix, of fan_in COLUMNS and fan_out ROWS. */
static void start(rt_init_kind kind, double a, double b)
{
    const rt_tensor t = { .rank = 2, .shape = { ROWS, COLUMNS }, .init = { kind, a, b },
                          .fan_in = COLUMNS, .fan_out = ROWS };
    const rt_stream s = { 42, RT_FOR_INIT, 7, 0 };
    CHECK(RT_REALS.initialise(&t, &s, w));
}

static void check_moments(double mean, double std)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < ALL; i++) {
        sum += (double)w[i] / ALL;
        squares += ((double)w[i] - mean) * ((double)w[i] - mean) / ALL;
    }
    CHECK_NEAR(sum, mean, 5 * std / sqrt(ALL));
    CHECK_NEAR(sqrt(squares) / std, 1, 0.015);
}

/* All values lie within the bound, and come near it. */
static void check_bound(double low, double high)
{
    double least = INFINITY, most = -INFINITY;
    for (int i = 0; i < ALL; i++) {
        least = fmin(least, (double)w[i]);
        most = fmax(most, (double)w[i]);
    }
    const double width = high - low;
    CHECK(least >= low - 1e-6 * width && least < low + 0.01 * width);
    CHECK(most <= high + 1e-6 * width && most > high - 0.01 * width);
}

static void check_uniform(rt_init_kind kind, double a, double b, double bound)
{
    start(kind, a, b);
    check_moments(0, bound / sqrt(3));
    check_bound(-bound, bound);
}

static void check_normal(rt_init_kind kind, double a, double b, double std)
{
    start(kind, a, b);
    check_moments(0, std);
    double most = 0;                            /* of 60,000 normal values */
    for (int i = 0; i < ALL; i++)
        most = fmax(most, fabs((double)w[i]) / std);
    CHECK(most > 3.5 && most < 6);
}

TEST(constants)
{
    start(RT_ONES, 0, 0);
    CHECK(w[0] == 1 && w[ALL - 1] == 1);
    start(RT_CONSTANT, -0.25, 0);
    CHECK(w[0] == -RT_C(0.25) && w[ALL - 1] == -RT_C(0.25));
    start(RT_ZEROS, 0, 0);
    CHECK(w[0] == 0 && w[ALL - 1] == 0);
}

TEST(given_distributions)
{
    start(RT_NORMAL, 0.5, 3);
    check_moments(3, 0.5);
    start(RT_UNIFORM, -1, 2);
    check_moments(0.5, 3 / sqrt(12));
    check_bound(-1, 2);
}

/* Cut at two: the variance is 1 - 4 phi(2) / (2 Phi(2) - 1), and is not scaled back. */
TEST(truncated_normal)
{
    start(RT_TRUNCATED_NORMAL, 0.1, 0);
    check_moments(0, 0.1 * sqrt(1 - 4 * 0.05399096651 / 0.95449973610));
    check_bound(-0.2, 0.2);
}

TEST(distributions_by_fan)
{
    check_uniform(RT_XAVIER_UNIFORM, 0, 0, sqrt(6.0 / (ROWS + COLUMNS)));
    check_normal(RT_XAVIER_NORMAL, 0, 0, sqrt(2.0 / (ROWS + COLUMNS)));
    check_uniform(RT_HE_UNIFORM, 0, 0, sqrt(6.0 / COLUMNS));
    check_normal(RT_HE_NORMAL, 0, 0, sqrt(2.0 / COLUMNS));
    check_normal(RT_HE_NORMAL, 0.5, 0, sqrt(2.0 / (1.25 * COLUMNS)));
    check_uniform(RT_LECUN_UNIFORM, 0, 0, sqrt(3.0 / COLUMNS));
    check_normal(RT_LECUN_NORMAL, 0, 0, sqrt(1.0 / COLUMNS));
}

TEST(variance_scaling)
{
    check_normal(RT_VARIANCE_SCALING, 2, 0, sqrt(2.0 / COLUMNS));
    check_normal(RT_VARIANCE_SCALING, 2, 1, sqrt(2.0 / ROWS));
    check_normal(RT_VARIANCE_SCALING, 2, 2, sqrt(4.0 / (ROWS + COLUMNS)));
    check_uniform(RT_VARIANCE_SCALING, 2, 5, sqrt(6.0 / ROWS));
    check_uniform(RT_VARIANCE_SCALING, 1, 6, sqrt(6.0 / (ROWS + COLUMNS)));
}

TEST(identity_of_any_shape)
{
    start(RT_IDENTITY, 2, 0);
    bool good = true;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            good = good && w[i * COLUMNS + j] == (i == j ? 2 : 0);
    CHECK(good);
}

/* The inner products of the shorter side's vectors: gain^2 on the diagonal, 0 off it. */
static void check_orthogonal(int rows, int columns, double gain)
{
    const rt_tensor t = { .rank = 2, .shape = { rows, columns },
                          .init = { RT_ORTHOGONAL, gain, 0 } };
    const rt_stream s = { 1, RT_FOR_INIT, 2, 0 };
    const bool tall = rows > columns;
    const int m = tall ? columns : rows, n = tall ? rows : columns;
    double worst = 0;

    CHECK(RT_REALS.initialise(&t, &s, w));
    for (int a = 0; a < m; a++)
        for (int b = 0; b < m; b++) {
            double sum = 0;
            for (int i = 0; i < n; i++)
                sum += (double)w[tall ? i * columns + a : a * columns + i]
                     * (double)w[tall ? i * columns + b : b * columns + i];
            worst = fmax(worst, fabs(sum - (a == b ? gain * gain : 0)));
        }
    CHECK_NEAR(worst, 0, sizeof(rt_real) == 4 ? 1e-6 : 1e-13);
}

TEST(orthogonal_of_any_shape)
{
    check_orthogonal(100, 100, 1);
    check_orthogonal(40, 90, 1.5);
    check_orthogonal(90, 40, 0.5);
    check_orthogonal(1, 17, 1);
    check_orthogonal(17, 1, 1);
}

/* With R's diagonal positive, the first vector is the first of the normal matrix, scaled. */
TEST(orthogonal_keeps_signs)
{
    const rt_stream s = { 1, RT_FOR_INIT, 2, 0 };
    check_orthogonal(5, 3, 1);
    for (int i = 0; i < 5; i++)
        CHECK(((double)w[i * 3] > 0) == (rt_random_normal(&s, (uint32_t)(3 * i)) > 0));
    check_orthogonal(3, 5, 1);
    for (int i = 0; i < 5; i++)
        CHECK(((double)w[i] > 0) == (rt_random_normal(&s, (uint32_t)i) > 0));
}

TEST(float_is_the_rounded_double)
{
    const rt_init_kind kinds[] = { RT_NORMAL, RT_UNIFORM, RT_TRUNCATED_NORMAL, RT_XAVIER_UNIFORM,
                                   RT_HE_NORMAL, RT_ORTHOGONAL };
    const rt_stream s = { 42, RT_FOR_INIT, 7, 0 };
    static float single[ALL];
    static double real[ALL];
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const rt_tensor t = { .rank = 2, .shape = { 20, 31 }, .init = { kinds[k], 0.5, 1 },
                              .fan_in = 31, .fan_out = 20 };
        bool same = rt_reals_f32.initialise(&t, &s, single)
                 && rt_reals_f64.initialise(&t, &s, real);
        for (int i = 0; i < 20 * 31; i++)
            same = same && single[i] == (float)real[i];
        CHECK(same);
    }
}

TEST(streams_and_seeds_differ)
{
    const rt_tensor t = { .rank = 1, .shape = { 8 }, .init = { RT_NORMAL, 1, 0 } };
    rt_stream s = { 42, RT_FOR_INIT, 7, 0 };
    rt_real a[8], b[8];
    RT_REALS.initialise(&t, &s, a);
    s.stream++;
    RT_REALS.initialise(&t, &s, b);
    CHECK(a[0] != b[0]);
    s.stream--;
    RT_REALS.initialise(&t, &s, b);
    CHECK(same_bits(8, a, b));
    s.seed++;
    RT_REALS.initialise(&t, &s, b);
    CHECK(a[0] != b[0]);
}

TEST(scalars)
{
    const rt_tensor t = { .rank = 0, .init = { RT_CONSTANT, 0.5, 0 } };
    const rt_stream s = { 1, RT_FOR_INIT, 0, 0 };
    rt_real x[2] = { 0, 7 };
    RT_REALS.initialise(&t, &s, x);
    CHECK(x[0] == RT_C(0.5) && x[1] == 7);
}

int main(void)
{
    RUN(constants);
    RUN(given_distributions);
    RUN(truncated_normal);
    RUN(distributions_by_fan);
    RUN(variance_scaling);
    RUN(identity_of_any_shape);
    RUN(orthogonal_of_any_shape);
    RUN(orthogonal_keeps_signs);
    RUN(float_is_the_rounded_double);
    RUN(streams_and_seeds_differ);
    RUN(scalars);
    return test_done();
}
