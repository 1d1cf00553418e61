/* real_counts.c -- how many values of a tensor have which exponent: each of them, not a sample.
 *
 * Exponents are taken out as bytes, and bytes are counted a window of 16 neighbouring exponents at
 * a time, from the largest down: most tensors have all but their zeros in one or two windows. */
#include "byte_vectors.h"
#include "kernels.h"

enum {
    SPAN = 128 * RT_VECTOR_BYTES,   /* values at a time: a byte counts its column */
    GROUP = RT_VECTOR_BYTES,        /* values whose exponents make a vector of bytes */
    WINDOW = 16,                    /* exponents counted at once */
    EXPONENTS = 256, NONFINITE = 255
};

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

static void exponents_of_group(const rt_real *x, uint8_t *e)
{
    real_bits bits[GROUP];
    memcpy(bits, x, sizeof bits);
    for (int k = 0; k < GROUP; k++)
        e[k] = byte_of(bits[k]);
}
#else
typedef uint32_t real_bits;
enum { EXPONENT_AT = 23 };
#define SMALLEST 0x1p-149

typedef uint32_t words __attribute__((vector_size(RT_VECTOR_BYTES), may_alias));

/* The upper halves of a's and b's values: sign, exponent, 7 bits. */
static inline halves upper_halves(const rt_real *a, const rt_real *b)
{
    words x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (halves)((x >> 16) | (y & 0xffff0000u));
}

/* In no order: they are only counted. */
static void exponents_of_group(const rt_real *x, uint8_t *e)
{
    const halves a = upper_halves(x, x + RT_VECTOR_LANES);
    const halves b = upper_halves(x + 2 * RT_VECTOR_LANES, x + 3 * RT_VECTOR_LANES);
    const halves both = ((a + a) >> 8) | ((b + b) & 0xff00);
    memcpy(e, &both, sizeof both);
}
#endif

/* The exponents of n <= SPAN values, and zeros behind them up to a whole group; returns how many
 * bytes that makes. */
static size_t exponents_of(size_t n, const rt_real *x, uint8_t *e)
{
    size_t at = 0;
    for (; at + GROUP <= n; at += GROUP)
        exponents_of_group(x + at, e + at);
    if (at == n)
        return n;
    rt_real last[GROUP] = { 0 };
    memcpy(last, x + at, (n - at) * sizeof *x);
    exponents_of_group(last, e + at);
    return at + GROUP;
}

/* ---- Windows --------------------------------------------------------------------------------- */

/* column[k] counts, by column of the vectors at e, the bytes that are top - k. */
#ifdef RT_BYTE_TABLES
enum { TABLES = WINDOW / 2, NIBBLE_MOST = 15 };

/* Table t has 1 for a byte 2 t under the top and 16 for one 2 t + 1 under it: two counts of four
 * bits.  What is out of the window finds a zero. */
RT_INLINE void fill_tables(rt_bytes *table)
{
    for (int t = 0; t < TABLES; t++) {
        table[t] = (rt_bytes){ 0 };
        for (int lane = 0; lane < RT_VECTOR_BYTES; lane += 16) {
            table[t][lane + 2 * t] = 1;
            table[t][lane + 2 * t + 1] = 16;
        }
    }
}

static void count_columns(size_t vectors, const uint8_t *e, uint8_t top, rt_bytes *column)
{
    rt_bytes table[TABLES];
    fill_tables(table);
    for (size_t at = 0; at < vectors; at += NIBBLE_MOST) {
        const size_t end = at + NIBBLE_MOST < vectors ? at + NIBBLE_MOST : vectors;
        rt_bytes pair[TABLES] = { { 0 } };
        for (size_t i = at; i < end; i++) {
            const rt_bytes place = rt_place(top - rt_load_bytes(e + i * RT_VECTOR_BYTES));
            for (int t = 0; t < TABLES; t++)
                pair[t] += rt_look_up(table[t], place);
        }
        for (int t = 0; t < TABLES; t++) {
            column[2 * t] += pair[t] & 15;
            column[2 * t + 1] += (rt_bytes)(((halves)pair[t] >> 4) & 0x0f0f);
        }
    }
}
#else
static void count_columns(size_t vectors, const uint8_t *e, uint8_t top, rt_bytes *column)
{
    for (size_t i = 0; i < vectors; i++) {
        const rt_bytes x = rt_load_bytes(e + i * RT_VECTOR_BYTES);
        for (int k = 0; k < WINDOW; k++)
            column[k] -= (rt_bytes)(x == (uint8_t)(top - k));
    }
}
#endif

