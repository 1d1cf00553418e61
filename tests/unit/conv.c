/* conv.c -- convolutions and their gradients against the definition, for any number of threads. */
#include "windows.h"

enum { DRAWN = 400 };

/* ---- The definition, term by term ------------------------------------------------------------ */

/* One product w x of y; `pixel` is -1 in the padding. */
typedef struct {
    long y, w, pixel;
    int filter;
} term;

typedef void on_term(void *data, term t);

/* The terms of one y. */
static void each_term_of(const rt_window *v, int s, int f, int i, int j, on_term *on, void *data)
{
    const int members = v->channels / v->groups, group = f / (v->filters / v->groups);
    const long y = ((long)(s * v->filters + f) * v->out_height + i) * v->out_width + j;

    for (int c = 0; c < members; c++)
        for (int k = 0; k < v->kernel; k++)
            for (int l = 0; l < v->kernel; l++) {
                const long w = ((long)(f * members + c) * v->kernel + k) * v->kernel + l;
                on(data, (term){ y, w, naive_pixel(v, s, group * members + c, i, j, k, l), f });
            }
}

static void each_term(int n, const rt_window *v, on_term *on, void *data)
{
    for (int s = 0; s < n; s++)
        for (int f = 0; f < v->filters; f++)
            for (int i = 0; i < v->out_height; i++)
                for (int j = 0; j < v->out_width; j++)
                    each_term_of(v, s, f, i, j, on, data);
}

typedef struct {
    const rt_real *x, *w, *dy;
    double *y, *dx, *dw;
} sums;

static void add_term(void *data, term t)
{
    const sums *s = data;
    if (t.pixel < 0)
        return;
    s->y[t.y] += (double)s->w[t.w] * (double)s->x[t.pixel];
    s->dx[t.pixel] += (double)s->w[t.w] * (double)s->dy[t.y];
    s->dw[t.w] += (double)s->x[t.pixel] * (double)s->dy[t.y];
}

/* ---- Cases ----------------------------------------------------------------------------------- */

typedef struct {
    rt_window v;
    int n;
    size_t x_size, w_size, y_size;
    rt_real *x, *w, *b, *dy;        /* b is NULL or [filters] */
    rt_real *y, *dx, *dw;           /* whatever is in there */
} conv_case;

static conv_case conv_case_of(int n, const rt_window *v, bool bias)
{
    conv_case c = { *v, n, image_size(n, v), weights_size(v), result_size(n, v),
                    .b = bias ? normals((size_t)v->filters, 3) : NULL };
    c.x = normals(c.x_size, 1), c.w = normals(c.w_size, 2), c.dy = normals(c.y_size, 4);
    c.y = normals(c.y_size, 5), c.dx = normals(c.x_size, 6), c.dw = normals(c.w_size, 7);
    c.y[0] = c.dx[0] = c.dw[0] = (rt_real)NAN;
    return c;
}

static void free_case(conv_case *c)
{
    free(c->x), free(c->w), free(c->b), free(c->dy), free(c->y), free(c->dx), free(c->dw);
}

static void run_case(conv_case *c, rt_pool *pool)
{
    rt_pass pass = { .rows = c->n, .pool = pool };
    rt_conv(&pass, c->n, &c->v, c->x, c->w, c->b, NULL, c->y);
    rt_conv_dx(&pass, c->n, &c->v, c->dy, c->w, c->dx);
    rt_conv_dw(&pass, c->n, &c->v, c->dy, c->x, c->dw);
}

/* The largest difference, relative to the size of a sum of so many terms. */
static double far(size_t n, const rt_real *got, const double *want, double terms)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        const double d = fabs((double)got[i] - want[i]) / sqrt(terms + 1);
        if (!(d <= most))
            most = d;
    }
    return most;
}

static void check_case(const conv_case *c)
{
    double *y = calloc(c->y_size + c->x_size + c->w_size, sizeof *y);
    sums s = { c->x, c->w, c->dy, y, y + c->y_size, y + c->y_size + c->x_size };
    const size_t area = (size_t)c->v.out_height * (size_t)c->v.out_width;
    const double filters = c->v.filters, products = filters * (double)c->y_size;
    const int before = test_bad;

    for (size_t i = 0; c->b && i < c->y_size; i++)
        y[i] = (double)c->b[i / area % (size_t)c->v.filters];
    each_term(c->n, &c->v, add_term, &s);
    test_bad = 0;
    CHECK_NEAR(far(c->y_size, c->y, s.y, (double)c->w_size / filters), 0, CLOSE);
    CHECK_NEAR(far(c->x_size, c->dx, s.dx, (double)c->w_size / c->v.channels), 0, CLOSE);
    CHECK_NEAR(far(c->w_size, c->dw, s.dw, products / filters / filters), 0, CLOSE);
    if (test_bad)
        print_window(c->n, &c->v);
    test_bad |= before;
    free(y);
}

