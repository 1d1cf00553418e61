/* real_gemm.c -- matrix products in plain C: the micro-kernel, and blocks that stay in caches. */
#include "choose_gemm.h"
#include "coming.h"
#include "thread_memory.h"
#include "tiles.h"

enum {
    LANES = RT_VECTOR_LANES,
    HALF = RT_VECTOR_BYTES == 64 ? LANES / 2 : 0,   /* columns that a vector of half the size has */
    BLOCK_DEPTH = 256,              /* a panel's part, which blocks go through, is 32 KiB at most */
    BLOCK_COLUMNS = 1024 / (int)sizeof(rt_real),    /* so many panels of that depth stay in L2 */
    BLOCK_SUMS = 512,               /* rows whose sums over parts of k do, too */
    GROUP_ROWS = 16 * RT_BLOCK_ROWS         /* rows of a that go through panels together */
};

_Static_assert(BLOCK_COLUMNS % RT_PANEL == 0, "blocks are whole panels");
/* Of what a product works on. */
enum {
    SUMS_AT = BLOCK_COLUMNS * BLOCK_DEPTH,          /* behind a block of b */
    COPY_AT = SUMS_AT + BLOCK_COLUMNS * BLOCK_SUMS,
    WORK_SIZE = COPY_AT + GROUP_ROWS * BLOCK_DEPTH
};
_Static_assert(WORK_SIZE * sizeof(rt_real) <= RT_PRODUCT_BYTES, "there is room for all");

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
    rt_coming *next;
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

#define ITSELF(lane, unused) (lane)     /* of RT_LANE_LIST */

RT_INLINE half_vector load_half(const rt_real *x, int count)
{
    const rt_vector y = rt_load_first(x, count);
    return __builtin_shufflevector(y, y, RT_HALF_LIST(ITSELF, 0));
}

