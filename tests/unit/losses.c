/* losses.c -- losses against their definitions, their gradients against differences. */
#include "naive.h"

enum { N = 5, M = 7 };

typedef enum { SOFTMAX, BINARY, MSE, MAE, HUBER, N_LOSSES } loss_kind;

typedef struct {
    loss_kind kind;
    int n, m;
    const int32_t *label;
    const rt_real *t;
    rt_pool *pool;
} loss_data;

static double loss(void *data, const rt_real *x)
{
    const loss_data *d = data;
    rt_pass c = { .rows = d->n, .pool = d->pool };
    switch (d->kind) {
    case SOFTMAX: return rt_softmax_cross_entropy(&c, d->n, d->m, x, d->label);
    case BINARY: return rt_binary_cross_entropy(&c, d->n, d->m, x, d->t);
    case MSE: return rt_mse(&c, d->n, d->m, x, d->t);
    case MAE: return rt_mae(&c, d->n, d->m, x, d->t);
    default: return rt_huber(&c, d->n, d->m, 0.7, x, d->t);
    }
}

static void gradient(const loss_data *d, const rt_real *x, rt_real *dx)
{
    rt_pass c = { .rows = d->n, .pool = d->pool };
    switch (d->kind) {
    case SOFTMAX: rt_softmax_cross_entropy_dx(&c, d->n, d->m, x, d->label, dx); break;
    case BINARY: rt_binary_cross_entropy_dx(&c, d->n, d->m, x, d->t, dx); break;
    case MSE: rt_mse_dx(&c, d->n, d->m, x, d->t, dx); break;
    case MAE: rt_mae_dx(&c, d->n, d->m, x, d->t, dx); break;
    default: rt_huber_dx(&c, d->n, d->m, 0.7, x, d->t, dx); break;
    }
}

/* One value's loss, or a row's, as the textbook has it. */
static double naive_loss(const loss_data *d, const rt_real *x)
{
    double sum = 0;
    for (int i = 0; i < d->n * d->m; i++) {
        const double v = (double)x[i], t = (double)d->t[i], e = fabs(v - t);
        const double y = 1 / (1 + exp(-v));
        switch (d->kind) {
        case BINARY: sum -= t * log(y) + (1 - t) * log(1 - y); break;
        case MSE: sum += e * e; break;
        case MAE: sum += e; break;
        default: sum += e < 0.7 ? e * e / 2 : 0.7 * (e - 0.35); break;
        }
    }
    return sum / (d->n * d->m);
}

static double naive_cross_entropy(const loss_data *d, const rt_real *x)
{
    double sum = 0;
    for (int i = 0; i < d->n; i++) {
        double total = 0;
        for (int j = 0; j < d->m; j++)
            total += exp((double)x[i * d->m + j]);
        sum -= log(exp((double)x[i * d->m + d->label[i]]) / total);
    }
    return sum / d->n;
}

static const int32_t labels[N] = { 0, 6, 3, 3, 1 };

TEST(as_their_definitions)
{
    rt_real *x = normals(N * M, 1), *t = normals(N * M, 2);
    for (int k = SOFTMAX; k < N_LOSSES; k++) {
        loss_data d = { .kind = (loss_kind)k, .n = N, .m = M, .label = labels, .t = t };
        const double want = k == SOFTMAX ? naive_cross_entropy(&d, x) : naive_loss(&d, x);
        CHECK_NEAR(loss(&d, x), want, CLOSE);
    }
    free(x), free(t);
}

TEST(gradients_by_differences)
{
    rt_real *x = normals(N * M, 3), *t = normals(N * M, 4), *dx = zeros(N * M);
    for (int k = SOFTMAX; k < N_LOSSES; k++) {
        loss_data d = { .kind = (loss_kind)k, .n = N, .m = M, .label = labels, .t = t };
        gradient(&d, x, dx);
        if (sizeof(rt_real) == 8)
            CHECK_NEAR(gradient_error(loss, &d, N * M, x, dx), 0, 1e-9);
    }
    free(x), free(t), free(dx);
}

