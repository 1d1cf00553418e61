/* then.c -- what follows on a result: element by element, and the same from every kernel that takes
 * it. */
#include "naive.h"

enum { COUNT = 3 * 5 * 7 * 6, ACTIVATIONS = RT_HARD_TANH + 1 };

typedef rt_real unary(rt_real v, rt_real a);

#define WITHOUT(f) static rt_real f##_of(rt_real v, rt_real a) { (void)a; return rt_##f(v); } \
    static rt_real f##_slope_of(rt_real v, rt_real a) { (void)a; return rt_##f##_slope(v); }
#define WITH(f) static rt_real f##_of(rt_real v, rt_real a) { return rt_##f(v, a); } \
    static rt_real f##_slope_of(rt_real v, rt_real a) { return rt_##f##_slope(v, a); }
WITHOUT(sigmoid) WITHOUT(tanh) WITHOUT(relu) WITH(leaky_relu) WITH(elu) WITHOUT(selu) WITHOUT(gelu)
WITHOUT(silu) WITHOUT(softplus) WITHOUT(softsign) WITHOUT(hard_sigmoid) WITHOUT(hard_tanh)

static rt_real same(rt_real v, rt_real a) { return (void)a, v; }
static rt_real one(rt_real v, rt_real a) { return (void)v, (void)a, 1; }

static unary *const activation[ACTIVATIONS] = {
    same, sigmoid_of, tanh_of, relu_of, leaky_relu_of, elu_of, selu_of, gelu_of, silu_of,
    softplus_of, softsign_of, hard_sigmoid_of, hard_tanh_of
};
static unary *const slope[ACTIVATIONS] = {
    one, sigmoid_slope_of, tanh_slope_of, relu_slope_of, leaky_relu_slope_of, elu_slope_of,
    selu_slope_of, gelu_slope_of, silu_slope_of, softplus_slope_of, softsign_slope_of,
    hard_sigmoid_slope_of, hard_tanh_slope_of
};

/* Every activation, forward and back, with and without a factor and sums before it. */
TEST(element_by_element)
{
    rt_pass c = { .rows = 1 };
    rt_real *x = normals(COUNT, 1), *plus = normals(COUNT, 2), *at = normals(COUNT, 3);
    rt_real *also = normals(COUNT, 4), *y = zeros(COUNT);

    for (int k = 0; k < 16 * ACTIVATIONS; k++) {
        const int act = k / 16;
        const rt_then then = { .times = k & 4 ? RT_C(0.7) : 0, .plus = k & 1 ? plus : NULL,
                               .also = k & 8 ? also : NULL, .act = (rt_activation)act,
                               .a = RT_C(0.2), .slope_at = k & 2 ? at : NULL };
        rt_map(&c, COUNT, x, &then, y);
        for (int i = 0; i < COUNT; i++) {
            const rt_real scaled = k & 4 ? RT_C(0.7) * x[i] : x[i];
            const rt_real sum = k & 1 ? scaled + plus[i] : scaled;
            const rt_real v = k & 8 ? sum + also[i] : sum;
            const rt_real want = k & 2 ? v * slope[act](at[i], then.a) : activation[act](v, then.a);
            CHECK_NEAR((double)y[i], (double)want, CLOSE);
        }
    }
    free(x), free(plus), free(also), free(at), free(y);
}

TEST(an_infinite_gradient_stays_away_where_a_relu_is_off)
{
    rt_pass c = { .rows = 1 };
    const rt_real dy[3] = { (rt_real)INFINITY, (rt_real)INFINITY, (rt_real)NAN }, at[3] = { 0, 1, 1 };
    rt_real dz[3];

    rt_map(&c, 3, dy, RT_THEN(.act = RT_RELU, .slope_at = at), dz);
    CHECK(dz[0] == 0 && isinf(dz[1]) && isnan(dz[2]));
}

