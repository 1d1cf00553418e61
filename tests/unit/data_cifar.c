/* data_cifar.c -- files of CIFAR-10: where they are looked for, what they hold, what is refused. */
#include "data_files.h"

#include <sys/stat.h>

enum { PIXELS = 3072, ROW = 1 + PIXELS };

static rt_data data = {.train = {"cifar10", {"."}, {0}}, .scale = 1};

static rt_model image_model(void)
{
    rt_model m = model_of(3, 10, &data);
    m.input_rank = 3;
    m.input_shape[1] = m.input_shape[2] = 32;
    return m;
}

/* Sample k of file f, as tests/data/make.py has it. */
static int label_of(int f, int k) { return (k + f) % 10; }
static int byte_of(int f, int k, int j) { return (7 * f + 31 * k + j) % 256; }

static bool is_sample(const rt_model *m, const rt_samples *s, int64_t i, int f, int k)
{
    if (s->label[i] != label_of(f, k))
        return false;
    for (int j = 0; j < PIXELS; j++)
        if (x_at(m, s, i, j) != byte_of(f, k, j))
            return false;
    return true;
}

static void put_file(const char *name, int f, int rows)
{
    static unsigned char bytes[8 * ROW];
    for (int k = 0; k < rows; k++) {
        bytes[k * ROW] = (unsigned char)label_of(f, k);
        for (int j = 0; j < PIXELS; j++)
            bytes[k * ROW + 1 + j] = (unsigned char)byte_of(f, k, j);
    }
    put(name, bytes, (size_t)(rows * ROW));
}

static void put_all(void)
{
    char name[32];
    for (int f = 1; f <= 5; f++) {
        snprintf(name, sizeof name, "data_batch_%d.bin", f);
        put_file(name, f, f == 2 ? 3 : 1);
    }
    put_file("test_batch.bin", 6, 2);
}

/* The archive's own folder, packed; all three parts. */
TEST(the_folder_of_the_archive)
{
    const rt_source all = {"cifar10", {"cifar"}, {0}};
    const rt_data three = {.train = all, .test = all, .valid = all, .scale = 1};
    rt_model m = image_model();
    rt_dataset d;
    rt_error e;
    m.data = &three;
    CHECK(rt_data_load(&m, "tests/data", &d, &e));
    CHECK(d.train.n == 20 && d.test.n == 4 && d.valid.n == 4 && d.train.features == PIXELS);
    for (int i = 0; i < 20; i++)
        CHECK(is_sample(&m, &d.train, i, 1 + i / 4, i % 4));
    for (int i = 0; i < 4; i++)
        CHECK(is_sample(&m, &d.test, i, 6, i) && is_sample(&m, &d.valid, i, 6, i));
    rt_data_free(&d);
}

TEST(files_in_the_folder_itself)
{
    rt_model m = image_model();
    rt_dataset d;
    rt_error e;
    put_all();
    m.real_size = sizeof(double);
    CHECK(rt_data_load(&m, folder, &d, &e));
    CHECK(d.train.n == 7 && d.test.n == 0);
    CHECK(is_sample(&m, &d.train, 0, 1, 0) && is_sample(&m, &d.train, 3, 2, 2));
    CHECK(is_sample(&m, &d.train, 4, 3, 0) && is_sample(&m, &d.train, 6, 5, 0));
    rt_data_free(&d);
}

TEST(scale_and_limit)
{
    rt_model m = image_model();
    rt_dataset d;
    rt_error e;
    put_all();
    data.scale = 1.0 / 255;
    data.limit = 2;
    CHECK(rt_data_load(&m, folder, &d, &e) && d.train.n == 2);
    CHECK_NEAR(x_at(&m, &d.train, 1, 100), byte_of(2, 0, 100) / 255.0, 1e-7);
    rt_data_free(&d);
    data.scale = 1;
    data.limit = 0;
}

TEST(damaged_files)
{
    unsigned char row[ROW + 1] = {3};
    char wanted[600];
    const rt_model m = image_model();
    put_all();
    put("data_batch_3.bin", row, ROW - 1);
    CHECK_TEXT(error_of(&m, folder),
               "./data_batch_3.bin: byte 3072: the file ends 3072 bytes into a sample of 3073");
    put("data_batch_3.bin", row, ROW + 1);
    CHECK_TEXT(error_of(&m, folder),
               "./data_batch_3.bin: byte 3074: the file ends 1 byte into a sample of 3073");
    row[0] = 10;
    put("data_batch_3.bin", row, ROW);
    CHECK_TEXT(error_of(&m, folder),
               "./data_batch_3.bin: byte 0: sample 0: label 10 is none of CIFAR-10's, 0 to 9");
    put("data_batch_3.bin", row, 0);
    snprintf(wanted, sizeof wanted, "./data_batch_3.bin: '%s/./data_batch_3.bin' is empty", folder);
    CHECK_TEXT(error_of(&m, folder), wanted);
    remove(path_in("data_batch_3.bin"));
    CHECK_TEXT(error_of(&m, folder),
               ".: no file data_batch_3.bin there, or in ./cifar-10-batches-bin; the binary "
               "version of CIFAR-10 is wanted");
    CHECK(mkdir(path_in("data_batch_3.bin"), 0700) == 0);
    snprintf(wanted, sizeof wanted, "./data_batch_3.bin: '%s/./data_batch_3.bin' is a directory, "
             "a regular file is wanted", folder);
    CHECK_TEXT(error_of(&m, folder), wanted);
    rmdir(path_in("data_batch_3.bin"));
}

TEST(models_that_do_not_fit)
{
    rt_model m = model_of(PIXELS, 10, &data);
    char name[700];
    put_all();
    CHECK_TEXT(error_of(&m, folder), "");
    m = image_model();
    m.input_shape[0] = 32;
    m.input_shape[2] = 3;
    CHECK_TEXT(error_of(&m, folder), ".: samples are [3,32,32], the model's input is [32,32,3]");
    m = image_model();
    m.classes = 3;
    CHECK_TEXT(error_of(&m, folder), "./data_batch_2.bin: byte 3073: sample 1: label 3 is none of "
                                     "the model's 3 classes, 0 to 2");
    m = model_of(PIXELS, 0, &data);
    m.target_shape[0] = 10;
    CHECK_TEXT(error_of(&m, folder),
               ".: gives one number as the target of a sample, the model's target is [10]");
    m = image_model();
    m.label_steps = 4;
    CHECK_TEXT(error_of(&m, folder),
               ".: gives one class for a sample, the model wants one for each of 4 steps");
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    data.train.text[0] = name;
    m = image_model();
    CHECK(strstr(error_of(&m, folder), "aaa...: the folder's name is too long"));
    data.train.text[0] = ".";
}

int main(void)
{
    make_folder();
    RUN(the_folder_of_the_archive);
    RUN(files_in_the_folder_itself);
    RUN(scale_and_limit);
    RUN(damaged_files);
    RUN(models_that_do_not_fit);
    return test_done();
}
