/* real_gemm.c -- matrix products in plain C: the micro-kernel, and blocks that stay in caches. */
#include "choose_gemm.h"
#include "gemm.h"
#include "thread_memory.h"
#include "tiles.h"

enum {
    LANES = RT_VECTOR_LANES,
    HALF = RT_VECTOR_BYTES == 64 ? LANES / 2 : 0,   /* columns that a vector of half the size has */
    PANEL_BYTES = 20480,            /* a panel's part that stays in L1 while blocks go through it */
    BLOCK_DEPTH = PANEL_BYTES / (2 * RT_VECTOR_BYTES),
    BLOCK_COLUMNS = 1024 / (int)sizeof(rt_real),     /* so many panels of that depth stay in L2 */
    GROUP_ROWS = 16 * RT_BLOCK_ROWS         /* rows of a that go through them together */
};

_Static_assert(BLOCK_COLUMNS % RT_PANEL == 0, "blocks are whole panels");
_Static_assert((BLOCK_COLUMNS + GROUP_ROWS) * BLOCK_DEPTH * sizeof(rt_real) <= RT_PRODUCT_BYTES,
               "a block of b and a copy of a fit");

_Static_assert(RT_FEW_COLUMNS == 4, "multiply_few_columns has them all");

/* ---- The micro-kernel ----------------------------------------------------------------------- */

/* A block of y, its operands and how far apart their rows lie. */
typedef struct {
    int k;
    const rt_real *a;
    size_t a_row, a_step;           /* between rows, and between columns */
    const rt_real *b;               /* a panel */
    const rt_real *start;
    size_t start_row;
    rt_real *y;
    size_t y_row;
    int last;                       /* columns in the last vector: 1 .. LANES */
} block;

/* For the last columns, where they are few: it costs half on a machine that does a vector of 64
 * bytes in two steps, or two of 32 at once. */
typedef rt_real half_vector
    __attribute__((vector_size(RT_VECTOR_BYTES / 2), may_alias, aligned(sizeof(rt_real))));

RT_INLINE rt_vector load_some(const rt_real *x, int count)
{
    return count == LANES ? rt_load(x) : rt_load_first(x, count);
}

RT_INLINE void store_some(rt_real *y, rt_vector x, int count)
{
    if (count == LANES)
        rt_store(y, x);
    else
        rt_store_first(y, x, count);
}

RT_INLINE half_vector load_half(const rt_real *x, int count)
{
    half_vector y = { 0 };
    memcpy(&y, x, (size_t)count * sizeof *x);
    return y;
}

/* `rows`, `vectors` and `half`, a half vector behind these, are literals where this is called: the
 * sums are registers, and the compiler unrolls all loops over them.  The one over k in part:
 * wholly, gcc would take the broadcasts out of it and run out of registers. */
RT_INLINE void multiply(const block *t, const int rows, const int vectors, const bool half)
{
    const rt_real *a = t->a, *b = t->b;
    const size_t a_row = t->a_row, a_step = t->a_step;
    const int end = vectors - 1, rest = vectors * LANES;
    rt_vector sum[RT_BLOCK_ROWS][2];
    half_vector tail[RT_BLOCK_ROWS];

#pragma GCC unroll 8
    for (int i = 0; i < rows; i++) {
        const rt_real *start = t->start ? t->start + (size_t)i * t->start_row : NULL;
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            sum[i][v] = !start ? (rt_vector){ 0 }
                      : load_some(start + v * LANES, v == end && !half ? t->last : LANES);
        if (half)
            tail[i] = start ? load_half(start + rest, t->last) : (half_vector){ 0 };
    }
#pragma GCC unroll 4
    for (int k = t->k; k > 0; k--) {
        const rt_vector b0 = rt_load_aligned(b);
        const rt_vector b1 = vectors > 1 ? rt_load_aligned(b + LANES) : b0;
        const half_vector b2 = *(const half_vector *)(b + rest % RT_PANEL);
#pragma GCC unroll 8
        for (int i = 0; i < rows; i++) {
            const rt_real x = a[(size_t)i * a_row];
            if (vectors > 0)
                sum[i][0] += rt_broadcast(x) * b0;
            if (vectors > 1)
                sum[i][1] += rt_broadcast(x) * b1;
            if (half)
                tail[i] += (x - (half_vector){ 0 }) * b2;
        }
        a += a_step;
        b += RT_PANEL;
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++) {
        rt_real *y = t->y + (size_t)i * t->y_row;
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            store_some(y + v * LANES, sum[i][v], v == end && !half ? t->last : LANES);
        if (half)
            memcpy(y + rest, &tail[i], (size_t)t->last * sizeof *y);
    }
}

/* By what there is of a panel: one vector or two, half a one or one and a half. */
#define KERNELS(rows) \
    static void multiply_##rows##_1(const block *t) { multiply(t, rows, 1, false); } \
    static void multiply_##rows##_2(const block *t) { multiply(t, rows, 2, false); } \
    static void multiply_##rows##_half(const block *t) { multiply(t, rows, 0, true); } \
    static void multiply_##rows##_more(const block *t) { multiply(t, rows, 1, true); }
