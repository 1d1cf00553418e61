/* parse.c -- the grammar: what is valid, the tree that comes of it, limits, spans, soft keywords.
 */
#include "parse.h"

#include "front.h"
#include "language_limits.h"
#include "texts.h"

static void dump(FILE *out, void *file) { ast_dump(file, out); }

static void check_tree(const char *text, const char *tree)
{
    Session s = front_open();
    File *f = front_parse(&s, text);

    CHECK_TEXT(front_message(&s, 0), "");
    CHECK_TEXT(front_printed(&s, dump, f), tree);
    front_close(&s);
}

TEST(valid_texts_are_read)
{
    for (size_t i = 0; i < countof(samples); i++) {
        Session s = front_open();
        front_parse(&s, samples[i]);
        CHECK_TEXT(front_message(&s, 0), "");
        front_close(&s);
    }
}

TEST(declarations_keep_what_is_written)
{
    check_tree("import \"b.net\";\nparam n: int = 2;\nparam m: real;\nlet k = \"a\\\"\\n\";\n"
               "allow vanishing - gradient;\ndata = digits(split = 0.8);\n",
               "import 1:1 name=b.net\n"
               "param 2:1 name=n kind=int value=2\n"
               "param 3:1 name=m kind=real\n"
               "let 4:1 name=k value=\"a\\\"\\n\"\n"
               "allow 5:1 name=vanishing-gradient\n"
               "data 6:1 value=(call digits split=0.8)\n");
    check_tree("block b(c: int, s: int = 2) : [C, H] -> [c, H/s] { relu; }\n",
               "block 1:1 name=b from=[ C H ] to=[ c (/ H s) ]\n"
               "  param 1:9 name=c kind=int\n"
               "  param 1:17 name=s kind=int default=2\n"
               "  layer 1:52 word=relu\n");
    check_tree(
        "train { lr = 0.1; a = b; }\nexpect { flow < 2; }\nsweep { n in 1..5; where n < 3; }\n",
        "train 1:1\n"
        "  setting 1:9 key=lr value=0.1\n"
        "  setting 1:19 key=a value=b\n"
        "expect 2:1\n"
        "  line 2:10 value=(< flow 2)\n"
        "sweep 3:1\n"
        "  line 3:9 key=n value=(.. 1 5)\n"
        "  line 3:20 value=(< n 3)\n");
}

TEST(statements_keep_what_is_written)
{
    check_tree("model { input [1, n]; target class(10); target [2]; target input; }",
               "model 1:1\n"
               "  input 1:9 shape=[ 1 n ]\n"
               "  target 1:23 value=(call class 10)\n"
               "  target 1:41 shape=[ 2 ]\n"
               "  target 1:53 value=input\n");
    check_tree(
        "model { x = dense(3, act = relu) from a, h[0], s[1].u : [3]; add : [] from b; relu; }",
        "model 1:1\n"
        "  layer 1:9 name=x word=dense args=( 3 act=relu ) from=( a (index h 0) (member (index s 1)"
        " u) ) shape=[ 3 ]\n"
        "  layer 1:62 word=add from=( b ) shape=[ ]\n"
        "  layer 1:79 word=relu\n");
    check_tree("model { repeat n as i { h = relu; } repeat 2 { } }",
               "model 1:1\n"
               "  repeat 1:9 word=i value=n\n"
               "    layer 1:25 name=h word=relu\n"
               "  repeat 1:37 value=2\n");
    check_tree(
        "model { r = residual(scale = 2) { relu; } shortcut { tanh; } p = parallel { branch { } "
        "branch { relu; } } }",
        "model 1:1\n"
        "  residual 1:9 name=r word=residual args=( scale=2 )\n"
        "    layer 1:35 word=relu\n"
        "  shortcut 1:43\n"
        "    layer 1:54 word=tanh\n"
        "  parallel 1:62 name=p word=parallel\n"
        "    branch 1:77\n"
        "    branch 1:88\n"
        "      layer 1:97 word=relu\n");
    check_tree("model { if a { relu; } else if b { } else { tanh; } }",
               "model 1:1\n"
               "  if 1:9 value=a\n"
               "    layer 1:16 word=relu\n"
               "  else 1:24\n"
               "    if 1:29 value=b\n"
               "    else 1:38\n"
               "      layer 1:45 word=tanh\n");
}

