/* flow_products.c -- the forecast of products with a weight: dense, convolution.
 *
 *   forward   K_s = v n_in X_s + v_b;   backward   G_s = v n_out G_s;
 *   E |dLoss/dW|^2 = n_out n_in B sum over s of M_s G_s X_s, summed over places and taps. */
#include "flow_lags.h"

#include <math.h>
#include <string.h>

static const double MUCH_MEAN = 1;  /* fan_in mean^2 / variance: two decades off at 7, 0.1 at 0.4 */

/* What a product's weight and bias are at the start. */
typedef struct {
    Draw w, b;
    double n_in, n_out, fan_in;     /* units that come in and go out; terms of one sum */
} Product;

static Product product_of(const Flow *f, const Trace *t, NodeId z, double n_in, double n_out)
{
    const Tensor *w = tensor_of(t, z, 1), *b = tensor_of(t, z, 2);
    const bool opened = f->open && f->open == &t->g->layer[t->g->node[z].layer];

    return (Product){ .w = opened ? (Draw){ .var = f->open_var } : draw_of(w),
                      .b = b ? draw_of(b) : (Draw){ 0 }, .n_in = n_in, .n_out = n_out,
                      .fan_in = fmax((double)w->fan_in, 1) };
}

/* The second moment of z from that of the terms of its sum, `taps` of them beside n_in. */
static double grown(const Product *p, double x, double taps, double mean)
{
    const double m = p->b.mean + p->w.mean * p->fan_in * mean;
    const double common = p->w.mean * p->w.mean * p->n_in * taps * (x - mean * mean);

    return p->w.var * p->n_in * taps * x + p->b.var + m * m + (p->w.mean != 0 ? common : 0);
}

/* What a product does to the fluctuations of its input. */
static double share_of_input(const Product *p, const Kernel *z)
{
    const double square = mean_of_squares(z->square[SAME], z->positions);

    return 1 - (p->b.var + z->mean * z->mean) / fmax(square, 1e-300);
}

static void carry_fluctuations(Flow *f, const Product *p, const Kernel *x, Kernel *z)
{
    double share;

    z->mean = p->b.mean + p->w.mean * p->fan_in * x->mean;
    share = share_of_input(p, z);
    z->log_var = x->log_var * share * share;
    z->pair_var = x->pair_var * share * share;
    z->rotated = p->w.orthogonal && p->n_out >= p->fan_in;
    if (p->w.mean * p->w.mean * p->fan_in > MUCH_MEAN * p->w.var && !p->w.symmetric)
        f->rough = "weights have a mean, which adds up over a layer";
}

static void carry(Flow *f, Trace *t, NodeId y, const Product *p, Kernel *z)
{
    if (p->w.identity)
        identity_forward(f, kernel_in(t, y, 0), z, tensor_of(t, y, 1), p->b);
    else
        carry_fluctuations(f, p, kernel_in(t, y, 0), z);
    t->kernel[y] = z;
}

/* dx, whose squares are those of dz, by place, times the weight's: what came of x comes back. */
static void give_back(Flow *f, Trace *t, NodeId y, const Product *p, double n_out,
                      const Gradient *dz, Gradient *dx)
{
    const Kernel *x = kernel_in(t, y, 0);
    const double factor = (p->w.var + p->w.mean * p->w.mean) * n_out;

    if (p->w.identity) {
        identity_backward(f, x, tensor_of(t, y, 1), dz, dx);
    } else {
        for (int s = 0; s < PAIRS; s++)
            for (int64_t i = 0; i < x->positions; i++)
                dx->square[s][i] *= factor;
        flow_along(x, dx);
    }
    flow_give(f, t, y, 0, dx);
}

/* The norm of dLoss/dW, and what it fluctuates by from net to net. */
static void record_weight(Flow *f, Trace *t, NodeId z, const Product *p, const Gradient *dz,
                          double sum[PAIRS][PAIRS])
{
    FlowLayer *row = &t->row[t->g->node[z].layer];
    const Kernel *x = kernel_in(t, z, 0), *k = t->kernel[z];
    const double gain = dz->gain * share_of_input(p, k);
    const double alone = fmax(sum[SAME][SAME], 1e-300);
    const double pairs = (1 - f->same_class) * sum[SAME][OTHER] + f->same_class * sum[SAME][KIN];
    const double coherent = fmin(fmax(pairs / alone, -1), 1);
    double total = 0, var;

    for (int s = 0; s < PAIRS; s++)
        total += f->batch * f->pairs[s] * sum[s][s];
    var = x->log_var * (1 + gain) * (1 + gain) + dz->log_var
        + 2 * dz->alike * (coherent * coherent + x->pair_var);
    total *= p->n_out * p->n_in;
    if (row->grad_norm > 0)         /* a recurrent layer's: its other weight came first */
        total += row->grad_norm * row->grad_norm;
    else
        row->spread = flow_spread(var);
    row->grad_norm = total < 1e-280 ? 0 : sqrt(total);      /* less is lost already */
}

