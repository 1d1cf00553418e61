/* table_time.c -- the gradient through time: recurrent layers at their first, middle, last step. */
#include <string.h>

#include "figures.h"
#include "table.h"

enum { CELL = 8, GAP = 2, LEAST_BAR = 10 };
static const char heading[] = "through time";

typedef struct {
    int name, bar;                  /* columns of text; no bar: 0 */
    bool middle, flow;              /* shown: these go first where room is short */
} Layout;

static bool is_row(const rt_net *net, const rt_record *r, int layer)
{
    const rt_layer *l = net->layer[layer].layer;
    return l->steps > 0 && l->watched && !l->unlisted && r->layer[layer].watch.delta.count > 0;
}

static Layout lay_out(const rt_net *net, const rt_record *r, const bool *shown, int width)
{
    Layout l = { .middle = true, .flow = true };
    for (int i = 0; i < net->n_layers; i++)
        if (shown[i] && is_row(net, r, i))
            l.name = rt_name_width(net->layer[i].path, l.name ? l.name : (int)strlen(heading));
    l.bar = width - l.name - 5 * CELL - GAP;
    if (l.bar < LEAST_BAR) {
        l.middle = false;
        l.bar += CELL;
    }
    if (l.bar < LEAST_BAR) {
        l.flow = false;
        l.bar += CELL;
    }
    if (l.bar < LEAST_BAR)
        l.bar = 0;
    return l;
}

static void put_heading(const rt_style *s, const Layout *l, const rt_axis *a)
{
    rt_tone_on(s, RT_DIM);
    fprintf(s->out, "%-*s%*s", l->name, heading, CELL, "first");
    if (l->middle)
        fprintf(s->out, "%*s", CELL, "middle");
    fprintf(s->out, "%*s%*s", CELL, "last", GAP, "");
    if (l->bar)
        rt_axis_line(s, a, l->bar);
    fprintf(s->out, "%*s", CELL, "a step");
    if (l->flow)
        fprintf(s->out, "%*s", CELL, "flow");
    rt_tone_off(s, RT_DIM);
    putc('\n', s->out);
}

static rt_tone tone_of(double flow)
{
    const double decades = fabs(log10(flow));
    return decades <= 1 ? RT_GOOD : decades <= 2 ? RT_FAIR : RT_BAD;
}

/* From the end of the first step's bar on to where the last step's would end. */
static int put_lost(const rt_style *s, double share, int width, int blanks)
{
    const int end = (int)floor(share * width + 0.5);
    rt_tone_on(s, RT_DIM);
    for (; width - blanks < end; blanks--)
        fputs(s->utf8 ? "░" : ".", s->out);
    rt_tone_off(s, RT_DIM);
    return blanks;
}

/* Returns the blanks that wait. */
static int put_bar(const rt_style *s, const rt_watch *w, const rt_axis *a, int width)
{
    const rt_tone tone = tone_of(rt_flow_through_time(w));
    int blanks = width;
    if (isfinite(w->delta_first) && w->delta_first > 0) {
        rt_tone_on(s, tone);
        blanks = rt_bar(s, rt_place(a, w->delta_first), width);
        rt_tone_off(s, tone);
    }
    return w->delta_last > 0 ? put_lost(s, rt_place(a, w->delta_last), width, blanks) : blanks;
}

static void put_row(const rt_style *s, const Layout *l, const char *path, const rt_watch *w,
                    const rt_axis *a)
{
    char text[RT_FIGURE];
    rt_put_name(s, path, l->name);
    fprintf(s->out, "%*s", CELL, rt_figure(text, w->delta_first));
    if (l->middle)
        fprintf(s->out, "%*s", CELL, rt_figure(text, w->delta_middle));
    fprintf(s->out, "%*s%*s", CELL, rt_figure(text, w->delta_last), GAP, "");
    int blanks = CELL + (l->bar ? put_bar(s, w, a, l->bar) : 0);
    if (isfinite(w->decades_per_step)) {
        fprintf(s->out, "%*s", blanks, rt_figure(text, w->decades_per_step));
        blanks = 0;
    }
    if (l->flow)
        fprintf(s->out, "%*s", blanks + CELL, rt_figure(text, rt_flow_through_time(w)));
    putc('\n', s->out);
}

/* Beneath a measured row, in its columns. */
static void put_predicted(const rt_style *s, const Layout *l, const rt_prediction *p)
{
    char text[RT_FIGURE];
    int blanks = CELL;
    fprintf(s->out, "%-*s%*s", l->name, "  predicted", CELL, rt_figure(text, p->delta_first));
    blanks += l->middle ? CELL : 0;
    fprintf(s->out, "%*s", blanks, rt_figure(text, p->delta_last));
    blanks = GAP + l->bar + CELL;
    if (isfinite(p->decades_per_step)) {
        fprintf(s->out, "%*s", blanks, rt_figure(text, p->decades_per_step));
        blanks = 0;
    }
    if (l->flow && p->delta_last > 0)
        fprintf(s->out, "%*s", blanks + CELL, rt_figure(text, p->delta_first / p->delta_last));
    putc('\n', s->out);
}

/* The layer whose flow is furthest from 1. */
static void put_furthest(const rt_style *s, const rt_net *net, const rt_record *r)
{
    const int layer = rt_furthest_in_time(net, r, NULL);
    const rt_watch *w = layer < 0 ? NULL : &r->layer[layer].watch;
    const double flow = w ? rt_flow_through_time(w) : NAN;
    char decades[RT_FIGURE], step[RT_FIGURE], text[256] = "";
    if (isnan(flow))
        return;
    rt_append(text, sizeof text, "%s: ", net->layer[layer].path);
    if (flow > 0)
        rt_append(text, sizeof text, "%s decades %s over %d steps",
                  rt_decades(decades, log10(flow)), flow < 1 ? "lost" : "gained",
                  net->layer[layer].layer->steps);
    else
        rt_append(text, sizeof text, "nothing arrives at the first of %d steps",
                  net->layer[layer].layer->steps);
    if (isfinite(w->decades_per_step))
        rt_append(text, sizeof text, ", %s a step",
                  rt_figure(step, fabs(w->decades_per_step)));
    rt_paragraph(s, text, 0, 2);
}

void rt_time_table(const rt_history *h, const rt_record *r, const rt_axis *a, const bool *shown,
                   const rt_style *s)
{
    const Layout l = lay_out(h->net, r, shown, s->width);
    int left_out = 0;
    if (l.name == 0)
        return;
    put_heading(s, &l, a);
    for (int i = 0; i < h->net->n_layers; i++) {
        if (!is_row(h->net, r, i))
            continue;
        if (!shown[i]) {
            left_out++;
            continue;
        }
        rt_put_dots(s, left_out);
        left_out = 0;
        put_row(s, &l, h->net->layer[i].path, &r->layer[i].watch, a);
        const rt_prediction *p = h->net->layer[i].predicted;
        if (p && isfinite(p->delta_first) && rt_is_predicted(h, r))
            put_predicted(s, &l, p);
    }
    rt_put_dots(s, left_out);
    put_furthest(s, h->net, r);
}

const char *rt_time_legend(const rt_net *net)
{
    for (int i = 0; i < net->n_layers; i++)
        if (net->layer[i].layer->steps > 0 && !net->layer[i].layer->unlisted)
            return " through time: dL/dz at the first, middle and last step that a recurrent layer "
                   "walks, its bar at the first, shaded up to the last. a step: decades lost in "
                   "one on the way back. flow: first over last.";
    return "";
}