RT_INLINE void store_half(rt_real *y, half_vector x, int count)
{
    const rt_vector whole = __builtin_shufflevector(x, (half_vector){ 0 }, RT_LANE_LIST(ITSELF, 0));
    rt_store_first(y, whole, count);
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
    rt_fetch_some(t->next);
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
            store_half(y + rest, tail[i], t->last);
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

/* A part of a product over k, whose start and y may be sums that are kept panel by panel. */
typedef struct {
    rt_product all;
    size_t start_panel, y_panel;    /* from one panel to the next */
    size_t a_block;                 /* from one block of rows of a to the next, if it was copied */
    rt_coming next;                 /* what is fetched meanwhile */
} part;

/* y of one panel. */
static void multiply_panel(part *p, const rt_real *packed, int panel)
{
    const rt_product *all = &p->all;
    const cut c = cut_rows(all->n);
    const int columns = rt_lesser(all->m - panel * RT_PANEL, RT_PANEL);
    const int vectors = columns > LANES ? 2 : 1, last = columns - (vectors - 1) * LANES;
    const int shape = last <= HALF ? vectors + 1 : vectors - 1;
    const size_t at = (size_t)panel;
    block t = { .k = all->k, .a = all->a.x, .a_row = all->a.row, .a_step = all->a.column,
                .b = packed + at * (size_t)all->k * RT_PANEL,
                .start = all->start ? all->start + at * p->start_panel : NULL,
                .start_row = all->start_row, .y = all->y + at * p->y_panel, .y_row = all->y_row,
                .last = last, .next = &p->next };

    for (int i = 0; i < c.count; i++) {
        const int rows = c.rows + (i < c.longer);
        kernel[rows][shape](&t);
        t.a += p->a_block ? p->a_block : (size_t)rows * t.a_row;
        t.start = t.start ? t.start + (size_t)rows * t.start_row : NULL;
        t.y += (size_t)rows * t.y_row;
    }
}

static int panels_of(int m) { return (m + RT_PANEL - 1) / RT_PANEL; }

static void multiply_panels(part *p, const rt_real *packed)
{
    for (int panel = 0; panel < panels_of(p->all.m); panel++)
        multiply_panel(p, packed, panel);
}

/* How far apart columns of a lie where their lines evict each other from L1, and of how many
 * columns of b it then pays to copy them close together.  With vectors of 64 bytes a block takes
 * long enough over a column for the next one's line to come from L2. */
enum { FAR = 4096 / (int)sizeof(rt_real), COPY_COLUMNS = 4 * RT_PANEL };

static bool is_copied(const rt_product *p)
{
    return RT_VECTOR_BYTES < 64 && p->a.column >= FAR && p->m >= COPY_COLUMNS;
}

/* a in blocks of RT_BLOCK_ROWS rows, columns one behind the other; what follows a shorter block's
 * rows is not read. */
static void copy_blocks(part *p)
{
    rt_product *all = &p->all;
    const cut c = cut_rows(all->n);
    const int last = c.count - 1, start = last * c.rows + rt_lesser(last, c.longer);
    rt_real *copy = (rt_real *)rt_thread_memory(RT_OF_PRODUCT) + COPY_AT;
    const rt_matrix near = { copy, 1, RT_BLOCK_ROWS };

    p->a_block = (size_t)all->k * RT_BLOCK_ROWS;
    for (int i = 0; i < all->k; i++, copy += RT_BLOCK_ROWS) {
        const rt_real *x = all->a.x + (size_t)i * all->a.column;
        rt_real *y = copy;
        for (int j = 0; j < last; j++, y += p->a_block)
            memcpy(y, x + j * c.rows + rt_lesser(j, c.longer), RT_BLOCK_ROWS * sizeof *y);
        for (int j = start; j < all->n; j++)
            y[j - start] = x[j];
    }
    all->a = near;
}

/* Rows of a in groups, which stay in L2 while they go through the panels. */
static void multiply_groups(part *p, const rt_real *packed)
{
    const rt_product all = p->all;
    const bool copied = is_copied(&all);

    for (int i = 0; i < all.n; i += GROUP_ROWS) {
        p->all.n = rt_lesser(all.n - i, GROUP_ROWS);
        p->all.a = all.a;
        p->all.a.x += (size_t)i * all.a.row;
        p->all.start = all.start ? all.start + (size_t)i * all.start_row : NULL;
        p->all.y = all.y + (size_t)i * all.y_row;
        if (copied)
            copy_blocks(p);
        multiply_panels(p, packed);
    }
}

/* ---- Over k in parts of equal length -------------------------------------------------------- */

static int parts_of(int k) { return (k + BLOCK_DEPTH - 1) / BLOCK_DEPTH; }
static int part_start(int k, int i) { return (int)((int64_t)k * i / parts_of(k)); }

/* Part i of p, which goes on where the one before it ended. */
static part part_of(const rt_product *p, int i)
{
    const int at = part_start(p->k, i);
    part x = { .all = *p, .start_panel = RT_PANEL, .y_panel = RT_PANEL };

    x.all.k = part_start(p->k, i + 1) - at;
    x.all.a.x += (size_t)at * p->a.column;
    x.all.b.x += (size_t)at * p->b.row;
    if (i > 0) {
        x.all.start = p->y;
        x.all.start_row = p->y_row;
    }
    return x;
}

void rt_pack(int k, int m, rt_matrix b, rt_real *packed)
{
    for (int i = 0; i < parts_of(k); i++) {
        const int at = part_start(k, i), depth = part_start(k, i + 1) - at;
        const rt_matrix x = { b.x + (size_t)at * b.row, b.row, b.column };
        rt_pack_panels(depth, m, x, packed);
        packed += rt_packed_size(depth, m);
    }
}

void rt_multiply_packed(const rt_product *p, int first, int m, const rt_real *packed)
{
    for (int i = 0; i < parts_of(p->k); i++) {
        part x = part_of(p, i);
        multiply_panels(&x, packed + (size_t)first * (size_t)x.all.k);
        packed += rt_packed_size(x.all.k, m);
    }
}

/* ---- Products whose operands lie as they are ------------------------------------------------- */

/* Part i of p between sums that are kept panel by panel, which begin with p's start and end in
 * its y: rows of y may lie so far apart that they evict each other, and panels, from L1. */
static part part_with_sums(const rt_product *p, int i, rt_real *sums)
{
    const size_t panel = (size_t)p->n * RT_PANEL;
    part x = part_of(p, i);

    if (i > 0) {
        x.all.start = sums;
        x.all.start_row = RT_PANEL;
        x.start_panel = panel;
    }
    if (i < parts_of(p->k) - 1) {
        x.all.y = sums;
        x.all.y_row = RT_PANEL;
        x.y_panel = panel;
    }
    return x;
}

/* What is packed after part i: the part behind it, or the first one of what comes next. */
static rt_coming coming_after(const rt_product *p, int i)
{
    const int fetches = (p->n + RT_BLOCK_ROWS - 1) / RT_BLOCK_ROWS * panels_of(p->m);
    const int next = i + 1 < parts_of(p->k) ? i + 1 : 0;
    rt_matrix b = p->b;

    b.x = next > 0 ? b.x : p->next_b;
    if (!p->far || !b.x)
        return (rt_coming){ .rows = 0 };
    const int at = part_start(p->k, next);
    b.x += (size_t)at * b.row;
    return rt_coming_of(part_start(p->k, next + 1) - at, p->m, b, fetches);
}

/* p of so many rows and columns that its sums fit. */
static void multiply_block(const rt_product *p)
{
    rt_real *packed = rt_thread_memory(RT_OF_PRODUCT), *sums = packed + SUMS_AT;

    for (int i = 0; i < parts_of(p->k); i++) {
        part x = part_with_sums(p, i, sums);
        rt_pack_panels(x.all.k, x.all.m, x.all.b, packed);
        x.next = coming_after(p, i);
        multiply_groups(&x, packed);
    }
}

static void multiply_rows(const rt_product *p)
{
    rt_product columns = *p;

    for (int j = 0; j < p->m; j += BLOCK_COLUMNS) {
        columns.m = rt_lesser(p->m - j, BLOCK_COLUMNS);
        columns.b.x = p->b.x + (size_t)j * p->b.column;
        columns.next_b = j + 2 * BLOCK_COLUMNS <= p->m
                       ? columns.b.x + BLOCK_COLUMNS * p->b.column : p->next_b;
        columns.start = p->start ? p->start + j : NULL;
        columns.y = p->y + j;
        multiply_block(&columns);
    }
}

void rt_multiply(const rt_product *p)
{
    rt_product rows = *p;

    if (p->m < RT_FEW_COLUMNS && p->a.row == 1 && p->b.column == 1) {
        rt_multiply_few_columns(p);
        return;
    }
    for (int i = 0; i < p->n; i += BLOCK_SUMS) {
        rows.n = rt_lesser(p->n - i, BLOCK_SUMS);
        rows.a.x = p->a.x + (size_t)i * p->a.row;
        rows.start = p->start ? p->start + (size_t)i * p->start_row : NULL;
        rows.y = p->y + (size_t)i * p->y_row;
        multiply_rows(&rows);
    }
}