static Gradient *back_through(Flow *f, const Product *p, const Kernel *x, const Kernel *z,
                              const Gradient *dz)
{
    Gradient *dx = gradient_like(f, dz, x->positions);
    const double share = share_of_input(p, z);

    dx->gain = dz->gain * share;
    dx->level = dx->own = 0;
    for (int s = 0; s < PAIRS; s++)
        dx->radial[s] *= share * share;
    dx->rotated = p->w.orthogonal && p->n_out <= p->fan_in;
    return dx;
}

/* ---- Dense --------------------------------------------------------------------------------- */

static void affine_forward(Flow *f, Trace *t, NodeId y)
{
    const Node *n = &t->g->node[y];
    const Kernel *x = kernel_in(t, y, 0);
    const Product p = product_of(f, t, y, (double)n->size[2], (double)n->size[1]);
    Kernel *z = kernel_new(f, n->shape);
    const double square = mean_of_squares(x->square[SAME], x->positions);
    double all;

    for (int s = 0; s < PAIRS; s++)
        for (int64_t i = 0; i < z->positions; i++)
            z->square[s][i] = p.w.identity ? x->square[s][i]
                            : grown(&p, x->square[s][i], 1, x->mean);
    all = mean_of_squares(z->square[SAME], z->positions);
    for (int s = 0; s < PAIRS; s++)
        z->cross[s] = p.w.identity ? x->cross[s]
                    : grown(&p, x->cross[s] * square, 1, x->mean) / fmax(all, 1e-300);
    carry(f, t, y, &p, z);
}

static void affine_backward(Flow *f, Trace *t, NodeId y, const Gradient *dz)
{
    const Node *n = &t->g->node[y];
    const Kernel *x = kernel_in(t, y, 0), *z = t->kernel[y];
    const Product p = product_of(f, t, y, (double)n->size[2], (double)n->size[1]);
    Gradient *dx = back_through(f, &p, x, z, dz);
    double sum[PAIRS][PAIRS];

    for (int a = 0; a < PAIRS; a++)
        for (int b = 0; b < PAIRS; b++)
            sum[a][b] = pair_sum(dz, a, x, b);
    record_weight(f, t, y, &p, dz, sum);
    for (int s = 0; s < PAIRS; s++)
        memcpy(dx->square[s], dz->square[s], (size_t)x->positions * sizeof(double));
    give_back(f, t, y, &p, p.n_out, dz, dx);
}

const FlowRule flow_affine = { affine_forward, affine_backward };

/* ---- Convolution (Xiao et al. 2018) -------------------------------------------------------- */

/* Outputs out, out + 1, .. of a row, of which a tap sees the inputs in, in + stride, .. */
typedef struct {
    int64_t out, in, stride, n;
    int tap;
} Strip;

/* The outputs along one side from which a tap looks into the image: from .. to - 1. */
static int64_t first_inside(int64_t offset, int64_t stride)
{
    return offset >= 0 ? 0 : (-offset + stride - 1) / stride;
}

static int64_t end_inside(int64_t offset, int64_t stride, int64_t size, int64_t outs)
{
    const int64_t end = offset < size ? (size - 1 - offset) / stride + 1 : 0;

    return end < outs ? end : outs;
}

typedef struct Sweep Sweep;
typedef void Visit(Sweep *w, const Strip *r);

static void visit_taps(const Window *v, Visit *visit, Sweep *w)
{
    for (int64_t k = 0; k < v->kernel * v->kernel; k++) {
        const int64_t down = k / v->kernel * v->dilation - v->top;
        const int64_t across = k % v->kernel * v->dilation - v->left;
        const int64_t from = first_inside(across, v->stride);
        const int64_t to = end_inside(across, v->stride, v->in.dim[2], v->out.dim[2]);
        const int64_t end = end_inside(down, v->stride, v->in.dim[1], v->out.dim[1]);

        for (int64_t i = first_inside(down, v->stride); from < to && i < end; i++)
            visit(w, &(Strip){ i * v->out.dim[2] + from,
                             (i * v->stride + down) * v->in.dim[2] + from * v->stride + across,
                             v->stride, to - from, (int)k });
    }
}

