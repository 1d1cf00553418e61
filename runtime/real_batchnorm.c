/* real_batchnorm.c -- batch normalisation, and sums by channel, of x[n][channels][inner].
 *
 * Sums of plain features, inner 1, are by blocks of columns.  Those of planes are by whole rows,
 * which lie in one piece: channel by channel the planes of a batch lie so far apart that they evict
 * each other from the caches, and each is as short as a page, where prefetching ends.  The sums of
 * such tiles are joined in their order.  All else is by rows. */
#include "channels.h"
#include "kernels.h"
#include "profile.h"
#include "runs.h"
#include "thread_memory.h"

enum {
    PIECE = 4000,                   /* channels at a time */
    COLUMNS = 64                    /* of a tile of plain features */
};

/* What tiles share, by channel of a piece. */
typedef struct {
    double first[PIECE], second[PIECE];                                 /* sums */
    rt_real mean[PIECE], scale[PIECE], slope[PIECE], shift[PIECE];      /* of the rules below */
    double partial[RT_MAX_TILES * 2 * PIECE];       /* [tiles][2][channels] */
} shared;
_Static_assert(sizeof(shared) <= RT_JOB_BYTES, "it is of RT_OF_JOB");

typedef struct job job;
/* Adds rows `row` .. end - 1 of `count` channels from `first` on to their sums. */
typedef void adder(const job *b, size_t row, size_t end, size_t first, size_t count,
                   double *restrict sum, double *restrict second);

struct job {
    rt_planes p;
    size_t first, count;            /* channels of the piece */
    rt_tiles rows, columns;         /* columns: of the piece, where inner is 1 */
    shared *all;
    adder *add;
    double eps, momentum;
    bool frozen;
    const rt_real *x, *dy, *gamma, *beta;
    const rt_real *mean, *rstd;     /* [channels]: the halves of stats */
    rt_real *running_mean, *running_var, *stats;
    rt_real *y;                     /* what comes out: y, dx or a sum */
    rt_real *dgamma, *dbeta;        /* besides, or NULL */
    rt_output_sums *of_x;           /* where x is recorded as a layer's output, else NULL */
};

static double values(const job *b) { return (double)b->p.n * (double)b->p.inner; }

/* `run` for each piece */
static void run_pieces(rt_pass *c, int n, int channels, int inner, job b,
                       void (*run)(rt_pass *c, job *b))
{
    b.p = rt_planes_of(n, channels, inner);
    b.all = rt_thread_memory(RT_OF_JOB);
    for (b.first = 0; b.first < b.p.channels; b.first += PIECE) {
        const size_t left = b.p.channels - b.first;
        b.count = left < PIECE ? left : PIECE;
        b.rows = rt_cut_rows(n, (int)(b.count * b.p.inner));
        b.columns = rt_cut(b.count, COLUMNS);
        run(c, &b);
    }
}

/* `ns` for each value of a piece */
static void run_tiles(rt_pass *c, job *b, double ns, int count, void (*body)(void *arg, int tile))
{
    rt_run_tiles(c->pool, ns * values(b) * (double)b->count, count, body, b);
}

/* ---- Sums ----------------------------------------------------------------------------------- */

static void columns_tile(void *arg, int tile)
{
    const job *b = arg;
    const size_t at = rt_tile_start(&b->columns, tile);
    const size_t count = rt_tile_end(&b->columns, tile) - at;

    memset(b->all->first + at, 0, count * sizeof *b->all->first);
    memset(b->all->second + at, 0, count * sizeof *b->all->second);
    b->add(b, 0, b->p.n, b->first + at, count, b->all->first + at, b->all->second + at);
}

static void rows_tile(void *arg, int tile)
{
    const job *b = arg;
    double *sum = b->all->partial + (size_t)tile * 2 * b->count, *second = sum + b->count;

    memset(sum, 0, 2 * b->count * sizeof *sum);
    b->add(b, rt_tile_start(&b->rows, tile), rt_tile_end(&b->rows, tile), b->first, b->count, sum,
           second);
}

