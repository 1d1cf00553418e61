/* recurrent.c -- the recurrent layers and their gradients against their definitions, against
 * differences, and for any number of threads. */
#include "naive_recurrent.h"

#define NEAR(got, want, count) CHECK_NEAR(distance(count, got, want), 0, CLOSE * 10)

/* What goes into a layer, and all that comes out. */
typedef struct {
    size_t states, gates, weights;
    rt_real *zx, *w, *b, *dh;
    rt_real *cell, *h, *carry, *dz, *dzh, *dw;
    rt_watch watch;                 /* of dz */
} arrays;

/* Outputs and room begin as NaN, which must not matter. */
static rt_real *unknown(size_t n)
{
    rt_real *x = zeros(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (rt_real)NAN;
    return x;
}

static arrays arrays_of(const layer *l)
{
    const size_t units = (size_t)l->units, steps = (size_t)l->steps, n = (size_t)l->n;
    const size_t rows = (size_t)gates_of(l) * units;
    arrays x = { .states = n * steps * units, .gates = n * steps * rows, .weights = rows * units };
    x.zx = normals(x.gates, 1);
    x.w = normals(x.weights, 2);
    x.b = normals(rows, 3);
    x.dh = normals(x.states, 4);
    for (size_t i = 0; i < x.weights; i++)
        x.w[i] /= (rt_real)sqrt((double)units);
    x.cell = unknown(5 * x.states);
    x.h = unknown(x.states);
    x.carry = unknown(2 * n * units);
    x.dz = unknown(x.gates);
    x.dzh = unknown(x.gates);
    x.dw = unknown(x.weights);
    return x;
}

static void free_arrays(arrays *x)
{
    free(x->zx), free(x->w), free(x->b), free(x->dh), free(x->cell), free(x->h);
    free(x->carry), free(x->dz), free(x->dzh), free(x->dw);
}

/* compiler/activations.def, column slope_of */
static bool slope_of_output(rt_activation act)
{
    return act == RT_LINEAR || act == RT_SIGMOID || act == RT_TANH || act == RT_RELU
        || act == RT_SOFTSIGN || act == RT_SOFTMAX;
}

static void forward(rt_pass *c, const layer *l, arrays *x, const rt_real *b)
{
    rt_real *z = slope_of_output(l->act) ? NULL : x->cell;
    if (l->kind == RNN)
        rt_rnn(c, l->act, l->a, l->way, l->n, l->steps, l->units, x->zx, x->w, b, z, x->h);
    else if (l->kind == LSTM)
        rt_lstm(c, l->way, l->n, l->steps, l->units, x->zx, x->w, b, x->cell, x->h);
    else
        rt_gru(c, l->way, l->n, l->steps, l->units, x->zx, x->w, b, x->cell, x->h);
}

static void backward(rt_pass *c, const layer *l, arrays *x)
{
    const rt_real *z = slope_of_output(l->act) ? NULL : x->cell;
    const rt_real *dzh = l->kind == GRU ? x->dzh : x->dz;
    if (l->kind == RNN)
        rt_rnn_dz(c, &x->watch, l->act, l->a, l->way, l->n, l->steps, l->units, x->dh, x->w, z,
                  x->h, x->carry, x->dz);
    else if (l->kind == LSTM)
        rt_lstm_dz(c, &x->watch, l->way, l->n, l->steps, l->units, x->dh, x->w, x->cell, x->carry,
                   x->dz);
    else
        rt_gru_dz(c, &x->watch, l->way, l->n, l->steps, l->units, x->dh, x->w, x->cell, x->h,
                  x->carry, x->dz);
    if (l->kind == GRU)
        rt_gru_hidden_dz(c, l->n * l->steps, l->units, x->dz, x->cell, x->dzh);
    rt_recurrent_dw(c, l->way, l->n, l->steps, gates_of(l) * l->units, l->units, dzh, x->h, x->dw);
}

/* The same by the definitions: h, dz, dzh, dw of y. */
static void naive_layer(const layer *l, const arrays *x, const rt_real *b, arrays *y)
{
    const size_t of_sample = (size_t)l->steps * (size_t)l->units;
    const size_t gates = of_sample * (size_t)gates_of(l);
    double *dw = calloc(x->weights, sizeof *dw);
    trace t;

    for (size_t i = 0; i < (size_t)l->n; i++) {
        naive_forward(l, x->zx + i * gates, x->w, b, &t);
        for (int k = 1; k <= l->steps; k++)
            for (int u = 0; u < l->units; u++)
                y->h[i * of_sample + (size_t)(step_of(l, k) * l->units + u)] = (rt_real)t.h[k][u];
        naive_backward(l, x->dh + i * of_sample, x->w, &t, y->dz + i * gates, y->dzh + i * gates,
                       dw);
    }
    for (size_t i = 0; i < x->weights; i++)
        y->dw[i] = (rt_real)dw[i];
    free(dw);
}

/* Recorded is dz. */
static void check_watch(rt_pass *c, const layer *l, const arrays *x)
{
    const int m = gates_of(l) * l->units, last = l->way == RT_FROM_LAST ? 0 : l->steps - 1;
    const rt_counts *got = &x->watch.delta;
    rt_watch want = { 0 };
    double squares = 0;

    rt_watch_delta(c, &want, l->n, l->steps * m, x->dz);
    CHECK(got->count == x->gates && got->zero == want.delta.zero);
    CHECK(memcmp(got->bin, want.delta.bin, sizeof got->bin) == 0);
    CHECK_NEAR(x->watch.delta_rms / want.delta_rms, 1, 2e-6);
    for (int i = 0; i < l->n * m; i++)
        squares += pow((double)x->dz[(i / m * l->steps + last) * m + i % m], 2);
    CHECK_NEAR(x->watch.delta_last / (sqrt(squares / (l->n * m)) * l->n), 1, 2e-6);
}

static void check_layer(const layer *l, bool with_bias, rt_gemm gemm)
{
    rt_pass c = { .rows = l->n, .gemm = gemm, .watching = true };
    arrays x = arrays_of(l), want = arrays_of(l);
    const rt_real *b = with_bias ? x.b : NULL;

    forward(&c, l, &x, b);
    backward(&c, l, &x);
    naive_layer(l, &x, b, &want);
    NEAR(x.h, want.h, x.states);
    NEAR(x.dz, want.dz, x.gates);
    check_watch(&c, l, &x);
    NEAR(l->kind == GRU ? x.dzh : x.dz, want.dzh, x.gates);
    CHECK_NEAR(distance(x.weights, x.dw, want.dw), 0, CLOSE * 10 * l->n);
    free_arrays(&x), free_arrays(&want);
}

/* All sizes: one, less than a tile, more than one, more than two; both ways. */
static void check_sizes(layer_kind kind)
{
    const int n[] = { 1, 5, 17, 33 }, steps[] = { 1, 2, 7 }, units[] = { 1, 3, 20 };
    for (int i = 0; i < 4 * 3 * 3 * 4; i++) {
        const layer l = { kind, RT_TANH, 0, i % 2 ? RT_FROM_LAST : RT_FROM_FIRST,
                          n[i / 4 % 4], steps[i / 16 % 3], units[i / 48] };
        check_layer(&l, i / 2 % 2, RT_GEMM_NATIVE);
        check_layer(&l, i / 2 % 2, RT_GEMM_OPENBLAS);
    }
}

TEST(rnn_as_defined) { check_sizes(RNN); }
TEST(lstm_as_defined) { check_sizes(LSTM); }
TEST(gru_as_defined) { check_sizes(GRU); }

TEST(every_activation)
{
    for (rt_activation act = RT_LINEAR; act <= RT_SOFTMAX; act++) {
        layer l = { RNN, act, act == RT_ELU ? 0.7 : 0.2, RT_FROM_FIRST, 5, 7, 20 };
        check_layer(&l, true, RT_GEMM_BY_SHAPE);
        l.way = RT_FROM_LAST;
        l.n = 17;
        check_layer(&l, false, RT_GEMM_BY_SHAPE);
    }
}

/* dw over several tiles each way, summed by sample and by step. */
static void check_dw(rt_direction way, int n, int steps, int m, int units)
{
    rt_pass c = { .rows = n };
    const size_t rows = (size_t)n * (size_t)steps, count = (size_t)m * (size_t)units;
    rt_real *dz = normals(rows * (size_t)m, 1), *h = normals(rows * (size_t)units, 2);
    rt_real *dw = unknown(count), *want = zeros(count);
    const int back = way == RT_FROM_LAST ? 1 : -1;      /* to the step walked before */

    for (int i = 0; i < m; i++)
        for (int j = 0; j < units; j++) {
            double sum = 0;
            for (int row = 0; row < n * steps; row++)
                if (row % steps + back >= 0 && row % steps + back < steps)
                    sum += (double)dz[row * m + i] * (double)h[(row + back) * units + j];
            want[i * units + j] = (rt_real)sum;
        }
    rt_recurrent_dw(&c, way, n, steps, m, units, dz, h, dw);
    CHECK_NEAR(distance(count, dw, want), 0, CLOSE * sqrt((double)rows));
    free(dz), free(h), free(dw), free(want);
}

/* Weights that a tile keeps packed, and some that are too large for that. */
static void check_kernels(layer_kind kind, int n, int units)
{
    const layer l = { kind, RT_TANH, 0, RT_FROM_FIRST, n, 6, units };
    rt_pass native = { .rows = n, .gemm = RT_GEMM_NATIVE },
            openblas = { .rows = n, .gemm = RT_GEMM_OPENBLAS };
    arrays x = arrays_of(&l), want = arrays_of(&l);
    const double close = CLOSE * sqrt(units);

    for (size_t i = 0; i < x.weights; i++)
        x.w[i] = want.w[i] = want.w[i] / (rt_real)sqrt(units);
    forward(&native, &l, &x, x.b);
    backward(&native, &l, &x);
    forward(&openblas, &l, &want, want.b);
    backward(&openblas, &l, &want);
    CHECK_NEAR(distance(x.states, x.h, want.h), 0, close);
    CHECK_NEAR(distance(x.gates, x.dz, want.dz), 0, close * 4);
    CHECK_NEAR(distance(x.weights, x.dw, want.dw), 0, close * 4 * n);
    free_arrays(&x), free_arrays(&want);
}

TEST(kernels_agree)
{
    for (layer_kind kind = RNN; kind <= GRU; kind++) {
        check_kernels(kind, 20, 61);
        check_kernels(kind, 7, 400);
    }
}

TEST(gradient_of_wide_weights)
{
    for (int i = 0; i < 4; i++)
        check_dw(i % 2 ? RT_FROM_LAST : RT_FROM_FIRST, i / 2 ? 2 : 9, i / 2 ? 9 : 3, 131, 257);
}

/* ---- Differences of the definition ----------------------------------------------------------- */

enum { N = 2, STEPS = 4, UNITS = 3, ROWS = GATES * UNITS };

typedef struct {
    layer l;
    const rt_real *zx, *w, *b, *dh; /* the one that is varied is NULL */
} varied;

/* The sum of dh h, whose gradient by h is dh. */
static double weighted_states(void *data, const rt_real *value)
{
    const varied *v = data;
    const layer *l = &v->l;
    const rt_real *zx = v->zx ? v->zx : value, *w = v->w ? v->w : value, *b = v->b ? v->b : value;
    double sum = 0;
    trace t;

    for (int i = 0; i < N; i++) {
        naive_forward(l, zx + i * STEPS * gates_of(l) * UNITS, w, b, &t);
        for (int k = 1; k <= STEPS; k++)
            for (int u = 0; u < UNITS; u++)
                sum += t.h[k][u] * (double)v->dh[(i * STEPS + step_of(l, k)) * UNITS + u];
    }
    return sum;
}

static void check_differences(layer_kind kind, rt_activation act, rt_direction way)
{
    const layer l = { kind, act, 0.3, way, N, STEPS, UNITS };
    const int rows = gates_of(&l) * UNITS;
    rt_pass c = { .rows = N };
    arrays x = arrays_of(&l);
    rt_real db[ROWS];

    forward(&c, &l, &x, x.b);
    backward(&c, &l, &x);
    rt_column_sum(&c, N * STEPS, rows, kind == GRU ? x.dzh : x.dz, db);
    CHECK_NEAR(gradient_error(weighted_states, &(varied){ l, NULL, x.w, x.b, x.dh }, x.gates,
                              x.zx, x.dz), 0, 1e-8);
    CHECK_NEAR(gradient_error(weighted_states, &(varied){ l, x.zx, NULL, x.b, x.dh }, x.weights,
                              x.w, x.dw), 0, 1e-8);
    CHECK_NEAR(gradient_error(weighted_states, &(varied){ l, x.zx, x.w, NULL, x.dh },
                              (size_t)rows, x.b, db), 0, 1e-8);
    free_arrays(&x);
}

TEST(gradients_as_differences)
{
    for (int way = RT_FROM_FIRST; way <= RT_FROM_LAST && sizeof(rt_real) == 8; way++) {
        for (rt_activation act = RT_LINEAR; act <= RT_SOFTMAX; act++)
            check_differences(RNN, act, (rt_direction)way);
        check_differences(LSTM, RT_TANH, (rt_direction)way);
        check_differences(GRU, RT_TANH, (rt_direction)way);
    }
}

/* ---- Threads, and what is not finite --------------------------------------------------------- */

/* Large enough that the pool is used, and several tiles of samples and of weights. */
static void check_threads(layer_kind kind, int n, int steps, rt_gemm gemm)
{
    const layer l = { kind, RT_TANH, 0, RT_FROM_FIRST, n, steps, 70 };
    arrays first = arrays_of(&l);
    for (int threads = 1; threads <= 3; threads++) {
        rt_pass c = { .rows = l.n, .pool = rt_pool_new(threads), .gemm = gemm,
                      .watching = true };
        arrays x = arrays_of(&l), *y = threads == 1 ? &first : &x;
        forward(&c, &l, y, y->b);
        backward(&c, &l, y);
        if (threads > 1) {
            CHECK(same_bits(x.states, x.h, first.h));
            CHECK(same_bits(x.gates, x.dz, first.dz));
            CHECK(memcmp(&x.watch.delta, &first.watch.delta, sizeof first.watch.delta) == 0);
            CHECK(x.watch.decades_per_step == first.watch.decades_per_step);
            CHECK(same_bits(x.weights, x.dw, first.dw));
            CHECK(kind != GRU || same_bits(x.gates, x.dzh, first.dzh));
        }
        CHECK(isfinite(y->h[0]) && isfinite(y->dz[0]) && isfinite(y->dw[0]));
        free_arrays(&x);
        rt_pool_free(c.pool);
    }
    free_arrays(&first);
}

TEST(same_bits_for_any_threads)
{
    for (layer_kind kind = RNN; kind <= GRU; kind++) {
        for (rt_gemm gemm = RT_GEMM_NATIVE; gemm <= RT_GEMM_OPENBLAS; gemm++) {
            check_threads(kind, 50, 4, gemm);   /* weights by step ... */
            check_threads(kind, 3, 50, gemm);   /* ... and by sample */
        }
    }
}

/* A sample of a batch has the states that it has by itself. */
TEST(samples_do_not_meet)
{
    for (layer_kind kind = RNN; kind <= GRU; kind++) {
        const layer l = { kind, RT_TANH, 0, RT_FROM_LAST, 33, 5, 4 };
        rt_pass c = { .rows = l.n };
        arrays x = arrays_of(&l);
        const size_t gates = x.gates / 33;

        for (size_t j = 0; j < gates; j++)
            x.zx[20 * gates + j] = (rt_real)NAN;
        forward(&c, &l, &x, x.b);
        backward(&c, &l, &x);
        for (size_t i = 0; i < x.states; i++)
            CHECK(isnan(x.h[i]) == (i / 20 == 20));
        for (size_t i = 0; i < x.gates; i++)
            CHECK(isnan(x.dz[i]) == (i / gates == 20));
        for (size_t i = 0; i < x.weights; i++)
            CHECK(isnan(x.dw[i]));
        free_arrays(&x);
    }
}

/* A NaN at a step is in all that is walked after, in none before; of gradients, in all before. */
TEST(nan_goes_along_the_walk)
{
    for (int i = 0; i < 6; i++) {
        const layer l = { (layer_kind)(i / 2), RT_RELU, 0, i % 2 ? RT_FROM_LAST : RT_FROM_FIRST,
                          1, 7, 3 };
        const size_t rows = (size_t)gates_of(&l) * 3;
        rt_pass c = { .rows = 1 };
        arrays x = arrays_of(&l);

        for (size_t j = 0; j < rows; j++)
            x.zx[(size_t)step_of(&l, 4) * rows + j] = (rt_real)NAN;
        forward(&c, &l, &x, x.b);
        for (int k = 1; k <= 7; k++)
            for (int u = 0; u < 3; u++)
                CHECK(isnan(x.h[step_of(&l, k) * 3 + u]) == (k >= 4));
        free_arrays(&x);
        x = arrays_of(&l);
        for (int u = 0; u < 3; u++)
            x.dh[step_of(&l, 4) * 3 + u] = (rt_real)NAN;
        forward(&c, &l, &x, x.b);
        backward(&c, &l, &x);
        for (int k = 1; k <= 7; k++)
            for (size_t j = 0; j < rows; j++)
                CHECK(isnan(x.dz[(size_t)step_of(&l, k) * rows + j]) == (k <= 4));
        free_arrays(&x);
    }
}

/* Pre-activations of 1000 and -1000 saturate gates and do not overflow. */
TEST(gates_saturate)
{
    const rt_real shut_forget[4] = { 1000, -1000, 1000, 1000 };
    const rt_real keep[3] = { 0, 1000, 1000 }, take[3] = { 0, -1000, -1000 };
    const rt_real w[4] = { 0 };
    rt_pass c = { .rows = 1 };
    rt_real cell[5], h[1], infinite = (rt_real)INFINITY;

    rt_lstm(&c, RT_FROM_FIRST, 1, 1, 1, shut_forget, w, NULL, cell, h);
    CHECK(cell[0] == 1 && cell[1] == 0 && cell[2] == 1 && cell[3] == 1 && cell[4] == 1);
    CHECK_NEAR((double)h[0], tanh(1), CLOSE);
    rt_gru(&c, RT_FROM_FIRST, 1, 1, 1, keep, w, NULL, cell, h);
    CHECK(h[0] == 0);
    rt_gru(&c, RT_FROM_FIRST, 1, 1, 1, take, w, NULL, cell, h);
    CHECK(h[0] == -1);
    rt_rnn(&c, RT_RELU, 0, RT_FROM_FIRST, 1, 1, 1, &infinite, w, NULL, NULL, h);
    CHECK(isinf(h[0]));
}

int main(void)
{
    RUN(rnn_as_defined);
    RUN(lstm_as_defined);
    RUN(gru_as_defined);
    RUN(every_activation);
    RUN(kernels_agree);
    RUN(gradient_of_wide_weights);
    RUN(gradients_as_differences);
    RUN(same_bits_for_any_threads);
    RUN(samples_do_not_meet);
    RUN(nan_goes_along_the_walk);
    RUN(gates_saturate);
    return test_done();
}
