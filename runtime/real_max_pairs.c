/* real_max_pairs.c -- the largest of 2 x 2 pixels: each pixel is in one window, so that whole runs
 * of windows are vector code.
 *
 * Rows of windows are short, and what is left of one behind its last whole vector would be slow.
 * So whole vectors go over the end of a row: what they put there the rows behind it write anew.
 * Only behind the end of the last plane nothing is touched. */
#include "max_pairs.h"
#include "columns.h"
#include "vectors.h"

enum { LANES = RT_VECTOR_LANES };

/* The pixels of a vector of windows, in the order of rows; or their gradients. */
typedef struct {
    rt_vector p, q, r, s;
} pairs;

/* Where a pixel takes the place of the largest so far, which stays if it is a NaN. */
RT_INLINE rt_mask exceeds(rt_vector x, rt_vector most)
{
    return (x > most) | ((x != x) & (most == most));
}

RT_INLINE pairs pairs_of(rt_vector a, rt_vector b, rt_vector c, rt_vector d)
{
    return (pairs){ rt_even_lanes(a, b), rt_odd_lanes(a, b),
                    rt_even_lanes(c, d), rt_odd_lanes(c, d) };
}

RT_INLINE pairs load_pairs(const rt_real *upper, const rt_real *lower)
{
    return pairs_of(rt_load(upper), rt_load(upper + LANES), rt_load(lower),
                    rt_load(lower + LANES));
}

/* The first n < LANES windows: nothing behind them is read. */
static pairs load_few(int n, const rt_real *upper, const rt_real *lower)
{
    _Alignas(RT_VECTOR_BYTES) rt_real a[2 * LANES] = { 0 }, b[2 * LANES] = { 0 };
    memcpy(a, upper, (size_t)(2 * n) * sizeof *a);
    memcpy(b, lower, (size_t)(2 * n) * sizeof *b);
    return load_pairs(a, b);
}

/* ---- Rows of windows ------------------------------------------------------------------------ */

/* Windows of some planes, by rows. */
typedef struct {
    int width, height, columns, rows;   /* pixels; windows */
    size_t plane, ends;             /* pixels of a plane, and of all */
    size_t last;                    /* windows of all */
    size_t row;                     /* the next: ... */
    int i;                          /* ... row of its plane, whose first pixel is */
    size_t top;
} walk;

static walk walk_of(const rt_window *v, size_t planes)
{
    walk w = { .width = v->width, .height = v->height, .columns = v->out_width,
               .rows = v->out_height, .plane = (size_t)v->height * (size_t)v->width };
    w.ends = planes * w.plane;
    w.last = planes * (size_t)w.rows * (size_t)w.columns;
    return w;
}

static bool is_over(const walk *w) { return w->top >= w->ends; }

static size_t upper_of(const walk *w) { return w->top + (size_t)(2 * w->i) * (size_t)w->width; }

static void go_on(walk *w)
{
    w->row += (size_t)w->columns;
    if (++w->i == w->rows)
        w->i = 0, w->top += w->plane;
}

/* Whether whole vectors from window j of the row on touch nothing behind the last plane. */
static bool has_room(const walk *w, int j)
{
    return upper_of(w) + (size_t)(w->width + 2 * (j + LANES)) <= w->ends
        && w->row + (size_t)(j + LANES) <= w->last;
}

/* ---- The largest ---------------------------------------------------------------------------- */

RT_INLINE rt_vector largest_of(const pairs *x)
{
    const rt_vector upper = rt_choose(exceeds(x->q, x->p), x->q, x->p);
    const rt_vector lower = rt_choose(exceeds(x->s, x->r), x->s, x->r);
    return rt_choose(exceeds(lower, upper), lower, upper);
}

void rt_max_pairs(const rt_window *v, size_t planes, const rt_real *x, rt_real *y)
{
    for (walk w = walk_of(v, planes); !is_over(&w); go_on(&w)) {
        const rt_real *upper = x + upper_of(&w), *lower = upper + w.width;
        for (int j = 0; j < w.columns; j += LANES) {
            const int n = w.columns - j;
            if (n >= LANES || has_room(&w, j)) {
                const pairs seen = load_pairs(upper + 2 * j, lower + 2 * j);
                rt_store(y + w.row + j, largest_of(&seen));
            } else {
                const pairs seen = load_few(n, upper + 2 * j, lower + 2 * j);
                rt_store_first(y + w.row + j, largest_of(&seen), n);
            }
        }
    }
}

/* ---- Gradients ------------------------------------------------------------------------------ */

/* dy for the first of the largest pixels of each window, 0 for the others. */
RT_INLINE pairs share_gradient(rt_vector dy, const pairs *x)
{
    const rt_vector zero = { 0 };
    const rt_mask second = exceeds(x->q, x->p), fourth = exceeds(x->s, x->r);
    const rt_mask is_lower = exceeds(rt_choose(fourth, x->s, x->r), rt_choose(second, x->q, x->p));
    const rt_vector upper = rt_choose(is_lower, zero, dy), lower = rt_choose(is_lower, dy, zero);

    return (pairs){ rt_choose(second, zero, upper), rt_choose(second, upper, zero),
                    rt_choose(fourth, zero, lower), rt_choose(fourth, lower, zero) };
}

RT_INLINE void store_pairs(const pairs *d, rt_real *upper, rt_real *lower)
{
    rt_store(upper, rt_lower_pairs(d->p, d->q));
    rt_store(upper + LANES, rt_upper_pairs(d->p, d->q));
    rt_store(lower, rt_lower_pairs(d->r, d->s));
    rt_store(lower + LANES, rt_upper_pairs(d->r, d->s));
}

static void store_few(int n, const pairs *d, rt_real *upper, rt_real *lower)
{
    _Alignas(RT_VECTOR_BYTES) rt_real a[2 * LANES], b[2 * LANES];
    store_pairs(d, a, b);
    memcpy(upper, a, (size_t)(2 * n) * sizeof *a);
    memcpy(lower, b, (size_t)(2 * n) * sizeof *b);
}

/* What no window sees: 0. */
static void clear_rest(const rt_window *v, rt_real *dx)
{
    const ptrdiff_t width = v->width, seen = 2 * v->out_width, rows = 2 * v->out_height;

    for (ptrdiff_t i = 0; i < rows && seen < width; i++)
        rt_clear(dx + i * width + seen, dx + (i + 1) * width);
    rt_clear(dx + rows * width, dx + v->height * width);
}

/* From the end of a row to its beginning: what goes over the end of the upper pixels is where the
 * lower ones begin. */
void rt_max_pairs_dx(const rt_window *v, size_t planes, const rt_real *dy, const rt_real *x,
                     rt_real *dx)
{
    walk w = walk_of(v, planes);

    for (; !is_over(&w); go_on(&w)) {
        const size_t up = upper_of(&w), low = up + (size_t)w.width;
        for (int j = (w.columns - 1) / LANES * LANES; j >= 0; j -= LANES) {
            const size_t at = (size_t)(2 * j);
            const int n = w.columns - j;
            if (n >= LANES || has_room(&w, j)) {
                const pairs seen = load_pairs(x + up + at, x + low + at);
                const pairs d = share_gradient(rt_load(dy + w.row + j), &seen);
                store_pairs(&d, dx + up + at, dx + low + at);
            } else {
                const pairs seen = load_few(n, x + up + at, x + low + at);
                const pairs d = share_gradient(rt_load_first(dy + w.row + j, n), &seen);
                store_few(n, &d, dx + up + at, dx + low + at);
            }
        }
    }
    for (size_t k = 0; k < planes; k++)
        clear_rest(v, dx + k * w.plane);
}
