/* real_conv_shift.c -- planes of images with their padding, as one copy or as copies that are moved
 * by each column of a kernel. */
#include "conv.h"

enum {
    ROW = 2048,                     /* pixels at most that a row of positions sees */
    AHEAD = 2048, LINE = 64         /* bytes: planes are prefetched so far ahead, by lines */
};

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

/* Where moved copies have the strands and the rows of the kernel; false where a copy has more than
 * `most` numbers. */
static bool place_strands(rt_shifts *s, int64_t most)
{
    enum { APART = 1024, MOVE = 64 };   /* in bytes, and in numbers: see below */
    int64_t size = 0;
    int in[RT_CONV_KERNEL];

    for (int k = 0; k < s->down.n; k++) {
        in[k] = strand_of(s, k);
        const int64_t more = (s->down.offset[k] - s->strand[in[k]].offset) / s->plane.stride;
        if (more > most / s->columns)
            return false;
        s->row_at[k] = (int)more * s->columns;
        s->strand[in[k]].more = (int)more;
    }
    for (int i = 0; i < s->n_strands; i++) {
        s->strand[i].at = (int)size;
        size += ((int64_t)s->rows + s->strand[i].more) * s->columns;
        if (size > most)
            return false;
    }
    for (int k = 0; k < s->down.n; k++)
        s->row_at[k] += s->strand[in[k]].at;
    size += RT_VECTOR_LANES;
    s->pitch = s->columns;
    /* The copies lie one behind the other: if by multiples of APART bytes, or a little more, the
     * same rows of all would compete for few lines of L1. */
    s->size = (int)size + (size * (int)sizeof(rt_real) % APART < MOVE ? MOVE : 0);
    for (int l = 0; l < s->across.n; l++)
        s->column_at[l] = l * s->size;
    return s->size <= most;
}

/* The largest whole number that is not above a / b, and what is left. */
static int64_t quotient(int64_t a, int b) { return a / b - (a % b < 0); }
static int remainder_of(int64_t a, int b) { return (int)(a - quotient(a, b) * b); }

/* Which strand has this remainder: one of *n, or a new one. */
static int strand_with(rt_strand *strand, int *n, int rest)
{
    int i = 0;

    while (i < *n && strand[i].rest != rest)
        i++;
    if (i == *n)
        strand[(*n)++].rest = rest;
    return i;
}

/* Padded copies: their rows are whole vectors apart; what is seen without an offset lies at one. */
static bool place_padded(rt_shifts *s, int64_t most)
{
    const int stride = s->plane.stride;
    const int64_t first = quotient(s->across.first, stride), top = quotient(s->down.first, stride);
    const int64_t seen = s->columns + quotient(s->across.last, stride) - first;
    const int64_t pitch = rt_pieces((int)seen, RT_VECTOR_LANES) * RT_VECTOR_LANES;
    const int64_t more = quotient(s->down.last, stride) - top, before = first % RT_VECTOR_LANES;
    const int64_t rows = s->rows + more;
    const int lead = (int)((before + RT_VECTOR_LANES) % RT_VECTOR_LANES);

    if (more > most || rows * pitch * rt_lesser(stride, s->down.n) + RT_VECTOR_LANES > most)
        return false;
    s->n_strands = s->copies = 0;
    for (int k = 0; k < s->down.n; k++) {
        const int64_t offset = s->down.offset[k];
        const int i = strand_with(s->height_rest, &s->n_strands, remainder_of(offset, stride));
        s->row_at[k] = lead + (int)((i * rows + quotient(offset, stride) - top) * pitch);
    }
    s->size = (int)(s->n_strands * rows * pitch) + RT_VECTOR_LANES;
    for (int l = 0; l < s->across.n; l++) {
        const int64_t offset = s->across.offset[l];
        const int i = strand_with(s->width_rest, &s->copies, remainder_of(offset, stride));
        s->column_at[l] = i * s->size + (int)(quotient(offset, stride) - first);
    }
    for (int i = 0; i < s->copies; i++)
        s->width_rest[i].inside = rt_inside((rt_span){ 0, (int)seen }, stride,
                                            first * stride + s->width_rest[i].rest,
                                            s->plane.width);
    s->pitch = (int)pitch;
    s->frame = (rt_frame){ top, first, (int)more, (int)seen, s->pitch };
    s->lead = lead;
    return s->size <= most / s->copies;
}

/* Rows of positions are rows of the plane, in whole vectors: nothing is read behind its end. */
static bool sees_plane(const rt_shifts *s)
{
    const rt_side *down = &s->down, *across = &s->across;

    return down->n == 1 && down->first == 0 && down->last == 0
        && across->n == 1 && across->first == 0 && across->last == 0
        && s->plane.stride == 1 && s->rows <= s->plane.height
        && s->columns == s->plane.width && s->columns % RT_VECTOR_LANES == 0;
}

