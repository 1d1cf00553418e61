/* number.c -- text to numbers, against the C library's own conversion. */
#include "number.h"

#include <locale.h>
#include <stdlib.h>

#include "philox.h"
#include "test.h"

static rt_number_kind kind_of(const char *text)
{
    double value;
    return rt_number(text, strlen(text), &value);
}

static int agrees(const char *text)
{
    double value = -1;
    const double wanted = strtod(text, NULL);
    return rt_number(text, strlen(text), &value) == RT_NUMBER && memcmp(&value, &wanted, 8) == 0;
}

TEST(numbers_round_as_the_library_rounds)
{
    static const char *const texts[] = {
        "0", "-0", "+1", "12", "1.", ".5", "-.5e1", "1e5", "1E+05", "1e-5", "0.1",
        "123456789012345", "1234567890123456", "9007199254740993", "1e22", "1e23", "8.5e-22",
        "2.2250738585072014e-308", "4.9e-324", "1e-400", "1.7976931348623157e308",
        "000000000000000000000001", "0e999999999999", "0.00000000000000000000000000000000001",
        "100000000000000000000000000000e-29", "3.14159265358979323846264338327950288",
        "1e0000000000000000000005",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        CHECK(agrees(texts[i]));
        if (!agrees(texts[i]))
            printf("  %s\n", texts[i]);
    }
}

TEST(random_numbers_round_as_the_library_rounds)
{
    const rt_stream s = {.seed = 11, .purpose = RT_FOR_CHECK};
    char text[64];
    int same = 0;
    for (uint32_t i = 0; i < 20000; i++) {
        const double u = rt_random_uniform(&s, 2 * i) - 0.5;
        const int digits = (int)(i % 20), exponent = (int)(i % 77) - 38;
        snprintf(text, sizeof text, i % 3 ? "%.*fe%d" : "%.*g", digits, u * 1000, exponent);
        same += agrees(text);
    }
    CHECK(same == 20000);
}

TEST(other_texts_are_no_numbers)
{
    static const char *const texts[] = {
        "", "-", "+", ".", "e5", "1e", "1e+", "--1", "+-1", "1 ", " 1", "1,5", "0x10", "inf", "nan",
        "1.2.3", "1e5.0", "1d5", "1_000", "½", "NaN", "infinity", "1e5e5",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CHECK(kind_of(texts[i]) == RT_NO_NUMBER);
}

TEST(numbers_beyond_a_double_are_told_apart)
{
    CHECK(kind_of("1e309") == RT_NUMBER_TOO_LARGE
          && kind_of("-1e99999999999") == RT_NUMBER_TOO_LARGE);
}

TEST(the_locale_does_not_matter)
{
    double value;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))                  /* not installed everywhere */
        setlocale(LC_ALL, "C.UTF-8");
    CHECK(rt_number("1.5", 3, &value) == RT_NUMBER && value == 1.5);
    CHECK(rt_number("3.14159265358979323846", 22, &value) == RT_NUMBER
          && value == 3.14159265358979312);
    CHECK(rt_number("1,5", 3, &value) == RT_NO_NUMBER);
    setlocale(LC_ALL, "C");
}

TEST(the_longest_number)
{
    char text[1025];
    double value;
    memset(text, '0', sizeof text);
    text[1022] = '7';
    CHECK(rt_number(text, 1023, &value) == RT_NUMBER && value == 7);
    CHECK(rt_number(text, 1024, &value) == RT_NO_NUMBER);
}

int main(void)
{
    RUN(numbers_round_as_the_library_rounds);
    RUN(random_numbers_round_as_the_library_rounds);
    RUN(other_texts_are_no_numbers);
    RUN(numbers_beyond_a_double_are_told_apart);
    RUN(the_locale_does_not_matter);
    RUN(the_longest_number);
    return test_done();
}