struct Sweep {
    const Kernel *x;
    const Gradient *dz;
    Kernel *z;                      /* forward: sums of squares under the taps */
    Gradient *dx;
    bool by_lags;                   /* two places are counted by their displacement */
    double *taps;                   /* forward: taps inside the image, by output */
    double *root_x, *root_dz;       /* backward: roots of the SAME squares */
    double (*same)[PAIRS][PAIRS], *root;    /* backward, by tap: of products */
    double *up_root, *up_both;      /* of roots and squares of one: back dz's, forward x's */
    int only;                       /* the one tap that a signal comes through, or -1 */
};

/* Of a weight that starts as the identity the middle tap alone is not zero. */
static int only_tap(const Product *p, const Window *v)
{
    return p->w.identity ? (int)(v->kernel / 2 * v->kernel + v->kernel / 2) : -1;
}

static void gather(Sweep *w, const Strip *r)
{
    if (w->only >= 0 && r->tap != w->only)
        return;
    for (int s = 0; s < PAIRS; s++)
        for (int64_t i = 0; i < r->n; i++)
            w->z->square[s][r->out + i] += w->x->square[s][r->in + i * r->stride];
    for (int64_t i = 0; i < r->n; i++) {
        const int64_t in = r->in + i * r->stride;

        w->taps[r->out + i]++;
        w->up_root[r->tap] += w->root_x[in];
        w->up_both[r->tap] += w->x->square[SAME][in];
    }
}

/* Sum over taps and pairs of places that a tap looks into the image from: near the border, where
 * others look past it, two places have less in common. */
static double taps_apart(const Sweep *w, int64_t taps)
{
    double apart = 0;

    for (int64_t k = 0; k < taps; k++)
        apart += fmax(w->up_root[k] * w->up_root[k] - w->up_both[k], 0);
    return apart;
}

static double *roots(Flow *f, const double *square, int64_t n)
{
    double *root = arena_array(f->arena, double, n);

    for (int64_t i = 0; i < n; i++)
        root[i] = sqrt(fmax(square[i], 0));
    return root;
}

/* An identity passes places on as they are. */
static void put_lags(Flow *f, const Product *p, const Window *v, const Kernel *x, Kernel *z)
{
    if (p->w.identity)
        z->lags = z->height == x->height && z->width == x->width ? x->lags : NULL;
    else {
        z->lags = lags_of_conv(f, x, v, mean_of_squares(z->square[SAME], z->positions),
                               p->b.var + z->mean * z->mean);
        if (z->lags)
            lags_mean(f, z->lags, z->square[SAME], z->cross);
    }
}

static void put_lags_back(Flow *f, const Product *p, const Window *v, const Kernel *x,
                          const Gradient *dz, Gradient *dx)
{
    if (p->w.identity)
        dx->lags = v->out.dim[1] == x->height && v->out.dim[2] == x->width ? dz->lags : NULL;
    else if (x->lags || dz->lags) {
        dx->lags = lags_back_conv(f, dz, v);
        lags_mean(f, dx->lags, dx->square[SAME], dx->cross);
    }
}

static void conv_forward(Flow *f, Trace *t, NodeId y)
{
    const Node *n = &t->g->node[y];
    const Window *v = n->window;
    const Kernel *x = kernel_in(t, y, 0);
    const Product p = product_of(f, t, y, (double)(v->in.dim[0] / v->groups),
                                 (double)v->out.dim[0]);
    Kernel *z = kernel_new(f, n->shape);
    const int64_t taps = v->kernel * v->kernel;
    const double pairs = fmax((double)z->positions * (double)(z->positions - 1), 1);
    Sweep w = { .x = x, .z = z, .taps = arena_array(f->arena, double, z->positions),
                .up_root = arena_array(f->arena, double, taps),
                .up_both = arena_array(f->arena, double, taps),
                .root_x = roots(f, x->square[SAME], x->positions), .only = only_tap(&p, v) };
    double apart, all;

    visit_taps(v, gather, &w);
    for (int64_t i = 0; i < z->positions; i++)
        for (int s = 0; s < PAIRS; s++)
            z->square[s][i] = p.w.identity ? z->square[s][i]
                : grown(&p, z->square[s][i] / fmax(w.taps[i], 1), w.taps[i], x->mean);
    apart = taps_apart(&w, taps) / pairs;
    all = fmax(roots_apart(z->square[SAME], z->positions) / pairs, 1e-300);
    for (int s = 0; s < PAIRS; s++)
        z->cross[s] = p.w.identity ? x->cross[s]
                    : fmin(grown(&p, x->cross[s] * apart, 1, x->mean) / all, 1);
    carry(f, t, y, &p, z);
    put_lags(f, &p, v, x, z);
}

