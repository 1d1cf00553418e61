/* judge_layers.c -- the verdicts on single layers: one for all layers of a pattern. */
#include <string.h>

#include "findings.h"

/* ---- Evidence: step 0, or the last three watched steps ------------------------------------- */

typedef bool Symptom(const rt_history *h, const rt_record *r, int layer);
typedef enum { NEVER = 0, AT_START = 1, AT_END = 2, THROUGHOUT = 3 } When;

static When when(const rt_history *h, Symptom *has, int layer)
{
    const rt_record *start = rt_history_at(h, 0);
    int end = h->n_records >= RT_SUSTAINED;
    for (int i = h->n_records - RT_SUSTAINED; end && i < h->n_records; i++)
        end = has(h, &h->record[i], layer);
    return (start && has(h, start, layer) ? AT_START : NEVER) | (end ? AT_END : NEVER);
}

static const rt_record *shown_by(const rt_history *h, When w)
{
    return rt_history_at(h, w & AT_END ? -1 : 0);
}

static void say_when(const rt_history *h, When w, rt_verdict *v)
{
    const long long last = h->n_records ? (long long)h->record[h->n_records - 1].step : 0;
    if (w == AT_START && last > 0)
        SAY(v, " at step 0, no longer at step %lld", last);
    else if (w == AT_START)
        SAY(v, " at step 0");
    else if (w == THROUGHOUT)
        SAY(v, ", from step 0 to step %lld", last);
    else
        SAY(v, " at step %lld and the two watched before", last);
}

/* ---- Rules by layer: one verdict for all layers of a pattern ------------------------------- */

typedef double Measure(const rt_layer_record *l);

typedef struct {
    const char *verdict;
    int gravity;
    Symptom *has;
    Measure *of;                    /* larger is worse */
    void (*explain)(const rt_history *h, When w, int layer, rt_verdict *v);
} Rule;

static int count_pattern(const rt_net *net, const char *pattern)
{
    int n = 0;
    for (int i = 0; i < net->n_layers; i++)
        n += !strcmp(net->layer[i].pattern, pattern);
    return n;
}

typedef struct {
    int worst, affected;
    When when;
    double value;
} Outbreak;

static void report(Findings *f, const Rule *rule, const Outbreak *o)
{
    const rt_net *net = f->h->net;
    rt_verdict *v = rt_find(f, rule->verdict, o->worst, rule->gravity);
    if (!v)
        return;
    rule->explain(f->h, o->when, o->worst, v);
    const int all = count_pattern(net, net->layer[o->worst].pattern);
    if (o->affected > 1)
        SAY(v, "; so are %d of the %d layers of %s", o->affected, all,
            net->layer[o->worst].pattern);
}

enum { OUTBREAKS = 16 };

static Outbreak *outbreak_of(const rt_net *net, Outbreak *o, int *n, int layer)
{
    for (int i = 0; i < *n; i++)
        if (!strcmp(net->layer[o[i].worst].pattern, net->layer[layer].pattern))
            return &o[i];
    if (*n == OUTBREAKS)
        return NULL;
    o[*n] = (Outbreak){ .worst = layer, .value = -INFINITY };
    return &o[(*n)++];
}

static void apply(Findings *f, const Rule *rule)
{
    Outbreak outbreak[OUTBREAKS];
    int n = 0;
    for (int i = 0; i < f->h->net->n_layers; i++) {
        const When w = f->h->net->layer[i].unused ? NEVER : when(f->h, rule->has, i);
        Outbreak *o = w ? outbreak_of(f->h->net, outbreak, &n, i) : NULL;
        if (!o)
            continue;
        const double value = rule->of(&shown_by(f->h, w)->layer[i]);
        o->affected++;
        if (value > o->value) {
            o->worst = i;
            o->value = value;
            o->when = w;
        }
    }
    for (int i = 0; i < n; i++)
        report(f, rule, &outbreak[i]);
}

static bool is_output(const rt_net *net, int layer)
{
    return rt_next_in_flow(net, layer) < 0;
}

/* Saturated: more than half of the outputs of a bounded activation lie where it is flat.  The
 * output layer is left out: there it is what training aims at. */

static bool is_bounded(rt_activation act)
{
    return act == RT_SIGMOID || act == RT_TANH || act == RT_SOFTSIGN || act == RT_HARD_SIGMOID
        || act == RT_HARD_TANH;
}

static bool is_saturated(const rt_history *h, const rt_record *r, int layer)
{
    const rt_layer *l = h->net->layer[layer].layer;
    return l->watched && is_bounded(l->act) && !is_output(h->net, layer)
        && isfinite(r->layer[layer].watch.act_rms) && r->layer[layer].watch.saturated > 0.5;
}

