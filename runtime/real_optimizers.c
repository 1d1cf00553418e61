/* real_optimizers.c -- one step of each optimiser, by PyTorch's rules. */
#include "kernels.h"
#include "sums.h"

#include <string.h>

enum { CHUNK = 1024 };              /* weights kept from before a watched step */

typedef struct step_job step_job;
typedef void step_rule(const step_job *s, size_t at, size_t n);

/* The rule's numbers in the precision of the weights, and its arrays. */
struct step_job {
    rt_update *u;
    rt_tiles tiles;
    step_rule *rule;
    rt_real rate, momentum, eps, keep;
    rt_real beta1, rest1, beta2, rest2;         /* rest: 1 - beta, rounded once */
    rt_real correction1, correction2;
    bool nesterov;
    const rt_real *g;
    rt_real *w, *slot[2];
};

static void step_tile(void *arg, int tile)
{
    const step_job *s = arg;
    const size_t start = rt_tile_start(&s->tiles, tile);
    s->rule(s, start, rt_tile_end(&s->tiles, tile) - start);
}

/* The same rule on one tensor, with the change that it makes to the weights as they are stored. */
static void watched_step(void *arg, int tensor)
{
    const step_job *s = arg;
    const rt_slot *p = &s->u->net->param[tensor];
    double change = 0;

    for (size_t at = p->at; at < p->at + p->n; at += CHUNK) {
        const size_t left = p->at + p->n - at, n = left < CHUNK ? left : CHUNK;
        rt_real difference[CHUNK];
        memcpy(difference, s->w + at, n * sizeof *difference);
        s->rule(s, at, n);
        for (size_t i = 0; i < n; i++)
            difference[i] = s->w[at + i] - difference[i];
        change += rt_sum_squares(n, difference);
    }
    s->u->watch[tensor].change_sum_squares = change;
}

static void run_step(rt_update *u, step_rule *rule, step_job s)
{
    const double work = (double)u->net->n_elements;

    s.u = u;
    s.rule = rule;
    s.rate = (rt_real)u->rate;
    s.w = u->w;
    s.g = u->g;
    s.slot[0] = u->slot[0];
    s.slot[1] = u->slot[1];
    s.tiles = rt_cut(u->net->n_elements, RT_SMALL_TILE);
    if (u->watching)
        rt_run_tiles(u->pool, work, u->net->n_params, watched_step, &s);
    else
        rt_run_tiles(u->pool, work, s.tiles.count, step_tile, &s);
}

/* ---- Stochastic gradient descent ------------------------------------------------------------- */

static void sgd_plain(const step_job *s, size_t at, size_t n)
{
    const rt_real *g = s->g + at;
    rt_real *w = s->w + at;
    for (size_t i = 0; i < n; i++)
        w[i] -= s->rate * g[i];
}

/* v = momentum v + g, so v = g at the first step; w -= rate v, or by Nesterov
 * rate (g + momentum v) */
static void sgd_momentum(const step_job *s, size_t at, size_t n)
{
    const rt_real ahead = s->nesterov ? s->momentum : 1, own = s->nesterov ? 1 : 0;
    const rt_real *g = s->g + at;
    rt_real *w = s->w + at, *v = s->slot[0] + at;
    for (size_t i = 0; i < n; i++) {
        v[i] = s->momentum * v[i] + g[i];
        w[i] -= s->rate * (own * g[i] + ahead * v[i]);
    }
}

void rt_sgd(rt_update *u)
{
    const bool plain = u->set->momentum == 0;
    run_step(u, plain ? sgd_plain : sgd_momentum,
             (step_job){ .momentum = (rt_real)u->set->momentum,
                         .nesterov = u->set->nesterov != 0 });
}

/* ---- Rates by parameter ---------------------------------------------------------------------- */

