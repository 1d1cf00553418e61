/* conv.h -- what the kernels of convolutions share: a product of literal size, and images as copies
 * that are moved by each column of a kernel. */
#ifndef RT_CONV_H
#define RT_CONV_H

#include "columns.h"
#include "thread_memory.h"
#include "vectors.h"

enum {
    RT_CONV_KERNEL = 16,            /* larger kernels are left to the products on columns */
    RT_CONV_TAPS = 1024,            /* terms of a product at most, by its tables */
    RT_CONV_ROWS = 8, RT_CONV_VECTORS = 3       /* of a product's result at most */
};

/* ---- A product ------------------------------------------------------------------------------ */

/* Terms of sums: a_i[a_at[t]] b[b_at[t] + p], t under depth, of row i and place p of a result. */
typedef struct {
    int depth;
    const rt_real *a[RT_CONV_ROWS], *b;
    const int32_t *a_at, *b_at;
} rt_terms;

/* Rows that fill the machine's registers, of so many vectors each: sums, a row of b, one of a. */
static inline int rt_conv_rows(int vectors)
{
    return RT_VECTOR_REGISTERS == 32 ? RT_CONV_ROWS : vectors == 1 ? 8 : vectors == 2 ? 6 : 4;
}

#define rt_conv_product RT_NAME(rt_conv_product)

/* y[i][p] = start[i] + the sum of the terms, and what y was if `more`:  rows of `vectors` whole
 * vectors, ld apart; at most rt_conv_rows(vectors) of them. */
void rt_conv_product(int rows, int vectors, const rt_terms *t, const rt_real *start, bool more,
                     rt_real *y, size_t ld);

/* ---- Moved copies --------------------------------------------------------------------------- */

/* The places of a kernel along one side: position i sees pixel i stride + offset through each. */
typedef struct {
    int n;
    int tap[RT_CONV_KERNEL];        /* row, or column, of the kernel */
    int64_t offset[RT_CONV_KERNEL]; /* growing */
} rt_side;

/* For each column l of a kernel, the rows of a plane as the positions see them through it, one
 * behind the other without gaps, zeros for the padding.  So what is seen through place k, l from
 * all positions lies contiguous, at row_at[k] in the copy for l, over the ends of rows.  Under a
 * stride rows k share theirs whose distance is a multiple of it: a strand. */
typedef struct {
    rt_window plane;                /* its height, width and stride */
    rt_side down, across;
    int rows, columns;              /* positions: rows at once, at most, of all their columns */
    int n_strands;
    struct { int64_t offset; int more, at; } strand[RT_CONV_KERNEL];   /* `more` rows than rows */
    int row_at[RT_CONV_KERNEL];
    int seen;                       /* pixels, and padding, that a row of positions sees */
    int size;                       /* of the copy for one l, with room behind it for a vector: what
                                     * lies there goes into sums of places that nobody takes */
} rt_shifts;

#define rt_shifts_of RT_NAME(rt_shifts_of)
#define rt_shift RT_NAME(rt_shift)

/* False where the copy for one l would have more than `most` numbers. */
bool rt_shifts_of(const rt_window *plane, const rt_side *down, const rt_side *across, int rows,
                  int columns, int most, rt_shifts *s);
/* The copies of one plane for all l, for `rows` rows of positions from `first` on. */
void rt_shift(const rt_shifts *s, int first, int rows, const rt_real *x, rt_real *to);

/* The offsets of all places of a kernel along a side. */
static inline rt_side rt_side_of(int kernel, int dilation, int before)
{
    rt_side side = { .n = kernel };
    for (int k = 0; k < kernel; k++) {
        side.tap[k] = k;
        side.offset[k] = (int64_t)k * dilation - before;
    }
    return side;
}

/* ---- Convolutions on moved copies ----------------------------------------------------------- */

#define rt_conv_planes RT_NAME(rt_conv_planes)
#define rt_conv_planes_dx RT_NAME(rt_conv_planes_dx)
#define rt_conv_planes_dw RT_NAME(rt_conv_planes_dw)

/* As rt_conv, rt_conv_dx and rt_conv_dw; false, and nothing is done, where the window has not the
 * shape for it. */
bool rt_conv_planes(rt_pass *c, int n, const rt_window *v, const rt_real *x, const rt_real *w,
                    const rt_real *b, const rt_then *then, rt_real *y);
bool rt_conv_planes_dx(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *w,
                       rt_real *dx);
bool rt_conv_planes_dw(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *x,
                       rt_real *dw);

#endif
