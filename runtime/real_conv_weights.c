/* real_conv_weights.c -- gradients of the weights of convolutions as products of planes as they
 * lie.
 *
 *   dw[f][c][k][l] = sum over samples and positions p of x_(c,k,l)[p] dy[p][f]
 * dy is packed so that the filters of a position are neighbours: the vectors.  The pixels that the
 * positions see are single numbers, so that those of all places of a kernel are read from one plane
 * with its padding, through a table of places; where there is no padding, from the image itself.
 *
 * The samples are cut into shares, by their number alone; each has sums of its own, which are added
 * in order at the end. */
#include "conv.h"
#include "gemm.h"

enum {
    LANES = RT_VECTOR_LANES,
    POSITIONS = 1024,               /* at once, of one image, ... */
    TOGETHER = 256,                 /* ... and of several, whose planes are pieces of their own; */
    FILTERS = 64,                   /* at once: with them, in L2; */
    PADDED = 65536,                 /* as the numbers of padded planes do */
    SHARES = 8,
    MOST_SUMS = RT_JOB_BYTES / 8    /* numbers in the sums of all shares, in either precision */
};
_Static_assert((POSITIONS * FILTERS + PADDED) * sizeof(rt_real) <= RT_TILE_BYTES, "a piece fits");
#define TERMS_PER_NS 20.0

typedef struct {
    rt_window v;
    int n, filters, channels, depth;    /* filters and channels of a group */
    size_t plane, out_plane;
    int row;                        /* of sums: filters in whole vectors */
    int share, shares;              /* samples */
    int filter_blocks;
    int images, rows;               /* positions at once: of some images, or of some rows of one */
    bool direct;                    /* from the image itself: nothing sees the padding */
    int height, width, pitch;       /* of a padded plane, or of the image; from row to row */
    int block;                      /* channels at once */
    const rt_real *dy, *x;
    rt_real *sums, *dw;             /* sums [shares][groups][depth][row] */
    rt_tiles tiles;                 /* of the last addition */
    int32_t x_at[RT_CONV_TAPS];     /* place (c, k, l) */
    int32_t position_at[POSITIONS], dy_at[POSITIONS];
} weights;

/* ---- Sums of a share ------------------------------------------------------------------------ */

/* Some rows of positions of some images, of one group and a block of its filters. */
typedef struct {
    size_t image, group;            /* the first image */
    int images, first, rows;
    int filter, filters;
    int positions;                  /* of an image */
    bool more;                      /* to sums that are begun */
    rt_ahead x, dy;
} piece;

static const rt_real *planes_of(const weights *p, const piece *t, int channel, int channels,
                                rt_real *padded)
{
    const size_t channels_all = (size_t)p->v.channels;
    const rt_real *x = p->x + (t->image * channels_all + t->group * (size_t)p->channels
                               + (size_t)channel) * p->plane;

    const rt_frame f = { (int64_t)t->first * p->v.stride - p->v.top, -(int64_t)p->v.left, p->height,
                         p->width, p->pitch };

    if (p->direct)
        return x + (size_t)t->first * (size_t)p->v.stride * (size_t)p->v.width;
    for (int i = 0; i < t->images; i++, x += channels_all * p->plane)
        for (int c = 0; c < channels; c++)
            rt_frame_plane(&p->v, &f, x + (size_t)c * p->plane,
                           padded + ((ptrdiff_t)c * p->images + i) * p->height * p->pitch);
    return padded;
}

/* Rows first .. of the sums of a block of channels, from its planes x and one panel of dy. */
static void multiply_panel(const weights *p, piece *t, int channels, int vectors,
                           const rt_real *x, const rt_real *panel, rt_real *sums)
{
    static const rt_real zero[RT_CONV_ROWS];
    const int depth = channels * p->v.kernel * p->v.kernel;
    const int rows = rt_piece(depth, rt_conv_rows(vectors));
    rt_terms terms = { .depth = t->images * t->positions, .a_at = p->position_at,
                       .b_at = p->dy_at };

    for (int v = 0; v < vectors; v++)
        terms.b[v] = panel + v * LANES;
    for (int r = 0; r < depth; r += rows) {
        const int count = rt_lesser(rows, depth - r);
        rt_fetch(&t->x, false);
        rt_fetch(&t->dy, false);
        for (int i = 0; i < count; i++)
            terms.a[i] = x + p->x_at[r + i];
        rt_conv_product(count, vectors, &terms, zero, t->more, sums + (ptrdiff_t)r * p->row,
                        (size_t)p->row);
    }
}

/* Numbers of an image in packed dy, where a piece has several. */
static int image_of_dy(const weights *p)
{
    const int panels = rt_pieces(rt_lesser(p->filters, FILTERS), RT_PANEL);
    return p->v.out_height * p->v.out_width * panels * RT_PANEL;
}

