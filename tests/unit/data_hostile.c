/* data_hostile.c -- damaged files: every prefix, every flipped bit, extreme sizes in headers, bytes
 * at the end.  Each must load, or fail with a sentence that names the file. */
#include "data_files.h"

#include <zlib.h>

enum { MOST = 4096 };

/* A file under attack: `name` in the folder, one of the two of `data`. */
typedef struct {
    const char *label, *name;
    unsigned char bytes[MOST];
    size_t n;
    rt_data data;
    int features;
    size_t header;                  /* bytes at the beginning that are not values */
    bool summed;                    /* values are checksummed: what loads must be the original */
    uLong sum;                      /* then: of the samples */
} seed;

static int loaded, failed;

static uLong sum_of(const rt_samples *s)
{
    const uLong x = crc32(0, s->x, (uInt)(s->n * s->features * (int64_t)sizeof(float)));
    return crc32(x, (const Bytef *)s->label, (uInt)(s->n * 4));
}

/* Whether the file as it is now loads; a failure without its name in the sentence is none. */
static bool attack(const seed *s, const unsigned char *bytes, size_t n)
{
    const rt_model m = model_of(s->features, 3, &s->data);
    rt_dataset d;
    rt_error e = {""};
    put(s->name, bytes, n);
    if (rt_data_load(&m, folder, &d, &e)) {
        CHECK(!s->summed || sum_of(&d.train) == s->sum);
        rt_data_free(&d);
        loaded++;
        return true;
    }
    CHECK(strstr(e.text, s->name) && !strchr(e.text, '\n'));
    CHECK(!d.train.x && !d.train.label);
    failed++;
    return false;
}

static void every_prefix(const seed *s)
{
    int whole = 0;
    for (size_t n = 0; n < s->n; n++)
        whole += attack(s, s->bytes, n);
    CHECK(whole == 0);
    if (whole)
        printf("  %s: %d prefixes load\n", s->label, whole);
}

static void every_bit(const seed *s)
{
    unsigned char bytes[MOST];
    int whole = 0;
    memcpy(bytes, s->bytes, s->n);
    for (size_t i = 0; i < 8 * s->n; i++) {
        bytes[i / 8] ^= (unsigned char)(1 << i % 8);
        whole += attack(s, bytes, s->n);
        bytes[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    printf("%s: %d of %zu flipped bits load\n", s->label, whole, 8 * s->n);
}

/* Extremes of every width in both orders at every place. */
static void every_number(const seed *s)
{
    static const uint64_t extremes[] = {0, UINT64_MAX, INT32_MAX, (uint64_t)1 << 31, 1,
                                        (uint64_t)1 << 63};
    unsigned char bytes[MOST];
    for (size_t at = 0; at < s->header; at++)
        for (size_t k = 0; k < 2 * sizeof extremes / sizeof extremes[0]; k++)
            for (size_t width = 2; width <= 8 && at + width <= s->n; width *= 2) {
                memcpy(bytes, s->bytes, s->n);
                for (size_t i = 0; i < width; i++)
                    bytes[at + (k % 2 ? width - 1 - i : i)] =
                        (unsigned char)(extremes[k / 2] >> 8 * i);
                attack(s, bytes, s->n);
            }
}

static void every_tail(const seed *s)
{
    unsigned char bytes[MOST + 16];
    memcpy(bytes, s->bytes, s->n);
    memset(bytes + s->n, 'x', 16);
    for (size_t n = 1; n <= 16; n++)
        CHECK(!attack(s, bytes, s->n + n));
    memset(bytes + s->n, 0, 16);
    for (size_t n = 1; n <= 16; n++)
        CHECK(!attack(s, bytes, s->n + n));
}

static void attack_all(seed *s)
{
    const rt_model m = model_of(s->features, 3, &s->data);
    rt_dataset d;
    rt_error e;
    put(s->name, s->bytes, s->n);
    CHECK(rt_data_load(&m, folder, &d, &e));
    s->sum = sum_of(&d.train);
    rt_data_free(&d);
    every_prefix(s);
    every_bit(s);
    every_number(s);
    every_tail(s);
}

/* ---- Seeds ---------------------------------------------------------------------------------- */

static size_t read_seed(const char *path, unsigned char bytes[MOST])
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(1);
    }
    const size_t n = fread(bytes, 1, MOST, f);
    fclose(f);
    return n;
}

static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 1,
                                       9, 8, 7, 6, 5, 4, 3, 2};