#define KERNEL(rows) \
    [rows] = { multiply_##rows##_1, multiply_##rows##_2, multiply_##rows##_half, \
               multiply_##rows##_more }

KERNELS(1) KERNELS(2) KERNELS(3) KERNELS(4) KERNELS(5) KERNELS(6)
#if RT_VECTOR_REGISTERS == 32
KERNELS(7) KERNELS(8)
#endif

static void (*const kernel[RT_BLOCK_ROWS + 1][4])(const block *t) = {
    KERNEL(1), KERNEL(2), KERNEL(3), KERNEL(4), KERNEL(5), KERNEL(6),
#if RT_VECTOR_REGISTERS == 32
    KERNEL(7), KERNEL(8),
#endif
};

/* ---- Products ------------------------------------------------------------------------------- */

/* n rows in blocks that differ by one at most: a short one at the end would have too few sums to
 * fill the pipes. */
typedef struct {
    int count, rows, longer;        /* so many blocks at the front have one row more */
} cut;

static cut cut_rows(int n)
{
    const int count = (n + RT_BLOCK_ROWS - 1) / RT_BLOCK_ROWS;
    return (cut){ count, n / count, n % count };
}

static int start_of(const cut *c, int i) { return i * c->rows + rt_lesser(i, c->longer); }

/* y of one panel.  a may have been copied block by block. */
static void multiply_panel(const rt_product *p, const rt_real *panel, int j0, bool copied)
{
    const cut c = cut_rows(p->n);
    const int columns = rt_lesser(p->m - j0, RT_PANEL), vectors = columns > LANES ? 2 : 1;
    const int last = columns - (vectors - 1) * LANES;
    const int shape = last <= HALF ? vectors + 1 : vectors - 1;
    const size_t a_block = copied ? (size_t)p->k : p->a.row;
    block t = { .k = p->k, .a = p->a.x, .a_row = p->a.row, .a_step = p->a.column, .b = panel,
                .start = p->start ? p->start + j0 : NULL, .start_row = p->start_row,
                .y = p->y + j0, .y_row = p->y_row, .last = last };

    for (int i = 0; i < c.count; i++) {
        const int rows = c.rows + (i < c.longer);
        kernel[rows][shape](&t);
        t.a += a_block * (size_t)(copied ? RT_BLOCK_ROWS : rows);
        t.start = t.start ? t.start + (size_t)rows * t.start_row : NULL;
        t.y += (size_t)rows * t.y_row;
    }
}

static void multiply_panels(const rt_product *p, const rt_real *packed, bool copied)
{
    for (int j = 0; j < p->m; j += RT_PANEL)
        multiply_panel(p, packed + (size_t)j * (size_t)p->k, j, copied);
}

/* How far apart two columns of a lie where their lines evict each other, and b's, from the caches:
 * so it pays to copy them close together, if enough columns of b read them. */
enum { FAR = 4096 / (int)sizeof(rt_real), COPY_COLUMNS = 4 * RT_PANEL };

/* a in blocks of RT_BLOCK_ROWS rows, columns one behind the other; what follows a shorter block's
 * rows is not read. */
static void copy_blocks(int n, int k, rt_matrix a, rt_real *copy)
{
    const cut c = cut_rows(n);
    const int last = start_of(&c, c.count - 1);

    for (int i = 0; i < k; i++, copy += RT_BLOCK_ROWS) {
        const rt_real *x = a.x + (size_t)i * a.column;
        rt_real *y = copy;
        for (int j = 0; j < c.count - 1; j++, y += (size_t)k * RT_BLOCK_ROWS)
            memcpy(y, x + start_of(&c, j), RT_BLOCK_ROWS * sizeof *y);
        for (int j = last; j < n; j++)
            y[j - last] = x[j];
    }
}

static void multiply_copied(const rt_product *p, const rt_real *packed)
{
    rt_real *copy = (rt_real *)rt_thread_memory(RT_OF_PRODUCT) + BLOCK_DEPTH * BLOCK_COLUMNS;
    rt_product near = *p;

    copy_blocks(p->n, p->k, p->a, copy);
    near.a = (rt_matrix){ copy, 1, RT_BLOCK_ROWS };
    multiply_panels(&near, packed, true);
}

/* Rows of a block at a time, which stay in L2 while they go through its panels. */
static void multiply_block(const rt_product *p, const rt_real *packed)
{
    const bool far = p->a.column >= FAR && p->m >= COPY_COLUMNS;
    rt_product group = *p;

    for (int i = 0; i < p->n; i += GROUP_ROWS) {
        group.n = rt_lesser(p->n - i, GROUP_ROWS);
        group.a.x = p->a.x + (size_t)i * p->a.row;
        group.start = p->start ? p->start + (size_t)i * p->start_row : NULL;
        group.y = p->y + (size_t)i * p->y_row;
        if (far)
            multiply_copied(&group, packed);
        else
            multiply_panels(&group, packed, false);
    }
}

/* ---- Over k in parts of equal length -------------------------------------------------------- */

static int parts_of(int k) { return (k + BLOCK_DEPTH - 1) / BLOCK_DEPTH; }
static int part_start(int k, int i) { return (int)((int64_t)k * i / parts_of(k)); }

/* Part i of p, which goes on where the one before it ended. */
static rt_product part_of(const rt_product *p, int i)
{
    const int at = part_start(p->k, i);
    rt_product part = *p;

    part.k = part_start(p->k, i + 1) - at;
    part.a.x += (size_t)at * p->a.column;
    part.b.x += (size_t)at * p->b.row;
    if (i > 0) {
        part.start = p->y;
        part.start_row = p->y_row;
    }
    return part;
}

void rt_pack(int k, int m, rt_matrix b, rt_real *packed)
{
    for (int i = 0; i < parts_of(k); i++) {
        const int at = part_start(k, i), depth = part_start(k, i + 1) - at;
        const rt_matrix part = { b.x + (size_t)at * b.row, b.row, b.column };
        rt_pack_panels(depth, m, part, packed);
        packed += rt_packed_size(depth, m);
    }
}

void rt_multiply_packed(const rt_product *p, int first, int m, const rt_real *packed)
{
    for (int i = 0; i < parts_of(p->k); i++) {
        const rt_product part = part_of(p, i);
        multiply_panels(&part, packed + (size_t)first * (size_t)part.k, false);
        packed += rt_packed_size(part.k, m);
    }
}

/* ---- Few columns ---------------------------------------------------------------------------- */

/* Rows of a block of y; rows of a from one that is read to one that is fetched ahead. */
enum { FEW_VECTORS = 4, FEW_ROWS = FEW_VECTORS * LANES, AHEAD = 16 };

/* `count` rows of y from `row` on, `columns` and `whole`, that is all FEW_ROWS, being literals. */
RT_INLINE void multiply_few_rows(const rt_product *p, int row, int count, const int columns,
                                 const bool whole)
{
    _Alignas(RT_VECTOR_BYTES) rt_real y[RT_FEW_COLUMNS][FEW_ROWS] = { 0 };
    rt_vector sum[RT_FEW_COLUMNS][FEW_VECTORS];

    for (int i = 0; i < count && p->start; i++)
        for (int j = 0; j < columns; j++)
            y[j][i] = p->start[(size_t)(row + i) * p->start_row + (size_t)j];
    for (int j = 0; j < columns; j++)
        for (int v = 0; v < FEW_VECTORS; v++)
            sum[j][v] = rt_load_aligned(y[j] + v * LANES);
    for (int k = 0; k < p->k; k++) {
        const rt_real *a = p->a.x + (size_t)k * p->a.column + row;
        const rt_real *b = p->b.x + (size_t)k * p->b.row;
        rt_real rest[FEW_ROWS] = { 0 };

        if (!whole)
            memcpy(rest, a, (size_t)count * sizeof *rest);
        for (int v = 0; v < FEW_VECTORS; v++) {
            const rt_vector x = rt_load((whole ? a : rest) + v * LANES);
            __builtin_prefetch(a + AHEAD * p->a.column + v * LANES);
            for (int j = 0; j < columns; j++)
                sum[j][v] += x * rt_broadcast(b[j]);
        }
    }
    for (int j = 0; j < columns; j++)
        for (int v = 0; v < FEW_VECTORS; v++)
            rt_store_aligned(y[j] + v * LANES, sum[j][v]);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < columns; j++)
            p->y[(size_t)(row + i) * p->y_row + (size_t)j] = y[j][i];
}

