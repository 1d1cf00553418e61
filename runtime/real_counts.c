/* real_counts.c -- how many values of a tensor have which exponent: each of them, not a sample.
 *
 * Exponents are taken out as bytes, while the squares are summed, and bytes are counted a window of
 * 16 neighbouring exponents at a time, from the largest down: most tensors have all but their zeros
 * in one or two windows. */
#include "byte_vectors.h"
#include "kernels.h"
#include "squares.h"

enum {
    SPAN = 128 * RT_VECTOR_BYTES,   /* values at a time: a byte counts its column */
    GROUP = RT_VECTOR_BYTES,        /* values whose exponents make a vector of bytes */
    WINDOW = 16,                    /* exponents counted at once */
    NONFINITE = 255                 /* the exponent of what is none */
};
_Static_assert(SPAN % RT_SQUARES == 0 && RT_TURN % GROUP == 0, "blocks and groups fit");

typedef uint16_t halves __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));

/* ---- Exponents ------------------------------------------------------------------------------- */

/* A real by its bits, since a processor that flushes subnormals would take them for zero. */
#ifdef RT_DOUBLE
typedef uint64_t real_bits;
enum { EXPONENT_AT = 52 };
#define SMALLEST 0x1p-1074

/* A float's exponent where a float has it, else that of the least or the largest. */
static inline uint8_t byte_of(real_bits bits)
{
    const int exponent = (int)(bits << 1 >> (EXPONENT_AT + 1)), as_float = exponent - 1023 + 127;
    const int normal = as_float < 1 ? 1 : as_float > 254 ? 254 : as_float;
    return (uint8_t)(exponent == 0 ? 0 : exponent == 2047 ? NONFINITE : normal);
}

static inline rt_bytes exponents_of(const rt_vector *x)
{
    real_bits bits[GROUP];
    rt_bytes e;
    memcpy(bits, x, sizeof bits);
    for (int k = 0; k < GROUP; k++)
        e[k] = byte_of(bits[k]);
    return e;
}
#else
typedef uint32_t real_bits;
enum { EXPONENT_AT = 23 };
#define SMALLEST 0x1p-149

typedef uint32_t words __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));

/* The upper halves of a's and b's values: sign, exponent, 7 bits. */
RT_INLINE halves upper_halves(rt_vector a, rt_vector b)
{
    return (halves)rt_odd_pairs((rt_bytes)((words)a >> 16), (rt_bytes)b);
}

/* In no order: they are only counted. */
RT_INLINE rt_bytes exponents_of(const rt_vector *x)
{
    const halves a = upper_halves(x[0], x[1]), b = upper_halves(x[2], x[3]);
    return rt_odd_bytes((rt_bytes)(a >> 7), (rt_bytes)(b + b));
}
#endif

/* ---- Windows --------------------------------------------------------------------------------- */

enum { TOGETHER = 8 };              /* vectors of bytes that are counted at once */

/* The exponents of a span, with zeros behind them. */
typedef struct {
    size_t n, vectors;              /* values; of RT_VECTOR_BYTES bytes, a multiple of TOGETHER */
    uint32_t zeros;                 /* exponents of 0 */
    uint8_t largest;
    uint8_t e[SPAN];
} exponents;

/* column[k] counts, by column of the vectors at e, the bytes that are top - k. */
#ifdef RT_BYTE_TABLES
enum { PLANES = 8 };                /* bits of a count */

/* Of one byte of each of eight, so many under the top, the bit; zero for what is none of them. */
RT_INLINE rt_bytes table_of_eight(int first)
{
    typedef uint64_t eights __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));
    eights table;
    for (int i = 0; i < RT_VECTOR_BYTES / 8; i++)
        table[i] = i % 2 == first / 8 ? 0x8040201008040201u : 0;
    return (rt_bytes)table;
}

/* A full adder in each bit: a and b go into *sum; returns what is carried. */
RT_INLINE rt_bytes add_bits(rt_bytes *sum, rt_bytes a, rt_bytes b)
{
    const rt_bytes carry = rt_most_of_three(*sum, a, b);
    *sum = rt_odd_of_three(*sum, a, b);
    return carry;
}

