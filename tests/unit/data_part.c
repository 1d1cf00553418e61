/* data_part.c -- samples of a source that is only read in part. */
#include "data_files.h"

#include <zlib.h>

enum { ROWS = 5000, WIDTH = 6 };

static const rt_most most = {.bytes = 4096, .samples = 100};
static rt_data data = {.scale = 1};

static void put_gzip(const char *name, const void *bytes, size_t n)
{
    gzFile f = gzopen(path_in(name), "wb6");
    if (!f || gzwrite(f, bytes, (unsigned)n) != (int)n || gzclose(f) != Z_OK)
        exit(1);
}

static bool sample(const rt_model *m, rt_most part, rt_dataset *d)
{
    static rt_error e;
    if (rt_data_sample(m, folder, part, d, &e))
        return true;
    printf("  %s\n", e.text);
    return false;
}

/* Images whose bytes are their number, low byte first, then zeros; labels are the number's parity. */
static void put_idx(bool gzip)
{
    static unsigned char x[16 + ROWS * WIDTH], y[8 + ROWS];
    static const unsigned char x_head[16] = {0, 0, 8, 3, 0, 0, ROWS >> 8, ROWS & 255,
                                             0, 0, 0, 2, 0, 0, 0, 3};
    static const unsigned char y_head[8] = {0, 0, 8, 1, 0, 0, ROWS >> 8, ROWS & 255};
    memcpy(x, x_head, sizeof x_head);
    memcpy(y, y_head, sizeof y_head);
    for (int i = 0; i < ROWS; i++) {
        x[16 + i * WIDTH] = (unsigned char)i;
        x[17 + i * WIDTH] = (unsigned char)(i >> 8);
        y[8 + i] = i & 1;
    }
    (gzip ? put_gzip : put)("x", x, sizeof x);
    (gzip ? put_gzip : put)("y", y, sizeof y);
}

/* 680 images are in the first 4 KiB, of which 100 are taken at equal distances. */
static void check_idx(const rt_model *m)
{
    rt_dataset d;
    const bool read = sample(m, most, &d);
    CHECK(read);
    if (!read)
        return;
    CHECK(d.train.n == 100 && d.train.partial);
    for (int64_t i = 0; i < d.train.n; i++) {
        const int64_t row = i * 680 / 100;
        CHECK(x_at(m, &d.train, i, 0) == (double)(row & 255));
        CHECK(x_at(m, &d.train, i, 1) == (double)(row >> 8));
        CHECK(d.train.label[i] == (row & 1));
    }
    rt_data_free(&d);
}

TEST(idx)
{
    data.train = (rt_source){"idx", {"x", "y"}, {0}};
    const rt_model m = model_of(WIDTH, 2, &data);
    put_idx(false);
    check_idx(&m);
    put_idx(true);
    check_idx(&m);
}

TEST(all_where_that_is_less)
{
    data.train = (rt_source){"idx", {"x", "y"}, {0}};
    const rt_model m = model_of(WIDTH, 2, &data);
    rt_dataset all, part;
    rt_error e;
    put_idx(false);
    CHECK(rt_data_load(&m, folder, &all, &e) && all.train.n == ROWS);
    CHECK(!all.train.partial);
    CHECK(sample(&m, (rt_most){1 << 20, ROWS}, &part) && part.train.n == ROWS);
    CHECK(!part.train.partial);
    CHECK(memcmp(all.train.x, part.train.x, ROWS * WIDTH * sizeof(float)) == 0);
    rt_data_free(&part);
    CHECK(sample(&m, (rt_most){0, 0}, &part) && part.train.n == ROWS);
    rt_data_free(&part);
    rt_data_free(&all);
}

/* Lines "i,i,class": whole lines only; all of a shorter file. */
TEST(csv)
{
    static char text[ROWS * 16];
    size_t n = 0;
    for (int i = 0; i < ROWS; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%d,%d,%s\n", 1000 + i, i,
                              i < 4000 ? i % 2 ? "odd" : "even" : "late");
    data.train = (rt_source){"csv", {"t.csv", NULL}, {-1, -1}};
    const rt_model m = model_of(2, 3, &data);
    rt_dataset d;
    put_text("t.csv", text);
    const bool read = sample(&m, most, &d);
    CHECK(read);
    if (!read)
        return;
    CHECK(d.train.n > 280 && d.train.n < 400 && d.train.partial);
    for (int64_t i = 0; i < d.train.n; i++)
        CHECK(x_at(&m, &d.train, i, 0) == (double)(1000 + i) && d.train.label[i] == i % 2);
    rt_data_free(&d);
    CHECK(sample(&m, (rt_most){1 << 20, 100}, &d) && d.train.n == ROWS);
    CHECK(!d.train.partial);
    rt_data_free(&d);
    put_gzip("t.csv", text, n);
    CHECK(sample(&m, most, &d) && d.train.n > 280 && d.train.n < 400);
    rt_data_free(&d);
}

