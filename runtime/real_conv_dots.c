/* real_conv_dots.c -- gradients of the weights of convolutions where filters or channels are few.
 *
 *   dw[f][c][k][l] = sum over samples and positions p of dy[f][p] x_(c,k,l)[p]
 * Vectors are of neighbouring positions, of dy and of what it sees in copies of planes with their
 * padding (rt_shifts).  Each lane has a sum of its own; they are added at the end.
 * So no filters are missing in vectors, and dy need not be turned for sums that are soon over.
 *
 * The samples are cut into shares, by their number alone; each has sums of its own, which are added
 * in order. */
#include "conv.h"

enum {
    LANES = RT_VECTOR_LANES,
    FILTERS = RT_VECTOR_REGISTERS == 32 ? 8 : 4, PLACES = 3,    /* of a product, by registers */
    SHARES = 8,
    COPIES = RT_TILE_BYTES / 4 / (int)sizeof(rt_real),          /* numbers: in L2 */
    POSITIONS = 512,                /* at once: of some filters, in L1 */
    VECTORS = 4096                  /* of an image's positions at most, by their table */
};
#define TERMS_PER_NS 20.0

typedef struct {
    int n, groups, channels, filters, depth;    /* channels and filters of a group */
    size_t plane, out_plane;
    int share, shares;              /* samples */
    rt_shifts shifts;
    const rt_real *x, *dy;
    rt_real *sums, *dw;             /* sums [shares][groups][filters][depth][LANES] */
    rt_tiles tiles;                 /* of the last addition */
    int32_t x_at[RT_CONV_TAPS];     /* place (c, k, l) */
    int32_t seen_at[VECTORS];       /* vector of positions */
} weights;

/* ---- A product ------------------------------------------------------------------------------ */

/* Vectors dy[k][f] x_t[seen_at[k]], k under depth, of some filters and places of the kernel. */
typedef struct {
    int depth;
    const rt_real *dy, *x[PLACES];
    const int32_t *seen_at;
} factors;

RT_INLINE void add_dots(const int filters, const int places, const factors *t, rt_real *sums,
                        size_t row)
{
    rt_vector sum[FILTERS][PLACES];
    const rt_real *dy = t->dy, *x[PLACES];

#pragma GCC unroll 3
    for (int i = 0; i < places; i++)
        x[i] = t->x[i];
#pragma GCC unroll 8
    for (int f = 0; f < filters; f++)
#pragma GCC unroll 3
        for (int i = 0; i < places; i++)
            sum[f][i] = (rt_vector){ 0 };
    for (int k = 0; k < t->depth; k++, dy += filters * LANES) {
        const ptrdiff_t at = t->seen_at[k];
        rt_vector seen[PLACES];
#pragma GCC unroll 3
        for (int i = 0; i < places; i++)
            seen[i] = rt_load(x[i] + at);
#pragma GCC unroll 8
        for (int f = 0; f < filters; f++) {
            const rt_vector d = rt_held(rt_load_aligned(dy + f * LANES));
#pragma GCC unroll 3
            for (int i = 0; i < places; i++)
                sum[f][i] += d * seen[i];
        }
    }
#pragma GCC unroll 8
    for (int f = 0; f < filters; f++)
#pragma GCC unroll 3
        for (int i = 0; i < places; i++) {
            rt_real *to = sums + (size_t)f * row + i * LANES;
            rt_store(to, rt_load(to) + sum[f][i]);
        }
}

typedef void dots(const factors *t, rt_real *sums, size_t row);

#define DOTS(f, i) \
    static void dots_##f##_##i(const factors *t, rt_real *sums, size_t row) \
    { \
        add_dots(f, i, t, sums, row); \
    }
#define DOTS_4(i) DOTS(1, i) DOTS(2, i) DOTS(3, i) DOTS(4, i)
#define NAMES_4(i) dots_1_##i, dots_2_##i, dots_3_##i, dots_4_##i
#if RT_VECTOR_REGISTERS == 32
#define DOTS_OF(i) DOTS_4(i) DOTS(5, i) DOTS(6, i) DOTS(7, i) DOTS(8, i)
#define NAMES_OF(i) NAMES_4(i), dots_5_##i, dots_6_##i, dots_7_##i, dots_8_##i
#else
#define DOTS_OF DOTS_4
#define NAMES_OF NAMES_4
#endif
DOTS_OF(1)
DOTS_OF(2)
DOTS_OF(3)

static dots *const of_size[PLACES][FILTERS] = {
    { NAMES_OF(1) }, { NAMES_OF(2) }, { NAMES_OF(3) }
};

/* ---- Sums of a share ------------------------------------------------------------------------ */

/* Vectors of some filters' dy side by side: as they lie they would often compete for few lines of
 * L1, and cross the ends of these. */
static void pack_filters(int filters, int depth, const rt_real *dy, size_t plane, rt_real *packed)
{
    for (int f = 0; f < filters; f++)
        for (int k = 0; k < depth; k++)
            rt_store_aligned(packed + (k * filters + f) * LANES,
                             rt_load(dy + (size_t)f * plane + (size_t)(k * LANES)));
}

