/* report_text.c -- the report for people: the table of layers, the flow, verdicts, expectations. */
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "fold.h"
#include "table.h"

static void put_title(const rt_style *s, const char *title)
{
    putc('\n', s->out);
    rt_tone_on(s, RT_BOLD);
    rt_paragraph(s, title, 0, 2);
    rt_tone_off(s, RT_BOLD);
}

/* ---- During the run ------------------------------------------------------------------------ */

enum { NARROW = 76 };

static void put_step(const rt_history *h, const rt_style *s)
{
    const rt_record *r = rt_history_at(h, -1);
    char loss[RT_FIGURE], norm[RT_FIGURE], flow[RT_FIGURE], text[128] = "";
    if (!r)
        return;
    const rt_axis axis = rt_axis_of(h, 0, 0);
    rt_append(text, sizeof text, "step %-6lld loss %-7s", (long long)r->step,
              rt_loss_figure(loss, r->loss));
    if (s->width >= NARROW)
        rt_append(text, sizeof text, " |g| %-7s%s", rt_figure(norm, r->norm_before),
                  r->clipped ? " clipped" : "");
    rt_append(text, sizeof text, " flow %-7s ", rt_figure(flow, rt_flow(h->net, r)));
    fputs(text, s->out);
    rt_profile(s, h->net, r, &axis, s->width - (int)strlen(text));
    putc('\n', s->out);
}

static void say_measures(char *text, size_t size, const char *part, double loss, double accuracy)
{
    char number[RT_FIGURE];
    if (isnan(loss) && isnan(accuracy))
        return;
    rt_append(text, size, "%s%s loss %s", text[0] ? "; " : "", part, rt_loss_figure(number, loss));
    if (!isnan(accuracy))
        rt_append(text, size, ", accuracy %.2f%%", 100 * accuracy);
}

static void put_measures(const rt_epoch *e, int indent, const rt_style *s)
{
    char text[192] = "";
    say_measures(text, sizeof text, "train", e->loss_train, e->accuracy_train);
    say_measures(text, sizeof text, "test", e->loss_test, e->accuracy_test);
    rt_paragraph(s, text, indent, indent);
}

static void put_epoch(const rt_history *h, const rt_style *s)
{
    if (h->n_epochs == 0)
        return;
    const rt_epoch *e = &h->epoch[h->n_epochs - 1];
    const int at = fprintf(s->out, "epoch %-3lld ", (long long)e->epoch + 1);
    put_measures(e, at, s);
}

/* ---- The head ------------------------------------------------------------------------------ */

/* As in the source; what is 0 there by default is said where it is not. */
static void say_optimizer(const rt_history *h, char *text, size_t size)
{
    const char *optimizer = h->net->model->optimizer;
    rt_append(text, size, ", %s(lr = %g", optimizer, h->set->lr);
    if ((!strcmp(optimizer, "sgd") || !strcmp(optimizer, "rmsprop")) && h->set->momentum > 0)
        rt_append(text, size, ", momentum = %g", h->set->momentum);
    if (!strcmp(optimizer, "sgd") && h->set->nesterov > 0)
        rt_append(text, size, ", nesterov = true");
    if (!strcmp(optimizer, "adamw"))
        rt_append(text, size, ", decay = %g", h->set->weight_decay);
    rt_append(text, size, ")");
}

static void say_length(const rt_history *h, char *text, size_t size)
{
    char number[RT_FIGURE];
    rt_append(text, size, "%s parameters", rt_grouped(number, h->net->n_parameters));
    if (h->steps)
        rt_append(text, size, ", %s step%s", rt_grouped(number, (uint64_t)h->steps),
                  rt_plural((uint64_t)h->steps));
    if (h->steps && h->n_epochs)
        rt_append(text, size, " in %lld epoch%s", (long long)h->epoch[h->n_epochs - 1].epoch + 1,
                  h->epoch[h->n_epochs - 1].epoch == 0 ? "" : "s");
    if (h->steps)
        say_optimizer(h, text, size);
    rt_append(text, size, ", %.2f s, %d thread%s", h->seconds, h->threads,
              h->threads == 1 ? "" : "s");
}

