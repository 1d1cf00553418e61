/* checkpoint.c -- weights to safetensors and back; files that lie. */
#include "../../runtime/checkpoint.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"
#include "tiny_model.h"

static char directory[] = "/tmp/netc-checkpoint-XXXXXX";
static char path[sizeof directory + 32];
static rt_error error;

/* ---- The tiny program's ------------------------------------------------------------------ */

static const rt_model tiny = TINY_RECORD;
static rt_net net;
static struct model_params params, loaded;
static struct model_memory memory, loaded_memory;

static void fill(void)
{
    rt_real *p = (rt_real *)&params;

    for (size_t i = 0; i < sizeof params / sizeof *p; i++)
        p[i] = (rt_real)i * RT_C(0.25) - RT_C(100.0);
    for (int i = 0; i < HIDDEN; i++) {
        memory.stage.running_mean[i] = (rt_real)i;
        memory.stage.running_var[i] = (rt_real)i + RT_C(0.5);
    }
    memset(&loaded, 0, sizeof loaded);
    memset(&loaded_memory, 0, sizeof loaded_memory);
}

TEST(what_is_saved_is_loaded)
{
    fill();
    CHECK(rt_checkpoint_save(path, &net, &params, &memory, 7, &error));
    CHECK(rt_checkpoint_load(path, &net, &loaded, &loaded_memory, &error));
    CHECK(!memcmp(&params, &loaded, sizeof params));
    CHECK(!memcmp(memory.stage.running_mean, loaded_memory.stage.running_mean,
                  2 * HIDDEN * sizeof(rt_real)));
}

TEST(the_header_is_the_formats)
{
    static const char wanted[] =
        "{\"__metadata__\":{\"format\":\"pt\",\"netc.model\":\"tiny\",\"netc.step\":\"7\"},"
        "\"first.weight\":{\"dtype\":\"F32\",\"shape\":[16,64],\"data_offsets\":[0,4096]},"
        "\"first.bias\":{\"dtype\":\"F32\",\"shape\":[16],\"data_offsets\":[4096,4160]},"
        "\"h.0.weight\":";
    char text[sizeof wanted] = "";
    uint64_t n = 0;
    struct stat s;
    FILE *f = fopen(path, "rb");

    CHECK(f && fread(&n, 8, 1, f) == 1 && fread(text, sizeof wanted - 1, 1, f) == 1);
    CHECK_TEXT(text, wanted);
    CHECK(n % 8 == 0 && fstat(fileno(f), &s) == 0);
    CHECK((size_t)s.st_size == 8 + n + sizeof params + 2 * HIDDEN * sizeof(rt_real));
    if (f)
        fclose(f);
}

/* ---- Files made by hand ------------------------------------------------------------------ */

/* Models of one tensor, w [3]. */
static const rt_tensor hand_tensors[] = {
    { .role = "w", .offset = 0, .rank = 1, .shape = { 3 } },
};
static const rt_layer hand_layer = {
    .name = "l", .kind = "dense", .param = hand_tensors, .n_params = 1,
};
static const rt_member hand_members[] = { { .layer = &hand_layer } };
static const rt_unit hand_unit = { hand_members, 1 };
static const rt_model hand32 = {
    .name = "hand", .real_size = 4, .params_size = 12, .unit = &hand_unit,
};
static const rt_model hand64 = {
    .name = "hand", .real_size = 8, .params_size = 24, .unit = &hand_unit,
};

static void write_raw(uint64_t n, const char *header, size_t length, const void *data, size_t size)
{
    FILE *f = fopen(path, "wb");

    fwrite(&n, 8, 1, f);
    fwrite(header, length, 1, f);
    if (size)
        fwrite(data, size, 1, f);
    fclose(f);
}

static void write_file(const char *header, const void *data, size_t size)
{
    write_raw(strlen(header), header, strlen(header), data, size);
}

/* Loads the file into `out`, three reals. */
static bool load_hand(const rt_model *model, void *out)
{
    rt_net hand;

    CHECK(rt_net_new(model, NULL, &hand, &error));
    const bool ok = rt_checkpoint_load(path, &hand, out, NULL, &error);
    rt_net_free(&hand);
    return ok;
}

TEST(precision_is_converted)
{
    const double wide[] = { 1, -0.1, 1e-300 };
    const float narrow[] = { 1, -0.1f, 1e-42f };
    const double too_wide[] = { 1, 2, 1e39 };
    float f[3];
    double d[3];

    write_file("{\"l.w\":{\"dtype\":\"F64\",\"shape\":[3],\"data_offsets\":[0,24]}}", wide, 24);
    CHECK(load_hand(&hand32, f) && f[0] == 1 && f[1] == -0.1f && f[2] == 0);
    CHECK(load_hand(&hand64, d) && d[1] == -0.1 && d[2] == 1e-300);
    write_file("{\"l.w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}", narrow, 12);
    CHECK(load_hand(&hand64, d) && d[1] == (double)-0.1f && d[2] == (double)1e-42f);
    write_file("{\"l.w\":{\"dtype\":\"F64\",\"shape\":[3],\"data_offsets\":[0,24]}}", too_wide, 24);
    CHECK(!load_hand(&hand32, f));
    CHECK(strstr(error.text, "byte 81: element 2 of tensor l.w is too large for float"));
    CHECK(f[0] == 1 && f[1] == -0.1f);
}

