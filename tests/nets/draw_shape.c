/* draw_shape.c -- shapes. */
#include "draw.h"

Shape shape(int rank, int a, int b, int c)
{
    return (Shape){ rank, { a, rank > 1 ? b : 1, rank > 2 ? c : 1 } };
}

int size(Shape s)
{
    return s.dim[0] * s.dim[1] * s.dim[2];
}

bool same_shape(Shape a, Shape b)
{
    return a.rank == b.rank && a.dim[0] == b.dim[0] && a.dim[1] == b.dim[1] &&
           a.dim[2] == b.dim[2];
}

/* The last dimension, of images the first. */
static int feature_axis(Shape s)
{
    return s.rank == 3 ? 0 : s.rank - 1;
}

int features(Shape s)
{
    return s.dim[feature_axis(s)];
}

Shape with_features(Shape s, int n)
{
    s.dim[feature_axis(s)] = n;
    return s;
}

bool same_places(Shape a, Shape b)
{
    return a.rank == b.rank && same_shape(with_features(a, 1), with_features(b, 1));
}

int draw_divisor(Draw *d, int n)
{
    int k;

    do
        k = between(d, 1, n);
    while (n % k);
    return k;
}
