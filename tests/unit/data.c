/* data.c -- the bundled digits; split, limit, scale, normalize, targets, orders and batches. */
#include "data_files.h"

static rt_data digits(void)
{
    return (rt_data){.train = {.reader = "digits"}, .scale = 1};
}

TEST(digits_are_ucis)
{
    static const int counts[10] = {178, 182, 177, 183, 181, 182, 181, 179, 174, 180};
    const rt_data data = digits();
    const rt_model m = model_of(64, 10, &data);
    rt_dataset d;
    rt_error e;
    int found[10] = {0};
    CHECK(rt_data_load(&m, ".", &d, &e));
    CHECK(d.train.n == 1797 && d.train.features == 64 && d.train.targets == 0);
    CHECK(d.test.n == 0 && d.valid.n == 0);
    for (int64_t i = 0; i < d.train.n; i++)
        found[d.train.label[i]]++;
    CHECK(memcmp(found, counts, sizeof counts) == 0);
    CHECK(d.train.label[0] == 0 && d.train.label[1796] == 8);
    CHECK(x_at(&m, &d.train, 0, 2) == 5 / 16.0 && x_at(&m, &d.train, 0, 3) == 13 / 16.0);
    rt_data_free(&d);
}

TEST(split_parts_all_samples)
{
    rt_data data = digits();
    data.split = 0.8;
    data.split_seed = 3;
    const rt_model m = model_of(64, 10, &data);
    rt_dataset d, again, all;
    rt_error e;
    double sum = 0, sum_all = 0;
    int sorted = 0;
    CHECK(rt_data_load(&m, ".", &d, &e) && rt_data_load(&m, ".", &again, &e));
    CHECK(d.train.n == 1438 && d.test.n == 359);
    CHECK(memcmp(d.train.x, again.train.x, 1438 * 64 * sizeof(float)) == 0);
    data.split = 0;
    CHECK(rt_data_load(&m, ".", &all, &e));
    for (int64_t i = 0; i < 1797; i++)                      /* a checksum that ties x and label */
        for (int64_t j = 0; j < 64; j++) {
            const rt_samples *s = i < 1438 ? &d.train : &d.test;
            const int64_t row = i < 1438 ? i : i - 1438;
            sum += (double)(s->label[row] + 1) * (double)(j + 1) * x_at(&m, s, row, j);
            sum_all += (double)(all.train.label[i] + 1) * (double)(j + 1)
                     * x_at(&m, &all.train, i, j);
            sorted += j == 0 && i < 1438 && d.train.label[i] == all.train.label[i];
        }
    CHECK(sum == sum_all);                                  /* exact: multiples of 1/16 */
    CHECK(sorted < 400);
    rt_data_free(&d);
    rt_data_free(&again);
    rt_data_free(&all);
}

TEST(another_split_seed_is_another_split)
{
    rt_data data = digits();
    const rt_model m = model_of(64, 10, &data);
    rt_dataset a, b;
    rt_error e;
    data.split = 0.5;
    data.split_seed = 1;
    CHECK(rt_data_load(&m, ".", &a, &e));
    data.split_seed = 2;
    CHECK(rt_data_load(&m, ".", &b, &e));
    CHECK(memcmp(a.train.label, b.train.label, 800 * sizeof(int32_t)) != 0);
    rt_data_free(&a);
    rt_data_free(&b);
}

TEST(splits_that_leave_a_part_empty_are_refused)
{
    rt_data data = digits();
    const rt_model m = model_of(64, 10, &data);
    data.split = 0.9999;
    CHECK_TEXT(error_of(&m, "."),
               "split = 0.9999: leaves 1797 of 1797 samples to train and 0 to test");
    data.split = 0.0001;
    CHECK_TEXT(error_of(&m, "."),
               "split = 0.0001: leaves 0 of 1797 samples to train and 1797 to test");
    data.split = 1.5;
    CHECK_TEXT(error_of(&m, "."), "split = 1.5: a share between 0 and 1 is wanted");
    data.split = (double)NAN;
    CHECK(strstr(error_of(&m, "."), "a share between 0 and 1 is wanted"));
    data.split = 0.5;
    data.test.reader = "digits";
    CHECK_TEXT(error_of(&m, "."), "split = 0.5: there is a test source already");
}

TEST(limit_cuts_each_part)
{
    rt_data data = digits();
    const rt_model m = model_of(64, 10, &data);
    rt_dataset d;
    rt_error e;
    data.split = 0.8;
    data.limit = 500;
    data.valid.reader = "digits";
    CHECK(rt_data_load(&m, ".", &d, &e));
    CHECK(d.train.n == 500 && d.test.n == 359 && d.valid.n == 500);
    rt_data_free(&d);
}

