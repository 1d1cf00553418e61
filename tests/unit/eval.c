/* eval.c -- expressions at compile time: values, and one message for each mistake. */
#include "test.h"
#include "checked.h"
#include "eval.h"
#include "language_limits.h"

/* "7", "[1, 2]", or the message's code: "NET0210" */
static const char *worth(const char *text)
{
    static char result[200];
    Session s = new_session();
    Scope *scope = scope_new(NULL, s.arena);
    const Eval in = { &s, scope };
    const Source *source = source_from_text("expr", text, strlen(text), s.arena);

    scope_add(scope, intern(s.names, "n"), value_int((Span){ 0 }, 5), (Span){ 0 }, s.arena);
    scope_add(scope, intern(s.names, "bad"), value_error((Span){ 0 }), (Span){ 0 }, s.arena);
    const Expr *e = parse_expr(source, &s);
    const Value v = e ? eval(e, NULL, &in) : value_error((Span){ 0 });
    char *messages = messages_of(&s);
    const char *code = strstr(messages, "[NET");
    if (count_text(messages, "[NET") > 1)
        snprintf(result, sizeof result, "several: %s", messages);
    else if (code)
        snprintf(result, sizeof result, "%.7s", code + 1);
    else
        snprintf(result, sizeof result, "%s", value_text(&v, s.arena));
    arena_free(s.arena);
    return result;
}

TEST(integers)
{
    CHECK_TEXT(worth("1 + 2 * 3"), "7");
    CHECK_TEXT(worth("(1 + 2) * 3"), "9");
    CHECK_TEXT(worth("10 - 3 - 2"), "5");
    CHECK_TEXT(worth("-n + 7 % 4"), "-2");
    CHECK_TEXT(worth("-7 % 4"), "-3");
    CHECK_TEXT(worth("9223372036854775807"), "9223372036854775807");
}

TEST(division_is_exact_or_real)
{
    CHECK_TEXT(worth("10 / 2"), "5");
    CHECK_TEXT(worth("10 / 4"), "2.5");
    CHECK_TEXT(worth("-6 / -3"), "2");
    CHECK_TEXT(worth("1 / 255 * 255"), "1.0");
    CHECK_TEXT(worth("4.0 / 2"), "2.0");
}

TEST(reals)
{
    CHECK_TEXT(worth("0.1 + 0.2"), "0.30000000000000004");
    CHECK_TEXT(worth("1e-3 * 2"), "0.002");
    CHECK_TEXT(worth("1.5 - 1"), "0.5");
    CHECK_TEXT(worth("-(-1.5)"), "1.5");
}

TEST(overflow_is_a_message)
{
    CHECK_TEXT(worth("9223372036854775807 + 1"), "NET0210");
    CHECK_TEXT(worth("-9223372036854775807 - 2"), "NET0210");
    CHECK_TEXT(worth("4611686018427387904 * 2"), "NET0210");
    CHECK_TEXT(worth("-(-9223372036854775807 - 1)"), "NET0210");
    CHECK_TEXT(worth("(-9223372036854775807 - 1) / -1"), "NET0210");
    CHECK_TEXT(worth("(-9223372036854775807 - 1) % -1"), "0");
    CHECK_TEXT(worth("1e308 * 10"), "NET0210");
    CHECK_TEXT(worth("abs(-9223372036854775807 - 1)"), "NET0210");
    CHECK_TEXT(worth("floor(1e300)"), "NET0210");
    CHECK_TEXT(worth("pow(2, 63)"), "NET0210");
    CHECK_TEXT(worth("exp(1000)"), "NET0210");
}

TEST(division_by_zero_is_a_message)
{
    CHECK_TEXT(worth("1 / 0"), "NET0210");
    CHECK_TEXT(worth("1 % 0"), "NET0210");
    CHECK_TEXT(worth("1.0 / 0"), "NET0210");
    CHECK_TEXT(worth("0 / 0.0"), "NET0210");
    CHECK_TEXT(worth("pow(0, -1)"), "NET0210");
}

TEST(comparisons)
{
    CHECK_TEXT(worth("1 < 2"), "true");
    CHECK_TEXT(worth("2 <= 2.0"), "true");
    CHECK_TEXT(worth("1 == 1.0"), "true");
    CHECK_TEXT(worth("\"a\" != \"b\""), "true");
    CHECK_TEXT(worth("relu == relu"), "true");
    CHECK_TEXT(worth("leaky_relu(0.1) == leaky_relu"), "false");
    CHECK_TEXT(worth("leaky_relu(0.01) == leaky_relu"), "true");
    CHECK_TEXT(worth("glorot_uniform == xavier_uniform"), "true");
    CHECK_TEXT(worth("[1, 2] == [1, 2]"), "true");
    CHECK_TEXT(worth("relu == he_normal"), "NET0211");
    CHECK_TEXT(worth("1 == true"), "NET0211");
    CHECK_TEXT(worth("9223372036854775807 > 9223372036854775806"), "true");
}

