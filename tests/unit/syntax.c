/* syntax.c -- syntax errors: each known mistake, one message a mistake, and no state of the parser
 * without a message that a person wrote. */
#include <glob.h>

#include "front.h"
#include "net.tab.h"
#include "parse.h"
#include "texts.h"

/* The messages of `text`, one a line. */
static const char *messages(Session *s, const char *text)
{
    const char *all = "";

    front_parse(s, text);
    for (int i = 0; i < diag_messages(s->diag); i++)
        all = arena_printf(s->arena, "%s%s%s", all, i ? "\n" : "", front_message(s, i));
    return all;
}

static void check_errors(const char *text, const char *wanted)
{
    Session s = front_open();

    CHECK_TEXT(messages(&s, text), wanted);
    front_close(&s);
}

/* As `check_errors`; and the first message's edits make the text right. */
static void check_fixed(const char *text, const char *wanted)
{
    Session s = front_open();

    CHECK_TEXT(messages(&s, text), wanted);
    CHECK(s.diag->n > 0 && s.diag->message[0]->n_fixes == 1);
    if (s.diag->n > 0 && s.diag->message[0]->n_fixes == 1) {
        const Remark fix = s.diag->message[0]->fix[0];
        CHECK(front_errors(arena_printf(s.arena, "%.*s%s%s", (int)fix.at.from, text, fix.text,
                                        text + fix.at.to)) == 0);
    }
    front_close(&s);
}

TEST(a_missing_semicolon_is_shown_behind_the_statement)
{
    check_fixed("let a = 1\nlet b = 2;", "NET0111 1:10 ';' is missing after '1'");
    check_fixed("model {\n    h = dense(64)  // comment\n    relu;\n}",
                "NET0111 2:18 ';' is missing after ')'");
    check_fixed("model { relu }", "NET0111 1:13 ';' is missing after 'relu'");
    check_fixed("train { lr = 0.1 }", "NET0111 1:17 ';' is missing after '0.1'");
    check_fixed("let a = 1", "NET0111 1:10 ';' is missing after '1'");
    check_fixed("model { dense(3) relu; }", "NET0111 1:17 ';' is missing after ')'");
    check_fixed("import \"a\"\nlet b = 2;", "NET0111 1:11 ';' is missing after '\"a\"'");
}

TEST(brackets_are_matched)
{
    check_fixed("model { h = dense(64; }", "NET0112 1:21 ')' is missing after '64'");
    check_fixed("let k = [1, 2;", "NET0112 1:14 ']' is missing after '2'");
    check_errors("model {\nh = dense(64\nrelu;\n}", "NET0112 2:13 ')' is missing after '64'");
    check_errors("model { h = dense(64 }", "NET0112 1:21 ')' is missing after '64'");
    check_fixed("model { h = dense(64]; }", "NET0112 1:21 ']' does not close '(', ')' does");
    check_fixed("model { repeat (3 { relu; } }", "NET0112 1:18 ')' is missing after '3'");
    check_fixed("let a = 1; }", "NET0113 1:12 '}' closes nothing");
    check_fixed("model { dense(3)); }", "NET0113 1:17 ')' closes nothing");
    check_errors("model { x = dense)3); relu; }", "NET0113 1:18 ')' closes nothing");
    check_errors("model {\n  repeat 3 {\n    relu;\n}\ntrain { lr = 1; }",
                 "NET0112 5:1 '}' is missing before 'train'");
    check_errors("model { repeat 3 { relu;",
                 "NET0112 1:18 this '{' is not closed before the end of the file");
    check_errors("train { lr = ", "NET0112 1:7 this '{' is not closed before the end of the file");
    check_fixed("model { repeat 3 relu; } }", "NET0112 1:17 '{' is missing after '3'");
    check_fixed("model { repeat 3 { relu; }; }", "NET0117 1:27 no ';' is wanted after '}'");
    check_fixed("model { relu;; }", "NET0117 1:14 this ';' ends nothing");
    check_errors("model { if a { relu; } } else { tanh; } }",
                 "NET0110 1:26 found 'else' where a declaration is wanted: import, param, let, "
                 "allow, block, "
                 "data, model, train, observe, expect or sweep");
}

