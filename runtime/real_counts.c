/* real_counts.c -- how many values of a tensor have which exponent: each of them, not a sample.
 *
 * Exponents are taken out as bytes, a span of them at a time, while the squares are summed. */
#include "kernels.h"
#include "count_turns.h"

/* ---- Counts ---------------------------------------------------------------------------------- */

/* A turn of values: their exponents, which go to e unless that is a literal NULL, and their squares
 * to s. */
RT_INLINE void read_turn(const rt_real *x, uint8_t *e, rt_columns *c, rt_chains *s)
{
    rt_vector v[RT_CHAINS];

    for (int k = 0; k < RT_CHAINS; k++) {
        v[k] = rt_held(rt_load(x + k * RT_VECTOR_LANES));
        rt_add_square(s, k, v[k]);
    }
    rt_read_exponents(v, e, c);
}

/* n values, fewer than a turn, with zeros behind them. */
RT_INLINE void read_last(size_t n, const rt_real *x, uint8_t *e, rt_columns *c, rt_chains *s)
{
    rt_real last[RT_TURN] = { 0 };

    memcpy(last, x, n * sizeof *x);
    read_turn(last, e, c, s);
}

/* A block of n values, in whole turns: returns the sum of their squares. */
RT_INLINE double read_block(size_t n, const rt_real *restrict x, uint8_t *restrict e,
                            rt_columns *restrict c)
{
    rt_chains s = { { { 0 } } };

    for (size_t i = 0; i < n; i += RT_TURN)
        read_turn(x + i, e ? e + i : NULL, c, &s);
    return rt_sum_chains(&s, n, x);
}

/* n <= RT_SPAN values: their exponents, and their squares onto *sum as rt_sum_squares adds them.
 * keep, a literal: to->e is wanted. */
RT_INLINE void read_span(size_t n, const rt_real *x, const bool keep, rt_exponents *to, double *sum)
{
    const size_t last = n % RT_TURN, whole = n - last, end = whole + (last > 0 ? RT_TURN : 0);
    rt_columns c = { { 0 }, { 0 } };

    for (size_t i = 0; i < whole; i += RT_SQUARES)
        *sum += read_block(whole - i < RT_SQUARES ? whole - i : RT_SQUARES, x + i,
                           keep ? to->e + i : NULL, &c);
    if (last > 0) {
        rt_chains s = { { { 0 } } };
        read_last(last, x + whole, keep ? to->e + whole : NULL, &c, &s);
        *sum += rt_sum_products(last, x + whole, 0, x + whole, 0);
    }
    rt_end_span(n, end, &c, to);
    if (keep)
        rt_pad_span(end, to);
}

/* Is any of n values subnormal? */
static bool any_subnormal(size_t n, const rt_real *x)
{
    rt_bits least = (rt_bits)-1;    /* of what is left without a sign, less 1 */

#pragma GCC unroll 4
    for (size_t k = 0; k < n; k++) {
        rt_bits bits;
        memcpy(&bits, &x[k], sizeof bits);
        const rt_bits under = (bits << 1) - 1;
        least = under < least ? under : least;
    }
    return least >> (RT_EXPONENT_AT + 1) == 0 && least != ((rt_bits)1 << (RT_EXPONENT_AT + 1)) - 1;
}

static size_t zeros_one_by_one(size_t n, const rt_real *x)
{
    size_t zeros = 0;
    for (size_t k = 0; k < n; k++) {
        rt_bits bits;
        memcpy(&bits, &x[k], sizeof bits);
        zeros += bits << 1 == 0;
    }
    return zeros;
}

/* Of n values, of which `small` have an exponent of 0, how many are zero. */
static size_t count_zeros(size_t n, const rt_real *x, size_t small)
{
    return small == 0 || !any_subnormal(n, x) ? small : zeros_one_by_one(n, x);
}