/* Counts the bits of TOGETHER vectors, each by its place, in binary: bit i of a count stands in
 * plane[i] (Harley's and Seal's adders). */
RT_INLINE void count_bits(const rt_bytes *x, rt_bytes *plane)
{
    const rt_bytes two = add_bits(&plane[0], x[0], x[1]), too = add_bits(&plane[0], x[2], x[3]);
    const rt_bytes four = add_bits(&plane[1], two, too);
    const rt_bytes pair = add_bits(&plane[0], x[4], x[5]), peer = add_bits(&plane[0], x[6], x[7]);
    rt_bytes carry = add_bits(&plane[2], four, add_bits(&plane[1], pair, peer));

    for (int i = 3; i < PLANES; i++) {
        const rt_bytes next = plane[i] & carry;
        plane[i] ^= carry;
        carry = next;
    }
}

/* Bit k of plane[i] becomes bit i of plane[k], in each byte: by exchanges of squares of d x d bits,
 * d = 4, 2, 1, whose right columns are in `right`. */
RT_INLINE void exchange_bits(rt_bytes *plane, int d, uint8_t right)
{
    for (int i = 0; i < PLANES; i++)
        if (!(i & d)) {
            const rt_bytes left = (rt_bytes)((halves)plane[i] >> d);
            const rt_bytes change = (left ^ plane[i + d]) & right;
            plane[i + d] ^= change;
            plane[i] ^= (rt_bytes)((halves)change << d);
        }
}

/* Those of `table`, by itself: two at once would not leave their planes in registers.  near, a
 * literal: no byte is over the top or far under it, so that rt_place has nothing to do. */
RT_INLINE void count_eight(const exponents *s, int top, const bool near, rt_bytes table,
                           rt_bytes *column)
{
    const uint8_t from = (uint8_t)(near ? top + RT_PLACES : top);
    rt_bytes plane[PLANES] = { { 0 } };

    for (size_t i = 0; i < s->vectors; i += TOGETHER) {
        rt_bytes x[TOGETHER];
        for (size_t k = 0; k < TOGETHER; k++) {
            const rt_bytes place = from - rt_load_bytes(s->e + (i + k) * RT_VECTOR_BYTES);
            x[k] = rt_look_up(table, near ? place : rt_place(place));
        }
        count_bits(x, plane);
    }
    exchange_bits(plane, 4, 0x0f);
    exchange_bits(plane, 2, 0x33);
    exchange_bits(plane, 1, 0x55);
    memcpy(column, plane, sizeof plane);
}

static void count_columns(const exponents *s, int top, rt_bytes *column)
{
    const bool near = top == s->largest && top <= 255 - RT_PLACES;

    if (near) {
        count_eight(s, top, true, table_of_eight(0), column);
        count_eight(s, top, true, table_of_eight(8), column + 8);
    } else {
        count_eight(s, top, false, table_of_eight(0), column);
        count_eight(s, top, false, table_of_eight(8), column + 8);
    }
}
#else
static void count_columns(const exponents *s, int top, rt_bytes *column)
{
    for (int k = 0; k < WINDOW; k++)
        column[k] = (rt_bytes){ 0 };
    for (size_t i = 0; i < s->vectors; i++) {
        const rt_bytes x = rt_load_bytes(s->e + i * RT_VECTOR_BYTES);
        for (int k = 0; k < WINDOW; k++)
            column[k] -= (rt_bytes)(x == (uint8_t)(top - k));
    }
}
#endif

/* Bin b is of exponent b - RT_BIN_ONE, which a float stores as 127 more. */
enum { FIRST_BIN = 127 - RT_BIN_ONE, LAST_BIN = FIRST_BIN + RT_BINS - 1 };

/* Values of an exponent above 0. */
static inline void add_exponent(int e, uint32_t values, rt_counts *out)
{
    if (e == NONFINITE)
        out->nonfinite += values;
    else
        out->bin[e < FIRST_BIN ? 0 : e > LAST_BIN ? RT_BINS - 1 : e - FIRST_BIN] += values;
}