TEST(signs_that_are_mixed_up_are_known)
{
    check_fixed("model { if a = 3 { } }", "NET0114 1:14 '=' gives a value, '==' compares");
    check_fixed("expect { loss.train = 3; }", "NET0114 1:21 '=' gives a value, '==' compares");
    check_fixed("train { lr == 0.1; }", "NET0114 1:12 '==' compares, '=' gives a value");
    check_fixed("train { lr: 0.1; }", "NET0110 1:11 ':' gives no value, '=' does");
    check_fixed("model { dense(units: 64); }", "NET0110 1:20 ':' gives no value, '=' does");
    check_fixed("train { a = 1, b = 2; }", "NET0110 1:14 ',' ends nothing here, ';' does");
    check_fixed("model { dense(64 act = relu); }", "NET0116 1:17 ',' is missing after '64'");
    check_fixed("model { dense(64 in = relu); }", "NET0116 1:17 ',' is missing after '64'");
    check_fixed("let k = [1 2];", "NET0116 1:11 ',' is missing after '1'");
    check_fixed("model { add a, b; }", "NET0110 1:12 'from' is missing after 'add'");
    check_errors("expect { 0 < a < 1; }",
                 "NET0110 1:16 '<' cannot follow another comparison, '&&' joins two");
    check_errors("let k = 1..2..3;", "NET0110 1:13 '..' cannot follow another '..'");
    check_fixed("let k = .5;", "NET0105 1:9 '.5' has no digit before its dot");
    check_fixed("let k = 5.;", "NET0105 1:9 '5.' has no digit behind its dot");
    check_errors("let k = 2 ** 3;",
                 "NET0110 1:11 '**' is no operator, 'pow(a, b)' is a to the power of b");
    check_fixed("let k = a & b;", "NET0101 1:11 '&' is no operator, '&&' is");
    check_fixed("let k = a | b;", "NET0101 1:11 '|' is no operator, '||' is");
    check_errors("let k = 2 ^ 3;", "NET0101 1:11 '^' means nothing here");
}

TEST(one_mistake_has_one_message)
{
    check_fixed("let k: int = 64;", "NET0110 1:6 'let' states no kind, the value has one");
    check_fixed("let k = f(a = [3, 6, b = 0.1);", "NET0112 1:20 ']' is missing after '6'");
    check_errors("model { input {64}; }", "NET0110 1:15 a shape stands in '[ ]', not in '{ }'");
    check_errors("model { relu | tanh; }", "NET0110 1:14 '|' joins no layers: they follow one "
                                           "another, each ends in ';'");
    check_fixed("let k = a | b;", "NET0101 1:11 '|' is no operator, '||' is");
    check_fixed("let k = a and b;", "NET0110 1:11 'and' is no operator, '&&' is");
    check_fixed("expect { a > 1 or b > 1; }", "NET0110 1:16 'or' is no operator, '||' is");
    check_errors("let k = a && not b;", "NET0110 1:14 'not' is no operator, '!( )' is");
    check_errors("data = csv(\"iris.csv, target = \"species\");\nlet a = 1;",
                 "NET0103 1:40 this string does not end in its line, '\"' is wanted");
    check_errors("dense(64);", "NET0118 1:1 'dense' starts nothing here, layers stand in "
                               "'model { ... }'");
    check_errors("depth = 3;", "NET0118 1:1 'depth' starts nothing here, 'let' and 'param' declare "
                               "values");
    check_errors("model { relu; shortcut { tanh; } }",
                 "NET0110 1:15 'shortcut' stands behind 'residual { ... }' only");
    check_errors("model { net.h = dense(3); relu; }",
                 "NET0110 1:12 a layer's name is one word, '.' reads a member of a block in "
                 "'expect'");
    check_errors("model { relu from a(1); }",
                 "NET0110 1:20 found '(' where 'from' wants an index in '[ ]', one more ', name', "
                 "': shape', or ';' at its end");
}

