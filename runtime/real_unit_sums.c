/* real_unit_sums.c -- sums of a layer's outputs by unit, and how steep its activation is there. */
#include "unit_sums.h"
#include "activation.h"
#include "sums.h"
#include "tallies.h"

/* How values are added up, by the kind of their slopes. */
typedef struct {
    void (*rows)(int vectors, size_t n, const rt_real *x, size_t apart, rt_real limit,
                 rt_strip *s);
    void (*runs)(const rt_runs *r, const rt_real *x, rt_real first, rt_real limit,
                 rt_unit_tally *u);
    bool slopes;
} tallies;

#define TALLIES(name, kind) \
    static void name##_rows(int vectors, size_t n, const rt_real *x, size_t apart, \
                            rt_real limit, rt_strip *s) \
    { \
        switch (vectors) { \
        case 1: rt_tally_rows(1, n, x, apart, kind, limit, s); break; \
        case 2: rt_tally_rows(2, n, x, apart, kind, limit, s); break; \
        case 3: rt_tally_rows(3, n, x, apart, kind, limit, s); break; \
        default: rt_tally_rows(RT_STRIP_VECTORS, n, x, apart, kind, limit, s); \
        } \
    } \
    static void name##_runs(const rt_runs *r, const rt_real *x, rt_real first, rt_real limit, \
                            rt_unit_tally *u) \
    { \
        rt_tally_runs(r, x, first, kind, limit, u); \
    } \
    static const tallies of_##name = { name##_rows, name##_runs, (kind) != RT_ANY_SLOPE };
TALLIES(values, RT_ANY_SLOPE)
TALLIES(relu, RT_RELU_SLOPE)
TALLIES(tanh, RT_TANH_SLOPE)
TALLIES(sigmoid, RT_SIGMOID_SLOPE)

static const tallies *tallies_of(const rt_outputs *o)
{
    switch (o->v == o->y ? o->act : RT_LINEAR) {
    case RT_RELU: return &of_relu;
    case RT_TANH: return &of_tanh;
    case RT_SIGMOID: return &of_sigmoid;
    default: return &of_values;
    }
}

/* ---- Units that are single values, by columns ------------------------------------------------ */

/* The units first .. first + count - 1, as a strip of whole vectors that ends with them: it begins
 * with units `before` them, which are another strip's.  Where all units are less than a vector,
 * lanes behind the last are nobody's. */
typedef struct {
    size_t first, count, before;
    int vectors;
    rt_strip sums;
} strip;

static size_t vectors_for(size_t units) { return (units + RT_VECTOR_LANES - 1) / RT_VECTOR_LANES; }

/* The first of the units first .. end - 1, with sums of 0.  What is less than a vector reaches
 * back; more, where all units are too few for its last vector to reach back, leaves that to the
 * next strip. */
static void begin_strip(const rt_outputs *o, size_t first, size_t end, strip *s)
{
    const size_t left = end - first < RT_STRIP ? end - first : RT_STRIP;
    const size_t rest = left % RT_VECTOR_LANES;
    const bool fits = vectors_for(left) * RT_VECTOR_LANES <= o->p.channels || left == rest;

    s->sums = (rt_strip){ .about = { 0 } };
    s->first = first;
    s->count = fits ? left : left - rest;
    s->vectors = (int)vectors_for(s->count);
    s->before = o->p.channels < RT_VECTOR_LANES ? 0
              : (size_t)s->vectors * RT_VECTOR_LANES - s->count;
    memcpy(s->sums.about, o->y + first - s->before, (s->before + s->count) * sizeof *o->y);
}

/* At most RT_STRIP_ROWS rows from `row` on. */
static void tally_strip(const rt_outputs *o, const tallies *t, size_t row, size_t n, strip *s)
{
    const size_t channels = o->p.channels;
    const rt_real *y = o->y + row * channels;
    rt_real few[RT_STRIP_ROWS][RT_VECTOR_LANES];

    if (channels >= RT_VECTOR_LANES) {
        t->rows(s->vectors, n, y + s->first - s->before, channels, o->flat, &s->sums);
        return;
    }
    memset(few, 0, sizeof few);
    for (size_t k = 0; k < n; k++)
        rt_copy_few((int)channels, y + k * channels, few[k]);
    t->rows(1, n, few[0], RT_VECTOR_LANES, o->flat, &s->sums);
}