static void check_expr(const char *text, const char *tree)
{
    Session s = front_open();
    char *whole = arena_printf(s.arena, "let k = %s;", text);
    File *f = front_parse(&s, whole);

    CHECK_TEXT(front_message(&s, 0), "");
    CHECK_TEXT(front_printed(&s, dump, f),
               arena_printf(s.arena, "let 1:1 name=k value=%s\n", tree));
    front_close(&s);
}

TEST(operators_bind_as_in_the_reference)
{
    check_expr("1 + 2 * 3", "(+ 1 (* 2 3))");
    check_expr("(1 + 2) * 3", "(* (+ 1 2) 3)");
    check_expr("1 - 2 - 3", "(- (- 1 2) 3)");
    check_expr("8 / 4 % 3", "(% (/ 8 4) 3)");
    check_expr("-a * b", "(* (- a) b)");
    check_expr("!a == b", "(== (! a) b)");
    check_expr("- -a", "(- (- a))");
    check_expr("a || b && c == d < e", "(|| a (&& b (== c (< d e))))");
    check_expr("1..n - 1", "(.. 1 (- n 1))");
    check_expr("a < 1..2", "(< a (.. 1 2))");
    check_expr("f(x, y = 2)[0].z", "(member (index (call f x y=2) 0) z)");
    check_expr("[1, [2], f()]", "(list 1 (list 2) (call f))");
    check_expr("true != false", "(!= true false)");
    check_expr("loss.train", "(member loss train)");
}

/* ---- Numbers, strings, names ---- */

static const Expr *value_of(Session *s, const char *text)
{
    File *f = front_parse(s, arena_printf(s->arena, "let k = %s;", text));

    return f->decls ? f->decls->value : NULL;
}

TEST(numbers_are_exact)
{
    Session s = front_open();

    CHECK(value_of(&s, "9223372036854775807")->integer == INT64_MAX);
    CHECK(value_of(&s, "0064")->integer == 64);
    CHECK_NEAR(value_of(&s, "0.1")->real, 0.1, 0);
    CHECK_NEAR(value_of(&s, "1.0E+3")->real, 1000, 0);
    CHECK_NEAR(value_of(&s, "1e-320")->real, 1e-320, 0);
    CHECK(value_of(&s, "1e-9999")->kind == EXPR_REAL);
    CHECK(value_of(&s, "1..5")->left->integer == 1);
    CHECK(diag_errors(s.diag) == 0);
    front_close(&s);
}

TEST(strings_are_unescaped)
{
    Session s = front_open();

    CHECK_TEXT(value_of(&s, "\"a\\\"b\\\\c\\n\\td // /* \xc3\xa9\"")->text,
               "a\"b\\c\n\td // /* \xc3\xa9");
    CHECK_TEXT(value_of(&s, "\"\"")->text, "");
    CHECK(diag_errors(s.diag) == 0);
    front_close(&s);
}

static const char *repeated(Session *s, const char *before, char c, int n, const char *after)
{
    char *middle = arena_alloc(s->arena, (size_t)n + 1);

    memset(middle, c, (size_t)n);
    return arena_printf(s->arena, "%s%s%s", before, middle, after);
}

/* The text with n times c is fine, with n + 1 it is one error of the code. */
static void check_limit(const char *before, char c, int n, const char *after, const char *code)
{
    Session s = front_open();

    CHECK(front_errors(repeated(&s, before, c, n, after)) == 0);
    front_parse(&s, repeated(&s, before, c, n + 1, after));
    CHECK(diag_errors(s.diag) == 1);
    CHECK(strncmp(front_message(&s, 0), code, 7) == 0);
    front_close(&s);
}

TEST(names_and_strings_have_limits)
{
    check_limit("let ", 'a', (int)LIMIT_IDENTIFIER, " = 1;", "NET0106");
    check_limit("let k = \"", 'a', (int)LIMIT_STRING_BYTES, "\";", "NET0104");
}

/* ---- Nesting ---- */

/* before, n times open, inside, n times close, after */
typedef struct {
    const char *before, *open, *inside, *close, *after;
} Nest;

static const char *nested(Session *s, Nest nest, int n)
{
    const char *text = nest.inside;

    for (int i = 0; i < n; i++)
        text = arena_printf(s->arena, "%s%s%s", nest.open, text, nest.close);
    return arena_printf(s->arena, "%s%s%s", nest.before, text, nest.after);
}