static void join_rows(const job *b)
{
    shared *all = b->all;
    const double *sum = all->partial;

    memset(all->first, 0, b->count * sizeof *all->first);
    memset(all->second, 0, b->count * sizeof *all->second);
    for (int tile = 0; tile < b->rows.count; tile++, sum += 2 * b->count)
        for (size_t k = 0; k < b->count; k++) {
            all->first[k] += sum[k];
            all->second[k] += sum[b->count + k];
        }
}

/* The sums of a piece's channels. */
static void run_sums(rt_pass *c, job *b, double ns, adder *add)
{
    b->add = add;
    if (b->p.inner == 1) {
        run_tiles(c, b, ns, b->columns.count, columns_tile);
        return;
    }
    run_tiles(c, b, ns, b->rows.count, rows_tile);
    join_rows(b);
}

static void add_values(const job *b, size_t row, size_t end, size_t first, size_t count,
                       double *restrict sum, double *restrict second)
{
    (void)second;
    for (size_t i = row; i < end; i++) {
        const rt_real *x = b->x + rt_plane(&b->p, i, first);
        for (size_t k = 0; b->p.inner == 1 && k < count; k++)
            sum[k] += (double)x[k];
        for (size_t k = 0; b->p.inner > 1 && k < count; k++)
            sum[k] += rt_run_sum(b->p.inner, x + k * b->p.inner);
    }
}

static void sum_piece(rt_pass *c, job *b)
{
    run_sums(c, b, 0.5, add_values);
    for (size_t k = 0; k < b->count; k++)
        b->y[b->first + k] = (rt_real)b->all->first[k];
}

void rt_channel_sum(rt_pass *c, int n, int channels, int inner, const rt_real *x, rt_real *y)
{
    run_pieces(c, n, channels, inner, (job){ .x = x, .y = y }, sum_piece);
}

/* ---- Statistics ----------------------------------------------------------------------------- */

/* running = (1 - momentum) running + momentum batch's, where the batch's can be stored */
static void move_running(const job *b, size_t channel, double mean, double unbiased_var)
{
    const rt_real stored_mean = (rt_real)mean, stored_var = (rt_real)unbiased_var;
    if (!isfinite(stored_mean) || !isfinite(stored_var))
        return;
    b->running_mean[channel] = (rt_real)((1 - b->momentum) * (double)b->running_mean[channel]
                                         + b->momentum * mean);
    b->running_var[channel] = (rt_real)((1 - b->momentum) * (double)b->running_var[channel]
                                        + b->momentum * unbiased_var);
}

/* Of x less a value of the channel, the first row's first, and of its square: so one pass loses no
 * digits where the mean is large beside the deviation. */
static void add_moments(const job *b, size_t row, size_t end, size_t first, size_t count,
                        double *restrict sum, double *restrict square)
{
    const rt_real *about = b->x + rt_plane(&b->p, 0, first);

    for (size_t i = row; i < end; i++) {
        const rt_real *x = b->x + rt_plane(&b->p, i, first);
        for (size_t k = 0; b->p.inner == 1 && k < count; k++) {
            const double d = (double)x[k] - (double)about[k];
            sum[k] += d;
            square[k] += d * d;
        }
        for (size_t k = 0; b->p.inner > 1 && k < count; k++)
            rt_run_moments(b->p.inner, x + k * b->p.inner, about[k * b->p.inner], &sum[k],
                           &square[k]);
    }
}

/* The means and variances of a piece, as those of the layer that puts out x.  A net with a norm has
 * its batches in one part (rt_settings_check). */
static void record_units(const rt_pass *c, const job *b)
{
    for (size_t k = 0; k < b->count; k += RT_CHANNEL_BLOCK) {
        const size_t left = b->count - k, n = left < RT_CHANNEL_BLOCK ? left : RT_CHANNEL_BLOCK;
        double mean[RT_CHANNEL_BLOCK] = { 0 }, var[RT_CHANNEL_BLOCK] = { 0 };
        memcpy(mean, b->all->first + k, n * sizeof *mean);
        memcpy(var, b->all->second + k, n * sizeof *var);
        rt_add_units(c, n, NULL, mean, var, b->of_x);
    }
}

