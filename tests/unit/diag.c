/* diag.c -- messages as text and as JSON, the limit, suggestions, lessons. */
#include "diag.h"

#include <jansson.h>

#include "front.h"
#include "language_limits.h"

static const char *const three_lines = "model {\n\th = dense(64)\n}\n";

typedef struct {
    const Session *s;
    DiagFormat format;
    bool color;
} How;

static void print(FILE *out, void *arg)
{
    const How *how = arg;

    diag_print(how->s->diag, how->format, how->color, out);
}

static const char *printed(Session *s, DiagFormat format, bool color)
{
    How how = {s, format, color};

    return front_printed(s, print, &how);
}

/* An error in line 2 with a note in line 1 and an insertion. */
static void add_example(Session *s)
{
    const Source *f = front_source(s, three_lines);
    Message *m = diag_error(s->diag, MSG_SYNTAX, (Span){f, 13, 18}, "found '%s'", "dense");

    diag_note(m, (Span){f, 0, 5}, "in this \"model\"");
    diag_fix(m, (Span){f, 22, 22}, ";");
}

TEST(text_has_the_line_and_carets)
{
    Session s = front_open();

    add_example(&s);
    CHECK_TEXT(printed(&s, DIAG_TEXT, false), "t.net:2:6: error: found 'dense' [NET0110]\n"
                                              "    2 | \th = dense(64)\n"
                                              "      | \t    ^^^^^\n"
                                              "      | \t             ;\n"
                                              "t.net:1:1: note: in this \"model\"\n"
                                              "    1 | model {\n"
                                              "      | ^^^^^\n");
    front_close(&s);
}

TEST(colors_are_only_on_request)
{
    Session s = front_open();

    add_example(&s);
    CHECK(!strchr(printed(&s, DIAG_TEXT, false), '\033'));
    CHECK(strstr(printed(&s, DIAG_TEXT, true), "\033[1;31merror\033[0m"));
    front_close(&s);
}

TEST(a_message_may_have_no_place)
{
    Session s = front_open();

    diag_warning(s.diag, MSG_SYNTAX, "unused", (Span){0}, "nowhere");
    CHECK_TEXT(printed(&s, DIAG_TEXT, false), "netc: warning: nowhere [-Wunused] [NET0110]\n");
    CHECK(diag_warnings(s.diag) == 1 && diag_errors(s.diag) == 0);
    front_close(&s);
}

TEST(json_is_one_object_a_line)
{
    Session s = front_open();

    add_example(&s);
    json_t *o = json_loads(printed(&s, DIAG_JSON, true), 0, NULL);
    json_t *note = json_array_get(json_object_get(o, "notes"), 0);
    json_t *edit = json_array_get(json_object_get(json_object_get(o, "fix"), "edits"), 0);
    CHECK_TEXT(json_string_value(json_object_get(o, "event")), "diagnostic");
    CHECK_TEXT(json_string_value(json_object_get(o, "severity")), "error");
    CHECK_TEXT(json_string_value(json_object_get(o, "code")), "NET0110");
    CHECK_TEXT(json_string_value(json_object_get(o, "file")), "t.net");
    CHECK(json_integer_value(json_object_get(o, "line")) == 2);
    CHECK(json_integer_value(json_object_get(o, "column")) == 6);
    CHECK(json_integer_value(json_object_get(o, "end_column")) == 11);
    CHECK_TEXT(json_string_value(json_object_get(note, "message")), "in this \"model\"");
    CHECK(json_integer_value(json_object_get(note, "line")) == 1);
    CHECK_TEXT(json_string_value(json_object_get(edit, "replacement")), ";");
    CHECK(json_integer_value(json_object_get(edit, "column")) == 15);
    json_decref(o);
    front_close(&s);
}

TEST(json_escapes_whatever_is_in_a_message)
{
    Session s = front_open();

    diag_error(s.diag, MSG_SYNTAX, (Span){0}, "%s", "\x01\"\\\n\xff\xc3\xa9");
    json_t *o = json_loads(printed(&s, DIAG_JSON, false), 0, NULL);
    CHECK_TEXT(json_string_value(json_object_get(o, "message")), " \"\\ \xef\xbf\xbd\xc3\xa9");
    CHECK(json_is_null(json_object_get(o, "file")) && json_is_null(json_object_get(o, "fix")));
    json_decref(o);
    front_close(&s);
}