static void check_nesting(Nest nest, int64_t most)
{
    Session s = front_open();
    const int n = (int)most;

    CHECK(front_errors(nested(&s, nest, n)) == 0);
    front_parse(&s, nested(&s, nest, n + 1));
    CHECK(diag_errors(s.diag) == 1);
    CHECK(strncmp(front_message(&s, 0), "NET0107", 7) == 0);
    CHECK(front_errors(nested(&s, nest, 50 * n)) == 1);
    front_close(&s);
}

TEST(nesting_has_a_limit)
{
    check_nesting((Nest){"let k = ", "(", "1", ")", ";"}, LIMIT_NESTING);
    check_nesting((Nest){"let k = ", "[", "", "]", ";"}, LIMIT_NESTING);
    check_nesting((Nest){"let k = ", "f(", "", ")", ";"}, LIMIT_NESTING);
    check_nesting((Nest){"let k = ", "-", "1", "", ";"}, LIMIT_NESTING);
    check_nesting((Nest){"let k = ", "!(", "a", ")", ";"}, LIMIT_NESTING / 2);
    check_nesting((Nest){"model {", "repeat 1 {", "relu;", "}", "}"}, LIMIT_NESTING - 1);
    check_nesting((Nest){"model { if a { }", "", "", " else if a { }", "}"}, LIMIT_NESTING - 1);
    check_nesting((Nest){"let k = 1", "", "", "+1", ";"}, LIMIT_OPERATORS - 1);
    check_nesting((Nest){"let k = a", "", "", "[0]", ";"}, LIMIT_OPERATORS - 1);
    check_nesting((Nest){"let k = a", "", "", ".b", ";"}, LIMIT_OPERATORS - 1);
}

/* As deep as brackets and operators allow, with what the parser's stack can hold at each level. */
TEST(the_stack_is_large_enough)
{
    const Nest wide = {"let k = ", "f(1, a = 1||1&&1==1<1..1+1*g(", "1", "))", ";"};
    const Nest deep = {"let k = ", "f(1, a = 1 || 1 * ", "1", ")", ";"};
    Session s = front_open();

    CHECK(front_errors(nested(&s, wide, (int)LIMIT_OPERATORS / 9 - 1)) == 0);
    CHECK(front_errors(nested(&s, deep, (int)LIMIT_NESTING)) == 0);
    front_close(&s);
}

/* ---- Soft keywords ---- */

static const char *const keywords[] = {
    "param",  "let",   "import", "allow",  "block",  "data",  "model",    "train",    "observe",
    "expect", "sweep", "input",  "target", "repeat", "as",    "residual", "shortcut", "parallel",
    "branch", "if",    "else",   "from",   "in",     "where", "true",     "false",
};

TEST(keywords_are_soft_where_they_name)
{
    for (size_t i = 0; i < countof(keywords); i++) {
        Session s = front_open();
        const char *k = keywords[i];
        front_parse(&s, arena_printf(s.arena,
                                     "train { %s = 1; a = f(1, %s = 2, b = x.%s[0].%s(%s = 3)); }\n"
                                     "sweep { %s in [1]; } allow %s-%s;\n"
                                     "model { dense(%s = 3) from a.%s; }\n",
                                     k, k, k, k, k, k, k, k, k, k));
        CHECK_TEXT(front_message(&s, 0), "");
        front_close(&s);
    }
}

TEST(keywords_are_no_names_elsewhere)
{
    for (size_t i = 0; i < countof(keywords) - 2; i++) {
        Session s = front_open();
        front_parse(&s, arena_printf(s.arena, "let %s = 1;", keywords[i]));
        CHECK_TEXT(front_message(&s, 0),
                   arena_printf(s.arena, "NET0115 1:5 '%s' is a keyword and cannot be a name here",
                                keywords[i]));
        CHECK(diag_errors(s.diag) == 1);
        front_close(&s);
    }
}

/* ---- Spans ---- */

static const char *spelled(Session *s, Span at)
{
    return arena_copy(s->arena, at.source->text + at.from, at.to - at.from);
}