/* Sums over a strip. */
typedef struct {
    double same[PAIRS][PAIRS], root, up_root, up_both;
} Along;

static Along along(const Sweep *w, const Strip *r)
{
    Along sum = { .root = 0 };

    for (int64_t i = 0; i < r->n; i++) {
        const int64_t out = r->out + i, in = r->in + i * r->stride;

        for (int a = 0; a < PAIRS; a++)
            for (int b = 0; b < PAIRS; b++)
                sum.same[a][b] += w->dz->square[a][out] * w->x->square[b][in];
        sum.root += w->root_dz[out] * w->root_x[in];
        sum.up_root += w->root_dz[out];
        sum.up_both += w->dz->square[SAME][out];
    }
    return sum;
}

static void scatter(Sweep *w, const Strip *r)
{
    const Along sum = along(w, r);
    const bool passes = w->only < 0 || r->tap == w->only;

    for (int a = 0; a < PAIRS; a++) {
        for (int64_t i = 0; passes && i < r->n; i++)
            w->dx->square[a][r->in + i * r->stride] += w->dz->square[a][r->out + i];
        for (int b = 0; b < PAIRS; b++)
            w->same[r->tap][a][b] += sum.same[a][b];
    }
    w->root[r->tap] += sum.root;
    w->up_root[r->tap] += sum.up_root;
    w->up_both[r->tap] += sum.up_both;
}

/* Two places of dx have in common what one tap brings to both: with a stride, of few pairs. */
static void cross_by_taps(const Sweep *w, int64_t taps, int64_t places)
{
    const double all = fmax(roots_apart(w->dx->square[SAME], places), 1e-300);

    for (int s = 0; s < PAIRS; s++)
        w->dx->cross[s] = fmin(taps_apart(w, taps) / all, 1) * w->dz->cross[s];
}

static void add_taps(const Sweep *w, int64_t taps, double sum[PAIRS][PAIRS])
{
    for (int64_t k = 0; k < taps; k++) {
        const double apart = fmax(w->root[k] * w->root[k] - w->same[k][SAME][SAME], 0);

        for (int a = 0; a < PAIRS; a++)
            for (int b = 0; b < PAIRS; b++)
                sum[a][b] += w->same[k][a][b]
                           + (w->by_lags ? 0 : w->dz->cross[a] * w->x->cross[b] * apart);
    }
}

static void conv_backward(Flow *f, Trace *t, NodeId y, const Gradient *dz)
{
    const Window *v = t->g->node[y].window;
    const Kernel *x = kernel_in(t, y, 0), *z = t->kernel[y];
    const Product p = product_of(f, t, y, (double)(v->in.dim[0] / v->groups),
                                 (double)v->out.dim[0]);
    const int64_t taps = v->kernel * v->kernel;
    Gradient *dx = back_through(f, &p, x, z, dz);
    Sweep w = { .x = x, .dz = dz, .dx = dx, .root = arena_array(f->arena, double, taps),
                .up_root = arena_array(f->arena, double, taps),
                .up_both = arena_array(f->arena, double, taps),
                .root_x = roots(f, x->square[SAME], x->positions),
                .root_dz = roots(f, dz->square[SAME], z->positions), .only = only_tap(&p, v) };
    double sum[PAIRS][PAIRS] = { { 0 } };

    w.same = arena_alloc(f->arena, (size_t)taps * sizeof *w.same);
    visit_taps(v, scatter, &w);
    put_lags_back(f, &p, v, x, dz, dx);
    if (v->stride > 1 && !p.w.identity && !dx->lags)
        cross_by_taps(&w, taps, x->positions);
    w.by_lags = z->lags && !p.w.identity;
    add_taps(&w, taps, sum);
    if (w.by_lags)
        lags_add_conv(f, dz, z, p.b.var + z->mean * z->mean, p.w.var * p.n_in, sum);
    record_weight(f, t, y, &p, dz, sum);
    give_back(f, t, y, &p, p.n_out / (double)v->groups, dz, dx);
}

const FlowRule flow_conv = { conv_forward, conv_backward };
