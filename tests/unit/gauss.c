/* gauss.c -- the forecast's integrals against a finer rule, and its random numbers drawn twice. */
#include "flow_walk.h"
#include "front.h"

static const Act smooth[] = {
    {ACTIVATION_SIGMOID, 0}, {ACTIVATION_TANH, 0}, {ACTIVATION_GELU, 0}, {ACTIVATION_SILU, 0},
    {ACTIVATION_SOFTPLUS, 0}
};

/* E f over z ~ N(m, std^2), f = phi^2, phi'^2 or |phi'| < level, by steps of 1e-4 over 11 std. */
static double integral(Act act, double std, double m, int which, double level)
{
    double sum = 0, all = 0;
    for (double u = -11; u < 11; u += 1e-4) {
        const double w = exp(-u * u / 2), z = m + std * u;
        const double f = which == 0 ? act_value(act, z) : act_slope(act, z);
        sum += w * (which == 2 ? fabs(f) < level : f * f);
        all += w;
    }
    return sum / all;
}

static double steepest(Act act, double std, double m)
{
    double most = 0;
    for (double u = -7; u < 7; u += 1e-3)
        most = fmax(most, fabs(act_slope(act, m + std * u)));
    return most;
}

TEST(integrates_what_is_smooth)
{
    static const double std[] = {0.01, 0.7, 1.99, 2.01};
    Arena *a = arena_new(front_no_memory, NULL);
    const Gauss *g = gauss_new(a);
    Moments m;
    for (size_t i = 0; i < sizeof smooth / sizeof *smooth; i++)
        for (size_t k = 0; k < sizeof std / sizeof *std; k++) {
            const double near = std[k] < 2 ? 1e-12 : 1e-9;
            act_moments(g, smooth[i], std[k] * std[k], 0.4, &m);
            CHECK_NEAR(m.square / integral(smooth[i], std[k], 0.4, 0, 0), 1, near);
            CHECK_NEAR(m.slope_square / integral(smooth[i], std[k], 0.4, 1, 0), 1, near);
            CHECK_NEAR(m.saturated, integral(smooth[i], std[k], 0.4, 2,
                                             0.05 * steepest(smooth[i], std[k], 0.4)), 0.01);
        }
    arena_free(a);
}

TEST(scales_what_scales)
{
    const Act leaky = {ACTIVATION_LEAKY_RELU, 0.2};
    Arena *a = arena_new(front_no_memory, NULL);
    const Gauss *g = gauss_new(a);
    Moments one, m;
    CHECK(act_scales(leaky) && !act_scales(smooth[1]));
    act_moments(g, leaky, 1, 0, &one);
    act_moments(g, leaky, 7, 0, &m);
    scale_moments(&one, 7);
    CHECK_NEAR(one.mean, m.mean, 1e-12);
    CHECK_NEAR(one.square, m.square, 1e-12);
    CHECK_NEAR(one.steep, m.steep, 1e-12);
    CHECK_NEAR(one.turn, m.turn, 1e-12);
    CHECK_NEAR(one.lift, m.lift, 1e-12);
    CHECK_NEAR(one.own, m.own, 1e-12);
    CHECK_NEAR(series_at(&one.value, 0.3), series_at(&m.value, 0.3), 1e-12);
    CHECK_NEAR(series_at(&one.slope, 0.3), series_at(&m.slope, 0.3), 1e-12);
    arena_free(a);
}

/* What was kept of a seed is what is drawn of it, and leaves the generator as it did. */
TEST(draws_the_same_again)
{
    Arena *a = arena_new(front_no_memory, NULL);
    Tables tables = {.arena = a};
    Flow f = {.arena = a, .tables = &tables};
    double first[7], next;
    flow_seed(&f, 1);
    for (int i = 0; i < 7; i++)
        first[i] = flow_normal(&f);
    next = flow_uniform(&f);
    for (int n = 0; n < 3; n++) {
        flow_seed(&f, 1);
        for (int i = 0; i < 7; i++)
            CHECK(flow_normal(&f) == first[i]);
        CHECK(flow_uniform(&f) == next);
    }
    f.tables = &(Tables){.arena = a};
    flow_seed(&f, FEW_SEEDS);
    f.generator.random = 1;
    for (int i = 0; i < 7; i++)
        CHECK(flow_normal(&f) == first[i]);
    arena_free(a);
}

int main(void)
{
    RUN(integrates_what_is_smooth);
    RUN(scales_what_scales);
    RUN(draws_the_same_again);
    return test_done();
}