TEST(what_follows_from_a_mistake_is_not_told)
{
    check_errors("train {\nclip } global_norm(3);\nepochs = 3;\n}",
                 "NET0110 2:6 found '}' where the setting wants '=' and a value");
    check_errors("model {\nh = dense(});\nrelu;\n}\ntrain { a = 1; }",
                 "NET0112 2:11 ')' is missing after '('");
    check_errors("train { {\n a = 1;\n}\nexpect { a > 1; }",
                 "NET0110 1:9 found '{' where a setting is wanted, as in 'lr = 0.1;', or '}'");
    check_errors("model { parallel {\nbranch { relu } }\nbranch { tanh; }\n}\n}",
                 "NET0111 2:14 ';' is missing after 'relu'");
    check_errors("let a = f(1;);\nlet b = 2;", "NET0112 1:12 ')' is missing after '1'");
    check_errors("model {\nrelu\n}\ntrian { a = 1; }",
                 "NET0111 2:5 ';' is missing after 'relu'\n"
                 "NET0118 4:1 'trian' starts nothing here, did you mean 'train'?");
}

TEST(words_that_are_mixed_up_are_known)
{
    check_fixed("modle { relu; }",
                "NET0118 1:1 'modle' starts nothing here, did you mean 'model'?");
    check_fixed("model { repaet 3 { relu; } }",
                "NET0118 1:9 'repaet' starts nothing here, did you mean 'repeat'?");
    check_fixed("model { parallel { brach { } } }",
                "NET0118 1:20 'brach' starts nothing here, did you mean 'branch'?");
    check_errors("model { if a { } elif b { } relu; }",
                 "NET0118 1:18 'elif' starts nothing here, 'else if' does");
    check_errors("model { for i in 3 { relu; } relu; }",
                 "NET0118 1:9 'for' starts nothing here, 'repeat n as i { ... }' repeats");
    check_errors(
        "network { relu; } train { a = 1; }",
        "NET0118 1:1 'network' starts nothing here, 'model { ... }' describes the network");
    check_errors("const a = 1;",
                 "NET0118 1:1 'const' starts nothing here, 'let' declares a constant");
    check_errors("let data = 1;", "NET0115 1:5 'data' is a keyword and cannot be a name here");
    check_errors("model { input = dense(3); }",
                 "NET0115 1:9 'input' is a keyword and cannot be a name here");
    check_errors("let k = data + 1;", "NET0115 1:9 'data' is a keyword and cannot be a name here");
    check_errors("param as: int;", "NET0115 1:7 'as' is a keyword and cannot be a name here");
    check_errors("model { add from data; }",
                 "NET0115 1:18 'data' is a keyword and cannot be a name here");
}

TEST(characters_and_literals_are_checked)
{
    check_fixed("# hello\nlet k = 1;", "NET0101 1:1 '#' starts no comment here, '//' does");
    check_errors("let k = @@;", "NET0101 1:9 '@' means nothing here");
    check_errors("let caf\xc3\xa9 = 1;",
                 "NET0101 1:8 '\xc3\xa9' (U+00E9) can stand only in comments and strings");
    check_errors("let k = 1 \xe2\x80\x93 2;",
                 "NET0101 1:11 '\xe2\x80\x93' (U+2013) can stand only in comments and strings");
    check_errors("let k = \x01;", "NET0101 1:9 the byte 0x01 means nothing here");
    check_errors("let k = \xff;", "NET0101 1:9 the byte 0xff means nothing here");
    check_errors("let k = 1; /* a", "NET0102 1:12 this comment does not end, '*/' is wanted");
    check_errors("let k = \"a;\nlet l = 1;",
                 "NET0103 1:9 this string does not end in its line, '\"' is wanted");
    check_errors("let k = \"a\\q\";",
                 "NET0104 1:11 '\\q' means nothing in a string, the escapes are '\\\"', "
                 "'\\\\', '\\n' and '\\t'");
    check_errors("let k = \"\xff\";", "NET0104 1:10 the byte 0xff is no text in UTF-8");
    check_fixed("let k = 'a';", "NET0104 1:9 a string stands in double quotes, not in single ones");
    check_errors("let k = 9223372036854775808;", "NET0105 1:9 '9223372036854775808' is too large, "
                                                 "9223372036854775807 is the largest integer");
    check_errors("let k = 1e999;", "NET0105 1:9 '1e999' is too large for a real");
    check_errors("let k = 64px;", "NET0105 1:9 '64px' is neither a number nor a name");
    check_errors("let k = 0x10;", "NET0105 1:9 '0x10' is neither a number nor a name");
}