/* torch 1.13: nn.functional of x = (0.5, -1, 2), target (1, 0, 0.5), class 2, delta 1 */
TEST(pytorch_values)
{
    rt_pass c = { .rows = 1 };
    const rt_real x[3] = { RT_C(0.5), -1, 2 }, t[3] = { 1, 0, RT_C(0.5) };
    const int32_t label = 2;
    CHECK_NEAR(rt_softmax_cross_entropy(&c, 1, 3, x, &label), 0.241311296657157, CLOSE);
    CHECK_NEAR(rt_binary_cross_entropy(&c, 1, 3, x, t), 0.638088894247101, CLOSE);
    CHECK_NEAR(rt_mse(&c, 1, 3, x, t), 1.16666666666667, CLOSE);
    CHECK_NEAR(rt_mae(&c, 1, 3, x, t), 1, CLOSE);
    CHECK_NEAR(rt_huber(&c, 1, 3, 1, x, t), 0.541666666666667, CLOSE);
}

TEST(large_logits_do_not_overflow)
{
    rt_pass c = { .rows = 1 };
    const rt_real x[2] = { 5000, -5000 }, t[2] = { 0, 1 };
    rt_real dx[2];
    CHECK_NEAR(rt_softmax_cross_entropy(&c, 1, 2, x, (const int32_t[]){ 1 }), 10000, 1e-9);
    CHECK_NEAR(rt_binary_cross_entropy(&c, 1, 2, x, t), 5000, 1e-9);
    rt_softmax_cross_entropy_dx(&c, 1, 2, x, (const int32_t[]){ 1 }, dx);
    CHECK(dx[0] == 1 && dx[1] == -1);
    rt_binary_cross_entropy_dx(&c, 1, 2, x, t, dx);
    CHECK(dx[0] == RT_C(0.5) && dx[1] == -RT_C(0.5));
}

TEST(nan_goes_through)
{
    rt_real *x = normals(N * M, 1), *t = normals(N * M, 2), *dx = zeros(N * M);
    for (int k = SOFTMAX; k < N_LOSSES; k++)
        for (int at = 0; at < N * M; at++) {
            loss_data d = { .kind = (loss_kind)k, .n = N, .m = M, .label = labels, .t = t };
            const rt_real kept = x[at];
            x[at] = (rt_real)NAN;
            CHECK(isnan(loss(&d, x)));
            gradient(&d, x, dx);
            CHECK(isnan(dx[at]));
            x[at] = kept;
        }
    free(x), free(t), free(dx);
}

TEST(same_bits_for_any_threads)
{
    enum { ROWS = 300, WIDTH = 100, ALL = ROWS * WIDTH };
    rt_real *x = normals(ALL, 1), *t = normals(ALL, 2), *first = zeros(ALL), *dx = zeros(ALL);
    int32_t label[ROWS];
    for (int i = 0; i < ROWS; i++)
        label[i] = i % WIDTH;
    for (int k = SOFTMAX; k < N_LOSSES; k++) {
        double first_loss = 0;
        for (int threads = 1; threads <= 3; threads++) {
            loss_data d = { (loss_kind)k, ROWS, WIDTH, label, t, rt_pool_new(threads) };
            const double value = loss(&d, x);
            gradient(&d, x, dx);
            if (threads == 1) {
                first_loss = value;
                memcpy(first, dx, ALL * sizeof *dx);
            }
            CHECK(memcmp(&value, &first_loss, sizeof value) == 0 && same_bits(ALL, dx, first));
            rt_pool_free(d.pool);
        }
    }
    free(x), free(t), free(first), free(dx);
}

int main(void)
{
    RUN(as_their_definitions);
    RUN(gradients_by_differences);
    RUN(pytorch_values);
    RUN(large_logits_do_not_overflow);
    RUN(nan_goes_through);
    RUN(same_bits_for_any_threads);
    return test_done();
}
