/* norms.c -- batch and layer normalisation: definitions, gradients by differences, statistics. */
#include "naive.h"

enum { N = 6, CHANNELS = 37, MOST = N * CHANNELS * 9 };
#define EPS 1e-3

/* A layer's data; the function to differentiate is sum of dy y. */
typedef struct {
    int n, channels, inner;
    const rt_real *dy, *gamma, *beta;
    rt_pool *pool;
} norm_data;

static double weighted(const norm_data *d, const rt_real *y)
{
    double sum = 0;
    for (int i = 0; i < d->n * d->channels * d->inner; i++)
        sum += (double)d->dy[i] * (double)y[i];
    return sum;
}

static void batch_forward(const norm_data *d, const rt_real *x, rt_real *stats, rt_real *y)
{
    rt_pass c = { .rows = d->n, .training = true, .frozen = true, .pool = d->pool };
    rt_batchnorm_stats(&c, NULL, d->n, d->channels, d->inner, EPS, 0.1, x, NULL, NULL, stats);
    rt_batchnorm(&c, d->n, d->channels, d->inner, x, stats, d->gamma, d->beta, y);
}

static double batch_loss(void *data, const rt_real *x)
{
    rt_real stats[2 * CHANNELS], y[MOST];
    batch_forward(data, x, stats, y);
    return weighted(data, y);
}

static void layer_forward(const norm_data *d, const rt_real *x, rt_real *stats, rt_real *y)
{
    rt_pass c = { .rows = d->n, .pool = d->pool };
    rt_layernorm_stats(&c, d->n, d->channels, EPS, x, stats);
    rt_layernorm(&c, d->n, d->channels, x, stats, d->gamma, d->beta, y);
}

static double layer_loss(void *data, const rt_real *x)
{
    rt_real stats[2 * N], y[MOST];
    layer_forward(data, x, stats, y);
    return weighted(data, y);
}

/* Of the values x[at[0]], x[at[1]], ...: mean and biased variance. */
static void naive_moments(int count, const double *v, double *mean, double *var)
{
    *mean = *var = 0;
    for (int i = 0; i < count; i++)
        *mean += v[i] / count;
    for (int i = 0; i < count; i++)
        *var += (v[i] - *mean) * (v[i] - *mean) / count;
}

static void naive_batchnorm(const norm_data *d, const rt_real *x, rt_real *y)
{
    for (int k = 0; k < d->channels; k++) {
        double v[N * 9], mean, var;
        int count = 0;
        for (int i = 0; i < d->n; i++)
            for (int j = 0; j < d->inner; j++)
                v[count++] = (double)x[(i * d->channels + k) * d->inner + j];
        naive_moments(count, v, &mean, &var);
        for (int i = 0; i < count; i++)
            y[(i / d->inner * d->channels + k) * d->inner + i % d->inner] =
                (rt_real)((d->gamma ? (double)d->gamma[k] : 1) * (v[i] - mean) / sqrt(var + EPS)
                          + (d->beta ? (double)d->beta[k] : 0));
    }
}

static void naive_layernorm(const norm_data *d, const rt_real *x, rt_real *y)
{
    for (int i = 0; i < d->n; i++) {
        double v[CHANNELS], mean, var;
        for (int j = 0; j < d->channels; j++)
            v[j] = (double)x[i * d->channels + j];
        naive_moments(d->channels, v, &mean, &var);
        for (int j = 0; j < d->channels; j++)
            y[i * d->channels + j] =
                (rt_real)((d->gamma ? (double)d->gamma[j] : 1) * (v[j] - mean) / sqrt(var + EPS)
                          + (d->beta ? (double)d->beta[j] : 0));
    }
}