/* Counts top - 15 .. top, but not below 1; returns how many there are. */
static uint32_t count_window(const exponents *x, int top, rt_counts *out)
{
    rt_bytes column[WINDOW];
    uint16_t sum[WINDOW];
    uint32_t found = 0;

    count_columns(x, top, column);
    for (int k = 0; k < WINDOW; k += 4)
        rt_sum_four(column + k, sum + k);
    if (top - WINDOW + 1 >= FIRST_BIN && top <= LAST_BIN)
        for (int k = 0; k < WINDOW; k++)
            out->bin[top - k - FIRST_BIN] += sum[k];
    else
        for (int k = 0; k < WINDOW && k < top; k++)
            add_exponent(top - k, sum[k], out);
    for (int k = 0; k < WINDOW && k < top; k++)
        found += sum[k];
    return found;
}

static uint8_t largest_up_to(uint8_t limit, const exponents *x)
{
    rt_bytes most = { 0 };
    for (size_t i = 0; i < x->vectors; i++) {
        const rt_bytes e = rt_load_bytes(x->e + i * RT_VECTOR_BYTES);
        most = rt_larger(most, e & (rt_bytes)(e <= limit));
    }
    return rt_largest_byte(most);
}

/* Those of TOGETHER vectors that are in 1 .. limit, one by one; returns how many. */
static uint32_t count_singly(uint8_t limit, const uint8_t *e, rt_counts *out)
{
    uint32_t found = 0;

    for (int k = 0; k < TOGETHER; k++) {
        const rt_bytes x = rt_load_bytes(e + k * RT_VECTOR_BYTES);
        uint64_t lanes = rt_lane_bits((rt_bytes)(x - 1 < limit));
        for (; lanes != 0; lanes &= lanes - 1, found++)
            add_exponent(e[k * RT_VECTOR_BYTES + __builtin_ctzll(lanes)], 1, out);
    }
    return found;
}

/* The `left` exponents in 1 .. limit, where so few are less work one by one than in a window. */
static bool count_few(uint8_t limit, uint32_t left, const exponents *x, rt_counts *out)
{
    enum { FEW = 32 };

    if (left > FEW)
        return false;
    for (size_t i = 0; left > 0; i += TOGETHER) {
        const uint8_t *e = x->e + i * RT_VECTOR_BYTES;
        rt_bytes least = rt_load_bytes(e) - 1;
        for (int k = 1; k < TOGETHER; k++)
            least = rt_smaller(least, rt_load_bytes(e + k * RT_VECTOR_BYTES) - 1);
        if (rt_lane_bits((rt_bytes)(least < limit)) != 0)
            left -= count_singly(limit, e, out);
    }
    return true;
}

/* From the largest down: what is not in one window is as a rule in the next.  Nothing is left once
 * top is at 0 or under it, since all that is left is above 0. */
static void count_exponents(const exponents *x, rt_counts *out)
{
    size_t left = x->n - x->zeros;
    int top = x->largest;

    while (left > 0 && top > 0) {
        const uint32_t found = count_window(x, top, out);
        left -= found;
        top -= WINDOW;
        if (left == 0 || count_few((uint8_t)top, (uint32_t)left, x, out))
            break;
        top = found > 0 ? top : largest_up_to((uint8_t)top, x);
    }
}

/* ---- Counts ---------------------------------------------------------------------------------- */

/* What vectors of exponents have in them, by column. */
typedef struct {
    rt_bytes largest, zeros;
} columns;

/* A turn of values: their exponents, and their squares to s. */
RT_INLINE void read_turn(const rt_real *x, uint8_t *e, columns *c, rt_chains *s)
{
    rt_vector v[RT_CHAINS];

    for (int k = 0; k < RT_CHAINS; k++) {
        v[k] = rt_load(x + k * RT_VECTOR_LANES);
        rt_add_square(s, k, v[k]);
    }
    for (int at = 0; at < RT_TURN; at += GROUP) {
        const rt_bytes y = exponents_of(v + at / RT_VECTOR_LANES);
        c->largest = rt_larger(c->largest, y);
        c->zeros -= (rt_bytes)(y == 0);
        memcpy(e + at, &y, sizeof y);
    }
}

