/* columns.h -- the pixels that a window sees, as a matrix (im2col): a row for each place in the
 * kernel, in the order of the weights (c, k, l), and a column for each position of the window.  In
 * blocks, which fit a buffer of fixed size. */
#ifndef RT_COLUMNS_H
#define RT_COLUMNS_H

#include "netrt.h"

#include <string.h>

enum {
    RT_COLUMNS = 32768,             /* numbers of a block at most: 128 KiB of floats, in L2 */
    RT_COLUMNS_DEPTH = 288          /* and its rows: more would not make OpenBLAS faster */
};

typedef struct {
    int first, end;
} rt_span;

/* Positions of the window: some whole rows, or a part of one row, so that they are contiguous. */
typedef struct {
    rt_span rows, columns;
} rt_area;

/* How blocks are cut: `depth` rows of columns, by areas of rows x width positions. */
typedef struct {
    int depth;
    int rows, width, down, across;
} rt_blocks;

/* n in even pieces of at most `most`: the size of one. */
static inline int rt_piece(int n, int most)
{
    const int pieces = n / most + (n % most != 0);
    return n / pieces + (n % pieces != 0);
}

static inline int rt_pieces(int n, int size) { return n / size + (n % size != 0); }

/* depth: at most RT_COLUMNS */
static inline rt_blocks rt_cut_columns(const rt_window *v, int depth)
{
    rt_blocks b = { .depth = depth };
    const int positions = RT_COLUMNS / depth;

    b.width = rt_piece(v->out_width, positions);
    b.rows = b.width < v->out_width ? 1 : rt_piece(v->out_height, positions / b.width);
    b.across = rt_pieces(v->out_width, b.width);
    b.down = rt_pieces(v->out_height, b.rows);
    return b;
}

static inline rt_span rt_span_of(int n, int size, int piece)
{
    const int first = piece * size;
    return (rt_span){ first, n - first < size ? n : first + size };
}

static inline rt_area rt_area_of(const rt_window *v, const rt_blocks *b, int block)
{
    return (rt_area){ rt_span_of(v->out_height, b->rows, block / b->across),
                      rt_span_of(v->out_width, b->width, block % b->across) };
}

static inline int rt_length(rt_span s) { return s.end - s.first; }
static inline int rt_area_size(const rt_area *a)
{
    return rt_length(a->rows) * rt_length(a->columns);
}

/* Where the area begins in a plane of results. */
static inline size_t rt_area_start(const rt_window *v, const rt_area *a)
{
    return (size_t)a->rows.first * (size_t)v->out_width + (size_t)a->columns.first;
}

/* Those i of `from` for which i stride + offset lies in 0 .. size - 1; an empty span has its end
 * where it begins. */
static inline rt_span rt_inside(rt_span from, int stride, int64_t offset, int size)
{
    const int64_t first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
    const int64_t end = offset >= size ? 0 : (size - 1 - offset) / stride + 1;
    rt_span in = from;

    if (first > in.first)
        in.first = first < in.end ? (int)first : in.end;
    if (end < in.end)
        in.end = end > in.first ? (int)end : in.first;
    return in;
}

/* What an area sees of the image through one place of the kernel, `row` and `column` behind where
 * the window begins in the image. */
typedef struct {
    rt_area in;                     /* the positions that see a pixel, not the padding */
    int64_t row, column;            /* position i, j sees pixel i stride + row, j stride + column */
    bool flat;                      /* neighbours in the area see neighbours in the plane */
    int wide;                       /* positions in a row of the area */
} rt_view;

static inline rt_view rt_view_of(const rt_window *v, const rt_area *a, int64_t row,
                                 int64_t column)
{
    rt_view s = { .row = row, .column = column, .wide = rt_length(a->columns) };

    s.in.rows = rt_inside(a->rows, v->stride, s.row, v->height);
    s.in.columns = rt_inside(a->columns, v->stride, s.column, v->width);
    s.flat = v->stride == 1 && s.wide == v->width;
    return s;
}

/* Of row i: its first pixel seen, in the plane, and the place of that in the area's columns. */
static inline size_t rt_pixel(const rt_window *v, const rt_view *s, int i)
{
    return (size_t)(i * (int64_t)v->stride + s->row) * (size_t)v->width
         + (size_t)(s->in.columns.first * (int64_t)v->stride + s->column);
}

