/* real_products.c -- the dense layer's matrix products, natively or over OpenBLAS, and column sums.
 *
 * Products are cut into tiles of the result by their sizes alone: OpenBLAS, which runs
 * single-threaded, sums in an order that depends on the cut. */
#include "choose_gemm.h"
#include "gemm.h"
#include "then.h"
#include "thread_memory.h"
#include "tiles.h"

enum {
    TILE_ROWS = 64,                 /* of OpenBLAS: 64 x 256 keeps it near its best ... */
    TILE_COLUMNS = 256,
    NARROW_COLUMNS = 64,            /* ... and results of one row of tiles are cut more finely */
    FINISHED_ROWS = 64,             /* of tiles of whole rows */
    NATIVE_ROWS = 512,              /* at most: each tile packs its columns of b ... */
    NATIVE_PANELS = 1024 / (2 * RT_VECTOR_BYTES),   /* ... and reads its rows of a */
    NATIVE_TILES = 8,               /* at least, where there are columns for them */
    NEAR_BYTES = 1 << 19,           /* of b, which L2 may still hold */
    SUM_COLUMNS = 512, SUM_ROWS = 64, SUM_TILES = 16     /* of column sums */
};
#define FLOPS_PER_NS 60.0

typedef struct {
    rt_product all;
    const rt_then *then;
    int rows, columns;              /* of a tile; the last ones may be smaller */
    bool native;
} job;

static int larger(int a, int b) { return a > b ? a : b; }
static int tiles_of(int n, int size) { return (n + size - 1) / size; }

/* ---- A tile --------------------------------------------------------------------------------- */

/* What follows, over rows in one piece where the tile has whole ones. */
static void finish(const job *j, const rt_product *p)
{
    const size_t at = (size_t)(p->y - j->all.y), n = (size_t)p->n, m = (size_t)p->m;

    if (p->m == j->all.m)
        rt_finish(j->then, at, n * m, p->y);
    else
        rt_finish_rows(j->then, at, p->y_row, n, m, p->y);
}

/* b of the tile behind one, which the same thread is likely to take; NULL where that is not as
 * large. */
static const rt_real *b_behind(const job *j, int tile)
{
    const int across = tiles_of(j->all.m, j->columns), tiles = across * tiles_of(j->all.n, j->rows);
    const int j0 = (tile + 1) % across * j->columns;

    if (tile + 1 == tiles || j0 + j->columns > j->all.m)
        return NULL;
    return j->all.b.x + (size_t)j0 * j->all.b.column;
}

static void product_tile(void *arg, int tile)
{
    const job *j = arg;
    const int across = tiles_of(j->all.m, j->columns);
    const int i0 = tile / across * j->rows, j0 = tile % across * j->columns;
    rt_product p = j->all;

    p.n = rt_lesser(p.n - i0, j->rows);
    p.m = rt_lesser(p.m - j0, j->columns);
    p.a.x += (size_t)i0 * p.a.row;
    p.b.x += (size_t)j0 * p.b.column;
    p.y += (size_t)i0 * p.y_row + (size_t)j0;
    if (p.start)
        p.start += (size_t)i0 * p.start_row + (size_t)j0;
    if (j->native) {
        p.next_b = b_behind(j, tile);
        rt_multiply(&p);
    }
    else
        rt_multiply_openblas(&p);
    finish(j, &p);
}

/* ---- The cut -------------------------------------------------------------------------------- */

/* Into columns, each of which packs its own part of b: what one thread packs for all of them the
 * others read from its cache, which takes longer than to pack it.  But into whole rows where a
 * function of every value would leave the last ones of each row, which are no whole vector, to
 * scalar code. */
static void cut_native(job *j)
{
    const int n = j->all.n, panels = tiles_of(j->all.m, RT_PANEL);
    const bool whole_rows = j->then && j->all.m % RT_VECTOR_LANES && panels <= NATIVE_PANELS;
    const int down = tiles_of(n, whole_rows ? FINISHED_ROWS : NATIVE_ROWS);
    const int across = tiles_of(NATIVE_TILES, down);

    j->native = true;
    if (j->all.m < RT_FEW_COLUMNS)
        return;                     /* the rows of OpenBLAS's tiles do */
    j->rows = tiles_of(n, down);
    j->columns = RT_PANEL * larger(rt_lesser(panels / across, NATIVE_PANELS), 1);
    if (whole_rows)
        j->columns = j->all.m;
}

