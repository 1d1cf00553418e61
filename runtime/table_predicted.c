/* table_predicted.c -- what was foretold of a net beside what is measured at its first step. */
#include <float.h>
#include <string.h>

#include "figures.h"
#include "table.h"

/* A single draw of the weights lies so far from the median, in decades: in nine of ten layers, and
 * mostly in more. */
static double allowed(const rt_prediction *p)
{
    return 0.1 + 3 * p->spread;
}

static bool has_forecast(const rt_history *h)
{
    const rt_notes *notes = h->net->notes;
    return notes && notes->prediction && notes->prediction->path;
}

bool rt_is_predicted(const rt_history *h, const rt_record *r)
{
    return has_forecast(h) && r->step == 0 && !h->loaded;
}

/* ---- Deviations ---------------------------------------------------------------------------- */

/* What is under the least float arrives as 0: that is no deviation. */
static double off(double predicted, double measured)
{
    const bool both = isfinite(predicted) && isfinite(measured);
    if (!both || (measured <= 0 && predicted < (double)FLT_MIN))
        return NAN;
    return log10(measured / predicted);
}

double rt_deviation(const rt_layer_info *info, const rt_layer_record *l)
{
    const rt_prediction *p = info->predicted;
    if (!p)
        return NAN;
    const double delta = off(p->delta_rms, l->watch.delta_rms);
    const double grad = off(p->grad_norm, l->grad_norm);
    return isnan(delta) || fabs(grad) > fabs(delta) ? grad : delta;
}

static bool lies_outside(const rt_layer_info *info, const rt_layer_record *l)
{
    return fabs(rt_deviation(info, l)) > allowed(info->predicted);
}

char rt_deviation_mark(const rt_layer_info *info, const rt_layer_record *l)
{
    if (!info->predicted)
        return ' ';
    return lies_outside(info, l) ? '*' : info->predicted->rough ? '~' : ' ';
}

/* ---- The paragraph ------------------------------------------------------------------------- */

static void say_flow(const rt_history *h, const rt_style *s, char *text, size_t size)
{
    const rt_notes *n = h->net->notes;
    char flow[RT_FIGURE], decades[RT_FIGURE], spread[RT_FIGURE], slope[RT_FIGURE];
    int first, last;
    if (!rt_flow_ends(h->net, &first, &last))
        return;
    if (!(n->flow > 0 && isfinite(n->flow))) {
        const rt_prediction *p = h->net->layer[last].predicted;
        const int end = p && p->delta_rms <= 0 ? last : n->flow <= 0 ? first : -1;
        if (end < 0)
            rt_append(text, size, " no flow: a gradient is not finite;");
        else
            rt_append(text, size, " %s: nothing arrives at %s;",
                      end == first ? "flow 0" : "no flow", h->net->layer[end].path);
        return;
    }
    rt_append(text, size, " flow %s: %s ", rt_figure(flow, n->flow),
              rt_decades(decades, log10(n->flow)));
    if (isfinite(n->spread))
        rt_append(text, size, "%s %s ", s->utf8 ? "±" : "+-", rt_decades(spread, n->spread));
    rt_append(text, size, "decades %s", n->flow < 1 ? "lost" : "gained");
    if (isfinite(n->decades_per_layer))
        rt_append(text, size, ", %s a layer", rt_decades(slope, n->decades_per_layer));
    rt_append(text, size, ";");
}

static void say_count(const rt_history *h, const rt_record *r, char *text, size_t size)
{
    int told = 0, inside = 0;
    for (int i = 0; i < h->net->n_layers; i++) {
        const rt_layer_info *info = &h->net->layer[i];
        if (isnan(rt_deviation(info, &r->layer[i])) || isnan(info->predicted->spread))
            continue;
        told++;
        inside += !lies_outside(info, &r->layer[i]);
    }
    if (told)
        rt_append(text, size, "; %d of %d layer%s with weights within 0.1 + 3 spreads", inside,
                  told, rt_plural((unsigned)told));
}

static bool reads_files(const rt_model *model)
{
    return model->data && model->data->train.text[0];
}

/* The forecast is for the program as it was compiled; a run can have other numbers. */
static void say_changes(const rt_history *h, char *text, size_t size)
{
    const rt_settings *was = h->net->model->settings, *is = h->set;
    const rt_loss loss = h->net->model->loss;
    rt_append(text, size, " for %s in batches of %lld", h->net->notes->input,
              (long long)h->net->notes->batch);
    if (is->batch != was->batch)
        rt_append(text, size, " (as compiled; here of %lld)", (long long)is->batch);
    if (loss == RT_HUBER && (is->huber_delta < was->huber_delta
                             || is->huber_delta > was->huber_delta))
        rt_append(text, size, " and huber_delta = %g (as compiled; here %g)", was->huber_delta,
                  is->huber_delta);
    if (h->other_data && reads_files(h->net->model))
        rt_append(text, size, " (as compiled; --data may hold others)");
}

void rt_put_predicted(const rt_history *h, const rt_record *r, const rt_style *s)
{
    char text[1024] = "", loss[RT_FIGURE];
    if (!has_forecast(h) || r->step != 0)
        return;
    if (isfinite(h->net->notes->loss))
        rt_append(text, sizeof text, " loss %s;", rt_figure(loss, h->net->notes->loss));
    say_flow(h, s, text, sizeof text);
    say_changes(h, text, sizeof text);
    if (h->loaded)
        rt_append(text, sizeof text, " and fresh weights: these were loaded, and are not compared");
    else if (!isfinite(r->loss))
        rt_append(text, sizeof text, "; a loss that is not finite leaves nothing to compare");
    else
        say_count(h, r, text, sizeof text);
    if (h->net->notes->rough)
        rt_append(text, sizeof text, "; rough: %s", h->net->notes->rough);
    fputs("predicted", s->out);
    rt_paragraph(s, text, (int)strlen("predicted"), 2);
}

const char *rt_predicted_legend(const rt_history *h)
{
    const rt_record *first = rt_history_at(h, 0);
    if (!first || !rt_is_predicted(h, first))
        return "";
    return " pred.: the median over all initial weights, as netc check foretells it. off: decades "
           "that dL/dz or dL/dW lies from it, whichever is further; * over 0.1 + 3 standard "
           "deviations over seeds, ~ the theory is rough here.";
}
