/* format.c -- the canonical form of files; expressions and heads of statements printed anew. */
#include "front.h"
#include "texts.h"

static const char *formatted(Session *s, const char *text)
{
    File *f = front_parse(s, text);

    CHECK(diag_errors(s->diag) == 0);
    return format(f, s->arena);
}

/* The canonical form, and that it is one: formatting it changes nothing. */
static void check_form(const char *text, const char *wanted)
{
    Session s = front_open();
    const char *once = formatted(&s, text);

    CHECK_TEXT(once, wanted);
    CHECK_TEXT(formatted(&s, once), once);
    front_close(&s);
}

TEST(the_sample_is_canonical)
{
    check_form(SAMPLE_EXPERIMENT, SAMPLE_EXPERIMENT);
    check_form("", "");
}

TEST(settings_line_up)
{
    check_form("train {\nlr=0.1;\n momentum  =  -2*(3+1);\n\nb=1..5;\n}",
               "train {\n    lr       = 0.1;\n    momentum = -2 * (3 + 1);\n\n    b = 1..5;\n}\n");
    check_form("param a:int=1;\nparam long_name : activation=relu;\nparam c: int;\n",
               "param a:         int        = 1;\nparam long_name: activation = relu;\n"
               "param c:         int;\n");
    check_form(
        "sweep {\nlr in [1,2];\nmomentum in 1 .. 5;\nwhere lr<momentum;\n}",
        "sweep {\n    lr       in [1, 2];\n    momentum in 1..5;\n    where lr < momentum;\n}\n");
}

TEST(bodies_stay_on_one_line_if_written_so)
{
    check_form("model{repeat 3 as i{relu;}\nif a{relu;}else{tanh;}\nresidual{\n}shortcut{tanh;}}",
               "model {\n    repeat 3 as i { relu; }\n    if a { relu; } else { tanh; }\n"
               "    residual { } shortcut { tanh; }\n}\n");
    check_form("model { if a {\nrelu; } else if b { tanh;\n} else { } }",
               "model {\n    if a {\n        relu;\n    } else if b {\n        tanh;\n    } else { "
               "}\n}\n");
    check_form("block b(a:int,s:int=2,):[C,H]->[c,H/s]{relu;}",
               "block b(a: int, s: int = 2) : [C, H] -> [c, H / s] { relu; }\n");
}

TEST(at_most_one_blank_line_is_kept)
{
    check_form("\n\nlet a = 1;\n\n\n\nlet b = 2;\nmodel {\n\n\n    relu;\n\n\n    tanh;\n\n}\n\n",
               "let a = 1;\n\nlet b = 2;\nmodel {\n    relu;\n\n    tanh;\n}\n");
}

TEST(blanks_stand_between_what_needs_them)
{
    check_form("let a = - 1+ !b( - 2 ,c=[ 3,4, ] [ 0 ]) .d;",
               "let a = -1 + !b(-2, c = [3, 4][0]).d;\n");
    check_form(
        "model { dense ( 3 ):[10]from a ,b [ 0 ] ; x=relu ( ) ; input [1]; repeat(3){relu;} }",
        "model {\n    dense(3) : [10] from a, b[0];\n    x = relu();\n    input [1];\n"
        "    repeat (3) { relu; }\n}\n");
    check_form("allow vanishing - gradient ;", "allow vanishing-gradient;\n");
    check_form("let a = loss . train(1) - -1;", "let a = loss.train(1) - -1;\n");
}

TEST(comments_are_all_kept)
{
    check_form(
        "#!/bin/netc\n/* a */ let b = /* c */ 1; // d\nmodel { // e\n// f\n\n"
        "relu; // g\nh = dense(3, // units\n// own\nact = relu);\nrepeat 3 as i // j\n{ tanh; }\n"
        "if a { } // k\nelse { } // l\n/* m\n n */ } // o\n// p",
        "#!/bin/netc\n/* a */\nlet b = /* c */ 1;  // d\nmodel {             // e\n    // f\n\n"
        "    relu;  // g\n    h = dense(3, // units\n        // own\n        act = relu);\n"
        "    repeat 3 as i // j\n        {\n        tanh;\n    }\n"
        "    if a { }  // k\n    else { }  // l\n    /* m\n n */\n}  // o\n// p\n");
}

TEST(comments_behind_neighbours_line_up)
{
    check_form("let a = 1; // x\nlet bcd = 2; // y\n\nlet e = 3; // z\n",
               "let a = 1;    // x\nlet bcd = 2;  // y\n\nlet e = 3;  // z\n");
}

TEST(long_lines_are_broken)
{
    check_form("let k = function(first_argument = 1, second_argument = 2, third_argument = 3, "
               "fourth_argument = 400);",
               "let k = function(first_argument = 1, second_argument = 2, third_argument = 3,\n"
               "    fourth_argument = 400);\n");
    Session s = front_open();
    for (size_t i = 0; i < countof(samples); i++)
        for (const char *line = formatted(&s, samples[i]); *line;) {
            const size_t size = strcspn(line, "\n");
            CHECK(size <= 100);
            line += size + (line[size] == '\n');
        }
    front_close(&s);
}

