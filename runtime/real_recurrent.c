/* real_recurrent.c -- products along the steps of a sequence. */
#include "choose_gemm.h"
#include "recurrent.h"

enum { TILE_ROWS = 64, TILE_COLUMNS = 128 };    /* of the gradient of the weights */
#define FLOPS_PER_NS 60.0

void rt_walk_tiles(rt_pass *c, const rt_walk *all, int gates, void (*body)(void *arg, int tile),
                   void *arg)
{
    const int size = rt_samples_of_tile(all->n);
    const double states = (double)all->n * all->steps * all->units;
    const double work = states * gates * (2.0 * all->units / FLOPS_PER_NS + 1);
    rt_run_tiles(c->pool, work, (all->n + size - 1) / size, body, arg);
}

rt_weight rt_prepare(const rt_walk *t, int k, int m, rt_matrix b, rt_real *room)
{
    const bool native = rt_choose_gemm(t->gemm, m, false).kernel == RT_GEMM_NATIVE;
    const bool fits = rt_packed_size(k, m) <= RT_ROOM;

    if (native && fits)
        rt_pack(k, m, b, room);
    return (rt_weight){ k, m, b, native && fits ? room : NULL, native };
}

void rt_multiply_step(const rt_walk *t, const rt_weight *w, const rt_real *a, size_t a_row,
                      const rt_real *start, size_t start_row, rt_real *y, size_t y_row)
{
    const rt_product p = { t->n, w->m, w->k, { a, a_row, 1 }, w->b, start, start_row, y, y_row };

    if (w->packed)
        rt_multiply_packed(&p, 0, w->m, w->packed);
    else if (w->native)
        rt_multiply(&p);
    else
        rt_multiply_openblas(&p);
}

/* ---- The gradient of the weights ------------------------------------------------------------- */

typedef struct {
    rt_walk all;
    int m;
    const rt_real *dz, *h;
    rt_real *dw;
} dw_job;

static int lesser(int a, int b) { return a < b ? a : b; }

/* Adds dz^T h- of a whole sample at each turn, or of a whole step, whichever is the longer sum. */
static void dw_tile(void *arg, int tile)
{
    const dw_job *job = arg;
    const rt_walk *t = &job->all;
    const int units = t->units, across = (units + TILE_COLUMNS - 1) / TILE_COLUMNS;
    const int i0 = tile / across * TILE_ROWS, j0 = tile % across * TILE_COLUMNS;
    const int later = t->way == RT_FROM_LAST ? 0 : 1;   /* of neighbours; h- is at the other */
    const bool by_sample = t->steps - 1 >= t->n;
    const int turns = by_sample ? t->n : t->steps - 1, length = by_sample ? t->steps - 1 : t->n;
    const size_t apart = by_sample ? 1 : (size_t)t->steps;      /* rows of a turn's sum */
    rt_product p = { .n = lesser(job->m - i0, TILE_ROWS), .m = lesser(units - j0, TILE_COLUMNS),
                     .k = length, .a = { NULL, 1, apart * (size_t)job->m },
                     .b = { NULL, apart * (size_t)units, 1 },
                     .y = job->dw + (size_t)i0 * (size_t)units + j0, .y_row = (size_t)units };
    const bool native = rt_choose_gemm(t->gemm, units, true).kernel == RT_GEMM_NATIVE;

    for (int k = 0; k < turns; k++) {
        const int sample = by_sample ? k : 0, step = by_sample ? 0 : k;
        p.a.x = job->dz + rt_at(t, sample, step + later, job->m) + i0;
        p.b.x = job->h + rt_at(t, sample, step + 1 - later, units) + j0;
        if (native)
            rt_multiply(&p);
        else
            rt_multiply_openblas(&p);
        p.start = p.y;
        p.start_row = p.y_row;
    }
}

void rt_recurrent_dw(rt_pass *c, rt_direction way, int n, int steps, int m, int units,
                     const rt_real *dz, const rt_real *h, rt_real *dw)
{
    dw_job job = { { way, 0, n, steps, units, c->gemm }, m, dz, h, dw };
    const int down = (m + TILE_ROWS - 1) / TILE_ROWS;
    const int across = (units + TILE_COLUMNS - 1) / TILE_COLUMNS;
    const double work = 2.0 * n * (steps - 1) * m * units / FLOPS_PER_NS;

    if (steps > 1)
        rt_run_tiles(c->pool, work, down * across, dw_tile, &job);
    else
        rt_fill((size_t)m * (size_t)units, NULL, dw);
}