/* Dead: more than half of the units have slope 0 on the whole batch.  Where that is for saturation,
 * it is told as such. */

static bool is_dead(const rt_history *h, const rt_record *r, int layer)
{
    return h->net->layer[layer].layer->watched && isfinite(r->layer[layer].watch.act_rms)
        && r->layer[layer].watch.dead > 0.5 && !is_saturated(h, r, layer);
}

static double dead(const rt_layer_record *l) { return l->watch.dead; }

static void explain_dead(const rt_history *h, When w, int layer, rt_verdict *v)
{
    char share[RT_FIGURE];
    SAY(v, "%s of the units of ", rt_percent(share, shown_by(h, w)->layer[layer].watch.dead));
    rt_append_place(v->reason, sizeof v->reason, h->net, layer);
    SAY(v, " have slope 0 on the whole batch");
    say_when(h, w, v);
    SAY(v, ": %s passes them no gradient, so they cannot learn",
        rt_activation_name(h->net->layer[layer].layer->act));
    rt_write_edit(h->net, layer, w & AT_START ? "act = leaky_relu(0.1)"
                                              : "act = leaky_relu(0.1), or a smaller lr", v);
}

static double saturated(const rt_layer_record *l) { return l->watch.saturated; }

static void explain_saturated(const rt_history *h, When w, int layer, rt_verdict *v)
{
    const char *act = rt_activation_name(h->net->layer[layer].layer->act);
    const rt_watch *watch = &shown_by(h, w)->layer[layer].watch;
    char share[RT_FIGURE];
    SAY(v, "%s of the outputs of ", rt_percent(share, watch->saturated));
    rt_append_place(v->reason, sizeof v->reason, h->net, layer);
    SAY(v, " lie where the slope of %s is under 5 %% of its largest", act);
    say_when(h, w, v);
    SAY(v, ": its inputs or its weights are too large");
    if (rt_previous_in_flow(h->net, layer) < 0 && w & AT_START)
        snprintf(v->edit, sizeof v->edit, "in data: normalize = standard");
    else if (w & AT_START)
        rt_write_edit(h->net, layer, "init = xavier_uniform", v);
    else if (h->net->layer[layer].layer->steps > 0)
        snprintf(v->edit, sizeof v->edit, "in train: %sa smaller lr than %g",
                 strcmp(h->net->model->clip, "none") ? "" : "clip = global_norm(1.0), or ",
                 h->set->lr);
    else
        rt_write_edit(h->net, layer, "put `batchnorm;` before it, or a smaller lr", v);
}

/* Symmetric: all units of a layer have the same weights and stay so. */

static bool is_symmetric(const rt_history *h, const rt_record *r, int layer)
{
    const rt_slot *w = rt_weight_of(h->net, layer);
    return w && !is_output(h->net, layer) && r->layer[layer].same_units
        && rt_history_at(h, -1)->layer[layer].same_units;
}

static double one(const rt_layer_record *l)
{
    (void)l;
    return 1;
}

static void explain_symmetric(const rt_history *h, When w, int layer, rt_verdict *v)
{
    const rt_tensor *t = rt_weight_of(h->net, layer)->tensor;
    const rt_activation act = rt_activation_after(h->net, layer);
    char init[64], change[96];
    SAY(v, "all %d units of ", t->shape[0] / (t->gates > 1 ? t->gates : 1));
    rt_append_place(v->reason, sizeof v->reason, h->net, layer);
    SAY(v, " have the same weights after the update");
    say_when(h, w, v);
    SAY(v, ": %s starts them equal, so they get equal gradients and stay one unit",
        rt_init_name(&t->init, init, sizeof init));
    snprintf(change, sizeof change, "init = %s",
             act == RT_RELU || act == RT_LEAKY_RELU ? "he_normal" : "xavier_uniform");
    rt_write_edit(h->net, layer, change, v);
}

/* Underflow: a tenth of the gradient is subnormal, or it is all zero above a layer where it was
 * still there, too small to be multiplied once more. */

static double smallest(const rt_history *h)
{
    return h->net->model->real_size == sizeof(float) ? 0x1p-126 : 0x1p-1022;
}

static bool is_underflowed(const rt_history *h, const rt_record *r, int layer)
{
    const rt_counts *d = &r->layer[layer].watch.delta;
    const int next = rt_next_in_flow(h->net, layer);
    if (!h->net->layer[layer].layer->in_flow || d->count == 0)
        return false;
    if (next < 0)                   /* a softmax that is sure of itself has such a delta rightly */
        return false;
    if (d->subnormal > d->count / 10)
        return true;
    const double above = r->layer[next].watch.delta_rms;
    return d->zero == d->count && above > 0 && above < 1e6 * smallest(h);
}

