/* real_update.c -- penalties and clips: what happens to the gradients before the optimiser. */
#include "kernels.h"
#include "pieces.h"
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
    rt_real limit;                  /* of a clip by value */
    atomic_bool changed;
    double penalty[RT_MAX_TILES];
} update_job;

static void run_flat(update_job *job, const rt_update *u, double ns, void (*body)(void *, int))
{
    job->u = u;
    job->w = u->w;
    job->g = u->g;
    job->tiles = rt_cut_block(u->net);
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
    const update_job *job = arg;
    const rt_update *u = job->u;

    for (rt_piece p = rt_first_piece(u->net, &job->tiles, tile); p.n > 0;
         p = rt_next_piece(u->net, &job->tiles, tile, p))
        u->squares[p.number] = rt_sum_squares(p.n, job->g + p.at);
}

static void measure_tile(void *arg, int tile)
{
    const update_job *job = arg;
    const rt_update *u = job->u;

    for (rt_piece p = rt_first_piece(u->net, &job->tiles, tile); p.n > 0;
         p = rt_next_piece(u->net, &job->tiles, tile, p)) {
        rt_counts *counts = &u->piece[p.number].grad;
        rt_fetch_record(counts, sizeof *counts);
        u->squares[p.number] = rt_count_squares(p.n, job->g + p.at, rt_wants_bins(u->set), counts);
    }
}

static double tensor_squares(const rt_update *u, const rt_tiles *tiles, int tensor)
{
    int first, last;
    double sum = 0;

    rt_pieces_of(u->net, tiles, tensor, &first, &last);
    for (int i = first; i <= last; i++)
        sum += u->squares[i];
    return sum;
}

static double norm_of_squares(const rt_update *u)
{
    const rt_tiles tiles = rt_cut_block(u->net);
    double sum = 0;

    for (int i = 0; i < u->net->n_params; i++)
        sum += tensor_squares(u, &tiles, i);
    return sqrt(sum);
}

double rt_gradient_norm(rt_update *u)
{
    update_job job = { .u = NULL };

    if (!u->measured)
        run_flat(&job, u, u->watching ? 0.25 : 0.1, u->watching ? measure_tile : norm_tile);
    u->measured = true;
    return norm_of_squares(u);
}

/* ---- The penalty ----------------------------------------------------------------------------- */

static void add_penalty(size_t n, rt_real l1, rt_real l2, const rt_real *w, rt_real *g)
{
    for (size_t i = 0; i < n; i++)
        g[i] += (w[i] > 0 ? l1 : w[i] < 0 ? -l1 : 0) + 2 * l2 * w[i];
}

/* l1 sum |w| + l2 sum w^2 of a piece. */
static double penalise(const update_job *job, const rt_piece *p)
{
    const rt_tensor *t = job->u->net->param[p->tensor].tensor;
    const double l1 = job->u->set->l1 + t->l1, l2 = job->u->set->l2 + t->l2;
    const rt_real *w = job->w + p->at;
    double value = 0;

    if (!t->is_weight)
        return 0;
    if (l1 != 0)
        value += l1 * rt_sum_magnitudes(p->n, w);
    if (l2 != 0)
        value += l2 * rt_sum_products(p->n, w, 0, w, 0);
    if (job->add && (l1 != 0 || l2 != 0))
        add_penalty(p->n, (rt_real)l1, (rt_real)l2, w, job->g + p->at);
    return value;
}

static void penalty_tile(void *arg, int tile)
{
    update_job *job = arg;
    double value = 0;

    for (rt_piece p = rt_first_piece(job->u->net, &job->tiles, tile); p.n > 0;
         p = rt_next_piece(job->u->net, &job->tiles, tile, p))
        value += penalise(job, &p);
    job->penalty[tile] = value;
}

static void penalty_and_norm_tile(void *arg, int tile)
{
    const update_job *job = arg;

    penalty_tile(arg, tile);
    if (job->u->watching)
        measure_tile(arg, tile);
    else
        norm_tile(arg, tile);
}

static double run_penalty(const rt_update *u, bool add, void (*body)(void *, int))
{
    update_job job = { .add = add };

    if (!rt_has_penalty(u))
        return 0;
    run_flat(&job, u, 0.3, body);
    return rt_sum_tiles(job.penalty, job.tiles.count);
}

double rt_penalty_value(const rt_update *u) { return run_penalty(u, false, penalty_tile); }
void rt_add_penalty(const rt_update *u) { run_penalty(u, true, penalty_tile); }

void rt_penalty(rt_update *u)
{
    u->penalty = run_penalty(u, true, penalty_and_norm_tile);
    u->measured = u->measured || rt_has_penalty(u);
    u->norm_before = u->norm_after = rt_gradient_norm(u);
    u->measured = false;
    u->scaling = RT_UNSCALED;
    u->clipped = false;
}

/* ---- Clips ----------------------------------------------------------------------------------- */

/* What a clip that rewrites the gradient leaves of it. */
static void note_change(rt_update *u, update_job *job)
{
    u->clipped = atomic_load(&job->changed);
    if (!u->clipped)
        return;
    run_flat(job, u, 0.1, norm_tile);
    u->norm_after = norm_of_squares(u);
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

/* PyTorch's clip_grad_norm_: g *= min(1, limit / (norm + 1e-6)); a norm that is NaN makes g NaN. */
static double norm_factor(double limit, double norm) { return limit / (norm + NORM_EPS); }

void rt_clip_global_norm(rt_update *u)
{
    const double factor = norm_factor(u->set->clip, u->norm_before);

    if (factor >= 1)
        return;
    u->scaling = RT_SCALED;
    u->scale = factor;
    u->norm_after = factor * u->norm_before;
    u->clipped = true;
}

void rt_clip_norm(rt_update *u)
{
    const rt_tiles tiles = rt_cut_block(u->net);
    double sum = 0;

    for (int i = 0; i < u->net->n_params; i++) {
        const double norm = sqrt(tensor_squares(u, &tiles, i));
        const double factor = norm_factor(u->set->clip, norm);
        u->tensor_scale[i] = factor >= 1 ? 1 : factor;
        u->clipped = u->clipped || !(factor >= 1);
        sum += pow(norm * u->tensor_scale[i], 2);
    }
    if (!u->clipped)
        return;
    u->scaling = RT_SCALED_BY_TENSOR;
    u->norm_after = sqrt(sum);
}

static void scale_values(size_t n, rt_real factor, rt_real *g)
{
    for (size_t i = 0; i < n; i++)
        g[i] *= factor;
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