/* s = beta2 s + (1 - beta2) g^2, where PyTorch calls beta2 alpha;  w -= rate g / (sqrt(s) + eps) */
static void rmsprop_plain(const step_job *s, size_t at, size_t n)
{
    const rt_real *g = s->g + at;
    rt_real *w = s->w + at, *square = s->slot[0] + at;
    for (size_t i = 0; i < n; i++) {
        square[i] = s->beta2 * square[i] + s->rest2 * (g[i] * g[i]);
        w[i] -= s->rate * (g[i] / (RT_MATH(sqrt)(square[i]) + s->eps));
    }
}

/* v = momentum v + g / (sqrt(s) + eps);  w -= rate v */
static void rmsprop_momentum(const step_job *s, size_t at, size_t n)
{
    const rt_real *g = s->g + at;
    rt_real *w = s->w + at, *square = s->slot[0] + at, *v = s->slot[1] + at;
    for (size_t i = 0; i < n; i++) {
        square[i] = s->beta2 * square[i] + s->rest2 * (g[i] * g[i]);
        v[i] = s->momentum * v[i] + g[i] / (RT_MATH(sqrt)(square[i]) + s->eps);
        w[i] -= s->rate * v[i];
    }
}

void rt_rmsprop(rt_update *u)
{
    run_step(u, u->set->momentum == 0 ? rmsprop_plain : rmsprop_momentum,
             (step_job){ .beta2 = (rt_real)u->set->alpha, .rest2 = (rt_real)(1 - u->set->alpha),
                         .eps = (rt_real)u->set->eps, .momentum = (rt_real)u->set->momentum });
}

/* s += g^2;  w -= rate / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps); `correction1` divides */
static void adagrad(const step_job *s, size_t at, size_t n)
{
    const rt_real rate = s->rate / s->correction1;
    const rt_real *g = s->g + at;
    rt_real *w = s->w + at, *square = s->slot[0] + at;
    for (size_t i = 0; i < n; i++) {
        square[i] += g[i] * g[i];
        w[i] -= rate * (g[i] / (RT_MATH(sqrt)(square[i]) + s->eps));
    }
}

void rt_adagrad(rt_update *u)
{
    run_step(u, adagrad,
             (step_job){ .eps = (rt_real)u->set->eps,
                         .correction1 = (rt_real)(1 + (double)(u->step - 1) * u->set->lr_decay) });
}

/* Kingma and Ba 2015 (arXiv 1412.6980):
 * m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,
 * w = keep w - rate' m / (sqrt(v) / sqrt(1 - beta2^t) + eps),  rate' = rate / (1 - beta1^t).
 * `correction1` is 1 / (1 - beta1^t), `correction2` is 1 / sqrt(1 - beta2^t). */
static void adam(const step_job *s, size_t at, size_t n)
{
    const rt_real rate = s->rate * s->correction1;
    const rt_real *g = s->g + at;
    rt_real *w = s->w + at, *m = s->slot[0] + at, *v = s->slot[1] + at;
    for (size_t i = 0; i < n; i++) {
        m[i] = s->beta1 * m[i] + s->rest1 * g[i];
        v[i] = s->beta2 * v[i] + s->rest2 * (g[i] * g[i]);
        w[i] = s->keep * w[i] - rate * (m[i] / (RT_MATH(sqrt)(v[i]) * s->correction2 + s->eps));
    }
}

static void run_adam(rt_update *u, double keep)
{
    const rt_settings *set = u->set;
    const double t = (double)u->step;
    run_step(u, adam,
             (step_job){ .beta1 = (rt_real)set->beta1, .rest1 = (rt_real)(1 - set->beta1),
                         .beta2 = (rt_real)set->beta2, .rest2 = (rt_real)(1 - set->beta2),
                         .eps = (rt_real)set->eps, .keep = (rt_real)keep,
                         .correction1 = (rt_real)(1 / (1 - pow(set->beta1, t))),
                         .correction2 = (rt_real)(1 / sqrt(1 - pow(set->beta2, t))) });
}

void rt_adam(rt_update *u) { run_adam(u, 1); }

/* Loshchilov and Hutter 2019 (arXiv 1711.05101): the weights decay by themselves, first */
void rt_adamw(rt_update *u) { run_adam(u, 1 - u->rate * u->set->weight_decay); }
