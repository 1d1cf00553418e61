/* emit.c -- the text writer: indentation, empty lines, broken lists, literals. */
#include "arena.h"
#include "emit.h"
#include "test.h"

#include <stdlib.h>

static void fail(void *arg)
{
    (void)arg;
    abort();
}

static Arena *a;
static Emit *e;

static void start(void)
{
    a = arena_new(fail, NULL);
    e = emit_new(a);
}

static void finish(const char *want)
{
    size_t size = 0;
    const char *text = emit_text(e, &size);

    CHECK_TEXT(text, want);
    CHECK(size == strlen(want));
    arena_free(a);
}

TEST(blocks_indent)
{
    start();
    emit_open(e, "for (int i = 0; i < %d; i++) {", 3);
    emit_line(e, "/* one\n * two */");
    emit_open(e, "{");
    emit_line(e, "y[i] = x[i];");
    emit_close(e, "");
    emit_close(e, ";");
    finish("for (int i = 0; i < 3; i++) {\n    /* one\n     * two */\n    {\n        y[i] = x[i];\n"
           "    }\n};\n");
}

TEST(empty_lines_stand_between_lines_only)
{
    start();
    emit_blank(e);
    emit_line(e, "a;");
    emit_blank(e);
    emit_blank(e);
    emit_open(e, "{");
    emit_blank(e);
    emit_line(e, "b;");
    emit_blank(e);
    emit_close(e, "");
    emit_blank(e);
    finish("a;\n\n{\n    b;\n}\n");
}

TEST(short_lists_stay_on_a_line)
{
    start();
    emit_begin(e, "f(");
    emit_end(e, ");");
    emit_begin(e, "g(");
    emit_piece(e, "%d", 1);
    emit_piece(e, "x");
    emit_end(e, ");");
    finish("f();\ng(1, x);\n");
}

TEST(long_lists_break_under_their_first_piece)
{
    start();
    emit_indent(e, 1);
    emit_begin(e, "rt_call(");
    for (int i = 0; i < 40; i++)
        emit_piece(e, "piece_%c%c", 'a' + i / 26, 'a' + i % 26);
    emit_end(e, ");");

    const char *line = emit_text(e, NULL);
    int lines = 0;
    for (; *line; line += strcspn(line, "\n") + 1, lines++) {
        CHECK(strcspn(line, "\n") <= 100);
        CHECK(strcspn(line, "\n") > 85 || line[strlen(line) - 2] == ';');
        CHECK(strspn(line, " ") == (lines ? 12 : 4));
    }
    CHECK(lines == 5);
    arena_free(a);
}

TEST(a_line_of_exactly_100_columns_is_not_broken)
{
    const char *sixty = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    for (int extra = 0; extra < 2; extra++) {
        start();
        emit_begin(e, "f(");
        emit_piece(e, "%.*s", 46, sixty);
        emit_piece(e, "%.*s", 48 + extra, sixty);
        emit_end(e, ");");
        const char *text = emit_text(e, NULL);
        CHECK(strcspn(text, "\n") == (extra ? 49 : 100));
        arena_free(a);
    }
}

/* The list "f(a..., n, a..., 1);" for a number n: where its first line ends. */
static size_t first_line(const char *number)
{
    start();
    emit_begin(e, "f(");
    emit_piece(e, "%s", number);
    for (int i = 0; i < 30; i++)
        emit_piece(e, "a");
    emit_end(e, ");");
    const size_t n = strcspn(emit_text(e, NULL), "\n") - strlen(number);
    arena_free(a);
    return n;
}

TEST(a_number_breaks_no_line_elsewhere)
{
    CHECK(first_line("1") == first_line("4096"));
    CHECK(first_line("4096") == first_line("25165824"));
    CHECK(first_line("aa") > first_line("aaaaaaaaaa"));
}

TEST(a_piece_may_start_a_line)
{
    start();
    emit_begin(e, "f(");
    emit_piece(e, "a");
    emit_break(e);
    emit_piece(e, "b");
    emit_piece(e, "c");
    emit_end(e, ");");
    finish("f(a,\n  b, c);\n");
}

#define LONG "this_and_what_stands_beside_it_on_one_line_would_take_a_column_more_than_a_hundred_if_not_f"

static void put_folded(const char *last)
{
    start();
    emit_begin(e, "f(");
    emit_piece(e, "a");
    emit_fold(e);
    emit_piece(e, "b");
    emit_piece(e, "%s", last);
    emit_end(e, ");");
}

TEST(a_piece_may_start_a_line_where_not_all_fit_on_one)
{
    put_folded("c");
    finish("f(a, b, c);\n");
    put_folded(LONG);
    finish("f(a,\n  b, " LONG ");\n");
}

TEST(numbers_read_back)
{
    a = arena_new(fail, NULL);
    CHECK_TEXT(emit_number(a, 0.1), "0.1");
    CHECK_TEXT(emit_number(a, 3), "3.0");
    CHECK_TEXT(emit_number(a, -1e300), "-1e+300");
    CHECK_TEXT(emit_number(a, 1.0 / 3), "0.3333333333333333");
    CHECK_TEXT(emit_number(a, 0.1 + 0.2), "0.30000000000000004");
    CHECK_TEXT(emit_number(a, 5e-324), "4.94066e-324");
    CHECK_TEXT(emit_number(a, -HUGE_VAL), "-INFINITY");
    CHECK_TEXT(emit_number(a, (double)NAN), "NAN");
    CHECK_TEXT(emit_number(a, -0.0), "-0.0");
    CHECK_TEXT(emit_real(a, -0.5), "-RT_C(0.5)");
    CHECK_TEXT(emit_real(a, 1e-300), "(rt_real)1e-300");
    CHECK_TEXT(emit_real(a, -1e40), "-(rt_real)1e+40");
    CHECK_TEXT(emit_real(a, HUGE_VAL), "INFINITY");
    arena_free(a);
}

TEST(strings_are_plain_ascii_without_trigraphs)
{
    a = arena_new(fail, NULL);
    CHECK_TEXT(emit_string(a, "flow(h) < 1e-9"), "\"flow(h) < 1e-9\"");
    CHECK_TEXT(emit_string(a, "a\"b\\c?\?/\n1"), "\"a\\042b\\134c\\077\\077/\\0121\"");
    CHECK_TEXT(emit_string(a, "\xc3\xa9"), "\"\\303\\251\"");
    arena_free(a);
}

int main(void)
{
    RUN(blocks_indent);
    RUN(empty_lines_stand_between_lines_only);
    RUN(short_lists_stay_on_a_line);
    RUN(long_lists_break_under_their_first_piece);
    RUN(a_line_of_exactly_100_columns_is_not_broken);
    RUN(a_number_breaks_no_line_elsewhere);
    RUN(a_piece_may_start_a_line);
    RUN(a_piece_may_start_a_line_where_not_all_fit_on_one);
    RUN(numbers_read_back);
    RUN(strings_are_plain_ascii_without_trigraphs);
    return test_done();
}
