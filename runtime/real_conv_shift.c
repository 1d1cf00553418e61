/* real_conv_shift.c -- planes of images as copies that are moved by each column of a kernel. */
#include "conv.h"

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

    *s = (rt_shifts){ .plane = *plane, .down = *down, .across = *across, .rows = rows,
                      .columns = columns };
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
    s->size = (int)size + (size * (int)sizeof(rt_real) % APART == 0 ? MOVE : 0);
    return s->size <= most;
}

void rt_shift(const rt_shifts *s, int first, int rows, const rt_real *x, rt_real *to)
{
    for (int l = 0; l < s->across.n; l++, to += s->size)
        for (int i = 0; i < s->n_strands; i++) {
            const rt_area a = { { first, first + rows + s->strand[i].more }, { 0, s->columns } };
            rt_gather(&s->plane, &a, s->strand[i].offset, s->across.offset[l], x,
                      to + s->strand[i].at);
        }
}
