/* watch.c -- counts, and what is recorded of outputs and gradients. */
#include "kernels.h"
#include "naive.h"
#include "parts.h"

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

static rt_counts count(const rt_real *x, size_t n)
{
    rt_counts c = { 0 };
    RT_REALS.count(x, n, &c);
    return c;
}

TEST(bins_are_exponents)
{
    for (int e = -47; e <= 14; e++) {
        const rt_real x[3] = { (rt_real)ldexp(1, e), (rt_real)ldexp(-1.99, e), 0 };
        const rt_counts c = count(x, 3);
        CHECK(c.bin[RT_BIN_ONE + e] == 2 && c.zero == 1 && c.count == 3);
    }
    const rt_real far[4] = { RT_C(1e-30), RT_C(1e30), -RT_C(1e-37), RT_C(65536.0) };
    const rt_counts c = count(far, 4);
    CHECK(c.bin[0] == 2 && c.bin[RT_BINS - 1] == 2 && c.subnormal == 0);
}

TEST(three_words_for_nothing)
{
    const rt_real least = (rt_real)(sizeof(rt_real) == 4 ? 0x1p-149 : 0x1p-1074);
    const rt_real normal = (rt_real)(sizeof(rt_real) == 4 ? 0x1p-126 : 0x1p-1022);
    const rt_real x[8] = { 0, -(rt_real)0.0, least, -least * 5, normal, (rt_real)NAN,
                           (rt_real)INFINITY, -(rt_real)INFINITY };
    const rt_counts c = count(x, 8);
    CHECK(c.count == 8 && c.zero == 2 && c.subnormal == 2 && c.nonfinite == 3 && c.bin[0] == 3);
    if (sizeof(rt_real) == 4)
        CHECK_NEAR(c.sum_squares / (26 * 0x1p-298 + 0x1p-252), 1, 1e-12);
}

#if defined(__SSE__)
TEST(flushing_hides_nothing)
{
    const rt_real least = (rt_real)(sizeof(rt_real) == 4 ? 0x1p-149 : 0x1p-1074);
    const rt_real x[3] = { least, 0, least };
    const unsigned kept = _mm_getcsr();
    _mm_setcsr(kept | 0x8040);                  /* flush results, and read subnormals as zero */
    const rt_counts c = count(x, 3);
    _mm_setcsr(kept);
    CHECK(c.subnormal == 2 && c.zero == 1 && c.bin[0] == 2);
    if (sizeof(rt_real) == 4)
        CHECK(c.sum_squares == 2 * 0x1p-298);
}
#endif

TEST(counts_add)
{
    const rt_real x[2] = { 1, 3 };
    rt_counts c = count(x, 2);
    RT_REALS.count(x, 2, &c);
    CHECK(c.count == 4 && c.sum_squares == 20);
    CHECK(c.bin[RT_BIN_ONE] == 2 && c.bin[RT_BIN_ONE + 1] == 2);
}

/* One value after another, by frexp. */
static rt_counts naive_count(const rt_real *x, size_t n)
{
    rt_counts c = { .count = n };
    for (size_t i = 0; i < n; i++) {
        int exponent;
        frexp((double)x[i], &exponent);
        const int bin = exponent - 1 + RT_BIN_ONE;
        c.zero += x[i] == 0;
        c.subnormal += fpclassify(x[i]) == FP_SUBNORMAL;
        c.nonfinite += isfinite(x[i]) ? 0 : 1;
        if (x[i] != 0 && isfinite(x[i]))
            c.bin[bin < 0 ? 0 : bin >= RT_BINS ? RT_BINS - 1 : bin]++;
        if (isfinite(x[i]))
            c.sum_squares += (double)x[i] * (double)x[i];
    }
    return c;
}

static bool same_counts(const rt_counts *a, const rt_counts *b)
{
    return a->count == b->count && a->zero == b->zero && a->subnormal == b->subnormal
        && a->nonfinite == b->nonfinite && memcmp(a->bin, b->bin, sizeof a->bin) == 0;
}

