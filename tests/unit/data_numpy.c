/* data_numpy.c -- .npy and .npz as NumPy writes them (tests/data/make.py), and what is refused. */
#include "data_files.h"

static const char seeds[] = "tests/data";

static rt_data npy(const char *x, const char *y)
{
    return (rt_data){.train = {"npy", {x, y}, {0}}, .scale = 1};
}

/* Sum of differences from x[i][j] = 6 i + j, less `less`, modulo `modulo`. */
static double distance(const rt_model *m, const rt_samples *s, int less, int modulo)
{
    double sum = s->n == 4 && s->features == 6 ? 0 : 1;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 6; j++)
            sum += fabs(x_at(m, s, i, j) - ((6 * i + j) % modulo - less));
    return sum;
}

static bool right(const rt_data *data, int less, int modulo)
{
    static const int32_t labels[4] = {0, 2, 1, 2};
    const rt_model m = model_of(6, 3, data);
    rt_dataset d;
    rt_error e;
    if (!rt_data_load(&m, seeds, &d, &e)) {
        printf("  %s\n", e.text);
        return false;
    }
    const bool good = distance(&m, &d.train, less, modulo) == 0
                   && memcmp(d.train.label, labels, sizeof labels) == 0;
    rt_data_free(&d);
    return good;
}

TEST(types_and_byte_orders)
{
    static const char *const types[] = {
        "byte_i1",   "byte_u1",   "little_u2", "little_i2", "little_u4", "little_i4",
        "little_u8", "little_i8", "little_f4", "little_f8", "big_u2",    "big_i2",
        "big_u4",    "big_i4",    "big_u8",    "big_i8",    "big_f4",    "big_f8"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.npy", types[i]);
        const rt_data data = npy(name, "y.npy");
        CHECK(right(&data, strchr(types[i], 'u') ? 0 : 12, 24));
    }
    const rt_data truth = npy("byte_b1.npy", "y.npy");
    CHECK(right(&truth, 0, 2));
}

TEST(orders_and_versions)
{
    rt_data data = npy("fortran_f4.npy", "y_f8.npy");
    CHECK(right(&data, 0, 24));
    data = npy("version2.npy", "y.npy");
    CHECK(right(&data, 0, 24));
    data = npy("version3.npy", "y.npy");
    CHECK(right(&data, 0, 24));
}

TEST(archives)
{
    rt_data data = {.train = {"npz", {"stored.npz", "x", "y"}, {0}}, .scale = 1};
    CHECK(right(&data, 0, 24));
    data.train.text[0] = "deflated.npz";
    CHECK(right(&data, 0, 24));
    data.train = (rt_source){"npz", {"names.npz", "images", "labels.npy"}, {0}};
    CHECK(right(&data, 0, 24));
}

static const char *refused(const char *x, const char *y)
{
    const rt_data data = npy(x, y);
    const rt_model m = model_of(6, 3, &data);
    return error_of(&m, seeds);
}

TEST(other_arrays_are_refused)
{
    CHECK_TEXT(refused("object.npy", "y.npy"),
               "object.npy: byte 20: a type of numbers, not of Python "
               "objects, is wanted in the header");
    CHECK_TEXT(refused("record.npy", "y.npy"),
               "record.npy: byte 20: a simple type such as '<f4' is wanted in the header");
    CHECK_TEXT(refused("scalar.npy", "y.npy"),
               "scalar.npy: byte 62: an array of one dimension or more, "
               "not a single number, is wanted in the header");
    CHECK_TEXT(refused("empty.npy", "empty.npy"),
               "empty.npy: labels are [6], a class is one number");
    CHECK_TEXT(refused("y.npy", "y.npy"), "y.npy: samples are single numbers, the model's input is [6]");
    CHECK_TEXT(refused("stored.npz", "y.npy"),
               "stored.npz: byte 0: not a .npy file: it does not begin with \\x93NUMPY");
    CHECK_TEXT(refused("little_f4.npy", "little_f4.npy"),
               "little_f4.npy: labels are [2,3], a class is one number");
}

