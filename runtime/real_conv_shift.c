/* real_conv_shift.c -- planes of images as copies that are moved by each column of a kernel. */
#include "conv.h"

enum { ROW = 4096 };                 /* pixels at most that a row of positions sees */

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

/* The strand's row i in the copies for all l, from a row with its padding: in whole vectors, whose
 * ends the next row writes over. */
static void copy_row(const rt_shifts *s, const rt_real *row, rt_real *to)
{
    for (int l = 0; l < s->across.n; l++, to += s->size) {
        const rt_real *from = row + (s->across.offset[l] - s->across.offset[0]);
        if (s->plane.stride == 1)
            for (int j = 0; j < s->columns; j += RT_VECTOR_LANES)
                rt_store(to + j, rt_load(from + j));
        else
            rt_pick((size_t)s->columns, (size_t)s->plane.stride, from, to);
    }
}

void rt_shift(const rt_shifts *s, int first, int rows, const rt_real *x, rt_real *to)
{
    rt_real row[ROW + RT_VECTOR_LANES];
    const rt_span seen = { 0, s->seen };
    const rt_span inside = rt_inside(seen, 1, s->across.offset[0], s->plane.width);
    const size_t n = (size_t)rt_length(inside);

    rt_clear(row, row + s->seen + RT_VECTOR_LANES);
    for (int k = 0; k < s->n_strands; k++)
        for (int i = 0; i < rows + s->strand[k].more; i++) {
            const int64_t at = (int64_t)(first + i) * s->plane.stride + s->strand[k].offset;
            rt_real *copy = to + s->strand[k].at + (ptrdiff_t)i * s->columns;
            if (n > 0 && at >= 0 && at < s->plane.height)
                rt_copy_run(n, x + at * s->plane.width + inside.first + s->across.offset[0],
                            row + inside.first);
            else
                rt_clear(row + inside.first, row + inside.end);
            copy_row(s, row, copy);
        }
}