TEST(what_is_wanted_is_said)
{
    check_errors(
        "param 3: int;",
        "NET0110 1:7 found '3' where 'param' wants a name, as in 'param depth: int = 20;'");
    check_errors("param n = 3;",
                 "NET0110 1:9 found '=' where the param wants ':' and its kind, as in "
                 "'param depth: int = 20;'");
    check_errors("model { input 64; }",
                 "NET0110 1:15 found '64' where 'input' wants the sample's shape, as "
                 "in 'input [1, 28, 28];'");
    check_errors("model { h = ; }",
                 "NET0110 1:13 found ';' where '=' wants a layer, a block, residual or parallel");
    check_errors(
        "model { dense 64; }",
        "NET0110 1:15 found '64' where a layer wants its arguments in '( )', as in 'dense(64)', "
        "'from', ': shape' or ';'; or a name wants '='");
    check_errors("let k = 1 + ;",
                 "NET0110 1:13 found ';' where the operator wants a value on its right");
    check_errors(
        "import blocks.net;",
        "NET0110 1:8 found 'blocks' where 'import' wants a file, as in 'import \"blocks.net\";'");
    check_errors("sweep { lr = 1; }",
                 "NET0110 1:12 found '=' where the axis wants 'in' and a list, as in "
                 "'depth in [5, 20];'");
    check_errors("model = 3;", "NET0110 1:7 found '=' where 'model' wants its statements in '{ }'");
    check_errors("model { h = repeat 3 { } relu; }",
                 "NET0110 1:13 found 'repeat' where '=' wants a layer, a "
                 "block, residual or parallel");
}

TEST(each_mistake_of_many_has_its_message)
{
    check_errors("modle {\n"
                 "    input 64;\n"
                 "    h = dense(64\n"
                 "    relu\n"
                 "    if a = 3 { tanh; }\n"
                 "}\n"
                 "train {\n"
                 "lr: 0.1;\n"
                 "batch = 64px;\n"
                 "clip = ; }\n"
                 "let k = 1\n",
                 "NET0118 1:1 'modle' starts nothing here, did you mean 'model'?\n"
                 "NET0110 2:11 found '64' where 'input' wants the sample's shape, as in 'input [1, "
                 "28, 28];'\n"
                 "NET0112 3:17 ')' is missing after '64'\n"
                 "NET0111 4:9 ';' is missing after 'relu'\n"
                 "NET0114 5:10 '=' gives a value, '==' compares\n"
                 "NET0110 8:3 ':' gives no value, '=' does\n"
                 "NET0105 9:9 '64px' is neither a number nor a name\n"
                 "NET0110 10:8 found ';' where the setting wants a value\n"
                 "NET0111 11:10 ';' is missing after '1'");
}

TEST(what_is_around_a_mistake_is_still_read)
{
    Session s = front_open();
    const File *f =
        front_parse(&s, "let a = 1; model { relu; x = ; tanh; }\ntrain { b = ; c = 1; }");
    const Decl *model = f->decls->next, *train = model->next;

    CHECK(diag_errors(s.diag) == 2);
    CHECK(model->kind == DECL_MODEL && model->body->next->kind == STMT_ERROR);
    CHECK_TEXT(model->body->next->name, "x");
    CHECK_TEXT(model->body->next->next->word, "tanh");
    CHECK_TEXT(train->settings->key, "c");
    front_close(&s);
}

/* ---- Every state has a message ---- */

/* Puts something that fits nowhere before token `at`; false if no row says what is wanted there. */
static int is_answered(Session *s, const char *text, int start, int at)
{
    Parser p = {.session = s, .source = front_source(s, text)};

    tokens_scan(&p, start);
    tokens_insert(&p, at, UNREADABLE, p.token[at].at);
    const char *wanted = grammar_read(&p) ? NULL : syntax_wanted(&p);
    if (!wanted)
        printf("nothing is said of what is wanted behind: %.*s\n", (int)p.token[at].at.from, text);
    return wanted != NULL && p.error.token == at;
}

static void check_answers(const char *text, int start)
{
    Session s = front_open();
    Parser p = {.session = &s, .source = front_source(&s, text)};

    tokens_scan(&p, start);
    front_close(&s);
    for (int at = 1; at < p.n_tokens; at++) {
        s = front_open();
        CHECK(is_answered(&s, text, start, at));
        front_close(&s);
    }
}

