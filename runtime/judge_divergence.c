/* judge_divergence.c -- the verdicts on values that are not finite, and on losses that grow. */
#include <string.h>

#include "findings.h"

/* The latest record before a step in which a layer's delta and output were finite. */
static const rt_record *last_finite(const rt_history *h, int64_t step, int layer)
{
    for (int i = h->n_records - 1; i >= 0; i--) {
        const rt_record *r = &h->record[i];
        const bool fine = layer < 0 ? isfinite(r->loss)
                        : isfinite(r->layer[layer].watch.act_rms)
                          && isfinite(r->layer[layer].watch.delta_rms);
        if (r->step < step && fine && isfinite(r->norm_before))
            return r;
    }
    return NULL;
}

static void say_before(const rt_history *h, rt_verdict *v)
{
    const rt_nonfinite *bad = &h->nonfinite;
    const rt_record *r = last_finite(h, bad->step, bad->layer);
    char norm[RT_FIGURE], act[RT_FIGURE], delta[RT_FIGURE];
    if (!r)
        return;
    SAY(v, "; at step %lld the norm of all gradients was %s", (long long)r->step,
        rt_figure(norm, r->norm_before));
    if (bad->layer >= 0)
        SAY(v, ", the RMS of its output %s and of its dL/dz %s",
            rt_figure(act, r->layer[bad->layer].watch.act_rms),
            rt_figure(delta, r->layer[bad->layer].watch.delta_rms));
}

/* Before any update the learning rate and the clip have done nothing: then the state of a recurrent
 * layer grew from step to step of the sequence. */
static bool overflowed_in_time(const rt_history *h)
{
    const rt_nonfinite *bad = &h->nonfinite;
    return bad->step == 0 && bad->layer >= 0 && !strcmp(bad->tensor, "output")
        && h->net->layer[bad->layer].layer->steps > 0;
}

/* The first weights of all, of which the inputs themselves make what is not finite. */
static bool reads_inputs(const rt_net *net, int layer)
{
    return rt_previous_in_flow(net, layer) < 0;
}

/* Before any update a rate and a clip have done nothing: what is too large are the weights as they
 * were drawn, the inputs or the targets. */
static void mend_start(const rt_history *h, rt_verdict *v)
{
    const rt_net *net = h->net;
    const rt_nonfinite *bad = &h->nonfinite;
    const bool by_loss = bad->layer < 0 || strcmp(bad->tensor, "output") != 0;
    if (h->loaded)
        snprintf(v->edit, sizeof v->edit, "other weights than those that were loaded");
    else if (bad->layer >= 0 && rt_edit_large_init(net, bad->layer, v))
        return;
    else if (by_loss && net->model->target != RT_TARGET_CLASS)
        snprintf(v->edit, sizeof v->edit, "targets, or a last layer's outputs, of a size near 1");
    else if (bad->layer < 0 || reads_inputs(net, bad->layer))
        snprintf(v->edit, sizeof v->edit, "in data: normalize = standard, or a smaller scale");
    else
        rt_write_edit(net, bad->layer, "put `layernorm;` before it", v);
}

/* A tenth of the rate, or as many tenths as leave the first update at one of the weights in every
 * layer; then a clip alone would not do. */
static void shorten_steps(const rt_history *h, rt_verdict *v)
{
    const rt_record *start = rt_history_at(h, 0);
    double most = 0;
    for (int i = 0; start && i < h->net->n_layers; i++) {
        const double ratio = start->layer[i].update_ratio;
        most = isfinite(ratio) ? fmax(most, ratio) : most;
    }
    const double tenths = fmax(1, ceil(log10(10 * most)));
    const bool clip = tenths == 1 && !strcmp(h->net->model->clip, "none");
    snprintf(v->edit, sizeof v->edit, "in train: %slr = %g",
             clip ? "clip = global_norm(1.0), or " : "", h->set->lr * pow(10, -tenths));
}

static void mend_divergence(const Findings *f, rt_verdict *v)
{
    const rt_history *h = f->h;
    if (&f->v[0] != v && !strcmp(f->v[0].verdict, "exploding"))
        snprintf(v->edit, sizeof v->edit, "%s", f->v[0].edit);
    else if (overflowed_in_time(h))
        rt_edit_recurrent_init(h->net, h->nonfinite.layer, v);
    else if (h->nonfinite.step == 0)
        mend_start(h, v);
    else
        shorten_steps(h, v);
}

static void judge_divergence(Findings *f)
{
    const rt_history *h = f->h;
    const rt_nonfinite *bad = &h->nonfinite;
    rt_verdict *v = bad->happened ? rt_find(f, "diverged", bad->layer, 3) : NULL;
    if (!v)
        return;
    SAY(v, "the %s%s", bad->tensor, bad->layer < 0 ? "" : " of ");
    if (bad->layer >= 0)
        rt_append_place(v->reason, sizeof v->reason, h->net, bad->layer);
    SAY(v, " was the first value that is not finite, at step %lld", (long long)bad->step);
    if (overflowed_in_time(h))
        SAY(v, ": its state grows over the %d steps of the sequence until it overflows",
            h->net->layer[bad->layer].layer->steps);
    else if (bad->step == 0)
        SAY(v, ": before any update, of the weights as they were %s and the data",
            h->loaded ? "loaded" : "drawn");
    say_before(h, v);
    if (bad->skipped)
        SAY(v, "; %lld updates were skipped", (long long)bad->skipped);
    mend_divergence(f, v);
}

/* Steps that are too long make the loss grow by orders of magnitude before it overflows. */
static void judge_growth(Findings *f)
{
    const rt_history *h = f->h;
    const rt_record *start = rt_history_at(h, 0), *end = rt_history_at(h, -1);
    char first[RT_FIGURE], last[RT_FIGURE];
    bool grown = start && start->loss > 0 && h->n_records > RT_SUSTAINED && !h->nonfinite.happened;
    for (int i = h->n_records - RT_SUSTAINED; grown && i < h->n_records; i++)
        grown = h->record[i].loss > 100 * start->loss;
    rt_verdict *v = grown ? rt_find(f, "diverged", -1, 3) : NULL;
    if (!v)
        return;
    SAY(v, "the loss grew from %s at step 0 to %s at step %lld: the steps are too long",
        rt_figure(first, start->loss), rt_figure(last, end->loss), (long long)end->step);
    shorten_steps(h, v);
}

void rt_judge_divergence(Findings *f)
{
    judge_divergence(f);
    judge_growth(f);
}
