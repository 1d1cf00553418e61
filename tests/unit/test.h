/* test.h -- the smallest test runner: each unit test is a program that prints one line a failure and
 * ends with `N passed, N failed`.
 *
 *     TEST(rows_add_up) { CHECK(1 + 1 == 2); CHECK_NEAR(x, 2.0, 1e-12); }
 *     int main(void) { RUN(rows_add_up); return test_done(); }
 */
#ifndef TEST_H
#define TEST_H

#include <math.h>
#include <stdio.h>
#include <string.h>

static int test_passed, test_failed, test_bad;

#define TEST(name) static void test_##name(void)
#define RUN(name) (test_bad = 0, test_##name(), test_bad ? test_failed++ : test_passed++)
#define CHECK(condition) \
    ((condition) ? (void)0 \
                 : (test_bad = 1, (void)printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition)))
#define CHECK_NEAR(got, want, tolerance) do { \
        const double got_ = (got), want_ = (want); \
        if (!(fabs(got_ - want_) <= (tolerance))) { \
            test_bad = 1; \
            printf("%s:%d: failed: %s is %.17g, want %.17g\n", __FILE__, __LINE__, #got, got_, want_); \
        } \
    } while (0)
#define CHECK_TEXT(got, want) do { \
        const char *got_ = (got), *want_ = (want); \
        if (!got_ || strcmp(got_, want_) != 0) { \
            test_bad = 1; \
            printf("%s:%d: failed: %s is \"%s\", want \"%s\"\n", __FILE__, __LINE__, #got, \
                   got_ ? got_ : "(null)", want_); \
        } \
    } while (0)

static inline int test_done(void)
{
    printf("%d passed, %d failed\n", test_passed, test_failed);
    return test_failed != 0;
}

#endif
