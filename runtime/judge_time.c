/* judge_time.c -- the verdicts on the flow through time of recurrent layers. */
#include <string.h>

#include "findings.h"
#include "gravity.h"

/* ---- Evidence ------------------------------------------------------------------------------ */

/* Decades that the gradient gains (growing) or loses on its way back through the sequence. */
static double decades_of(const rt_watch *w, bool growing)
{
    if (!(w->delta_last > 0 && isfinite(w->delta_last)))
        return 0;
    if (!isfinite(w->delta_first))          /* it set out, and overflowed on the way */
        return growing ? INFINITY : 0;
    return (growing ? 1 : -1) * log10(rt_flow_through_time(w));
}

/* 0 fine, 1 a note, 2 a warning, 3 severe, at the limits of the forecast's warnings.  Adam is not
 * waited for: it rescales a weight's gradient, and all steps share the weights, so what the first
 * steps lost stays lost.  Gates are waited for until the first update. */
static int level(const rt_history *h, const rt_record *r, int layer, bool growing)
{
    const double *limit = growing ? rt_gained_limit : rt_lost_limit;
    const double decades = decades_of(&r->layer[layer].watch, growing);
    const bool clips = strcmp(h->net->model->clip, "none") != 0;
    const double a = growing ? rt_decades_gained(clips, decades)
                   : r->step == 0 ? rt_decades_lost(h->net->layer[layer].layer->kind, decades)
                   : decades;
    int n = 0;
    while (n < 3 && a > limit[n])
        n++;
    return n;
}

/* What the last watched steps have in common; of a single record, what that shows. */
static int sustained_level(const rt_history *h, int layer, bool growing)
{
    int least = 3;
    if (h->n_records == 0 || (h->n_records > 1 && h->n_records < RT_SUSTAINED))
        return 0;
    if (h->n_records == 1)
        return h->record[0].step == 0 ? level(h, &h->record[0], layer, growing) : 0;
    for (int i = h->n_records - RT_SUSTAINED; i < h->n_records; i++) {
        const int now = level(h, &h->record[i], layer, growing);
        least = now < least ? now : least;
    }
    return least;
}

/* In the last watched steps the flow through time is near 1. */
static bool is_healed(const rt_history *h, int layer)
{
    if (h->n_records < RT_SUSTAINED)
        return false;
    for (int i = h->n_records - RT_SUSTAINED; i < h->n_records; i++) {
        const rt_record *r = &h->record[i];
        const double flow = rt_flow_through_time(&r->layer[layer].watch);
        if (!(flow > 0) || level(h, r, layer, false) || level(h, r, layer, true))
            return false;
    }
    return true;
}

typedef struct {
    int layer, gravity;
    const rt_record *shown;         /* by this record */
    double decades;
    bool healed;
    int affected;                   /* layers of the pattern */
} Evidence;

/* Step 0 counts if it is a warning at least, and as a note where the run has healed it. */
static Evidence evidence_of(const rt_history *h, int layer, bool growing)
{
    const rt_record *start = rt_history_at(h, 0), *end = rt_history_at(h, -1);
    const int at_start = start ? level(h, start, layer, growing) : 0;
    const int sustained = sustained_level(h, layer, growing);
    Evidence e = { .layer = layer, .gravity = sustained, .shown = end };
    if (at_start >= 2 && at_start >= sustained) {
        e.healed = is_healed(h, layer);
        e.gravity = e.healed ? 1 : at_start;
        e.shown = start;
    }
    if (e.gravity)
        e.decades = decades_of(&e.shown->layer[layer].watch, growing);
    return e;
}

/* ---- The cause ----------------------------------------------------------------------------- */

static bool is_kind(const rt_net *net, int layer, const char *kind)
{
    return !strcmp(net->layer[layer].layer->kind, kind);
}

/* Of the state before; NULL where there is none. */
static const rt_tensor *recurrent_weight(const rt_net *net, int layer)
{
    const rt_layer_info *l = &net->layer[layer];
    for (int i = 0; i < l->n_params; i++)
        if (!strncmp(net->param[l->param + i].tensor->role, "weight_hh", strlen("weight_hh")))
            return net->param[l->param + i].tensor;
    return NULL;
}

