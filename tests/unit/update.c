/* update.c -- penalties, clips and optimisers: numbers worked out by hand or taken from PyTorch. */
#include "naive.h"
#include "pieces.h"
#include "reals.h"

#define REALS RT_REALS

enum { MOST = 110000 };

/* A net of up to three tensors with gradients, slots and room for what is watched. */
typedef struct {
    rt_tensor tensor[3];
    rt_slot param[3];
    rt_net net;
    rt_settings set;
    rt_tensor_watch watch[3], piece[RT_MAX_TILES + 3];
    double squares[RT_MAX_TILES + 3], tensor_scale[3];
    rt_update u;
    rt_real w[MOST], g[MOST], slot0[MOST], slot1[MOST];
} bench;

static bench b;                    /* too large for the stack */

static void add_tensor(int rank, int rows, int columns, bool is_weight)
{
    const int i = b.net.n_params++;
    b.tensor[i] = (rt_tensor){ .rank = rank, .shape = { rows, columns }, .is_weight = is_weight };
    b.param[i] = (rt_slot){ .tensor = &b.tensor[i], .place = i, .placed = i, .at = b.net.n_elements,
                            .n = (size_t)rows * (size_t)(rank == 2 ? columns : 1) };
    b.net.n_elements += b.param[i].n;
}

static void start_bench(void)
{
    memset(&b, 0, sizeof b);
    b.net.param = b.param;
    b.u = (rt_update){ .set = &b.set, .net = &b.net, .w = b.w, .g = b.g,
                       .slot = { b.slot0, b.slot1 }, .step = 1, .watch = b.watch,
                       .piece = b.piece, .squares = b.squares, .tensor_scale = b.tensor_scale };
}

static void fill(rt_real *x, const double *from, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = (rt_real)from[i];
}

static void check_values(const rt_real *x, const double *want, int n, double close)
{
    for (int i = 0; i < n; i++)
        CHECK_NEAR((double)x[i], want[i], close * fmax(1, fabs(want[i])));
}

/* ---- Optimisers ------------------------------------------------------------------------------ */

typedef struct {
    void (*step)(rt_update *u);
    rt_settings set;
    double want[4];
} trajectory;

/* Six steps from w = (0.5, -1, 2, 0.25) with g[i] = cos(0.7 t (i + 1)), the last times 1e-4: torch
 * 1.13 in float64. */
static const trajectory trajectories[] = {
    { rt_sgd, { .lr = 0.1 }, { 0.693897662371528, -0.974766345962775, 1.99906392861688,
                               0.250008068816217 } },
    { rt_sgd, { .lr = 0.1, .momentum = 0.9 },
      { 0.727934747291508, -0.826680383313742, 2.22460129285494, 0.250026754161215 } },
    { rt_sgd, { .lr = 0.1, .momentum = 0.9, .nesterov = 1 },
      { 0.899038934933886, -0.818778690945143, 2.20120509218633, 0.25003214756131 } },
    { rt_rmsprop, { .lr = 0.01, .alpha = 0.99, .eps = 1e-8 },
      { 0.591626108919241, -1.03186527332192, 2.10286824482649, 0.332927427370079 } },
    { rt_rmsprop, { .lr = 0.01, .alpha = 0.9, .eps = 1e-6, .momentum = 0.5 },
      { 0.539475383584305, -1.0220396256713, 2.07701703279628, 0.292749296264141 } },
    { rt_adagrad, { .lr = 0.1, .lr_decay = 0.05, .eps = 1e-10 },
      { 0.561624404814217, -1.03110108941049, 2.10784458294786, 0.329323050519273 } },
    { rt_adam, { .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8 },
      { 0.494220808713211, -0.996826473968499, 2.02328637717767, 0.267481028963205 } },
    { rt_adam, { .lr = 0.1, .beta1 = 0.8, .beta2 = 0.9, .eps = 1e-4 },
      { 0.485851874712034, -0.982134591167586, 2.21581570387438, 0.322525447666796 } },
    { rt_adamw, { .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.1 },
      { 0.491304850681105, -0.990838389397295, 2.01122233158934, 0.265921249470044 } },
};

