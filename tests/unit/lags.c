/* lags.c -- tables of displacements through convolutions, against moments of all pairs of places. */
#include "flow_lags.h"
#include "front.h"

enum { SIDE = 9, PLACES = SIDE * SIDE, CHANNELS = 4 };

/* Of two places: [PLACES][PLACES]. */
typedef double Pairs[PLACES][PLACES];

typedef double Likeness(int64_t down, int64_t across);

static double all_alike(int64_t down, int64_t across)
{
    (void)down, (void)across;
    return 0.7;
}

static double smooth(int64_t down, int64_t across)
{
    return 0.4 + 0.6 * exp(-0.3 * sqrt((double)(down * down + across * across)));
}

static Likeness *likeness;

static double plan_of(const void *with, int s, int64_t down, int64_t across)
{
    (void)with, (void)s;
    return down || across ? likeness(down, across) : 1;
}

static Window window(int64_t stride, int64_t out)
{
    return (Window){.kernel = 3, .stride = stride, .top = 1, .left = 1, .dilation = 1, .groups = 1,
                    .in = {.rank = 3, .dim = {CHANNELS, SIDE, SIDE}},
                    .out = {.rank = 3, .dim = {CHANNELS, out, out}}};
}

static Kernel *kernel(Flow *f, int64_t side, const double *square)
{
    Kernel *k = arena_new_of(f->arena, Kernel);
    k->channels = CHANNELS;
    k->height = k->width = side;
    k->positions = side * side;
    for (int s = 0; s < PAIRS; s++) {
        k->square[s] = arena_array(f->arena, double, k->positions);
        for (int64_t p = 0; p < k->positions; p++)
            k->square[s][p] = square ? square[p] : 1;
    }
    return k;
}

/* The place in the image that tap k of a place sees, or -1. */
static int64_t seen(const Window *v, int64_t out, int64_t k)
{
    const int64_t row = out / v->out.dim[2] * v->stride + k / 3 - 1;
    const int64_t column = out % v->out.dim[2] * v->stride + k % 3 - 1;
    return row < 0 || row >= SIDE || column < 0 || column >= SIDE ? -1 : row * SIDE + column;
}

static void fill(Pairs x)
{
    for (int64_t p = 0; p < PLACES; p++)
        for (int64_t q = 0; q < PLACES; q++)
            x[p][q] = p == q ? 1 : likeness(p / SIDE - q / SIDE, p % SIDE - q % SIDE);
}

static void convolve(const Window *v, Pairs x, Pairs z)
{
    const int64_t outs = v->out.dim[1] * v->out.dim[2];
    for (int64_t p = 0; p < outs; p++)
        for (int64_t q = 0; q < outs; q++) {
            z[p][q] = 0;
            for (int64_t k = 0; k < 9; k++)
                if (seen(v, p, k) >= 0 && seen(v, q, k) >= 0)
                    z[p][q] += x[seen(v, p, k)][seen(v, q, k)] / 9;
        }
}

static double mean_of(Pairs x, int64_t n)
{
    double sum = 0, roots = 0;
    for (int64_t p = 0; p < n; p++)
        for (int64_t q = 0; q < n; q++) {
            sum += p == q ? 0 : x[p][q];
            roots += p == q ? 0 : sqrt(x[p][p] * x[q][q]);
        }
    return sum / roots;
}

static Kernel *convolved(Flow *f, const Kernel *x, const Window *v, Pairs all, int64_t side)
{
    double square[PLACES], sum = 0;
    Kernel *z;
    for (int64_t p = 0; p < side * side; p++)
        sum += square[p] = all[p][p];
    z = kernel(f, side, square);
    z->lags = lags_of_conv(f, x, v, sum / (double)(side * side), 0);
    lags_mean(f, z->lags, z->square[SAME], z->cross);
    return z;
}

