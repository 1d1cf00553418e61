/* groupnorm.c -- group normalisation: PyTorch's numbers, definition, gradients by differences. */
#include "naive.h"

#define EPS 1e-3
enum { MOST_ROWS = 64, MOST_CHANNELS = 12 };

typedef struct {
    int n, groups, members, inner;
    const rt_real *dy, *gamma, *beta;
} group_data;

static size_t count_of(const group_data *d)
{
    return (size_t)d->n * (size_t)(d->groups * d->members * d->inner);
}

static void forward(const group_data *d, const rt_real *x, rt_real *stats, rt_real *y)
{
    rt_pass c = { .rows = d->n };
    rt_layernorm_stats(&c, d->n * d->groups, d->members * d->inner, EPS, x, stats);
    rt_groupnorm(&c, d->n, d->groups, d->members, d->inner, x, stats, d->gamma, d->beta, y);
}

/* The function to differentiate: sum of dy y. */
static double weighted(void *data, const rt_real *x)
{
    const group_data *d = data;
    rt_real stats[2 * MOST_ROWS], *y = zeros(count_of(d));
    double sum = 0;

    forward(d, x, stats, y);
    for (size_t i = 0; i < count_of(d); i++)
        sum += (double)d->dy[i] * (double)y[i];
    free(y);
    return sum;
}

/* ---- PyTorch 1.13, group_norm in float64: 2 samples, 2 groups of 2 channels of 3 ------------- */

static const rt_real torch_gamma[4] = { RT_C(0.5), RT_C(1.5), RT_C(-1.0), RT_C(2.0) };
static const rt_real torch_beta[4] = { RT_C(0.25), RT_C(-0.5), RT_C(1.0), RT_C(0.0) };
static const rt_real torch_y[24] = {
    RT_C(-0.5728683185997), RT_C(0.6930829407845), RT_C(0.8196780667229), RT_C(-1.829248822353),
    RT_C(0.4494634445381), RT_C(-0.6898926889076), RT_C(0.5704896347518), RT_C(0.1409792695037),
    RT_C(1.644265547872), RT_C(1.718041460993), RT_C(0.8590207304963), RT_C(-3.865593287234),
    RT_C(0.5988837641074), RT_C(-0.1399289128259), RT_C(0.8451546564184), RT_C(0.9160576307887),
    RT_C(-2.778005753877), RT_C(-1.300380400011), RT_C(-0.3396379257937), RT_C(1.315208923716),
    RT_C(1.315208923716), RT_C(2.679275851587), RT_C(-1.576044618581), RT_C(-2.521671389729)
};
static const rt_real torch_dx[24] = {
    RT_C(-1.603529244754), RT_C(-1.168575248657), RT_C(-1.327632050548), RT_C(1.590559001785),
    RT_C(2.155359701696), RT_C(0.3538178404791), RT_C(-0.2395955773182), RT_C(0.2724519845479),
    RT_C(1.916368440002), RT_C(0.701962349796), RT_C(-1.957637038311), RT_C(-0.6935501587167),
    RT_C(0.3609806789368), RT_C(1.414609652073), RT_C(1.159035185343), RT_C(-1.394862375582),
    RT_C(0.03282472323019), RT_C(-1.572587864001), RT_C(-0.4966733794754), RT_C(-0.3733319060497),
    RT_C(-1.437162023592), RT_C(1.158173470034), RT_C(-0.01725383057408), RT_C(1.166247669656)
};
static const rt_real torch_dgamma[4] = { RT_C(0.7727800591543), RT_C(0.7755332259231),
                                         RT_C(1.724525331461), RT_C(0.2108532777625) };

TEST(pytorch_agrees)
{
    rt_pass c = { .rows = 2 };
    rt_real x[24], dy[24], y[24], dx[24], dgamma[4], stats[8];
    const group_data d = { 2, 2, 2, 3, dy, torch_gamma, torch_beta };

    for (int i = 0; i < 24; i++) {
        x[i] = (rt_real)((7 * i * i + 3 * i) % 23 / 4.0 - 2);
        dy[i] = (rt_real)((5 * i * i + i) % 17 / 4.0 - 2);
    }
    forward(&d, x, stats, y);
    CHECK_NEAR(distance(24, y, torch_y), 0, CLOSE);
    rt_groupnorm_dx(&c, 2, 2, 2, 3, dy, x, stats, torch_gamma, dx);
    CHECK_NEAR(distance(24, dx, torch_dx), 0, CLOSE);
    rt_groupnorm_dgamma(&c, 2, 2, 2, 3, dy, x, stats, dgamma);
    CHECK_NEAR(distance(4, dgamma, torch_dgamma), 0, CLOSE);
}

/* ---- The definition -------------------------------------------------------------------------- */

static void naive_groupnorm(const group_data *d, const rt_real *x, rt_real *y)
{
    const int row = d->members * d->inner;
    for (int i = 0; i < d->n * d->groups; i++) {
        double mean = 0, var = 0;
        for (int j = 0; j < row; j++)
            mean += (double)x[i * row + j] / row;
        for (int j = 0; j < row; j++)
            var += ((double)x[i * row + j] - mean) * ((double)x[i * row + j] - mean) / row;
        for (int j = 0; j < row; j++) {
            const int channel = i % d->groups * d->members + j / d->inner;
            const double gamma = d->gamma ? (double)d->gamma[channel] : 1;
            const double beta = d->beta ? (double)d->beta[channel] : 0;
            y[i * row + j] =
                (rt_real)(gamma * ((double)x[i * row + j] - mean) / sqrt(var + EPS) + beta);
        }
    }
}

