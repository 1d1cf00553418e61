/* products.c -- matrix products and sums against their definitions, for any number of threads. */
#include "naive.h"

typedef struct {
    int n, out, in;
} product_size;

/* Vectors, exact tiles, one more and one less, several tiles each way. */
static const product_size size[] = { { 1, 1, 1 }, { 1, 10, 64 }, { 7, 1, 33 }, { 32, 64, 64 },
                                     { 64, 64, 1 }, { 65, 63, 17 }, { 63, 129, 40 },
                                     { 130, 300, 33 }, { 200, 70, 257 }, { 257, 513, 3 },
                                     { 70, 130, 2 }, { 130, 30, 500 }, { 100, 100, 100 } };
enum { SIZES = sizeof size / sizeof *size };

static void check_size(const product_size *s, const rt_real *bias, rt_gemm gemm)
{
    rt_pass c = { .rows = s->n, .gemm = gemm };
    const size_t n = (size_t)s->n, out = (size_t)s->out, in = (size_t)s->in;
    rt_real *x = normals(n * in, 1), *w = normals(out * in, 2), *dy = normals(n * out, 4);
    rt_real *y = normals(n * out, 5), *dx = normals(n * in, 6), *dw = normals(out * in, 7);
    rt_real *want = zeros(n * out + n * in + out * in);
    const double close = CLOSE * sqrt((double)(n + out + in));

    rt_affine(&c, s->n, s->out, s->in, x, w, bias, NULL, y);
    naive_affine(s->n, s->out, s->in, x, w, bias, want);
    CHECK_NEAR(distance(n * out, y, want), 0, close);
    rt_affine_dx(&c, s->n, s->out, s->in, dy, w, dx);
    naive_affine_dx(s->n, s->out, s->in, dy, w, want);
    CHECK_NEAR(distance(n * in, dx, want), 0, close);
    rt_affine_dw(&c, s->n, s->out, s->in, dy, x, dw);
    naive_affine_dw(s->n, s->out, s->in, dy, x, want);
    CHECK_NEAR(distance(out * in, dw, want), 0, close);
    rt_column_sum(&c, s->n, s->out, dy, y);
    naive_channel_sum(s->n, s->out, 1, dy, want);
    CHECK_NEAR(distance(out, y, want), 0, close);
    free(x), free(w), free(dy), free(y), free(dx), free(dw), free(want);
}

TEST(as_their_definitions)
{
    rt_real *bias = normals(1000, 3);
    for (int i = 0; i < SIZES; i++) {
        check_size(&size[i], bias, RT_GEMM_NATIVE);
        check_size(&size[i], bias, RT_GEMM_OPENBLAS);
        check_size(&size[i], NULL, RT_GEMM_BY_SHAPE);
    }
    free(bias);
}

/* Large enough that the pool is used. */
static void check_threads(rt_gemm gemm)
{
    const int n = 150, out = 300, in = 280;
    rt_real *x = normals(150 * 280, 1), *w = normals(300 * 280, 2), *b = normals(300, 3);
    rt_real *dy = normals(150 * 300, 4), *first[4] = { NULL }, *result[4];
    const size_t count[4] = { 150 * 300, 150 * 280, 300 * 280, 300 };

    for (int threads = 1; threads <= 4; threads++) {
        rt_pass c = { .rows = n, .pool = rt_pool_new(threads), .gemm = gemm };
        for (int k = 0; k < 4; k++)
            result[k] = zeros(count[k]);
        rt_affine(&c, n, out, in, x, w, b, NULL, result[0]);
        rt_affine_dx(&c, n, out, in, dy, w, result[1]);
        rt_affine_dw(&c, n, out, in, dy, x, result[2]);
        rt_column_sum(&c, n, out, dy, result[3]);
        for (int k = 0; k < 4; k++) {
            if (threads == 1)
                first[k] = result[k];
            else
                CHECK(same_bits(count[k], result[k], first[k]));
            if (threads > 1)
                free(result[k]);
        }
        rt_pool_free(c.pool);
    }
    for (int k = 0; k < 4; k++)
        free(first[k]);
    free(x), free(w), free(b), free(dy);
}

TEST(same_bits_for_any_threads)
{
    check_threads(RT_GEMM_NATIVE);
    check_threads(RT_GEMM_OPENBLAS);
}

/* What stood in the output before does not matter, not even a NaN. */
TEST(outputs_are_overwritten)
{
    rt_pass c = { .rows = 2 };
    const rt_real x[4] = { 1, 2, 3, 4 }, w[2] = { 1, -1 };
    rt_real y[4] = { (rt_real)NAN, (rt_real)NAN, (rt_real)NAN, (rt_real)NAN };
    rt_affine(&c, 2, 1, 2, x, w, NULL, NULL, y);
    CHECK(y[0] == -1 && y[1] == -1);
    y[0] = (rt_real)NAN;
    rt_affine_dw(&c, 2, 1, 2, w, x, y);
    CHECK(y[0] == -2 && y[1] == -2);
}

TEST(nan_goes_through)
{
    rt_pass c = { .rows = 2 };
    const rt_real x[4] = { 1, (rt_real)NAN, 3, 4 }, w[2] = { 0, 0 };
    rt_real y[2];
    rt_affine(&c, 2, 1, 2, x, w, NULL, NULL, y);
    CHECK(isnan(y[0]) && y[1] == 0);
}

int main(void)
{
    RUN(as_their_definitions);
    RUN(same_bits_for_any_threads);
    RUN(outputs_are_overwritten);
    RUN(nan_goes_through);
    return test_done();
}