/* `layers` convolutions one after the other: the mean over all pairs of places. */
static void forward(Likeness *of, int layers, double tolerance)
{
    static Pairs pairs[2];
    Session session = front_open();
    Flow f = {.arena = session.arena};
    const Window v = window(1, SIDE);
    Kernel *k = kernel(&f, SIDE, NULL);
    likeness = of;
    k->lags = lags_planned(&f, SIDE, SIDE, plan_of, NULL);
    fill(pairs[0]);
    for (int i = 0; i < layers; i++) {
        convolve(&v, pairs[i % 2], pairs[1 - i % 2]);
        k = convolved(&f, k, &v, pairs[1 - i % 2], SIDE);
        CHECK_NEAR(k->cross[SAME], mean_of(pairs[1 - i % 2], PLACES), tolerance);
    }
    front_close(&session);
}

TEST(borders_have_less_in_common) { forward(all_alike, 1, 0.002); }
TEST(borders_stay_in_several_layers) { forward(all_alike, 6, 0.03); }
TEST(neighbours_stay_alike) { forward(smooth, 6, 0.03); }

TEST(a_stride_makes_them_farther)
{
    static Pairs x, z;
    Session session = front_open();
    Flow f = {.arena = session.arena};
    const Window v = window(2, 5);
    Kernel *k = kernel(&f, SIDE, NULL);
    likeness = smooth;
    k->lags = lags_planned(&f, SIDE, SIDE, plan_of, NULL);
    fill(x);
    convolve(&v, x, z);
    k = convolved(&f, k, &v, z, 5);
    CHECK_NEAR(k->cross[SAME], mean_of(z, 25), 0.01);
    CHECK_NEAR(lag_at(k->lags, k->cross, SAME, 1, 2), smooth(2, 4), 1e-12);
    CHECK_NEAR(lag_at(k->lags, k->cross, SAME, -1, -2), smooth(2, 4), 1e-12);
    front_close(&session);
}

/* Sum over taps and pairs of outputs of g(p, q) x(p + tap, q + tap). */
TEST(the_weight_gathers_products_of_neighbours)
{
    static Pairs x, z;
    Session session = front_open();
    Flow f = {.arena = session.arena};
    const Window v = window(1, SIDE);
    Kernel *k = kernel(&f, SIDE, NULL);
    Gradient *g = gradient_new(&f, PLACES);
    double want = 0, sum[PAIRS][PAIRS] = {{0}};
    likeness = smooth;
    k->lags = g->lags = lags_planned(&f, SIDE, SIDE, plan_of, NULL);
    fill(x);
    convolve(&v, x, z);
    k = convolved(&f, k, &v, z, SIDE);
    for (int64_t p = 0; p < PLACES; p++) {
        g->square[SAME][p] = 1;
        for (int64_t q = 0; q < PLACES; q++)
            want += p == q ? 0 : 9 * x[p][q] * z[p][q];
    }
    lags_add_conv(&f, g, k, 0, 1.0 / 9, sum);
    CHECK_NEAR(sum[SAME][SAME] / want, 1, 0.02);
    front_close(&session);
}

/* Of two places that a gradient comes back to with a stride of 2, only those at even distances
 * have taps in common. */
TEST(with_a_stride_few_places_get_the_same_gradient)
{
    Session session = front_open();
    Flow f = {.arena = session.arena};
    const Window v = window(2, 5);
    Gradient *g = gradient_new(&f, 25);
    likeness = smooth;
    g->lags = lags_planned(&f, 5, 5, plan_of, NULL);
    const Lags *back = lags_back_conv(&f, g, &v);
    CHECK_NEAR(lag_at(back, NULL, SAME, 1, 0), 0, 0);
    CHECK_NEAR(lag_at(back, NULL, SAME, 2, 1), 0, 0);
    CHECK_NEAR(lag_at(back, NULL, SAME, 2, -4), smooth(1, 2), 1e-12);
    front_close(&session);
}

int main(void)
{
    RUN(borders_have_less_in_common);
    RUN(borders_stay_in_several_layers);
    RUN(neighbours_stay_alike);
    RUN(a_stride_makes_them_farther);
    RUN(the_weight_gathers_products_of_neighbours);
    RUN(with_a_stride_few_places_get_the_same_gradient);
    return test_done();
}
