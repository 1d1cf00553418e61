/* real_optimizers.c -- one step of each optimiser, by PyTorch's rules.
 *
 * One sweep over the block of parameters, a vector of each number at a time: what a clip left to be
 * done to the gradient, the rule, and at a watched step the squares of weights and their changes,
 * while these are in registers. */
#include "byte_vectors.h"
#include "kernels.h"
#include "pieces.h"
#include "runs.h"

enum {
    CHUNK = 1024,                   /* weights whose squares are summed in their own precision */
    CHAINS = 2                      /* of each sum: more would not stay in registers */
};
_Static_assert(CHUNK % RT_RUN_STEP == 0 && RT_RUN_CHAINS % CHAINS == 0, "whole steps");

/* Sums of squares of a piece's old weights, and of what was added to them; by lane. */
typedef struct {
    double weight[RT_HALF], change[RT_HALF];
} piece_squares;

/* The same of a chunk, in the precision of the weights. */
typedef struct {
    rt_vector weight[CHAINS], change[CHAINS];
} square_chains;

/* A rule's numbers in the precision of the weights. */
typedef struct {
    rt_real rate, momentum, eps, keep;
    rt_real beta1, rest1, beta2, rest2;         /* rest: 1 - beta, rounded once */
    rt_real correction;
} rule_numbers;

/* What a rule is applied to: gradients, weights, and what the optimiser keeps of each. */
typedef struct {
    rt_vector g, w, slot[2];
} lanes;

typedef void vector_rule(const rule_numbers *s, lanes *x);

/* Elements that a rule is applied to. */
typedef struct {
    size_t n;
    rt_real scale;                  /* of the gradient */
    const rt_real *g;
    rt_real *w, *slot[2];
    piece_squares *squares;         /* to which they are added; n <= CHUNK.  NULL: not asked */
} stretch;

typedef void step_rule(const rule_numbers *s, const stretch *x);

typedef struct {
    rt_update *u;
    rt_tiles tiles;
    step_rule *rule;
    rule_numbers numbers;
} step_job;

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

static double scale_of(const rt_update *u, int tensor)
{
    return u->scaling == RT_UNSCALED ? 1
         : u->scaling == RT_SCALED ? u->scale : u->tensor_scale[tensor];
}

static void take_squares(const piece_squares *s, rt_tensor_watch *watch)
{
    watch->weight_sum_squares = watch->change_sum_squares = 0;
    for (int l = 0; l < RT_HALF; l++) {
        watch->weight_sum_squares += s->weight[l];
        watch->change_sum_squares += s->change[l];
    }
}

