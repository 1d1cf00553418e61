/* warn_open.c -- how layers that start at zero open: outputs, and bodies of residuals. */
#include "warn.h"

#include <math.h>
#include <string.h>

/* Bodies whose last weights are 0 add nothing to the sum (Goyal et al. 2017, Zhang et al. 2019), so
 * at the first step all of them see one x and one dL/dx: what they add then, -rate E[dL/dx a.a'],
 * is the same in each, and n of them add n times as much, where bodies of random weights add to the
 * square.  With x so changed by u of its size, the next gradient that comes back through the bodies
 * has grown by as much, and so have their activations, if they follow x: u of 1 runs away from
 * itself. */

/* How an activation's size goes with that of what it is given, while that doubles: d ln a / d ln z,
 * 1 of relu, 0 of what is saturated. */
static double follows(const Warn *w, const FlowLayer *row)
{
    const Act act = { row->layer->act, 0 };
    const double mean = row->z_mean, variance = row->z_rms * row->z_rms - mean * mean;
    double once[2], twice[2];

    if (warn_is_norm(row->layer) || row->layer->steps)
        return 0;
    if (act.kind == ACTIVATION_LINEAR || act.kind == ACTIVATION_LEAKY_RELU || !(variance > 0))
        return 1;
    act_squares(w->gauss, act, variance, mean, once);
    act_squares(w->gauss, act, 4 * variance, 2 * mean, twice);
    return once[0] > 0 ? fmin(fmax(0.5 * log2(twice[0] / once[0]), 0), 1) : 1;
}

static bool has_weight(const Layer *layer)
{
    for (int i = 0; i < layer->n_params; i++)
        if (layer->param[i].is_weight)
            return true;
    return false;
}

/* The part of a layer's input that grows with the sum its body reads, along it: behind random
 * weights all that grows does (E W' phi'(Wx) phi(Wx) is a multiple of x), and they grow too. */
static double fed_by_sum(const Warn *w, const FlowLayer *row)
{
    double part = 1, along = 1;

    for (const FlowLayer *l = row - 1; l >= w->forecast->layer && l->join == row->join; l--) {
        part *= follows(w, l);
        along = has_weight(l->layer) ? 1 : l->layer->act == ACTIVATION_LINEAR ? along : RELU_ALONG;
    }
    return part * along;
}

/* What comes next behind the residuals is a norm: the sum's size is free, and where bodies read a
 * norm, too, all of it. */
static bool ends_in_norm(const Warn *w, const FlowLayer *row)
{
    const FlowLayer *end = w->forecast->layer + w->forecast->n;

    while (row < end && row->join >= 0)
        row++;
    return row < end && warn_is_norm(row->layer);
}

static double body_scale(const FlowLayer *join)
{
    const Item *item = join->layer->item;
    const Value *scale = call_arg(item->callee, item->arg, "scale");

    return fabs(scale->kind == VALUE_CALL ? value_arg(scale, "value")->real : scale->real);
}

bool warn_starts_at_zero(const Site *p)
{
    return p->row->join >= 0 && !p->norm && !p->row->layer->steps &&
           warn_weight_rms(p) * sqrt((double)p->weight->fan_in) < NEARLY_ZERO;
}

/* RMS of what the first update adds to the sum, over that, were it all along its input. */
static double opens_by(const Warn *w, const Site *p)
{
    const FlowLayer *row = p->row, *join = &w->forecast->join[row->join];
    const bool reads_body = row > w->forecast->layer && row[-1].join == row->join;
    const double in = reads_body ? row[-1].act_rms : join->z_rms;
    const double by = body_scale(join) * warn_first_update(w, p) * (double)p->weight->fan_in * in
                    / join->z_rms;

    return isfinite(by) ? by : 0;
}

static void add_body(const Warn *w, const Site *p, Opening *o)
{
    const double by = opens_by(w, p);
    const bool held = !w->adaptive && ends_in_norm(w, p->row);
    const double fed = fed_by_sum(w, p->row);

    o->bodies++;
    o->fed += held ? 0 : fed * by;
    o->apart += held ? BEFORE_NORM * fed * by : (1 - fed) * by;
    if (!o->most || by > o->by) {
        o->by = by;
        o->most = p->row;
        o->most_rms = warn_weight_rms(p);
    }
}

Opening warn_opening(const Warn *w)
{
    Opening o = { .fed = 0 };

    for (int i = 0; i < w->n; i++)
        if (warn_starts_at_zero(&w->site[i]))
            add_body(w, &w->site[i], &o);
    return o;
}

/* ---- Outputs that start at zero -------------------------------------------------------------- */

/* What comes past weights is as large as they are. */
static FlowLayer *scaled(const FlowLayer *row, int n, int before, double factor, Arena *arena)
{
    FlowLayer *copy = arena_alloc(arena, (size_t)(n + 1) * sizeof *copy);

    memcpy(copy, row, (size_t)n * sizeof *copy);
    for (int i = 0; i < before; i++) {
        copy[i].delta_rms *= factor;
        copy[i].carried *= factor;
        copy[i].grad_norm *= factor;
        copy[i].loss_norm *= factor;
        copy[i].scale_grad *= factor;
    }
    return copy;
}

const Forecast *warn_grown(const Forecast *f, Arena *arena)
{
    const Forecast *opened = f->opened;
    Forecast *out;
    double usual, times;

    if (!opened)
        return f;
    usual = 1 / sqrt(fmax((double)f->opener->layer->param[0].fan_in, 1));
    times = usual / opened->opener_rms;
    out = arena_new_of(arena, Forecast);
    *out = *opened;
    out->layer = scaled(opened->layer, opened->n, (int)(f->opener - f->layer), times, arena);
    out->join = scaled(opened->join, opened->n_joins, opened->n_joins, times, arena);
    out->grad_norm = 0;
    for (int i = 0; i < out->n; i++)
        if (isfinite(out->layer[i].grad_norm))
            out->grad_norm = hypot(out->grad_norm, out->layer[i].grad_norm);
    out->step_length = f->step_length;
    return out;
}