static void end_strip(const strip *s, rt_unit_sums *u, size_t at)
{
    memcpy(u->sum + at, s->sums.sum + s->before, s->count * sizeof *u->sum);
    memcpy(u->squares + at, s->sums.squares + s->before, s->count * sizeof *u->squares);
    for (size_t k = 0; k < s->count; k++)
        u->flat[at + k] = s->sums.flat[s->before + k];
}

/* Some rows of all strips at a time, in the order of the memory. */
static void sum_columns(const rt_outputs *o, const tallies *t, rt_block block, rt_unit_sums *u)
{
    enum { MOST = RT_CHANNEL_BLOCK / RT_STRIP + 1 };
    const size_t n = o->p.n, end = block.first + block.count;
    strip strips[MOST];
    size_t count = 0;

    for (size_t k = block.first; k < end; k += strips[count++].count)
        begin_strip(o, k, end, &strips[count]);
    for (size_t row = 0; row < n; row += RT_STRIP_ROWS)
        for (size_t k = 0; k < count; k++)
            tally_strip(o, t, row, n - row < RT_STRIP_ROWS ? n - row : RT_STRIP_ROWS, &strips[k]);
    for (size_t k = 0; k < count; k++)
        end_strip(&strips[k], u, strips[k].first - block.first);
}

/* ---- Units that are planes ------------------------------------------------------------------- */

/* A block's planes in the order of the memory: those of some samples at a time, or parts of one's,
 * so many as a block of a sum. */
static void tally_planes(const rt_outputs *o, const tallies *t, rt_block block,
                         const rt_real *first, rt_unit_tally *u)
{
    const size_t n = o->p.n, inner = o->p.inner, apart = o->p.channels * inner;
    const size_t turns = (inner + RT_TALLY_STEP - 1) / RT_TALLY_STEP;
    const size_t most = turns < RT_TALLY_TURNS ? RT_TALLY_TURNS / turns : 1;
    rt_runs r = { .apart = apart, .end = o->y + n * apart };

    for (size_t i = 0; i < n; i += r.n) {
        r.n = n - i < most ? n - i : most;
        for (size_t k = 0; k < block.count; k++) {
            const rt_real *y = o->y + rt_plane(&o->p, i, block.first + k);
            for (size_t j = 0; j < inner; j += r.count) {
                r.count = inner - j < RT_TALLY_BLOCK ? inner - j : RT_TALLY_BLOCK;
                t->runs(&r, y + j, first[k], o->flat, &u[k]);
            }
        }
    }
}

static void sum_planes(const rt_outputs *o, const tallies *t, rt_block block, rt_unit_sums *u)
{
    rt_unit_tally tally[RT_PLANE_BLOCKS] = { { .sum = { 0 } } };

    tally_planes(o, t, block, u->first, tally);
    for (size_t k = 0; k < block.count; k++) {
        for (int l = 0; l < RT_HALF; l++) {
            u->sum[k] += tally[k].sum[l];
            u->squares[k] += tally[k].squares[l];
        }
        u->flat[k] = tally[k].flat;
    }
}

/* ---- Slopes that no tally takes -------------------------------------------------------------- */

/* Units that are single values, some rows at a time.  What no unit stands in is not flat. */
static uint64_t slopes_of_columns(const rt_outputs *o, rt_block block, rt_bits *alive)
{
    rt_real slope[RT_SLOPE_ROWS * RT_SLOPE_COLUMNS];
    uint64_t saturated = 0;

    for (size_t k = 0; k < RT_SLOPE_ROWS * RT_SLOPE_COLUMNS; k++)
        slope[k] = (rt_real)INFINITY;
    for (size_t at = 0; at < o->p.n; at += RT_SLOPE_ROWS) {
        const size_t rows = o->p.n - at < RT_SLOPE_ROWS ? o->p.n - at : RT_SLOPE_ROWS;
        for (size_t i = 0; i < rows; i++)
            rt_slopes(o->act, (rt_real)o->a, block.count,
                      o->v + rt_plane(&o->p, at + i, block.first),
                      slope + i * RT_SLOPE_COLUMNS);
        saturated += rt_tally_slopes(rows, slope, o->flat, alive);
    }
    return saturated;
}