/* One row a line: inputs, then the target. */
static rt_data table(const char *text)
{
    put_text("table.csv", text);
    return (rt_data){.train = {"csv", {"table.csv"}, {-1, -1}}, .scale = 1};
}

TEST(scale_multiplies)
{
    rt_data data = table("1,2,0\n3,4,1\n");
    data.scale = 1.0 / 255;
    for (size_t size = 4; size <= 8; size += 4) {
        rt_model m = model_of(2, 2, &data);
        rt_dataset d;
        rt_error e;
        m.real_size = size;
        CHECK(rt_data_load(&m, folder, &d, &e));
        CHECK(x_at(&m, &d.train, 1, 0) == (size == 4 ? (double)(float)(3.0 / 255) : 3.0 / 255));
        rt_data_free(&d);
    }
}

TEST(standard_normalizes_by_the_training_part)
{
    rt_data data = table("1,0.1,0\n3,0.1,1\n5,0.1,1\n");
    rt_dataset d;
    rt_error e;
    put_text("other.csv", "7,1.1,0\n");
    data.test = (rt_source){"csv", {"other.csv"}, {-1, -1}};
    data.normalize = 1;
    data.scale = 2;
    rt_model m = model_of(2, 2, &data);
    m.real_size = sizeof(double);
    CHECK(rt_data_load(&m, folder, &d, &e));
    const double std = sqrt(32.0 / 3);                      /* of 2, 6, 10 */
    CHECK_NEAR(x_at(&m, &d.train, 0, 0), -4 / std, 1e-15);
    CHECK_NEAR(x_at(&m, &d.train, 1, 0), 0, 1e-15);
    CHECK_NEAR(x_at(&m, &d.test, 0, 0), 8 / std, 1e-15);
    CHECK(x_at(&m, &d.train, 0, 1) == 0 && x_at(&m, &d.train, 2, 1) == 0);      /* constant */
    CHECK_NEAR(x_at(&m, &d.test, 0, 1), 2, 1e-15);
    rt_data_free(&d);
}

TEST(mean_and_std_normalize_after_scale)
{
    rt_data data = table("1,2,0\n3,4,1\n");
    rt_model m = model_of(2, 2, &data);
    rt_dataset d;
    rt_error e;
    data.scale = 0.5;
    data.normalize = 2;
    data.mean = 0.25;
    data.std = 0.125;
    CHECK(rt_data_load(&m, folder, &d, &e));
    CHECK(x_at(&m, &d.train, 1, 1) == (4 * 0.5 - 0.25) / 0.125);
    rt_data_free(&d);
    data.std = 0;
    CHECK_TEXT(error_of(&m, folder),
               "normalize = [0.25, 0]: a finite mean and a deviation over 0 are wanted");
}

TEST(values_that_scale_to_infinity_are_refused)
{
    rt_data data = table("1,2,0\n3,4,1\n");
    rt_model m = model_of(2, 2, &data);
    data.scale = 1e38;
    CHECK_TEXT(error_of(&m, folder),
               "input 1 of train sample 1 is not finite after scale and normalize");
    data.scale = (double)INFINITY;
    CHECK_TEXT(error_of(&m, folder), "scale = inf: a finite number is wanted");
}

TEST(classes_as_vectors_keep_their_labels)
{
    rt_data data = table("1,2\n3,0\n5,1\n");
    rt_model m = model_of(1, 3, &data);
    rt_dataset d;
    rt_error e;
    m.one_hot = true;
    CHECK(rt_data_load(&m, folder, &d, &e));
    CHECK(d.train.targets == 3 && d.train.label[0] == 2);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            CHECK(target_at(&m, &d.train, i, j) == (d.train.label[i] == j));
    rt_data_free(&d);
}

TEST(two_classes_may_be_one_number)
{
    rt_data data = table("1,1\n3,0\n");
    rt_model m = model_of(1, 2, &data);
    rt_dataset d;
    rt_error e;
    m.one_hot = true;
    m.target_shape[0] = 1;
    CHECK(rt_data_load(&m, folder, &d, &e));
    CHECK(d.train.targets == 1 && d.train.label[0] == 1);
    CHECK(target_at(&m, &d.train, 0, 0) == 1 && target_at(&m, &d.train, 1, 0) == 0);
    rt_data_free(&d);
}

