/* real_rows.c -- softmax, dropout, pieces of rows, dot products. */
#include "philox_blocks.h"
#include "softmax.h"
#include "tiles.h"

#include <string.h>

enum { CHUNK = 128 };               /* values in a local buffer */
_Static_assert(CHUNK % (4 * RT_PHILOX_LANES) == 0, "a chunk holds whole lanes");

/* One job on rows: a and b go in, y comes out. */
typedef struct {
    rt_tiles tiles;
    size_t m, width, at;
    const rt_real *a, *b;
    rt_real *y;
} rows_job;

static void run_rows(rt_pass *c, int n, int m, double ns, rows_job job,
                     void (*body)(void *arg, int tile))
{
    job.tiles = rt_cut_rows(n, m);
    job.m = (size_t)m;
    rt_run_tiles(c->pool, ns * n * m, job.tiles.count, body, &job);
}

static void scale_row(size_t m, double sum, const rt_real *e, rt_real *y)
{
    const rt_real scale = (rt_real)(1.0 / sum);

    for (size_t j = 0; j < m; j++)
        y[j] = e[j] * scale;
}

static void softmax_rows(size_t rows, size_t m, const rt_real *x, rt_real *y)
{
    rt_real max[RT_EXPS], e[RT_EXPS];

    rt_exp_rows(rows, m, x, max, e);
    for (size_t i = 0; i < rows; i++)
        scale_row(m, rt_sum(m, e + i * m), e + i * m, y + i * m);
}

static void softmax_long_row(size_t m, const rt_real *x, rt_real *y)
{
    const rt_real max = rt_largest(m, x);
    double sum = 0;

    for (size_t at = 0; at < m; at += RT_EXPS) {
        const size_t n = m - at < RT_EXPS ? m - at : RT_EXPS;
        rt_real e[RT_EXPS];
        sum += rt_exp_piece(n, max, x + at, e);
        memcpy(y + at, e, n * sizeof *e);
    }
    scale_row(m, sum, y, y);
}

static void softmax_tile(void *arg, int tile)
{
    const rows_job *s = arg;
    const size_t end = rt_tile_end(&s->tiles, tile), once = RT_EXPS / s->m;

    for (size_t i = rt_tile_start(&s->tiles, tile), n; i < end; i += n) {
        n = once && once < end - i ? once : once ? end - i : 1;
        if (once)
            softmax_rows(n, s->m, s->a + i * s->m, s->y + i * s->m);
        else
            softmax_long_row(s->m, s->a + i * s->m, s->y + i * s->m);
    }
}

void rt_softmax(rt_pass *c, int n, int m, const rt_real *x, rt_real *y)
{
    run_rows(c, n, m, 2, (rows_job){ .a = x, .y = y }, softmax_tile);
}

static void softmax_dx_tile(void *arg, int tile)
{
    const rows_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++) {
        const rt_real *dy = s->a + i * s->m, *y = s->b + i * s->m;
        const rt_real dot = (rt_real)rt_sum_products(s->m, dy, 0, y, 0);
        rt_real *dx = s->y + i * s->m;
        for (size_t j = 0; j < s->m; j++)
            dx[j] = y[j] * (dy[j] - dot);
    }
}

void rt_softmax_dx(rt_pass *c, int n, int m, const rt_real *dy, const rt_real *y, rt_real *dx)
{
    run_rows(c, n, m, 1, (rows_job){ .a = dy, .b = y, .y = dx }, softmax_dx_tile);
}

typedef struct {
    rt_tiles tiles;
    rt_stream stream;
    uint32_t threshold;             /* a value whose word is under it is dropped: p 2^32 */
    rt_real scale;
    const rt_real *x;
    rt_real *y;
} dropout_job;