static void check_count(const rt_real *x, size_t n)
{
    const rt_counts got = count(x, n), want = naive_count(x, n);
    rt_counts no_bins = { 0 }, all = got;

    CHECK(same_counts(&got, &want));
    rt_count_values(n, x, false, &no_bins);
    memset(all.bin, 0, sizeof all.bin);
    CHECK(same_counts(&no_bins, &all));
    CHECK(memcmp(&no_bins.sum_squares, &got.sum_squares, sizeof(double)) == 0);
    if (isfinite(want.sum_squares))
        CHECK_NEAR(got.sum_squares, want.sum_squares, want.sum_squares * (sizeof *x == 4 ? 1e-6 : 1e-12));
    else
        CHECK(got.sum_squares == want.sum_squares);
}

/* Values whose exponents spread over `decades` about 10^middle, a share of them zero, and `odd` of
 * them of any bits at all. */
static rt_real *spread(size_t n, double middle, double decades, double zeros, size_t odd)
{
    const rt_stream s = { 3, RT_FOR_CHECK, 1, 0 };
    rt_real *x = normals(n, 2);
    for (size_t i = 0; i < n; i++) {
        const double u = rt_random_uniform(&s, (uint32_t)i);
        x[i] *= (rt_real)pow(10, middle + decades * (u - 0.5));
        x[i] = rt_random_uniform(&s, (uint32_t)(n + i)) < zeros ? 0 : x[i];
    }
    for (size_t i = 0; i < odd; i++) {
        const uint32_t at = (uint32_t)(i * 7919 % n);
        for (size_t b = 0; b < sizeof *x; b++)
            ((unsigned char *)&x[at])[b] =
                (unsigned char)(256 * rt_random_uniform(&s, at * 8 + (uint32_t)b));
    }
    return x;
}

TEST(counts_are_of_every_value)
{
    enum { MOST = 20000 };
    const double middle[] = { 0, -4, -25, -36, -40, 12, 30 };
    for (size_t k = 0; k < sizeof middle / sizeof *middle; k++)
        for (int wide = 0; wide < 3; wide++) {
            rt_real *x = spread(MOST, middle[k], wide * 8, wide * 0.3, wide == 1 ? 900 : 0);
            for (size_t n = 0; n < 300; n++)
                check_count(x + n % 7, n);
            for (size_t n = 300; n < MOST - 7; n += n / 7)
                check_count(x + n % 7, n);
            free(x);
        }
}

/* A byte of every column counts up to 255. */
TEST(equal_values_are_all_counted)
{
    enum { MOST = 70000 };
    rt_real *x = zeros(MOST);
    check_count(x, MOST);
    for (int i = 0; i < MOST; i++)
        x[i] = RT_C(0.3);
    for (size_t n = 4000; n < MOST; n += n / 5)
        check_count(x, n);
    free(x);
}

/* ---- Outputs --------------------------------------------------------------------------------- */

typedef struct {
    rt_activation act;
    double a;
    bool by_output;                 /* the slope is a function of y */
    double least, most;             /* x with a slope under 5 % of the steepest ... and over it */
} saturation;

/* From the derivatives, to three digits or so on either side. */
static const saturation saturations[] = {
    { RT_SIGMOID, 0, true, 4.37, 4.35 }, { RT_TANH, 0, true, 2.19, 2.17 },
    { RT_RELU, 0, true, -0.01, 0.01 }, { RT_LEAKY_RELU, 0.01, false, -1, 1 },
    { RT_ELU, 1, false, -3.01, -2.98 }, { RT_SELU, 0, false, -3.01, -2.98 },
    { RT_GELU, 0, false, -3, -2 }, { RT_SILU, 0, false, -5, -3 },
    { RT_SOFTPLUS, 0, false, -2.95, -2.94 }, { RT_SOFTSIGN, 0, true, 3.48, 3.46 },
    { RT_HARD_SIGMOID, 0, false, 3.1, 2.9 }, { RT_HARD_TANH, 0, false, -1.1, -0.9 },
};

static double value_of(rt_activation act, double x)
{
    switch (act) {
    case RT_SIGMOID: return 1 / (1 + exp(-x));
    case RT_TANH: return tanh(x);
    case RT_RELU: return x > 0 ? x : 0;
    case RT_SOFTSIGN: return x / (1 + fabs(x));
    default: return x;
    }
}