TEST(spans_cover_what_they_name)
{
    Session s = front_open();
    File *f = front_parse(&s, "model { x = dense(1, a = (2)) from y : [3];\n"
                              "r = residual(s = 1) { relu; } shortcut { } }\n"
                              "train { lr = 0.1 ; }\nblock b(n: int) : [A] -> [B] { }\n");
    const Decl *model = f->decls, *train = model->next, *block = train->next;
    const Stmt *layer = model->body, *residual = layer->next;

    CHECK_TEXT(spelled(&s, model->at), "model");
    CHECK_TEXT(spelled(&s, layer->at), "x = dense(1, a = (2)) from y : [3]");
    CHECK_TEXT(spelled(&s, layer->whole), "x = dense(1, a = (2)) from y : [3];");
    CHECK_TEXT(spelled(&s, layer->word_at), "dense");
    CHECK_TEXT(spelled(&s, layer->args->next->at), "a = (2)");
    CHECK_TEXT(spelled(&s, layer->args->next->value->at), "(2)");
    CHECK_TEXT(spelled(&s, residual->at), "r = residual(s = 1)");
    CHECK_TEXT(spelled(&s, residual->whole), "r = residual(s = 1) { relu; } shortcut { }");
    CHECK_TEXT(spelled(&s, residual->other_at), "shortcut");
    CHECK_TEXT(spelled(&s, train->settings->at), "lr = 0.1");
    CHECK_TEXT(spelled(&s, block->at), "block b(n: int) : [A] -> [B]");
    front_close(&s);
}

TEST(the_arms_of_an_if_hang_together)
{
    Session s = front_open();
    File *f = front_parse(&s, "model { if a { } else if b { } else { if c { } } }");
    const Stmt *a = f->decls->body, *b = a->other, *c = b->other;

    CHECK(a->has_other && b->has_other && !c->has_other);
    CHECK(b->is_else_if && !c->is_else_if && !a->is_else_if);
    CHECK_TEXT(spelled(&s, a->whole), "if a { } else if b { } else { if c { } }");
    CHECK_TEXT(spelled(&s, b->whole), "if b { } else { if c { } }");
    front_close(&s);
}

TEST(comments_are_kept_in_order)
{
    Session s = front_open();
    File *f = front_parse(&s, "#!x\n// a \nlet k = /* b */ 1; // c\r\n/* d\n*/ let l = 2;");
    const char *const texts[] = {"#!x", "// a", "/* b */", "// c", "/* d\n*/"};
    const bool own[] = {true, true, false, false, true};
    int n = 0;

    for (const Comment *c = f->comments; c; c = c->next, n++) {
        CHECK_TEXT(spelled(&s, c->at), texts[n]);
        CHECK(c->own_line == own[n]);
    }
    CHECK(n == 5 && diag_errors(s.diag) == 0);
    front_close(&s);
}

/* ---- The value of a -D ---- */

TEST(an_expression_is_read_alone)
{
    Session s = front_open();
    const Expr *e = parse_expr(front_source(&s, " leaky_relu(0.1) "), &s);

    CHECK(e && e->kind == EXPR_CALL);
    CHECK(!parse_expr(front_source(&s, "1 +"), &s));
    CHECK_TEXT(
        front_message(&s, 0),
        "NET0110 1:4 found the end of the expression where the operator wants a value on its "
        "right");
    CHECK(!parse_expr(front_source(&s, ""), &s));
    CHECK(!parse_expr(front_source(&s, "1; 2"), &s));
    CHECK(!parse_expr(front_source(&s, "f(1"), &s));
    CHECK(!parse_expr(front_source(&s, "'x'"), &s));
    CHECK(diag_errors(s.diag) == 5);
    front_close(&s);
}

int main(void)
{
    RUN(valid_texts_are_read);
    RUN(declarations_keep_what_is_written);
    RUN(statements_keep_what_is_written);
    RUN(operators_bind_as_in_the_reference);
    RUN(numbers_are_exact);
    RUN(strings_are_unescaped);
    RUN(names_and_strings_have_limits);
    RUN(nesting_has_a_limit);
    RUN(the_stack_is_large_enough);
    RUN(keywords_are_soft_where_they_name);
    RUN(keywords_are_no_names_elsewhere);
    RUN(spans_cover_what_they_name);
    RUN(the_arms_of_an_if_hang_together);
    RUN(comments_are_kept_in_order);
    RUN(an_expression_is_read_alone);
    return test_done();
}
