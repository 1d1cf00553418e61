/* flow_kernel.c -- what the rules of the forecast share: kernels, gradients, draws. */
#include "flow_lags.h"

#include <math.h>
#include <string.h>

Kernel *kernel_new(Flow *f, Shape s)
{
    Kernel *k = arena_new_of(f->arena, Kernel);

    k->channels = s.rank == 3 ? s.dim[0] : s.rank ? s.dim[s.rank - 1] : 1;
    k->height = s.rank == 3 ? s.dim[1] : s.rank == 2 ? s.dim[0] : 1;
    k->width = s.rank == 3 ? s.dim[2] : 1;
    k->positions = k->height * k->width;
    k->neurons = neurons_gaussian(f);
    for (int i = 0; i < PAIRS; i++)
        k->square[i] = arena_array(f->arena, double, k->positions);
    return k;
}

Kernel *kernel_copy(Flow *f, const Kernel *k)
{
    Kernel *copy = arena_new_of(f->arena, Kernel);

    *copy = *k;
    for (int i = 0; i < PAIRS; i++) {
        copy->square[i] = arena_array(f->arena, double, k->positions);
        memcpy(copy->square[i], k->square[i], (size_t)k->positions * sizeof(double));
    }
    return copy;
}

Gradient *gradient_new(Flow *f, int64_t positions)
{
    Gradient *g = arena_new_of(f->arena, Gradient);

    for (int i = 0; i < PAIRS; i++)
        g->square[i] = arena_array(f->arena, double, positions);
    return g;
}

Gradient *gradient_like(Flow *f, const Gradient *g, int64_t positions)
{
    Gradient *made = gradient_new(f, positions);

    memcpy(made->cross, g->cross, sizeof g->cross);
    made->lags = g->lags;
    memcpy(made->radial, g->radial, sizeof g->radial);
    made->level = g->level;
    made->own = g->own;
    made->gain = g->gain;
    made->log_var = g->log_var;
    made->alike = g->alike;
    made->rotated = g->rotated;
    return made;
}

const Kernel *kernel_in(const Trace *t, NodeId y, int i)
{
    return t->kernel[t->g->node[y].in[i]];
}

double flow_spread(double log_var)
{
    return sqrt(fmax(log_var, 0)) / 2 / 2.302585092994046;
}

double mean_of_squares(const double *square, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += square[i];
    return sum / (double)n;
}

double roots_apart(const double *square, int64_t places)
{
    double root = 0, both = 0;

    for (int64_t p = 0; p < places; p++) {
        root += sqrt(fmax(square[p], 0));
        both += fmax(square[p], 0);
    }
    return places > 1 ? fmax(root * root - both, 0) : 0;
}

double mixed(const Flow *f, const double value[PAIRS])
{
    return (1 - f->same_class) * value[OTHER] + f->same_class * value[KIN];
}

double batch_sum(const Flow *f, const double value[PAIRS])
{
    double sum = 0;

    for (int s = 0; s < PAIRS; s++)
        sum += f->pairs[s] * value[s];
    return sum;
}

/* Both came from one sum behind, whose part along the tensor is divided between them with one
 * sign. */
static void join_radial(Gradient *sum, const Gradient *g)
{
    for (int s = 0; s < PAIRS; s++) {
        const double a = sum->radial[s], b = g->radial[s];

        sum->radial[s] = a + b + (a > 0 && b > 0 ? 2 * sqrt(a) * sqrt(b) : 0);
    }
}

/* A weight that has made z of x knows x: what of the gradient lies along z comes back along x. */
void flow_along(const Kernel *x, Gradient *dx)
{
    const double n = (double)(x->channels * x->positions);
    const double square = mean_of_squares(x->square[SAME], x->positions);

    if (!(square > 1e-150))
        return;
    for (int s = 0; s < PAIRS; s++)
        for (int64_t p = 0; p < x->positions; p++)
            dx->square[s][p] += dx->radial[s] / (n * square) * x->square[s][p] / (n * square);
}

static double joined_lag(const void *with, int s, const double *common, bool here)
{
    const double of_b = *(const double *)with;

    (void)s, (void)here;
    return (1 - of_b) * common[0] + of_b * common[1];
}

static const Lags *joined_lags(Flow *f, const Gradient *a, const Gradient *b, double of_b)
{
    const LagsOf both[] = { { a->lags, a->cross }, { b->lags, b->cross } };

    return lags_made(f, both, 2, joined_lag, &of_b);
}

/* Paths are independent: their gradients add, and each keeps its weight in what is told of both. */
static void add_gradient(Flow *f, Gradient *sum, const Gradient *g, int64_t positions)
{
    const double of_sum = roots_apart(sum->square[SAME], positions);
    const double of_g = roots_apart(g->square[SAME], positions);
    double mean[2][PAIRS], all;
    const double a = mean_of_squares(sum->square[SAME], positions);
    const double b = mean_of_squares(g->square[SAME], positions);
    const double w = b / fmax(a + b, 1e-300);

    for (int s = 0; s < PAIRS; s++) {
        mean[0][s] = mean_of_squares(sum->square[s], positions);
        mean[1][s] = mean_of_squares(g->square[s], positions);
    }
    sum->lags = joined_lags(f, sum, g, of_g / fmax(of_sum + of_g, 1e-300));
    sum->neuron = neurons_joined(f, sum->neuron, mean[0], g->neuron, mean[1]);
    sum->by_row = NULL;
    for (int s = 0; s < PAIRS; s++) {
        sum->cross[s] = sum->cross[s] * of_sum + g->cross[s] * of_g;
        for (int64_t p = 0; p < positions; p++)
            sum->square[s][p] += g->square[s][p];
    }
    all = roots_apart(sum->square[SAME], positions);
    for (int s = 0; s < PAIRS; s++)
        sum->cross[s] = all > 0 ? fmin(fmax(sum->cross[s] / all, -1), 1) : 0;
    join_radial(sum, g);
    sum->gain = (1 - w) * sum->gain + w * g->gain;
    sum->alike = (1 - w) * sum->alike + w * g->alike;
    /* what both share came from behind the join; the lesser part is the other's alone */
    sum->log_var = w > 0.5 ? g->log_var + (1 - w) * (1 - w) * fmax(sum->log_var - g->log_var, 0)
                           : sum->log_var + w * w * fmax(g->log_var - sum->log_var, 0);
    sum->rotated = false;
}