static void check_window(int n, const rt_window *v, bool bias)
{
    conv_case c = conv_case_of(n, v, bias);
    run_case(&c, NULL);
    check_case(&c);
    free_case(&c);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static rt_window draw_conv(dice *d)
{
    rt_window v = draw_window(d, 7, 3);
    v.groups = one_of(d, 5, (int[]){ 1, 1, 1, 2, 5 });
    v.channels = v.groups * (roll(d, 3) == 0 ? 1 : 1 + roll(d, 9));
    v.filters = v.groups * (roll(d, 3) == 0 ? 1 : 1 + roll(d, 9));
    return v;
}

TEST(as_its_definition)
{
    dice d = { .seed = 1 };
    for (int i = 0; i < DRAWN; i++) {
        const rt_window v = draw_conv(&d);
        check_window(1 + roll(&d, 5), &v, roll(&d, 2));
    }
}

/* Each has what the drawn ones lack: several blocks of columns in depth, several areas of rows, areas
 * of parts of one row, a kernel of more places than a block has, one as large as the image. */
TEST(large_ones)
{
    const rt_window deep = same_window(80, 7, 9, 5, 3), high = same_window(3, 90, 40, 4, 3);
    const rt_window broad = { 2, 2, 6000, 3, 2, 2999, 3, 2, 1, 1, 1, 0 };
    const rt_window one = { 1, 210, 195, 2, 2, 3, 200, 7, 1, 1, 3, 9 };
    const rt_window point = same_window(700, 12, 11, 6, 1);
    const rt_window whole = { 6, 5, 5, 20, 1, 1, 5, 2, 1, 1, 0, 0 };
    const rt_window apart = { 6, 5, 5, 20, 1, 1, 5, 1, 2, 1, 0, 0 };
    rt_window depthwise = same_window(300, 6, 5, 300, 3), wide = same_window(2, 4, 9000, 2, 3);

    depthwise.groups = 300;
    wide.groups = 2;
    check_window(2, &deep, true);
    check_window(2, &high, false);
    check_window(1, &broad, true);
    check_window(2, &one, false);
    check_window(3, &point, true);
    check_window(4, &whole, true);
    check_window(4, &apart, true);
    check_window(2, &depthwise, true);
    check_window(2, &wide, true);
}

/* Blocks of filters and of channels with a rest, pieces of several images and of some rows of one,
 * parts of gradients for strides 4 and 5, kernels and rows too large for moved copies. */
TEST(every_cut)
{
    const rt_window filters = same_window(20, 9, 17, 150, 3);
    const rt_window channels = same_window(130, 6, 10, 5, 3);
    const rt_window fours = { 3, 23, 29, 5, 6, 7, 5, 4, 1, 1, 2, 2 };
    const rt_window fives = { 2, 31, 28, 3, 6, 6, 4, 5, 1, 1, 0, 1 };
    const rt_window kernel = same_window(2, 20, 21, 3, 17), row = same_window(2, 3, 5000, 2, 3);
    const rt_window small = { 7, 4, 4, 9, 2, 2, 3, 1, 1, 1, 0, 0 };
    const rt_window panels = same_window(3, 16, 16, 40, 3);
    rt_window groups = same_window(24, 10, 33, 36, 3);

    groups.groups = 2;
    check_window(9, &filters, true);
    check_window(3, &channels, true);
    check_window(3, &fours, true);
    check_window(2, &fives, false);
    check_window(1, &kernel, true);
    check_window(1, &row, true);
    check_window(70, &small, true);
    check_window(2, &panels, true);
    check_window(11, &groups, true);
}

/* Batches that fill vectors, or leave some lanes of one over; in one band and in several. */
TEST(many_images)
{
    const rt_window lenet = { 6, 14, 14, 16, 10, 10, 5, 1, 1, 1, 0, 0 };
    const rt_window edges = { 3, 3, 5, 7, 3, 5, 5, 1, 1, 1, 2, 2 };
    const rt_window halving = { 8, 9, 7, 12, 4, 3, 4, 2, 1, 2, 1, 0 };
    const rt_window deep = { 24, 17, 16, 20, 9, 8, 3, 2, 1, 1, 1, 1 };
    const rt_window gaps = { 20, 20, 22, 24, 7, 7, 2, 3, 1, 1, 0, 0 };
    const rt_window bands = same_window(32, 16, 16, 33, 3);
    dice d = { .seed = 3 };

    check_window(64, &lenet, true);
    check_window(21, &lenet, false);
    check_window(35, &edges, true);
    check_window(17, &halving, true);
    check_window(90, &halving, false);
    check_window(20, &deep, true);
    check_window(33, &gaps, false);
    check_window(16, &bands, true);
    for (int i = 0; i < DRAWN / 8; i++) {
        const rt_window v = draw_conv(&d);
        check_window(1 + roll(&d, 70), &v, roll(&d, 2));
    }
}

/* Whole vectors of positions: of rows that are whole vectors, of rows that are not, under a stride,
 * of groups; in several pieces of an image. */
TEST(few_channels)
{
    const rt_window first = same_window(1, 28, 28, 6, 5), colours = same_window(3, 32, 32, 17, 3);
    const rt_window halving = { 3, 17, 33, 9, 8, 16, 5, 2, 1, 1, 1, 2 };
    const rt_window inside = { 4, 12, 18, 5, 8, 14, 3, 1, 2, 1, 0, 0 };
    rt_window groups = same_window(6, 16, 7, 10, 3);

    groups.groups = 2;
    check_window(3, &first, true);
    check_window(11, &colours, true);
    check_window(2, &halving, true);
    check_window(9, &inside, false);
    check_window(20, &groups, true);
}

static void same_for_threads(int n, const rt_window *v)
{
    conv_case one = conv_case_of(n, v, true);
    rt_pool *alone = rt_pool_new(1);
    run_case(&one, alone);
    rt_pool_free(alone);
    for (int threads = 2; threads <= 4; threads++) {
        conv_case c = conv_case_of(n, v, true);
        rt_pool *pool = rt_pool_new(threads);
        run_case(&c, pool);
        CHECK(same_bits(c.y_size, c.y, one.y));
        CHECK(same_bits(c.x_size, c.dx, one.dx));
        CHECK(same_bits(c.w_size, c.dw, one.dw));
        rt_pool_free(pool);
        free_case(&c);
    }
    free_case(&one);
}

/* Large enough that the pool is used. */
TEST(same_bits_for_any_threads)
{
    const rt_window many = same_window(16, 16, 16, 24, 3), point = same_window(32, 15, 15, 16, 1);
    const rt_window halving = { 6, 33, 31, 8, 16, 15, 5, 2, 1, 2, 1, 2 };
    const rt_window lenet = { 6, 14, 14, 16, 10, 10, 5, 1, 1, 1, 0, 0 };
    const rt_window first = same_window(1, 28, 28, 6, 5);
    const rt_window deep = { 24, 17, 16, 20, 9, 8, 3, 2, 1, 1, 1, 1 };
    rt_window depthwise = same_window(64, 16, 16, 64, 3);

    depthwise.groups = 64;
    same_for_threads(8, &many);
    same_for_threads(8, &point);
    same_for_threads(1, &point);
    same_for_threads(9, &halving);
    same_for_threads(8, &depthwise);
    same_for_threads(40, &lenet);
    same_for_threads(20, &deep);
    same_for_threads(9, &first);
}

static double dot(size_t n, const rt_real *a, const rt_real *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

/* <dy, conv(x, w)> is <dx, x>, and <dw, w>: no reference of its own is needed. */
TEST(gradients_are_adjoint)
{
    dice d = { .seed = 2 };
    for (int i = 0; i < DRAWN; i++) {
        const rt_window v = draw_conv(&d);
        conv_case c = conv_case_of(1 + roll(&d, 5), &v, false);
        run_case(&c, NULL);
        const double y = dot(c.y_size, c.dy, c.y);
        const double close = CLOSE * sqrt((double)c.y_size * (double)c.w_size);
        CHECK_NEAR(dot(c.x_size, c.dx, c.x), y, close);
        CHECK_NEAR(dot(c.w_size, c.dw, c.w), y, close);
        free_case(&c);
    }
}

/* Stride 3 and kernel 2: each third pixel is not seen. */
TEST(what_no_window_sees_has_no_gradient)
{
    const rt_window v = { 1, 1, 5, 1, 1, 2, 2, 3, 1, 1, 0, 0 };
    const rt_real w[4] = { 1, 2, 0, 0 }, dy[2] = { 10, 100 };
    rt_real dx[5] = { (rt_real)NAN, 0, (rt_real)NAN, 0, 0 };
    rt_conv_dx(&(rt_pass){ .rows = 1 }, 1, &v, dy, w, dx);
    CHECK(dx[0] == 10 && dx[1] == 20 && dx[2] == 0 && dx[3] == 100 && dx[4] == 200);
}

int main(void)
{
    RUN(as_its_definition);
    RUN(large_ones);
    RUN(every_cut);
    RUN(many_images);
    RUN(few_channels);
    RUN(same_bits_for_any_threads);
    RUN(gradients_are_adjoint);
    RUN(what_no_window_sees_has_no_gradient);
    return test_done();
}
