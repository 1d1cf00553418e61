/* source.c -- reading source files, and finding places in them. */
#include "source.h"

#include <stdlib.h>
#include <unistd.h>

#include "front.h"
#include "language_limits.h"

/* A file with this content; its path. */
static const char *file_of(Session *s, const char *content, size_t size)
{
    char *path = arena_printf(s->arena, "/tmp/netc-source-test-XXXXXX");
    const int fd = mkstemp(path);

    CHECK(fd >= 0 && write(fd, content, size) == (ssize_t)size);
    close(fd);
    return path;
}

/* What source_read says of a file with this content; "fine" if it is read. */
static const char *read_result(Session *s, const char *content, size_t size)
{
    const char *why = NULL, *path = file_of(s, content, size);
    const Source *source = source_read(path, s->arena, &why);

    unlink(path);
    if (source)
        CHECK(source->size == size && memcmp(source->text, content, size) == 0 &&
              source->text[size] == '\0' && source->text[size + 1] == '\0');
    return source ? "fine" : why + strlen(path) + 2;
}

TEST(texts_are_read_whole)
{
    Session s = front_open();

    CHECK_TEXT(read_result(&s, "", 0), "fine");
    CHECK_TEXT(read_result(&s, "model { }\n", 10), "fine");
    CHECK_TEXT(read_result(&s, "// \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", 14), "fine");
    front_close(&s);
}

TEST(bytes_that_are_no_text_are_named)
{
    Session s = front_open();

    CHECK_TEXT(read_result(&s, "a\n\xff", 3),
               " is not a text in UTF-8: byte 0xff at offset 2, in line 2");
    CHECK_TEXT(read_result(&s, "a\0b", 3),
               " is not a text in UTF-8: byte 0x00 at offset 1, in line 1");
    CHECK_TEXT(read_result(&s, "\xc0\x80", 2),
               " is not a text in UTF-8: byte 0xc0 at offset 0, in line 1");
    CHECK_TEXT(read_result(&s, "\xed\xa0\x80", 3),
               " is not a text in UTF-8: byte 0xed at offset 0, in line 1");
    CHECK_TEXT(read_result(&s, "\xe2\x82", 2),
               " is not a text in UTF-8: byte 0xe2 at offset 0, in line 1");
    front_close(&s);
}

TEST(the_size_has_a_limit)
{
    Session s = front_open();
    const size_t most = (size_t)LIMIT_SOURCE_BYTES;
    char *text = arena_alloc(s.arena, most + 1);

    memset(text, ' ', most + 1);
    CHECK_TEXT(read_result(&s, text, most), "fine");
    CHECK_TEXT(read_result(&s, text, most + 1),
               " has more than 1048576 bytes, which is too large for a .net file");
    front_close(&s);
}

TEST(what_is_no_file_is_said)
{
    Session s = front_open();
    const char *why = NULL;

    CHECK(!source_read("/nowhere/x.net", s.arena, &why));
    CHECK_TEXT(why, "cannot open '/nowhere/x.net': No such file or directory");
    CHECK(!source_read("/", s.arena, &why));
    CHECK_TEXT(why, "'/' is a directory, not a file");
    front_close(&s);
}

TEST(places_count_characters)
{
    Session s = front_open();
    const Source *f = front_source(&s, "ab\n\xc3\xa9\xe2\x82\xacx\r\n\nend");
    const Place x = source_place(f, 8), empty = source_place(f, 11), end = source_place(f, 15);

    CHECK(x.line == 2 && x.column == 3 && x.line_size == 6);
    CHECK(memcmp(x.line_text, "\xc3\xa9\xe2\x82\xacx", 6) == 0);
    CHECK(empty.line == 3 && empty.column == 1 && empty.line_size == 0);
    CHECK(end.line == 4 && end.column == 4 && end.line_size == 3);
    CHECK(source_place(f, 9999).line == 4);
    CHECK(source_place(f, 0).line == 1 && source_place(f, 0).column == 1);
    front_close(&s);
}

TEST(spans_join)
{
    Session s = front_open();
    const Source *f = front_source(&s, "0123456789"), *g = front_source(&s, "x");
    const Span a = {f, 2, 4}, b = {f, 7, 8}, nowhere = {0}, other = {g, 0, 1};

    CHECK(span_join(a, b).from == 2 && span_join(a, b).to == 8);
    CHECK(span_join(b, a).from == 2 && span_join(b, a).to == 8);
    CHECK(span_join(nowhere, a).from == 2 && span_join(a, nowhere).to == 4);
    CHECK(span_join(a, other).source == f && span_join(a, other).to == 4);
    front_close(&s);
}

TEST(utf8_has_one_form_for_each_character)
{
    CHECK(utf8_length("a", 1) == 1);
    CHECK(utf8_length("\xc2\x80", 2) == 2 && utf8_length("\xc1\xbf", 2) == 0);
    CHECK(utf8_length("\xe0\xa0\x80", 3) == 3 && utf8_length("\xe0\x9f\xbf", 3) == 0);
    CHECK(utf8_length("\xf4\x8f\xbf\xbf", 4) == 4 && utf8_length("\xf4\x90\x80\x80", 4) == 0);
    CHECK(utf8_length("\xf0\x90\x80\x80", 4) == 4 && utf8_length("\xf0\x8f\xbf\xbf", 4) == 0);
    CHECK(utf8_length("\x80", 1) == 0 && utf8_length("", 0) == 0 && utf8_length("\xc3", 1) == 0);
}

int main(void)
{
    RUN(texts_are_read_whole);
    RUN(bytes_that_are_no_text_are_named);
    RUN(the_size_has_a_limit);
    RUN(what_is_no_file_is_said);
    RUN(places_count_characters);
    RUN(spans_join);
    RUN(utf8_has_one_form_for_each_character);
    return test_done();
}
