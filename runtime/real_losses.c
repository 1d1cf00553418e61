/* real_losses.c -- losses as means in double, and their gradients.
 *
 * No loss takes the larger or smaller of two values by a comparison that would lose a NaN. */
#include "softmax.h"
#include "tiles.h"

enum { CHUNK = 64 };

typedef struct {
    rt_tiles tiles;
    size_t m;
    double delta;                   /* Huber's */
    const rt_real *x, *t;
    const int32_t *label;
    rt_real factor;                 /* of the gradient: one over the count */
    rt_real *dx;
    double partial[RT_MAX_TILES];
} loss_job;

/* ---- Softmax cross entropy: tiles of rows ---------------------------------------------------- */

static size_t lesser(size_t a, size_t b) { return a < b ? a : b; }

/* log sum_j e^x_j, about the label's own value: this is a row's loss.  The largest value is taken
 * out so that nothing overflows. */
static double row_loss(double sum, rt_real max, const rt_real *x, int32_t label)
{
    return log(sum) + ((double)max - (double)x[label]);
}

static double rows_loss(size_t rows, size_t m, const rt_real *x, const int32_t *label)
{
    rt_real max[RT_EXPS], e[RT_EXPS];
    double sum = 0;

    rt_exp_rows(rows, m, x, max, e);
    for (size_t i = 0; i < rows; i++)
        sum += row_loss(rt_sum(m, e + i * m), max[i], x + i * m, label[i]);
    return sum;
}

static double long_row_loss(size_t m, const rt_real *x, int32_t label)
{
    const rt_real max = rt_largest(m, x);
    rt_real e[RT_EXPS];
    double sum = 0;

    for (size_t at = 0; at < m; at += RT_EXPS)
        sum += rt_exp_piece(lesser(m - at, RT_EXPS), max, x + at, e);
    return row_loss(sum, max, x, label);
}

static void softmax_loss_tile(void *arg, int tile)
{
    loss_job *s = arg;
    const size_t end = rt_tile_end(&s->tiles, tile), m = s->m, once = RT_EXPS / m;
    double sum = 0;

    for (size_t i = rt_tile_start(&s->tiles, tile), n; i < end; i += n) {
        n = once ? lesser(end - i, once) : 1;
        sum += once ? rows_loss(n, m, s->x + i * m, s->label + i)
                    : long_row_loss(m, s->x + i * m, s->label[i]);
    }
    s->partial[tile] = sum;
}

double rt_softmax_cross_entropy(rt_pass *c, int n, int m, const rt_real *x, const int32_t *label)
{
    loss_job s = { .tiles = rt_cut_rows(n, m), .m = (size_t)m, .x = x, .label = label };
    rt_run_tiles(c->pool, 2.0 * n * m, s.tiles.count, softmax_loss_tile, &s);
    return rt_sum_tiles(s.partial, s.tiles.count) / n;
}

static void softmax_gradient_tile(void *arg, int tile)
{
    const loss_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++) {
        rt_real *dx = s->dx + i * s->m;
        dx[s->label[i]] -= RT_C(1.0);
        for (size_t j = 0; j < s->m; j++)
            dx[j] *= s->factor;
    }
}

/* dx = (softmax(x) - 1 at the label) / n */
void rt_softmax_cross_entropy_dx(rt_pass *c, int n, int m, const rt_real *x, const int32_t *label,
                                 rt_real *dx)
{
    loss_job s = { .tiles = rt_cut_rows(n, m), .m = (size_t)m, .label = label,
                   .factor = (rt_real)(1.0 / n), .dx = dx };
    rt_softmax(c, n, m, x, dx);
    rt_run_tiles(c->pool, 0.5 * n * m, s.tiles.count, softmax_gradient_tile, &s);
}

/* ---- The rest: tiles of values --------------------------------------------------------------- */

static double mean_loss(rt_pass *c, int n, int m, loss_job s, void (*body)(void *arg, int tile))
{
    const double count = (double)n * m;
    s.tiles = rt_cut((size_t)n * (size_t)m, RT_SMALL_TILE);
    rt_run_tiles(c->pool, 3 * count, s.tiles.count, body, &s);
    return rt_sum_tiles(s.partial, s.tiles.count) / count;
}

static void loss_gradient(rt_pass *c, int n, int m, loss_job s, void (*body)(void *arg, int tile))
{
    s.tiles = rt_cut((size_t)n * (size_t)m, RT_SMALL_TILE);
    s.factor = (rt_real)(1.0 / ((double)n * m));
    rt_run_tiles(c->pool, 1.0 * n * m, s.tiles.count, body, &s);
}

