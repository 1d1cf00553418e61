/* shape.c -- the shape of a sample. */
#include "shape.h"

Shape shape_of(int rank, const int64_t *dim)
{
    Shape s = { .rank = rank };

    if (rank < 0 || rank > SHAPE_MAX_RANK)
        bug("a shape of rank %d", rank);
    for (int i = 0; i < rank; i++)
        s.dim[i] = dim[i];
    return s;
}

Shape shape1(int64_t a) { return (Shape){ 1, { a } }; }
Shape shape2(int64_t a, int64_t b) { return (Shape){ 2, { a, b } }; }
Shape shape3(int64_t a, int64_t b, int64_t c) { return (Shape){ 3, { a, b, c } }; }

bool shape_is_error(Shape s) { return s.rank < 0; }

bool shape_equal(Shape a, Shape b)
{
    if (a.rank < 0 || a.rank != b.rank)
        return false;
    for (int i = 0; i < a.rank; i++)
        if (a.dim[i] != b.dim[i])
            return false;
    return true;
}

int64_t shape_size(Shape s)
{
    int64_t size = 1;

    for (int i = 0; i < s.rank; i++)
        if (!mul_ok(size, s.dim[i], &size))
            return -1;
    return size;
}

char *shape_text(Arena *a, Shape s)
{
    char *text = arena_printf(a, "[");

    if (s.rank < 0)
        return arena_printf(a, "[?]");
    for (int i = 0; i < s.rank; i++)
        text = arena_printf(a, "%s%s%lld", text, i ? "," : "", (long long)s.dim[i]);
    return arena_printf(a, "%s]", text);
}