/* dgamma is the sum of dy y at gamma 1 and beta 0, dbeta that of dy. */
static void check_parameter_gradients(const norm_data *d, const rt_real *x, const rt_real *stats,
                                      bool batch)
{
    rt_pass c = { .rows = d->n };
    norm_data plain = *d;
    rt_real own[2 * CHANNELS], y[MOST], got[CHANNELS], want[CHANNELS], dbeta[CHANNELS];

    plain.gamma = plain.beta = NULL;
    (batch ? batch_forward : layer_forward)(&plain, x, own, y);
    for (int i = 0; i < d->n * d->channels * d->inner; i++)
        y[i] *= d->dy[i];
    naive_channel_sum(d->n, d->channels, d->inner, y, want);
    if (batch)
        rt_batchnorm_backward(&c, d->n, d->channels, d->inner, d->dy, x, stats, NULL, got, NULL,
                              NULL);
    else
        rt_layernorm_dgamma(&c, d->n, d->channels, d->dy, x, stats, got);
    CHECK_NEAR(distance((size_t)d->channels, got, want), 0, 10 * CLOSE);
    naive_channel_sum(d->n, d->channels, d->inner, d->dy, want);
    rt_channel_sum(&c, d->n, d->channels, d->inner, d->dy, got);
    CHECK_NEAR(distance((size_t)d->channels, got, want), 0, 10 * CLOSE);
    if (!batch)
        return;
    rt_batchnorm_backward(&c, d->n, d->channels, d->inner, d->dy, x, stats, NULL, NULL, dbeta,
                          NULL);
    CHECK_NEAR(distance((size_t)d->channels, dbeta, want), 0, 10 * CLOSE);
}

static void check_batchnorm(int inner, bool affine)
{
    const size_t count = (size_t)(N * CHANNELS * inner);
    rt_pass c = { .rows = N };
    rt_real *x = normals(count, 1), *dy = normals(count, 2), *gamma = normals(CHANNELS, 3);
    rt_real *beta = normals(CHANNELS, 4);
    rt_real *y = zeros(count), *want = zeros(count), *dx = zeros(count);
    rt_real stats[2 * CHANNELS], dgamma[CHANNELS], dbeta[CHANNELS];
    norm_data d = { N, CHANNELS, inner, dy, affine ? gamma : NULL, affine ? beta : NULL, NULL };

    for (size_t i = 0; i < count; i++)
        x[i] = 2 * x[i] + 3;
    batch_forward(&d, x, stats, y);
    naive_batchnorm(&d, x, want);
    CHECK_NEAR(distance(count, y, want), 0, 5 * CLOSE);
    rt_batchnorm_backward(&c, N, CHANNELS, inner, dy, x, stats, d.gamma, NULL, NULL, dx);
    if (sizeof(rt_real) == 8)
        CHECK_NEAR(gradient_error(batch_loss, &d, count, x, dx), 0, 1e-8);
    check_parameter_gradients(&d, x, stats, true);
    rt_batchnorm_backward(&c, N, CHANNELS, inner, dy, x, stats, d.gamma, dgamma, dbeta, dy);
    CHECK(same_bits(count, dx, dy));
    rt_batchnorm(&c, N, CHANNELS, inner, x, stats, d.gamma, d.beta, x);
    CHECK(same_bits(count, x, y));
    free(x), free(dy), free(gamma), free(beta), free(y), free(want), free(dx);
}

TEST(batchnorm_and_its_gradients)
{
    check_batchnorm(1, true);
    check_batchnorm(1, false);
    check_batchnorm(9, true);
    check_batchnorm(9, false);
}

static void check_layernorm(bool affine)
{
    const size_t count = N * CHANNELS;
    rt_pass c = { .rows = N };
    rt_real *x = normals(count, 1), *dy = normals(count, 2), *gamma = normals(CHANNELS, 3);
    rt_real *beta = normals(CHANNELS, 4);
    rt_real *y = zeros(count), *want = zeros(count), *dx = zeros(count);
    rt_real stats[2 * N];
    norm_data d = { N, CHANNELS, 1, dy, affine ? gamma : NULL, affine ? beta : NULL, NULL };

    for (size_t i = 0; i < count; i++)
        x[i] = 2 * x[i] + 3;
    layer_forward(&d, x, stats, y);
    naive_layernorm(&d, x, want);
    CHECK_NEAR(distance(count, y, want), 0, 5 * CLOSE);
    rt_layernorm_dx(&c, N, CHANNELS, dy, x, stats, d.gamma, dx);
    if (sizeof(rt_real) == 8)
        CHECK_NEAR(gradient_error(layer_loss, &d, count, x, dx), 0, 1e-8);
    check_parameter_gradients(&d, x, stats, false);
    free(x), free(dy), free(gamma), free(beta), free(y), free(want), free(dx);
}

TEST(layernorm_and_its_gradients)
{
    check_layernorm(true);
    check_layernorm(false);
}

/* Values 1 2 3 6 have mean 3, variance 3.5 biased and 14/3 unbiased. */
static const rt_real column[4] = { 1, 2, 3, 6 };

