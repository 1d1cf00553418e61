/* arena.c -- the arena: alignment, zeroed memory, growth, marks, running out. */
#include "arena.h"

#include <setjmp.h>
#include <stdint.h>

#include "intern.h"
#include "test.h"

static void leave(void *arg) { longjmp(*(jmp_buf *)arg, 1); }

static void unexpected(void *arg)
{
    (void)arg;
    test_bad = 1;
}

static int all_zero(const char *memory, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memory[i])
            return 0;
    return 1;
}

TEST(memory_is_aligned_and_zeroed)
{
    Arena *a = arena_new(unexpected, NULL);

    for (size_t size = 0; size < 3000; size += 7) {
        char *memory = arena_alloc(a, size);
        CHECK((uintptr_t)memory % _Alignof(max_align_t) == 0);
        CHECK(all_zero(memory, size));
        memset(memory, 0xff, size);
    }
    char *large = arena_alloc(a, 1000000);
    CHECK(all_zero(large, 1000000));
    arena_free(a);
}

TEST(pieces_do_not_overlap)
{
    Arena *a = arena_new(unexpected, NULL);
    int *piece[500];

    for (int i = 0; i < 500; i++) {
        piece[i] = arena_array(a, int, i + 1);
        for (int k = 0; k <= i; k++)
            piece[i][k] = i;
    }
    for (int i = 0; i < 500; i++)
        CHECK(piece[i][0] == i && piece[i][i] == i);
    arena_free(a);
}

TEST(arrays_grow_and_keep_their_items)
{
    Arena *a = arena_new(unexpected, NULL);
    int *list = NULL, n = 0;

    for (int i = 0; i < 1000; i++)
        arena_push(a, list, n, i * i);
    CHECK(n == 1000);
    for (int i = 0; i < n; i++)
        CHECK(list[i] == i * i);
    arena_free(a);
}

TEST(released_memory_comes_back_zeroed)
{
    Arena *a = arena_new(unexpected, NULL);
    int *kept = arena_array(a, int, 4);
    kept[3] = 7;
    const ArenaMark mark = arena_mark(a);

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            char *memory = arena_alloc(a, 5000);
            CHECK(all_zero(memory, 5000));
            memset(memory, 1, 5000);
        }
        arena_release(a, mark);
    }
    CHECK(kept[3] == 7);
    arena_free(a);
}

TEST(an_empty_mark_releases_all)
{
    Arena *a = arena_new(unexpected, NULL);
    const ArenaMark mark = arena_mark(a);

    arena_alloc(a, 100);
    arena_release(a, mark);
    CHECK(arena_mark(a).block == mark.block);
    arena_free(a);
}

TEST(texts_are_copied_and_printed)
{
    Arena *a = arena_new(unexpected, NULL);

    CHECK_TEXT(arena_copy(a, "abcdef", 3), "abc");
    CHECK_TEXT(arena_copy(a, "", 0), "");
    CHECK_TEXT(arena_printf(a, "%s-%d", "x", 12), "x-12");
    arena_free(a);
}

static int runs_out(size_t n, size_t size)
{
    static jmp_buf out;
    Arena *volatile a = arena_new(leave, &out);
    volatile int ran_out = 0;

    if (setjmp(out))
        ran_out = 1;
    else
        arena_alloc_array(a, n, size);
    arena_free(a);
    return ran_out;
}

TEST(running_out_calls_fail)
{
    CHECK(runs_out(SIZE_MAX / 2, 3)); /* the product overflows */
    CHECK(runs_out(SIZE_MAX, 1));
    CHECK(!runs_out(10, 10));
}

TEST(equal_texts_are_one_name)
{
    Arena *a = arena_new(unexpected, NULL);
    Intern *t = intern_new(a);
    const Str first = intern(t, "n0");
    char text[16];

    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "n%d", i);
        const Str name = intern(t, text);
        CHECK(name == intern_n(t, text, strlen(text)));
        CHECK_TEXT(name, text);
    }
    CHECK(first == intern(t, "n0"));
    CHECK(intern_n(t, "n0x", 2) == first);
    CHECK(intern(t, "") == intern_n(t, "abc", 0));
    arena_free(a);
}

int main(void)
{
    RUN(memory_is_aligned_and_zeroed);
    RUN(pieces_do_not_overlap);
    RUN(arrays_grow_and_keep_their_items);
    RUN(released_memory_comes_back_zeroed);
    RUN(an_empty_mark_releases_all);
    RUN(texts_are_copied_and_printed);
    RUN(running_out_calls_fail);
    RUN(equal_texts_are_one_name);
    return test_done();
}