TEST(counters_of_batches_are_passed_over)
{
    const float data[] = { 0, 0, 1, 2, 3 };
    float f[3];

    write_file(
        "{\"bn.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
        "\"l.w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[8,20]}}",
        data, 20);
    CHECK(load_hand(&hand32, f) && f[0] == 1 && f[2] == 3);
}

#define W "\"l.w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}"

static const struct {
    const char *header, *message;
    size_t size;                    /* of the data */
} lies[] = {
    {"{}", "has no tensor l.w [3], which this program wants", 0},
    {"{" W "}", "tensor l.w: bytes 0 to 12 of the data, which has 8", 8},
    {"{" W "}", "1 byte too many from byte 77 on", 13},
    {"{" W ",\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}",
     "holds tensor x [1], which this program does not have", 16},
    {"{" W ",\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[16,20]}}",
     "a hole before tensor x", 20},
    {"{" W ",\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
     "an overlap before tensor x", 12},
    {"{" W "," W "}", "duplicate object key", 12},
    {"{\"l.w\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}",
     "tensor l.w is [4], this program wants [3]", 16},
    {"{\"l.w\":{\"dtype\":\"F32\",\"shape\":[3,1],\"data_offsets\":[0,12]}}",
     "tensor l.w is [3, 1], this program wants [3]", 12},
    {"{\"l.w\":{\"dtype\":\"I32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
     "tensor l.w holds I32, this program reads F32 and F64", 12},
    {"{\"l.w\":{\"dtype\":\"F31\",\"shape\":[3],\"data_offsets\":[0,12]}}",
     "its dtype 'F31' is not known", 12},
    {"{\"l.w\":{\"dtype\":7,\"shape\":[3],\"data_offsets\":[0,12]}}", "its dtype is not a string",
     12},
    {"{\"l.w\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,12]}}",
     "its shape is too large", 12},
    {"{\"l.w\":{\"dtype\":\"F64\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}",
     "do not fit its shape", 0},
    {"{\"l.w\":{\"dtype\":\"F32\",\"shape\":[-3],\"data_offsets\":[0,12]}}",
     "dimension 0 of its shape", 12},
    {"{\"l.w\":{\"dtype\":\"F32\",\"shape\":[3.0],\"data_offsets\":[0,12]}}",
     "dimension 0 of its shape", 12},
    {"{\"l.w\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,3],\"data_offsets\":[0,12]}}",
     "its shape is not a list of at most 8 numbers", 12},
    {"{\"l.w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[12,0]}}",
     "bytes 12 to 0 of the data", 12},
    {"{\"l.w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,9223372036854775807]}}",
     "of the data, which has 12", 12},
    {"{\"l.w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,9223372036854775808]}}",
     "byte 79: too big integer", 12},
    {"{\"l.w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0]}}",
     "are not two whole numbers", 12},
    {"{\"l.w\":{\"dtype\":\"F32\",\"shape\":[3]}}", "wants dtype, shape and data_offsets", 12},
    {"{\"l.w\":[]}", "wants dtype, shape and data_offsets", 12},
    {"{\"__metadata__\":{\"a\":1}," W "}", "__metadata__: a is not a string", 12},
    {"{\"__metadata__\":[]," W "}", "__metadata__ is not an object", 12},
    {"[]", "byte 8: the header does not start with '{'", 12},
    {" {" W "}", "byte 8: the header does not start with '{'", 12},
    {"{" W "} x", "byte ", 12},
    {"", "the header does not start with '{'", 12},
    {"{\"l.w\\u0000\":{}}", "byte ", 12},
    {"{\"\\u001b[31m\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,12]}}",
     "tensor ?[31m: its 12 bytes", 12},
};

TEST(lies_are_named)
{
    const float data[8] = { 0 };

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        float f[3] = { 7, 7, 7 };
        write_file(lies[i].header, data, lies[i].size);
        CHECK(!load_hand(&hand32, f) && f[0] == 7 && f[2] == 7);
        CHECK(strstr(error.text, path) == error.text);
        CHECK(strstr(error.text, lies[i].message));
        if (!strstr(error.text, lies[i].message))
            printf("  got: %s\n  want: %s\n", error.text, lies[i].message);
    }
}

