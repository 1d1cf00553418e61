/* augment.c -- training images mirrored and moved, against a reference that pads, mirrors and cuts
 * one pixel at a time. */
#include "../../runtime/augment.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

enum { CHANNELS = 3, HEIGHT = 5, WIDTH = 7, PIXELS = CHANNELS * HEIGHT * WIDTH, N = 400 };

/* Pixels are all different, and none is 0. */
static double pixel(int sample, int c, int y, int x)
{
    return 1 + sample + 0.5 * c + 0.05 * y + 0.005 * x;
}

static double images[2][N * PIXELS];        /* room for either precision: samples, a batch */
static double targets[N * PIXELS];

static void set(const rt_run *run, void *to, size_t i, double value)
{
    if (run->model->real_size == sizeof(float))
        ((float *)to)[i] = (float)value;
    else
        ((double *)to)[i] = value;
}

static double get(const rt_run *run, int row, int c, int y, int x)
{
    const size_t i = (size_t)(((row * CHANNELS + c) * HEIGHT + y) * WIDTH + x);
    return run->model->real_size == sizeof(float) ? (double)((const float *)run->x)[i]
                                                  : ((const double *)run->x)[i];
}

static rt_model model_of(const rt_data *data, size_t real_size)
{
    return (rt_model){.real_size = real_size, .input_rank = 3,
                      .input_shape = {CHANNELS, HEIGHT, WIDTH}, .data = data};
}

/* A run of which only what augment reads is there. */
static rt_run run_of(const rt_model *m, const rt_settings *set_)
{
    rt_run run = {.model = m, .set = set_, .x = images[1], .target = targets,
                  .data.train = {.n = N, .features = PIXELS, .x = images[0]}};
    for (int k = 0; k < N; k++)
        for (int c = 0; c < CHANNELS; c++)
            for (int y = 0; y < HEIGHT; y++)
                for (int x = 0; x < WIDTH; x++)
                    set(&run, images[0], (size_t)(((k * CHANNELS + c) * HEIGHT + y) * WIDTH + x),
                        pixel(k, c, y, x));
    return run;
}

/* Pixel of the padded image of height + 2 pad rows, mirrored or not. */
static double padded(int sample, int pad, bool mirrored, int c, int y, int x)
{
    const int from_y = y - pad, from_x = mirrored ? WIDTH - 1 - (x - pad) : x - pad;
    if (from_y < 0 || from_y >= HEIGHT || from_x < 0 || from_x >= WIDTH)
        return 0;
    return pixel(sample, c, from_y, from_x);
}

typedef struct {
    bool mirrored;
    int down, right;                /* offset of the window in the padded image */
} place;

/* The only place that explains row `row` as a change of `sample`; `ways` counts those that do. */
static place explain(const rt_run *run, int row, int sample, int pad, int *ways)
{
    place found = {0};
    *ways = 0;
    for (int k = 0; k < 2 * (2 * pad + 1) * (2 * pad + 1); k++) {
        const place p = {k % 2 == 1, k / 2 / (2 * pad + 1), k / 2 % (2 * pad + 1)};
        bool same = true;
        for (int i = 0; same && i < PIXELS; i++) {
            const int c = i / WIDTH / HEIGHT, y = i / WIDTH % HEIGHT, x = i % WIDTH;
            same = fabs(get(run, row, c, y, x)
                        - padded(sample, pad, p.mirrored, c, y + p.down, x + p.right)) < 1e-4;
        }
        if (same)
            found = p;
        *ways += same;
    }
    return found;
}

static void all_samples(uint32_t sample[N])
{
    for (uint32_t i = 0; i < N; i++)
        sample[i] = (i * 7) % N;
}

static void check_places(const rt_data *data, size_t real_size)
{
    static const rt_settings settings = {.seed = 3};
    const rt_model m = model_of(data, real_size);
    rt_run run = run_of(&m, &settings);
    const int n = 2 * data->crop + 1;
    int mirrored = 0, down[16] = {0}, right[16] = {0}, both = 0;
    uint32_t sample[N];
    all_samples(sample);
    memset(images[1], 0xff, sizeof images[1]);              /* NaN: all has to be written */
    rt_augment(&run, 0, sample, N);
    for (int i = 0; i < N; i++) {
        int ways;
        const place p = explain(&run, i, (int)sample[i], data->crop, &ways);
        CHECK(ways == 1);
        mirrored += p.mirrored;
        down[p.down]++;
        right[p.right]++;
        both += p.mirrored && p.down == 0 && p.right == n - 1;
    }
    CHECK(data->hflip ? abs(mirrored - N / 2) < 45 : mirrored == 0);
    for (int k = 0; k < n; k++)
        CHECK(abs(down[k] - N / n) < 45 && abs(right[k] - N / n) < 45);
    CHECK(!data->hflip || !data->crop || (both > 0 && both < 3 * N / (2 * n * n)));
}

TEST(every_image_is_a_window_of_the_padded_one)
{
    for (int hflip = 0; hflip < 2; hflip++)
        for (int crop = 0; crop < HEIGHT; crop++) {
            const rt_data data = {.hflip = hflip == 1, .crop = crop};
            if (!hflip && !crop)
                continue;
            check_places(&data, sizeof(float));
            check_places(&data, sizeof(double));
        }
}

