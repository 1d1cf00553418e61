/* gemm.c -- native matrix products at sizes by chance, and OpenBLAS's beside them. */
#include "gemm.h"
#include "naive.h"

enum { ROUNDS = 120, GUARD = 40, KERNELS = 2 };
static const rt_gemm kernels[KERNELS] = { RT_GEMM_NATIVE, RT_GEMM_OPENBLAS };

/* A size of 1 .. most, small ones as often as large ones. */
static int size_by_chance(uint32_t round, uint32_t which, int most)
{
    const rt_stream s = { 2, RT_FOR_CHECK, which, 0 };
    return (int)exp(log(most + 0.5) * rt_random_uniform(&s, round));
}

/* An output with a guard behind it. */
static rt_real *guarded(size_t n)
{
    rt_real *y = malloc((n + GUARD) * sizeof *y);
    for (size_t i = 0; i < n + GUARD; i++)
        y[i] = (rt_real)NAN;
    for (size_t i = n; i < n + GUARD; i++)
        y[i] = (rt_real)i;
    return y;
}

static bool guard_stands(size_t n, const rt_real *y)
{
    for (size_t i = n; i < n + GUARD; i++)
        if (y[i] != (rt_real)i)
            return false;
    return true;
}

static void check_result(size_t n, rt_real *y, const rt_real *want, double close)
{
    CHECK_NEAR(distance(n, y, want), 0, close);
    CHECK(guard_stands(n, y));
    free(y);
}

static void check_sizes(int n, int out, int in, rt_gemm gemm)
{
    const size_t ny = (size_t)n * (size_t)out, nx = (size_t)n * (size_t)in,
                 nw = (size_t)out * (size_t)in;
    rt_pass c = { .rows = n, .gemm = gemm };
    rt_real *x = normals(nx, 1), *w = normals(nw, 2), *dy = normals(ny, 3);
    rt_real *b = normals((size_t)out, 4), *want = zeros(nx + ny + nw);
    rt_real *y = guarded(ny), *dx = guarded(nx), *dw = guarded(nw);

    rt_affine(&c, n, out, in, x, w, b, NULL, y);
    naive_affine(n, out, in, x, w, b, want);
    check_result(ny, y, want, CLOSE * sqrt(in + 4));
    rt_affine_dx(&c, n, out, in, dy, w, dx);
    naive_affine_dx(n, out, in, dy, w, want);
    check_result(nx, dx, want, CLOSE * sqrt(out + 4));
    rt_affine_dw(&c, n, out, in, dy, x, dw);
    naive_affine_dw(n, out, in, dy, x, want);
    check_result(nw, dw, want, CLOSE * sqrt(n + 4));
    free(x), free(w), free(dy), free(b), free(want);
}

TEST(any_sizes)
{
    for (uint32_t i = 0; i < ROUNDS; i++)
        for (int k = 0; k < KERNELS; k++)
            check_sizes(size_by_chance(i, 1, 150), size_by_chance(i, 2, 200),
                        size_by_chance(i, 3, 200), kernels[k]);
}

/* Several parts of k, groups of rows, blocks of columns; rows so far apart that they evict each other. */
TEST(large_sizes)
{
    check_sizes(3, 300, 1000, RT_GEMM_NATIVE);
    check_sizes(300, 7, 650, RT_GEMM_NATIVE);
    check_sizes(70, 1030, 140, RT_GEMM_NATIVE);
    check_sizes(330, 1025, 65, RT_GEMM_NATIVE);
    check_sizes(1000, 130, 9, RT_GEMM_NATIVE);
}

/* y[n][m] inside of wider rows, on a start of its own, on what y holds, on a bias or on nothing. */
typedef enum { ON_ANOTHER, ON_ITSELF, ON_A_BIAS, ON_NOTHING, STARTS } start_kind;

/* What stands in y after a w' from where it starts. */
static rt_real *wanted(const rt_product *p, const rt_real *w)
{
    rt_real *all = zeros((size_t)(p->n * p->m)), *want = zeros((size_t)p->n * p->y_row);

    naive_affine(p->n, p->m, p->k, p->a.x, w, NULL, all);
    memcpy(want, p->y, (size_t)p->n * p->y_row * sizeof *want);
    for (size_t i = 0; i < (size_t)p->n; i++)
        for (size_t j = 0; j < (size_t)p->m; j++)
            want[i * p->y_row + j] = all[i * (size_t)p->m + j]
                                   + (p->start ? p->start[i * p->start_row + j] : 0);
    free(all);
    return want;
}

