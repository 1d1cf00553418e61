/* real_update.c -- penalties and clips: what happens to the gradients before the optimiser. */
#include "kernels.h"
#include "sums.h"

#include <stdatomic.h>

#define NORM_EPS 1e-6               /* PyTorch's, in clip_grad_norm_ */
#define UNIT_WEIGHT_EPS 1e-3        /* Brock et al. 2021: least norm of a unit's weights ... */
#define UNIT_GRADIENT_EPS 1e-6      /* ... and of its gradient, as a divisor */

/* A job on the flat block of all parameters, or with a tile for each tensor. */
typedef struct {
    const rt_update *u;
    rt_tiles tiles;
    const rt_real *w;
    rt_real *g;
    bool add;                       /* the penalty's gradient, not its value alone */
    rt_real limit;                  /* of the clip, or the factor of a scaling */
    atomic_bool changed;
    double penalty[RT_MAX_TILES], norm[RT_MAX_TILES];
} update_job;

static void run_flat(update_job *job, const rt_update *u, double ns, void (*body)(void *, int))
{
    job->u = u;
    job->w = u->w;
    job->g = u->g;
    job->tiles = rt_cut(u->net->n_elements, RT_SMALL_TILE);
    rt_run_tiles(u->pool, ns * (double)u->net->n_elements, job->tiles.count, body, job);
}

/* One tile a tensor: for what is asked of each tensor by itself. */
static void run_tensors(update_job *job, const rt_update *u, double ns, void (*body)(void *, int))
{
    job->u = u;
    job->w = u->w;
    job->g = u->g;
    rt_run_tiles(u->pool, ns * (double)u->net->n_elements, u->net->n_params, body, job);
}

/* ---- Norms ----------------------------------------------------------------------------------- */

static void norm_tile(void *arg, int tile)
{
    update_job *job = arg;
    const size_t start = rt_tile_start(&job->tiles, tile), end = rt_tile_end(&job->tiles, tile);
    job->norm[tile] = rt_sum_squares(end - start, job->g + start);
}

static double gradient_norm(const rt_update *u)
{
    update_job job = { .u = NULL };
    run_flat(&job, u, 0.3, norm_tile);
    return sqrt(rt_sum_tiles(job.norm, job.tiles.count));
}

/* ---- The penalty ----------------------------------------------------------------------------- */

