/* real_max_pairs.c -- the largest of 2 x 2 pixels: each pixel is in one window, so that whole runs
 * of windows are vector code.
 *
 * Rows of a plane are short, and what is left of a row behind its last whole vector is slow.  So
 * pairs of rows are taken one behind the other, without gaps: all their windows are one run. */
#include "max_pairs.h"
#include "columns.h"
#include "vectors.h"

enum {
    LARGEST = 32,                   /* windows at once: whole vectors of them */
    WINDOWS = 8 * LARGEST           /* that are taken together */
};

typedef struct {
    rt_real upper[2 * WINDOWS], lower[2 * WINDOWS];
} pairs;

/* Some windows of a plane: of several rows, or some of one. */
typedef struct {
    rt_span rows, columns;
} patch;

/* As many whole rows as fit, or pieces of a row that does not; from `done` windows on. */
static patch patch_of(const rt_window *v, int done)
{
    const int i = done / v->out_width, j = done % v->out_width;
    const int rows = v->out_width < WINDOWS ? WINDOWS / v->out_width : 1;
    const int columns = v->out_width < WINDOWS ? v->out_width : WINDOWS;
    patch a = { { i, i + rows }, { j, j + columns } };

    if (a.rows.end > v->out_height)
        a.rows.end = v->out_height;
    if (a.columns.end > v->out_width)
        a.columns.end = v->out_width;
    return a;
}

static int patch_size(const patch *a) { return rt_length(a->rows) * rt_length(a->columns); }

/* The first pixel that the windows of row i see. */
static ptrdiff_t pixel_of(const rt_window *v, const patch *a, int i)
{
    return (ptrdiff_t)2 * i * v->width + 2 * a->columns.first;
}

static void take_pairs(const rt_window *v, const patch *a, const rt_real *x, pairs *p)
{
    const int n = 2 * rt_length(a->columns);
    for (int i = a->rows.first, at = 0; i < a->rows.end; i++, at += n) {
        const rt_real *row = x + pixel_of(v, a, i);
        rt_copy_few(n, row, p->upper + at);
        rt_copy_few(n, row + v->width, p->lower + at);
    }
}

static void give_pairs(const rt_window *v, const patch *a, const pairs *p, rt_real *dx)
{
    const int n = 2 * rt_length(a->columns);
    for (int i = a->rows.first, at = 0; i < a->rows.end; i++, at += n) {
        rt_real *row = dx + pixel_of(v, a, i);
        rt_copy_few(n, p->upper + at, row);
        rt_copy_few(n, p->lower + at, row + v->width);
    }
}

/* ---- The largest ---------------------------------------------------------------------------- */

static void max_pairs(int n, const rt_real *restrict a, const rt_real *restrict b,
                      rt_real *restrict y)
{
    for (int j = 0; j < n; j++) {
        rt_real most = a[2 * j];
        most = a[2 * j + 1] > most || a[2 * j + 1] != a[2 * j + 1] ? a[2 * j + 1] : most;
        most = b[2 * j] > most || b[2 * j] != b[2 * j] ? b[2 * j] : most;
        y[j] = b[2 * j + 1] > most || b[2 * j + 1] != b[2 * j + 1] ? b[2 * j + 1] : most;
    }
}

void rt_max_pairs(const rt_window *v, const rt_real *x, rt_real *y)
{
    const int windows = v->out_height * v->out_width;
    pairs p;

    for (int done = 0, n; done < windows; done += n) {
        const patch a = patch_of(v, done);
        n = patch_size(&a);
        take_pairs(v, &a, x, &p);
        max_pairs(n, p.upper, p.lower, y + done);
    }
}

/* ---- Gradients ------------------------------------------------------------------------------ */

RT_INLINE rt_vector select(rt_mask m, rt_vector a, rt_vector b)
{
    return (rt_vector)((m & (rt_mask)a) | (~m & (rt_mask)b));
}

/* Where a pixel takes the place of the largest so far, which stays if it is a NaN. */
RT_INLINE rt_mask exceeds(rt_vector x, rt_vector most)
{
    return (x > most) | ((x != x) & (most == most));
}

/* The four pixels of a vector of windows, in the order of rows; each becomes its gradient: dy for
 * the first of the largest, 0 for the others. */
RT_INLINE void share_gradient(rt_vector dy, rt_real *p, rt_real *q, rt_real *r, rt_real *s)
{
    const rt_vector zero = { 0 };
    const rt_vector a = rt_load(p), b = rt_load(q), c = rt_load(r), d = rt_load(s);
    const rt_mask second = exceeds(b, a), fourth = exceeds(d, c);
    const rt_mask lower = exceeds(select(fourth, d, c), select(second, b, a));
    const rt_vector up = select(lower, zero, dy), down = select(lower, dy, zero);

    rt_store(p, select(second, zero, up));
    rt_store(q, select(second, up, zero));
    rt_store(r, select(fourth, zero, down));
    rt_store(s, select(fourth, down, zero));
}

/* LARGEST windows: their pixels become the gradients of these. */
static void share_gradients(const rt_real *restrict dy, rt_real *restrict a, rt_real *restrict b)
{
    rt_real p[LARGEST], q[LARGEST], r[LARGEST], s[LARGEST];

    for (int j = 0; j < LARGEST; j++) {
        p[j] = a[2 * j], q[j] = a[2 * j + 1];
        r[j] = b[2 * j], s[j] = b[2 * j + 1];
    }
    for (int j = 0; j < LARGEST; j += RT_VECTOR_LANES)
        share_gradient(rt_load(dy + j), p + j, q + j, r + j, s + j);
    for (int j = 0; j < LARGEST; j++) {
        a[2 * j] = p[j], a[2 * j + 1] = q[j];
        b[2 * j] = r[j], b[2 * j + 1] = s[j];
    }
}

/* n windows; what is behind them, up to a multiple of LARGEST, is filled with zeros. */
static void max_pairs_dx(int n, const rt_real *dy, pairs *p)
{
    const int whole = n / LARGEST * LARGEST;
    rt_real rest[LARGEST];

    for (int j = 0; j < whole; j += LARGEST)
        share_gradients(dy + j, p->upper + 2 * j, p->lower + 2 * j);
    if (whole == n)
        return;
    memcpy(rest, dy + whole, (size_t)(n - whole) * sizeof *dy);
    rt_clear(rest + (n - whole), rest + LARGEST);
    rt_clear(p->upper + 2 * n, p->upper + 2 * (whole + LARGEST));
    rt_clear(p->lower + 2 * n, p->lower + 2 * (whole + LARGEST));
    share_gradients(rest, p->upper + 2 * whole, p->lower + 2 * whole);
}

/* What no window sees: 0. */
static void clear_rest(const rt_window *v, rt_real *dx)
{
    const ptrdiff_t width = v->width, seen = 2 * v->out_width, rows = 2 * v->out_height;

    for (ptrdiff_t i = 0; i < rows && seen < width; i++)
        rt_clear(dx + i * width + seen, dx + (i + 1) * width);
    rt_clear(dx + rows * width, dx + v->height * width);
}

void rt_max_pairs_dx(const rt_window *v, const rt_real *dy, const rt_real *x, rt_real *dx)
{
    const int windows = v->out_height * v->out_width;
    pairs p;

    for (int done = 0, n; done < windows; done += n) {
        const patch a = patch_of(v, done);
        n = patch_size(&a);
        take_pairs(v, &a, x, &p);
        max_pairs_dx(n, dy + done, &p);
        give_pairs(v, &a, &p, dx);
    }
    clear_rest(v, dx);
}
