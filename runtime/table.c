/* table.c -- the table of layers at one watched step. */
#include "table.h"

#include <float.h>
#include <string.h>

#include "figures.h"

enum { LEAST_BAR = 14, LEAST_BAR_BESIDE = 10, GAP = 2, SACRIFICES = 6 };

/* ---- What all tables share ----------------------------------------------------------------- */

int rt_name_width(const char *name, int least)
{
    const int length = (int)strlen(name);
    return length < least ? least : length < RT_LONGEST_NAME ? length : RT_LONGEST_NAME;
}

void rt_put_name(const rt_style *s, const char *name, int width)
{
    const int length = (int)strlen(name);
    if (length <= width)
        fprintf(s->out, "%-*s", width, name);
    else
        fprintf(s->out, "..%s", name + length - width + 2);
}

void rt_put_dots(const rt_style *s, int n)
{
    if (n == 0)
        return;
    rt_tone_on(s, RT_DIM);
    fprintf(s->out, "%s %d more", s->utf8 ? "⋮" : "...", n);
    rt_tone_off(s, RT_DIM);
    putc('\n', s->out);
}

/* ---- Columns ------------------------------------------------------------------------------- */

typedef enum { FIGURE, SHARE, DEVIATION } Form;

/* Where room is short columns go: 1 is the first, 0 stays, NEVER is not there at all. */
enum { NEVER = -1 };

typedef struct {
    const char *title;
    int width;
    double (*of)(const rt_layer_info *info, const rt_layer_record *l);
    Form form;                      /* SHARE: printed as percents */
    bool (*applies)(rt_activation act);     /* to layers with these activations; NULL: all */
    bool after_bar;
    int sacrifice[2];               /* without, and with what was foretold */
    const char *legend;
} Column;

static double act(const rt_layer_info *info, const rt_layer_record *l)
{
    return (void)info, l->watch.act_rms;
}

static double delta(const rt_layer_info *info, const rt_layer_record *l)
{
    return (void)info, l->watch.delta_rms;
}

static double grad(const rt_layer_info *info, const rt_layer_record *l)
{
    return (void)info, l->grad_norm;
}

static double update(const rt_layer_info *info, const rt_layer_record *l)
{
    return (void)info, l->update_ratio;
}

static double saturated(const rt_layer_info *info, const rt_layer_record *l)
{
    return (void)info, l->watch.saturated;
}

static double dead(const rt_layer_info *info, const rt_layer_record *l)
{
    return (void)info, l->watch.dead;
}

static double foretold_act(const rt_layer_info *info, const rt_layer_record *l)
{
    return (void)l, info->predicted ? info->predicted->act_rms : NAN;
}

static double foretold_delta(const rt_layer_info *info, const rt_layer_record *l)
{
    return (void)l, info->predicted ? info->predicted->delta_rms : NAN;
}

static double foretold_grad(const rt_layer_info *info, const rt_layer_record *l)
{
    return (void)l, info->predicted ? info->predicted->grad_norm : NAN;
}

static bool can_saturate(rt_activation a)
{
    return a == RT_SIGMOID || a == RT_TANH || a == RT_SOFTSIGN || a == RT_HARD_SIGMOID
        || a == RT_HARD_TANH;
}

static bool can_die(rt_activation a)
{
    return a == RT_RELU || a == RT_HARD_SIGMOID || a == RT_HARD_TANH;
}

static const Column column[] = {
    { "output", 7, act, FIGURE, NULL, false, { 2, 3 }, " output: RMS." },
    { "pred.", 7, foretold_act, FIGURE, NULL, false, { NEVER, 3 }, "" },
    { "dL/dz", 7, delta, FIGURE, NULL, false, { 0, 0 },
      " dL/dz: RMS of a sample's gradient by the pre-activation, its bar on a log scale." },
    { "pred.", 7, foretold_delta, FIGURE, NULL, false, { NEVER, 6 }, "" },
    { "dL/dW", 7, grad, FIGURE, NULL, true, { 1, 4 }, " dL/dW: L2 norm." },
    { "pred.", 7, foretold_grad, FIGURE, NULL, true, { NEVER, 4 }, "" },
    { "off", 7, rt_deviation, DEVIATION, NULL, true, { NEVER, 5 }, "" },
    { "dW/W", 7, update, FIGURE, NULL, true, { 3, 1 },
      " dW/W: RMS of the change in this step over RMS of W." },
    { "sat", 6, saturated, SHARE, can_saturate, true, { 4, 2 },
      " sat: outputs where the slope is under 5 % of the largest." },
    { "dead", 6, dead, SHARE, can_die, true, { 5, 2 },
      " dead: units with slope 0 on the whole batch." },
};
enum { COLUMNS = sizeof column / sizeof *column };