/* Adds up to count[top - 15 .. top], but not below 1; returns how many it found. */
static uint32_t count_window(size_t n, const uint8_t *e, int top, uint32_t *count)
{
    rt_bytes column[WINDOW] = { { 0 } };
    uint32_t found = 0;

    count_columns(n / RT_VECTOR_BYTES, e, (uint8_t)top, column);
    for (int k = 0; k < WINDOW && k < top; k++) {
        const uint32_t sum = rt_sum_bytes(column[k]);
        count[top - k] += sum;
        found += sum;
    }
    return found;
}

static int largest_up_to(uint8_t limit, size_t n, const uint8_t *e)
{
    rt_bytes most = { 0 };
    for (size_t at = 0; at < n; at += sizeof most) {
        const rt_bytes x = rt_load_bytes(e + at);
        most = rt_larger(most, x & (rt_bytes)(x <= limit));
    }
    uint8_t largest = 0;
    for (int l = 0; l < RT_VECTOR_BYTES; l++)
        largest = most[l] > largest ? most[l] : largest;
    return largest;
}

/* The exponents of n <= SPAN values; those of 0 are what the windows do not find. */
static void count_exponents(size_t n, const rt_real *x, uint32_t *count)
{
    uint8_t e[SPAN];
    const size_t padded = exponents_of(n, x, e);
    size_t left = n;
    int top = largest_up_to(NONFINITE, padded, e);
    while (top > 0) {
        left -= count_window(padded, e, top, count);
        if (left == 0 || top <= WINDOW)
            break;
        top = largest_up_to((uint8_t)(top - WINDOW), padded, e);
    }
    count[0] += (uint32_t)left;
}

/* ---- Counts ---------------------------------------------------------------------------------- */

static size_t count_zeros(size_t n, const rt_real *x)
{
    size_t zeros = 0;
    for (size_t at = 0; at < n; at += SPAN) {
        const size_t part = n - at < SPAN ? n - at : SPAN;
        real_bits found = 0;
        for (size_t k = 0; k < part; k++) {
            real_bits bits;
            memcpy(&bits, &x[at + k], sizeof bits);
            found += bits << 1 == 0;
        }
        zeros += (size_t)found;
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

/* Bin b is of exponent b - RT_BIN_ONE, which a float stores as 127 more. */
static void add_bins(const uint32_t *count, rt_counts *out)
{
    enum { FIRST = 127 - RT_BIN_ONE, LAST = FIRST + RT_BINS - 1 };
    for (int e = 0; e < FIRST; e++)
        out->bin[0] += count[e];
    for (int b = 0; b < RT_BINS; b++)
        out->bin[b] += count[FIRST + b];
    for (int e = LAST + 1; e < NONFINITE; e++)
        out->bin[RT_BINS - 1] += count[e];
}

void rt_count(const void *x, size_t n, rt_counts *out)
{
    const rt_real *value = x;
    uint32_t count[EXPONENTS] = { 0 };

    for (size_t at = 0; at < n; at += SPAN)
        count_exponents(n - at < SPAN ? n - at : SPAN, value + at, count);
    const size_t zeros = count[0] ? count_zeros(n, value) : 0;
    const uint32_t subnormal = count[0] - (uint32_t)zeros;
    count[0] = subnormal;                       /* far under the first bin */
    add_bins(count, out);
    out->count += n;
    out->zero += zeros;
    out->subnormal += subnormal;
    out->nonfinite += count[NONFINITE];
    out->sum_squares += subnormal || count[NONFINITE] ? finite_squares(n, value)
                                                      : rt_sum_squares(n, value);
}