void flow_give(Flow *f, Trace *t, NodeId y, int i, Gradient *g)
{
    const NodeId x = t->g->node[y].in[i];

    if (!x || !t->kernel[x])
        return;
    if (t->gradient[x])
        add_gradient(f, t->gradient[x], g, t->kernel[x]->positions);
    else
        t->gradient[x] = g;
}

double pair_sum(const Gradient *g, int of_g, const Kernel *x, int of_x)
{
    double same = 0, root = 0, both = 0;

    for (int64_t p = 0; p < x->positions; p++) {
        const double product = g->square[SAME][p] * x->square[SAME][p];

        same += g->square[of_g][p] * x->square[of_x][p];
        root += sqrt(fmax(product, 0));
        both += product;
    }
    return same + g->cross[of_g] * x->cross[of_x] * fmax(root * root - both, 0);
}

/* What is computed of numbers past all range is past it too, whatever an activation makes of it. */
void flow_blur(Flow *f, const Kernel *x)
{
    const double square = mean_of_squares(x->square[SAME], x->positions);

    f->blurred = f->blurred || (!f->normalised && x->height * x->width > 1
                                && x->mean * x->mean > 0.1 * square);
}

void flow_stay_infinite(Trace *t, NodeId y)
{
    const Node *n = &t->g->node[y];
    Kernel *out = t->kernel[y];
    bool infinite = false;

    for (int i = 0; i < n->n_in; i++) {
        const Kernel *in = n->in[i] ? t->kernel[n->in[i]] : NULL;
        infinite = infinite || (in && !isfinite(in->square[SAME][0]));
    }
    for (int s = 0; infinite && out && s < PAIRS; s++)
        for (int64_t p = 0; p < out->positions; p++)
            out->square[s][p] = INFINITY;
}

/* ---- Draws --------------------------------------------------------------------------------- */

static double argument(const Value *init, int i)
{
    return i < init->callee->n_params ? init->arg[i].real : 0;
}

static Draw fan_draw(const Tensor *t, const Value *init)
{
    const double in = (double)t->fan_in, out = (double)t->fan_out;
    const char *mode = value_arg(init, "mode")->text;
    const double fan = strcmp(mode, "fan_in") == 0 ? in : strcmp(mode, "fan_out") == 0 ? out
                     : (in + out) / 2;

    return (Draw){ .var = value_arg(init, "scale")->real / fmax(fan, 1) };
}

Draw draw_of(const Tensor *t)
{
    const double in = fmax((double)t->fan_in, 1), out = (double)t->fan_out;
    const char *id = t->init ? t->init->callee->id_name : "ZEROS";
    const double a = t->init ? argument(t->init, 0) : 0, b = t->init ? argument(t->init, 1) : 0;

    if (!t->init)
        return (Draw){ .mean = t->ones ? 1 : t->is_constant ? t->constant : 0, .symmetric = true };
    if (strcmp(id, "ZEROS") == 0)
        return (Draw){ .symmetric = true };
    if (strcmp(id, "ONES") == 0)
        return (Draw){ .mean = 1, .symmetric = true };
    if (strcmp(id, "CONSTANT") == 0)
        return (Draw){ .mean = a, .symmetric = true };
    if (strcmp(id, "NORMAL") == 0)
        return (Draw){ .var = a * a, .mean = b, .symmetric = a == 0 };
    if (strcmp(id, "UNIFORM") == 0)
        return (Draw){ .var = (b - a) * (b - a) / 12, .mean = (a + b) / 2, .symmetric = a == b };
    if (strcmp(id, "TRUNCATED_NORMAL") == 0)
        return (Draw){ .var = 0.7737413 * a * a, .symmetric = a == 0 };
    if (strncmp(id, "HE_", 3) == 0)
        return (Draw){ .var = 2 / ((1 + t->slope * t->slope) * in) };
    if (strncmp(id, "XAVIER_", 7) == 0)
        return (Draw){ .var = 2 / (in + out) };
    if (strncmp(id, "LECUN_", 6) == 0)
        return (Draw){ .var = 1 / in };
    if (strcmp(id, "ORTHOGONAL") == 0)      /* flattened to [shape[0]][rest] */
        return (Draw){ .var = a * a / fmax(in, (double)t->shape.dim[0] / fmax(t->gates, 1)),
                       .orthogonal = true };
    if (strcmp(id, "IDENTITY") == 0)
        return (Draw){ .var = a * a / fmax(in, out), .orthogonal = true, .identity = true,
                       .gain = a };
    return fan_draw(t, t->init);
}

const Tensor *tensor_of(const Trace *t, NodeId y, int i)
{
    const NodeId id = i < t->g->node[y].n_in ? t->g->node[y].in[i] : 0;
    const Node *n = id ? &t->g->node[id] : NULL;

    return n && n->op == OP_PARAM ? &t->g->layer[n->layer].param[n->index] : NULL;
}