TEST(every_state_has_a_message)
{
    for (size_t i = 0; i < countof(samples); i++)
        check_answers(samples[i], START_FILE);
    check_answers("-1 + f(a, b = 2)[0].x..3", START_EXPR);
}

/* Reads a program of tests/errors, mistake after mistake: the table knows what is wanted wherever
 * the grammar stops, also where a rule for a known mistake speaks instead. */
static int unanswered(const char *path)
{
    Session s = front_open();
    const char *why = NULL;
    Parser p = {.session = &s, .source = source_read(path, s.arena, &why)};
    int n = 0;

    if (p.source && tokens_scan(&p, START_FILE)) {
        for (int i = 0; i < 100 && !grammar_read(&p) && !p.error.too_deep; i++) {
            if (!syntax_wanted(&p)) {
                const Place at = source_place(p.source, p.token[p.error.token].at.from);
                printf("%s:%d:%d: nothing is said of what is wanted\n", path, at.line, at.column);
                n++;
            }
            syntax_report(&p);
        }
    }
    front_close(&s);
    return n;
}

TEST(every_state_that_a_bad_program_reaches_has_a_message)
{
    glob_t programs;

    CHECK(glob("tests/errors/*.net", 0, NULL, &programs) == 0);
    CHECK(programs.gl_pathc > 400);
    for (size_t i = 0; i < programs.gl_pathc; i++)
        CHECK(unanswered(programs.gl_pathv[i]) == 0);
    globfree(&programs);
}

/* ---- Broken texts ---- */

/* xorshift (Marsaglia 2003) */
static uint32_t next_random(uint32_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 17;
    return *x ^= *x << 5;
}

/* Deletes, repeats or exchanges a piece of the text. */
static char *broken(Session *s, const char *text, uint32_t *x)
{
    static const char *const pieces[] = {"{",  "}", "(",     ")",    "[",    "]",    ";",
                                         ",",  "=", "model", "if",   "else", "3",    "\"",
                                         "/*", "'", "@",     "from", "as",   "train"};
    const int n = (int)strlen(text), at = n ? (int)(next_random(x) % (uint32_t)n) : 0;
    const int size = at + 9 < n ? 9 : n - at;

    switch (next_random(x) % 3) {
    case 0:
        return arena_printf(s->arena, "%.*s%s", at, text, text + at + size);
    case 1:
        return arena_printf(s->arena, "%.*s%s", at + size, text, text + at);
    default:
        return arena_printf(s->arena, "%.*s %s %s", at, text,
                            pieces[next_random(x) % countof(pieces)], text + at);
    }
}

static void check_messages(const Session *s)
{
    for (int i = 0; i < diag_messages(s->diag); i++) {
        const Message *m = s->diag->message[i];
        CHECK(m->text[0] && m->at.source && m->at.from <= m->at.to);
        CHECK(m->at.to <= m->at.source->size);
        CHECK(!strstr(m->text, "something else is wanted"));
    }
}

TEST(broken_texts_end_in_messages)
{
    uint32_t x = 2463534242u;

    for (int i = 0; i < 400; i++) {
        Session s = front_open();
        const char *text = samples[(size_t)i % countof(samples)];
        for (uint32_t n = 1 + next_random(&x) % 3; n > 0; n--)
            text = broken(&s, text, &x);
        CHECK(front_parse(&s, text) != NULL);
        check_messages(&s);
        front_close(&s);
    }
}

int main(void)
{
    RUN(a_missing_semicolon_is_shown_behind_the_statement);
    RUN(brackets_are_matched);
    RUN(signs_that_are_mixed_up_are_known);
    RUN(one_mistake_has_one_message);
    RUN(what_follows_from_a_mistake_is_not_told);
    RUN(words_that_are_mixed_up_are_known);
    RUN(characters_and_literals_are_checked);
    RUN(what_is_wanted_is_said);
    RUN(each_mistake_of_many_has_its_message);
    RUN(what_is_around_a_mistake_is_still_read);
    RUN(every_state_has_a_message);
    RUN(every_state_that_a_bad_program_reaches_has_a_message);
    RUN(broken_texts_end_in_messages);
    return test_done();
}