/* transposed: a is, as in gradients of weights */
static void run_product(rt_pass *c, const rt_product *p, bool transposed, const rt_then *then)
{
    const double work = 2.0 * p->n * p->m * p->k / FLOPS_PER_NS;
    job j = { .all = *p, .then = then, .rows = TILE_ROWS,
              .columns = p->n <= TILE_ROWS ? NARROW_COLUMNS : TILE_COLUMNS };

    j.all.far = (size_t)p->k * (size_t)p->m * sizeof(rt_real) > NEAR_BYTES;
    if (rt_choose_gemm(c->gemm, p->m, transposed).kernel == RT_GEMM_NATIVE)
        cut_native(&j);
    rt_run_tiles(c->pool, work, tiles_of(p->n, j.rows) * tiles_of(p->m, j.columns), product_tile,
                 &j);
}

/* x[n][m], and its transpose */
static rt_matrix as_it_lies(const rt_real *x, int m) { return (rt_matrix){ x, (size_t)m, 1 }; }
static rt_matrix transposed(const rt_real *x, int m) { return (rt_matrix){ x, 1, (size_t)m }; }

void rt_affine(rt_pass *c, int n, int out, int in, const rt_real *x, const rt_real *w,
               const rt_real *b, const rt_then *then, rt_real *y)
{
    const rt_product p = { .n = n, .m = out, .k = in, .a = as_it_lies(x, in),
                           .b = transposed(w, in), .start = b, .y = y, .y_row = (size_t)out };

    run_product(c, &p, false, then);
}

void rt_affine_dx(rt_pass *c, int n, int out, int in, const rt_real *dy, const rt_real *w,
                  rt_real *dx)
{
    const rt_product p = { .n = n, .m = in, .k = out, .a = as_it_lies(dy, out),
                           .b = as_it_lies(w, in), .y = dx, .y_row = (size_t)in };

    run_product(c, &p, false, NULL);
}

void rt_affine_dw(rt_pass *c, int n, int out, int in, const rt_real *dy, const rt_real *x,
                  rt_real *dw)
{
    const rt_product p = { .n = out, .m = in, .k = n, .a = transposed(dy, out),
                           .b = as_it_lies(x, in), .y = dw, .y_row = (size_t)in };

    run_product(c, &p, true, NULL);
}

/* ---- Column sums ---------------------------------------------------------------------------- */

/* In tiles of some rows and of columns that lie contiguous for long, so that they stream. */
typedef struct {
    int n, m, rows, down, across;   /* rows of a tile; tiles */
    const rt_real *x;
    rt_real *y;
    double *partial;                /* [down][m] */
} column_sum;

/* Four rows at a time: sums are loaded and stored less. */
static void add_rows(int n, size_t m, int columns, const rt_real *x, double *restrict sum)
{
    int i = 0;

    for (; i + 4 <= n; i += 4, x += 4 * m)
        for (int j = 0; j < columns; j++)
            sum[j] += ((double)x[j] + (double)x[m + (size_t)j])
                    + ((double)x[2 * m + (size_t)j] + (double)x[3 * m + (size_t)j]);
    for (; i < n; i++, x += m)
        for (int j = 0; j < columns; j++)
            sum[j] += (double)x[j];
}

static void column_sum_tile(void *arg, int tile)
{
    const column_sum *s = arg;
    const int row = tile / s->across, i0 = row * s->rows, j0 = tile % s->across * SUM_COLUMNS;
    const int columns = rt_lesser(s->m - j0, SUM_COLUMNS);
    double sum[SUM_COLUMNS] = { 0 };

    add_rows(rt_lesser(s->n - i0, s->rows), (size_t)s->m, columns,
             s->x + (size_t)i0 * (size_t)s->m + j0, sum);
    if (s->down == 1)
        for (int j = 0; j < columns; j++)
            s->y[j0 + j] = (rt_real)sum[j];
    else
        memcpy(s->partial + (size_t)row * (size_t)s->m + j0, sum, (size_t)columns * sizeof *sum);
}

void rt_column_sum(rt_pass *c, int n, int m, const rt_real *x, rt_real *y)
{
    column_sum s = { .n = n, .m = m, .across = tiles_of(m, SUM_COLUMNS), .x = x, .y = y };
    const int fit = RT_JOB_BYTES / (int)sizeof *s.partial / m;

    s.down = larger(rt_lesser(rt_lesser(SUM_TILES / s.across, n / SUM_ROWS), fit), 1);
    s.rows = tiles_of(n, s.down);
    s.down = tiles_of(n, s.rows);
    s.partial = rt_thread_memory(RT_OF_JOB);
    rt_run_tiles(c->pool, 0.2 * n * m, s.down * s.across, column_sum_tile, &s);
    for (int j = 0; j < m && s.down > 1; j++) {
        double sum = 0;
        for (int i = 0; i < s.down; i++)
            sum += s.partial[(size_t)i * (size_t)m + (size_t)j];
        y[j] = (rt_real)sum;
    }
}