static void walk(const trajectory *t)
{
    start_bench();
    add_tensor(1, 4, 0, true);
    fill(b.w, (const double[]){ 0.5, -1, 2, 0.25 }, 4);
    b.set = t->set;
    b.u.rate = t->set.lr;
    for (int step = 1; step <= 6; step++) {
        b.u.step = step;
        for (int i = 0; i < 4; i++)
            b.g[i] = (rt_real)(cos(0.7 * step * (i + 1)) * (i < 3 ? 1 : 1e-4));
        t->step(&b.u);
    }
}

TEST(optimisers_follow_pytorch)
{
    for (size_t i = 0; i < sizeof trajectories / sizeof *trajectories; i++) {
        walk(&trajectories[i]);
        check_values(b.w, trajectories[i].want, 4, sizeof(rt_real) == 4 ? 2e-6 : 1e-13);
    }
}

static void start_large(void)
{
    start_bench();
    add_tensor(2, 300, 150, true);
    add_tensor(1, 121, 0, false);
    add_tensor(2, 390, 149, true);
    rt_real *w = normals(MOST, 1);
    memcpy(b.w, w, sizeof b.w);
    free(w);
    b.set = (rt_settings){ .momentum = 0.9, .alpha = 0.99, .beta1 = 0.9, .beta2 = 0.999,
                           .eps = 1e-8, .weight_decay = 0.01, .l1 = 1e-4, .l2 = 1e-3 };
    b.u.rate = 0.01;
}

/* Three updates with a penalty and a clip; the weights go to `out`. */
static void three_updates(void (*clip)(rt_update *), void (*step)(rt_update *), int threads,
                          bool watching, rt_real *out)
{
    start_large();
    b.u.pool = rt_pool_new(threads);
    b.u.watching = watching;
    b.set.clip = clip == rt_clip_value ? 0.5 : clip == rt_clip_adaptive ? 0.1 : 20;
    for (int t = 1; t <= 3; t++) {
        rt_real *g = normals(MOST, (uint32_t)(t + 1));
        memcpy(b.g, g, sizeof b.g);
        free(g);
        b.u.step = t;
        rt_penalty(&b.u);
        clip(&b.u);
        CHECK(b.u.clipped && b.u.norm_after < b.u.norm_before);
        step(&b.u);
    }
    rt_pool_free(b.u.pool);
    memcpy(out, b.w, sizeof b.w);
}

TEST(neither_threads_nor_watching_change_a_bit)
{
    void (*const clip[])(rt_update *) = { rt_clip_value, rt_clip_norm, rt_clip_global_norm,
                                          rt_clip_adaptive, rt_clip_value };
    void (*const step[])(rt_update *) = { rt_sgd, rt_rmsprop, rt_adagrad, rt_adam, rt_adamw };
    rt_real *first = zeros(MOST), *other = zeros(MOST);
    for (int k = 0; k < 5; k++) {
        three_updates(clip[k], step[k], 1, false, first);
        for (int threads = 1; threads <= 3; threads++)
            for (int watching = 0; watching < 2; watching++) {
                three_updates(clip[k], step[k], threads, watching, other);
                CHECK(same_bits(MOST, first, other));
            }
    }
    free(first), free(other);
}

/* Tensors may be listed in another order than that in which they lie. */
static void list_backwards(void)
{
    const rt_slot first = b.param[0];

    b.param[0] = b.param[2];
    b.param[2] = first;
    for (int i = 0; i < 3; i++)
        b.param[i].place = b.param[i].placed = 2 - i;
}

