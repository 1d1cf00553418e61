/* flow_views.c -- the forecast of what only moves, joins or picks numbers. */
#include "flow_lags.h"

#include <math.h>

/* ---- As it is ------------------------------------------------------------------------------ */

static void same_forward(Flow *f, Trace *t, NodeId y)
{
    t->kernel[y] = kernel_copy(f, kernel_in(t, y, 0));
    t->kernel[y]->source = kernel_in(t, y, 0)->source;
}

static Gradient *scaled(Flow *f, const Gradient *dy, int64_t places, double factor)
{
    Gradient *dx = gradient_like(f, dy, places);

    dx->neuron = dy->neuron;
    dx->by_row = dy->by_row;
    for (int s = 0; s < PAIRS; s++)
        for (int64_t p = 0; p < places; p++)
            dx->square[s][p] = factor * dy->square[s][p];
    return dx;
}

static void same_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    flow_give(f, t, y, 0, scaled(f, dy, t->kernel[y]->positions, 1));
}

const FlowRule flow_tap = { same_forward, same_backward };
const FlowRule flow_copy = { same_forward, same_backward };

/* ---- Other shapes -------------------------------------------------------------------------- */

/* Units of a vector at places of their own: two places share the mean alone. */
static void reshape_forward(Flow *f, Trace *t, NodeId y)
{
    const Kernel *x = kernel_in(t, y, 0);
    Kernel *k = kernel_new(f, t->g->node[y].shape);
    const bool as_it_was = k->positions == x->positions;
    const double q = mean_of_squares(x->square[SAME], x->positions);

    k->mean = x->mean;
    k->log_var = x->log_var;
    k->pair_var = x->pair_var;
    k->lags = as_it_was ? x->lags : NULL;
    for (int s = 0; s < PAIRS; s++) {
        const double mean = mean_of_squares(x->square[s], x->positions);

        k->cross[s] = as_it_was ? x->cross[s] : x->mean * x->mean / fmax(q, 1e-300);
        for (int64_t p = 0; p < k->positions; p++)
            k->square[s][p] = as_it_was ? x->square[s][p] : mean;
    }
    t->kernel[y] = k;
}

static void reshape_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const int64_t from = t->kernel[y]->positions, to = kernel_in(t, y, 0)->positions;
    Gradient *dx = gradient_like(f, dy, to);

    if (from != to)
        dx->lags = NULL;
    for (int s = 0; s < PAIRS; s++) {
        dx->cross[s] = from == to ? dy->cross[s] : 0;
        for (int64_t p = 0; p < to; p++)
            dx->square[s][p] = from == to ? dy->square[s][p] : mean_of_squares(dy->square[s], from);
    }
    flow_give(f, t, y, 0, dx);
}

const FlowRule flow_reshape = { reshape_forward, reshape_backward };

/* ---- Joins --------------------------------------------------------------------------------- */

/* Of several tensors, with these shares of the sum's square; or of a product. */
typedef struct {
    int n;
    double *share, shift;
} SumOf;

static double lag_of_sum(const void *with, int s, const double *common, bool here)
{
    const SumOf *p = with;
    double sum = p->shift;

    (void)s, (void)here;
    for (int i = 0; i < p->n; i++)
        sum += p->share[i] * common[i];
    return sum;
}

static double lag_of_product(const void *with, int s, const double *common, bool here)
{
    (void)with, (void)s, (void)here;
    return common[0] * common[1];
}

/* Fresh weights of mean zero on one path: the kernels add.  Of a tensor to itself, fourfold. */
static void put_sum(Flow *f, Kernel *k, const Kernel *a, const Kernel *b, bool same)
{
    const double means = 2 * a->mean * b->mean;
    const double qa = mean_of_squares(a->square[SAME], a->positions);
    const double qb = mean_of_squares(b->square[SAME], a->positions), q = qa + qb + means;
    const LagsOf of[] = { { a->lags, a->cross }, { b->lags, b->cross } };
    double share[] = { qa / fmax(q, 1e-300), qb / fmax(q, 1e-300) };
    const SumOf sum = { 2, share, means / fmax(q, 1e-300) };

    k->lags = same ? a->lags : lags_made(f, of, 2, lag_of_sum, &sum);
    for (int s = 0; s < PAIRS; s++) {
        k->cross[s] = same ? a->cross[s]
                    : (a->cross[s] * qa + b->cross[s] * qb + means) / fmax(q, 1e-300);
        for (int64_t p = 0; p < k->positions; p++)
            k->square[s][p] = same ? 4 * a->square[s][p]
                            : a->square[s][p] + b->square[s][p] + means;
    }
}

/* The sum of a residual, beside what it adds to: a row of its own. */
static void record_join(Trace *t, NodeId y)
{
    const Item *item = t->g->node[y].item;

    for (int i = 0; i < t->g->n_layers; i++) {
        const Layer *l = &t->g->layer[i];
        const Kernel *x = l->item == item && l->n_paths ? t->kernel[l->path[0]] : NULL;

        if (!x)
            continue;
        t->row[i].z_rms = sqrt(mean_of_squares(x->square[SAME], x->positions));
        t->row[i].act_rms = sqrt(mean_of_squares(t->kernel[y]->square[SAME],
                                                 t->kernel[y]->positions));
    }
}

