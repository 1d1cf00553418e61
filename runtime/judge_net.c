/* judge_net.c -- the verdicts on the flow through the whole net. */
#include <string.h>

#include "findings.h"
#include "gravity.h"

/* ---- Rules for the whole net --------------------------------------------------------------- */

static bool rescales(const rt_history *h)
{
    return strcmp(h->net->model->optimizer, "sgd") != 0;
}

/* A norm to three layers or less, and skips. */
static bool is_held(const rt_net *net)
{
    int norms = 0, weights = 0, skips = 0;
    for (int i = 0; i < net->n_layers; i++) {
        const rt_layer *l = net->layer[i].layer;
        norms += strstr(l->kind, "norm") != NULL;
        skips += !strcmp(l->kind, "residual");
        weights += l->in_flow;
    }
    return skips > 0 && 3 * norms >= weights - 1;
}

/* 0 fine, 1 a note, 2 a warning, 3 severe, at the limits of the forecast's warnings.  An optimiser
 * that rescales gradients does so with what vanishes, and not with what explodes. */
static int level(const rt_history *h, const rt_record *r, bool growing)
{
    int first, last, n = 0;
    if (!rt_flow_ends(h->net, &first, &last) || !(rt_arrival(h->net, r, last) > 0))
        return 0;
    const bool bears = growing ? is_held(h->net) : rescales(h);
    const double a = (growing ? 1 : -1) * rt_gained(h->net, r) - bears;
    while (n < 3 && a > rt_flow_limit[n])
        n++;
    return n;
}

/* The level of step 0 counts if it is a warning at least; a note wants to be sustained, or to be
 * all there is, and to be the same in all layers. */
static const rt_record *flow_evidence(const rt_history *h, bool growing, int *gravity)
{
    const rt_record *start = rt_history_at(h, 0), *last = rt_history_at(h, -1);
    const int at_start = start ? level(h, start, growing) : 0;
    int sustained = h->n_records >= RT_SUSTAINED ? 3 : h->n_records == 1 ? at_start : 0;
    double r2;
    for (int i = h->n_records - RT_SUSTAINED; i >= 0 && i < h->n_records; i++) {
        const int now = level(h, &h->record[i], growing);
        sustained = now < sustained ? now : sustained;
    }
    const bool by_start = at_start >= 2 && at_start >= sustained;
    const rt_record *r = by_start ? start : last;
    *gravity = by_start ? at_start : sustained;
    if (*gravity == 1) {
        rt_decades_per_layer(h->net, r, &r2);
        *gravity = r2 > 0.8;
    }
    return *gravity ? r : NULL;
}

/* "0.163 at stem", or "on the skip around second[11]" where that carries more. */
static void say_arrival(const rt_history *h, const rt_record *r, int layer, rt_verdict *v)
{
    const bool skipped = rt_carried(h->net, r, layer) > 1.1 * r->layer[layer].watch.delta_rms;
    char figure[RT_FIGURE];
    SAY(v, "%s %s %s", rt_figure(figure, rt_arrival(h->net, r, layer)),
        skipped ? "on the skip around" : "at", h->net->layer[layer].path);
}

static void say_flow(const rt_history *h, const rt_record *r, rt_verdict *v)
{
    char slope[RT_FIGURE], now[RT_FIGURE];
    const rt_record *end = rt_history_at(h, -1);
    int first, last;
    double r2;
    rt_flow_ends(h->net, &first, &last);
    const double decades = rt_decades_per_layer(h->net, r, &r2);
    SAY(v, "dL/dz is ");
    say_arrival(h, r, last, v);
    SAY(v, " and ");
    say_arrival(h, r, first, v);
    SAY(v, " at step %lld", (long long)r->step);
    if (isfinite(decades))
        SAY(v, ": %s decades a layer (r2 %.2f)", rt_decades(slope, decades), r2);
    if (end != r && isfinite(rt_flow(h->net, end)) && !level(h, end, false)
        && !level(h, end, true))
        SAY(v, "; at step %lld the flow is %s", (long long)end->step,
            rt_figure(now, rt_flow(h->net, end)));
}

/* Why the forecast saw no harm in what is one. */
static void say_foretold(const rt_history *h, bool growing, rt_verdict *v)
{
    const rt_notes *n = h->net->notes;
    const bool known = n && n->prediction && n->prediction->path && n->flow > 0
                    && isfinite(n->flow);
    const double bears = growing ? is_held(h->net) : rescales(h);
    char flow[RT_FIGURE], spread[RT_FIGURE];
    if (!known || (growing ? 1 : -1) * n->gained - bears > rt_flow_limit[1])
        return;
    SAY(v, ". The forecast's flow is %s, ", rt_figure(flow, n->flow));
    if (h->loaded)
        SAY(v, "of fresh weights: these were loaded");
    else if (h->set->batch != h->net->model->settings->batch)
        SAY(v, "of batches of %lld", (long long)n->batch);
    else if (h->other_data)
        SAY(v, "of the data that was there when it was compiled");
    else if (n->rough)
        SAY(v, "and rough: %s", n->rough);
    else
        SAY(v, "with %s decades of spread over seeds: this draw is unlike most",
            isfinite(n->spread) ? rt_decades(spread, n->spread) : "unknown");
}