static void check_watched_changes(bool backwards)
{
    start_large();
    if (backwards)
        list_backwards();
    rt_real *g = normals(MOST, 7);
    memcpy(b.g, g, sizeof b.g);
    rt_real *before = zeros(MOST);
    memcpy(before, b.w, sizeof b.w);
    b.u.watching = true;
    rt_penalty(&b.u);
    rt_adam(&b.u);
    for (int i = 0; i < 3; i++) {
        double change = 0, weight = 0, grad = 0;
        for (size_t j = b.param[i].at; j < b.param[i].at + b.param[i].n; j++) {
            change += pow((double)b.w[j] - (double)before[j], 2);
            weight += pow((double)before[j], 2);
            grad += pow((double)b.g[j], 2);
        }
        CHECK_NEAR(b.watch[i].change_sum_squares / change, 1, CLOSE);
        CHECK_NEAR(b.watch[i].weight_sum_squares / weight, 1, CLOSE);
        CHECK_NEAR(b.watch[i].grad.sum_squares / grad, 1, CLOSE);
        CHECK(b.watch[i].grad.count == b.param[i].n);
    }
    free(g), free(before);
}

TEST(watched_changes_are_real)
{
    check_watched_changes(false);
    check_watched_changes(true);
}

/* rt_penalty takes over what was measured before it, with and without watching. */
TEST(a_norm_is_taken_over)
{
    for (int watching = 0; watching < 2; watching++) {
        double want = 0;
        start_large();
        b.set.l1 = b.set.l2 = 0;
        b.u.watching = watching;
        for (size_t i = 0; i < b.net.n_elements; i++) {
            b.g[i] = b.w[i];
            want += (double)b.g[i] * (double)b.g[i];
        }
        CHECK_NEAR(REALS.gradient_norm(&b.u) / sqrt(want), 1, CLOSE / 10);
        b.g[0] = 1000;
        rt_penalty(&b.u);
        CHECK_NEAR(b.u.norm_before / sqrt(want), 1, CLOSE / 10);
        rt_penalty(&b.u);
        CHECK(b.u.norm_before > 1000);
    }
}

/* A step that is lost in the rounding of the weight is no change. */
TEST(a_lost_step_is_no_change)
{
    start_bench();
    add_tensor(1, 2, 0, true);
    fill(b.w, (const double[]){ 1, 1 }, 2);
    fill(b.g, (const double[]){ 1e-20, 1 }, 2);
    b.u.rate = 0.5;
    b.u.watching = true;
    rt_sgd(&b.u);
    CHECK_NEAR(b.watch[0].change_sum_squares, 0.25, 1e-12);
}

/* n weights, of which one in `apart` is not 0. */
static void check_squares_of(double size, int n, int apart, void (*step)(rt_update *))
{
    double weight = 0, change = 0;

    start_bench();
    add_tensor(1, n, 0, true);
    for (int i = 0; i < n; i += apart) {
        b.w[i] = (rt_real)(size * (1 + i % 7));
        b.g[i] = (rt_real)(size * (1 + i % 5));
    }
    rt_real *before = zeros(MOST);
    memcpy(before, b.w, sizeof b.w);
    b.u.rate = 0.5;
    b.u.watching = true;
    b.set.eps = 0;
    step(&b.u);
    for (int i = 0; i < n; i++) {
        weight += pow((double)before[i], 2);
        change += pow((double)b.w[i] - (double)before[i], 2);
    }
    CHECK_NEAR(b.watch[0].weight_sum_squares / weight, 1, CLOSE);
    CHECK_NEAR(b.watch[0].change_sum_squares / change, 1, CLOSE);
    free(before);
}

/* Weights and changes whose squares float has no room for, or too few digits. */
TEST(squares_beyond_a_float_are_summed)
{
    static const int lengths[] = { 1, 15, 16, 37, 64, 1024, 1100, 2100 };
    static const double sizes[] = { 1e-25, 1e-22, 1e-12, 1e-3, 2e17, 5e17, 1e18, 2e18, 4e18, 8e18,
                                    1.4e19, 1e25 };

    for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++)
        for (int apart = 1; apart < 200; apart += 97)
            for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
                check_squares_of(sizes[i], lengths[k], apart, rt_sgd);
}

/* Without an eps, Adam divides 0 by 0 in the lanes behind the last weight. */
TEST(lanes_without_a_weight_are_not_summed)
{
    for (int n = 1; n < 140; n++)
        check_squares_of(1e-3, n, 1, rt_adam);
}

/* ---- Penalties ------------------------------------------------------------------------------- */

