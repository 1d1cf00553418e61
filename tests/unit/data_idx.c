/* data_idx.c -- the IDX format: types, shapes, gzip, files that cannot be read. */
#include "data_files.h"

#include <sys/stat.h>
#include <zlib.h>

static const rt_data data = {.train = {"idx", {"x", "y"}, {0}}, .scale = 1};
static const unsigned char y3[] = {0, 0, 8, 1, 0, 0, 0, 3, 2, 0, 1};

static void put_gzip(const char *name, const void *bytes, size_t n)
{
    gzFile f = gzopen(path_in(name), "wb9");
    if (!f || gzwrite(f, bytes, (unsigned)n) != (int)n || gzclose(f) != Z_OK)
        exit(1);
}

/* Three samples of [2] in each of IDX's types. */
TEST(types)
{
    static const struct {
        unsigned char type;
        size_t n;
        unsigned char bytes[48];
        double x[6];
    } rows[] = {
        {0x08, 6, {0, 1, 2, 127, 128, 255}, {0, 1, 2, 127, 128, 255}},
        {0x09, 6, {0, 1, 2, 127, 128, 255}, {0, 1, 2, 127, -128, -1}},
        {0x0b, 12, {0, 1, 1, 0, 127, 255, 128, 0, 255, 255, 0, 0}, {1, 256, 32767, -32768, -1, 0}},
        {0x0c,
         24,
         {0, 0, 0, 1, 0, 1, 0, 0, 127, 255, 255, 255, 128, 0, 0, 0, 255, 255, 255, 255},
         {1, 65536, 2147483647, -2147483648.0, -1, 0}},
        {0x0d, 24, {0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 1}, {1, -2, 0x1p-149, 0, 0, 0}},
        {0x0e, 48, {0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0x08}, {1, -3, 0, 0, 0, 0}},
    };
    put("y", y3, sizeof y3);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char file[60] = {0, 0, rows[i].type, 2, 0, 0, 0, 3, 0, 0, 0, 2};
        rt_model m = model_of(2, 3, &data);
        rt_dataset d;
        rt_error e;
        m.real_size = sizeof(double);
        memcpy(file + 12, rows[i].bytes, rows[i].n);
        put("x", file, 12 + rows[i].n);
        CHECK(rt_data_load(&m, folder, &d, &e));
        CHECK(d.train.n == 3 && memcmp(d.train.x, rows[i].x, sizeof rows[i].x) == 0);
        CHECK(d.train.label[0] == 2 && d.train.label[1] == 0 && d.train.label[2] == 1);
        rt_data_free(&d);
    }
}

/* Two images of 2 by 3 in *x, room for 18 bytes. */
static void images(unsigned char x[28])
{
    static const unsigned char head[16] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3};
    memcpy(x, head, sizeof head);
    for (int i = 0; i < 12; i++)
        x[16 + i] = (unsigned char)(10 * i);
}

static const unsigned char y2[] = {0, 0, 8, 1, 0, 0, 0, 2, 1, 0};

TEST(gzip_is_known_by_its_content)
{
    unsigned char x[28];
    const rt_model m = model_of(6, 2, &data);
    rt_dataset d;
    rt_error e;
    images(x);
    put_gzip("x", x, sizeof x);
    put("y", y2, sizeof y2);
    CHECK(rt_data_load(&m, folder, &d, &e));
    CHECK(d.train.n == 2 && x_at(&m, &d.train, 1, 5) == 110);
    rt_data_free(&d);
}

TEST(gzip_of_several_members)
{
    unsigned char x[28], packed[2][128];
    const rt_model m = model_of(6, 2, &data);
    images(x);
    put("y", y2, sizeof y2);
    put_gzip("a", x, 5);
    put_gzip("b", x + 5, 23);
    FILE *a = fopen(path_in("a"), "rb"), *b = fopen(path_in("b"), "rb");
    const size_t na = fread(packed[0], 1, 128, a), nb = fread(packed[1], 1, 128, b);
    FILE *x_file = fopen(path_in("x"), "wb");
    fwrite(packed[0], 1, na, x_file);
    fwrite(packed[1], 1, nb, x_file);
    fclose(x_file);
    CHECK_TEXT(error_of(&m, folder), "");
    x_file = fopen(path_in("x"), "ab");
    fputs("rubbish", x_file);
    fclose(x_file);
    char wanted[128];
    snprintf(wanted, sizeof wanted, "x: byte %zu: 7 bytes follow the end of the gzip data",
             na + nb);
    CHECK_TEXT(error_of(&m, folder), wanted);
    fclose(a);
    fclose(b);
}