static double lost(const rt_layer_record *l)
{
    const rt_counts *d = &l->watch.delta;
    return (double)(d->zero + d->subnormal) / (double)d->count;
}

static void explain_underflow(const rt_history *h, When w, int layer, rt_verdict *v)
{
    const rt_counts *d = &shown_by(h, w)->layer[layer].watch.delta;
    const bool is_float = h->net->model->real_size == sizeof(float);
    char zero[RT_FIGURE], subnormal[RT_FIGURE];
    SAY(v, "dL/dz of ");
    rt_append_place(v->reason, sizeof v->reason, h->net, layer);
    SAY(v, " is too small for a %s: %s of it is zero, %s subnormal (under %s)",
        is_float ? "float" : "double", rt_percent(zero, (double)d->zero / (double)d->count),
        rt_percent(subnormal, (double)d->subnormal / (double)d->count),
        is_float ? "1.2e-38" : "2.2e-308");
    say_when(h, w, v);
    snprintf(v->edit, sizeof v->edit, is_float
             ? "mend the vanishing gradient first; in train: precision = double holds out longer"
             : "mend the vanishing gradient");
}

/* Stalled: the weights change by less than a millionth of their size in a step, though the learning
 * rate is not at the end of its schedule, and not since the layer is dead or saturated. */

/* In a body that is scaled down: at the start it waits for its scale to grow. */
static bool is_held_back(const rt_history *h, const rt_record *r, int layer)
{
    return r->layer[layer].watch.delta_rms < 0.01 * rt_carried(h->net, r, layer);
}

/* At the start nothing comes past weights of 0, as those of an output layer may be; they get an
 * update first. */
static bool waits_for_weights(const rt_history *h, const rt_record *r, int layer)
{
    bool waits = false;

    for (int i = layer + 1; i < h->net->n_layers; i++) {
        const rt_slot *w = rt_weight_of(h->net, i);
        waits = waits || (w && w->tensor->init.kind == RT_ZEROS);
    }
    return waits && r->layer[layer].watch.delta_rms == 0;
}

static bool is_stalled(const rt_history *h, const rt_record *r, int layer)
{
    return h->net->layer[layer].layer->in_flow && r->rate > 0.01 * h->set->lr
        && !(r->step == 0 && (is_held_back(h, r, layer) || waits_for_weights(h, r, layer)))
        && isfinite(r->norm_before) && r->layer[layer].update_ratio < 1e-6
        && !is_dead(h, r, layer) && !is_saturated(h, r, layer);
}

static double slowness(const rt_layer_record *l) { return -l->update_ratio; }

/* Of the watched steps. */
static double highest_loss(const rt_history *h)
{
    double most = 0;
    for (int i = 0; i < h->n_records; i++)
        most = fmax(most, h->record[i].loss);
    return most;
}

static void explain_stalled(const rt_history *h, When w, int layer, rt_verdict *v)
{
    const rt_record *r = shown_by(h, w);
    const double peak = highest_loss(h), start = h->record[0].loss;
    char ratio[RT_FIGURE];
    SAY(v, "a step changes the weights of ");
    rt_append_place(v->reason, sizeof v->reason, h->net, layer);
    SAY(v, " by %s of their size", rt_figure(ratio, r->layer[layer].update_ratio));
    say_when(h, w, v);
    SAY(v, ": it does not learn");
    if (is_held_back(h, r, layer))
        rt_write_edit(h->net, layer, "a larger scale of the residual around it, or a learned one",
                      v);
    else if (peak > 100 * start)
        snprintf(v->edit, sizeof v->edit, "in train: a smaller lr than %g: the loss was %s",
                 h->set->lr, rt_figure(ratio, peak));
    else
        snprintf(v->edit, sizeof v->edit, "in train: a larger lr than %g", h->set->lr);
}

void rt_judge_layers(Findings *f)
{
    static const Rule rule[] = {
        { "symmetric", 3, is_symmetric, one, explain_symmetric },
        { "dead", 2, is_dead, dead, explain_dead },
        { "saturated", 2, is_saturated, saturated, explain_saturated },
        { "underflow", 2, is_underflowed, lost, explain_underflow },
    };
    static const Rule stalled = { "stalled", 1, is_stalled, slowness, explain_stalled };
    for (size_t i = 0; i < sizeof rule / sizeof *rule; i++)
        apply(f, &rule[i]);
    if (!rt_has_found(f, "vanishing") && !rt_has_found(f, "exploding")
        && !rt_has_found(f, "symmetric") && !rt_has_found(f, "underflow")
        && !rt_has_found(f, "diverged") && !rt_has_found(f, "dead"))
        apply(f, &stalled);
}