/* Some vectors of positions of an image: all filters, all places. */
static void add_positions(const weights *p, int first, int depth, const rt_real *dy,
                          const rt_real *copies, rt_real *sums)
{
    _Alignas(64) rt_real packed[FILTERS * POSITIONS];
    const int filters = rt_piece(p->filters, FILTERS), places = rt_piece(p->depth, PLACES);
    const size_t row = (size_t)p->depth * LANES;
    factors t = { .depth = depth, .dy = packed, .seen_at = p->seen_at + first };

    for (int f = 0; f < p->filters; f += filters) {
        const int count = rt_lesser(filters, p->filters - f);
        pack_filters(count, depth, dy + (size_t)f * p->out_plane + (size_t)(first * LANES),
                     p->out_plane, packed);
        for (int r = 0; r < p->depth; r += places) {
            const int columns = rt_lesser(places, p->depth - r);
            for (int i = 0; i < columns; i++)
                t.x[i] = copies + p->x_at[r + i];
            of_size[columns - 1][count - 1](&t, sums + (size_t)f * row + (size_t)r * LANES, row);
        }
    }
}

/* A share and a group. */
static void share_tile(void *arg, int tile)
{
    rt_real *copies = rt_thread_memory(RT_OF_TILE);
    const weights *p = arg;
    const rt_shifts *s = &p->shifts;
    const size_t sums = (size_t)p->filters * (size_t)p->depth * LANES;
    const size_t group = (size_t)(tile % p->groups);
    const int share = tile / p->groups, end = rt_lesser(p->n, (share + 1) * p->share);
    const int vectors = (int)p->out_plane / LANES, piece = POSITIONS / LANES;
    rt_real *sum = p->sums + (size_t)tile * sums;

    rt_clear(sum, sum + sums);
    for (int i = share * p->share; i < end; i++) {
        const size_t image = (size_t)i * (size_t)p->groups + group;
        const rt_real *x = p->x + image * (size_t)p->channels * p->plane;
        const rt_real *dy = p->dy + image * (size_t)p->filters * p->out_plane;
        for (int c = 0; c < p->channels; c++)
            rt_shift(s, 0, s->rows, x + (size_t)c * p->plane,
                     copies + (ptrdiff_t)c * s->copies * s->size);
        for (int k = 0; k < vectors; k += piece)
            add_positions(p, k, rt_lesser(piece, vectors - k), dy, copies, sum);
    }
}

/* ---- The sum of the shares ------------------------------------------------------------------ */

static void join_tile(void *arg, int tile)
{
    const weights *p = arg;
    const size_t share = (size_t)p->groups * (size_t)p->filters * (size_t)p->depth * LANES;

    for (size_t i = rt_tile_start(&p->tiles, tile); i < rt_tile_end(&p->tiles, tile); i++) {
        const rt_real *from = p->sums + i * LANES;
        rt_real lane[LANES];
        rt_vector sum = rt_load(from);
        for (int k = 1; k < p->shares; k++)
            sum += rt_load(from + (size_t)k * share);
        rt_store(lane, sum);
        for (int half = LANES / 2; half > 0; half /= 2)
            for (int j = 0; j < half; j++)
                lane[j] += lane[j + half];
        p->dw[i] = lane[0];
    }
}

/* ---- How it is cut -------------------------------------------------------------------------- */

static void place_terms(weights *p, int kernel)
{
    const rt_shifts *s = &p->shifts;
    const int square = kernel * kernel, gap = s->pitch - s->columns;

    for (int r = 0; r < p->depth; r++)
        p->x_at[r] = r / square * s->copies * s->size
                   + rt_shift_at(s, r / kernel % kernel, r % kernel);
    for (int k = 0; k < (int)p->out_plane / LANES; k++)
        p->seen_at[k] = k * LANES + k * LANES / s->columns * gap;
}

/* False where there is not the shape for it. */
static bool fits(weights *p, const rt_window *v)
{
    enum { DEPTH = 100 };           /* of more places, what is packed pays */
    const int square = v->kernel * v->kernel;
    const size_t sums = (size_t)v->filters * (size_t)p->depth * LANES;

    if (v->kernel == 1 || v->kernel > RT_CONV_KERNEL || p->channels > DEPTH / square
        || p->out_plane % LANES != 0 || p->out_plane > (size_t)VECTORS * LANES
        || sums * SHARES > RT_JOB_BYTES / sizeof(rt_real))
        return false;
    const rt_side down = rt_side_of(v->kernel, v->dilation, v->top);
    const rt_side across = rt_side_of(v->kernel, v->dilation, v->left);
    return rt_shifts_of(v, &down, &across, v->out_height, v->out_width, COPIES / p->channels,
                        &p->shifts);
}

bool rt_conv_dots_dw(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *x,
                     rt_real *dw)
{
    weights p = { .n = n, .groups = v->groups, .channels = v->channels / v->groups,
                  .filters = v->filters / v->groups, .plane = (size_t)v->height * (size_t)v->width,
                  .out_plane = (size_t)v->out_height * (size_t)v->out_width,
                  .share = rt_piece(n, rt_pieces(n, SHARES)), .x = x, .dy = dy, .dw = dw };

    p.depth = p.channels * v->kernel * v->kernel;
    p.shares = rt_pieces(n, p.share);
    if (!fits(&p, v))
        return false;
    const size_t results = (size_t)v->filters * (size_t)p.depth;
    p.sums = rt_thread_memory(RT_OF_JOB);
    place_terms(&p, v->kernel);
    rt_run_tiles(c->pool, (double)results * (double)p.out_plane * n / TERMS_PER_NS,
                 p.shares * v->groups, share_tile, &p);
    p.tiles = rt_cut(results, RT_SMALL_TILE / LANES);
    rt_run_tiles(c->pool, (double)results * p.shares, p.tiles.count, join_tile, &p);
    return true;
}