/* A block of n values, in whole turns: returns the sum of their squares. */
static inline double read_block(size_t n, const rt_real *restrict x, uint8_t *restrict e,
                                columns *restrict c)
{
    rt_chains s = { { { 0 } } };

    for (size_t i = 0; i < n; i += RT_TURN)
        read_turn(x + i, e + i, c, &s);
    return rt_sum_chains(&s, n, x);
}

/* n values, fewer than a turn, with zeros behind them. */
static double read_last(size_t n, const rt_real *x, uint8_t *e, columns *c)
{
    rt_real last[RT_TURN] = { 0 };
    rt_chains s = { { { 0 } } };

    memcpy(last, x, n * sizeof *x);
    read_turn(last, e, c, &s);
    return rt_sum_products(n, x, 0, x, 0);
}

/* n <= SPAN values: their exponents, and their squares onto *sum as rt_sum_squares adds them. */
static void read_span(size_t n, const rt_real *x, exponents *to, double *sum)
{
    const size_t whole = n - n % RT_TURN;
    columns c = { { 0 }, { 0 } };
    size_t end = whole;

    for (size_t i = 0; i < whole; i += RT_SQUARES)
        *sum += read_block(whole - i < RT_SQUARES ? whole - i : RT_SQUARES, x + i, to->e + i, &c);
    if (whole < n) {
        *sum += read_last(n - whole, x + whole, to->e + whole, &c);
        end += RT_TURN;
    }
    to->n = n;
    to->largest = rt_largest_byte(c.largest);
    to->zeros = rt_sum_bytes(c.zeros) - (uint32_t)(end - n);
    to->vectors = (end / GROUP + TOGETHER - 1) / TOGETHER * TOGETHER;
    memset(to->e + end, 0, to->vectors * RT_VECTOR_BYTES - end);
}

/* Is any of them subnormal? */
static bool any_subnormal(size_t n, const rt_real *x)
{
    real_bits least = (real_bits)-1;            /* of what is left without a sign, less 1 */

#pragma GCC unroll 4
    for (size_t k = 0; k < n; k++) {
        real_bits bits;
        memcpy(&bits, &x[k], sizeof bits);
        const real_bits under = (bits << 1) - 1;
        least = under < least ? under : least;
    }
    return least >> (EXPONENT_AT + 1) == 0 && least != ((real_bits)1 << (EXPONENT_AT + 1)) - 1;
}

/* Of n values, of which `small` have an exponent of 0, how many are zero. */
static size_t count_zeros(size_t n, const rt_real *x, size_t small)
{
    size_t zeros = 0;

    if (small == 0 || !any_subnormal(n, x))
        return small;
    for (size_t k = 0; k < n; k++) {
        real_bits bits;
        memcpy(&bits, &x[k], sizeof bits);
        zeros += bits << 1 == 0;
    }
    return zeros;
}

/* Of the finite values, the subnormal ones by their bits. */
static double finite_squares(size_t n, const rt_real *x)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++) {
        real_bits bits;
        memcpy(&bits, &x[k], sizeof bits);
        const real_bits magnitude = bits << 1 >> 1;
        const double value = magnitude >> EXPONENT_AT ? (double)x[k] : (double)magnitude * SMALLEST;
        sum += isfinite(value) ? value * value : 0;
    }
    return sum;
}

void rt_count(const void *x, size_t n, rt_counts *out)
{
    const rt_real *value = x;
    const uint64_t nonfinite = out->nonfinite;
    size_t small = 0, zeros = 0;
    double squares = 0;
    exponents span;

    for (size_t at = 0; at < n; at += SPAN) {
        read_span(n - at < SPAN ? n - at : SPAN, value + at, &span, &squares);
        count_exponents(&span, out);
        small += span.zeros;
        zeros += count_zeros(span.n, value + at, span.zeros);
    }
    out->count += n;
    out->zero += zeros;
    out->subnormal += small - zeros;
    out->bin[0] += (uint32_t)(small - zeros);   /* far under the first bin */
    out->sum_squares += small > zeros || out->nonfinite > nonfinite ? finite_squares(n, value)
                                                                    : squares;
}