TEST(logic)
{
    CHECK_TEXT(worth("true && !false"), "true");
    CHECK_TEXT(worth("n > 0 || 1 / 0 > 1"), "true");
    CHECK_TEXT(worth("n < 0 && 1 / 0 > 1"), "false");
    CHECK_TEXT(worth("1 && true"), "NET0203");
    CHECK_TEXT(worth("!1"), "NET0211");
}

TEST(lists)
{
    CHECK_TEXT(worth("[1, 2.5, true]"), "[1, 2.5, true]");
    CHECK_TEXT(worth("[10, 20, 30][n - 3]"), "30");
    CHECK_TEXT(worth("1..4"), "[1, 2, 3, 4]");
    CHECK_TEXT(worth("4..1"), "[]");
    CHECK_TEXT(worth("len(1..10)"), "10");
    CHECK_TEXT(worth("[1, 2][2]"), "NET0212");
    CHECK_TEXT(worth("[1, 2][-1]"), "NET0212");
    CHECK_TEXT(worth("[1, 2][0.5]"), "NET0203");
    CHECK_TEXT(worth("n[0]"), "NET0211");
    CHECK_TEXT(worth("len(1..1000000)"), "1000000");
    CHECK_TEXT(worth("len(1..1000001)"), "NET0214");
    CHECK_TEXT(worth("-9223372036854775807..9223372036854775807"), "NET0214");
}

TEST(functions)
{
    CHECK_TEXT(worth("sqrt(16)"), "4.0");
    CHECK_TEXT(worth("pow(2, 10)"), "1024");
    CHECK_TEXT(worth("pow(2, 62)"), "4611686018427387904");
    CHECK_TEXT(worth("pow(-1, 1000001)"), "-1");
    CHECK_TEXT(worth("pow(2.0, 3)"), "8.0");
    CHECK_TEXT(worth("pow(2, -1)"), "0.5");
    CHECK_TEXT(worth("min(3, 1, 2)"), "1");
    CHECK_TEXT(worth("max([3, 4.5])"), "4.5");
    CHECK_TEXT(worth("floor(-1.5)"), "-2");
    CHECK_TEXT(worth("ceil(1.2)"), "2");
    CHECK_TEXT(worth("round(2.5)"), "3");
    CHECK_TEXT(worth("abs(-3)"), "3");
    CHECK_TEXT(worth("log(1)"), "0.0");
    CHECK_TEXT(worth("sqrt(-1)"), "NET0210");
    CHECK_TEXT(worth("log(0)"), "NET0210");
    CHECK_TEXT(worth("pow(-8, 0.5)"), "NET0210");
    CHECK_TEXT(worth("sqrt()"), "NET0213");
    CHECK_TEXT(worth("sqrt(1, 2)"), "NET0213");
    CHECK_TEXT(worth("sqrt(true)"), "NET0213");
    CHECK_TEXT(worth("len(3)"), "NET0213");
    CHECK_TEXT(worth("abs(x = 3)"), "NET0213");
}

TEST(calls)
{
    CHECK_TEXT(worth("leaky_relu(0.2)"), "leaky_relu(0.2)");
    CHECK_TEXT(worth("normal(mean = 1, std = 0.5)"), "normal(0.5, 1.0)");
    CHECK_TEXT(worth("leaky_relu(0.01)"), "leaky_relu");
    CHECK_TEXT(worth("lstm(64)"), "lstm(64)");
    CHECK_TEXT(worth("normal"), "NET0205");
    CHECK_TEXT(worth("normal(-1)"), "NET0209");
    CHECK_TEXT(worth("relu(1)"), "NET0206");
    CHECK_TEXT(worth("normal(1, 2, 3)"), "NET0206");
    CHECK_TEXT(worth("normal(std = 1, 2)"), "NET0208");
    CHECK_TEXT(worth("normal(1, std = 2)"), "NET0207");
    CHECK_TEXT(worth("normal(sd = 1)"), "NET0204");
    CHECK_TEXT(worth("normal(true)"), "NET0203");
    CHECK_TEXT(worth("n(3)"), "NET0215");
    CHECK_TEXT(worth("nothing"), "NET0201");
    CHECK_TEXT(worth("nothing(3)"), "NET0201");
    CHECK_TEXT(worth("loss.train"), "NET0240");
}

TEST(errors_are_silent_afterwards)
{
    CHECK_TEXT(worth("bad + 1 / 2"), "nothing");
    CHECK_TEXT(worth("sqrt(bad)"), "nothing");
    CHECK_TEXT(worth("[1, bad][0]"), "nothing");
    CHECK_TEXT(worth("bad && true"), "nothing");
    CHECK_TEXT(worth("normal(bad)"), "normal(nothing)");
    CHECK_TEXT(worth("nothing + 1 / 2 > 3"), "NET0201");
}

int main(void)
{
    RUN(integers);
    RUN(division_is_exact_or_real);
    RUN(reals);
    RUN(overflow_is_a_message);
    RUN(division_by_zero_is_a_message);
    RUN(comparisons);
    RUN(logic);
    RUN(lists);
    RUN(functions);
    RUN(calls);
    RUN(errors_are_silent_afterwards);
    return test_done();
}