/* One unit of one row, where it is a plane of n values. */
static uint64_t slopes_of_plane(const rt_outputs *o, size_t n, const rt_real *v, rt_bits *alive)
{
    enum { MOST = RT_SLOPE_ROWS * RT_SLOPE_COLUMNS };
    rt_real slope[MOST];
    uint64_t saturated = 0;

    for (size_t at = 0; at < n; at += MOST) {
        const size_t part = n - at < MOST ? n - at : MOST, rows = part / RT_SLOPE_COLUMNS;
        rt_slopes(o->act, (rt_real)o->a, part, v + at, slope);
        saturated += rt_tally_slopes(rows, slope, o->flat, alive);
        for (size_t k = rows * RT_SLOPE_COLUMNS; k < part; k++) {
            saturated += RT_MATH(fabs)(slope[k]) < o->flat;
            alive[0] |= !(slope[k] == 0);
        }
    }
    return saturated;
}

static bool all_zero(size_t n, const rt_bits *x)
{
    rt_bits any = 0;
    for (size_t k = 0; k < n; k++)
        any |= x[k];
    return any == 0;
}

static void take_slopes(const rt_outputs *o, rt_block block, rt_unit_sums *u)
{
    if (o->p.inner == 1) {
        u->flat[0] = slopes_of_columns(o, block, u->alive);
        return;
    }
    for (size_t k = 0; k < block.count; k++) {
        rt_bits alive[RT_SLOPE_COLUMNS] = { 0 };
        for (size_t i = 0; i < o->p.n; i++)
            u->flat[k] += slopes_of_plane(o, o->p.inner,
                                          o->v + rt_plane(&o->p, i, block.first + k), alive);
        u->alive[k] = !all_zero(RT_SLOPE_COLUMNS, alive);
    }
}

_Static_assert((int)RT_SLOPE_COLUMNS == (int)RT_CHANNEL_BLOCK, "a column of slopes for each unit");

/* ---- Blocks of units ------------------------------------------------------------------------- */

/* Sums in double, of values whose squares their own precision may have had no room for. */
static void sum_again(const rt_outputs *o, rt_block block, size_t k, rt_unit_sums *u)
{
    const double about = (double)u->first[k];

    u->sum[k] = u->squares[k] = 0;
    for (size_t i = 0; i < o->p.n; i++) {
        const rt_real *y = o->y + rt_plane(&o->p, i, block.first + k);
        for (size_t j = 0; j < o->p.inner; j++) {
            const double d = (double)y[j] - about;
            u->sum[k] += d;
            u->squares[k] += d * d;
        }
    }
}

/* Whether a unit whose slopes all are flat has one that is not 0. */
static bool has_slope(const rt_outputs *o, size_t unit)
{
    for (size_t i = 0; i < o->p.n && o->act != RT_RELU; i++)
        for (size_t j = 0; j < o->p.inner; j++) {
            rt_real slope = 0;
            rt_slopes(o->act, (rt_real)o->a, 1, o->y + rt_plane(&o->p, i, unit) + j,
                      &slope);
            if (!(slope == 0))
                return true;
        }
    return false;
}

/* What is known of most units by their sums alone. */
static void look_closer(const rt_outputs *o, rt_block block, rt_unit_sums *u)
{
    const uint64_t values = o->p.n * o->p.inner;

    for (size_t k = 0; k < block.count; k++) {
        const bool dead = u->flat[k] == values && !has_slope(o, block.first + k);
        if (dead)
            u->alive[k] = 0;
        /* A dead ReLU's values are all 0. */
        if (!rt_squares_are_safe(u->squares[k]) && !(dead && o->act == RT_RELU))
            sum_again(o, block, k, u);
    }
}

void rt_sum_units(const rt_outputs *o, rt_block block, rt_unit_sums *u)
{
    const uint64_t values = o->p.n * o->p.inner;
    const tallies *t = tallies_of(o);
    uint64_t odd = 0;

    for (size_t k = 0; k < block.count; k++)
        u->first[k] = o->y[rt_plane(&o->p, 0, block.first + k)];
    if (o->p.inner == 1)
        sum_columns(o, t, block, u);
    else
        sum_planes(o, t, block, u);
    for (size_t k = 0; k < block.count; k++)
        u->alive[k] = t->slopes;
    for (size_t k = 0; k < block.count; k++)
        odd |= (uint64_t)!rt_squares_are_safe(u->squares[k]) | (u->flat[k] == values);
    if (odd != 0)
        look_closer(o, block, u);
    if (!t->slopes && o->act != RT_LINEAR && o->act != RT_SOFTMAX)
        take_slopes(o, block, u);
}