static double saturated_at(const saturation *s, double x)
{
    rt_pass c = { .rows = 1, .watching = true };
    rt_watch w = { 0 };
    const rt_real v = (rt_real)(s->by_output ? value_of(s->act, x) : x);
    rt_watch_output(&c, &w, s->act, s->a, 1, 1, 1, &v, &v);
    return w.saturated;
}

TEST(saturated_under_five_percent)
{
    for (size_t i = 0; i < sizeof saturations / sizeof *saturations; i++) {
        CHECK_NEAR(saturated_at(&saturations[i], saturations[i].least), 1, 0);
        CHECK_NEAR(saturated_at(&saturations[i], saturations[i].most), 0, 0);
    }
}

TEST(linear_and_softmax_do_not_saturate)
{
    rt_pass c = { .rows = 4, .watching = true };
    const rt_real y[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };
    rt_watch w = { .saturated = 9, .dead = 9 };
    rt_watch_output(&c, &w, RT_LINEAR, 0, 4, 2, 1, y, y);
    CHECK(w.saturated == 0 && w.dead == 0);
    w.saturated = w.dead = 9;
    rt_watch_output(&c, &w, RT_SOFTMAX, 0, 4, 2, 1, y, y);
    CHECK(w.saturated == 0 && w.dead == 0);
}

/* Units 0 and 3 of four are zero in every row and place. */
TEST(dead_units)
{
    rt_pass c = { .rows = 3, .watching = true };
    rt_real y[3][4][5] = { { { 0 } } };
    rt_watch w = { 0 };
    y[2][1][4] = 1;
    y[0][2][0] = 2;
    rt_watch_output(&c, &w, RT_RELU, 0, 3, 4, 5, &y[0][0][0], &y[0][0][0]);
    CHECK(w.dead == 0.5);
    CHECK_NEAR(w.saturated, 58.0 / 60, 1e-15);
    rt_watch_output(&c, &w, RT_RELU, 0, 3, 20, 1, &y[0][0][0], &y[0][0][0]);
    CHECK(w.dead == 0.9);
}

/* Against the definitions, for more units than a block has, and for values of any size. */
static void check_moments_of(int n, int units, int inner, double size)
{
    const double near = sizeof(rt_real) == 4 ? 2e-7 : 1e-12;
    rt_pass c = { .rows = n, .watching = true };
    const int count = n * units * inner;
    rt_real *y = normals((size_t)count, 1);
    double sum = 0, squares = 0, variance = 0;
    rt_watch w;

    for (int i = 0; i < count; i++)
        y[i] = (rt_real)size * (y[i] + (rt_real)(i % 3));

    for (int i = 0; i < count; i++) {
        sum += (double)y[i];
        squares += (double)y[i] * (double)y[i];
    }
    for (int k = 0; k < units; k++) {
        double mean = 0, var = 0;
        for (int i = 0; i < n * inner; i++)
            mean += (double)y[(i / inner * units + k) * inner + i % inner] / (n * inner);
        for (int i = 0; i < n * inner; i++) {
            const double v = (double)y[(i / inner * units + k) * inner + i % inner] - mean;
            var += v * v / (n * inner);
        }
        variance += var / units;
    }
    rt_watch_output(&c, &w, RT_TANH, 0, n, units, inner, y, y);
    CHECK_NEAR(w.act_mean / size, sum / count / size, near);
    CHECK_NEAR(w.act_rms / sqrt(squares / count), 1, near);
    CHECK_NEAR(w.act_unit_var / size / size, variance / size / size, 4 * near);
    CHECK(w.act_nonfinite == 0);
    free(y);
}

static void check_moments(int n, int units, int inner)
{
    check_moments_of(n, units, inner, 1);
    check_moments_of(n, units, inner, 0x1p-80);         /* a float has no room for the squares */
    check_moments_of(n, units, inner, 0x1p90);
}

TEST(moments_of_outputs)
{
    check_moments(20, 100, 1);
    check_moments(1, 33, 1);
    check_moments(33, 10, 1);
    check_moments(20, 9, 7);
    check_moments(17, 5, 64);
    check_moments(5, 20, 100);
    check_moments(3, 3, 2500);
    check_moments(2, 9000, 1);                  /* more blocks than partial sums */
}