static void pack_piece(const weights *p, const piece *t, rt_real *packed)
{
    const size_t filter = t->group * (size_t)p->filters + (size_t)t->filter;
    const rt_real *dy = p->dy + (t->image * (size_t)p->v.filters + filter) * p->out_plane
                      + (size_t)t->first * (size_t)p->v.out_width;

    for (int i = 0; i < t->images; i++, dy += (size_t)p->v.filters * p->out_plane)
        rt_pack_panels(t->positions, t->filters, (rt_matrix){ dy, 1, p->out_plane },
                       packed + (ptrdiff_t)i * image_of_dy(p));
}

static void add_piece(const weights *p, piece *t, rt_real *packed, rt_real *padded,
                      rt_real *sums)
{
    const int square = p->v.kernel * p->v.kernel;

    pack_piece(p, t, packed);
    for (int c = 0; c < p->channels; c += p->block) {
        const int channels = rt_lesser(p->block, p->channels - c);
        const rt_real *x = planes_of(p, t, c, channels, padded);
        for (int f = 0; f < t->filters; f += RT_PANEL)
            multiply_panel(p, t, channels, rt_lesser(2, rt_pieces(t->filters - f, LANES)), x,
                           packed + (ptrdiff_t)t->positions * f,
                           sums + (ptrdiff_t)c * square * p->row + t->filter + f);
    }
}

/* The piece of the images from `next` on, where there are such.  What has several is too large. */
static void look_ahead(const weights *p, piece *t, int next)
{
    const int vectors = rt_pieces(t->filters, LANES), panels = rt_pieces(vectors, 2);
    const int products = panels * rt_pieces(p->depth, rt_conv_rows(rt_lesser(vectors, 2)));
    const size_t filter = t->group * (size_t)p->filters + (size_t)t->filter;
    const size_t channel = t->group * (size_t)p->channels, of_x = (size_t)p->v.channels * p->plane;
    const size_t of_dy = (size_t)p->v.filters * p->out_plane, n = (size_t)p->images;

    t->x = t->dy = (rt_ahead){ 0 };
    if (next < 0 || next + p->images > p->n || p->rows < p->v.out_height || p->v.kernel == 1)
        return;
    t->x = rt_ahead_of(p->x + (size_t)next * of_x + channel * p->plane,
                       (n - 1) * of_x + (size_t)p->channels * p->plane, products);
    t->dy = rt_ahead_of(p->dy + (size_t)next * of_dy + filter * p->out_plane,
                        (n - 1) * of_dy + (size_t)t->filters * p->out_plane, products);
}

/* A share, a group and a block of its filters. */
static void share_tile(void *arg, int tile)
{
    rt_real *packed = rt_thread_memory(RT_OF_TILE), *padded = packed + POSITIONS * FILTERS;
    const weights *p = arg;
    const int blocks = p->filter_blocks, tiles_of_share = blocks * p->v.groups;
    const int share = tile / tiles_of_share, end = rt_lesser(p->n, (share + 1) * p->share);
    const int after = (tile + 1) / tiles_of_share * p->share;     /* where the next tile begins */
    piece t = { .group = (size_t)(tile / blocks % p->v.groups), .filter = tile % blocks * FILTERS };
    rt_real *sums = p->sums + (size_t)(tile / blocks) * (size_t)p->depth * (size_t)p->row;

    t.filters = rt_lesser(FILTERS, p->filters - t.filter);
    for (int i = share * p->share; i < end; i += p->images) {
        look_ahead(p, &t, i + p->images < end ? i + p->images : after);
        for (t.first = 0; t.first < p->v.out_height; t.first += p->rows, t.more = true) {
            t.image = (size_t)i;
            t.images = rt_lesser(p->images, end - i);
            t.rows = rt_lesser(p->rows, p->v.out_height - t.first);
            t.positions = t.rows * p->v.out_width;
            add_piece(p, &t, packed, padded, sums);
        }
    }
}

/* ---- The sum of the shares ------------------------------------------------------------------ */

/* Some rows of sums [groups][depth]; into columns of dw. */
static void join_tile(void *arg, int tile)
{
    const weights *p = arg;
    const size_t depth = (size_t)p->depth, filters = (size_t)p->filters, row = (size_t)p->row;
    const size_t share = (size_t)p->v.groups * depth * row;

    for (size_t i = rt_tile_start(&p->tiles, tile); i < rt_tile_end(&p->tiles, tile); i++) {
        rt_real *dw = p->dw + i / depth * filters * depth + i % depth;
        rt_real *sum = p->sums + i * row;
        for (int k = 1; k < p->shares; k++)
            for (size_t f = 0; f < row; f++)
                sum[f] += sum[(size_t)k * share + f];
        for (size_t f = 0; f < filters; f++)
            dw[f * depth] = sum[f];
    }
}

