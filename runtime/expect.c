/* expect.c -- evaluates the program's `expect` block over the history of the run. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

struct rt_expect {
    rt_history *h;
    const rt_notes *notes;
    double left, right;             /* of the latest comparison */
    bool unknown;                   /* since the last rt_expected a side was not finite */
    bool all_hold;
    char note[192];                 /* why; of the first quantity that is not known */
};

/* Notes why a quantity has no value; returns that value. */
static double unknown(rt_expect *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
static double unknown(rt_expect *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!e->note[0])
        vsnprintf(e->note, sizeof e->note, format, args);
    va_end(args);
    return NAN;
}

/* ---- Which record -------------------------------------------------------------------------- */

static void list_watched(const rt_history *h, char *out, size_t size)
{
    size_t at = (size_t)snprintf(out, size, "%s", h->n_records ? "" : "none");
    for (int i = 0; i < h->n_records && at < size; i++) {
        const bool left_out = h->n_records > 6 && i >= 3 && i < h->n_records - 3;
        if (left_out && i > 3)
            continue;
        at += left_out ? (size_t)snprintf(out + at, size - at, ", ...")
                       : (size_t)snprintf(out + at, size - at, "%s%lld", i ? ", " : "",
                                          (long long)h->record[i].step);
    }
}

/* The epoch of that number, -1 the last. */
static const rt_epoch *epoch_at(rt_expect *e, int64_t number)
{
    const rt_history *h = e->h;
    for (int i = h->n_epochs - 1; i >= 0; i--)
        if (number < 0 || h->epoch[i].epoch == number)
            return &h->epoch[i];
    if (h->n_epochs == 0)
        unknown(e, "no epoch has ended");
    else
        unknown(e, "epoch %lld is not one of those of the run, %lld to %lld", (long long)number,
                (long long)h->epoch[0].epoch, (long long)h->epoch[h->n_epochs - 1].epoch);
    return NULL;
}

static const rt_record *record_at(rt_expect *e, int64_t step, int64_t epoch)
{
    const rt_record *r = NULL;
    if (epoch < 0) {
        char steps[128];
        r = rt_history_at(e->h, step);
        list_watched(e->h, steps, sizeof steps);
        if (!r && step >= 0)
            unknown(e, "step %lld was not watched (watched: %s)", (long long)step, steps);
        else if (!r)
            unknown(e, "no step was watched");
        return r;
    }
    const rt_epoch *end = epoch_at(e, epoch);
    for (int i = 0; end && i < e->h->n_records && e->h->record[i].step < end->step; i++)
        r = &e->h->record[i];
    if (end && !r)
        unknown(e, "no step was watched before the end of epoch %lld", (long long)epoch);
    return r;
}

/* ---- Quantities of the run ----------------------------------------------------------------- */

static double of_epoch(rt_expect *e, int64_t epoch, size_t member, const char *name)
{
    const rt_epoch *end = epoch_at(e, epoch);
    if (!end)
        return NAN;
    double value;
    memcpy(&value, (const char *)end + member, sizeof value);
    return isnan(value) ? unknown(e, "%s is not a number, or was not measured", name) : value;
}

static double loss_train(rt_expect *e, int64_t step, int64_t epoch)
{
    if (step < 0)
        return of_epoch(e, epoch, offsetof(rt_epoch, loss_train), "loss.train");
    const rt_record *r = record_at(e, step, -1);
    return !r ? NAN : isnan(r->loss) ? unknown(e, "the loss is not a number") : r->loss;
}

static double clip_fraction(rt_expect *e, int64_t step, int64_t epoch)
{
    if (epoch >= 0)
        return unknown(e, "clip.fraction is of the whole run or of one step, not of an epoch");
    if (step >= 0) {
        const rt_record *r = record_at(e, step, -1);
        return r ? (r->clipped ? 1 : 0) : NAN;
    }
    if (e->h->steps == 0)
        return unknown(e, "no step was made");
    return (double)e->h->clipped_steps / (double)e->h->steps;
}

static double count_nonfinite(const rt_history *h)
{
    if (!h->nonfinite.happened)
        return 0;
    return h->nonfinite.skipped > 1 ? (double)h->nonfinite.skipped : 1;
}

/* ---- Quantities of layers ------------------------------------------------------------------ */