/* softplus(x) - t x, the logarithm apart in a loop of vector functions */
static double binary_sum(size_t n, const rt_real *x, const rt_real *t)
{
    rt_real log_part[CHUNK];
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        log_part[k] = RT_MATH(log1p)(RT_MATH(exp)(-RT_MATH(fabs)(x[k])));
    for (size_t k = 0; k < n; k++)
        sum += (double)(x[k] < 0 ? 0 : x[k]) - (double)t[k] * (double)x[k];
    return sum + rt_sum(n, log_part);
}

static void binary_tile(void *arg, int tile)
{
    loss_job *s = arg;
    const size_t end = rt_tile_end(&s->tiles, tile);
    double sum = 0;
    for (size_t at = rt_tile_start(&s->tiles, tile); at < end; at += CHUNK)
        sum += binary_sum(end - at < CHUNK ? end - at : CHUNK, s->x + at, s->t + at);
    s->partial[tile] = sum;
}

double rt_binary_cross_entropy(rt_pass *c, int n, int m, const rt_real *x, const rt_real *t)
{
    return mean_loss(c, n, m, (loss_job){ .x = x, .t = t }, binary_tile);
}

static void binary_gradient_tile(void *arg, int tile)
{
    const loss_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++)
        s->dx[i] = (rt_sigmoid(s->x[i]) - s->t[i]) * s->factor;
}

/* dx = (sigmoid(x) - t) / (n m) */
void rt_binary_cross_entropy_dx(rt_pass *c, int n, int m, const rt_real *x, const rt_real *t,
                                rt_real *dx)
{
    loss_gradient(c, n, m, (loss_job){ .x = x, .t = t, .dx = dx }, binary_gradient_tile);
}

static void mse_tile(void *arg, int tile)
{
    loss_job *s = arg;
    double sum = 0;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++) {
        const double e = (double)s->x[i] - (double)s->t[i];
        sum += e * e;
    }
    s->partial[tile] = sum;
}

double rt_mse(rt_pass *c, int n, int m, const rt_real *x, const rt_real *t)
{
    return mean_loss(c, n, m, (loss_job){ .x = x, .t = t }, mse_tile);
}

static void mse_gradient_tile(void *arg, int tile)
{
    const loss_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++)
        s->dx[i] = 2 * (s->x[i] - s->t[i]) * s->factor;
}

/* dx = 2 (x - t) / (n m) */
void rt_mse_dx(rt_pass *c, int n, int m, const rt_real *x, const rt_real *t, rt_real *dx)
{
    loss_gradient(c, n, m, (loss_job){ .x = x, .t = t, .dx = dx }, mse_gradient_tile);
}

static void mae_tile(void *arg, int tile)
{
    loss_job *s = arg;
    double sum = 0;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++)
        sum += fabs((double)s->x[i] - (double)s->t[i]);
    s->partial[tile] = sum;
}

double rt_mae(rt_pass *c, int n, int m, const rt_real *x, const rt_real *t)
{
    return mean_loss(c, n, m, (loss_job){ .x = x, .t = t }, mae_tile);
}

static void mae_gradient_tile(void *arg, int tile)
{
    const loss_job *s = arg;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++) {
        const rt_real e = s->x[i] - s->t[i];
        s->dx[i] = e > 0 ? s->factor : e < 0 ? -s->factor : 0 * e;      /* 0 * NaN is NaN */
    }
}

/* dx = sign(x - t) / (n m), 0 where they are equal */
void rt_mae_dx(rt_pass *c, int n, int m, const rt_real *x, const rt_real *t, rt_real *dx)
{
    loss_gradient(c, n, m, (loss_job){ .x = x, .t = t, .dx = dx }, mae_gradient_tile);
}

static void huber_tile(void *arg, int tile)
{
    loss_job *s = arg;
    const double delta = s->delta;
    double sum = 0;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++) {
        const double e = fabs((double)s->x[i] - (double)s->t[i]);
        sum += e <= delta ? 0.5 * e * e : delta * (e - 0.5 * delta);
    }
    s->partial[tile] = sum;
}

double rt_huber(rt_pass *c, int n, int m, double delta, const rt_real *x, const rt_real *t)
{
    return mean_loss(c, n, m, (loss_job){ .x = x, .t = t, .delta = delta }, huber_tile);
}

static void huber_gradient_tile(void *arg, int tile)
{
    const loss_job *s = arg;
    const rt_real delta = (rt_real)s->delta;
    for (size_t i = rt_tile_start(&s->tiles, tile); i < rt_tile_end(&s->tiles, tile); i++) {
        const rt_real e = s->x[i] - s->t[i];
        s->dx[i] = (e > delta ? delta : e < -delta ? -delta : e) * s->factor;
    }
}

/* dx = (x - t cut to [-delta, delta]) / (n m) */
void rt_huber_dx(rt_pass *c, int n, int m, double delta, const rt_real *x, const rt_real *t,
                 rt_real *dx)
{
    loss_gradient(c, n, m, (loss_job){ .x = x, .t = t, .delta = delta, .dx = dx },
                  huber_gradient_tile);
}