static void batch_stats(rt_pass *c, job *b)
{
    const double count = values(b), unbias = count > 1 ? count / (count - 1) : 1;

    run_sums(c, b, 1, add_moments);
    for (size_t k = 0; k < b->count; k++) {
        const size_t channel = b->first + k;
        const double off = b->all->first[k] / count;
        const double square = b->all->second[k] / count - off * off;
        const double mean = (double)b->x[rt_plane(&b->p, 0, channel)] + off;
        const double var = square < 0 ? 0 : square;
        b->stats[channel] = (rt_real)mean;
        b->stats[b->p.channels + channel] = (rt_real)(1 / sqrt(var + b->eps));
        if (!b->frozen)
            move_running(b, channel, mean, var * unbias);
        b->all->first[k] = mean;        /* from here on, for record_units */
        b->all->second[k] = square;
    }
    if (b->of_x)
        record_units(c, b);
}

static void running_stats(rt_pass *c, job *b)
{
    (void)c;
    for (size_t k = b->first; k < b->first + b->count; k++) {
        b->stats[k] = b->running_mean[k];
        b->stats[b->p.channels + k] = (rt_real)(1 / sqrt((double)b->running_var[k] + b->eps));
    }
}

void rt_batchnorm_stats(rt_pass *c, rt_watch *of_x, int n, int channels, int inner, double eps,
                        double momentum, const rt_real *x, rt_real *running_mean,
                        rt_real *running_var, rt_real *stats)
{
    rt_output_sums sums = { .mean = 0 };
    job b = { .eps = eps, .momentum = momentum, .frozen = c->frozen, .x = x,
              .running_mean = running_mean, .running_var = running_var, .stats = stats };

    if (of_x && !c->training)
        rt_watch_output(c, of_x, RT_LINEAR, 0, n, channels, inner, x, x);
    else if (of_x) {
        rt_profile_output(c->profile, of_x);
        b.of_x = c->watching ? &sums : NULL;
    }
    run_pieces(c, n, channels, inner, b, c->training ? batch_stats : running_stats);
    if (b.of_x)
        rt_record_output(c, of_x, n, channels, inner, x, &sums);
}

/* ---- Forward -------------------------------------------------------------------------------- */

/* y = slope (x - mean) + shift */
static void normalise_tile(void *arg, int tile)
{
    const job *b = arg;
    const shared *v = b->all;

    for (size_t i = rt_tile_start(&b->rows, tile); i < rt_tile_end(&b->rows, tile); i++) {
        const rt_real *x = b->x + rt_plane(&b->p, i, b->first);
        rt_real *y = b->y + rt_plane(&b->p, i, b->first);
        for (size_t k = 0; b->p.inner == 1 && k < b->count; k++)
            y[k] = v->slope[k] * (x[k] - v->mean[k]) + v->shift[k];
        for (size_t k = 0; b->p.inner > 1 && k < b->count; k++) {
            const rt_real mean = v->mean[k], slope = v->slope[k], shift = v->shift[k];
            for (size_t j = k * b->p.inner; j < (k + 1) * b->p.inner; j++)
                y[j] = slope * (x[j] - mean) + shift;
        }
    }
}

static void normalise(rt_pass *c, job *b)
{
    for (size_t k = 0; k < b->count; k++) {
        const size_t channel = b->first + k;
        b->all->mean[k] = b->mean[channel];
        b->all->slope[k] = b->gamma ? b->gamma[channel] * b->rstd[channel] : b->rstd[channel];
        b->all->shift[k] = b->beta ? b->beta[channel] : 0;
    }
    run_tiles(c, b, 0.3, b->rows.count, normalise_tile);
}