static double dead(const rt_layer_record *l) { return l->watch.dead; }
static double saturated(const rt_layer_record *l) { return l->watch.saturated; }
static double update_ratio(const rt_layer_record *l) { return l->update_ratio; }
static double grad_norm(const rt_layer_record *l) { return l->grad_norm; }
static double delta_rms(const rt_layer_record *l) { return l->watch.delta_rms; }

typedef enum { MEAN, ROOT_MEAN_SQUARE, ROOT_SUM_SQUARE } Gathering;
typedef enum { ANY_LAYER, ACTIVATIONS, WEIGHTS } Scope;

/* How the values of several layers under one name become one. */
static const struct {
    const char *name;
    double (*of)(const rt_layer_record *l);
    Gathering how;
    Scope preferred;                /* where the name takes in such layers, they alone count */
} per_layer[] = {
    { "dead",         dead,         MEAN,             ACTIVATIONS },
    { "saturated",    saturated,    MEAN,             ACTIVATIONS },
    { "update_ratio", update_ratio, MEAN,             WEIGHTS },
    { "grad",         grad_norm,    ROOT_SUM_SQUARE,  WEIGHTS },
    { "delta",        delta_rms,    ROOT_MEAN_SQUARE, WEIGHTS },
};

static bool in_scope(const rt_layer_info *l, Scope s)
{
    switch (s) {
    case ACTIVATIONS: return l->layer->watched && l->layer->act != RT_LINEAR;
    case WEIGHTS:     return l->layer->in_flow;
    case ANY_LAYER:   break;
    }
    return l->layer->watched || l->n_params > 0;
}

/* Gathers over the layers of a scope; false if there are none. */
static bool gather(const rt_net *net, const rt_record *r, int row, Scope s, const char *name,
                   double *value)
{
    const Gathering how = per_layer[row].how;
    double sum = 0, n = 0;
    for (int i = 0; i < net->n_layers; i++) {
        if (!in_scope(&net->layer[i], s) || !rt_takes_in(name, net->layer[i].path))
            continue;
        const double x = per_layer[row].of(&r->layer[i]);
        sum += how == MEAN ? x : x * x;
        n++;
    }
    *value = how == MEAN ? sum / n : sqrt(how == ROOT_MEAN_SQUARE ? sum / n : sum);
    return n > 0;
}

static double of_layers(rt_expect *e, int row, const char *layer, const rt_record *r)
{
    double value;
    if (!gather(e->h->net, r, row, per_layer[row].preferred, layer, &value)
        && !gather(e->h->net, r, row, ANY_LAYER, layer, &value))
        return unknown(e, "'%s' is no layer that is watched", layer);
    if (isnan(value))
        return unknown(e, "%s(%s) is not a number at step %lld, or was not measured",
                       per_layer[row].name, layer, (long long)r->step);
    return value;
}

static double flow(rt_expect *e, const char *layer, const rt_record *r)
{
    const double value = layer ? rt_flow_of(e->h->net, r, layer) : rt_flow(e->h->net, r);
    if (isnan(value))
        return unknown(e, "the flow is not known at step %lld: the gradient of its first or last "
                          "layer was not measured or is not finite", (long long)r->step);
    return value;
}

static double through_time(rt_expect *e, const char *layer, const rt_record *r)
{
    const int furthest = rt_furthest_in_time(e->h->net, r, layer);
    if (furthest < 0)
        return unknown(e, "'%s' takes in no recurrent layer that reaches the loss", layer);
    const double value = rt_flow_through_time(&r->layer[furthest].watch);
    if (isnan(value))
        return unknown(e, "the flow through time of %s is not known at step %lld: the gradient of "
                          "its first or last step was not measured or is not finite",
                       e->h->net->layer[furthest].path, (long long)r->step);
    return value;
}

static double of_record(rt_expect *e, const char *quantity, const char *layer, const rt_record *r)
{
    if (!strcmp(quantity, "flow"))
        return flow(e, layer, r);
    if (layer && !strcmp(quantity, "flow_through_time"))
        return through_time(e, layer, r);
    for (int i = 0; layer && i < (int)(sizeof per_layer / sizeof *per_layer); i++)
        if (!strcmp(quantity, per_layer[i].name))
            return of_layers(e, i, layer, r);
    return unknown(e, "'%s' is not known when the program runs", quantity);
}