static void small_net(void)
{
    start_bench();
    add_tensor(2, 2, 2, true);
    add_tensor(1, 2, 0, false);
    fill(b.w, (const double[]){ 1, -2, 0, 3, 5, -5 }, 6);
    fill(b.g, (const double[]){ 3, -4, 0.1, 0.2, 12, 0.5 }, 6);
}

TEST(penalty_is_keras_own)
{
    small_net();
    b.set.l1 = 0.01;
    b.set.l2 = 0.1;
    b.tensor[0].l1 = 0.02;
    b.tensor[0].l2 = 0.2;
    const double value = 0.03 * 6 + 0.3 * 14;
    CHECK_NEAR(REALS.penalty_value(&b.u), value, 1e-12);
    CHECK_NEAR((double)b.g[0], 3, CLOSE);
    b.u.clipped = true;
    rt_penalty(&b.u);
    CHECK_NEAR(b.u.penalty, value, 1e-12);
    check_values(b.g, (const double[]){ 3.63, -5.23, 0.1, 2.03, 12, 0.5 }, 6, CLOSE);
    const double squares = 3.63 * 3.63 + 5.23 * 5.23 + 0.01 + 2.03 * 2.03 + 144.25;
    CHECK_NEAR(b.u.norm_before, sqrt(squares), 1e-5);
    CHECK(b.u.norm_after == b.u.norm_before && !b.u.clipped);
}

/* The tiles of the flat block cut tensors anywhere. */
TEST(penalty_of_large_tensors)
{
    start_large();
    double value = 0;
    for (int i = 0; i < 3; i += 2)
        for (size_t j = b.param[i].at; j < b.param[i].at + b.param[i].n; j++)
            value += 1e-4 * fabs((double)b.w[j]) + 1e-3 * (double)b.w[j] * (double)b.w[j];
    rt_penalty(&b.u);
    CHECK_NEAR(b.u.penalty / value, 1, 1e-12);
    double worst = 0;
    for (int i = 0; i < 3; i++)
        for (size_t j = b.param[i].at; j < b.param[i].at + b.param[i].n; j++) {
            const double w = (double)b.w[j], want = i == 1 ? 0 : (w > 0 ? 1e-4 : -1e-4) + 2e-3 * w;
            worst = fmax(worst, fabs((double)b.g[j] - want));
        }
    CHECK_NEAR(worst, 0, 1e-8);
}

/* ---- Clips ----------------------------------------------------------------------------------- */

/* The gradient as the optimiser takes it: the velocity after a step from rest. */
static const rt_real *clipped_gradient(void)
{
    b.set.momentum = 0.5;
    memset(b.slot0, 0, sizeof b.slot0);
    rt_sgd(&b.u);
    return b.slot0;
}

static void clip_small_net(void (*clip)(rt_update *), double limit, const double *want)
{
    small_net();
    b.set.clip = limit;
    rt_penalty(&b.u);
    clip(&b.u);
    CHECK(b.u.clipped);
    check_values(clipped_gradient(), want, 6, CLOSE);
    double norm = 0;
    for (int i = 0; i < 6; i++)
        norm += want[i] * want[i];
    CHECK_NEAR(b.u.norm_after, sqrt(norm), 1e-5);
    CHECK_NEAR(b.u.norm_before, sqrt(169.3), 1e-6);
}

/* torch 1.13: clip_grad_norm_ of all, and of each; clip_grad_value_ */
TEST(clips_follow_pytorch)
{
    clip_small_net(rt_clip_global_norm, 2,
                   (const double[]){ 0.461129321162176, -0.614839094882902, 0.0153709773720725,
                                     0.0307419547441451, 1.84451728464871, 0.0768548868603627 });
    clip_small_net(rt_clip_value, 2, (const double[]){ 2, -2, 0.1, 0.2, 2, 0.5 });
    clip_small_net(rt_clip_norm, 6,
                   (const double[]){ 3, -4, 0.1, 0.2, 5.9947979394207, 0.249783247475863 });
}