static void dump(FILE *out, void *file) { ast_dump(file, out); }

/* The tree's dump without the places. */
static const char *tree(Session *s, const char *text)
{
    char *out = arena_printf(s->arena, "%s", front_printed(s, dump, front_parse(s, text)));
    char *to = out;

    for (const char *c = out; *c; c++)
        if (*c < '0' || *c > '9' || !strchr(" 0123456789:", c[-(c > out)]))
            *to++ = *c;
    *to = '\0';
    return out;
}

TEST(the_form_means_the_same)
{
    for (size_t i = 0; i < countof(samples); i++) {
        Session s = front_open();
        const char *once = formatted(&s, samples[i]);
        CHECK_TEXT(formatted(&s, once), once);
        CHECK_TEXT(tree(&s, once), tree(&s, samples[i]));
        front_close(&s);
    }
}

/* ---- Expressions and heads ---- */

static void check_expr(const char *text, const char *wanted)
{
    Session s = front_open();
    const Expr *e = parse_expr(front_source(&s, text), &s);

    CHECK(e != NULL);
    if (e)
        CHECK_TEXT(format_expr(e, s.arena), wanted);
    front_close(&s);
}

TEST(expressions_have_no_needless_brackets)
{
    check_expr("(a+b)*c", "(a + b) * c");
    check_expr("(a*b)+c", "a * b + c");
    check_expr("a-(b-c)", "a - (b - c)");
    check_expr("(a-b)-c", "a - b - c");
    check_expr("a-(b+c)*2", "a - (b + c) * 2");
    check_expr("-(a+b)", "-(a + b)");
    check_expr("-(a)*b", "-a * b");
    check_expr("!(a&&b)||c", "!(a && b) || c");
    check_expr("(a<b)==(c<d)", "a < b == c < d");
    check_expr("(a<b)<c", "(a < b) < c");
    check_expr("(1 ..n)", "1..n");
    check_expr("flow(h,step=0)<1e-9", "flow(h, step = 0) < 1e-9");
    check_expr("[ 1,f( ) [0].x ]", "[1, f()[0].x]");
}

TEST(numbers_read_back)
{
    check_expr("1.0", "1.0");
    check_expr("0.10", "0.1");
    check_expr("1e-3", "0.001");
    check_expr("1e-09", "1e-9");
    check_expr("1.0e22", "1e22");
    check_expr("10.0", "10.0");
    check_expr("1e5", "100000.0");
    check_expr("1.5e7", "1.5e7");
    check_expr("1234567.5", "1234567.5");
    check_expr("0.00012", "0.00012");
    check_expr("0.30000000000000004", "0.30000000000000004");
    check_expr("9223372036854775807", "9223372036854775807");
    check_expr("true", "true");
}

TEST(strings_are_safe_in_a_comment)
{
    check_expr("\"data/a-b_1.csv\"", "\"data/a-b_1.csv\"");
    check_expr("\"*/ // ?\?/ \\n\\\" \xc3\xa9 /*\"", "\"_/ /_ __/ __ __ /_\"");
}

TEST(heads_are_one_line)
{
    Session s = front_open();
    File *f = front_parse(&s, "model { input [1,28]; target class(10); target input; target [2];"
                              "h=dense(64,act=phi,init=w); relu; relu(); add from a,b [0] : [3];"
                              "repeat depth as i { } repeat 2*n { } x=residual(scale=0.5) { }"
                              "parallel { branch { } } if a==1 { } }");
    static const char *const heads[] = {
        "input [1, 28]",
        "target class(10)",
        "target input",
        "target [2]",
        "h = dense(64, act = phi, init = w)",
        "relu",
        "relu()",
        "add from a, b[0] : [3]",
        "repeat depth as i",
        "repeat 2 * n",
        "x = residual(scale = 0.5)",
        "parallel",
        "if a == 1",
    };
    size_t i = 0;

    for (const Stmt *stmt = f->decls->body; stmt; stmt = stmt->next, i++)
        CHECK_TEXT(format_head(stmt, s.arena), heads[i]);
    CHECK(i == countof(heads));
    front_close(&s);
}

int main(void)
{
    RUN(the_sample_is_canonical);
    RUN(settings_line_up);
    RUN(bodies_stay_on_one_line_if_written_so);
    RUN(at_most_one_blank_line_is_kept);
    RUN(blanks_stand_between_what_needs_them);
    RUN(comments_are_all_kept);
    RUN(comments_behind_neighbours_line_up);
    RUN(long_lines_are_broken);
    RUN(the_form_means_the_same);
    RUN(expressions_have_no_needless_brackets);
    RUN(numbers_read_back);
    RUN(strings_are_safe_in_a_comment);
    RUN(heads_are_one_line);
    return test_done();
}