bool rt_shifts_of(const rt_window *plane, const rt_side *down, const rt_side *across, int rows,
                  int columns, int most, rt_shifts *s)
{
    const int64_t seen = (int64_t)(columns - 1) * plane->stride + 1 + across->last - across->first;
    if (seen > ROW)
        return false;
    *s = (rt_shifts){ .plane = *plane, .down = *down, .across = *across, .rows = rows,
                      .columns = columns, .seen = (int)seen, .copies = 1 };
    if (sees_plane(s)) {
        s->direct = true;
        s->pitch = columns;
        s->size = plane->height * plane->width;
        return s->size <= most;
    }
    s->padded = columns % RT_VECTOR_LANES == 0 && columns >= RT_VECTOR_LANES;
    if (s->padded)
        return place_padded(s, most);
    s->copies = across->n;
    return place_strands(s, most / across->n);
}

/* A row in the copies for all l, from one with its padding: in whole vectors, whose ends the next
 * row writes over. */
static void copy_row(const rt_shifts *s, const rt_real *row, rt_real *to)
{
    const int columns = s->columns, size = s->size, n = s->across.n, stride = s->plane.stride;

    for (int l = 0; l < n; l++, to += size) {
        const rt_real *from = row + (s->across.offset[l] - s->across.first);
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
                x + at * s->plane.width + inside.first + s->across.first, row + inside.first);
    rt_clear(row + inside.end, row + s->seen);
}

/* What lies AHEAD of n pixels: the planes of an image follow each other, and the machine's own
 * prefetching ends with each page. */
RT_INLINE void prefetch_ahead(int n, const rt_real *x)
{
    const char *from = (const char *)x + AHEAD;
    for (int i = 0; i < n * (int)sizeof *x; i += LINE)
        __builtin_prefetch(from + i);
}

/* rt_clear of a few numbers: gcc would call memset. */
RT_INLINE void clear_few(rt_real *from, const rt_real *end)
{
    while (from < end) {
        *from++ = 0;
        __asm__("");
    }
}

/* copy_rows where a row with its gap is one vector: what is loaded behind its n numbers is of rows
 * behind it, of which there is one more. */
static void copy_narrow_rows(int rows, int n, int width, const rt_real *x, rt_real *to)
{
    typedef unsigned char bytes __attribute__((vector_size(RT_VECTOR_BYTES)));
    bytes in = { 0 };

    memset(&in, 0xff, (size_t)n * sizeof *x);
    for (int i = 0; i < rows; i++, x += width, to += RT_VECTOR_LANES)
        rt_store(to, (rt_vector)((bytes)rt_load(x) & in));
}

/* Copies rows of n numbers, `width` apart, and clears what is behind each up to the next, `pitch`
 * from it: in whole vectors, where that is one or more. */
static void copy_rows(int rows, int n, int width, int pitch, const rt_real *x, rt_real *to)
{
    const int gap = pitch - n;

    if (pitch == RT_VECTOR_LANES && n + width >= pitch) {
        copy_narrow_rows(rows, n, width, x, to);
        return;
    }
    for (int i = 0; i < rows; i++, x += width, to += pitch) {
        rt_copy_few(n, x, to);
        if (gap < RT_VECTOR_LANES) {
            clear_few(to + n, to + pitch);
            continue;
        }
        for (int j = n; j < pitch - RT_VECTOR_LANES; j += RT_VECTOR_LANES)
            rt_store(to + j, (rt_vector){ 0 });
        rt_store(to + pitch - RT_VECTOR_LANES, (rt_vector){ 0 });
    }
}

void rt_frame_plane(const rt_window *plane, const rt_frame *f, const rt_real *x, rt_real *to)
{
    const rt_span rows = rt_inside((rt_span){ 0, f->rows }, 1, f->row, plane->height);
    const rt_span in = rt_inside((rt_span){ 0, f->seen }, 1, f->column, plane->width);
    const int last = rt_length(rows) - 1, n = rt_length(in);
    rt_real *end = to + (ptrdiff_t)f->rows * f->pitch;
    rt_real *row = to + (ptrdiff_t)rows.first * f->pitch + in.first;

    if (last < 0 || n == 0) {
        rt_clear(to, end);
        return;
    }
    rt_clear(to, row);
    x += (f->row + rows.first) * plane->width + f->column + in.first;
    copy_rows(last, n, plane->width, f->pitch, x, row);
    row += (ptrdiff_t)last * f->pitch;
    rt_copy_few(n, x + (ptrdiff_t)last * plane->width, row);
    rt_clear(row + n, end);
}