TEST(terminal_controls_are_not_printed)
{
    Session s = front_open();
    const Source *f = front_source(&s, "// \033[2J \xe2\x80\xae x");

    diag_error(s.diag, MSG_SYNTAX, (Span){f, 0, 2}, "here");
    CHECK(strstr(printed(&s, DIAG_TEXT, false), "    1 | // ?[2J ? x\n"));
    front_close(&s);
}

TEST(long_lines_are_cut)
{
    Session s = front_open();
    char *text = arena_alloc(s.arena, 5001);

    memset(text, 'x', 5000);
    const Source *f = front_source(&s, text);
    diag_error(s.diag, MSG_SYNTAX, (Span){f, 3000, 4000}, "here");
    const char *out = printed(&s, DIAG_TEXT, false);
    CHECK(strlen(out) < 600 && strstr(out, "| ...xxx") && strstr(out, "xxx...\n"));
    front_close(&s);
}

TEST(errors_past_the_limit_are_counted)
{
    Session s = front_open();
    const Source *f = front_source(&s, "x");

    for (int i = 0; i < LIMIT_ERRORS + 2; i++)
        diag_note(diag_error(s.diag, MSG_SYNTAX, (Span){f, 0, 1}, "e%d", i), (Span){0}, "n");
    const char *out = printed(&s, DIAG_TEXT, false);
    CHECK(diag_errors(s.diag) == LIMIT_ERRORS + 2 && diag_messages(s.diag) == LIMIT_ERRORS);
    CHECK(strstr(out, "error: e19 ") && !strstr(out, "error: e20 "));
    CHECK(strstr(out, "netc: 2 more errors are not shown\n"));
    front_close(&s);
}

TEST(messages_sort_by_place_and_keep_their_order)
{
    Session s = front_open();
    const Source *f = front_source(&s, "abcdef");

    diag_error(s.diag, MSG_SYNTAX, (Span){f, 5, 6}, "kept first");
    diag_error(s.diag, MSG_SYNTAX, (Span){f, 3, 4}, "c");
    diag_error(s.diag, MSG_SYNTAX, (Span){f, 1, 2}, "a");
    diag_error(s.diag, MSG_SYNTAX, (Span){f, 1, 2}, "b");
    diag_sort(s.diag, 1);
    CHECK_TEXT(s.diag->message[0]->text, "kept first");
    CHECK_TEXT(s.diag->message[1]->text, "a");
    CHECK_TEXT(s.diag->message[2]->text, "b");
    CHECK_TEXT(s.diag->message[3]->text, "c");
    front_close(&s);
}

TEST(the_nearest_word_is_near)
{
    static const char *const words[] = {"dense", "dropout", "relu", "repeat"};

    CHECK_TEXT(diag_nearest("dnese", words, 4), "dense");
    CHECK_TEXT(diag_nearest("ReLU", words, 4), "relu");
    CHECK_TEXT(diag_nearest("repaet", words, 4), "repeat");
    CHECK_TEXT(diag_nearest("drop_out", words, 4), "dropout");
    CHECK(!diag_nearest("conv", words, 4));
    CHECK(!diag_nearest("", words, 4));
    CHECK(!diag_nearest("re", words, 4));
}

static void explain(FILE *out, void *code) { diag_explain(code, out); }

TEST(every_code_has_a_lesson)
{
    Session s = front_open();

    for (int id = 0; id < N_MESSAGES; id++) {
        char code[16];
        snprintf(code, sizeof code, "%s", diag_code((MessageId)id));
        CHECK(strlen(code) == 7 && strncmp(code, "NET", 3) == 0);
        CHECK(strlen(front_printed(&s, explain, code)) > 60);
        for (int other = 0; other < id; other++)
            CHECK(strcmp(code, diag_code((MessageId)other)) != 0);
    }
    char unknown[] = "NET9999";
    CHECK_TEXT(front_printed(&s, explain, unknown), "");
    front_close(&s);
}

int main(void)
{
    RUN(text_has_the_line_and_carets);
    RUN(colors_are_only_on_request);
    RUN(a_message_may_have_no_place);
    RUN(json_is_one_object_a_line);
    RUN(json_escapes_whatever_is_in_a_message);
    RUN(terminal_controls_are_not_printed);
    RUN(long_lines_are_cut);
    RUN(errors_past_the_limit_are_counted);
    RUN(messages_sort_by_place_and_keep_their_order);
    RUN(the_nearest_word_is_near);
    RUN(every_code_has_a_lesson);
    return test_done();
}