TEST(moments_of_planes_of_any_size)
{
    const int large[] = { 99, 128, 255, 511, 784, 1023, 1024, 1025, 2049 };
    for (int inner = 2; inner < 80; inner++)
        check_moments(1 + inner % 19, 1 + inner % 18, inner);
    for (size_t k = 0; k < sizeof large / sizeof *large; k++)
        check_moments(1 + (int)k % 4, 5, large[k]);
}

/* Strips of one to four vectors of any width, which reach back or do not, and blocks of rows. */
TEST(moments_of_any_number_of_units)
{
    for (int units = 1; units < 140; units++)
        check_moments(1 + units * 7 % 71, units, 1);
}

/* Every third unit has one value that is not flat, in the row or place that is named. */
static void check_slopes(rt_activation act, rt_real flat, int n, int units, int inner, int where)
{
    rt_pass c = { .rows = n, .watching = true };
    const int count = n * units * inner, some = (units + 2) / 3;
    rt_real *y = zeros((size_t)count);
    rt_watch w = { 0 };

    for (int i = 0; i < count; i++)
        y[i] = flat;
    for (int k = 0; k < units; k += 3)
        y[(where / inner * units + k) * inner + where % inner] = RT_C(0.5);
    rt_watch_output(&c, &w, act, 0, n, units, inner, y, y);
    CHECK_NEAR(w.dead, 1 - (double)some / units, 1e-12);
    CHECK_NEAR(w.saturated, 1 - (double)some / count, 1e-12);
    free(y);
}

TEST(slopes_are_of_every_value)
{
    const rt_activation act[] = { RT_RELU, RT_TANH, RT_TANH, RT_SIGMOID, RT_HARD_TANH };
    const rt_real flat[] = { 0, 1, -1, 1, 2 };
    for (size_t k = 0; k < sizeof act / sizeof *act; k++)
        for (int where = 0; where < 20 * 9; where += 7) {
            check_slopes(act[k], flat[k], 180, 100, 1, where);
            check_slopes(act[k], flat[k], 180, 7, 1, where);
            check_slopes(act[k], flat[k], 20, 10, 9, where);
            check_slopes(act[k], flat[k], 2, 5, 100, where);
        }
}

static bool is_flat(rt_activation act, double y)
{
    return act == RT_RELU ? !(y > 0) : act == RT_TANH ? 1 - y * y < 0.05 : y * (1 - y) < 0.0125;
}

/* Of values by sixty-fourths, so that no slope is rounded; every fourth unit is dead. */
static void check_counts_of_slopes(rt_activation act, int n, int units, int inner)
{
    rt_pass c = { .rows = n, .watching = true };
    const int count = n * units * inner;
    rt_real *y = normals((size_t)count, 1);
    int saturated = 0;
    rt_watch w = { 0 };

    for (int i = 0; i < count; i++) {
        const double value = floor(64 * value_of(act, 2 * (double)y[i])) / 64;
        y[i] = (rt_real)(i / inner % units % 4 == 1 ? act != RT_RELU : value);
        saturated += is_flat(act, (double)y[i]);
    }
    rt_watch_output(&c, &w, act, 0, n, units, inner, y, y);
    CHECK_NEAR(w.saturated * count, saturated, 1e-9 * count);
    free(y);
}

TEST(slopes_are_counted_one_by_one)
{
    const rt_activation act[] = { RT_RELU, RT_TANH, RT_SIGMOID };
    for (int inner = 1; inner < 140; inner += 1 + inner / 80)
        check_counts_of_slopes(act[inner % 3], 1 + inner % 40, 1 + inner % 21, inner);
    for (int units = 1; units < 140; units++)
        check_counts_of_slopes(act[units % 3], 1 + units * 7 % 71, units, 1);
    for (int k = 0; k < 3; k++)
        for (int inner = 1020; inner < 1030; inner++)
            check_counts_of_slopes(act[k], 3, 5, inner);
}