/* What is printed for one net at one width. */
typedef struct {
    bool on[COLUMNS];
    int name, bar;                  /* columns of text */
} Layout;

static bool is_row(const rt_net *net, const rt_record *r, int layer)
{
    return net->layer[layer].layer->watched && !net->layer[layer].layer->unlisted
        && !(isnan(r->layer[layer].watch.act_rms) && r->layer[layer].watch.delta.count == 0);
}

static bool has_activation(const rt_net *net, bool (*applies)(rt_activation act))
{
    for (int i = 0; i < net->n_layers; i++)
        if (!applies || applies(net->layer[i].layer->act))
            return true;
    return false;
}

static int bar_width(const Layout *l, int width)
{
    int used = l->name + GAP;
    for (int i = 0; i < COLUMNS; i++)
        used += l->on[i] ? column[i].width + 1 : 0;
    return width - used - GAP;
}

static Layout lay_out(const rt_history *h, const rt_record *r, const bool *shown, int width)
{
    const rt_net *net = h->net;
    const bool beside = rt_is_predicted(h, r);
    const int least = beside ? LEAST_BAR_BESIDE : LEAST_BAR;
    Layout l = { .name = 5 };
    for (int i = 0; i < net->n_layers; i++)
        if (shown[i] && is_row(net, r, i))
            l.name = rt_name_width(net->layer[i].path, l.name);
    for (int i = 0; i < COLUMNS; i++)
        l.on[i] = has_activation(net, column[i].applies) && column[i].sacrifice[beside] != NEVER
               && (column[i].form != DEVIATION || isfinite(r->loss));
    for (int victim = 1; victim <= SACRIFICES && bar_width(&l, width) < least; victim++)
        for (int i = 0; i < COLUMNS; i++)
            l.on[i] = l.on[i] && column[i].sacrifice[beside] != victim;
    l.bar = bar_width(&l, width);
    l.bar = l.bar < 4 ? 4 : l.bar;
    return l;
}

/* ---- Rows ---------------------------------------------------------------------------------- */

static bool is_foretold(const Column *c)
{
    return c->sacrifice[false] == NEVER;
}

/* What the layer does not have is blank: weights, an activation that can do this, a forecast, or a
 * finite output to tell by. */
static bool is_blank(const Column *c, const rt_layer_info *info, const rt_layer_record *r)
{
    if (c->applies)
        return !c->applies(info->layer->act) || isnan(c->of(info, r));
    return isnan(c->of(info, r)) && (is_foretold(c) || c->of == update
                                     || (c->of == grad && r->grad.count == 0)
                                     || (c->of == delta && r->watch.delta.count == 0));
}

static const char *cell(char text[RT_FIGURE], const Column *c, const rt_layer_info *info,
                        const rt_layer_record *r)
{
    const double x = c->of(info, r);
    if (is_foretold(c) && c->form == FIGURE && x > DBL_MAX)
        return ">1e308";                    /* the forecast is in double */
    if (c->form == SHARE)
        return rt_percent(text, x);
    return c->form == DEVIATION ? rt_signed_decades(text, x) : rt_figure(text, x);
}

/* Blanks wait until something follows, so that no line ends in them.  Takes how many wait, and
 * returns it. */
