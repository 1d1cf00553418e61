/* watch_peaks.c -- the gradient behind a ReLU and a max pool, counted by the windows of the pool,
 * against rt_watch_delta of the whole gradient. */
#include "kernels.h"
#include "parts.h"
#include "windows.h"

enum { DRAWN = 400, FEW = 8 };

/* Values among which equal ones are common, and some that are odd. */
static rt_real *odd_values(size_t n, uint32_t stream, rt_real size)
{
    const rt_real least = (rt_real)(sizeof(rt_real) == 4 ? 0x1p-149 : 0x1p-1074);
    const rt_real odd[FEW] = { 0, -(rt_real)0.0, least, -least * 7, (rt_real)NAN,
                               (rt_real)INFINITY, -(rt_real)INFINITY, 1 };
    const rt_stream s = { 7, RT_FOR_CHECK, stream, 0 };
    rt_real *x = normals(n, stream);

    for (size_t i = 0; i < n; i++) {
        const double u = rt_random_uniform(&s, (uint32_t)i);
        if (u < 0.1)
            x[i] = odd[(int)(u * 10 * FEW)];
        else
            x[i] = u < 0.4 ? (rt_real)floor((double)x[i]) : size * x[i];
    }
    return x;
}

/* What a training step has when the gradient of the pre-activation is to be recorded. */
typedef struct {
    rt_window v;
    int n;
    rt_real *x, *y, *dy, *dz;       /* of the ReLU; of the pool; of the pre-activation */
} step;

static step step_of(rt_pass *c, int n, const rt_window *v, rt_real size)
{
    const size_t pixels = image_size(n, v), windows = result_size(n, v);
    step s = { .v = *v, .n = n, .x = odd_values(pixels, 1, 1), .y = zeros(windows),
               .dy = odd_values(windows, 2, size), .dz = zeros(pixels) };
    rt_real *dx = zeros(pixels);

    for (size_t i = 0; i < pixels; i++)
        s.x[i] = rt_relu(s.x[i]);
    rt_max_pool(c, n, v, s.x, s.y);
    rt_max_pool_dx(c, n, v, s.dy, s.x, dx);
    rt_map(c, (int)pixels, dx, RT_THEN(.act = RT_RELU, .slope_at = s.x), s.dz);
    free(dx);
    return s;
}

static void free_step(step *s) { free(s->x), free(s->y), free(s->dy), free(s->dz); }

static void watch_peaks(rt_pass *c, rt_watch *w, const step *s)
{
    rt_watch_peaks(c, w, s->n, &s->v, s->dy, s->y);
    rt_watch_delta(c, w, s->n, s->v.channels * s->v.height * s->v.width, s->dz);
}

/* Counts are equal, the size but for its rounding. */
static bool alike(const rt_watch *a, const rt_watch *b)
{
    const rt_counts *x = &a->delta, *y = &b->delta;
    const double near = sizeof(rt_real) == 4 ? 1e-6 : 1e-13;

    return x->count == y->count && x->zero == y->zero && x->subnormal == y->subnormal
        && x->nonfinite == y->nonfinite && memcmp(x->bin, y->bin, sizeof x->bin) == 0
        && fabs(x->sum_squares - y->sum_squares) <= near * y->sum_squares
        && (isnan(b->delta_rms) ? isnan(a->delta_rms)
                                : fabs(a->delta_rms - b->delta_rms) <= near * b->delta_rms);
}

static void check_step(rt_pool *pool, int n, const rt_window *v, rt_real size, bool bins)
{
    const rt_settings set = { .histograms = bins };
    rt_pass c = { .rows = n, .watching = true, .set = &set }, many = c;
    step s = step_of(&c, n, v, size);
    rt_watch got = { .stream = 8 }, again = { .stream = 8 }, want = { .stream = 8 };

    many.pool = pool;
    watch_peaks(&c, &got, &s);
    watch_peaks(&many, &again, &s);
    rt_watch_delta(&c, &want, n, v->channels * v->height * v->width, s.dz);
    CHECK(alike(&got, &want));
    CHECK(memcmp(&got, &again, sizeof got) == 0 && !got.has_delta);
    CHECK(bins || memcmp(got.delta.bin, (rt_counts){ 0 }.bin, sizeof got.delta.bin) == 0);
    if (!alike(&got, &want))
        print_window(n, v);
    free_step(&s);
}

/* Windows apart and windows that overlap, odd sides, windows that see nothing. */
TEST(windows_tell_the_whole)
{
    rt_pool *pool = rt_pool_new(2);
    dice d = { .seed = 4 };

    for (int i = 0; i < DRAWN; i++) {
        rt_window v = draw_window(&d, 4, 1);
        v.channels = v.filters = 1 + roll(&d, 5);
        v.groups = 1;
        check_step(pool, 1 + roll(&d, 4), &v, i % 3 ? 1 : RT_C(1e-30), i % 2);
    }
    rt_pool_free(pool);
}

static rt_window halves(int channels, int height, int width)
{
    return (rt_window){ .channels = channels, .height = height, .width = width,
                        .filters = channels, .out_height = height / 2, .out_width = width / 2,
                        .kernel = 2, .stride = 2, .dilation = 1, .groups = 1 };
}