/* Flat everywhere, but not of slope 0. */
TEST(flat_units_are_not_dead)
{
    rt_pass c = { .rows = 40, .watching = true };
    rt_real *y = zeros(40 * 70);
    rt_watch w = { 0 };
    for (int i = 0; i < 40 * 70; i++)
        y[i] = RT_C(0.99);
    rt_watch_output(&c, &w, RT_TANH, 0, 40, 70, 1, y, y);
    CHECK(w.saturated == 1 && w.dead == 0 && w.act_unit_var == 0);
    CHECK_NEAR(w.act_mean, 0.99, 1e-7);
    free(y);
}

TEST(nonfinite_outputs_are_counted)
{
    rt_pass c = { .rows = 1, .watching = true };
    const rt_real y[4] = { 1, (rt_real)NAN, (rt_real)INFINITY, 2 };
    rt_watch w = { 0 };
    rt_watch_output(&c, &w, RT_TANH, 0, 1, 4, 1, y, y);
    CHECK(w.act_nonfinite == 2 && !isfinite(w.act_rms));
}

/* Finite values whose squares overflow a double have a size, if no number: it is not lost. */
TEST(large_outputs_are_finite)
{
    rt_pass c = { .rows = 2, .watching = true };
    const rt_real large = (rt_real)(sizeof large == 8 ? 1e200 : 1e38);
    const rt_real y[4] = { large, -large, -large, 0 };
    rt_watch w = { 0 };
    rt_watch_output(&c, &w, RT_TANH, 0, 2, 2, 1, y, y);
    CHECK(w.act_nonfinite == 0 && w.act_rms > 0.8 * (double)large);
    rt_watch_output(&c, &w, RT_TANH, 0, 2, 1, 2, y, y);
    CHECK(w.act_nonfinite == 0 && w.act_rms > 0.8 * (double)large);
    rt_watch_output(&c, &w, RT_TANH, 0, 2, 1, 1, y, y);     /* their mean is 0 */
    CHECK(w.act_nonfinite == 0 && w.act_rms > 0.8 * (double)large);
}

/* ---- Gradients ------------------------------------------------------------------------------- */

TEST(delta_is_of_a_sample)
{
    rt_pass c = { .rows = 10, .watching = true };
    const rt_real dz[4] = { RT_C(0.3), -RT_C(0.4), 0, RT_C(0.5) };
    rt_watch w = { .stream = 8 };
    rt_watch_delta(&c, &w, 2, 2, dz);
    CHECK_NEAR(w.delta_rms, 10 * sqrt(0.5 / 4), 1e-6);
    CHECK(w.delta.count == 4 && w.delta.zero == 1 && w.delta.bin[RT_BIN_ONE - 2] == 2);
    rt_watch_delta(&c, &w, 1, 2, dz);
    CHECK(w.delta.count == 2 && w.stream == 8);
}

TEST(a_nonfinite_delta_has_no_size)
{
    rt_pass c = { .rows = 10, .watching = true };
    const rt_real dz[2] = { 1, (rt_real)NAN };
    rt_watch w = { 0 };
    rt_watch_delta(&c, &w, 1, 2, dz);
    CHECK(isnan(w.delta_rms) && w.delta.nonfinite == 1 && w.delta.sum_squares == 1);
}

TEST(joins)
{
    rt_pass c = { .rows = 2, .watching = true };
    const rt_real skip[2] = { 3, 4 }, body[2] = { RT_C(0.5), -RT_C(0.5) };
    rt_watch w = { 0 };
    rt_watch_path(&c, &w, 0, 2, 1, skip);
    rt_watch_path(&c, &w, 1, 2, 1, body);
    rt_watch_path(&c, &w, RT_PATHS, 2, 1, body);        /* one too many: not told */
    CHECK_NEAR(w.path_rms[0], 2 * sqrt(12.5), 1e-6);
    CHECK_NEAR(w.path_rms[1], 1, 1e-12);
}