static void check_start(int n, int m, int k, start_kind kind)
{
    const size_t row = (size_t)m + 5, size = (size_t)n * row;
    rt_real *a = normals((size_t)(n * k), 1), *w = normals((size_t)(m * k), 2);
    rt_real *first = normals(size, 3), *y = normals(size, 4);
    const rt_real *start[STARTS] = { first, y, first, NULL };
    const rt_product p = { .n = n, .m = m, .k = k, .a = { a, (size_t)k, 1 },
                           .b = { w, 1, (size_t)k }, .start = start[kind],
                           .start_row = kind == ON_A_BIAS ? 0 : row, .y = y, .y_row = row,
                           .far = kind != ON_NOTHING, .next_b = kind == ON_ANOTHER ? w : NULL };
    rt_real *want = wanted(&p, w);

    rt_multiply(&p);
    CHECK_NEAR(distance(size, y, want), 0, CLOSE * sqrt(k + 4));
    free(a), free(w), free(first), free(y), free(want);
}

/* Also more rows than have room for their sums over parts of k. */
TEST(starts_and_parts)
{
    for (start_kind kind = 0; kind < STARTS; kind++) {
        check_start(5, 40, 256, kind);
        check_start(9, 37, 257, kind);
        check_start(20, 300, 600, kind);
        check_start(600, 33, 520, kind);
    }
}

/* Every size around those of a block and of a panel. */
TEST(all_remainders)
{
    for (int n = 1; n <= 20; n++)
        for (int out = 1; out <= 35; out++)
            check_sizes(n, out, 5 + (n + out) % 14, RT_GEMM_NATIVE);
}

/* Finished tile by tile as in one piece afterwards, whichever way the tiles lie. */
static void check_then(int n, int out, rt_gemm gemm, rt_pool *pool)
{
    const int in = 90;
    const size_t ny = (size_t)n * (size_t)out;
    rt_pass c = { .rows = n, .gemm = gemm, .pool = pool };
    rt_real *x = normals((size_t)(n * in), 1), *w = normals((size_t)(out * in), 2);
    rt_real *plus = normals(ny, 3), *y = zeros(ny), *want = zeros(ny);
    const rt_then *then = RT_THEN(.plus = plus, .act = RT_TANH);

    rt_affine(&c, n, out, in, x, w, NULL, then, y);
    rt_affine(&c, n, out, in, x, w, NULL, NULL, want);
    rt_map(&c, n * out, want, then, want);
    CHECK_NEAR(distance(ny, y, want), 0, CLOSE);
    free(x), free(w), free(plus), free(y), free(want);
}

TEST(what_follows)
{
    static const int outs[] = { 1, 10, 64, 100, 131, 256, 300 };
    rt_pool *pool = rt_pool_new(2);
    for (size_t i = 0; i < sizeof outs / sizeof *outs; i++)
        for (int k = 0; k < KERNELS; k++) {
            check_then(129, outs[i], kernels[k], pool);
            check_then(3, outs[i], kernels[k], NULL);
        }
    rt_pool_free(pool);
}

/* At the last row and column, whose neighbours in registers are padding. */
TEST(what_is_not_finite_goes_through)
{
    enum { n = 7, out = 19, in = 21 };
    for (int k = 0; k < KERNELS; k++) {
        rt_pass c = { .rows = n, .gemm = kernels[k] };
        rt_real x[n * in], w[out * in], y[n * out];
        for (int i = 0; i < n * in; i++)
            x[i] = 1;
        for (int i = 0; i < out * in; i++)
            w[i] = 1;
        x[(n - 1) * in + 3] = (rt_real)NAN;
        w[(out - 1) * in + 3] = (rt_real)INFINITY;
        rt_affine(&c, n, out, in, x, w, NULL, NULL, y);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < out; j++)
                CHECK(i == n - 1 ? isnan(y[i * out + j]) : j == out - 1 ? isinf(y[i * out + j])
                                                                       : y[i * out + j] == in);
    }
}

int main(void)
{
    RUN(any_sizes);
    RUN(large_sizes);
    RUN(starts_and_parts);
    RUN(all_remainders);
    RUN(what_follows);
    RUN(what_is_not_finite_goes_through);
    return test_done();
}