static void put_head(const rt_history *h, const rt_style *s)
{
    const char *name = h->net->model->name;
    char text[256] = "";
    const int indent = (int)strlen(name) + 2 < 24 ? (int)strlen(name) + 2 : 2;
    rt_tone_on(s, RT_BOLD);
    fprintf(s->out, "%s", name);
    rt_tone_off(s, RT_BOLD);
    fputs("  ", s->out);
    say_length(h, text, sizeof text);
    rt_paragraph(s, text, (int)strlen(name) + 2, indent);
    const rt_epoch *last = h->n_epochs ? &h->epoch[h->n_epochs - 1] : NULL;
    if (!last || (isnan(last->loss_train) && isnan(last->loss_test)))
        return;
    fprintf(s->out, "%*s", indent, "");
    put_measures(last, indent, s);
}

/* ---- The flow ------------------------------------------------------------------------------ */

static int layers_between(const rt_net *net, int first, int last)
{
    int n = 0;
    for (int i = first; i < last; i++)
        n += net->layer[i].layer->in_flow;
    return n;
}

static void put_flow(const rt_history *h, const rt_record *r, const rt_style *s)
{
    char flow[RT_FIGURE], slope[RT_FIGURE], text[256] = "";
    int first, last;
    double r2;
    if (!rt_flow_ends(h->net, &first, &last)) {
        fputs("flow 1: fewer than two hidden layers\n", s->out);
        return;
    }
    const double f = rt_flow(h->net, r), decades = rt_decades_per_layer(h->net, r, &r2);
    const int n = layers_between(h->net, first, last);
    const double gained = rt_gained(h->net, r);
    const rt_tone tone = fabs(gained) <= 1 ? RT_GOOD : fabs(gained) <= 2 ? RT_FAIR : RT_BAD;
    rt_tone_on(s, tone);
    const int at = fprintf(s->out, "flow %s", rt_figure(flow, f));
    rt_tone_off(s, tone);
    if (f > 0 && isfinite(f))
        rt_append(text, sizeof text, ": %s decades %s between %s and %s",
                  rt_decades(slope, log10(f)), f < 1 ? "lost" : "gained",
                  h->net->layer[last].path, h->net->layer[first].path);
    else if (isnan(f) && r->layer[last].watch.delta_rms <= 0)
        rt_append(text, sizeof text, ": nothing arrives at %s", h->net->layer[last].path);
    else
        rt_append(text, sizeof text, "%s", f > 0 || isnan(f)
                  ? ": a gradient is not finite or not measured"
                  : ": nothing arrives at the first layer");
    if (isfinite(decades) && n > 1)
        rt_append(text, sizeof text, ", %s a layer (r2 %.2f)", rt_decades(slope, decades), r2);
    if (isfinite(gained) && !(fabs(gained - log10(f)) <= 0.5))
        rt_append(text, sizeof text, "; past the bodies of residuals %s",
                  rt_signed_decades(slope, gained));
    rt_paragraph(s, text, at, 2);
}

static void put_all_layers(const rt_history *h, const rt_record *r, const rt_axis *a,
                           const rt_style *s)
{
    int n = 0;
    for (int i = 0; i < h->net->n_layers; i++)
        n += h->net->layer[i].layer->in_flow;
    const int at = fprintf(s->out, "all %d layers, first to last: ", n);
    rt_profile(s, h->net, r, a, s->width - at);
    putc('\n', s->out);
}

static void put_record(const rt_history *h, const rt_record *r, const rt_axis *a,
                       const bool *shown, const rt_style *s)
{
    char title[96], loss[RT_FIGURE], norm[RT_FIGURE];
    bool folded = false;
    for (int i = 0; i < h->net->n_layers; i++)
        folded = folded || !shown[i];
    snprintf(title, sizeof title, "Gradient flow at step %lld: loss %s, gradient norm %s",
             (long long)r->step, rt_loss_figure(loss, r->loss), rt_figure(norm, r->norm_before));
    put_title(s, title);
    rt_table(h, r, a, shown, s);
    if (folded)
        put_all_layers(h, r, a, s);
    put_flow(h, r, s);
    rt_put_predicted(h, r, s);
    rt_time_table(h, r, a, shown, s);
    rt_join_tables(h, r, shown, s);
}