TEST(gzip_that_is_cut_or_changed)
{
    unsigned char x[28], packed[128];
    const rt_model m = model_of(6, 2, &data);
    images(x);
    put("y", y2, sizeof y2);
    put_gzip("a", x, sizeof x);
    FILE *a = fopen(path_in("a"), "rb");
    const size_t n = fread(packed, 1, sizeof packed, a);
    fclose(a);
    put("x", packed, n - 3);
    char wanted[128];
    snprintf(wanted, sizeof wanted, "x: byte %zu: the file ends inside its gzip data", n - 3);
    CHECK_TEXT(error_of(&m, folder), wanted);
    packed[n - 7] ^= 1;                                     /* the checksum */
    put("x", packed, n);
    CHECK(strstr(error_of(&m, folder), "the gzip data is damaged (incorrect data check)"));
}

/* 80 MB of zeros in 80 KB: over 64 MiB, and over a hundred times as much. */
TEST(gzip_bombs_are_refused)
{
    static unsigned char zeros[1 << 20];
    const rt_model m = model_of(6, 2, &data);
    gzFile f = gzopen(path_in("x"), "wb9");
    for (int i = 0; i < 80; i++)
        gzwrite(f, zeros, sizeof zeros);
    gzclose(f);
    CHECK(strstr(error_of(&m, folder), "x: unpacks to more than 67108864 bytes, the limit for"));
}

TEST(headers_are_checked)
{
    unsigned char x[29];
    const rt_model m = model_of(6, 2, &data);
    images(x);
    put("y", y2, sizeof y2);
    put("x", x, 27);
    CHECK_TEXT(error_of(&m, folder), "x: byte 27: the data ends 1 byte early: its header tells of "
                                     "[2,2,3] values of 1 byte");
    put("x", x, 29);
    CHECK_TEXT(error_of(&m, folder), "x: byte 28: 1 byte follows the data: its header tells of "
                                     "[2,2,3] values of 1 byte");
    put("x", x, 10);
    CHECK_TEXT(error_of(&m, folder), "x: byte 10: the file ends inside its header");
    x[3] = 9;
    put("x", x, 28);
    CHECK_TEXT(error_of(&m, folder), "x: byte 3: rank 9, 1 to 8 are read");
    x[2] = 0x0a;
    put("x", x, 28);
    CHECK_TEXT(error_of(&m, folder), "x: byte 2: 0x0a is no IDX type (08, 09, 0b, 0c, 0d, 0e)");
    put_text("x", "1,2,3\n");
    CHECK_TEXT(error_of(&m, folder),
               "x: byte 0: not an IDX file: it does not begin with two zero bytes");
    memset(x, 0xff, sizeof x);
    x[0] = x[1] = 0;
    x[2] = 0x0e;
    x[3] = 4;
    put("x", x, 28);
    CHECK_TEXT(error_of(&m, folder),
               "x: its shape [4294967295,4294967295,4294967295,4294967295] is "
               "larger than any memory");
}

TEST(sizes_are_checked_against_the_model)
{
    unsigned char x[28];
    rt_model m = model_of(64, 2, &data);
    images(x);
    put("x", x, sizeof x);
    put("y", y2, sizeof y2);
    CHECK_TEXT(error_of(&m, folder), "x: samples are [2,3], the model's input is [64]");
    m.input_rank = 3;
    m.input_shape[0] = 1;
    m.input_shape[1] = 2;
    m.input_shape[2] = 3;
    CHECK_TEXT(error_of(&m, folder), "");
    put("y", y3, sizeof y3);
    CHECK_TEXT(error_of(&m, folder), "y: 3 labels for the 2 samples of x");
    const unsigned char none[16] = {0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3};
    put("x", none, sizeof none);
    put("y", (const unsigned char[]){0, 0, 8, 1, 0, 0, 0, 0}, 8);
    CHECK_TEXT(error_of(&m, folder), "x: holds no samples");
}

/* A file of one sample with these dimensions, and the model's input. */
static const char *fit(int rank, const int dim[3], int input_rank, const int input[3])
{
    unsigned char x[32] = {0, 0, 8, (unsigned char)(rank + 1), 0, 0, 0, 1};
    rt_model m = model_of(1, 2, &data);
    size_t n = 1;
    for (int i = 0; i < rank; i++) {
        x[11 + 4 * i] = (unsigned char)dim[i];
        n *= (size_t)dim[i];
    }
    m.input_rank = input_rank;
    for (int i = 0; i < input_rank; i++)
        m.input_shape[i] = input[i];
    put("x", x, 8 + 4 * (size_t)rank + n);
    put("y", (const unsigned char[]){0, 0, 8, 1, 0, 0, 0, 1, 0}, 9);
    return error_of(&m, folder);
}

