/* conv.h -- what the kernels of convolutions share: a product of literal size, and images as copies
 * that are moved by each column of a kernel. */
#ifndef RT_CONV_H
#define RT_CONV_H

#include "columns.h"
#include "thread_memory.h"
#include "tiles.h"
#include "vectors.h"

enum {
    RT_CONV_KERNEL = 16,            /* larger kernels are left to the products on columns */
    RT_CONV_TAPS = 1024,            /* terms of a product at most, by its tables */
    RT_CONV_ROWS = 8, RT_CONV_VECTORS = 3       /* of a product's result at most */
};

/* ---- A product ------------------------------------------------------------------------------ */

/* Terms of sums: a_i[a_at[t]] b_v[b_at[t] + p], t under depth, of row i and place p of vector v of
 * a result. */
typedef struct {
    int depth;
    const rt_real *a[RT_CONV_ROWS], *b[RT_CONV_VECTORS];
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

/* ---- Operands of the next tile -------------------------------------------------------------- */

/* What will be read, or written, later, fetched a little at each product, which hides the time that
 * it takes. */
typedef struct {
    const rt_real *at, *end;
    ptrdiff_t step;
} rt_ahead;

/* n numbers, during so many products; none where they would take the place of what is at work. */
static inline rt_ahead rt_ahead_of(const rt_real *x, size_t n, int products)
{
    enum { MOST = 32768 };
    if (n > MOST)
        n = 0;
    return (rt_ahead){ x, x + n, (ptrdiff_t)(n / (size_t)products) + 1 };
}

RT_INLINE void rt_fetch(rt_ahead *a, const bool to_write)
{
    enum { LINE = 64 / sizeof(rt_real), OF_L2 = 2 };
    const rt_real *stop = a->end - a->at > a->step ? a->at + a->step : a->end;

    for (; a->at < stop; a->at += LINE)
        if (to_write)
            __builtin_prefetch(a->at, 1, OF_L2);
        else
            __builtin_prefetch(a->at, 0, OF_L2);
}

/* ---- Moved copies --------------------------------------------------------------------------- */

/* The places of a kernel along one side: position i sees pixel i stride + offset through each. */
typedef struct {
    int n;
    int tap[RT_CONV_KERNEL];        /* row, or column, of the kernel */
    int64_t offset[RT_CONV_KERNEL]; /* growing */
    int64_t first, last;            /* offsets between which all of these are */
} rt_side;

/* A part of a plane and its padding: `rows` rows, `pitch` apart, of `seen` numbers; the first of
 * all is pixel (row, column), or where it would be. */
typedef struct {
    int64_t row, column;
    int rows, seen, pitch;
} rt_frame;

/* Those rows, or columns, of a plane whose remainder by the stride is `rest`. */
typedef struct {
    int rest;
    rt_span inside;                 /* of columns: which of those seen are of the plane */
} rt_strand;

/* A plane with its padding, so that what a vector of positions sees through place k, l of a kernel
 * is contiguous.
 *
 * Where vectors of positions do not go over the ends of rows of several, it is one copy, or under a
 * stride one for each remainder of columns, whose rows are `pitch` apart.  Else there is one for
 * each column l of the kernel: the rows as the positions see them through it, one behind the other
 * without gaps.  Under a stride rows k share theirs whose distance is a multiple of it. */
typedef struct {
    rt_window plane;                /* its height, width and stride */
    rt_side down, across;
    int rows, columns;              /* positions: rows at once, at most, of all their columns */
    int n_strands;                  /* of rows that are not padded: */
    struct { int64_t offset; int more, at; } strand[RT_CONV_KERNEL];   /* `more` rows than rows */
    int row_at[RT_CONV_KERNEL], column_at[RT_CONV_KERNEL];
    int seen;                       /* pixels, and padding, that a row of positions sees */
    bool direct;                    /* no copy at all: the one place sees the plane as it lies */
    bool padded;                    /* rows are `pitch` apart, and begin `lead` behind a vector: */
    rt_frame frame;                 /* `rows` more than those of positions, seen from row 0; */
    rt_strand height_rest[RT_CONV_KERNEL], width_rest[RT_CONV_KERNEL];  /* under a stride */
    int lead;
    int copies, pitch;              /* from one row of positions to the next in a copy */
    int size;                       /* of a copy, with a vector behind its end: what
                                     * lies there goes into sums of places that nobody takes */
} rt_shifts;

#define rt_shifts_of RT_NAME(rt_shifts_of)
#define rt_shift RT_NAME(rt_shift)

/* False where the copies would have more than `most` numbers. */
bool rt_shifts_of(const rt_window *plane, const rt_side *down, const rt_side *across, int rows,
                  int columns, int most, rt_shifts *s);
/* The copies of one plane, for `rows` rows of positions from `first` on. */
void rt_shift(const rt_shifts *s, int first, int rows, const rt_real *x, rt_real *to);

#define rt_frame_plane RT_NAME(rt_frame_plane)
void rt_frame_plane(const rt_window *plane, const rt_frame *f, const rt_real *x, rt_real *to);

/* Where in the copies position 0 sees the plane through place k, l. */
static inline int rt_shift_at(const rt_shifts *s, int k, int l)
{
    return s->row_at[k] + s->column_at[l];
}

/* The offsets of all places of a kernel along a side. */
static inline rt_side rt_side_of(int kernel, int dilation, int before)
{
    rt_side side = { .n = kernel };
    for (int k = 0; k < kernel; k++) {
        side.tap[k] = k;
        side.offset[k] = (int64_t)k * dilation - before;
    }
    side.first = side.offset[0];
    side.last = side.offset[kernel - 1];
    return side;
}

/* ---- Convolutions on moved copies ----------------------------------------------------------- */

#define rt_conv_planes RT_NAME(rt_conv_planes)
#define rt_conv_planes_dx RT_NAME(rt_conv_planes_dx)
#define rt_conv_planes_dw RT_NAME(rt_conv_planes_dw)
#define rt_conv_dots_dw RT_NAME(rt_conv_dots_dw)

/* As rt_conv, rt_conv_dx and rt_conv_dw; false, and nothing is done, where the window has not the
 * shape for it. */
bool rt_conv_planes(rt_pass *c, int n, const rt_window *v, const rt_real *x, const rt_real *w,
                    const rt_real *b, const rt_then *then, rt_real *y);
bool rt_conv_planes_dx(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *w,
                       rt_real *dx);
bool rt_conv_planes_dw(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *x,
                       rt_real *dw);
/* The last, for filters or channels that are few. */
bool rt_conv_dots_dw(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *x,
                     rt_real *dw);

#endif