static inline size_t rt_place(const rt_area *a, const rt_view *s, int i)
{
    return (size_t)(i - a->rows.first) * (size_t)s->wide
         + (size_t)(s->in.columns.first - a->columns.first);
}

static inline void rt_clear(rt_real *from, const rt_real *end)
{
    while (from < end)
        *from++ = 0;
}

/* memcpy, where most runs are too short for a call. */
static inline void rt_copy_run(size_t n, const rt_real *restrict x, rt_real *restrict y)
{
    enum { CHUNK = 8 };
    size_t i = 0;

    for (; i + CHUNK <= n; i += CHUNK)
        memcpy(y + i, x + i, CHUNK * sizeof *y);
    for (; i < n; i++)
        y[i] = x[i];
}

/* Every stride-th number.  Common strides as literals, for which there is vector code. */
static inline void rt_pick(size_t n, size_t stride, const rt_real *restrict x,
                           rt_real *restrict y)
{
    if (stride == 1)
        rt_copy_run(n, x, y);
    else if (stride == 2)
        for (size_t i = 0; i < n; i++)
            y[i] = x[i * 2];
    else
        for (size_t i = 0; i < n; i++)
            y[i] = x[i * stride];
}

/* Of `rows` rows of columns, `wide` apart, clears what stands between the end of one, behind its
 * `seen`, and the beginning of the next. */
static inline void rt_clear_gaps(int rows, size_t wide, size_t seen, rt_real *columns)
{
    for (size_t j = seen; j < wide; j++)
        for (size_t i = 0; i + 1 < (size_t)rows; i++)
            columns[i * wide + j] = 0;
}

/* One row of columns[area] out of a plane of the image. */
static inline void rt_gather(const rt_window *v, const rt_area *a, int64_t row, int64_t column,
                             const rt_real *x, rt_real *columns)
{
    const rt_view s = rt_view_of(v, a, row, column);
    const size_t seen = (size_t)rt_length(s.in.columns), stride = (size_t)v->stride;
    const int rows = rt_length(s.in.rows);
    rt_real *first = columns + rt_place(a, &s, s.in.rows.first);
    rt_real *end = columns + rt_area_size(a);

    if (seen == 0 || rows == 0) {
        rt_clear(columns, end);
        return;
    }
    const size_t run = (size_t)(rows - 1) * (size_t)s.wide + seen;
    rt_clear(columns, first);
    if (s.flat)
        memcpy(first, x + rt_pixel(v, &s, s.in.rows.first), run * sizeof *x);
    else
        for (int i = 0; i < rows; i++) {
            rt_real *to = first + (size_t)i * (size_t)s.wide;
            const rt_real *from = x + rt_pixel(v, &s, s.in.rows.first + i);
            rt_pick(seen, stride, from, to);
        }
    rt_clear_gaps(rows, (size_t)s.wide, seen, first);
    rt_clear(first + run, end);
}

/* The way back: adds one row of columns to the pixels that it came from.  Columns that see the
 * padding are lost: cleared, where that makes one long run of all rows. */
static inline void rt_scatter(const rt_window *v, const rt_area *a, int64_t row, int64_t column,
                              rt_real *columns, rt_real *dx)
{
    const rt_view s = rt_view_of(v, a, row, column);
    const size_t stride = (size_t)v->stride;
    size_t seen = (size_t)rt_length(s.in.columns);
    int rows = rt_length(s.in.rows);
    rt_real *first = columns + rt_place(a, &s, s.in.rows.first);

    if (seen == 0 || rows == 0)
        return;
    if (s.flat) {
        rt_clear_gaps(rows, (size_t)s.wide, seen, first);
        seen += (size_t)(rows - 1) * (size_t)s.wide;
        rows = 1;
    }
    for (int i = 0; i < rows; i++) {
        const rt_real *restrict from = first + (size_t)i * (size_t)s.wide;
        rt_real *restrict to = dx + rt_pixel(v, &s, s.in.rows.first + i);
        if (stride == 1)
            for (size_t j = 0; j < seen; j++)
                to[j] += from[j];
        else
            for (size_t j = 0; j < seen; j++)
                to[j * stride] += from[j];
    }
}

#endif
