/* flow_penalty.c -- the forecast of penalties: what l1 and l2 add to the loss and to its gradient.
 *
 *   l1 sum |w| + l2 sum w^2,   l1 sign(w) + 2 l2 w:
 *
 * independent of the gradient that the data gives, so the norms add as the sides of a right
 * angle. */
#include "flow_walk.h"

#include <math.h>
#include <string.h>

/* Of one weight: E w^2, E |w|, and how often it is not 0. */
typedef struct {
    double square, size, moved;
} Sizes;

static bool is_uniform(const Tensor *t)
{
    const char *id = t->init ? t->init->callee->id_name : "";
    const size_t n = strlen(id);

    return (n > 8 && strcmp(id + n - 8, "_UNIFORM") == 0)
        || (strcmp(id, "VARIANCE_SCALING") == 0
            && strcmp(value_arg(t->init, "distribution")->text, "uniform") == 0);
}

static double normal_size(double mean, double std)
{
    const double at = mean / std;

    return mean * erf(at / sqrt(2)) + std * sqrt(2 / 3.141592653589793) * exp(-at * at / 2);
}

static double uniform_size(double mean, double std)
{
    const double half = sqrt(3) * std;

    return fabs(mean) >= half ? fabs(mean) : (half * half + mean * mean) / (2 * half);
}

static Sizes sizes_of(const Tensor *t)
{
    const Draw d = draw_of(t);
    const double std = sqrt(d.var);
    const bool uniform = is_uniform(t) || (t->init && strcmp(t->init->callee->id_name,
                                                             "UNIFORM") == 0);
    Sizes s = { .square = d.var + d.mean * d.mean, .moved = 1 };

    if (d.identity) {
        s.moved = d.gain != 0 ? d.var / (d.gain * d.gain) : 0;
        s.size = s.moved * fabs(d.gain);
    } else if (d.var == 0) {
        s.moved = d.mean != 0;
        s.size = fabs(d.mean);
    } else {
        s.size = uniform ? uniform_size(d.mean, std) : normal_size(d.mean, std);
    }
    return s;
}

/* By the name of its argument, 0 where the penalty has none. */
static double strength(const Value *penalty, const char *name)
{
    for (int i = 0; penalty->callee && i < penalty->callee->n_params; i++)
        if (strcmp(penalty->callee->param[i].name, name) == 0)
            return penalty->arg[i].real;
    return 0;
}

/* The square of the norm of the penalty's gradient. */
static double pull_square(const Settings *set, const Tensor *t, double *loss)
{
    const double l1 = t->l1 + strength(&set->regularize, "l1");
    const double l2 = t->l2 + strength(&set->regularize, "l2");
    const double n = (double)shape_size(t->shape);
    const Sizes s = sizes_of(t);

    *loss += n * (l1 * s.size + l2 * s.square);
    return n * (4 * l2 * l2 * s.square + 4 * l1 * l2 * s.size + l1 * l1 * s.moved);
}

void flow_penalise(const Settings *set, Forecast *out)
{
    for (int i = 0; i < out->n; i++) {
        FlowLayer *row = &out->layer[i];
        double square = 0;

        row->loss_norm = row->grad_norm;
        for (int k = 0; k < row->layer->n_params; k++)
            if (row->layer->param[k].is_weight)
                square += pull_square(set, &row->layer->param[k], &out->penalty);
        if (square > 0)
            row->grad_norm = hypot(row->grad_norm, sqrt(square));
    }
    out->loss += out->penalty;
}