/* The bias that an LSTM's forget gates start with. */
static double forget_bias(const rt_net *net, int layer)
{
    const rt_layer_info *l = &net->layer[layer];
    for (int i = 0; i < l->n_params; i++)
        if (net->param[l->param + i].tensor->init.kind == RT_FORGET_GATE)
            return net->param[l->param + i].tensor->init.a;
    return 0;
}

/* What a step of an rnn multiplies by, as the initialiser makes it: known at step 0 alone, since
 * the weights of the input and the recurrent ones are measured together. */
static void explain_rnn(const rt_net *net, int layer, double factor, rt_verdict *v)
{
    const rt_tensor *w = recurrent_weight(net, layer);
    char weights[RT_FIGURE], rest[RT_FIGURE], init[64];
    const rt_activation act = net->layer[layer].layer->act;
    const double gain = w ? rt_init_rms(w) * sqrt(w->shape[0]) : 0;
    if (!(gain > 0))
        return;
    SAY(v, ": the recurrent weights (%s) by %s, ", rt_init_name(&w->init, init, sizeof init),
        rt_figure(weights, gain));
    if (factor / gain > 1.001 * rt_most_slope(act))
        SAY(v, "and what they stretch most, or steps with a loss of their own, by %s: more than "
            "the slope of %s lets through", rt_figure(rest, factor / gain),
            rt_activation_name(act));
    else
        SAY(v, "the slope of %s by %s", rt_activation_name(act), rt_figure(rest, factor / gain));
}

static void explain(const rt_net *net, const Evidence *e, rt_verdict *v)
{
    const double slope = e->shown->layer[e->layer].watch.decades_per_step;
    const double factor = pow(10, -slope), bias = forget_bias(net, e->layer);
    char text[RT_FIGURE], gate[RT_FIGURE];
    if (!isfinite(slope))
        return;
    SAY(v, ". Each step multiplies it by %s", rt_figure(text, factor));
    if (e->shown->step > 0)
        return;
    if (is_kind(net, e->layer, "rnn"))
        explain_rnn(net, e->layer, factor, v);
    else if (is_kind(net, e->layer, "lstm"))
        SAY(v, ": its forget gates start at sigmoid(%g) = %s", bias,
            rt_figure(gate, 1 / (1 + exp(-bias))));
    else if (is_kind(net, e->layer, "gru"))
        SAY(v, ": its update gates start by keeping about half of the state");
}

/* ---- The edit ------------------------------------------------------------------------------ */

/* Tallec and Ollivier 2018 (arXiv 1804.11188): gates that keep a state for T steps have a bias of
 * log T; from about 3 on gradients no longer shrink, and beyond they grow. */
static double lasting_bias(int steps)
{
    return fmin(round(10 * log(steps)) / 10, 3);
}

static void suggest_memory(const rt_net *net, int layer, rt_verdict *v)
{
    const rt_layer *l = net->layer[layer].layer;
    const rt_tensor *w = recurrent_weight(net, layer);
    const double bias = lasting_bias(l->steps);
    const int units = l->shape[l->rank - 1];
    char change[128];
    if (is_kind(net, layer, "lstm") && forget_bias(net, layer) < bias)
        snprintf(change, sizeof change, "forget_bias = %.1f: gates that start open", bias);
    else if (!is_kind(net, layer, "rnn") && w && w->init.kind != RT_ORTHOGONAL)
        snprintf(change, sizeof change, "recurrent_init = orthogonal");
    else if (is_kind(net, layer, "gru"))
        snprintf(change, sizeof change, "lstm(%d, forget_bias = %.1f)", units, bias);
    else if (is_kind(net, layer, "lstm"))
        snprintf(change, sizeof change, "shorter sequences, or output = all with a loss at each "
                 "step");
    else if (l->act != RT_RELU || !w || w->init.kind != RT_IDENTITY)
        snprintf(change, sizeof change, "gru(%d) in its place, or lstm(%d) with a clip; or act = "
                 "relu, recurrent_init = identity", units, units);
    else
        snprintf(change, sizeof change, "gru(%d) in its place, or lstm(%d) with a clip", units,
                 units);
    rt_write_edit(net, layer, change, v);
}