TEST(several_tiles_and_two_threads)
{
    rt_pool *pool = rt_pool_new(2);
    const rt_window even = halves(6, 28, 28), odd = halves(16, 29, 31);

    check_step(pool, 64, &even, 1, true);
    check_step(pool, 64, &even, 1, false);
    check_step(pool, 20, &odd, RT_C(1e-36), true);
    rt_pool_free(pool);
}

/* Each part joins those before it: as the whole batch, or as rt_watch_delta of each part. */
TEST(parts_join)
{
    const rt_window v = halves(3, 9, 12);
    rt_parts parts = { .whole = 10 };
    rt_watch got = { 0 }, want = { 0 };

    for (int n = 4; parts.before < parts.whole; n = 6) {
        rt_pass c = { .rows = n, .watching = true, .parts = &parts };
        step s = step_of(&c, n, &v, RT_C(1e-3));
        watch_peaks(&c, &got, &s);
        rt_watch_delta(&c, &want, n, 3 * 9 * 12, s.dz);
        free_step(&s);
        parts.before += n;
    }
    CHECK(want.delta.count == 10 * 3 * 9 * 12 && alike(&got, &want));
}

/* ---- Counts in one pass ----------------------------------------------------------------------- */

/* Values that need no closer look, zeros among them, and what lets some of them through. */
typedef struct {
    size_t n;
    rt_real *x, *over;
} gated;

static gated gated_values(size_t n)
{
    gated g = { n, normals(n, 5), normals(n, 6) };

    for (size_t i = 0; i < n; i++)
        if (i % 5 == 3)
            g.x[i] = (rt_real)(i % 2 ? 0.0 : -0.0);
    g.x[0] = g.over[0] = 1;
    return g;
}

static void free_gated(gated *g) { free(g->x), free(g->over); }

static rt_counts count_of_copy(const gated *g, bool bins)
{
    rt_counts counts = { 0 };
    rt_real *copy = zeros(g->n);

    for (size_t i = 0; i < g->n; i++)
        copy[i] = g->over[i] > 0 ? g->x[i] : 0;
    rt_count_values(g->n, copy, bins, &counts);
    free(copy);
    return counts;
}

static bool same_counts(const rt_counts *a, const rt_counts *b)
{
    return a->count == b->count && a->zero == b->zero && a->subnormal == b->subnormal
        && a->nonfinite == b->nonfinite && memcmp(a->bin, b->bin, sizeof a->bin) == 0
        && fabs(a->sum_squares - b->sum_squares) <= 1e-6 * b->sum_squares;
}

TEST(what_is_let_through_is_counted_in_one_pass)
{
    int in_one = 0;

    for (size_t n = 1; n <= RT_COUNTED_OVER; n += 1 + n / 150) {
        gated g = gated_values(n);
        for (int bins = 0; bins < 2; bins++) {
            rt_counts got = { 0 };
            const rt_counts want = count_of_copy(&g, bins), none = { 0 };
            const bool done = rt_count_over(n, g.x, g.over, bins, &got);
            CHECK(same_counts(&got, done ? &want : &none));
            in_one += done;
        }
        free_gated(&g);
    }
    CHECK(in_one > 900);
}

TEST(a_dead_layer_lets_nothing_through)
{
    gated g = gated_values(700);
    rt_counts got = { 0 };

    for (size_t i = 0; i < g.n; i++)
        g.over[i] = 0;
    CHECK(rt_count_over(g.n, g.x, g.over, true, &got));
    CHECK(got.count == g.n && got.zero == g.n && !(got.sum_squares > 0));
    free_gated(&g);
}

/* Wherever it stands; but not where it is not let through. */
TEST(what_is_odd_takes_a_closer_look)
{
    const rt_real least = (rt_real)(sizeof(rt_real) == 4 ? 0x1p-149 : 0x1p-1074);
    const rt_real odd[] = { least, -least, (rt_real)NAN, (rt_real)INFINITY, -(rt_real)INFINITY };

    for (size_t at = 1; at < 300; at += 7)
        for (size_t k = 0; k < 2 * sizeof odd / sizeof *odd; k++) {
            gated g = gated_values(300);
            rt_counts got = { 0 }, want;
            g.x[at] = odd[k / 2];
            g.over[at] = (rt_real)(k % 2 ? 1 : -1);
            want = k % 2 ? got : count_of_copy(&g, true);
            CHECK(rt_count_over(300, g.x, g.over, true, &got) == !(k % 2));
            CHECK(same_counts(&got, &want));
            free_gated(&g);
        }
}

TEST(nothing_unless_it_is_watched)
{
    const rt_window v = halves(2, 4, 4);
    const rt_watch none = { .stream = 3 };
    rt_pass c = { .rows = 2 };
    step s = step_of(&c, 2, &v, 1);
    rt_watch w = none;

    watch_peaks(&c, &w, &s);
    CHECK(memcmp(&w, &none, sizeof w) == 0);
    free_step(&s);
}

int main(void)
{
    RUN(windows_tell_the_whole);
    RUN(several_tiles_and_two_threads);
    RUN(parts_join);
    RUN(what_is_let_through_is_counted_in_one_pass);
    RUN(a_dead_layer_lets_nothing_through);
    RUN(what_is_odd_takes_a_closer_look);
    RUN(nothing_unless_it_is_watched);
    return test_done();
}