/* A gradient of a batch in two parts, counted for one layer and taken over by another. */
TEST(taken_over)
{
    rt_parts parts = { .whole = 5 };
    const rt_real d[5] = { 3, 4, 0, -RT_C(0.7), RT_C(1e-3) };
    rt_watch first = { 0 }, own = { 0 }, taken = { 0 }, none = { 0 };
    for (int at = 0; at < 5; at += 3) {
        rt_pass c = { .rows = at ? 2 : 3, .watching = true, .parts = &parts };
        parts.before = at;
        rt_watch_delta(&c, &first, c.rows, 1, d + at);
        rt_watch_path(&c, &own, 1, c.rows, 1, d + at);
        rt_watch_same_delta(&c, &taken, &first, c.rows, 1, d + at);
        rt_watch_same_path(&c, &taken, 1, &first, c.rows, 1, d + at);
        rt_watch_same_delta(&c, &none, NULL, c.rows, 1, d + at);
        rt_watch_same_path(&c, &none, 1, NULL, c.rows, 1, d + at);
    }
    own.delta = first.delta;
    own.delta_rms = first.delta_rms;
    CHECK(first.delta.count == 5 && own.path_rms[1] > 0);
    CHECK(memcmp(&none, &own, sizeof own) == 0);
    CHECK(memcmp(&taken, &own, sizeof own) == 0);
}

TEST(counted_once)
{
    rt_pass c = { .rows = 1, .watching = true };
    const rt_real d = 8;
    rt_watch first = { 0 }, w = { 0 };
    first.delta.count = 7;
    first.delta_rms = 2;
    rt_watch_same_delta(&c, &w, &first, 1, 1, &d);
    rt_watch_same_path(&c, &w, 0, &first, 1, 1, &d);
    rt_watch_same_path(&c, &w, RT_PATHS, &first, 1, 1, &d);
    CHECK(w.delta.count == 7 && w.delta_rms == 2 && w.path_rms[0] == 2);
}

TEST(nothing_unless_watching)
{
    rt_pass c = { .rows = 2 };
    const rt_real x[2] = { 3, 4 };
    rt_watch w = { 0 }, none = { 0 };
    rt_watch_output(&c, &w, RT_TANH, 0, 2, 1, 1, x, x);
    rt_watch_delta(&c, &w, 2, 1, x);
    rt_watch_path(&c, &w, 0, 2, 1, x);
    rt_watch_same_delta(&c, &w, &(rt_watch){ .delta_rms = 1 }, 2, 1, x);
    rt_watch_same_path(&c, &w, 0, &(rt_watch){ .delta_rms = 1 }, 2, 1, x);
    CHECK(memcmp(&w, &none, sizeof w) == 0);
}

TEST(same_bits_for_any_threads)
{
    enum { N = 200, UNITS = 700 };
    rt_real *y = normals(N * UNITS, 1);
    rt_watch first;
    for (int threads = 1; threads <= 3; threads++) {
        rt_pass c = { .rows = N, .watching = true, .pool = rt_pool_new(threads) };
        rt_watch w;
        memset(&w, 0, sizeof w);
        rt_watch_output(&c, &w, RT_SIGMOID, 0, N, UNITS, 1, y, y);
        rt_watch_delta(&c, &w, N, UNITS, y);
        rt_watch_path(&c, &w, 1, N, UNITS, y);
        if (threads == 1)
            first = w;
        CHECK(memcmp(&w, &first, sizeof w) == 0);
        rt_pool_free(c.pool);
    }
    free(y);
}

int main(void)
{
    RUN(bins_are_exponents);
    RUN(three_words_for_nothing);
#if defined(__SSE__)
    RUN(flushing_hides_nothing);
#endif
    RUN(counts_add);
    RUN(counts_are_of_every_value);
    RUN(equal_values_are_all_counted);
    RUN(saturated_under_five_percent);
    RUN(linear_and_softmax_do_not_saturate);
    RUN(dead_units);
    RUN(moments_of_outputs);
    RUN(moments_of_planes_of_any_size);
    RUN(moments_of_any_number_of_units);
    RUN(slopes_are_of_every_value);
    RUN(slopes_are_counted_one_by_one);
    RUN(flat_units_are_not_dead);
    RUN(nonfinite_outputs_are_counted);
    RUN(large_outputs_are_finite);
    RUN(delta_is_of_a_sample);
    RUN(a_nonfinite_delta_has_no_size);
    RUN(joins);
    RUN(taken_over);
    RUN(counted_once);
    RUN(nothing_unless_watching);
    RUN(same_bits_for_any_threads);
    return test_done();
}
