/* real_conv_shift.c -- planes of images as copies that are moved by each column of a kernel. */
#include "conv.h"

enum { ROW = 2048 };                /* pixels at most that a row of positions sees */

/* The strand that row k of the kernel is in: that of an earlier row, or a new one. */
static int strand_of(rt_shifts *s, int k)
{
    const int64_t offset = s->down.offset[k];
    int i = 0;

    while (i < s->n_strands && (offset - s->strand[i].offset) % s->plane.stride != 0)
        i++;
    if (i == s->n_strands)
        s->strand[s->n_strands++].offset = offset;
    return i;
}

bool rt_shifts_of(const rt_window *plane, const rt_side *down, const rt_side *across, int rows,
                  int columns, int most, rt_shifts *s)
{
    enum { APART = 1024, MOVE = 64 };       /* bytes: copies so far apart share few lines of L1 */
    int64_t size = 0;
    int in[RT_CONV_KERNEL];

    const int64_t seen = (int64_t)(columns - 1) * plane->stride + 1 + across->offset[across->n - 1]
                       - across->offset[0];
    if (seen > ROW)
        return false;
    *s = (rt_shifts){ .plane = *plane, .down = *down, .across = *across, .rows = rows,
                      .columns = columns, .seen = (int)seen };
    for (int k = 0; k < down->n; k++) {
        in[k] = strand_of(s, k);
        const int64_t more = (down->offset[k] - s->strand[in[k]].offset) / plane->stride;
        if (more > most / columns)
            return false;
        s->row_at[k] = (int)more * columns;
        s->strand[in[k]].more = (int)more;
    }
    for (int i = 0; i < s->n_strands; i++) {
        s->strand[i].at = (int)size;
        size += ((int64_t)rows + s->strand[i].more) * columns;
        if (size > most)
            return false;
    }
    for (int k = 0; k < down->n; k++)
        s->row_at[k] += s->strand[in[k]].at;
    size += RT_VECTOR_LANES;
    s->size = (int)size + (size * (int)sizeof(rt_real) % APART < MOVE ? MOVE : 0);
    return s->size <= most;
}

/* A row in the copies for all l, from one with its padding: in whole vectors, whose ends the next
 * row writes over. */
static void copy_row(const rt_shifts *s, const rt_real *row, rt_real *to)
{
    const int columns = s->columns, size = s->size, n = s->across.n, stride = s->plane.stride;

    for (int l = 0; l < n; l++, to += size) {
        const rt_real *from = row + (s->across.offset[l] - s->across.offset[0]);
        if (stride == 1)
            for (int j = 0; j < columns; j += RT_VECTOR_LANES) {
                rt_store(to + j, rt_load(from + j));
                __asm__("");        /* else gcc calls memmove for the few vectors of a row */
            }
        else
            rt_pick((size_t)columns, (size_t)stride, from, to);
    }
}

/* Row `at` of a plane with its padding. */
static void pad_row(const rt_shifts *s, rt_span inside, int64_t at, const rt_real *x, rt_real *row)
{
    if (at < 0 || at >= s->plane.height || rt_length(inside) == 0) {
        rt_clear(row, row + s->seen);
        return;
    }
    rt_clear(row, row + inside.first);
    rt_copy_run((size_t)rt_length(inside),
                x + at * s->plane.width + inside.first + s->across.offset[0], row + inside.first);
    rt_clear(row + inside.end, row + s->seen);
}

/* Where rows of positions are as long as those of the plane, a copy is one run of it with gaps. */
static void copy_runs(const rt_shifts *s, int first, int rows, const rt_real *x, rt_real *to)
{
    const rt_area a = { { first, first + rows + s->strand[0].more }, { 0, s->columns } };
    for (int l = 0; l < s->across.n; l++, to += s->size)
        rt_gather(&s->plane, &a, s->strand[0].offset, s->across.offset[l], x, to);
}

/* Several rows get their padding before the first is copied: vectors that are loaded while the
 * numbers in them are on their way to the cache would wait. */
void rt_shift(const rt_shifts *s, int first, int rows, const rt_real *x, rt_real *to)
{
    rt_real padded[ROW + RT_VECTOR_LANES];
    const rt_span inside = rt_inside((rt_span){ 0, s->seen }, 1, s->across.offset[0],
                                     s->plane.width);
    const int together = ROW / s->seen;

    if (s->plane.stride == 1 && s->columns == s->plane.width) {
        copy_runs(s, first, rows, x, to);
        return;
    }
    for (int k = 0; k < s->n_strands; k++) {
        const int end = rows + s->strand[k].more;
        for (int i = 0; i < end; i += together) {
            const int n = end - i < together ? end - i : together;
            for (int j = 0; j < n; j++)
                pad_row(s, inside, (int64_t)(first + i + j) * s->plane.stride
                        + s->strand[k].offset, x, padded + j * s->seen);
            for (int j = 0; j < n; j++)
                copy_row(s, padded + j * s->seen,
                         to + s->strand[k].at + (ptrdiff_t)(i + j) * s->columns);
        }
    }
}