static void step_piece(const step_job *s, const rt_piece *p)
{
    const rt_update *u = s->u;
    const rt_real scale = (rt_real)scale_of(u, p->tensor);
    piece_squares squares = { .weight = { 0 } };
    const size_t most = u->watching ? CHUNK : p->n;

    for (size_t done = 0; done < p->n; done += most) {
        const size_t left = p->n - done;
        stretch x = stretch_at(u, p->at + done, left < most ? left : most, scale);
        x.squares = u->watching ? &squares : NULL;
        s->rule(&s->numbers, &x);
    }
    if (u->watching)
        take_squares(&squares, &u->piece[p->number]);
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

static void run_step(rt_update *u, step_rule *rule, rule_numbers numbers)
{
    step_job s = { .u = u, .tiles = rt_cut_block(u->net), .rule = rule, .numbers = numbers };

    rt_run_tiles(u->pool, (u->watching ? 0.4 : 0.3) * (double)u->net->n_elements, s.tiles.count,
                 step_tile, &s);
    if (u->watching)
        add_pieces(u, &s.tiles);
}

/* ---- The sweep ------------------------------------------------------------------------------- */

/* The first `count` elements from `at` on; all but these are zero. */
RT_INLINE lanes load_lanes(const stretch *x, const int slots, size_t at, int count)
{
    lanes v = { .g = x->scale * rt_load_first(x->g + at, count),
                .w = rt_load_first(x->w + at, count) };
    for (int k = 0; k < slots; k++)
        v.slot[k] = rt_load_first(x->slot[k] + at, count);
    return v;
}

RT_INLINE void store_lanes(const lanes *v, const int slots, const stretch *x, size_t at, int count)
{
    rt_store_first(x->w + at, v->w, count);
    for (int k = 0; k < slots; k++)
        rt_store_first(x->slot[k] + at, v->slot[k], count);
}

/* Applies the rule to `count` elements; returns the weights as they were. */
RT_INLINE rt_vector step_lanes(vector_rule *rule, const int slots, const rule_numbers *s,
                               const stretch *x, size_t at, const int count, rt_vector *after)
{
    lanes v = load_lanes(x, slots, at, count);
    const rt_vector before = v.w;

    rule(s, &v);
    store_lanes(&v, slots, x, at, count);
    *after = v.w;
    return before;
}

/* Whether the precision had room for a chunk's sums by lane, and has for two of them, which
 * rt_add_folded adds: rt_run_is_safe, without adding all.  One lane that is large enough is enough:
 * all that underflowed in the others is far less. */
RT_INLINE bool are_safe(rt_vector sums)
{
    const rt_real least = (rt_real)(RT_RUN_LEAST / RT_VECTOR_LANES), most = (rt_real)0x1p126;

    return rt_count_less(rt_broadcast(least), sums) > 0
        && rt_count_less(sums, rt_broadcast(most)) == RT_VECTOR_LANES;
}

/* What a stretch has added up of its weights, `before`, and of what was added to them.  Lanes that
 * no weight stood in are 0, or NaN where a rule divides 0 by 0: then all is summed again. */
static void add_squares(const stretch *x, const square_chains *chains, const rt_real *before)
{
    const rt_vector weights = chains->weight[0] + chains->weight[1];
    const rt_vector changes = chains->change[0] + chains->change[1];
    piece_squares *s = x->squares;

    if (are_safe(weights))
        rt_add_folded(weights, s->weight);
    else
        s->weight[0] += rt_sum_products(x->n, before, 0, before, 0);
    if (are_safe(changes))
        rt_add_folded(changes, s->change);
    else
        s->change[0] += rt_sum_changes(x->n, before, x->w);
}

RT_INLINE void square_lanes(rt_vector before, rt_vector after, size_t chain, square_chains *c)
{
    c->weight[chain] += before * before;
    c->change[chain] += (after - before) * (after - before);
}

/* `watched`, `slots` and `rule` are literals.  The stretch is copied: vectors that are stored may
 * alias the caller's, so that its pointers would be loaded again after each. */
RT_INLINE void sweep(vector_rule *rule, const int slots, const bool watched,
                     const rule_numbers *numbers, const stretch *all)
{
    const rule_numbers s = *numbers;
    const stretch own = *all, *x = &own;
    const size_t whole = x->n - x->n % RT_RUN_STEP;
    square_chains chains = { .weight = { { 0 } } };
    rt_real old[CHUNK];
    rt_vector after;

    for (size_t i = 0; i < whole; i += RT_RUN_STEP)
        for (size_t k = 0; k < RT_RUN_CHAINS; k++) {
            const size_t at = i + k * RT_VECTOR_LANES;
            const rt_vector w = step_lanes(rule, slots, &s, x, at, RT_VECTOR_LANES, &after);
            if (!watched)
                continue;
            rt_store(old + at, w);
            square_lanes(w, after, k % CHAINS, &chains);
        }
    for (size_t at = whole; at < x->n; at += RT_VECTOR_LANES) {
        const int count = x->n - at < RT_VECTOR_LANES ? (int)(x->n - at) : RT_VECTOR_LANES;
        const rt_vector w = step_lanes(rule, slots, &s, x, at, count, &after);
        if (!watched)
            continue;
        rt_store_first(old + at, w, count);
        square_lanes(w, after, 0, &chains);
    }
    if (watched)
        add_squares(x, &chains, old);
}

/* A rule is written once; it is compiled once for steps that are watched and once for others. */
#define RULE(name, slots) \
    static void name(const rule_numbers *s, const stretch *x) \
    { \
        if (x->squares) \
            sweep(name##_of, slots, true, s, x); \
        else \
            sweep(name##_of, slots, false, s, x); \
    }

/* ---- Stochastic gradient descent ------------------------------------------------------------- */

RT_INLINE void sgd_plain_of(const rule_numbers *s, lanes *x) { x->w -= s->rate * x->g; }
RULE(sgd_plain, 0)

/* v = momentum v + g, so v = g at the first step;  w -= rate v */
RT_INLINE void sgd_momentum_of(const rule_numbers *s, lanes *x)
{
    rt_vector *v = &x->slot[0];
    *v = s->momentum * *v + x->g;
    x->w -= s->rate * *v;
}
RULE(sgd_momentum, 1)

/* ... by Nesterov rate (g + momentum v) */
RT_INLINE void sgd_nesterov_of(const rule_numbers *s, lanes *x)
{
    rt_vector *v = &x->slot[0];
    *v = s->momentum * *v + x->g;
    x->w -= s->rate * (x->g + s->momentum * *v);
}
RULE(sgd_nesterov, 1)

void rt_sgd(rt_update *u)
{
    const rt_settings *set = u->set;
    run_step(u, set->momentum == 0 ? sgd_plain : set->nesterov != 0 ? sgd_nesterov : sgd_momentum,
             (rule_numbers){ .rate = (rt_real)u->rate, .momentum = (rt_real)set->momentum });
}

/* ---- Rates by parameter ---------------------------------------------------------------------- */

RT_INLINE rt_vector roots(rt_vector x)
{
    rt_real lane[RT_VECTOR_LANES];

    memcpy(lane, &x, sizeof lane);
    for (int l = 0; l < RT_VECTOR_LANES; l++)
        lane[l] = RT_MATH(sqrt)(lane[l]);
    memcpy(&x, lane, sizeof lane);
    return x;
}

/* s = beta2 s + (1 - beta2) g^2, where PyTorch calls beta2 alpha;  w -= rate g / (sqrt(s) + eps) */
RT_INLINE void rmsprop_plain_of(const rule_numbers *s, lanes *x)
{
    rt_vector *square = &x->slot[0];
    *square = s->beta2 * *square + s->rest2 * (x->g * x->g);
    x->w -= s->rate * (x->g / (roots(*square) + s->eps));
}
RULE(rmsprop_plain, 1)

/* v = momentum v + g / (sqrt(s) + eps);  w -= rate v */
RT_INLINE void rmsprop_momentum_of(const rule_numbers *s, lanes *x)
{
    rt_vector *square = &x->slot[0], *v = &x->slot[1];
    *square = s->beta2 * *square + s->rest2 * (x->g * x->g);
    *v = s->momentum * *v + x->g / (roots(*square) + s->eps);
    x->w -= s->rate * *v;
}
RULE(rmsprop_momentum, 2)

void rt_rmsprop(rt_update *u)
{
    const rt_settings *set = u->set;
    run_step(u, set->momentum == 0 ? rmsprop_plain : rmsprop_momentum,
             (rule_numbers){ .rate = (rt_real)u->rate, .beta2 = (rt_real)set->alpha,
                             .rest2 = (rt_real)(1 - set->alpha), .eps = (rt_real)set->eps,
                             .momentum = (rt_real)set->momentum });
}

/* s += g^2;  w -= rate g / (sqrt(s) + eps) */
RT_INLINE void adagrad_of(const rule_numbers *s, lanes *x)
{
    rt_vector *square = &x->slot[0];
    *square += x->g * x->g;
    x->w -= s->rate * (x->g / (roots(*square) + s->eps));
}
RULE(adagrad, 1)

/* The rate falls by itself: rate / (1 + (t - 1) lr_decay). */
void rt_adagrad(rt_update *u)
{
    const double slowed = 1 + (double)(u->step - 1) * u->set->lr_decay;
    run_step(u, adagrad, (rule_numbers){ .rate = (rt_real)u->rate / (rt_real)slowed,
                                         .eps = (rt_real)u->set->eps });
}

/* Kingma and Ba 2015 (arXiv 1412.6980):
 * m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,
 * w = keep w - rate' m / (sqrt(v) / sqrt(1 - beta2^t) + eps),  rate' = rate / (1 - beta1^t).
 * `rate` is rate', `correction` is 1 / sqrt(1 - beta2^t). */
RT_INLINE void adam_of(const rule_numbers *s, lanes *x)
{
    rt_vector *m = &x->slot[0], *v = &x->slot[1];
    *m = s->beta1 * *m + s->rest1 * x->g;
    *v = s->beta2 * *v + s->rest2 * (x->g * x->g);
    x->w = s->keep * x->w - s->rate * (*m / (roots(*v) * s->correction + s->eps));
}
RULE(adam, 2)

static void run_adam(rt_update *u, double keep)
{
    const rt_settings *set = u->set;
    const double t = (double)u->step;
    const rt_real first = (rt_real)(1 / (1 - pow(set->beta1, t)));

    run_step(u, adam, (rule_numbers){
        .beta1 = (rt_real)set->beta1, .rest1 = (rt_real)(1 - set->beta1),
        .beta2 = (rt_real)set->beta2, .rest2 = (rt_real)(1 - set->beta2),
        .rate = (rt_real)u->rate * first, .eps = (rt_real)set->eps, .keep = (rt_real)keep,
        .correction = (rt_real)(1 / sqrt(1 - pow(set->beta2, t))) });
}

void rt_adam(rt_update *u) { run_adam(u, 1); }

/* Loshchilov and Hutter 2019 (arXiv 1711.05101): the weights decay by themselves, first */
void rt_adamw(rt_update *u) { run_adam(u, 1 - u->rate * u->set->weight_decay); }