TEST(images_have_the_models_sides)
{
    static const struct {
        int rank, dim[3], input_rank, input[3];
        const char *error;
    } rows[] = {
        {2, {2, 2}, 3, {1, 2, 2}, ""},
        {3, {1, 2, 2}, 3, {1, 2, 2}, ""},
        {3, {2, 2, 1}, 3, {1, 2, 2}, ""},       /* its one channel last */
        {2, {2, 2}, 1, {4}, ""},
        {1, {4}, 3, {1, 2, 2}, ""},             /* flat */
        {2, {2, 2}, 2, {2, 2}, ""},
        {2, {1, 4}, 3, {1, 1, 4}, ""},
        {2, {1, 4}, 3, {1, 2, 2}, "x: samples are [1,4], the model's input is [1,2,2]"},
        {2, {4, 1}, 3, {1, 2, 2}, "x: samples are [4,1], the model's input is [1,2,2]"},
        {2, {2, 3}, 3, {1, 3, 2}, "x: samples are [2,3], the model's input is [1,3,2]"},
        {3, {2, 2, 2}, 3, {2, 4, 1}, "x: samples are [2,2,2], the model's input is [2,4,1]"},
        {0, {0}, 1, {3}, "x: samples are single numbers, the model's input is [3]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_TEXT(fit(rows[i].rank, rows[i].dim, rows[i].input_rank, rows[i].input),
                   rows[i].error);
}

TEST(labels_and_values_are_checked)
{
    unsigned char x[28];
    rt_model m = model_of(6, 1, &data);
    images(x);
    put("x", x, sizeof x);
    put("y", y2, sizeof y2);
    CHECK_TEXT(error_of(&m, folder),
               "y: byte 8: sample 0: label 1 is none of the model's 1 classes, 0 to 0");
    static const unsigned char pairs[] = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 0, 0, 1};
    put("y", pairs, sizeof pairs);
    CHECK_TEXT(error_of(&m, folder), "y: labels are [2], a class is one number");
    m = model_of(6, 0, &data);
    CHECK_TEXT(error_of(&m, folder), "y: targets are [2], the model's target is [1]");
    m.target_shape[0] = 2;
    CHECK_TEXT(error_of(&m, folder), "");
    static const unsigned char nan[] = {0, 0, 13, 2, 0, 0, 0,    2,    0, 0,
                                        0, 1, 0,  0, 0, 0, 0x7f, 0xc0, 0, 0};
    put("x", nan, sizeof nan);
    m.input_shape[0] = 1;
    CHECK_TEXT(error_of(&m, folder),
               "x: byte 16: sample 1 holds nan, a finite number in the model's "
               "precision is wanted");
}

TEST(only_regular_files_are_read)
{
    const rt_model m = model_of(6, 2, &data);
    char wanted[512];
    remove(path_in("x"));
    snprintf(wanted, sizeof wanted, "x: cannot open '%s/x': No such file or directory", folder);
    CHECK_TEXT(error_of(&m, folder), wanted);
    CHECK(mkdir(path_in("x"), 0700) == 0);
    snprintf(wanted, sizeof wanted, "x: '%s/x' is a directory, a regular file is wanted", folder);
    CHECK_TEXT(error_of(&m, folder), wanted);
    rmdir(path_in("x"));
    CHECK(mkfifo(path_in("x"), 0600) == 0);
    CHECK(strstr(error_of(&m, folder), "is a pipe, a regular file is wanted"));
    remove(path_in("x"));
    put("x", "", 0);
    CHECK(strstr(error_of(&m, folder), "/x' is empty"));
    const rt_data device = {.train = {"idx", {"/dev/zero", "y"}, {0}}, .scale = 1};
    const rt_model other = model_of(6, 2, &device);
    CHECK_TEXT(error_of(&other, folder),
               "/dev/zero: '/dev/zero' is a device, a regular file is wanted");
    const rt_data unnamed = {.train = {"idx", {"", "y"}, {0}}, .scale = 1};
    const rt_model third = model_of(6, 2, &unnamed);
    CHECK_TEXT(error_of(&third, folder), "a data file's name is empty");
}

int main(void)
{
    make_folder();
    RUN(types);
    RUN(gzip_is_known_by_its_content);
    RUN(gzip_of_several_members);
    RUN(gzip_that_is_cut_or_changed);
    RUN(gzip_bombs_are_refused);
    RUN(headers_are_checked);
    RUN(sizes_are_checked_against_the_model);
    RUN(images_have_the_models_sides);
    RUN(labels_and_values_are_checked);
    RUN(only_regular_files_are_read);
    return test_done();
}