/* A line that does not end within what is read is told as that. */
TEST(csv_long_line)
{
    static char text[20000];
    data.train = (rt_source){"csv", {"t.csv", NULL}, {-1, -1}};
    const rt_model m = model_of(2, 3, &data);
    rt_dataset d;
    rt_error e;
    memset(text, '1', sizeof text - 1);
    memcpy(text + sizeof text - 7, ",2,0\n", 5);
    put_text("t.csv", text);
    CHECK(!rt_data_sample(&m, folder, most, &d, &e));
    CHECK_TEXT(e.text, "t.csv: the first line is longer than the 4096 bytes that are read of it");
    memcpy(text, "a,b,c\n", 6);
    put_text("t.csv", text);
    CHECK(!rt_data_sample(&m, folder, most, &d, &e));
    CHECK_TEXT(e.text, "t.csv:2: the line is longer than what is read of it");
}

/* Split, scaled and normalized as if the part were all. */
TEST(is_prepared)
{
    rt_data split = {.train = {"idx", {"x", "y"}, {0}}, .scale = 2, .split = 0.8, .normalize = 1};
    const rt_model m = model_of(WIDTH, 2, &split);
    rt_dataset d;
    double sum = 0, squares = 0;
    put_idx(false);
    const bool read = sample(&m, most, &d);
    CHECK(read);
    if (!read)
        return;
    CHECK(d.train.n == 80 && d.test.n == 20);
    for (int64_t i = 0; i < 80; i++) {
        sum += x_at(&m, &d.train, i, 0) / 80;
        squares += x_at(&m, &d.train, i, 0) * x_at(&m, &d.train, i, 0) / 80;
    }
    CHECK_NEAR(sum, 0, 1e-6);
    CHECK_NEAR(squares, 1, 1e-6);
    rt_data_free(&d);
}

/* Sample i of a generator does not depend on how many there are. */
TEST(made)
{
    data.train = (rt_source){"adding", {0}, {20, 100000}};
    rt_model m = model_of(40, 0, &data);
    rt_dataset d, few;
    rt_error e;
    m.input_rank = 2;
    m.input_shape[0] = 20, m.input_shape[1] = 2;
    CHECK(sample(&m, most, &d) && d.train.n == 100 && d.train.partial);
    data.train.number[1] = 100;
    CHECK(rt_data_load(&m, folder, &few, &e));
    CHECK(memcmp(d.train.x, few.train.x, 4000 * sizeof(float)) == 0);
    rt_data_free(&few);
    rt_data_free(&d);
}

static const char *error_of_part(const rt_model *m, rt_most part)
{
    static rt_error e;
    rt_dataset d;
    e.text[0] = '\0';
    if (rt_data_sample(m, folder, part, &d, &e))
        rt_data_free(&d);
    return e.text;
}

TEST(what_cannot_be_read_in_part)
{
    data.train = (rt_source){"idx", {"x", "y"}, {0}};
    const rt_model m = model_of(WIDTH, 2, &data);
    put_idx(false);
    CHECK(strstr(error_of_part(&m, (rt_most){18, 4}), "a sample is over 2 bytes"));
    CHECK(strstr(error_of_part(&m, (rt_most){10, 4}), "ends inside its header"));
    put_text("t.csv", "123456789012345678,2,0\n1,2,1\n");
    data.train = (rt_source){"csv", {"t.csv", NULL}, {-1, -1}};
    const rt_model table = model_of(2, 2, &data);
    CHECK(strstr(error_of_part(&table, (rt_most){10, 4}), "longer than the 10 bytes"));
}

int main(void)
{
    make_folder();
    RUN(idx);
    RUN(all_where_that_is_less);
    RUN(csv);
    RUN(csv_long_line);
    RUN(is_prepared);
    RUN(made);
    RUN(what_cannot_be_read_in_part);
    return test_done();
}