/* Every other pixel, odd or even ones; of x there are `room`. */
RT_INLINE void halve_row(int n, bool odd, int64_t room, const rt_real *restrict x,
                         rt_real *restrict y)
{
    int j = 0;

    for (; j + RT_VECTOR_LANES <= n && 2 * (j + RT_VECTOR_LANES) <= room; j += RT_VECTOR_LANES) {
        const rt_vector a = rt_load(x + 2 * j), b = rt_load(x + 2 * j + RT_VECTOR_LANES);
        rt_store(y + j, odd ? rt_odd_lanes(a, b) : rt_even_lanes(a, b));
    }
    for (; j < n; j++) {
        y[j] = x[2 * j + odd];
        __asm__("");
    }
}

/* Every stride-th pixel of a row, of those from x on. */
RT_INLINE void pick_row(int n, int stride, int rest, int64_t room, const rt_real *x, rt_real *y)
{
    if (stride == 2 && rest == 0)
        halve_row(n, false, room, x, y);
    else if (stride == 2)
        halve_row(n, true, room, x, y);
    else
        rt_pick((size_t)n, (size_t)stride, x + rest, y);
}

/* Of a plane under a stride: every row that has a remainder, and of it the pixels that have one. */
static void pick_plane(const rt_shifts *s, const rt_strand *row, const rt_strand *column,
                       const rt_frame *f, const rt_real *x, rt_real *to)
{
    const int stride = s->plane.stride;
    const int64_t left = (f->column + column->inside.first) * stride;
    const rt_span in = column->inside;
    const rt_span rows = rt_inside((rt_span){ 0, f->rows }, stride, f->row * stride + row->rest,
                                   s->plane.height);
    rt_real *y = to + (ptrdiff_t)rows.first * f->pitch, *end = to + (ptrdiff_t)rows.end * f->pitch;

    rt_clear(to, y);
    rt_clear(end, to + (ptrdiff_t)f->rows * f->pitch);
    if (y == end || rt_length(in) == 0) {
        rt_clear(y, end);
        return;
    }
    x += ((f->row + rows.first) * stride + row->rest) * s->plane.width + left;
    for (; y < end; y += f->pitch, x += (ptrdiff_t)stride * s->plane.width) {
        prefetch_ahead(s->plane.width, x);
        clear_few(y, y + in.first);
        pick_row(rt_length(in), stride, column->rest, s->plane.width - left, x, y + in.first);
        clear_few(y + in.end, y + f->seen);
    }
}

/* Where rows of positions are as long as those of the plane, a moved copy is one run of it with
 * gaps: what the last columns, or the first, see is padding.  Not by memcpy, which may be slow for
 * runs that begin anywhere. */
static void copy_run(const rt_shifts *s, rt_span rows, int64_t across, int64_t row,
                     const rt_real *x, rt_real *to)
{
    const rt_span in = rt_inside((rt_span){ 0, s->columns }, 1, across, s->columns);
    const int n = (rt_length(rows) - 1) * s->columns + rt_length(in);
    rt_real *first = to + (ptrdiff_t)rows.first * s->columns + in.first;

    rt_clear(to, first);
    rt_copy_few(n, x + (rows.first + row) * s->columns + in.first + across, first);
    rt_clear_gaps(rt_length(rows), (size_t)s->columns, (size_t)rt_length(in), first);
    rt_clear(first + n, to + s->size);
}

static void copy_runs(const rt_shifts *s, int first, int rows, const rt_real *x, rt_real *to)
{
    const int64_t row = first + s->strand[0].offset;
    const rt_span in = rt_inside((rt_span){ 0, rows + s->strand[0].more }, 1, row,
                                 s->plane.height);

    for (int l = 0; l < s->across.n; l++, to += s->size) {
        const int64_t across = s->across.offset[l];
        if (rt_length(in) == 0 || across >= s->columns || -across >= s->columns)
            rt_clear(to, to + s->size);
        else
            copy_run(s, in, across, row, x, to);
    }
}

static void shift_padded(const rt_shifts *s, const rt_frame *f, const rt_real *x, rt_real *to)
{
    if (s->plane.stride == 1) {
        rt_frame_plane(&s->plane, f, x, to);
        return;
    }
    for (int k = 0; k < s->n_strands; k++)
        for (int l = 0; l < s->copies; l++)
            pick_plane(s, &s->height_rest[k], &s->width_rest[l], f, x,
                       to + (ptrdiff_t)k * (s->rows + s->frame.rows) * s->pitch + l * s->size);
}

/* Several rows get their padding before the first is copied: vectors that are loaded while the
 * numbers in them are on their way to the cache would wait. */
void rt_shift(const rt_shifts *s, int first, int rows, const rt_real *x, rt_real *to)
{
    rt_real padded[ROW + RT_VECTOR_LANES];
    const rt_span inside = rt_inside((rt_span){ 0, s->seen }, 1, s->across.first,
                                     s->plane.width);
    const int together = ROW / s->seen;

    if (s->padded) {
        rt_frame f = s->frame;
        f.row += first, f.rows += rows;
        shift_padded(s, &f, x, to + s->lead);
        return;
    }
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