TEST(the_length_of_the_header_is_checked)
{
    static const uint64_t length[] = { 3, 73, 1000000, 100000001, UINT64_MAX, UINT64_MAX - 7,
                                       (uint64_t)1 << 63 };
    const char *header = "{" W "}";
    const float data[3] = { 0 };
    float f[3];

    for (size_t i = 0; i < sizeof length / sizeof length[0]; i++) {
        write_raw(length[i], header, strlen(header), data, sizeof data);
        CHECK(!load_hand(&hand32, f));
    }
}

static size_t read_whole(unsigned char *bytes, size_t size)
{
    FILE *f = fopen(path, "rb");
    const size_t n = fread(bytes, 1, size, f);

    fclose(f);
    return n;
}

static void write_whole(const unsigned char *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");

    fwrite(bytes, 1, n, f);
    fclose(f);
}

TEST(every_prefix_is_refused)
{
    unsigned char bytes[16384];

    fill();
    CHECK(rt_checkpoint_save(path, &net, &params, &memory, 7, &error));
    const size_t n = read_whole(bytes, sizeof bytes);
    for (size_t i = 0; i < n; i++) {
        CHECK(truncate(path, (off_t)(n - 1 - i)) == 0);
        CHECK(!rt_checkpoint_load(path, &net, &loaded, &loaded_memory, &error));
    }
    bytes[n] = 0;
    write_whole(bytes, n + 1);
    CHECK(!rt_checkpoint_load(path, &net, &loaded, &loaded_memory, &error));
    CHECK(strstr(error.text, "1 byte too many"));
}

/* A flipped bit is an error, or hits what carries no meaning (a name in the metadata). */
TEST(flipped_bits_are_refused_or_harmless)
{
    unsigned char bytes[16384];
    uint64_t header;
    int harmless = 0;

    fill();
    CHECK(rt_checkpoint_save(path, &net, &params, &memory, 7, &error));
    const size_t n = read_whole(bytes, sizeof bytes);
    memcpy(&header, bytes, 8);
    for (size_t bit = 0; bit < 8 * (8 + header); bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        write_whole(bytes, n);
        memset(&loaded, 0, sizeof loaded);
        const bool ok = rt_checkpoint_load(path, &net, &loaded, &loaded_memory, &error);
        CHECK(ok ? !memcmp(&params, &loaded, sizeof params) : error.text[0] != '\0');
        harmless += ok;
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    CHECK(harmless < 600);
}

/* ---- Places ------------------------------------------------------------------------------ */

static int files_in_directory(void)
{
    DIR *d = opendir(directory);
    int n = 0;

    for (struct dirent *entry; d && (entry = readdir(d));)
        n += entry->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

TEST(a_full_disk_keeps_the_old_file)
{
    const struct rlimit most = { 4000, RLIM_INFINITY };
    struct rlimit before;

    fill();
    CHECK(rt_checkpoint_save(path, &net, &params, &memory, 7, &error));
    params.h[0].bias[0] = 12345;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    setrlimit(RLIMIT_FSIZE, &most);
    CHECK(!rt_checkpoint_save(path, &net, &params, &memory, 8, &error));
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK(strstr(error.text, "cannot be written: File too large"));
    CHECK(rt_checkpoint_load(path, &net, &loaded, &loaded_memory, &error));
    CHECK(loaded.h[0].bias[0] != 12345);
    CHECK(files_in_directory() == 1);
}

TEST(places_that_are_no_files)
{
    CHECK(!rt_checkpoint_save("/nowhere/x", &net, &params, &memory, 7, &error));
    CHECK_TEXT(error.text, "/nowhere/x: there is no such directory");
    CHECK(!rt_checkpoint_save(directory, &net, &params, &memory, 7, &error));
    CHECK(strstr(error.text, "is not a regular file"));
    CHECK(!rt_checkpoint_save("/dev/null", &net, &params, &memory, 7, &error));
    CHECK(!rt_checkpoint_load(directory, &net, &loaded, &loaded_memory, &error));
    CHECK(strstr(error.text, "is not a regular file"));
    CHECK(!rt_checkpoint_load("/nowhere/x", &net, &loaded, &loaded_memory, &error));
    CHECK_TEXT(error.text, "/nowhere/x: No such file or directory");
}

int main(void)
{
    if (!mkdtemp(directory) || !rt_net_new(&tiny, NULL, &net, &error))
        return 1;
    snprintf(path, sizeof path, "%s/w.safetensors", directory);
    RUN(what_is_saved_is_loaded);
    RUN(the_header_is_the_formats);
    RUN(precision_is_converted);
    RUN(counters_of_batches_are_passed_over);
    RUN(lies_are_named);
    RUN(the_length_of_the_header_is_checked);
    RUN(every_prefix_is_refused);
    RUN(flipped_bits_are_refused_or_harmless);
    RUN(a_full_disk_keeps_the_old_file);
    RUN(places_that_are_no_files);
    unlink(path);
    rmdir(directory);
    rt_net_free(&net);
    return test_done();
}