TEST(running_statistics_move)
{
    rt_pass c = { .rows = 4, .training = true };
    rt_real mean = 1, var = 2, stats[2];
    rt_batchnorm_stats(&c, NULL, 4, 1, 1, 0.5, 0.25, column, &mean, &var, stats);
    CHECK_NEAR((double)stats[0], 3, CLOSE);
    CHECK_NEAR((double)stats[1], 0.5, CLOSE);
    CHECK_NEAR((double)mean, 1.5, CLOSE);
    CHECK_NEAR((double)var, 0.75 * 2 + 0.25 * 14 / 3, CLOSE);
}

TEST(running_statistics_stay)
{
    rt_pass c = { .rows = 4, .training = true, .frozen = true };
    rt_real bad[4] = { 1, (rt_real)INFINITY, 3, 6 }, mean = 1, var = 2, stats[2];
    rt_batchnorm_stats(&c, NULL, 4, 1, 1, 0.5, 0.25, column, &mean, &var, stats);
    CHECK(mean == 1 && var == 2 && stats[0] == 3);
    c.frozen = false;
    rt_batchnorm_stats(&c, NULL, 4, 1, 1, 0.5, 0.25, bad, &mean, &var, stats);
    CHECK(mean == 1 && var == 2 && !isfinite(stats[0]));
    bad[1] = (rt_real)NAN;
    rt_batchnorm_stats(&c, NULL, 4, 1, 1, 0.5, 0.25, bad, &mean, &var, stats);
    CHECK(mean == 1 && var == 2 && isnan(stats[0]));
}

TEST(evaluation_uses_running_statistics)
{
    rt_pass c = { .rows = 4 };
    rt_real mean = 1, var = RT_C(3.5), stats[2];
    rt_batchnorm_stats(&c, NULL, 4, 1, 1, 0.5, 0.25, column, &mean, &var, stats);
    CHECK(stats[0] == 1 && stats[1] == RT_C(0.5) && mean == 1 && var == RT_C(3.5));
}

TEST(one_sample_is_finite)
{
    rt_pass c = { .rows = 1, .training = true };
    rt_real mean = 0, var = 1, stats[2];
    rt_batchnorm_stats(&c, NULL, 1, 1, 1, 0.25, 0.5, column, &mean, &var, stats);
    CHECK(stats[0] == 1 && stats[1] == 2 && mean == RT_C(0.5) && var == RT_C(0.5));
}

/* The mean is far larger than the spread: one pass over sums of squares would lose it. */
TEST(large_means_are_no_matter)
{
    rt_pass c = { .rows = 64, .training = true };
    rt_real x[64], mean = 0, var = 0, stats[2];
    for (int i = 0; i < 64; i++)
        x[i] = 1000000 + (rt_real)(i % 2);
    rt_batchnorm_stats(&c, NULL, 64, 1, 1, 0, 1, x, &mean, &var, stats);
    CHECK_NEAR((double)stats[1], 2, 1e-6);
    rt_layernorm_stats(&c, 1, 64, 0, x, stats);
    CHECK_NEAR((double)stats[1], 2, 1e-6);
}

enum { WIDE = 200, TALL = 400, ALL = WIDE * TALL * 4 };

/* Everything that a norm computes, one after another. */
static size_t run_all(rt_pool *pool, int inner, const rt_real *x, const rt_real *dy, rt_real *r)
{
    rt_pass c = { .rows = TALL, .training = true, .pool = pool };
    const size_t count = (size_t)(TALL * WIDE * inner);
    rt_real *stats = r + 2 * count, *mean = stats + 2 * WIDE, *rest = mean + 2 * WIDE;
    const rt_real *gamma = x;

    rt_batchnorm_stats(&c, NULL, TALL, WIDE, inner, EPS, 0.1, x, mean, mean + WIDE, stats);
    rt_batchnorm(&c, TALL, WIDE, inner, x, stats, gamma, gamma, r);
    rt_batchnorm_backward(&c, TALL, WIDE, inner, dy, x, stats, gamma, rest, rest + WIDE,
                          r + count);
    return 2 * count + 6 * WIDE;
}

static size_t run_layer(rt_pool *pool, const rt_real *x, const rt_real *dy, rt_real *r)
{
    rt_pass c = { .rows = TALL, .pool = pool };
    const size_t count = TALL * WIDE;
    rt_real *stats = r + 2 * count;

    rt_layernorm_stats(&c, TALL, WIDE, EPS, x, stats);
    rt_layernorm(&c, TALL, WIDE, x, stats, dy, dy, r);
    rt_layernorm_dx(&c, TALL, WIDE, dy, x, stats, x, r + count);
    rt_layernorm_dgamma(&c, TALL, WIDE, dy, x, stats, stats + 2 * TALL);
    return 2 * count + 2 * TALL + WIDE;
}