static void add_forward(Flow *f, Trace *t, NodeId y)
{
    const Kernel *a = kernel_in(t, y, 0), *b = kernel_in(t, y, 1);
    Kernel *k = kernel_new(f, t->g->node[y].shape);
    double w;

    put_sum(f, k, a, b, a->neurons == b->neurons);
    k->neurons = neurons_of_sum(f, a, 1, b, 1);
    w = mean_of_squares(b->square[SAME], k->positions)
      / fmax(mean_of_squares(k->square[SAME], k->positions), 1e-300);
    k->mean = a->mean + b->mean;
    k->log_var = b->log_var < a->log_var ? (1 - w) * a->log_var + w * b->log_var
                                         : a->log_var + w * w * (b->log_var - a->log_var);
    k->pair_var = (1 - w) * a->pair_var + w * b->pair_var;
    if (a->neurons != b->neurons && neurons_related(f, a, b))
        neurons_put(f, k);
    t->kernel[y] = k;
    record_join(t, y);
}

/* dy along a sum is along its parts by their shares. */
static Gradient *share_radial(Gradient *dx, double share)
{
    for (int s = 0; s < PAIRS; s++)
        dx->radial[s] *= share * share;
    return dx;
}

/* E (k.d)^2 of k = a + b has 2 mean(a) mean(b) beside the squares of both.  What made b of a gives
 * a the part of d along b, so a sees all of it: in sums without norms k.d keeps its size while k
 * shrinks on the way back, and d grows along k (of relu, phi'(z) z = phi(z), by Euler's rule). */
static Gradient *with_means(const Kernel *k, double means, const Gradient *dy, Gradient *dx)
{
    const double n = (double)(k->channels * k->positions);

    for (int s = 0; s < PAIRS; s++)
        dx->radial[s] += 2 * means * n * mean_of_squares(dy->square[s], k->positions);
    return dx;
}

static void add_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Kernel *k = t->kernel[y], *a = kernel_in(t, y, 0), *b = kernel_in(t, y, 1);
    const double q = fmax(mean_of_squares(k->square[SAME], k->positions), 1e-300);
    const double means = a->mean * b->mean;

    if (a->neurons == b->neurons) {
        flow_give(f, t, y, 0, scaled(f, dy, k->positions, 4));
        return;
    }
    for (int i = 0; i < 2; i++) {
        const Kernel *x = kernel_in(t, y, i);
        const double own = mean_of_squares(x->square[SAME], x->positions) + means;
        Gradient *dx = with_means(k, means, dy, scaled(f, dy, k->positions, 1));

        flow_give(f, t, y, i, share_radial(dx, own / q));
    }
}

const FlowRule flow_add = { add_forward, add_backward };

static void mul_forward(Flow *f, Trace *t, NodeId y)
{
    const Kernel *a = kernel_in(t, y, 0), *b = kernel_in(t, y, 1);
    const LagsOf of[] = { { a->lags, a->cross }, { b->lags, b->cross } };
    Kernel *k = kernel_new(f, t->g->node[y].shape);

    for (int s = 0; s < PAIRS; s++) {
        k->cross[s] = a->cross[s] * b->cross[s];
        for (int64_t p = 0; p < k->positions; p++)
            k->square[s][p] = a->square[s][p] * b->square[s][p];
    }
    k->lags = lags_made(f, of, 2, lag_of_product, NULL);
    k->mean = a->mean * b->mean;
    k->log_var = a->log_var + b->log_var;
    k->pair_var = fmin(a->pair_var + b->pair_var, 1);
    k->neurons = neurons_of_product(f, a, b);
    if (neurons_related(f, a, b))
        neurons_put(f, k);
    t->kernel[y] = k;
}

static void mul_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const bool same = kernel_in(t, y, 0)->neurons == kernel_in(t, y, 1)->neurons;

    for (int i = 0; i < (same ? 1 : 2); i++) {
        const Kernel *other = kernel_in(t, y, 1 - i);
        const LagsOf of[] = { { dy->lags, dy->cross }, { other->lags, other->cross } };
        Gradient *dx = gradient_like(f, dy, other->positions);

        dx->lags = lags_made(f, of, 2, lag_of_product, NULL);
        for (int s = 0; s < PAIRS; s++) {
            dx->cross[s] *= other->cross[s];
            for (int64_t p = 0; p < other->positions; p++)
                dx->square[s][p] = (same ? 4 : 1) * dy->square[s][p] * other->square[s][p];
        }
        flow_give(f, t, y, i, dx);
    }
}

const FlowRule flow_mul = { mul_forward, mul_backward };