static void put_tables(const rt_history *h, const rt_style *s)
{
    bool *shown = calloc((size_t)h->net->n_layers + 1, sizeof *shown);
    const rt_record *first = rt_history_at(h, 0), *last = rt_history_at(h, -1);
    if (!shown || !last) {
        free(shown);
        return;
    }
    rt_fold(h->net, s->full, shown);
    const rt_axis a = rt_axis_of(h, 0, 0), b = rt_axis_of(h, h->n_records - 1, h->n_records - 1);
    const rt_axis axis = { a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high };
    if (first)
        put_record(h, first, &axis, shown, s);
    if (last != first)
        put_record(h, last, &axis, shown, s);
    putc('\n', s->out);
    rt_table_legend(h, s);
    free(shown);
}

/* ---- Clipping ------------------------------------------------------------------------------ */

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void put_clipping(const rt_history *h, const rt_style *s)
{
    char share[RT_FIGURE], middle[RT_FIGURE], most[RT_FIGURE], text[256] = "";
    double *norm = malloc(((size_t)h->n_records + 1) * sizeof *norm);
    int n = 0;
    for (int i = 0; norm && i < h->n_records; i++)
        if (isfinite(h->record[i].norm_before))
            norm[n++] = h->record[i].norm_before;
    if (n > 0)
        qsort(norm, (size_t)n, sizeof *norm, compare_doubles);
    if (h->steps && strcmp(h->net->model->clip, "none")) {
        rt_append(text, sizeof text, "clip %s(%g): changed the gradient in %s of the steps",
                  h->net->model->clip, h->set->clip,
                  rt_percent(share, (double)h->clipped_steps / (double)h->steps));
        if (n > 0)
            rt_append(text, sizeof text, "; its norm before: median %s, largest %s",
                      rt_figure(middle, norm[n / 2]), rt_figure(most, norm[n - 1]));
        putc('\n', s->out);
        rt_paragraph(s, text, 0, 2);
    }
    free(norm);
}

/* ---- Judgements ---------------------------------------------------------------------------- */

enum { LABEL = 12 };

static void put_verdicts(const rt_history *h, const rt_style *s)
{
    rt_verdict verdict[16];
    const int n = rt_verdicts(h, verdict, 16);
    if (h->n_records == 0)
        return;
    put_title(s, n ? "Verdicts" : "Verdicts: none, the gradient flows");
    for (int i = 0; i < n; i++) {
        const rt_tone tone = verdict[i].gravity >= 2 ? RT_BAD : RT_FAIR;
        rt_tone_on(s, tone);
        fprintf(s->out, "%-*s", LABEL, verdict[i].verdict);
        rt_tone_off(s, tone);
        rt_paragraph(s, verdict[i].reason, LABEL, LABEL);
        if (!verdict[i].edit[0])
            continue;
        rt_tone_on(s, RT_BOLD);
        fprintf(s->out, "%*s  ", LABEL - 2, "edit:");
        rt_tone_off(s, RT_BOLD);
        rt_paragraph(s, verdict[i].edit, LABEL, LABEL);
    }
}

static void put_expectation(const rt_expectation *x, const rt_style *s)
{
    char left[RT_FIGURE], right[RT_FIGURE], text[512] = "";
    const rt_tone tone = x->holds ? RT_GOOD : RT_BAD;
    rt_tone_on(s, tone);
    fprintf(s->out, "%-7s", x->holds ? "holds" : "FAILS");
    rt_tone_off(s, tone);
    if (x->line)
        rt_append(text, sizeof text, "line %d: ", x->line);
    rt_append(text, sizeof text, "%s", x->text);
    if (x->note[0])
        rt_append(text, sizeof text, " (%s)", x->note);
    else
        rt_append(text, sizeof text, " (%s against %s)", rt_amount(left, x->left),
                  rt_amount(right, x->right));
    rt_paragraph(s, text, 7, 9);
}

static void put_expectations(const rt_history *h, const rt_style *s)
{
    int holding = 0;
    char title[64];
    for (int i = 0; i < h->n_expectations; i++)
        holding += h->expectation[i].holds;
    if (h->n_expectations == 0)
        return;
    snprintf(title, sizeof title, "Expectations: %d of %d hold", holding, h->n_expectations);
    put_title(s, title);
    for (int i = 0; i < h->n_expectations; i++)
        put_expectation(&h->expectation[i], s);
}

static void put_summary(const rt_history *h, const rt_style *s)
{
    put_head(h, s);
    put_tables(h, s);
    put_clipping(h, s);
    put_verdicts(h, s);
    put_expectations(h, s);
    fflush(s->out);
}

const rt_writer rt_text_writer = { "text", put_step, put_epoch, put_summary };