/* As netc check forecast it: of the whole, or of the layers that a name takes in. */
static double predicted_flow(rt_expect *e, const char *layer)
{
    const rt_prediction *p = e->notes ? e->notes->prediction : NULL, *first = NULL, *last = NULL;
    if (!p)
        return unknown(e, "the program was built without its forecast");
    for (; layer && p->path; p++) {
        if (!p->in_flow || !rt_takes_in(layer, p->path))
            continue;
        first = first ? first : p;
        last = p;
    }
    const double flow = !layer ? e->notes->flow : !first ? NAN : first == last ? 1
                      : first->delta_rms > 0 ? first->delta_rms / last->delta_rms : 0;
    return isnan(flow) ? unknown(e, "there is no forecast of this flow") : flow;
}

double rt_quantity(rt_expect *e, const char *quantity, const char *layer, int64_t step,
                   int64_t epoch)
{
    if (!strcmp(quantity, "predicted.flow"))
        return predicted_flow(e, layer);
    if (!strcmp(quantity, "nonfinite"))
        return count_nonfinite(e->h);
    if (!strcmp(quantity, "clip.fraction"))
        return clip_fraction(e, step, epoch);
    if (!strcmp(quantity, "loss.train"))
        return loss_train(e, step, epoch);
    static const struct { const char *name; size_t member; } measured[] = {
        { "loss.test", offsetof(rt_epoch, loss_test) },
        { "accuracy.train", offsetof(rt_epoch, accuracy_train) },
        { "accuracy.test", offsetof(rt_epoch, accuracy_test) },
    };
    for (int i = 0; i < 3; i++)
        if (!strcmp(quantity, measured[i].name))
            return step < 0 ? of_epoch(e, epoch, measured[i].member, quantity)
                            : unknown(e, "%s is measured after an epoch, not at a step", quantity);
    const rt_record *r = record_at(e, step, epoch);
    return r ? of_record(e, quantity, layer, r) : NAN;
}

/* ---- Conditions ---------------------------------------------------------------------------- */

bool rt_compare(rt_expect *e, double left, rt_relation relation, double right)
{
    e->left = left;
    e->right = right;
    if (!isfinite(left) || !isfinite(right)) {
        e->unknown = true;
        unknown(e, "a side is not a finite number");
        return false;
    }
    switch (relation) {
    case RT_LESS:          return left < right;
    case RT_LESS_EQUAL:    return left <= right;
    case RT_GREATER:       return left > right;
    case RT_GREATER_EQUAL: return left >= right;
    case RT_EQUAL:         return !(left < right || left > right);
    case RT_NOT_EQUAL:     return left < right || left > right;
    }
    return false;
}

/* With `!` an unknown comparison could come out true; without, `&&` and `||` are monotone. */
static bool negates(const char *text)
{
    for (; *text; text++)
        if (*text == '!' && text[1] != '=')
            return true;
    return false;
}

static int line_of(const rt_notes *notes, const char *text)
{
    for (int i = 0; notes && i < notes->n_lines; i++)
        if (!strcmp(notes->line[i].key, text))
            return notes->line[i].line;
    return 0;
}

void rt_expected(rt_expect *e, const char *text, bool holds)
{
    rt_history *h = e->h;
    if (e->unknown && negates(text))
        holds = false;
    e->all_hold = e->all_hold && holds;
    rt_expectation *list = realloc(h->expectation, ((size_t)h->n_expectations + 1) * sizeof *list);
    if (list) {
        rt_expectation *x = &list[h->n_expectations++];
        h->expectation = list;
        *x = (rt_expectation){ .text = text, .line = line_of(e->notes, text), .holds = holds,
                               .left = e->left, .right = e->right };
        if (e->unknown && !holds)
            memcpy(x->note, e->note, sizeof x->note);
    } else {
        e->all_hold = false;
    }
    e->unknown = false;
    e->note[0] = '\0';
    e->left = e->right = NAN;
}

bool rt_expect_all(rt_history *h, const rt_notes *notes)
{
    rt_expect e = { .h = h, .notes = notes, .left = NAN, .right = NAN, .all_hold = true };
    if (h->net->model->expect)
        h->net->model->expect(&e);
    return e.all_hold;
}
