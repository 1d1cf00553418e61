/* real_exponents.c -- how many exponents of a span are which: bytes are counted a window of 16
 * neighbouring exponents at a time, from the largest down, since most tensors have all but their
 * zeros in one or two windows. */
#include "exponents.h"

enum {
    WINDOW = 16,                    /* exponents counted at once */
    EIGHTS = RT_VECTOR_REGISTERS == 32 ? 2 : 1      /* of them, whose counts stay in registers */
};

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

/* Counts are by the place of a bit, in binary: bit i of a count stands in plane[i] (Harley's and
 * Seal's adders).  Adds those of half of RT_TOGETHER vectors of exponents: of `table`, what lies
 * `from` less the exponent.  Returns what is carried to plane[2].  near, a literal: no exponent is
 * over the top or far under it, so that rt_place has nothing to do. */
RT_INLINE rt_bytes add_half(const uint8_t *e, uint8_t from, const bool near, rt_bytes table,
                            rt_bytes *plane)
{
    rt_bytes x[RT_TOGETHER / 2];

    for (int k = 0; k < RT_TOGETHER / 2; k++) {
        const rt_bytes place = from - rt_load_bytes(e + k * RT_VECTOR_BYTES);
        x[k] = rt_look_up(table, near ? place : rt_place(place));
    }
    const rt_bytes two = add_bits(&plane[0], x[0], x[1]), too = add_bits(&plane[0], x[2], x[3]);
    return add_bits(&plane[1], two, too);
}

static inline void carry_on(rt_bytes carry, int i, rt_bytes *plane)
{
    for (; i < PLANES; i++) {
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
            const rt_bytes left = (rt_bytes)((rt_byte_pairs)plane[i] >> d);
            const rt_bytes change = (left ^ plane[i + d]) & right;
            plane[i + d] ^= change;
            plane[i] ^= (rt_bytes)((rt_byte_pairs)change << d);
        }
}

/* Each table gives eight columns. */
RT_INLINE void count_eights(const rt_exponents *s, uint8_t from, const bool near,
                            const rt_bytes table[EIGHTS], rt_bytes *column)
{
    rt_bytes plane[EIGHTS][PLANES] = { { { 0 } } };

    for (size_t i = 0; i < s->vectors; i += RT_TOGETHER) {
        rt_bytes four[EIGHTS][2];
        for (size_t half = 0; half < 2; half++)
            for (int t = 0; t < EIGHTS; t++)
                four[t][half] = add_half(s->e + (i + half * RT_TOGETHER / 2) * RT_VECTOR_BYTES,
                                         from, near, table[t], plane[t]);
        for (int t = 0; t < EIGHTS; t++)
            carry_on(add_bits(&plane[t][2], four[t][0], four[t][1]), 3, plane[t]);
    }
    for (int t = 0; t < EIGHTS; t++) {
        exchange_bits(plane[t], 4, 0x0f);
        exchange_bits(plane[t], 2, 0x33);
        exchange_bits(plane[t], 1, 0x55);
        memcpy(column + 8 * t, plane[t], sizeof plane[t]);
    }
}

static void count_columns(const rt_exponents *s, int top, rt_bytes *column)
{
    const bool near = top == s->largest && top <= 255 - RT_PLACES;

    for (int first = 0; first < WINDOW; first += 8 * EIGHTS) {
        rt_bytes table[EIGHTS];
        for (int t = 0; t < EIGHTS; t++)
            table[t] = table_of_eight(first + 8 * t);
        if (near)
            count_eights(s, (uint8_t)(top + RT_PLACES), true, table, column + first);
        else
            count_eights(s, (uint8_t)top, false, table, column + first);
    }
}
#else
static void count_columns(const rt_exponents *s, int top, rt_bytes *column)
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
    if (e == RT_NONFINITE)
        out->nonfinite += values;
    else
        out->bin[e < FIRST_BIN ? 0 : e > LAST_BIN ? RT_BINS - 1 : e - FIRST_BIN] += values;
}

/* Counts top - 15 .. top, but not below 1; returns how many there are. */
static uint32_t count_window(const rt_exponents *x, int top, rt_counts *out)
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

static uint8_t largest_up_to(uint8_t limit, const rt_exponents *x)
{
    rt_bytes most = { 0 };
    for (size_t i = 0; i < x->vectors; i++) {
        const rt_bytes e = rt_load_bytes(x->e + i * RT_VECTOR_BYTES);
        most = rt_larger(most, e & (rt_bytes)(e <= limit));
    }
    return rt_largest_byte(most);
}

/* Those of RT_TOGETHER vectors that are in 1 .. limit, one by one; returns how many. */
static uint32_t count_singly(uint8_t limit, const uint8_t *e, rt_counts *out)
{
    uint32_t found = 0;

    for (int k = 0; k < RT_TOGETHER; k++) {
        const rt_bytes x = rt_load_bytes(e + k * RT_VECTOR_BYTES);
        uint64_t lanes = rt_lane_bits((rt_bytes)(x - 1 < limit));
        for (; lanes != 0; lanes &= lanes - 1, found++)
            add_exponent(e[k * RT_VECTOR_BYTES + __builtin_ctzll(lanes)], 1, out);
    }
    return found;
}

/* The `left` exponents in 1 .. limit, where so few are less work one by one than in a window. */
static bool count_few(uint8_t limit, uint32_t left, const rt_exponents *x, rt_counts *out)
{
    enum { FEW = 32 };

    if (left > FEW)
        return false;
    for (size_t i = 0; left > 0; i += RT_TOGETHER) {
        const uint8_t *e = x->e + i * RT_VECTOR_BYTES;
        rt_bytes least = rt_load_bytes(e) - 1;
        for (int k = 1; k < RT_TOGETHER; k++)
            least = rt_smaller(least, rt_load_bytes(e + k * RT_VECTOR_BYTES) - 1);
        if (rt_lane_bits((rt_bytes)(least < limit)) != 0)
            left -= count_singly(limit, e, out);
    }
    return true;
}

/* From the largest down: what is not in one window is as a rule in the next.  Nothing is left once
 * top is at 0 or under it, since all that is left is above 0. */
void rt_count_exponents(const rt_exponents *x, rt_counts *out)
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
