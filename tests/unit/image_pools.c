/* image_pools.c -- pools over images against their definitions, for any number of threads. */
#include "windows.h"

enum { DRAWN = 300 };

/* ---- The definitions ------------------------------------------------------------------------- */

typedef struct {
    rt_window v;
    int n;
    size_t x_size, y_size;
    const rt_real *x, *dy;
} pool_case;

/* x or y[n][channels][...]: channel c of sample s is pixel of naive_pixel; calls for each y. */
typedef void on_window(void *data, const pool_case *p, size_t y, const long *pixel, int count);

static void each_window(const pool_case *p, on_window *on, void *data)
{
    const rt_window *v = &p->v;
    long *pixel = malloc((size_t)(v->kernel * v->kernel) * sizeof *pixel);

    for (size_t y = 0; y < p->y_size; y++) {
        const int width = v->out_width, height = v->out_height, channels = v->channels;
        const int j = (int)y % width, i = (int)y / width % height, plane = (int)y / width / height;
        int count = 0;
        for (int k = 0; k < v->kernel * v->kernel; k++) {
            pixel[count] = naive_pixel(v, plane / channels, plane % channels, i, j, k / v->kernel,
                                       k % v->kernel);
            count += pixel[count] >= 0;
        }
        on(data, p, y, pixel, count);
    }
    free(pixel);
}

typedef struct {
    double *max, *avg, *max_dx, *avg_dx;
} wanted;

static void want(void *data, const pool_case *p, size_t y, const long *pixel, int count)
{
    const wanted *w = data;
    const double area = (double)p->v.kernel * p->v.kernel;
    long best = -1;

    for (int k = 0; k < count; k++) {
        const double value = (double)p->x[pixel[k]];
        if (best < 0 || (!isnan(p->x[best]) && !(value <= (double)p->x[best])))
            best = pixel[k];
        w->avg[y] += value / area;
        w->avg_dx[pixel[k]] += (double)p->dy[y] / area;
    }
    w->max[y] = best < 0 ? -(double)INFINITY : (double)p->x[best];
    if (best >= 0)
        w->max_dx[best] += (double)p->dy[y];
}

/* Equal, or close; what is not finite must be the same. */
static bool alike(size_t n, const rt_real *got, const double *wants)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - wants[i]) <= CLOSE || (double)got[i] == wants[i]
              || (isnan(got[i]) && isnan(wants[i]))))
            return false;
    return true;
}

