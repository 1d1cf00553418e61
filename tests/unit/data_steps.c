/* data_steps.c -- a class at each step: through files, split, limit and batches. */
#include "data_files.h"

enum { N = 12, STEPS = 3, FEATURES = 2 };

/* x[i] = (i, -i), y[i][t] = (i + t) % 4, as .npy of little-endian floats and bytes. */
static size_t npy_header(unsigned char *to, const char *type, const char *shape)
{
    static const unsigned char magic[8] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    char text[118 + 1];
    const int n = snprintf(text, sizeof text,
                           "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
    memset(to, ' ', 128);
    memcpy(to, magic, sizeof magic);
    to[8] = 118;
    to[9] = 0;
    memcpy(to + 10, text, (size_t)n);
    to[127] = '\n';
    return 128;
}

static void put_samples(void)
{
    unsigned char file[512];
    size_t at = npy_header(file, "<f4", "(12, 2)");
    for (int i = 0; i < N; i++) {
        const float row[FEATURES] = {(float)i, (float)-i};
        memcpy(file + at, row, sizeof row);
        at += sizeof row;
    }
    put("x.npy", file, at);
}

/* Of the shape and order that the header tells. */
static void put_labels(const char *shape, bool columns_first)
{
    unsigned char file[512];
    const size_t at = npy_header(file, "|u1", shape);
    if (columns_first)
        memcpy(strstr((char *)file + 10, "False"), "True ", 5);
    for (int i = 0; i < N; i++)
        for (int t = 0; t < STEPS; t++)
            file[at + (size_t)(columns_first ? t * N + i : i * STEPS + t)] =
                (unsigned char)((i + t) % 4);
    put("y.npy", file, at + N * STEPS);
}

static rt_data data = {.train = {"npy", {"x.npy", "y.npy"}, {0}}, .scale = 1};

static rt_model steps_model(void)
{
    rt_model m = model_of(FEATURES, 4, &data);
    m.label_steps = STEPS;
    return m;
}

/* Every row of s has the labels of the sample that its first feature names. */
static bool agrees(const rt_model *m, const rt_samples *s)
{
    for (int64_t i = 0; i < s->n; i++)
        for (int t = 0; t < STEPS; t++)
            if (s->label[i * STEPS + t] != ((int)x_at(m, s, i, 0) + t) % 4)
                return false;
    return true;
}

TEST(labels_of_npy)
{
    static const struct { const char *shape; bool columns_first; } rows[] = {
        {"(12, 3)", false}, {"(12, 3)", true}, {"(12, 3, 1)", false}};
    const rt_model m = steps_model();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rt_dataset d;
        rt_error e;
        put_labels(rows[i].shape, rows[i].columns_first);
        CHECK(rt_data_load(&m, folder, &d, &e));
        CHECK(d.train.n == N && agrees(&m, &d.train));
        for (int k = 0; k < N; k++)
            CHECK(x_at(&m, &d.train, k, 0) == k);
        rt_data_free(&d);
    }
}

TEST(split_and_limit_keep_them_together)
{
    const rt_model m = steps_model();
    rt_dataset d;
    rt_error e;
    int seen[N] = {0}, moved = 0;
    put_labels("(12, 3)", false);
    data.split = 0.75;
    CHECK(rt_data_load(&m, folder, &d, &e));
    CHECK(d.train.n == 9 && d.test.n == 3 && agrees(&m, &d.train) && agrees(&m, &d.test));
    for (int i = 0; i < N; i++) {
        const int is = (int)(i < 9 ? x_at(&m, &d.train, i, 0) : x_at(&m, &d.test, i - 9, 0));
        seen[is]++;
        moved += is != i;
    }
    for (int i = 0; i < N; i++)
        CHECK(seen[i] == 1);
    CHECK(moved > 3);
    rt_data_free(&d);
    data.limit = 5;
    CHECK(rt_data_load(&m, folder, &d, &e));
    CHECK(d.train.n == 5 && d.test.n == 3 && agrees(&m, &d.train) && agrees(&m, &d.test));
    rt_data_free(&d);
    data.split = 0;
    data.limit = 0;
}

TEST(batches_take_all_steps)
{
    const rt_model m = steps_model();
    const uint32_t order[] = {7, 0, 11, 4};
    int32_t labels[4 * STEPS];
    rt_dataset d;
    rt_error e;
    put_labels("(12, 3)", false);
    CHECK(rt_data_load(&m, folder, &d, &e));
    memset(labels, -1, sizeof labels);
    rt_data_batch(&m, &d.train, order, 1, 3, NULL, labels, NULL);
    for (int i = 0; i < 3; i++)
        for (int t = 0; t < STEPS; t++)
            CHECK(labels[i * STEPS + t] == ((int)order[i + 1] + t) % 4);
    CHECK(labels[3 * STEPS] == -1);
    rt_data_free(&d);
}

TEST(gaussian_gives_a_class_at_each_step)
{
    const rt_data gaussian = {.train = {"gaussian", {NULL}, {2000, 0}}, .scale = 1};
    rt_model m = steps_model();
    rt_dataset d;
    rt_error e;
    int counts[STEPS][4] = {{0}}, equal = 0;
    m.data = &gaussian;
    CHECK(rt_data_load(&m, ".", &d, &e));
    for (int i = 0; i < 2000; i++)
        for (int t = 0; t < STEPS; t++) {
            counts[t][d.train.label[i * STEPS + t]]++;
            equal += t && d.train.label[i * STEPS + t] == d.train.label[i * STEPS + t - 1];
        }
    for (int t = 0; t < STEPS; t++)
        for (int k = 0; k < 4; k++)
            CHECK(counts[t][k] > 420 && counts[t][k] < 580);
    CHECK_NEAR(equal / 4000.0, 0.25, 0.03);
    rt_data_free(&d);
}

TEST(one_class_a_sample_is_refused)
{
    rt_model m = steps_model();
    rt_data other = {.scale = 1};
    put_labels("(12, 3)", false);
    m.label_steps = 4;
    CHECK_TEXT(error_of(&m, folder), "y.npy: labels are [3], the model wants a class for each of 4 "
                                     "steps");
    m.label_steps = 0;
    CHECK_TEXT(error_of(&m, folder), "y.npy: labels are [3], a class is one number");
    m = steps_model();
    m.classes = 3;
    CHECK_TEXT(error_of(&m, folder),
               "y.npy: byte 133: sample 1: label 3 is none of the model's 3 classes, 0 to 2");
    m = steps_model();
    m.data = &other;
    other.train = (rt_source){"idx", {"x", "y"}, {0}};
    CHECK_TEXT(error_of(&m, folder),
               "y: gives one class for a sample, the model wants one for each of 3 steps");
    other.train = (rt_source){"csv", {"t.csv", NULL}, {0, -1}};
    put_text("t.csv", "0,1,2\n");
    CHECK_TEXT(error_of(&m, folder),
               "t.csv: gives one class for a sample, the model wants one for each of 3 steps");
    other.train = (rt_source){"xor", {NULL}, {10}};
    CHECK_TEXT(error_of(&m, folder),
               "xor: gives one class for a sample, the model wants one for each of 3 steps");
}

int main(void)
{
    make_folder();
    put_samples();
    RUN(labels_of_npy);
    RUN(split_and_limit_keep_them_together);
    RUN(batches_take_all_steps);
    RUN(gaussian_gives_a_class_at_each_step);
    RUN(one_class_a_sample_is_refused);
    return test_done();
}