/* ---- How it is cut -------------------------------------------------------------------------- */

/* False where the sums of one share are too many. */
static bool cut_samples(weights *p)
{
    const double sums = (double)p->v.groups * p->depth * p->row;
    const int most = sums * SHARES <= MOST_SUMS ? SHARES : (int)(MOST_SUMS / sums);

    if (most < 1)
        return false;
    p->share = rt_piece(p->n, rt_pieces(p->n, most));
    p->shares = rt_pieces(p->n, p->share);
    return true;
}

/* One side of what `positions` see. */
static int64_t seen(const rt_window *v, int positions)
{
    return (int64_t)(positions - 1) * v->stride + (int64_t)v->dilation * (v->kernel - 1) + 1;
}

/* Whether the planes of a channel fit; how many channels' do. */
static bool fit_channels(weights *p)
{
    const int64_t height = seen(&p->v, p->rows), width = seen(&p->v, p->v.out_width);
    const int terms = RT_CONV_TAPS / (p->v.kernel * p->v.kernel);
    int most = p->channels;

    p->height = p->v.height, p->width = p->pitch = p->v.width;
    if (!p->direct) {
        const int64_t pitch = (width + LANES - 1) / LANES * LANES;
        if (height > PADDED / pitch || height * pitch * p->images > PADDED)
            return false;
        p->height = (int)height, p->width = (int)width, p->pitch = (int)pitch;
        most = PADDED / (p->height * p->pitch * p->images);
    }
    p->block = rt_piece(p->channels, rt_lesser(p->channels, rt_lesser(most, terms)));
    return true;
}

static bool cut_pieces(weights *p)
{
    const rt_window *v = &p->v;
    const int positions = v->out_height * v->out_width;
    const double image = (double)v->channels * (double)p->plane;

    p->images = positions > TOGETHER ? 1 : rt_lesser(TOGETHER / positions, p->share);
    p->direct = v->top == 0 && v->left == 0 && seen(v, v->out_height) <= v->height
             && seen(v, v->out_width) <= v->width && image * p->images < INT32_MAX;
    p->rows = rt_piece(v->out_height, rt_lesser(v->out_height, POSITIONS / v->out_width));
    while (!fit_channels(p)) {
        if (p->images > 1)
            p->images = rt_pieces(p->images, 2);
        else if (p->rows > 1)
            p->rows = rt_pieces(p->rows, 2);
        else
            return false;
    }
    return true;
}

static void place_pieces(weights *p)
{
    const rt_window *v = &p->v;
    const int kernel = v->kernel, square = kernel * kernel, plane = p->height * p->pitch;
    const int of_image = p->rows * v->out_width;
    const int image = p->direct ? v->channels * plane : plane;
    const int channel = p->direct ? plane : p->images * plane;

    for (int r = 0; r < p->block * square; r++)
        p->x_at[r] = r / square * channel
                   + (r / kernel % kernel * p->pitch + r % kernel) * v->dilation;
    for (int i = 0; i < p->images * of_image; i++) {
        const int at = i % of_image, row = at / v->out_width, column = at % v->out_width;
        p->position_at[i] = i / of_image * image + (row * p->pitch + column) * v->stride;
        p->dy_at[i] = i / of_image * image_of_dy(p) + at * RT_PANEL;
    }
}

bool rt_conv_planes_dw(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *x,
                       rt_real *dw)
{
    const int channels = v->channels / v->groups, filters = v->filters / v->groups;
    const int depth = channels * v->kernel * v->kernel;
    const double terms = (double)n * v->filters * depth * v->out_height * v->out_width;
    weights p = { .v = *v, .n = n, .filters = filters, .channels = channels, .depth = depth,
                  .plane = (size_t)v->height * (size_t)v->width,
                  .out_plane = (size_t)v->out_height * (size_t)v->out_width,
                  .row = rt_pieces(filters, LANES) * LANES,
                  .filter_blocks = rt_pieces(filters, FILTERS), .dy = dy, .x = x, .dw = dw };
    const size_t rows = (size_t)v->groups * (size_t)depth;

    if (v->kernel > RT_CONV_KERNEL || v->out_width > POSITIONS)
        return false;
    if (!cut_samples(&p) || !cut_pieces(&p))
        return false;
    place_pieces(&p);
    p.sums = rt_thread_memory(RT_OF_JOB);
    rt_run_tiles(c->pool, terms / TERMS_PER_NS, p.shares * v->groups * p.filter_blocks, share_tile,
                 &p);
    p.tiles = rt_cut(rows, RT_SMALL_TILE / (size_t)p.row + 1);
    rt_run_tiles(c->pool, (double)rows * p.row, p.tiles.count, join_tile, &p);
    return true;
}