/* The first tensor that ends after element `at`; tensors lie in order. */
static int tensor_at(const rt_net *net, size_t at)
{
    int low = 0, high = net->n_params;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (net->param[middle].at + net->param[middle].n <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_penalty(size_t n, rt_real l1, rt_real l2, const rt_real *w, rt_real *g)
{
    for (size_t i = 0; i < n; i++)
        g[i] += (w[i] > 0 ? l1 : w[i] < 0 ? -l1 : 0) + 2 * l2 * w[i];
}

/* The part of one tensor that lies in [start, end): l1 sum |w| + l2 sum w^2. */
static double penalise(const update_job *job, const rt_slot *p, size_t start, size_t end)
{
    const double l1 = job->u->set->l1 + p->tensor->l1, l2 = job->u->set->l2 + p->tensor->l2;
    const size_t from = p->at > start ? p->at : start;
    const size_t to = p->at + p->n < end ? p->at + p->n : end;
    double value = 0;

    if (!p->tensor->is_weight || to <= from)
        return 0;
    if (l1 != 0)
        value += l1 * rt_sum_magnitudes(to - from, job->w + from);
    if (l2 != 0)
        value += l2 * rt_sum_products(to - from, job->w + from, 0, job->w + from, 0);
    if (job->add && (l1 != 0 || l2 != 0))
        add_penalty(to - from, (rt_real)l1, (rt_real)l2, job->w + from, job->g + from);
    return value;
}

static void penalty_tile(void *arg, int tile)
{
    update_job *job = arg;
    const rt_net *net = job->u->net;
    const size_t start = rt_tile_start(&job->tiles, tile), end = rt_tile_end(&job->tiles, tile);
    double value = 0;

    for (int i = tensor_at(net, start); i < net->n_params && net->param[i].at < end; i++)
        value += penalise(job, &net->param[i], start, end);
    job->penalty[tile] = value;
    if (job->add)
        norm_tile(job, tile);
}

static void watch_tensor(void *arg, int tensor)
{
    const update_job *job = arg;
    const rt_slot *p = &job->u->net->param[tensor];
    rt_tensor_watch *watch = &job->u->watch[tensor];

    watch->grad = (rt_counts){ 0 };
    rt_count(job->g + p->at, p->n, &watch->grad);
    watch->weight_sum_squares = rt_sum_squares(p->n, job->w + p->at);
}

double rt_penalty_value(const rt_update *u)
{
    update_job job = { .add = false };
    run_flat(&job, u, 0.3, penalty_tile);
    return rt_sum_tiles(job.penalty, job.tiles.count);
}

void rt_penalty(rt_update *u)
{
    update_job job = { .add = true };

    run_flat(&job, u, 0.3, penalty_tile);
    u->penalty = rt_sum_tiles(job.penalty, job.tiles.count);
    u->norm_before = u->norm_after = sqrt(rt_sum_tiles(job.norm, job.tiles.count));
    u->clipped = false;
    if (u->watching)
        run_tensors(&job, u, 1.5, watch_tensor);
}

/* ---- Clips ----------------------------------------------------------------------------------- */

static void note_change(rt_update *u, update_job *job)
{
    u->clipped = atomic_load(&job->changed);
    if (u->clipped)
        u->norm_after = gradient_norm(u);
}

/* A NaN is neither above nor below, and stays. */
static bool clip_values(size_t n, rt_real limit, rt_real *g)
{
    unsigned changed = 0;
    for (size_t i = 0; i < n; i++) {
        const rt_real kept = g[i] > limit ? limit : g[i] < -limit ? -limit : g[i];
        changed |= (unsigned)(g[i] > limit) | (unsigned)(g[i] < -limit);
        g[i] = kept;
    }
    return changed != 0;
}

static void clip_value_tile(void *arg, int tile)
{
    update_job *job = arg;
    const size_t start = rt_tile_start(&job->tiles, tile), end = rt_tile_end(&job->tiles, tile);
    if (clip_values(end - start, job->limit, job->g + start))
        atomic_store(&job->changed, true);
}

void rt_clip_value(rt_update *u)
{
    update_job job = { .limit = (rt_real)u->set->clip };
    run_flat(&job, u, 0.4, clip_value_tile);
    note_change(u, &job);
}

static void scale_values(size_t n, rt_real factor, rt_real *g)
{
    for (size_t i = 0; i < n; i++)
        g[i] *= factor;
}

static void scale_tile(void *arg, int tile)
{
    const update_job *job = arg;
    const size_t start = rt_tile_start(&job->tiles, tile), end = rt_tile_end(&job->tiles, tile);
    scale_values(end - start, job->limit, job->g + start);
}

/* PyTorch's clip_grad_norm_: g *= min(1, limit / (norm + 1e-6)); a norm that is NaN makes g NaN. */
static double norm_factor(double limit, double norm) { return limit / (norm + NORM_EPS); }

void rt_clip_global_norm(rt_update *u)
{
    const double factor = norm_factor(u->set->clip, u->norm_before);
    update_job job = { .limit = (rt_real)factor };

    if (factor >= 1)
        return;
    run_flat(&job, u, 0.3, scale_tile);
    atomic_store(&job.changed, true);
    note_change(u, &job);
}

static void clip_norm_tensor(void *arg, int tensor)
{
    update_job *job = arg;
    const rt_slot *p = &job->u->net->param[tensor];
    rt_real *g = job->g + p->at;
    const double factor = norm_factor(job->u->set->clip, sqrt(rt_sum_squares(p->n, g)));

    if (factor >= 1)
        return;
    scale_values(p->n, (rt_real)factor, g);
    atomic_store(&job->changed, true);
}

void rt_clip_norm(rt_update *u)
{
    update_job job = { .add = false };
    run_tensors(&job, u, 0.5, clip_norm_tensor);
    note_change(u, &job);
}

/* A unit is a row of the first dimension; a vector (bias, gamma) is one unit as a whole.
 * Brock et al. 2021 (arXiv 2102.06171), eq. 3: |g| at most limit * max(|w|, eps). */
static void clip_adaptive_tensor(void *arg, int tensor)
{
    update_job *job = arg;
    const rt_slot *p = &job->u->net->param[tensor];
    const size_t units = p->tensor->rank >= 2 ? (size_t)p->tensor->shape[0] : 1;
    const size_t m = p->n / units;

    for (size_t i = 0; i < units; i++) {
        const rt_real *w = job->w + p->at + i * m;
        rt_real *g = job->g + p->at + i * m;
        const double weight = fmax(sqrt(rt_sum_squares(m, w)), UNIT_WEIGHT_EPS);
        const double gradient = sqrt(rt_sum_squares(m, g)), limit = job->u->set->clip * weight;
        if (!(gradient > limit))
            continue;
        scale_values(m, (rt_real)(limit / fmax(gradient, UNIT_GRADIENT_EPS)), g);
        atomic_store(&job->changed, true);
    }
}

void rt_clip_adaptive(rt_update *u)
{
    update_job job = { .add = false };
    run_tensors(&job, u, 0.6, clip_adaptive_tensor);
    note_change(u, &job);
}