/* dgamma is the sum of dy y at gamma 1 and beta 0. */
static void check_dgamma(const group_data *d, const rt_real *x, const rt_real *stats)
{
    const int channels = d->groups * d->members;
    rt_pass c = { .rows = d->n };
    group_data plain = *d;
    rt_real *y = zeros(count_of(d)), want[MOST_CHANNELS], got[MOST_CHANNELS];

    plain.gamma = plain.beta = NULL;
    naive_groupnorm(&plain, x, y);
    for (size_t i = 0; i < count_of(d); i++)
        y[i] *= d->dy[i];
    naive_channel_sum(d->n, channels, d->inner, y, want);
    rt_groupnorm_dgamma(&c, d->n, d->groups, d->members, d->inner, d->dy, x, stats, got);
    CHECK_NEAR(distance((size_t)channels, got, want), 0, 20 * CLOSE);
    free(y);
}

static void check(int n, int groups, int members, int inner, bool affine)
{
    rt_pass c = { .rows = n };
    rt_real *gamma = normals(MOST_CHANNELS, 3), *beta = normals(MOST_CHANNELS, 4);
    group_data d = { n, groups, members, inner, NULL, affine ? gamma : NULL, affine ? beta : NULL };
    const size_t count = count_of(&d);
    rt_real *x = normals(count, 1), *dy = normals(count, 2);
    rt_real *y = zeros(count), *want = zeros(count), stats[2 * MOST_ROWS];

    d.dy = dy;
    for (size_t i = 0; i < count; i++)
        x[i] = 2 * x[i] + 3;
    forward(&d, x, stats, y);
    naive_groupnorm(&d, x, want);
    CHECK_NEAR(distance(count, y, want), 0, 5 * CLOSE);
    rt_groupnorm_dx(&c, n, groups, members, inner, dy, x, stats, d.gamma, y);
    if (sizeof(rt_real) == 8)
        CHECK_NEAR(gradient_error(weighted, &d, count, x, y), 0, 1e-8);
    check_dgamma(&d, x, stats);
    free(x), free(dy), free(gamma), free(beta), free(y), free(want);
}

TEST(groupnorm_and_its_gradients)
{
    for (int affine = 0; affine < 2; affine++) {
        check(5, 3, 2, 7, affine);
        check(5, 1, 6, 4, affine);              /* one group: all of the sample */
        check(5, 6, 1, 4, affine);              /* groups of a channel: instance norm */
        check(5, 2, 6, 1, affine);              /* features */
        check(1, 1, 2, 9, affine);
    }
}

TEST(one_group_of_features_is_layernorm)
{
    enum { N = 9, M = 12 };
    rt_pass c = { .rows = N };
    rt_real *x = normals(N * M, 1), *dy = normals(N * M, 2), *gamma = normals(M, 3);
    rt_real stats[2 * N], got[N * M], want[N * M];

    rt_layernorm_stats(&c, N, M, EPS, x, stats);
    rt_groupnorm(&c, N, 1, M, 1, x, stats, gamma, dy, got);
    rt_layernorm(&c, N, M, x, stats, gamma, dy, want);
    CHECK_NEAR(distance(N * M, got, want), 0, CLOSE);
    rt_groupnorm_dx(&c, N, 1, M, 1, dy, x, stats, gamma, got);
    rt_layernorm_dx(&c, N, M, dy, x, stats, gamma, want);
    CHECK_NEAR(distance(N * M, got, want), 0, CLOSE);
    rt_groupnorm_dgamma(&c, N, 1, M, 1, dy, x, stats, got);
    rt_layernorm_dgamma(&c, N, M, dy, x, stats, want);
    CHECK_NEAR(distance(M, got, want), 0, CLOSE);
    free(x), free(dy), free(gamma);
}

TEST(same_bits_for_any_threads)
{
    enum { N = 40, GROUPS = 8, MEMBERS = 5, INNER = 49, CHANNELS = GROUPS * MEMBERS };
    enum { COUNT = N * CHANNELS * INNER, ALL = 2 * COUNT + 2 * N * GROUPS + CHANNELS };
    rt_real *x = normals(COUNT, 1), *dy = normals(COUNT, 2), *first = zeros(ALL);

    for (int threads = 1; threads <= 3; threads++) {
        rt_pass c = { .rows = N, .pool = rt_pool_new(threads) };
        rt_real *r = zeros(ALL), *stats = r + 2 * COUNT;
        rt_layernorm_stats(&c, N * GROUPS, MEMBERS * INNER, EPS, x, stats);
        rt_groupnorm(&c, N, GROUPS, MEMBERS, INNER, x, stats, dy, x, r);
        rt_groupnorm_dx(&c, N, GROUPS, MEMBERS, INNER, dy, x, stats, x, r + COUNT);
        rt_groupnorm_dgamma(&c, N, GROUPS, MEMBERS, INNER, dy, x, stats, stats + 2 * N * GROUPS);
        if (threads == 1)
            memcpy(first, r, ALL * sizeof *r);
        CHECK(same_bits(ALL, r, first));
        rt_pool_free(c.pool);
        free(r);
    }
    free(x), free(dy), free(first);
}

int main(void)
{
    RUN(pytorch_agrees);
    RUN(groupnorm_and_its_gradients);
    RUN(one_group_of_features_is_layernorm);
    RUN(same_bits_for_any_threads);
    return test_done();
}