static int put_cells(const rt_style *s, const Layout *l, const rt_layer_info *info,
                     const rt_layer_record *r, bool after_bar, int blanks)
{
    for (int i = 0; i < COLUMNS; i++) {
        char text[RT_FIGURE];
        if (!l->on[i] || column[i].after_bar != after_bar)
            continue;
        blanks += column[i].width + 1;
        if (is_blank(&column[i], info, r))
            continue;
        const bool marked = column[i].form == DEVIATION;
        const char mark = marked ? rt_deviation_mark(info, r) : ' ';
        fprintf(s->out, "%*s", blanks - marked, cell(text, &column[i], info, r));
        blanks = marked && mark == ' ';
        if (mark != ' ')
            putc(mark, s->out);
    }
    return blanks;
}

static rt_tone tone_of(const rt_net *net, const rt_record *r, double d)
{
    int first, last;
    if (!rt_flow_ends(net, &first, &last) || !(r->layer[last].watch.delta_rms > 0))
        return RT_PLAIN;
    const double decades = fabs(log10(d / r->layer[last].watch.delta_rms));
    return decades <= 1 ? RT_GOOD : decades <= 2 ? RT_FAIR : RT_BAD;
}

static const char *instead_of_bar(const rt_layer_info *layer, const rt_watch *w)
{
    if (layer->unused)
        return "unused";
    return w->delta.nonfinite ? "not finite" : w->delta.count ? "all zero" : "";
}

/* Returns the blanks that wait. */
static int put_bar(const rt_style *s, const rt_net *net, const rt_record *r, int layer,
                   const rt_axis *a, int width)
{
    const rt_watch *w = &r->layer[layer].watch;
    if (w->delta.nonfinite || !(w->delta_rms > 0)) {
        const char *what = instead_of_bar(&net->layer[layer], w);
        rt_tone_on(s, RT_BAD);
        fprintf(s->out, "%.*s", width, what);
        rt_tone_off(s, RT_BAD);
        return width - (int)strlen(what);
    }
    const rt_tone tone = tone_of(net, r, w->delta_rms);
    rt_tone_on(s, tone);
    const int blanks = rt_bar(s, rt_place(a, w->delta_rms), width);
    rt_tone_off(s, tone);
    return blanks;
}

static void put_heading(const rt_style *s, const Layout *l, const rt_axis *a)
{
    rt_tone_on(s, RT_DIM);
    fprintf(s->out, "%-*s", l->name + GAP - 1, "layer");
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < COLUMNS; i++)
            if (l->on[i] && column[i].after_bar == side)
                fprintf(s->out, " %*s", column[i].width, column[i].title);
        if (side == 0) {
            fprintf(s->out, "%*s", GAP, "");
            rt_axis_line(s, a, l->bar);
        }
    }
    rt_tone_off(s, RT_DIM);
    putc('\n', s->out);
}

void rt_table(const rt_history *h, const rt_record *r, const rt_axis *a, const bool *shown,
              const rt_style *s)
{
    const rt_net *net = h->net;
    const Layout l = lay_out(h, r, shown, s->width);
    int left_out = 0;
    put_heading(s, &l, a);
    for (int i = 0; i < net->n_layers; i++) {
        if (!is_row(net, r, i))
            continue;
        if (!shown[i]) {
            left_out++;
            continue;
        }
        rt_put_dots(s, left_out);
        left_out = 0;
        rt_put_name(s, net->layer[i].path, l.name);
        int blanks = put_cells(s, &l, &net->layer[i], &r->layer[i], false, GAP - 1);
        fprintf(s->out, "%*s", blanks + GAP, "");
        blanks = put_bar(s, net, r, i, a, l.bar);
        put_cells(s, &l, &net->layer[i], &r->layer[i], true, blanks);
        putc('\n', s->out);
    }
    rt_put_dots(s, left_out);
}

void rt_table_legend(const rt_history *h, const rt_style *s)
{
    char text[1280] = "The gradient comes in at the bottom and flows up.";
    for (int i = 0; i < COLUMNS; i++)
        if (has_activation(h->net, column[i].applies))
            rt_append(text, sizeof text, "%s", column[i].legend);
    rt_append(text, sizeof text, "%s%s", rt_predicted_legend(h), rt_time_legend(h->net));
    rt_tone_on(s, RT_DIM);
    rt_paragraph(s, text, 0, 0);
    rt_tone_off(s, RT_DIM);
}