TEST(same_bits_for_any_threads)
{
    rt_real *x = normals(ALL, 1), *dy = normals(ALL, 2);
    rt_real *one = zeros(3 * ALL), *more = zeros(3 * ALL);
    for (int threads = 2; threads <= 3; threads++) {
        rt_pool *pool = rt_pool_new(threads);
        for (int inner = 1; inner <= 4; inner += 3) {
            memset(one, 0, 3 * ALL * sizeof *one);
            memset(more, 0, 3 * ALL * sizeof *more);
            const size_t count = run_all(NULL, inner, x, dy, one);
            CHECK(run_all(pool, inner, x, dy, more) == count && same_bits(count, one, more));
        }
        const size_t count = run_layer(NULL, x, dy, one);
        CHECK(run_layer(pool, x, dy, more) == count && same_bits(count, one, more));
        rt_pool_free(pool);
    }
    free(x), free(dy), free(one), free(more);
}

/* ---- Many channels: they go through in pieces -------------------------------------------------- */

enum { MANY = 4100, FEW_ROWS = 3 };

/* One of many channels comes out as it does alone. */
static void check_channel(int inner, int channel, const rt_real *x, const rt_real *dy,
                          const rt_real *dx, const rt_real *dgamma)
{
    rt_pass c = { .rows = FEW_ROWS, .training = true, .frozen = true };
    const size_t count = (size_t)(FEW_ROWS * inner);
    rt_real own[3][FEW_ROWS * 2], stats[2], own_dgamma;

    for (int i = 0; i < FEW_ROWS; i++)
        for (int j = 0; j < inner; j++) {
            const int at = (i * MANY + channel) * inner + j;
            own[0][i * inner + j] = x[at];
            own[1][i * inner + j] = dy[at];
            own[2][i * inner + j] = dx[at];
        }
    rt_batchnorm_stats(&c, NULL, FEW_ROWS, 1, inner, EPS, 0.1, own[0], NULL, NULL, stats);
    rt_batchnorm_backward(&c, FEW_ROWS, 1, inner, own[1], own[0], stats, NULL, &own_dgamma, NULL,
                          own[1]);
    CHECK_NEAR(distance(count, own[1], own[2]), 0, 10 * CLOSE);
    CHECK_NEAR((double)own_dgamma, (double)dgamma[channel], 100 * CLOSE);
}

TEST(many_channels)
{
    for (int inner = 1; inner <= 2; inner++) {
        rt_pass c = { .rows = FEW_ROWS, .training = true, .frozen = true };
        const size_t count = (size_t)(FEW_ROWS * MANY * inner);
        rt_real *x = normals(count, 1), *dy = normals(count, 2), *dx = zeros(count);
        rt_real *stats = zeros(2 * MANY), *dgamma = zeros(MANY);

        rt_batchnorm_stats(&c, NULL, FEW_ROWS, MANY, inner, EPS, 0.1, x, NULL, NULL, stats);
        rt_batchnorm_backward(&c, FEW_ROWS, MANY, inner, dy, x, stats, NULL, dgamma, NULL, dx);
        for (int channel = 0; channel < MANY; channel += 41)
            check_channel(inner, channel, x, dy, dx, dgamma);
        check_channel(inner, MANY - 1, x, dy, dx, dgamma);
        free(x), free(dy), free(dx), free(stats), free(dgamma);
    }
}

/* ---- Long planes: their sums are of blocks in the values' precision ---------------------------- */

enum { LONG = 1003, ROWS = 3 };

/* One channel, against sums in double. */
static void check_long(const rt_real *x, const rt_real *dy)
{
    rt_pass c = { .rows = ROWS, .training = true, .frozen = true };
    double mean = 0, var = 0, sum = 0, product = 0;
    rt_real stats[2], dgamma, dbeta;

    for (int i = 0; i < ROWS * LONG; i++)
        mean += (double)x[i] / (ROWS * LONG), sum += (double)dy[i];
    for (int i = 0; i < ROWS * LONG; i++)
        var += ((double)x[i] - mean) * ((double)x[i] - mean) / (ROWS * LONG);
    rt_batchnorm_stats(&c, NULL, ROWS, 1, LONG, 0, 0.1, x, NULL, NULL, stats);
    rt_batchnorm_backward(&c, ROWS, 1, LONG, dy, x, stats, NULL, &dgamma, &dbeta, NULL);
    for (int i = 0; i < ROWS * LONG; i++)
        product += (double)dy[i] * ((double)x[i] - (double)stats[0]) * (double)stats[1];
    CHECK_NEAR(stats[0] / mean, 1, 1e-5);
    CHECK_NEAR((double)stats[1] * sqrt(var), 1, 1e-5);
    if (fabs(product) < 1e38)
        CHECK_NEAR(dgamma / product, 1, 1e-4);
    CHECK_NEAR(dbeta / sum, 1, 1e-4);
}

