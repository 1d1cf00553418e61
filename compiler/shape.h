/* shape.h -- the shape of a sample (the batch is left out). */
#ifndef SHAPE_H
#define SHAPE_H

#include "arena.h"

enum { SHAPE_MAX_RANK = 4 };

/* rank 0 is a scalar; rank -1 is "an error was reported": every rule accepts it silently, so that
 * one mistake gives one message. */
typedef struct {
    int rank;
    int64_t dim[SHAPE_MAX_RANK];
} Shape;

#define SHAPE_ERROR ((Shape){ .rank = -1 })

Shape shape_of(int rank, const int64_t *dim);
Shape shape1(int64_t a);
Shape shape2(int64_t a, int64_t b);
Shape shape3(int64_t a, int64_t b, int64_t c);
bool shape_is_error(Shape s);
bool shape_equal(Shape a, Shape b);             /* an error is equal to nothing */
int64_t shape_size(Shape s);                    /* product; 1 for a scalar; -1 on overflow */
char *shape_text(Arena *a, Shape s);            /* "[3,32,32]" */

#endif