static rt_real *nans(size_t n)
{
    rt_real *x = zeros(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (rt_real)NAN;
    return x;
}

static void check_pools(const pool_case *p)
{
    rt_pass c = { .rows = p->n };
    double *d = calloc(2 * (p->x_size + p->y_size), sizeof *d);
    const wanted w = { d, d + p->y_size, d + 2 * p->y_size, d + 2 * p->y_size + p->x_size };
    rt_real *y = nans(p->y_size), *dx = nans(p->x_size);
    const int before = test_bad;

    each_window(p, want, (void *)&w);
    test_bad = 0;
    rt_max_pool(&c, p->n, &p->v, p->x, y);
    CHECK(alike(p->y_size, y, w.max));
    rt_max_pool_dx(&c, p->n, &p->v, p->dy, p->x, dx);
    CHECK(alike(p->x_size, dx, w.max_dx));
    rt_avg_pool(&c, p->n, &p->v, p->x, y);
    CHECK(alike(p->y_size, y, w.avg));
    rt_avg_pool_dx(&c, p->n, &p->v, p->dy, dx);
    CHECK(alike(p->x_size, dx, w.avg_dx));
    if (test_bad)
        print_window(p->n, &p->v);
    test_bad |= before;
    free(d), free(y), free(dx);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

/* Windows of two by two pixels beside each other, from one to hundreds of them in a row. */
static rt_window draw_pairs(dice *d)
{
    rt_window v = { .height = 2 + roll(d, 9), .width = 2 + roll(d, roll(d, 8) ? 80 : 1500),
                    .kernel = 2, .stride = 2, .dilation = 1 };
    v.out_height = v.height / 2;
    v.out_width = v.width / 2;
    return v;
}

/* x of few values, so that many are equal, and some NaN where `holes`. */
static void check_drawn(dice *d, bool holes)
{
    rt_window v = roll(d, 3) ? draw_window(d, 5, 1) : draw_pairs(d);
    v.groups = 1;
    v.channels = v.filters = 1 + roll(d, 6);
    const int n = 1 + roll(d, 4);
    const size_t x_size = image_size(n, &v), y_size = result_size(n, &v);
    rt_real *x = normals(x_size, 1), *dy = normals(y_size, 2);

    for (size_t i = 0; i < x_size; i++)
        x[i] = holes && roll(d, 9) == 0 ? (rt_real)NAN : (rt_real)round(2 * (double)x[i]) / 2;
    check_pools(&(pool_case){ v, n, x_size, y_size, x, dy });
    free(x), free(dy);
}

TEST(as_their_definitions)
{
    dice d = { .seed = 3 };
    for (int i = 0; i < DRAWN; i++)
        check_drawn(&d, false);
}

TEST(nan_wins)
{
    dice d = { .seed = 4 };
    for (int i = 0; i < DRAWN; i++)
        check_drawn(&d, true);
}

/* The first of equals, in the order of rows, takes the gradient. */
TEST(the_first_of_equals)
{
    const rt_window v = { 1, 2, 3, 1, 1, 2, 2, 1, 1, 1, 0, 0 };
    const rt_real x[6] = { 0, 7, 1, 7, 7, 7 }, dy[2] = { 10, 100 };
    rt_real dx[6], y[2];
    rt_max_pool(&(rt_pass){ .rows = 1 }, 1, &v, x, y);
    rt_max_pool_dx(&(rt_pass){ .rows = 1 }, 1, &v, dy, x, dx);
    CHECK(y[0] == 7 && y[1] == 7);
    CHECK(dx[1] == 110 && dx[0] + dx[2] + dx[3] + dx[4] + dx[5] == 0);
}

/* Nothing is smaller, yet it is a pixel. */
TEST(the_first_of_minus_infinities)
{
    const rt_window v = { 1, 2, 2, 1, 1, 1, 2, 2, 1, 1, 0, 0 };
    const rt_real low = -(rt_real)INFINITY, x[4] = { low, low, low, low }, dy[1] = { 10 };
    rt_real dx[4];
    rt_max_pool_dx(&(rt_pass){ .rows = 1 }, 1, &v, dy, x, dx);
    CHECK(dx[0] == 10 && dx[1] == 0 && dx[2] == 0 && dx[3] == 0);
}

/* Padding is no pixel of value 0: negative values stay the largest. */
TEST(padding_is_never_the_largest)
{
    const rt_window v = { 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1 };
    const rt_real x[1] = { -5 };
    rt_real y[4];
    rt_max_pool(&(rt_pass){ .rows = 1 }, 1, &v, x, y);
    CHECK(y[0] == -5 && y[1] == -5 && y[2] == -5 && y[3] == -5);
}

TEST(mean_of_planes)
{
    static const int inner[] = { 1, 7, 64, 5000 };
    for (int k = 0; k < 4; k++) {
        const size_t plane = (size_t)inner[k], planes = 3 * 5;
        rt_real *x = normals(planes * plane, 1), *y = nans(planes), *dx = nans(planes * plane);
        rt_plane_mean(&(rt_pass){ .rows = 3 }, 3, 5, inner[k], x, y);
        rt_plane_mean_dx(&(rt_pass){ .rows = 3 }, 3, 5, inner[k], y, dx);
        for (size_t i = 0; i < planes; i++) {
            double sum = 0;
            for (size_t j = 0; j < plane; j++)
                sum += (double)x[i * plane + j];
            CHECK_NEAR((double)y[i], sum / inner[k], CLOSE);
            for (size_t j = 0; j < plane; j++)
                CHECK_NEAR((double)dx[i * plane + j], sum / inner[k] / inner[k], CLOSE);
        }
        free(x), free(y), free(dx);
    }
}

/* All of them one after another into out[6]. */
static void run_pools(const pool_case *p, rt_pool *pool, rt_real *out[6])
{
    rt_pass c = { .rows = p->n, .pool = pool };
    const int plane = p->v.height * p->v.width;

    for (int k = 0; k < 6; k++)
        out[k] = nans(p->x_size);
    rt_max_pool(&c, p->n, &p->v, p->x, out[0]);
    rt_max_pool_dx(&c, p->n, &p->v, p->dy, p->x, out[1]);
    rt_avg_pool(&c, p->n, &p->v, p->x, out[2]);
    rt_avg_pool_dx(&c, p->n, &p->v, p->dy, out[3]);
    rt_plane_mean(&c, p->n, p->v.channels, plane, p->x, out[4]);
    rt_plane_mean_dx(&c, p->n, p->v.channels, plane, p->dy, out[5]);
}

TEST(same_bits_for_any_threads)
{
    const rt_window v = { 10, 31, 33, 10, 16, 17, 3, 2, 1, 1, 1, 1 };
    const int n = 20;
    const size_t x_size = image_size(n, &v), y_size = result_size(n, &v);
    rt_real *x = normals(x_size, 1), *dy = normals(y_size, 2), *one[6], *many[6];
    const pool_case p = { v, n, x_size, y_size, x, dy };

    run_pools(&p, NULL, one);
    for (int threads = 2; threads <= 4; threads++) {
        rt_pool *pool = rt_pool_new(threads);
        run_pools(&p, pool, many);
        for (int k = 0; k < 6; k++) {
            CHECK(same_bits(x_size, many[k], one[k]));
            free(many[k]);
        }
        rt_pool_free(pool);
    }
    for (int k = 0; k < 6; k++)
        free(one[k]);
    free(x), free(dy);
}

int main(void)
{
    RUN(as_their_definitions);
    RUN(nan_wins);
    RUN(the_first_of_equals);
    RUN(the_first_of_minus_infinities);
    RUN(padding_is_never_the_largest);
    RUN(mean_of_planes);
    RUN(same_bits_for_any_threads);
    return test_done();
}
