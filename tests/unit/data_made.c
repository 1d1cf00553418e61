/* data_made.c -- made samples: what they are, when they are the same, when they differ. */
#include "data_files.h"

static rt_data made(const char *name, double a, double b, double c)
{
    return (rt_data){.train = {name, {NULL}, {a, b, c}}, .scale = 1};
}

TEST(xor_is_one_where_signs_differ)
{
    const rt_data data = made("xor", 1000, 0, 0);
    const rt_model m = model_of(2, 2, &data);
    rt_dataset d;
    rt_error e;
    int ones = 0;
    CHECK(rt_data_load(&m, ".", &d, &e) && d.train.n == 1000);
    for (int i = 0; i < 1000; i++) {
        const double x = x_at(&m, &d.train, i, 0), y = x_at(&m, &d.train, i, 1);
        CHECK(fabs(x) <= 1 && fabs(y) <= 1 && d.train.label[i] == (x * y < 0));
        ones += d.train.label[i];
    }
    CHECK(ones > 420 && ones < 580);
    rt_data_free(&d);
}

TEST(moons_without_noise_lie_on_their_circles)
{
    const rt_data data = made("moons", 200, 0, 0);
    const rt_model m = model_of(2, 2, &data);
    rt_dataset d;
    rt_error e;
    CHECK(rt_data_load(&m, ".", &d, &e));
    for (int i = 0; i < 200; i++) {
        const int class = d.train.label[i];
        const double x = x_at(&m, &d.train, i, 0) - class;
        const double y = x_at(&m, &d.train, i, 1) - class * 0.5;
        CHECK(class == i % 2);
        CHECK_NEAR(x * x + y * y, 1, 1e-6);
        CHECK(class ? y <= 1e-6 : y >= -1e-6);
    }
    rt_data_free(&d);
}

TEST(noise_is_the_standard_deviation)
{
    const rt_data data = made("moons", 20000, 0.1, 0), plain = made("moons", 20000, 0, 0);
    const rt_model m = model_of(2, 2, &data), p = model_of(2, 2, &plain);
    rt_dataset d, base;
    rt_error e;
    double sum = 0, squares = 0, crossed = 0;
    CHECK(rt_data_load(&m, ".", &d, &e) && rt_data_load(&p, ".", &base, &e));
    for (int i = 0; i < 20000; i++) {
        const double dx = x_at(&m, &d.train, i, 0) - x_at(&m, &base.train, i, 0);
        const double dy = x_at(&m, &d.train, i, 1) - x_at(&m, &base.train, i, 1);
        sum += dx + dy;
        squares += dx * dx + dy * dy;
        crossed += dx * dy;
    }
    CHECK_NEAR(sum / 40000, 0, 0.002);
    CHECK_NEAR(sqrt(squares / 40000), 0.1, 0.002);
    CHECK_NEAR(crossed / 20000, 0, 0.0004);
    rt_data_free(&d);
    rt_data_free(&base);
}

TEST(spirals_turn_by_their_radius)
{
    const rt_data data = made("spirals", 300, 3, 0);
    const rt_model m = model_of(2, 3, &data);
    rt_dataset d;
    rt_error e;
    CHECK(rt_data_load(&m, ".", &d, &e));
    for (int i = 0; i < 300; i++) {
        const double x = x_at(&m, &d.train, i, 0), y = x_at(&m, &d.train, i, 1), r = hypot(x, y);
        const double angle = 2 * acos(-1) * d.train.label[i] / 3 + 4 * r;
        CHECK(d.train.label[i] == i % 3 && r < 1);
        CHECK_NEAR(x, r * sin(angle), 1e-5);
        CHECK_NEAR(y, r * cos(angle), 1e-5);
    }
    rt_data_free(&d);
}