/* The delta of a recurrent layer mixes all its steps: what it loses or gains to the layer behind it
 * is what it does through time, and where that is told, it is not told again. */
static bool is_told_in_time(const Findings *f, const rt_verdict *v)
{
    const rt_layer_info *layer = f->h->net->layer;
    if (v->layer < 0 || layer[v->layer].layer->steps == 0)
        return false;
    for (int i = 0; i < f->n; i++)
        if (&f->v[i] != v && f->v[i].layer >= 0 && !strcmp(f->v[i].verdict, v->verdict)
            && !strcmp(layer[f->v[i].layer].pattern, layer[v->layer].pattern))
            return true;
    return false;
}

static void judge_flow(Findings *f, bool growing)
{
    int gravity;
    const rt_record *r = flow_evidence(f->h, growing, &gravity);
    rt_verdict *v = r ? rt_find(f, growing ? "exploding" : "vanishing", -1, gravity) : NULL;
    if (!v)
        return;
    say_flow(f->h, r, v);
    if (r->step == 0)
        say_foretold(f->h, growing, v);
    rt_blame(f->h->net, r, growing, v);
    f->n -= is_told_in_time(f, v);
}

/* The signal grows until it overflows: then there is no gradient to compare. */
static void judge_signal(Findings *f)
{
    const rt_net *net = f->h->net;
    const rt_record *r = rt_history_at(f->h, 0);
    char from[RT_FIGURE], to[RT_FIGURE];
    int first = -1, last = -1;
    for (int i = 0; r && i < net->n_layers; i++) {
        if (!net->layer[i].layer->in_flow || !(r->layer[i].watch.act_rms > 0))
            continue;
        first = first < 0 ? i : first;
        last = i;
    }
    if (last <= first || !isnan(rt_gained(net, r)))
        return;
    const double a = r->layer[first].watch.act_rms, b = r->layer[last].watch.act_rms;
    rt_verdict *v = b > 1e3 * a ? rt_find(f, "exploding", -1, 3) : NULL;
    if (!v)
        return;
    SAY(v, "the output grows from an RMS of %s at %s to %s at %s at step 0, until the loss or its "
        "gradient overflows", rt_figure(from, a), net->layer[first].path, rt_figure(to, b),
        net->layer[last].path);
    rt_blame(net, r, true, v);
}

/* The signal shrinks until float has no number so small: no layer behind has an output, and none
 * before the last gets a gradient. */
static void judge_lost_signal(Findings *f)
{
    const rt_net *net = f->h->net;
    const rt_record *r = rt_history_at(f->h, 0);
    char from[RT_FIGURE], to[RT_FIGURE];
    int first, last, alive;
    if (!r || !rt_flow_ends(net, &first, &last) || !(r->layer[first].watch.act_rms > 0))
        return;
    for (alive = last; alive > first && !(r->layer[alive].watch.act_rms > 0); alive--)
        continue;
    const double a = r->layer[first].watch.act_rms, b = r->layer[alive].watch.act_rms;
    const bool lost = r->layer[last].watch.act_rms == 0 && r->layer[last].watch.delta_rms == 0;
    rt_verdict *v = lost && b < 1e-3 * a ? rt_find(f, "underflow", -1, 3) : NULL;
    if (!v)
        return;
    SAY(v, "the output shrinks from an RMS of %s at %s to %s at %s at step 0 and is exactly zero "
        "behind it, so that no gradient comes back", rt_figure(from, a), net->layer[first].path,
        rt_figure(to, b), net->layer[alive].path);
    rt_blame(net, r, false, v);
}

static void judge_clipping(Findings *f)
{
    const rt_history *h = f->h;
    char share[RT_FIGURE], norm[RT_FIGURE];
    const double clipped = h->steps ? (double)h->clipped_steps / (double)h->steps : 0;
    const rt_record *r = rt_history_at(h, -1);
    rt_verdict *v = h->steps >= 10 && clipped > 0.9 ? rt_find(f, "clip-bound", -1, 2) : NULL;
    if (!v)
        return;
    SAY(v, "%s(%g) changed the gradient in %s of the %lld steps", h->net->model->clip,
        h->set->clip, rt_percent(share, clipped), (long long)h->steps);
    if (r && isfinite(r->norm_before))
        SAY(v, ", whose norm was %s at step %lld", rt_figure(norm, r->norm_before),
            (long long)r->step);
    SAY(v, ": the limit sets the length of every step, and lr with it");
    snprintf(v->edit, sizeof v->edit, "in train: clip = %s(%.2g), or a smaller lr",
             h->net->model->clip, 10 * h->set->clip);
}

void rt_judge_net(Findings *f)
{
    rt_judge_time(f, true);
    judge_flow(f, true);
    judge_signal(f);
    rt_judge_divergence(f);
    rt_judge_time(f, false);
    judge_flow(f, false);
    judge_lost_signal(f);
    judge_clipping(f);
}