/* Of the finite values, the subnormal ones by their bits. */
static double finite_squares(size_t n, const rt_real *x)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++) {
        rt_bits bits;
        memcpy(&bits, &x[k], sizeof bits);
        const rt_bits magnitude = bits << 1 >> 1;
        const double value = magnitude >> RT_EXPONENT_AT ? (double)x[k]
                                                         : (double)magnitude * RT_SMALLEST;
        sum += isfinite(value) ? value * value : 0;
    }
    return sum;
}

/* Exponents of 0, and how many of them are of zeros. */
typedef struct {
    size_t exponents, zeros;
} small_values;

static void add_small(const small_values *s, bool bins, rt_counts *out)
{
    const size_t subnormal = s->exponents - s->zeros;

    out->zero += s->zeros;
    out->subnormal += subnormal;
    out->bin[0] += bins ? (uint32_t)subnormal : 0;      /* far under the first bin */
}

static size_t count_nonfinite(size_t n, const rt_real *x)
{
    size_t found = 0;
    for (size_t k = 0; k < n; k++)
        found += isfinite(x[k]) ? 0 : 1;
    return found;
}

/* A span with its bins, or one without, whose exponents are not kept. */
static void bin_span(size_t n, const rt_real *x, rt_exponents *span, double *squares,
                     rt_counts *out)
{
    read_span(n, x, true, span, squares);
    rt_count_exponents(span, out);
}

static void pass_span(size_t n, const rt_real *x, rt_exponents *span, double *squares,
                      rt_counts *out)
{
    read_span(n, x, false, span, squares);
    if (span->largest == RT_NONFINITE)
        out->nonfinite += count_nonfinite(n, x);
}

void rt_count_values(size_t n, const rt_real *value, bool bins, rt_counts *out)
{
    const uint64_t nonfinite = out->nonfinite;
    small_values small = { 0, 0 };
    double squares = 0;
    rt_exponents span;

    for (size_t at = 0; at < n; at += RT_SPAN) {
        const size_t some = n - at < RT_SPAN ? n - at : RT_SPAN;
        (bins ? bin_span : pass_span)(some, value + at, &span, &squares, out);
        small.exponents += span.zeros;
        small.zeros += count_zeros(some, value + at, span.zeros);
    }
    out->count += n;
    add_small(&small, bins, out);
    out->sum_squares += small.exponents > small.zeros || out->nonfinite > nonfinite
                            ? finite_squares(n, value) : squares;
}

void rt_count(const void *x, size_t n, rt_counts *out) { rt_count_values(n, x, true, out); }

