/* real_optimizers.c -- one step of each optimiser, by PyTorch's rules.
 *
 * One sweep over the block of parameters: what a clip left to be done to the gradient, the rule,
 * and at a watched step what is recorded of weights and their changes, while a chunk is in the
 * nearest cache. */
#include "kernels.h"
#include "pieces.h"
#include "vectors.h"

enum { CHUNK = 1024 };              /* weights */

typedef struct step_job step_job;

/* Elements that a rule is applied to. */
typedef struct {
    size_t n;
    rt_real scale;                  /* of the gradient */
    const rt_real *g;
    rt_real *w, *slot[2];
    rt_real *change;                /* out: what was added to w as it is stored; NULL: not asked */
} stretch;

typedef void step_rule(const step_job *s, const stretch *x);

/* The rule's numbers in the precision of the weights. */
struct step_job {
    rt_update *u;
    rt_tiles tiles;
    step_rule *rule;
    rt_real rate, momentum, eps, keep;
    rt_real beta1, rest1, beta2, rest2;         /* rest: 1 - beta, rounded once */
    rt_real correction1, correction2;
    bool nesterov;
};

/* The stretch from element `at` on; a slot that the optimiser has not is NULL. */
static stretch stretch_at(const rt_update *u, size_t at, size_t n, rt_real scale)
{
    stretch x = { .n = n, .scale = scale };

    x.g = (const rt_real *)u->g + at;
    x.w = (rt_real *)u->w + at;
    for (int k = 0; k < 2; k++)
        x.slot[k] = u->slot[k] ? (rt_real *)u->slot[k] + at : NULL;
    return x;
}

static void watched_step(const step_job *s, stretch x, rt_tensor_watch *watch)
{
    rt_real change[CHUNK];

    watch->weight_sum_squares += rt_sum_squares(x.n, x.w);
    x.change = change;
    s->rule(s, &x);
    watch->change_sum_squares += rt_sum_squares(x.n, change);
}

static double scale_of(const rt_update *u, int tensor)
{
    return u->scaling == RT_UNSCALED ? 1
         : u->scaling == RT_SCALED ? u->scale : u->tensor_scale[tensor];
}

static void step_piece(const step_job *s, const rt_piece *p)
{
    const rt_update *u = s->u;
    const rt_real scale = (rt_real)scale_of(u, p->tensor);

    if (u->watching)
        u->piece[p->number].weight_sum_squares = u->piece[p->number].change_sum_squares = 0;
    for (size_t done = 0; done < p->n; done += CHUNK) {
        const size_t left = p->n - done;
        const stretch x = stretch_at(u, p->at + done, left < CHUNK ? left : CHUNK, scale);
        if (u->watching)
            watched_step(s, x, &u->piece[p->number]);
        else
            s->rule(s, &x);
    }
}

static void step_tile(void *arg, int tile)
{
    const step_job *s = arg;
    const rt_net *net = s->u->net;

    for (rt_piece p = rt_first_piece(net, &s->tiles, tile); p.n > 0;
         p = rt_next_piece(net, &s->tiles, tile, p))
        step_piece(s, &p);
}

static void add_pieces(const rt_update *u, const rt_tiles *tiles)
{
    for (int i = 0; i < u->net->n_params; i++) {
        rt_tensor_watch *sum = &u->watch[i];
        int first, last;
        rt_pieces_of(u->net, tiles, i, &first, &last);
        *sum = u->piece[first];
        for (int k = first + 1; k <= last; k++) {
            rt_add_counts(&u->piece[k].grad, &sum->grad);
            sum->weight_sum_squares += u->piece[k].weight_sum_squares;
            sum->change_sum_squares += u->piece[k].change_sum_squares;
        }
    }
}

static void run_step(rt_update *u, step_rule *rule, step_job s)
{
    s.u = u;
    s.rule = rule;
    s.rate = (rt_real)u->rate;
    s.tiles = rt_cut_block(u->net);
    rt_run_tiles(u->pool, (u->watching ? 0.5 : 0.3) * (double)u->net->n_elements, s.tiles.count,
                 step_tile, &s);
    if (u->watching)
        add_pieces(u, &s.tiles);
}

/* A rule is written once; it is compiled once for steps that are watched and once for others. */
#define RULE(name) \
    static void name(const step_job *s, const stretch *x) \
    { \
        if (x->change) \
            name##_of(s, x, x->change); \
        else \
            name##_of(s, x, NULL); \
    }

RT_INLINE void put(rt_real next, size_t i, rt_real *restrict w, rt_real *restrict change)
{
    if (change)
        change[i] = next - w[i];
    w[i] = next;
}

/* ---- Stochastic gradient descent ------------------------------------------------------------- */

RT_INLINE void sgd_plain_of(const step_job *s, const stretch *x, rt_real *restrict change)
{
    const rt_real rate = s->rate, scale = x->scale;
    const rt_real *restrict g = x->g;
    rt_real *restrict w = x->w;
    for (size_t i = 0; i < x->n; i++)
        put(w[i] - rate * (scale * g[i]), i, w, change);
}
RULE(sgd_plain)