TEST(the_input_as_target_is_the_prepared_input)
{
    rt_data data = table("1,2,0\n3,4,0\n5,6,0\n7,8,0\n");
    rt_model m = model_of(2, 0, &data);
    rt_dataset d;
    rt_error e;
    m.target = RT_TARGET_INPUT;
    data.scale = 10;
    data.split = 0.5;
    CHECK(rt_data_load(&m, folder, &d, &e));
    CHECK(d.train.targets == 2 && !d.train.label && d.test.n == 2 && d.test.target == d.test.x);
    CHECK(target_at(&m, &d.train, 0, 1) == target_at(&m, &d.train, 0, 0) + 10);
    float x[4], target[4];
    const uint32_t order[2] = {1, 0};
    rt_data_batch(&m, &d.train, order, 0, 2, x, NULL, target);
    CHECK(memcmp(x, target, sizeof x) == 0 && (double)x[0] == x_at(&m, &d.train, 1, 0));
    rt_data_free(&d);
}

TEST(vectors_of_one_are_split_with_their_samples)
{
    rt_data data = table("1,10\n2,20\n3,30\n4,40\n5,50\n6,60\n7,70\n");
    rt_model m = model_of(1, 0, &data);
    rt_dataset d;
    rt_error e;
    data.split = 0.6;
    CHECK(rt_data_load(&m, folder, &d, &e));
    CHECK(d.train.n == 4 && d.test.n == 3 && d.train.targets == 1);
    for (int64_t i = 0; i < 7; i++) {
        const rt_samples *s = i < 4 ? &d.train : &d.test;
        const int64_t row = i < 4 ? i : i - 4;
        CHECK(target_at(&m, s, row, 0) == 10 * x_at(&m, s, row, 0));
    }
    rt_data_free(&d);
}

TEST(orders_are_permutations)
{
    uint32_t a[100], b[100], c[100], seen[100] = {0};
    rt_data_order(5, true, 0, 100, a);
    rt_data_order(5, true, 0, 100, b);
    rt_data_order(5, true, 1, 100, c);
    CHECK(memcmp(a, b, sizeof a) == 0 && memcmp(a, c, sizeof a) != 0);
    for (int i = 0; i < 100; i++)
        seen[a[i]]++;
    for (int i = 0; i < 100; i++)
        CHECK(seen[i] == 1);
    rt_data_order(5, false, 3, 100, a);
    for (uint32_t i = 0; i < 100; i++)
        CHECK(a[i] == i);
}

TEST(batches_gather_rows)
{
    rt_data data = table("1,2,0\n3,4,1\n5,6,2\n");
    rt_model m = model_of(2, 3, &data);
    const uint32_t order[3] = {2, 0, 1};
    rt_dataset d;
    rt_error e;
    double x[4] = {0};
    int32_t labels[2] = {9, 9};
    m.real_size = sizeof(double);
    CHECK(rt_data_load(&m, folder, &d, &e));
    rt_data_batch(&m, &d.train, order, 1, 2, x, labels, NULL);
    CHECK(x[0] == 1 && x[1] == 2 && x[2] == 3 && x[3] == 4);
    CHECK(labels[0] == 0 && labels[1] == 1);
    rt_data_free(&d);
}

TEST(sources_are_looked_up)
{
    rt_data data = {.train = {.reader = "imagenet"}, .scale = 1};
    const rt_model m = model_of(2, 3, &data);
    CHECK_TEXT(error_of(&m, "."), "data: this library has no source 'imagenet'");
    data.train.reader = NULL;
    CHECK_TEXT(error_of(&m, "."), "data: no source to train from");
    data.train.reader = "digits";
    CHECK_TEXT(error_of(&m, "."), "digits: 64 columns beside the target, the model's input is [2]");
}

int main(void)
{
    make_folder();
    RUN(digits_are_ucis);
    RUN(split_parts_all_samples);
    RUN(another_split_seed_is_another_split);
    RUN(splits_that_leave_a_part_empty_are_refused);
    RUN(limit_cuts_each_part);
    RUN(scale_multiplies);
    RUN(standard_normalizes_by_the_training_part);
    RUN(mean_and_std_normalize_after_scale);
    RUN(values_that_scale_to_infinity_are_refused);
    RUN(classes_as_vectors_keep_their_labels);
    RUN(two_classes_may_be_one_number);
    RUN(the_input_as_target_is_the_prepared_input);
    RUN(vectors_of_one_are_split_with_their_samples);
    RUN(orders_are_permutations);
    RUN(batches_gather_rows);
    RUN(sources_are_looked_up);
    return test_done();
}