/* The result may take the place of what is read. */
TEST(in_place)
{
    rt_pass c = { .rows = 1 };
    rt_real *x = normals(COUNT, 1), *plus = normals(COUNT, 2), *want = zeros(COUNT);

    rt_map(&c, COUNT, x, RT_THEN(.plus = plus, .act = RT_TANH), want);
    rt_map(&c, COUNT, x, RT_THEN(.plus = plus, .act = RT_TANH), plus);
    CHECK(same_bits(COUNT, plus, want));
    for (int i = 0; i < COUNT; i++)
        plus[i] = x[COUNT - 1 - i];
    rt_map(&c, COUNT, x, RT_THEN(.times = 2, .plus = plus, .act = RT_RELU), want);
    rt_map(&c, COUNT, x, RT_THEN(.times = 2, .plus = plus, .act = RT_RELU), plus);
    CHECK(same_bits(COUNT, plus, want));
    for (int i = 0; i < COUNT; i++)
        plus[i] = x[COUNT - 1 - i];
    rt_map(&c, COUNT, x, RT_THEN(.plus = x, .also = plus), want);
    rt_map(&c, COUNT, x, RT_THEN(.plus = x, .also = plus), plus);
    CHECK(same_bits(COUNT, plus, want));
    rt_map(&c, COUNT, x, RT_THEN(.also = x, .act = RT_RELU, .slope_at = plus), want);
    rt_map(&c, COUNT, x, RT_THEN(.also = x, .act = RT_RELU, .slope_at = plus), plus);
    CHECK(same_bits(COUNT, plus, want));
    rt_map(&c, COUNT, x, NULL, plus);
    CHECK(same_bits(COUNT, plus, x));
    rt_map(&c, COUNT, plus, RT_THEN(.plus = plus, .act = RT_RELU, .slope_at = plus), plus);
    for (int i = 0; i < COUNT; i++)
        CHECK(plus[i] == (x[i] > 0 ? 2 * x[i] : 0));
    free(x), free(plus), free(want);
}

/* All that takes a `then`, on x[3][5][7][6] or as a matrix [15][42]. */
enum { N = 15, M = 42, KERNELS = 4 };

static void run_kernel(int kernel, const rt_real *x, const rt_real *w, const rt_then *then,
                       rt_real *y)
{
    rt_pass c = { .rows = 3 };
    rt_window v = { .channels = 5, .height = 7, .width = 6, .filters = 5, .out_height = 7,
                    .out_width = 6, .kernel = 3, .stride = 1, .dilation = 1, .groups = 1,
                    .top = 1, .left = 1 };

    if (kernel == 0) {
        rt_affine(&c, N, M, M, x, w, w, then, y);
        return;
    }
    if (kernel == 2)
        v.kernel = 1, v.top = v.left = 0;
    if (kernel == 3)
        v.groups = 5;
    rt_conv(&c, 3, &v, x, w, kernel == 1 ? NULL : w, then, y);
}

TEST(the_same_from_every_kernel)
{
    rt_pass c = { .rows = 3 };
    rt_real *x = normals(COUNT, 1), *w = normals(M * M, 2), *plus = normals(COUNT, 3);
    rt_real *y = zeros(COUNT), *want = zeros(COUNT);
    const rt_then then[3] = { { .act = RT_SIGMOID }, { .plus = plus, .act = RT_RELU },
                              { .plus = plus, .act = RT_TANH, .slope_at = x } };

    for (int kernel = 0; kernel < KERNELS; kernel++)
        for (int k = 0; k < 3; k++) {
            run_kernel(kernel, x, w, NULL, want);
            rt_map(&c, COUNT, want, &then[k], want);
            run_kernel(kernel, x, w, &then[k], y);
            CHECK_NEAR(distance(COUNT, y, want), 0, 10 * CLOSE);
        }
    free(x), free(w), free(plus), free(y), free(want);
}

int main(void)
{
    RUN(element_by_element);
    RUN(an_infinite_gradient_stays_away_where_a_relu_is_off);
    RUN(in_place);
    RUN(the_same_from_every_kernel);
    return test_done();
}