/* v = momentum v + g, so v = g at the first step; w -= rate v, or by Nesterov
 * rate (g + momentum v) */
RT_INLINE void sgd_momentum_of(const step_job *s, const stretch *x, rt_real *restrict change)
{
    const rt_real rate = s->rate, scale = x->scale, momentum = s->momentum;
    const rt_real ahead = s->nesterov ? momentum : 1, own = s->nesterov ? 1 : 0;
    const rt_real *restrict g = x->g;
    rt_real *restrict w = x->w, *restrict v = x->slot[0];
    for (size_t i = 0; i < x->n; i++) {
        const rt_real d = scale * g[i];
        v[i] = momentum * v[i] + d;
        put(w[i] - rate * (own * d + ahead * v[i]), i, w, change);
    }
}
RULE(sgd_momentum)

void rt_sgd(rt_update *u)
{
    const bool plain = u->set->momentum == 0;
    run_step(u, plain ? sgd_plain : sgd_momentum,
             (step_job){ .momentum = (rt_real)u->set->momentum,
                         .nesterov = u->set->nesterov != 0 });
}

/* ---- Rates by parameter ---------------------------------------------------------------------- */

/* s = beta2 s + (1 - beta2) g^2, where PyTorch calls beta2 alpha;  w -= rate g / (sqrt(s) + eps) */
RT_INLINE void rmsprop_plain_of(const step_job *s, const stretch *x, rt_real *restrict change)
{
    const rt_real rate = s->rate, scale = x->scale, eps = s->eps;
    const rt_real beta2 = s->beta2, rest2 = s->rest2;
    const rt_real *restrict g = x->g;
    rt_real *restrict w = x->w, *restrict square = x->slot[0];
    for (size_t i = 0; i < x->n; i++) {
        const rt_real d = scale * g[i];
        square[i] = beta2 * square[i] + rest2 * (d * d);
        put(w[i] - rate * (d / (RT_MATH(sqrt)(square[i]) + eps)), i, w, change);
    }
}
RULE(rmsprop_plain)

/* v = momentum v + g / (sqrt(s) + eps);  w -= rate v */
RT_INLINE void rmsprop_momentum_of(const step_job *s, const stretch *x, rt_real *restrict change)
{
    const rt_real rate = s->rate, scale = x->scale, eps = s->eps, momentum = s->momentum;
    const rt_real beta2 = s->beta2, rest2 = s->rest2;
    const rt_real *restrict g = x->g;
    rt_real *restrict w = x->w, *restrict square = x->slot[0], *restrict v = x->slot[1];
    for (size_t i = 0; i < x->n; i++) {
        const rt_real d = scale * g[i];
        square[i] = beta2 * square[i] + rest2 * (d * d);
        v[i] = momentum * v[i] + d / (RT_MATH(sqrt)(square[i]) + eps);
        put(w[i] - rate * v[i], i, w, change);
    }
}
RULE(rmsprop_momentum)

void rt_rmsprop(rt_update *u)
{
    run_step(u, u->set->momentum == 0 ? rmsprop_plain : rmsprop_momentum,
             (step_job){ .beta2 = (rt_real)u->set->alpha, .rest2 = (rt_real)(1 - u->set->alpha),
                         .eps = (rt_real)u->set->eps, .momentum = (rt_real)u->set->momentum });
}

/* s += g^2;  w -= rate / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps); `correction1` divides */
RT_INLINE void adagrad_of(const step_job *s, const stretch *x, rt_real *restrict change)
{
    const rt_real rate = s->rate / s->correction1, scale = x->scale, eps = s->eps;
    const rt_real *restrict g = x->g;
    rt_real *restrict w = x->w, *restrict square = x->slot[0];
    for (size_t i = 0; i < x->n; i++) {
        const rt_real d = scale * g[i];
        square[i] += d * d;
        put(w[i] - rate * (d / (RT_MATH(sqrt)(square[i]) + eps)), i, w, change);
    }
}
RULE(adagrad)

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
RT_INLINE void adam_of(const step_job *s, const stretch *x, rt_real *restrict change)
{
    const rt_real rate = s->rate * s->correction1, scale = x->scale, eps = s->eps, keep = s->keep;
    const rt_real beta1 = s->beta1, rest1 = s->rest1, beta2 = s->beta2, rest2 = s->rest2;
    const rt_real correction = s->correction2;
    const rt_real *restrict g = x->g;
    rt_real *restrict w = x->w, *restrict m = x->slot[0], *restrict v = x->slot[1];
    for (size_t i = 0; i < x->n; i++) {
        const rt_real d = scale * g[i];
        m[i] = beta1 * m[i] + rest1 * d;
        v[i] = beta2 * v[i] + rest2 * (d * d);
        const rt_real ratio = m[i] / (RT_MATH(sqrt)(v[i]) * correction + eps);
        put(keep * w[i] - rate * ratio, i, w, change);
    }
}
RULE(adam)

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