double rt_count_squares(size_t n, const rt_real *x, bool bins, rt_counts *out)
{
    *out = (rt_counts){ 0 };
    rt_count_values(n, x, bins, out);
    return out->subnormal || out->nonfinite ? rt_sum_squares(n, x) : out->sum_squares;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

enum { RUNS = 16 };                 /* that are summed in the precision of the values */

/* Row k of all runs, one run behind the other. */
static const rt_real *row_at(const rt_rows *r, size_t k)
{
    return r->x + k / r->rows * r->apart + k % r->rows * r->m;
}

/* In whole turns, with zeros behind the row; returns its squares by lane.  What the processor does
 * not fetch ahead by itself is the row after it, `next`, which may be in another run. */
static inline rt_vector read_row(size_t m, const rt_real *x, const rt_real *next, uint8_t *e,
                                 rt_columns *c)
{
    enum { LINE = 64 / (int)sizeof *x };
    const size_t last = m % RT_TURN, whole = m - last;
    rt_chains s = { { { 0 } } };

    for (size_t i = 0; i < whole; i += RT_TURN) {
        for (size_t k = 0; k < RT_TURN; k += LINE)
            __builtin_prefetch(next + i + k);
        read_turn(x + i, e + i, c, &s);
    }
    if (last > 0)
        read_last(last, x + whole, e + whole, c, &s);
    return rt_join_chains(&s);
}

static size_t count_zeros_of_rows(const rt_rows *r, size_t k, size_t end, size_t small)
{
    bool subnormal = false;
    size_t zeros = 0;

    for (size_t i = k; i < end && small > 0 && !subnormal; i++)
        subnormal = any_subnormal(r->m, row_at(r, i));
    if (!subnormal)
        return small;
    for (size_t i = k; i < end; i++)
        zeros += zeros_one_by_one(r->m, row_at(r, i));
    return zeros;
}

/* The rows that a span has room for, their squares onto those of their places in a run. */
static void count_few_rows(const rt_rows *r, size_t k, size_t end, bool bins, rt_vector *squares,
                           small_values *small, rt_counts *out)
{
    rt_exponents span;
    rt_columns c = { { 0 }, { 0 } };
    size_t at = 0;

    for (size_t i = k; i < end; i++, at += (r->m + RT_TURN - 1) / RT_TURN * RT_TURN)
        squares[i % r->rows] += read_row(r->m, row_at(r, i), row_at(r, i + 1), span.e + at, &c);
    rt_end_span((end - k) * r->m, at, &c, &span);
    if (bins) {
        rt_pad_span(at, &span);
        rt_count_exponents(&span, out);
    } else if (span.largest == RT_NONFINITE) {
        for (size_t i = k; i < end; i++)
            out->nonfinite += count_nonfinite(r->m, row_at(r, i));
    }
    small->exponents += span.zeros;
    small->zeros += count_zeros_of_rows(r, k, end, span.zeros);
}

static double sum_row_again(const rt_rows *r, size_t row)
{
    double sum = 0;
    for (size_t run = 0; run < r->runs; run++) {
        const rt_real *x = row_at(r, run * r->rows + row);
        sum += rt_sum_products(r->m, x, 0, x, 0);
    }
    return sum;
}

/* At most RUNS runs. */
static void count_runs(const rt_rows *r, bool bins, double *squares, small_values *small,
                       rt_counts *out)
{
    const size_t fit = RT_SPAN / ((r->m + RT_TURN - 1) / RT_TURN * RT_TURN);
    const size_t rows = r->runs * r->rows;
    rt_vector lanes[RT_MOST_ROWS];

    memset(lanes, 0, r->rows * sizeof *lanes);
    for (size_t k = 0; k < rows; k += fit)
        count_few_rows(r, k, rows - k < fit ? rows : k + fit, bins, lanes, small, out);
    for (size_t row = 0; row < r->rows; row++) {
        const double sum = rt_sum_of_lanes(lanes[row]);
        squares[row] += rt_squares_are_safe(sum) ? sum : sum_row_again(r, row);
    }
}

/* Rows that fill few lanes of a turn, or more than a block of squares. */
static void count_and_sum(const rt_rows *r, bool bins, double *squares, rt_counts *out)
{
    for (size_t run = 0; run < r->runs; run++) {
        const rt_real *x = r->x + run * r->apart;
        rt_count_values(r->rows * r->m, x, bins, out);
        for (size_t row = 0; row < r->rows; row++)
            squares[row] += rt_sum_squares(r->m, x + row * r->m);
    }
}

static double finite_squares_of_rows(const rt_rows *r)
{
    double sum = 0;
    for (size_t run = 0; run < r->runs; run++)
        sum += finite_squares(r->rows * r->m, r->x + run * r->apart);
    return sum;
}

void rt_count_rows(const rt_rows *r, bool bins, double *squares, rt_counts *out)
{
    const uint64_t nonfinite = out->nonfinite;
    small_values small = { 0, 0 };
    double sum = 0;

    memset(squares, 0, r->rows * sizeof *squares);
    if (r->m < RT_TURN / 2 || r->m > RT_SQUARES) {
        count_and_sum(r, bins, squares, out);
        return;
    }
    for (size_t run = 0; run < r->runs; run += RUNS) {
        rt_rows few = *r;
        few.x += run * r->apart;
        few.runs = r->runs - run < RUNS ? r->runs - run : RUNS;
        count_runs(&few, bins, squares, &small, out);
    }
    for (size_t row = 0; row < r->rows; row++)
        sum += squares[row];
    out->count += r->runs * r->rows * r->m;
    add_small(&small, bins, out);
    out->sum_squares += small.exponents > small.zeros || out->nonfinite > nonfinite
                            ? finite_squares_of_rows(r) : sum;
}