TEST(spirals_noise_is_free_of_the_radius)
{
    const rt_data data = made("spirals", 20000, 2, 0.2);
    rt_model m = model_of(2, 2, &data);
    rt_dataset d;
    rt_error e;
    double with_radius = 0, squares = 0;
    m.real_size = sizeof(double);
    CHECK(rt_data_load(&m, ".", &d, &e));
    for (int i = 0; i < 20000; i++) {
        const double x = x_at(&m, &d.train, i, 0), y = x_at(&m, &d.train, i, 1), r = hypot(x, y);
        const double turn = atan2(x, y) - acos(-1) * d.train.label[i] - 4 * r;
        const double noise = remainder(turn, 2 * acos(-1));
        with_radius += noise * (r - 0.5);
        squares += noise * noise;
    }
    CHECK_NEAR(sqrt(squares / 20000), 0.2, 0.004);
    CHECK_NEAR(with_radius / 20000 / 0.2, 0, 0.008);
    rt_data_free(&d);
}

TEST(gaussian_is_unit_normal)
{
    const rt_data data = made("gaussian", 4000, 0, 0);
    const rt_model m = model_of(33, 4, &data);
    rt_dataset d;
    rt_error e;
    double sum = 0, squares = 0, by_label = 0;
    int counts[4] = {0};
    CHECK(rt_data_load(&m, ".", &d, &e));
    for (int i = 0; i < 4000; i++) {
        for (int j = 0; j < 33; j++) {
            const double x = x_at(&m, &d.train, i, j);
            sum += x;
            squares += x * x;
        }
        by_label += x_at(&m, &d.train, i, 32) * (d.train.label[i] - 1.5);
        counts[d.train.label[i]]++;
    }
    CHECK_NEAR(sum / 132000, 0, 0.01);
    CHECK_NEAR(squares / 132000, 1, 0.015);
    CHECK_NEAR(by_label / 4000, 0, 0.07);
    for (int k = 0; k < 4; k++)
        CHECK(counts[k] > 880 && counts[k] < 1120);
    rt_data_free(&d);
}

TEST(gaussian_targets_are_normal_too)
{
    const rt_data data = made("gaussian", 4000, 5, 0);
    rt_model m = model_of(3, 0, &data);
    rt_dataset d;
    rt_error e;
    double squares = 0, with_input = 0;
    m.target_shape[0] = 2;
    CHECK(rt_data_load(&m, ".", &d, &e) && d.train.targets == 2 && !d.train.label);
    for (int i = 0; i < 4000; i++) {
        squares += target_at(&m, &d.train, i, 0) * target_at(&m, &d.train, i, 0);
        with_input += target_at(&m, &d.train, i, 0) * x_at(&m, &d.train, i, 2);
    }
    CHECK_NEAR(squares / 4000, 1, 0.09);
    CHECK_NEAR(with_input / 4000, 0, 0.06);
    rt_data_free(&d);
}

TEST(parity_is_the_sum_modulo_two)
{
    const rt_data data = made("parity", 9, 500, 0);
    const rt_model m = model_of(9, 2, &data);
    rt_dataset d;
    rt_error e;
    int ones = 0;
    CHECK(rt_data_load(&m, ".", &d, &e) && d.train.n == 500);
    for (int i = 0; i < 500; i++) {
        double sum = 0;
        for (int j = 0; j < 9; j++) {
            const double x = x_at(&m, &d.train, i, j);
            CHECK(x == 0 || x == 1);
            sum += x;
        }
        CHECK(d.train.label[i] == (int)sum % 2);
        ones += (int)sum;
    }
    CHECK(ones > 2050 && ones < 2450);
    rt_data_free(&d);
}