bool rt_edit_recurrent_init(const rt_net *net, int layer, rt_verdict *v)
{
    const rt_tensor *w = recurrent_weight(net, layer);
    const bool keeps = w && (w->init.kind == RT_ORTHOGONAL || w->init.kind == RT_IDENTITY);
    const double gain = keeps ? fabs(w->init.a) : INFINITY;
    char change[64] = "recurrent_init = orthogonal";
    if (net->layer[layer].layer->steps == 0)
        return false;
    if (keeps)
        snprintf(change, sizeof change, "recurrent_init = %s(%.2g)",
                 w->init.kind == RT_IDENTITY ? "identity" : "orthogonal",
                 gain > 1 ? 1 : 0.9 * gain);
    rt_write_edit(net, layer, change, v);
    return true;
}

static void suggest_restraint(const rt_history *h, int layer, rt_verdict *v)
{
    rt_edit_recurrent_init(h->net, layer, v);
    if (!strcmp(h->net->model->clip, "none"))
        rt_append(v->edit, sizeof v->edit, "; or in train: clip = global_norm(1.0)");
}

/* ---- The verdicts -------------------------------------------------------------------------- */

static void say_flow(const rt_history *h, const Evidence *e, bool growing, rt_verdict *v)
{
    const rt_watch *w = &e->shown->layer[e->layer].watch;
    const rt_record *end = rt_history_at(h, -1);
    char first[RT_FIGURE], last[RT_FIGURE], all[RT_FIGURE], each[RT_FIGURE], now[RT_FIGURE];
    SAY(v, "through time at step %lld: dL/dz of ", (long long)e->shown->step);
    rt_append_place(v->reason, sizeof v->reason, h->net, e->layer);
    SAY(v, " is %s at the last of its %d steps and %s at the first", rt_figure(last, w->delta_last),
        h->net->layer[e->layer].layer->steps,
        isfinite(w->delta_first) ? rt_figure(first, w->delta_first) : "not finite");
    if (isfinite(e->decades))
        SAY(v, ": %s decades %s", rt_decades(all, e->decades), growing ? "gained" : "lost");
    if (isfinite(w->decades_per_step))
        SAY(v, ", %s a step", rt_figure(each, fabs(w->decades_per_step)));
    if (e->healed)
        SAY(v, "; at step %lld the flow through time is %s", (long long)end->step,
            rt_figure(now, rt_flow_through_time(&end->layer[e->layer].watch)));
}

static void report(Findings *f, const Evidence *e, bool growing)
{
    const rt_net *net = f->h->net;
    rt_verdict *v = rt_find(f, growing ? "exploding" : "vanishing", e->layer, e->gravity);
    if (!v)
        return;
    say_flow(f->h, e, growing, v);
    explain(net, e, v);
    if (e->affected > 1)
        SAY(v, "; so it is in %d layers of %s", e->affected, net->layer[e->layer].pattern);
    if (growing)
        suggest_restraint(f->h, e->layer, v);
    else
        suggest_memory(net, e->layer, v);
}

enum { PATTERNS = 16 };

/* The place of the layer's pattern among `n`; PATTERNS: there is no room. */
static int place_of(const rt_net *net, const Evidence *worst, int n, int layer)
{
    int i = 0;
    while (i < n && strcmp(net->layer[worst[i].layer].pattern, net->layer[layer].pattern))
        i++;
    return i;
}

static bool is_worse(const Evidence *a, const Evidence *b)
{
    return a->gravity != b->gravity ? a->gravity > b->gravity : a->decades > b->decades;
}

/* One verdict for the layers of a pattern: the worst of them tells it. */
void rt_judge_time(Findings *f, bool growing)
{
    const rt_net *net = f->h->net;
    Evidence worst[PATTERNS];
    int n = 0;
    for (int i = 0; i < net->n_layers; i++) {
        if (net->layer[i].layer->steps == 0 || net->layer[i].unused || f->h->n_records == 0)
            continue;
        Evidence e = evidence_of(f->h, i, growing);
        const int at = place_of(net, worst, n, i);
        if (!e.gravity || at == PATTERNS)
            continue;
        e.affected = at < n ? worst[at].affected + 1 : 1;
        if (at == n || is_worse(&e, &worst[at]))
            worst[at] = e;
        worst[at].affected = e.affected;
        n += at == n;
    }
    for (int i = 0; i < n; i++)
        report(f, &worst[i], growing);
}