RT_INLINE void multiply_few(const rt_product *p, const int columns)
{
    int row = 0;

    for (; row + FEW_ROWS <= p->n; row += FEW_ROWS)
        multiply_few_rows(p, row, FEW_ROWS, columns, true);
    if (row < p->n)
        multiply_few_rows(p, row, p->n - row, columns, false);
}

/* y of so few columns that they would leave a panel empty, where those of a lie contiguous: they
 * are the vectors, b's numbers single ones. */
static void multiply_few_columns(const rt_product *p)
{
    if (p->m == 1)
        multiply_few(p, 1);
    else if (p->m == 2)
        multiply_few(p, 2);
    else
        multiply_few(p, 3);
}

/* ---- Products whose operands lie as they are ------------------------------------------------- */

/* The columns of p, all of them in one block. */
static void multiply_columns(const rt_product *p)
{
    rt_real *packed = rt_thread_memory(RT_OF_PRODUCT);

    for (int i = 0; i < parts_of(p->k); i++) {
        const rt_product part = part_of(p, i);
        rt_pack_panels(part.k, part.m, part.b, packed);
        multiply_block(&part, packed);
    }
}

void rt_multiply(const rt_product *p)
{
    rt_product columns = *p;

    if (p->m < RT_FEW_COLUMNS && p->a.row == 1 && p->b.column == 1) {
        multiply_few_columns(p);
        return;
    }
    for (int j = 0; j < p->m; j += BLOCK_COLUMNS) {
        columns.m = rt_lesser(p->m - j, BLOCK_COLUMNS);
        columns.b.x = p->b.x + (size_t)j * p->b.column;
        columns.start = p->start ? p->start + j : NULL;
        columns.y = p->y + j;
        multiply_columns(&columns);
    }
}