TEST(archives_are_refused)
{
    rt_data data = {.train = {"npz", {"stored.npz", "x", "z"}, {0}}, .scale = 1};
    const rt_model m = model_of(6, 3, &data);
    CHECK_TEXT(error_of(&m, seeds), "stored.npz: holds no array called 'z'");
    data.train.text[0] = "y.npy";
    CHECK_TEXT(error_of(&m, seeds),
               "y.npy: byte 0: not a .npz file: it does not begin as a zip archive");
}

/* A file of the given header and 96 bytes of values. */
static const char *with_header(const char *header)
{
    unsigned char file[512] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    const size_t n = strlen(header);
    const rt_data data = {.train = {"npy", {"h.npy", "h.npy"}, {0}}, .scale = 1};
    rt_model m = model_of(6, 0, &data);
    m.target = RT_TARGET_INPUT;
    file[8] = (unsigned char)n;
    memcpy(file + 10, header, n);
    put("h.npy", file, 10 + n + 96);
    return error_of(&m, folder);
}

TEST(headers_in_other_words)
{
    CHECK_TEXT(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 6), }\n"), "");
    CHECK_TEXT(with_header("{\"shape\":(4L,6L),\"descr\":\"<f4\",\"fortran_order\":True}"), "");
    CHECK_TEXT(
        with_header(" { 'shape' : ( 4 , 2 , 3 , ) , 'fortran_order' : False , 'descr' : '=f4' } "),
        "");
}

TEST(headers_that_are_wrong)
{
    CHECK_TEXT(with_header("{'descr': '<f2', 'fortran_order': False, 'shape': (4, 12)}"),
               "h.npy: byte 20: one of the types b1 u1 u2 u4 u8 i1 i2 i4 i8 f4 f8 is wanted in the "
               "header");
    CHECK(strstr(with_header("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (4, 6)}"),
                 "True or False is wanted"));
    CHECK(strstr(with_header("{'descr': '<f4', 'fortran_order': False}"),
                 "each of 'descr', 'fortran_order' and 'shape' is wanted"));
    CHECK(
        strstr(with_header("{'descr': '<f4', 'descr': '<f4', 'shape': (4, 6)}"), "each once, is"));
    CHECK(strstr(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (4, -6)}"),
                 "byte 64: a dimension is wanted"));
    CHECK(strstr(
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}"),
        "a dimension under 2^64 is wanted"));
    CHECK(strstr(
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}"),
        "a shape of at most 8 dimensions is wanted"));
    CHECK(strstr(
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}"),
        "larger than any memory"));
    CHECK(strstr(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 6)} x"),
                 "nothing more is wanted"));
    CHECK(strstr(with_header("import os"), "'{' is wanted"));
}

TEST(headers_that_are_long)
{
    unsigned char file[16] = {0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 0x11, 0x27};     /* 10,001 */
    const rt_data data = npy("long.npy", "long.npy");
    const rt_model m = model_of(6, 3, &data);
    put("long.npy", file, sizeof file);
    CHECK_TEXT(error_of(&m, folder),
               "long.npy: byte 8: a header of 10001 bytes, at most 10000 are read");
    file[8] = 0x10;
    put("long.npy", file, sizeof file);
    CHECK_TEXT(error_of(&m, folder), "long.npy: byte 16: the file ends inside its header");
    file[6] = 4;
    put("long.npy", file, sizeof file);
    CHECK_TEXT(error_of(&m, folder),
               "long.npy: byte 6: version 4.0 of the .npy format, 1.0 to 3.0 are read");
}

int main(void)
{
    make_folder();
    RUN(types_and_byte_orders);
    RUN(orders_and_versions);
    RUN(archives);
    RUN(other_arrays_are_refused);
    RUN(archives_are_refused);
    RUN(headers_in_other_words);
    RUN(headers_that_are_wrong);
    RUN(headers_that_are_long);
    return test_done();
}