TEST(the_same_in_both_precisions_and_any_batch)
{
    static const rt_settings settings = {.seed = 3};
    static double whole[N * PIXELS];
    const rt_data data = {.hflip = true, .crop = 2};
    const rt_model narrow = model_of(&data, sizeof(float)), wide = model_of(&data, sizeof(double));
    uint32_t sample[N];
    all_samples(sample);
    rt_run run = run_of(&wide, &settings);
    rt_augment(&run, 5, sample, N);
    memcpy(whole, images[1], sizeof whole);
    for (int at = 0; at < N; at += 33) {                    /* in parts of 33 */
        const int rows = N - at < 33 ? N - at : 33;
        rt_augment(&run, 5, sample + at, rows);
        CHECK(memcmp(images[1], whole + at * PIXELS, (size_t)rows * PIXELS * sizeof *whole) == 0);
    }
    run = run_of(&narrow, &settings);
    rt_augment(&run, 5, sample, N);
    for (size_t i = 0; i < N * PIXELS; i++)
        CHECK(((const float *)run.x)[i] == (float)whole[i]);
}

/* How many of the samples are the same after both. */
static int equal(uint64_t seed, int64_t epoch)
{
    static double first[N * PIXELS];
    const rt_settings one = {.seed = 3}, other = {.seed = seed};
    const rt_data data = {.hflip = true, .crop = 2};
    const rt_model m = model_of(&data, sizeof(double));
    uint32_t sample[N];
    int same = 0;
    all_samples(sample);
    rt_run run = run_of(&m, &one);
    rt_augment(&run, 0, sample, N);
    memcpy(first, images[1], sizeof first);
    run.set = &other;
    rt_augment(&run, epoch, sample, N);
    for (int i = 0; i < N; i++)
        same += memcmp(first + i * PIXELS, images[1] + i * PIXELS, PIXELS * sizeof *first) == 0;
    return same;
}

/* By chance one sample in 2 * 5 * 5 is the same. */
TEST(drawn_anew_for_each_seed_and_epoch)
{
    CHECK(equal(3, 0) == N);
    CHECK(equal(4, 0) < 25);
    CHECK(equal(3, 1) < 25);
    CHECK(equal(3, (int64_t)1 << 32) < 25);
}

TEST(a_target_that_is_the_input_follows)
{
    static const rt_settings settings = {.seed = 3};
    const rt_data data = {.hflip = true, .crop = 2};
    rt_model m = model_of(&data, sizeof(double));
    uint32_t sample[N];
    all_samples(sample);
    rt_run run = run_of(&m, &settings);
    memset(targets, 0, sizeof targets);
    rt_augment(&run, 0, sample, 20);
    CHECK(targets[0] == 0);                                 /* of another target */
    m.target = RT_TARGET_INPUT;
    rt_augment(&run, 0, sample, 20);
    CHECK(memcmp(targets, run.x, 20 * PIXELS * sizeof *targets) == 0);
    CHECK(targets[20 * PIXELS] == 0);
}

TEST(nothing_is_touched_without_it)
{
    static const rt_settings settings = {.seed = 3};
    const rt_data data = {.scale = 1};
    const rt_model m = model_of(&data, sizeof(double));
    uint32_t sample[N];
    all_samples(sample);
    rt_run run = run_of(&m, &settings);
    memset(images[1], 0x55, sizeof images[1]);
    rt_augment(&run, 0, sample, N);
    for (size_t i = 0; i < sizeof images[1]; i++)
        CHECK(((const unsigned char *)images[1])[i] == 0x55);
}

/* What the compiler refuses is refused once more where the C was edited. */
TEST(inputs_that_are_no_images)
{
    static const rt_settings settings = {.seed = 3};
    rt_data data = {.train = {"xor", {NULL}, {10}}, .scale = 1, .hflip = true};
    rt_model m = {.real_size = sizeof(float), .input_rank = 1, .input_shape = {2}, .classes = 2,
                  .settings = &settings, .data = &data};
    rt_dataset d;
    rt_error e;
    CHECK(!rt_data_load(&m, ".", &d, &e));
    CHECK_TEXT(e.text,
               "augment: images [channels,height,width] are wanted, the model's input is [2]");
    m.input_rank = 3;
    m.input_shape[0] = m.input_shape[1] = 1;
    m.input_shape[2] = 2;
    CHECK(rt_data_load(&m, ".", &d, &e));
    rt_data_free(&d);
    data.crop = 1;
    CHECK(!rt_data_load(&m, ".", &d, &e));
    CHECK_TEXT(e.text, "augment: crop 1, under the sides of the image, 1 x 2, is wanted");
    data.crop = -1;
    CHECK(!rt_data_load(&m, ".", &d, &e));
}

int main(void)
{
    RUN(every_image_is_a_window_of_the_padded_one);
    RUN(the_same_in_both_precisions_and_any_batch);
    RUN(drawn_anew_for_each_seed_and_epoch);
    RUN(a_target_that_is_the_input_follows);
    RUN(nothing_is_touched_without_it);
    RUN(inputs_that_are_no_images);
    return test_done();
}