/* The same samples for any n and any run; others for another part, seed or source. */
TEST(samples_depend_on_seed_part_and_number)
{
    rt_data data = made("gaussian", 50, 0, 0);
    const rt_model m = model_of(4, 2, &data);
    rt_dataset a, b;
    rt_error e;
    data.test = data.train;
    CHECK(rt_data_load(&m, ".", &a, &e));
    data.train.number[0] = 20;
    CHECK(rt_data_load(&m, ".", &b, &e));
    CHECK(memcmp(a.train.x, b.train.x, 20 * 4 * sizeof(float)) == 0);
    CHECK(memcmp(a.test.x, b.test.x, 50 * 4 * sizeof(float)) == 0);
    CHECK(memcmp(a.train.x, a.test.x, 50 * 4 * sizeof(float)) != 0);
    rt_data_free(&b);
    data.train.number[1] = 8;
    CHECK(rt_data_load(&m, ".", &b, &e));
    CHECK(memcmp(a.train.x, b.train.x, 20 * 4 * sizeof(float)) != 0);
    rt_data_free(&b);
    data.train.number[1] = 7;                               /* the settings' seed, said anew */
    CHECK(rt_data_load(&m, ".", &b, &e));
    CHECK(memcmp(a.train.x, b.train.x, 20 * 4 * sizeof(float)) == 0);
    rt_data_free(&b);
    rt_data_free(&a);
}

static const char *refused(const rt_data *data, int features, int classes)
{
    const rt_model m = model_of(features, classes, data);
    return error_of(&m, ".");
}

TEST(arguments_are_checked)
{
    rt_data data = made("xor", 10, 0, 0);
    CHECK_TEXT(refused(&data, 3, 2), "xor: samples are [2], the model's input is [3]");
    CHECK_TEXT(refused(&data, 2, 1),
               "xor: sample 1: label 1 is none of the model's 1 classes, 0 to 0");
    data.train.number[0] = 0;
    CHECK_TEXT(refused(&data, 2, 2), "xor: 0 samples, 1 or more are wanted");
    data.train.number[0] = 1e12;
    CHECK_TEXT(refused(&data, 2, 2), "xor: 1e+12 samples, 1 or more are wanted");
    data = made("moons", 10, -1, 0);
    CHECK_TEXT(refused(&data, 2, 2), "moons: noise -1, 0 or more is wanted");
    data.train.number[1] = (double)NAN;
    CHECK_TEXT(refused(&data, 2, 2), "moons: noise nan, 0 or more is wanted");
    data.train.number[1] = 1e300;
    CHECK_TEXT(refused(&data, 2, 2), "moons: sample 0 is not finite in the model's precision");
    data = made("spirals", 10, 5, 0);
    CHECK_TEXT(refused(&data, 2, 2), "spirals: makes 5 classes, the model has 2");
    data.train.number[1] = 1;
    CHECK_TEXT(refused(&data, 2, 2), "spirals: 1 classes, 2 or more are wanted");
    data = made("parity", 8, 10, 0);
    CHECK_TEXT(refused(&data, 9, 2), "parity: samples are [8], the model's input is [9]");
    data.train.number[0] = 0.5;
    CHECK_TEXT(refused(&data, 8, 2), "parity: length 0.5, 1 or more is wanted");
    data = made("gaussian", 10, -3, 0);
    CHECK_TEXT(refused(&data, 8, 2), "gaussian: seed -3, a whole number from 0 to 2^53 is wanted");
    data = made("gaussian", 4e9, 0, 0);
    CHECK_TEXT(refused(&data, 2147483647, 2),
               "gaussian: 4000000000 values of 8589934588 bytes are more "
               "than this machine's memory holds");
}

int main(void)
{
    make_folder();
    RUN(xor_is_one_where_signs_differ);
    RUN(moons_without_noise_lie_on_their_circles);
    RUN(noise_is_the_standard_deviation);
    RUN(spirals_turn_by_their_radius);
    RUN(spirals_noise_is_free_of_the_radius);
    RUN(gaussian_is_unit_normal);
    RUN(gaussian_targets_are_normal_too);
    RUN(parity_is_the_sum_modulo_two);
    RUN(samples_depend_on_seed_part_and_number);
    RUN(arguments_are_checked);
    return test_done();
}
