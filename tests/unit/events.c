/* events.c -- event files: checksums, a file byte for byte, what stands in a record, names in order. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crc32c.h"
#include "event_file.h"

#include "test.h"

TEST(checksums_as_others_do)
{
    unsigned char bytes[32];

    CHECK(rt_crc32c("123456789", 9) == 0xe3069283);
    CHECK(rt_crc32c("", 0) == 0);
    /* RFC 3720, B.4 */
    memset(bytes, 0, sizeof bytes);
    CHECK(rt_crc32c(bytes, 32) == 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    CHECK(rt_crc32c(bytes, 32) == 0x62a8ab43);
    for (int i = 0; i < 32; i++)
        bytes[i] = (unsigned char)i;
    CHECK(rt_crc32c(bytes, 32) == 0x46dd794e);
    for (int i = 0; i < 32; i++)
        bytes[i] = (unsigned char)(31 - i);
    CHECK(rt_crc32c(bytes, 32) == 0x113fdb5c);
}

/* What was written, in hexadecimal. */
static char *hex_of(FILE *f)
{
    static char text[2000];
    char *p = text;

    rewind(f);
    for (int c; (c = getc(f)) != EOF && p < text + sizeof text - 3;)
        p += sprintf(p, "%02x", (unsigned)c);
    *p = '\0';
    fclose(f);
    return text;
}

/* The file was decoded with protoc 3.21 and TensorBoard's own schema. */
TEST(writes_a_file_byte_for_byte)
{
    FILE *f = tmpfile();

    CHECK(rt_event_version(f, 1));
    CHECK(rt_event_scalar(f, (rt_moment){ 1, 2 }, "loss/train", 0.5));
    CHECK_TEXT(hex_of(f), "1800000000000000a37f4b22"
                          "09000000000000f03f1a0d627261696e2e4576656e743a32" "86bf577a"
                          "200000000000000029eda950"
                          "09000000000000004010012a130a110a0a6c6f73732f747261696e150000003f"
                          "d79702c0");
}

/* By hand from the schema: field 7 of the event, field 1 of the log. */
TEST(restarts)
{
    FILE *f = tmpfile();

    CHECK(rt_event_restart(f, (rt_moment){ 300, 2 }));
    const char *text = hex_of(f);
    CHECK(strlen(text) == 2 * (12 + 16 + 4));
    CHECK(!strncmp(text + 24, "090000000000000040" "10ac02" "3a02" "0801", 32));
}

/* tag, tensor { DT_DOUBLE, shape { dim 1, dim 3 }, double_val -4 -3 7 }, metadata { plugin, TENSOR } */
TEST(writes_a_histogram)
{
    double row[1][3] = { { -4, -3, 7 } };
    FILE *f = tmpfile();

    CHECK(rt_event_histogram(f, (rt_moment){ 1, 2 }, "h", "d", row, 1));
    const char *text = hex_of(f);
    CHECK(strstr(text, "0a0168"
                       "4226" "0802" "1208" "12020801" "12020803"
                       "3218" "00000000000010c0" "00000000000008c0" "0000000000001c40"
                       "4a13" "0a0c" "0a0a686973746f6772616d73" "1a0164" "2002") != NULL);
}

TEST(tells_what_cannot_be_written)
{
    FILE *full = fopen("/dev/full", "w");
    rt_error e;

    if (!full)
        return;
    setbuf(full, NULL);
    CHECK(!rt_event_scalar(full, (rt_moment){ 1, 2 }, "loss/train", 0.5));
    fclose(full);
    CHECK(!rt_event_file_new("/nowhere/at/all", 5, &e));
    CHECK(strstr(e.text, "/nowhere/at/all/events.out.tfevents.0000000005.") != NULL);
    CHECK(strstr(e.text, "No such file") != NULL);
}

/* Readers take the files of a directory by name. */
TEST(names_follow_each_other)
{
    char directory[] = "/tmp/netc-events-XXXXXX", path[400];
    struct dirent **entry;
    rt_error e;

    if (!mkdtemp(directory))
        return;
    for (int i = 0; i < 3; i++) {
        FILE *f = rt_event_file_new(directory, i == 2 ? 90.0 : 100.0, &e);
        CHECK(f != NULL);
        if (f)
            fclose(f);
    }
    const int n = scandir(directory, &entry, NULL, alphasort);
    CHECK(n == 5);
    for (int i = 0; i < n; i++) {
        if (i >= 2)
            CHECK(strtol(entry[i]->d_name + 20, NULL, 10) == 98 + i);
        snprintf(path, sizeof path, "%s/%s", directory, entry[i]->d_name);
        if (entry[i]->d_name[0] != '.')
            unlink(path);
        free(entry[i]);
    }
    free(entry);
    CHECK(rmdir(directory) == 0);
}

int main(void)
{
    RUN(checksums_as_others_do);
    RUN(writes_a_file_byte_for_byte);
    RUN(restarts);
    RUN(writes_a_histogram);
    RUN(tells_what_cannot_be_written);
    RUN(names_follow_each_other);
    return test_done();
}