static const Lags *lags_of_parts(Flow *f, const Trace *t, NodeId y, double q)
{
    const Node *n = &t->g->node[y];
    LagsOf *of = arena_array(f->arena, LagsOf, n->n_in);
    const SumOf parts = { .n = n->n_in, .share = arena_array(f->arena, double, n->n_in) };
    const int64_t all = n->shape.dim[n->shape.rank == 3 ? 0 : n->shape.rank - 1];

    for (int i = 0; i < n->n_in; i++) {
        const Kernel *x = kernel_in(t, y, i);

        of[i] = (LagsOf){ x->lags, x->cross };
        parts.share[i] = (double)x->channels / (double)all
                       * mean_of_squares(x->square[SAME], x->positions) / fmax(q, 1e-300);
    }
    return lags_made(f, of, n->n_in, lag_of_sum, &parts);
}

/* Units of several tensors beside each other: means by their numbers. */
static void concat_forward(Flow *f, Trace *t, NodeId y)
{
    const Node *n = &t->g->node[y];
    Kernel *k = kernel_new(f, n->shape);
    double q = 0;

    for (int i = 0; i < n->n_in; i++) {
        const Kernel *x = kernel_in(t, y, i);
        const double share = (double)x->channels / (double)k->channels;
        const double own = share * mean_of_squares(x->square[SAME], x->positions);

        q += own;
        k->mean += share * x->mean;
        k->log_var += share * x->log_var;
        k->pair_var += share * x->pair_var;
        for (int s = 0; s < PAIRS; s++) {
            k->cross[s] += own * x->cross[s];
            for (int64_t p = 0; p < k->positions; p++)
                k->square[s][p] += share * x->square[s][p];
        }
    }
    for (int s = 0; s < PAIRS; s++)
        k->cross[s] /= fmax(q, 1e-300);
    k->lags = lags_of_parts(f, t, y, q);
    t->kernel[y] = k;
}

static void concat_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Kernel *k = t->kernel[y];
    const double all = mean_of_squares(k->square[SAME], k->positions) * (double)k->channels;

    for (int i = 0; i < t->g->node[y].n_in; i++) {
        const Kernel *x = kernel_in(t, y, i);
        const double own = mean_of_squares(x->square[SAME], x->positions) * (double)x->channels;

        flow_give(f, t, y, i, share_radial(scaled(f, dy, k->positions, 1),
                                           own / fmax(all, 1e-300)));
    }
}

const FlowRule flow_concat = { concat_forward, concat_backward };

/* ---- Scales -------------------------------------------------------------------------------- */

static double factor_of(const Trace *t, NodeId y)
{
    const Tensor *scale = tensor_of(t, y, 1);

    return scale ? draw_of(scale).mean : t->g->node[y].number[0];
}

static void scale_forward(Flow *f, Trace *t, NodeId y)
{
    const double a = factor_of(t, y);
    Kernel *k = kernel_copy(f, kernel_in(t, y, 0));

    for (int s = 0; s < PAIRS; s++)
        for (int64_t p = 0; p < k->positions; p++)
            k->square[s][p] *= a * a;
    k->mean *= a;
    k->source = NULL;
    k->neurons = neurons_of_sum(f, kernel_in(t, y, 0), a, NULL, 0);
    t->kernel[y] = k;
}

/* dLoss/dscale is the sum of dy body over all units, which know nothing of each other. */
static void record_scale(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Kernel *body = kernel_in(t, y, 0);
    FlowLayer *row = &t->row[t->g->node[y].layer];
    double total = 0;

    for (int s = 0; s < PAIRS; s++)
        total += f->batch * f->pairs[s] * pair_sum(dy, s, body, s);
    row->scale_grad = sqrt(fmax((double)body->channels * total, 0));
    row->body_rms = sqrt(mean_of_squares(body->square[SAME], body->positions));
}

static void scale_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const double a = factor_of(t, y);

    if (tensor_of(t, y, 1))
        record_scale(f, t, y, dy);
    flow_give(f, t, y, 0, scaled(f, dy, t->kernel[y]->positions, a * a));
}

const FlowRule flow_scale = { scale_forward, scale_backward };
const FlowRule flow_scale_by = { scale_forward, scale_backward };

/* ---- One step of a sequence ------------------------------------------------------------------ */

static int64_t step_of(const Node *n) { return n->size[3] / n->size[2]; }

static void extract_forward(Flow *f, Trace *t, NodeId y)
{
    const Node *n = &t->g->node[y];
    const Kernel *x = kernel_in(t, y, 0);
    Kernel *k = kernel_new(f, n->shape);

    for (int s = 0; s < PAIRS; s++)
        k->square[s][0] = x->square[s][step_of(n)];
    k->mean = x->mean;
    k->log_var = x->log_var;
    k->pair_var = x->pair_var;
    t->kernel[y] = k;
}

static void extract_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    Gradient *dx = gradient_like(f, dy, kernel_in(t, y, 0)->positions);

    for (int s = 0; s < PAIRS; s++)
        dx->square[s][step_of(&t->g->node[y])] = dy->square[s][0];
    flow_give(f, t, y, 0, dx);
}

const FlowRule flow_extract = { extract_forward, extract_backward };