/* Also where squares and products have no place in float, at either end, though their sums in
 * double make numbers that do. */
TEST(long_planes_of_any_size)
{
    static const double size[] = { 1, 1e-24, 1e24, 3e37 };
    static rt_real x[ROWS * LONG], dy[ROWS * LONG];
    rt_real *drawn = normals(ROWS * LONG, 1);

    for (size_t k = 0; k < RT_COUNT(size); k++) {
        for (int i = 0; i < ROWS * LONG; i++) {
            x[i] = (rt_real)(size[k] * (0.3 + (double)drawn[i]));
            dy[i] = k == 3 ? (rt_real)((i % LONG % 2 ? -1 : 1) * (1e38 + 1e35 * (double)drawn[i]))
                           : (rt_real)(size[k] * (1 + 0.2 * (double)drawn[i]));
        }
        dy[0] = (rt_real)((double)dy[0] * 0.5);
        check_long(x, dy);
    }
    free(drawn);
}

/* ---- Many values of a channel: more than stay in the caches from the sums to dx ----------------- */

/* The gradients of channel k, from the sums in double; the largest difference. */
static double far_from_rule(const norm_data *d, int k, const rt_real *x, const rt_real *stats,
                            const rt_real *got)
{
    const double mean = (double)stats[k], rstd = (double)stats[d->channels + k];
    const double count = (double)d->n * d->inner;
    const rt_real *dgamma = got, *dbeta = got + d->channels, *dx = got + 2 * d->channels;
    double sum = 0, product = 0, most = 0;

    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < d->n * d->inner; i++) {
            const int at = (i / d->inner * d->channels + k) * d->inner + i % d->inner;
            const double dy = (double)d->dy[at], xhat = ((double)x[at] - mean) * rstd;
            const double right = rstd * (dy - sum / count - xhat * product / count);
            if (pass == 0)
                sum += dy, product += dy * xhat;
            else
                most = fmax(most, fabs((double)dx[at] - right));
        }
    most = fmax(most, fabs((double)dgamma[k] - product) / sqrt(count));
    return fmax(most, fabs((double)dbeta[k] - sum) / sqrt(count));
}

static void check_many(int n, int channels, int inner)
{
    const size_t count = (size_t)(n * channels * inner);
    rt_pass c = { .rows = n, .training = true, .frozen = true };
    rt_real *x = normals(count, 1), *dy = normals(count, 2), *stats = zeros(2 * (size_t)channels);
    rt_real *got = zeros(count + 2 * (size_t)channels);
    const norm_data d = { n, channels, inner, dy, NULL, NULL, NULL };

    rt_batchnorm_stats(&c, NULL, n, channels, inner, EPS, 0.1, x, NULL, NULL, stats);
    rt_batchnorm_backward(&c, n, channels, inner, dy, x, stats, NULL, got, got + channels,
                          got + 2 * channels);
    for (int k = 0; k < channels; k++)
        CHECK_NEAR(far_from_rule(&d, k, x, stats, got), 0, CLOSE);
    free(x), free(dy), free(stats), free(got);
}

TEST(many_values_of_a_channel)
{
    check_many(5000, 37, 1);
    check_many(3000, 7, 4);
    check_many(40, 5, 300);
    check_many(3, 5, 12000);
}

int main(void)
{
    RUN(batchnorm_and_its_gradients);
    RUN(layernorm_and_its_gradients);
    RUN(running_statistics_move);
    RUN(running_statistics_stay);
    RUN(evaluation_uses_running_statistics);
    RUN(one_sample_is_finite);
    RUN(large_means_are_no_matter);
    RUN(same_bits_for_any_threads);
    RUN(many_channels);
    RUN(long_planes_of_any_size);
    RUN(many_values_of_a_channel);
    return test_done();
}