static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 4, 0, 2, 1, 2};

static seed idx_seed(const char *label, bool images_too)
{
    seed s = {.label = label, .name = images_too ? "x.idx" : "y.idx", .features = 2,
              .data = {.train = {"idx", {"x.idx", "y.idx"}, {0}}, .scale = 1}};
    s.n = images_too ? sizeof images : sizeof labels;
    s.header = images_too ? 16 : 8;
    memcpy(s.bytes, images_too ? images : labels, s.n);
    put("x.idx", images, sizeof images);
    put("y.idx", labels, sizeof labels);
    return s;
}

TEST(idx_images)
{
    seed s = idx_seed("idx images", true);
    attack_all(&s);
}

TEST(idx_labels)
{
    seed s = idx_seed("idx labels", false);
    attack_all(&s);
}

TEST(idx_gzip)
{
    seed s = idx_seed("idx gzip", true);
    gzFile f = gzopen(path_in("x.idx"), "wb9");
    if (!f || gzwrite(f, images, sizeof images) <= 0 || gzclose(f) != Z_OK)
        exit(1);
    s.header = s.n = read_seed(path_in("x.idx"), s.bytes);
    s.summed = true;
    attack_all(&s);
}

static seed numpy_seed(const char *file)
{
    char path[128];
    const bool archive = strstr(file, ".npz") != NULL;
    seed s = {.label = file, .name = file, .features = 6, .data = {.scale = 1}};
    s.data.train = archive ? (rt_source){"npz", {file, "x", "y"}, {0}}
                           : (rt_source){"npy", {file, "y.npy"}, {0}};
    snprintf(path, sizeof path, "tests/data/%s", file);
    unsigned char y[MOST];
    put("y.npy", y, read_seed("tests/data/y.npy", y));
    s.n = read_seed(path, s.bytes);
    s.header = archive ? s.n : 128;
    s.summed = archive;
    return s;
}

TEST(npy_files)
{
    static const char *const files[] = {"fortran_f4.npy", "version3.npy", "big_f8.npy"};
    for (int i = 0; i < 3; i++) {
        seed s = numpy_seed(files[i]);
        attack_all(&s);
    }
}

TEST(npz_files)
{
    static const char *const files[] = {"stored.npz", "deflated.npz"};
    for (int i = 0; i < 2; i++) {
        seed s = numpy_seed(files[i]);
        attack_all(&s);
    }
}

/* One sample, a label and 3,072 pixels; the other four batches are whole. */
TEST(cifar_files)
{
    seed s = {.label = "cifar10", .name = "data_batch_4.bin", .features = 3072, .n = 3073,
              .header = 1, .data = {.train = {"cifar10", {"."}, {0}}, .scale = 1}};
    char name[32];
    for (size_t i = 0; i < s.n; i++)
        s.bytes[i] = (unsigned char)(2 + i % 200);
    for (int i = 1; i <= 5; i++) {
        snprintf(name, sizeof name, "data_batch_%d.bin", i);
        put(name, s.bytes, s.n);
    }
    CHECK(attack(&s, s.bytes, s.n));
    every_prefix(&s);
    every_number(&s);
    every_tail(&s);
    for (int label = 0; label < 256; label++) {             /* the model has 3 classes */
        s.bytes[0] = (unsigned char)label;
        CHECK(attack(&s, s.bytes, s.n) == (label < 3));
    }
}

/* A prefix of a CSV file may be a CSV file. */
TEST(csv_files)
{
    static const char text[] =
        "a,\"b \"\"q\"\"\",kind\r\n1,2.5e1,one\n-3,\"4\",\"tw\"\"o\"\n5,6,three\n\n";
    seed s = {.label = "csv", .name = "t.csv", .features = 2, .n = sizeof text - 1,
              .header = sizeof text - 1,
              .data = {.train = {"csv", {"t.csv", "kind"}, {0, -1}}, .scale = 1}};
    memcpy(s.bytes, text, s.n);
    for (size_t n = 0; n < s.n; n++)
        attack(&s, s.bytes, n);
    every_bit(&s);
    every_number(&s);
}

int main(void)
{
    make_folder();
    RUN(idx_images);
    RUN(idx_labels);
    RUN(idx_gzip);
    RUN(npy_files);
    RUN(npz_files);
    RUN(cifar_files);
    RUN(csv_files);
    printf("%d damaged files: %d load, %d are refused with a sentence\n", loaded + failed, loaded,
           failed);
    return test_done();
}
