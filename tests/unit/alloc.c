/* alloc.c -- memory: zeros at a boundary, small and in huge pages; what no machine holds. */
#include "alloc.h"

#include <stdint.h>
#include <stdlib.h>

#include "test.h"

static int is_zero(const unsigned char *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i])
            return 0;
    return 1;
}

TEST(zeros_lie_at_a_boundary)
{
    static const size_t bytes[] = { 0, 1, 4096, 1 << 20, (4 << 20) - 1, 4 << 20, (9 << 20) + 5 };

    for (int round = 0; round < 2; round++)     /* the second takes what the first gave back */
        for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
            rt_error e = { 0 };
            unsigned char *p = rt_alloc_zeroed(bytes[i], "test", &e);
            CHECK(p && (uintptr_t)p % 64 == 0);
            if (!p)
                continue;
            CHECK(is_zero(p, bytes[i]));
            memset(p, 1, bytes[i]);
            free(p);
        }
}

TEST(what_no_machine_holds_is_refused)
{
    rt_error e = { 0 };

    CHECK(rt_alloc_zeroed(SIZE_MAX / 2, "memory of the run", &e) == NULL);
    CHECK(strstr(e.text, "memory of the run: ") && strstr(e.text, "than this machine's memory"));
    CHECK(rt_alloc(SIZE_MAX / 4, 8, "values", &e) == NULL);
}

int main(void)
{
    RUN(zeros_lie_at_a_boundary);
    RUN(what_no_machine_holds_is_refused);
    return test_done();
}
