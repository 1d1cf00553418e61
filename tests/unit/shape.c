/* shape.c -- shapes: equality, size, text, overflow. */
#include "shape.h"

#include "test.h"

static void fail(void *arg)
{
    (void)arg;
    test_bad = 1;
}

TEST(shapes_are_equal_by_rank_and_dimensions)
{
    const int64_t dim[] = {3, 32, 32};

    CHECK(shape_equal(shape3(3, 32, 32), shape_of(3, dim)));
    CHECK(shape_equal(shape_of(0, NULL), shape_of(0, NULL)));
    CHECK(!shape_equal(shape1(3), shape2(3, 1)));
    CHECK(!shape_equal(shape2(3, 4), shape2(4, 3)));
}

TEST(an_error_is_equal_to_nothing)
{
    CHECK(shape_is_error(SHAPE_ERROR));
    CHECK(!shape_is_error(shape1(1)));
    CHECK(!shape_equal(SHAPE_ERROR, SHAPE_ERROR));
    CHECK(!shape_equal(SHAPE_ERROR, shape1(1)));
}

TEST(sizes_are_products)
{
    CHECK(shape_size(shape_of(0, NULL)) == 1);
    CHECK(shape_size(shape1(64)) == 64);
    CHECK(shape_size(shape3(3, 32, 32)) == 3072);
    CHECK(shape_size(shape2(INT64_MAX, 1)) == INT64_MAX);
    CHECK(shape_size(shape2(INT64_MAX, 2)) == -1);
    CHECK(shape_size(shape3(INT64_C(1) << 31, INT64_C(1) << 31, 2)) == -1);
}

TEST(texts_are_as_the_user_writes)
{
    Arena *a = arena_new(fail, NULL);

    CHECK_TEXT(shape_text(a, shape3(3, 32, 32)), "[3,32,32]");
    CHECK_TEXT(shape_text(a, shape1(10)), "[10]");
    CHECK_TEXT(shape_text(a, shape_of(0, NULL)), "[]");
    CHECK_TEXT(shape_text(a, SHAPE_ERROR), "[?]");
    arena_free(a);
}

int main(void)
{
    RUN(shapes_are_equal_by_rank_and_dimensions);
    RUN(an_error_is_equal_to_nothing);
    RUN(sizes_are_products);
    RUN(texts_are_as_the_user_writes);
    return test_done();
}