/* Value number i of the batch has word number i of the stream, wherever the tiles are cut. */
static void dropout_tile(void *arg, int tile)
{
    const dropout_job *d = arg;
    const uint32_t threshold = d->threshold;
    const rt_real scale = d->scale;
    const size_t end = rt_tile_end(&d->tiles, tile);

    for (size_t at = rt_tile_start(&d->tiles, tile); at < end; at += CHUNK) {
        const size_t n = end - at < CHUNK ? end - at : CHUNK;
        const rt_real *x = d->x + at;
        rt_real *y = d->y + at;
        uint32_t word[CHUNK];
        rt_random_blocks(&d->stream, (uint32_t)(at / 4), (n + 3) / 4, word);
        for (size_t k = 0; k < n; k++)
            y[k] = x[k] * (word[k] < threshold ? 0 : scale);
    }
}

void rt_dropout(rt_pass *c, const rt_watch *layer, double p, int n, int m, const rt_real *x,
                rt_real *y)
{
    const size_t count = (size_t)n * (size_t)m;
    if (!c->training) {
        if (x != y)
            memcpy(y, x, count * sizeof *y);
        return;
    }
    dropout_job d = { .tiles = rt_cut(count, RT_SMALL_TILE),
                      .stream = { c->seed, RT_FOR_DROPOUT, layer->stream, c->step },
                      .threshold = (uint32_t)fmin(p * 0x1p32, 0x1p32 - 1),
                      .scale = p < 1 ? (rt_real)(1.0 / (1.0 - p)) : 0, .x = x, .y = y };
    rt_run_tiles(c->pool, 2.0 * (double)count, d.tiles.count, dropout_tile, &d);
}

static void insert_tile(void *arg, int tile)
{
    const rows_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++)
        memcpy(s->y + i * s->width + s->at, s->a + i * s->m, s->m * sizeof *s->y);
}

static void extract_tile(void *arg, int tile)
{
    const rows_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++)
        memcpy(s->y + i * s->m, s->a + i * s->width + s->at, s->m * sizeof *s->y);
}

void rt_insert(rt_pass *c, int n, int m, int width, int at, const rt_real *x, rt_real *y)
{
    run_rows(c, n, m, 0.2, (rows_job){ .width = (size_t)width, .at = (size_t)at, .a = x, .y = y },
             insert_tile);
}

void rt_extract(rt_pass *c, int n, int m, int width, int at, const rt_real *x, rt_real *y)
{
    run_rows(c, n, m, 0.2, (rows_job){ .width = (size_t)width, .at = (size_t)at, .a = x, .y = y },
             extract_tile);
}

static void extract_dx_tile(void *arg, int tile)
{
    const rows_job *s = arg;
    const size_t behind = s->width - s->at - s->m;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++) {
        rt_real *dx = s->y + i * s->width;
        memset(dx, 0, s->at * sizeof *dx);
        memcpy(dx + s->at, s->a + i * s->m, s->m * sizeof *dx);
        memset(dx + s->at + s->m, 0, behind * sizeof *dx);
    }
}

void rt_extract_dx(rt_pass *c, int n, int m, int width, int at, const rt_real *dy, rt_real *dx)
{
    rows_job s = { .tiles = rt_cut_rows(n, width), .m = (size_t)m, .width = (size_t)width,
                   .at = (size_t)at, .a = dy, .y = dx };
    rt_run_tiles(c->pool, 0.2 * n * width, s.tiles.count, extract_dx_tile, &s);
}

typedef struct {
    rt_tiles tiles;
    const rt_real *a, *b;
    double partial[RT_MAX_TILES];
} dot_job;

static void dot_tile(void *arg, int tile)
{
    dot_job *d = arg;
    const size_t start = rt_tile_start(&d->tiles, tile), end = rt_tile_end(&d->tiles, tile);
    d->partial[tile] = rt_sum_products(end - start, d->a + start, 0, d->b + start, 0);
}

void rt_dot(rt_pass *c, int n, const rt_real *a, const rt_real *b, rt_real *y)
{
    dot_job d = { .tiles = rt_cut((size_t)n, RT_SMALL_TILE), .a = a, .b = b };
    rt_run_tiles(c->pool, 0.3 * n, d.tiles.count, dot_tile, &d);
    y[0] = (rt_real)rt_sum_tiles(d.partial, d.tiles.count);
}
