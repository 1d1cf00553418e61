/* real_recurrent.c -- products along the steps of a sequence. */
#include "choose_gemm.h"
#include "recurrent.h"
#include "tiles.h"

enum {                              /* of the gradient of the weights */
    ROWS = 512, COLUMNS = 256,      /* of a tile: its sum stays in L2 */
    FEW_ROWS = 64,                  /* where turns are few */
    TILES = 8                       /* at least, for so many threads */
};
_Static_assert(TILES * ROWS * COLUMNS * sizeof(rt_real) <= RT_JOB_BYTES, "sums of groups fit");
enum { SLICE = RT_PANEL };          /* columns of a product between two fetches */
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

/* Of slice `slice` of `slices`. */
static void fetch_ahead(const rt_ahead *ahead, int n, int slice, int slices)
{
    enum { LINE = 64 / (int)sizeof(rt_real) };

    for (int i = n * slice / slices; i < n * (slice + 1) / slices; i++)
        for (int j = 0; j < ahead->count; j += LINE)
            __builtin_prefetch(ahead->x + (size_t)i * ahead->row + j, 0, 2);
}

static void multiply_slices(rt_product *p, const rt_weight *w, const rt_ahead *ahead)
{
    const int slices = (w->m + SLICE - 1) / SLICE;
    const rt_real *start = p->start;
    rt_real *y = p->y;

    for (int i = 0; i < slices; i++) {
        const int at = i * SLICE;
        for (int k = 0; k < RT_AHEADS && ahead[k].x; k++)
            fetch_ahead(&ahead[k], p->n, i, slices);
        p->m = w->m - at < SLICE ? w->m - at : SLICE;
        p->start = start ? start + at : NULL;
        p->y = y + at;
        rt_multiply_packed(p, at, w->m, w->packed);
    }
}

void rt_multiply_step(const rt_walk *t, const rt_weight *w, const rt_real *a, size_t a_row,
                      const rt_real *start, size_t start_row, rt_real *y, size_t y_row,
                      const rt_ahead ahead[RT_AHEADS])
{
    rt_product p = { .n = t->n, .m = w->m, .k = w->k, .a = { a, a_row, 1 }, .b = w->b,
                     .start = start, .start_row = start_row, .y = y, .y_row = y_row };

    if (w->packed && ahead)
        multiply_slices(&p, w, ahead);
    else if (w->packed)
        rt_multiply_packed(&p, 0, w->m, w->packed);
    else if (w->native)
        rt_multiply(&p);
    else
        rt_multiply_openblas(&p);
}

/* ---- The gradient of the weights ------------------------------------------------------------- */

/* Turns, each the sum over a whole sample or over a whole step, are dealt out to groups; each has
 * a sum of its own, and those are added in the order of the groups. */
typedef struct {
    rt_walk all;
    int m;
    const rt_real *dz, *h;
    rt_real *dw, *sums;             /* [groups][m][units]; the first is dw, the others in `sums` */
    bool by_sample;                 /* which is the longer sum */
    int turns, groups, rows, down, across;
} dw_job;

static int larger(int a, int b) { return a > b ? a : b; }
static int tiles_of(int n, int size) { return (n + size - 1) / size; }

static rt_real *sum_of_group(const dw_job *job, int group)
{
    const size_t size = (size_t)job->m * (size_t)job->all.units;
    return group == 0 ? job->dw : job->sums + (size_t)(group - 1) * size;
}

/* Adds dz^T h- of a group's turns. */
static void dw_tile(void *arg, int tile)
{
    const dw_job *job = arg;
    const rt_walk *t = &job->all;
    const int units = t->units, group = tile / (job->down * job->across);
    const int i0 = tile / job->across % job->down * job->rows, j0 = tile % job->across * COLUMNS;
    const int later = t->way == RT_FROM_LAST ? 0 : 1;   /* of neighbours; h- is at the other */
    const size_t apart = job->by_sample ? 1 : (size_t)t->steps;     /* rows of a turn's sum */
    rt_product p = { .n = rt_lesser(job->m - i0, job->rows), .m = rt_lesser(units - j0, COLUMNS),
                     .k = job->by_sample ? t->steps - 1 : t->n,
                     .a = { NULL, 1, apart * (size_t)job->m },
                     .b = { NULL, apart * (size_t)units, 1 }, .y_row = (size_t)units,
                     .y = sum_of_group(job, group) + (size_t)i0 * (size_t)units + j0 };
    const bool native = rt_choose_gemm(t->gemm, units, true).kernel == RT_GEMM_NATIVE;
    const int end = (group + 1) * job->turns / job->groups;

    for (int k = group * job->turns / job->groups; k < end; k++) {
        const int sample = job->by_sample ? k : 0, step = job->by_sample ? 0 : k;
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

static void add_groups_tile(void *arg, int tile)
{
    const dw_job *job = arg;
    const size_t size = (size_t)job->m * (size_t)job->all.units;
    const rt_tiles cut = rt_cut(size, RT_SMALL_TILE);
    const size_t start = rt_tile_start(&cut, tile), n = rt_tile_end(&cut, tile) - start;
    rt_real *restrict dw = job->dw + start;

    for (int g = 1; g < job->groups; g++) {
        const rt_real *restrict sum = sum_of_group(job, g) + start;
        for (size_t i = 0; i < n; i++)
            dw[i] += sum[i];
    }
}

/* Into groups where they are enough for many threads, or else into fewer rows. */
static void cut_dw(dw_job *job)
{
    const rt_walk *t = &job->all;

    job->by_sample = t->steps - 1 >= t->n;
    job->turns = job->by_sample ? t->n : t->steps - 1;
    job->across = tiles_of(t->units, COLUMNS);
    job->rows = ROWS;
    job->down = tiles_of(job->m, ROWS);
    job->groups = rt_lesser(larger(TILES / (job->down * job->across), 1), job->turns);
    if (job->groups * job->down * job->across >= TILES)
        return;
    job->groups = 1;
    job->rows = FEW_ROWS;
    job->down = tiles_of(job->m, FEW_ROWS);
}

void rt_recurrent_dw(rt_pass *c, rt_direction way, int n, int steps, int m, int units,
                     const rt_real *dz, const rt_real *h, rt_real *dw)
{
    dw_job job = { .all = { way, 0, n, steps, units, c->gemm }, .m = m, .dz = dz, .h = h,
                   .dw = dw };
    const size_t size = (size_t)m * (size_t)units;
    const double work = 2.0 * n * (steps - 1) * m * units / FLOPS_PER_NS;

    if (steps == 1) {
        rt_fill(size, NULL, dw);
        return;
    }
    cut_dw(&job);
    job.sums = rt_thread_memory(RT_OF_JOB);
    rt_run_tiles(c->pool, work, job.groups * job.down * job.across, dw_tile, &job);
    if (job.groups > 1)
        rt_run_tiles(c->pool, 0.1 * job.groups * (double)size, rt_cut(size, RT_SMALL_TILE).count,
                     add_groups_tile, &job);
}