/* Rows of w: norms sqrt 5 and 3; of g: 5 and 0.2236.  The bias: 7.0711 and 12.0104.  Limit 0.5. */
TEST(adaptive_clip_goes_by_unit)
{
    const double row = 0.5 * sqrt(5) / 5, bias = 0.5 * sqrt(50) / sqrt(144.25);
    clip_small_net(rt_clip_adaptive, 0.5,
                   (const double[]){ 3 * row, -4 * row, 0.1, 0.2, 12 * bias, 0.5 * bias });
}

TEST(weights_of_zero_have_the_least_norm)
{
    small_net();
    memset(b.w, 0, sizeof b.w);
    b.set.clip = 0.5;
    rt_penalty(&b.u);
    rt_clip_adaptive(&b.u);
    CHECK_NEAR(hypot((double)b.g[0], (double)b.g[1]), 0.5e-3, 1e-9);
}

TEST(what_is_small_stays)
{
    void (*const clip[])(rt_update *) = { rt_clip_value, rt_clip_norm, rt_clip_global_norm,
                                          rt_clip_adaptive };
    for (int i = 0; i < 4; i++) {
        small_net();
        b.set.clip = 1000;
        rt_penalty(&b.u);
        clip[i](&b.u);
        CHECK(!b.u.clipped && b.u.norm_after == b.u.norm_before);
        check_values(clipped_gradient(), (const double[]){ 3, -4, 0.1, 0.2, 12, 0.5 }, 6,
                     CLOSE / 100);
    }
}

TEST(nan_is_not_hidden)
{
    void (*const clip[])(rt_update *) = { rt_clip_value, rt_clip_norm, rt_clip_global_norm,
                                          rt_clip_adaptive };
    for (int i = 0; i < 4; i++) {
        small_net();
        b.g[2] = (rt_real)NAN;
        b.set.clip = 1;
        rt_penalty(&b.u);
        CHECK(isnan(b.u.norm_before));
        clip[i](&b.u);
        CHECK(isnan(clipped_gradient()[2]) && isnan(b.u.norm_after));
    }
}

/* ---- Arrays ---------------------------------------------------------------------------------- */

TEST(arrays)
{
    enum { N = 10000 };
    rt_real *x = normals(N, 1), *y = normals(N, 2), *want = normals(N, 2);
    for (int i = 0; i < N; i++)
        want[i] = (want[i] + RT_C(0.5) * x[i]) * 3;
    REALS.add_scaled(NULL, N, 0.5, x, y);
    REALS.scale(NULL, N, 3, y);
    CHECK_NEAR(distance(N, y, want), 0, CLOSE);
    CHECK(REALS.size == sizeof(rt_real) && REALS.get(x, 7) == (double)x[7]);
    REALS.set(x, 7, 0.25);
    CHECK(x[7] == RT_C(0.25));
    free(x), free(y), free(want);
}

TEST(all_finite_finds_each)
{
    enum { N = 9000 };
    rt_real *x = normals(N, 1);
    const double bad[3] = { NAN, INFINITY, -INFINITY };
    CHECK(REALS.all_finite(NULL, x, N));
    for (int i = 0; i < N; i += 97) {
        const rt_real kept = x[i];
        x[i] = (rt_real)bad[i % 3];
        CHECK(!REALS.all_finite(NULL, x, N));
        x[i] = kept;
    }
    x[3] = sizeof(rt_real) == 4 ? (rt_real)3.4e38 : (rt_real)1.7e308;
    CHECK(REALS.all_finite(NULL, x, N));
    free(x);
}

int main(void)
{
    RUN(optimisers_follow_pytorch);
    RUN(neither_threads_nor_watching_change_a_bit);
    RUN(watched_changes_are_real);
    RUN(squares_beyond_a_float_are_summed);
    RUN(lanes_without_a_weight_are_not_summed);
    RUN(a_norm_is_taken_over);
    RUN(a_lost_step_is_no_change);
    RUN(penalty_is_keras_own);
    RUN(penalty_of_large_tensors);
    RUN(clips_follow_pytorch);
    RUN(adaptive_clip_goes_by_unit);
    RUN(weights_of_zero_have_the_least_norm);
    RUN(what_is_small_stays);
    RUN(nan_is_not_hidden);
    RUN(arrays);
    RUN(all_finite_finds_each);
    return test_done();
}