void rt_batchnorm(rt_pass *c, int n, int channels, int inner, const rt_real *x,
                  const rt_real *stats, const rt_real *gamma, const rt_real *beta, rt_real *y)
{
    const job b = { .x = x, .mean = stats, .rstd = stats + channels, .gamma = gamma,
                    .beta = beta, .y = y };
    run_pieces(c, n, channels, inner, b, normalise);
}

/* ---- Backward ------------------------------------------------------------------------------- */

/* Of dy, and of dy (x - mean). */
static void add_gradients(const job *b, size_t row, size_t end, size_t first, size_t count,
                          double *restrict sum, double *restrict product)
{
    const rt_real *mean = b->mean + first;

    for (size_t i = row; i < end; i++) {
        const size_t at = rt_plane(&b->p, i, first);
        const rt_real *dy = b->dy + at, *x = b->x + at;
        for (size_t k = 0; b->p.inner == 1 && k < count; k++) {
            sum[k] += (double)dy[k];
            product[k] += (double)dy[k] * ((double)x[k] - (double)mean[k]);
        }
        for (size_t k = 0; b->p.inner > 1 && k < count; k++)
            rt_run_gradients(b->p.inner, dy + k * b->p.inner, x + k * b->p.inner, mean[k], &sum[k],
                             &product[k]);
    }
}

/* dx = gamma rstd (dy - mean(dy) - xhat mean(dy xhat)),  xhat = (x - mean) rstd */
static void find_rule(const job *b, size_t k)
{
    const size_t channel = b->first + k;
    const double rstd = (double)b->rstd[channel], count = values(b);
    const double factor = b->gamma ? (double)b->gamma[channel] * rstd : rstd;

    b->all->mean[k] = b->mean[channel];
    b->all->scale[k] = (rt_real)factor;
    b->all->slope[k] = (rt_real)(-factor * rstd * (rstd * b->all->second[k]) / count);
    b->all->shift[k] = (rt_real)(-factor * b->all->first[k] / count);
}

/* dx = scale dy + slope (x - mean) + shift */
static void gradient_tile(void *arg, int tile)
{
    const job *b = arg;
    const shared *v = b->all;

    for (size_t i = rt_tile_start(&b->rows, tile); i < rt_tile_end(&b->rows, tile); i++) {
        const size_t at = rt_plane(&b->p, i, b->first);
        const rt_real *dy = b->dy + at, *x = b->x + at;
        rt_real *dx = b->y + at;
        for (size_t k = 0; b->p.inner == 1 && k < b->count; k++)
            dx[k] = v->scale[k] * dy[k] + (v->slope[k] * (x[k] - v->mean[k]) + v->shift[k]);
        for (size_t k = 0; b->p.inner > 1 && k < b->count; k++) {
            const rt_real mean = v->mean[k], scale = v->scale[k];
            const rt_real slope = v->slope[k], shift = v->shift[k];
            for (size_t j = k * b->p.inner; j < (k + 1) * b->p.inner; j++)
                dx[j] = scale * dy[j] + (slope * (x[j] - mean) + shift);
        }
    }
}

static void find_gradients(rt_pass *c, job *b)
{
    run_sums(c, b, 1, add_gradients);
    for (size_t k = 0; k < b->count; k++) {
        const size_t channel = b->first + k;
        find_rule(b, k);
        if (b->dgamma)
            b->dgamma[channel] = (rt_real)(b->all->second[k] * (double)b->rstd[channel]);
        if (b->dbeta)
            b->dbeta[channel] = (rt_real)b->all->first[k];
    }
    if (b->y)
        run_tiles(c, b, 0.4, b->rows.count, gradient_tile);
}

void rt_batchnorm_backward(rt_pass *c, int n, int channels, int inner, const rt_real *dy,
                           const rt_real *x, const rt_real *stats, const rt_real *gamma,
                           rt_real *dgamma, rt_real *dbeta, rt_real *dx)
{
    const job b = { .x = x, .dy = dy, .mean = stats, .rstd = stats + channels, .gamma = gamma,
                    .dgamma = dgamma, .dbeta = dbeta, .y = dx };
    run_pieces(c, n, channels, inner, b, find_gradients);
}
