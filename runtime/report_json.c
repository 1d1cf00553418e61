/* report_json.c -- the report for programs: one JSON object a line, with stable keys. */
#include <string.h>

#include "json_line.h"
#include "report.h"

/* A value that some layers do not have: null, listed only if it was computed and is not finite. */
static void put_if(rt_json *j, bool exists, const char *path, const char *key, double value)
{
    if (exists)
        rt_json_measured(j, path, key, value);
    else
        rt_json_null(j, key);
}

/* Of a join only the gradients are watched. */
static bool has_output(const rt_layer_record *l)
{
    return l->watch.act_nonfinite || !isnan(l->watch.act_rms);
}

/* An output that is not finite tells nothing of slopes: that is not one more loss. */
static bool has_slopes(const rt_layer_record *l)
{
    return has_output(l) && !l->watch.act_nonfinite;
}

/* Through time: of a recurrent layer. */
static void put_time(rt_json *j, const rt_layer_record *l, bool recurrent, const char *path)
{
    static const rt_layer_record none;
    const rt_watch *w = l ? &l->watch : &none.watch;
    const bool seen = recurrent && l && w->delta.count > 0;
    const double flow = rt_flow_through_time(w);
    put_if(j, seen, path, "delta_first", w->delta_first);
    put_if(j, seen, path, "delta_middle", w->delta_middle);
    put_if(j, seen, path, "delta_last", w->delta_last);
    rt_json_number(j, "decades_per_step", seen ? w->decades_per_step : NAN);
    rt_json_number(j, "flow_through_time", seen ? flow : NAN);
}

/* At a join: RMS of the gradient by path, the first RT_PATHS of them. */
static void put_paths(rt_json *j, const rt_layer *layer, const rt_layer_record *l, const char *path)
{
    char place[256];
    const int told = layer->paths < RT_PATHS ? layer->paths : RT_PATHS;
    if (!l || told == 0) {
        rt_json_null(j, "paths");
        return;
    }
    rt_json_open(j, "paths", '[');
    for (int i = 0; i < told; i++) {
        snprintf(place, sizeof place, "%s.paths[%d]", path, i);
        rt_json_measured(j, place, NULL, l->watch.path_rms[i]);
    }
    rt_json_close(j, ']');
}

/* Bins from the first to the last that hold something: bin of 2^exponent, 2^exponent+1, ... */
static void put_bins(rt_json *j, const char *key, const uint32_t *bin)
{
    int first = 0, last = RT_BINS - 1;
    while (first < RT_BINS && bin[first] == 0)
        first++;
    while (last > first && bin[last] == 0)
        last--;
    rt_json_open(j, key, '{');
    rt_json_integer(j, "exponent", first - RT_BIN_ONE);
    rt_json_open(j, "count", '[');
    for (int i = first; i <= last; i++)
        rt_json_integer(j, NULL, bin[i]);
    rt_json_close(j, ']');
    rt_json_close(j, '}');
}

/* ---- Events during the run ----------------------------------------------------------------- */

static void put_step_layer(rt_json *j, const rt_history *h, const rt_record *r, int i)
{
    const rt_layer_info *info = &h->net->layer[i];
    const rt_layer_record *l = &r->layer[i];
    const char *path = info->path;
    const bool has_weights = l->grad.count > 0;
    const bool is_residual = info->layer->paths > 0 && !strcmp(info->layer->kind, "residual");
    rt_json_open(j, NULL, '{');
    rt_json_text(j, "name", path);
    put_if(j, has_output(l), path, "act_mean", l->watch.act_mean);
    put_if(j, has_output(l), path, "act_rms", l->watch.act_rms);
    put_if(j, has_output(l), path, "act_unit_var", l->watch.act_unit_var);
    put_if(j, l->watch.delta.count > 0, path, "delta_rms", l->watch.delta_rms);
    put_if(j, has_weights, path, "grad_norm", l->grad_norm);
    put_if(j, has_weights, path, "weight_rms", l->weight_rms);
    put_if(j, l->weight_rms > 0, path, "update_ratio", l->update_ratio);
    put_if(j, has_slopes(l), path, "saturated", l->watch.saturated);
    put_if(j, has_slopes(l), path, "dead", l->watch.dead);
    rt_json_integer(j, "zero", (int64_t)l->watch.delta.zero);
    rt_json_integer(j, "subnormal", (int64_t)l->watch.delta.subnormal);
    rt_json_integer(j, "act_nonfinite", (int64_t)l->watch.act_nonfinite);
    rt_json_integer(j, "delta_nonfinite", (int64_t)l->watch.delta.nonfinite);
    rt_json_integer(j, "grad_nonfinite", (int64_t)l->grad.nonfinite);
    put_time(j, l, info->layer->steps > 0, path);
    put_if(j, is_residual, path, "skip_rms", l->watch.path_rms[0]);
    put_if(j, is_residual, path, "body_rms", l->watch.path_rms[1]);
    put_paths(j, info->layer, l, path);
    if (h->set->histograms) {
        put_bins(j, "delta_log2", l->watch.delta.bin);
        put_bins(j, "grad_log2", l->grad.bin);
    }
    rt_json_close(j, '}');
}

static void put_step(const rt_history *h, const rt_style *s)
{
    const rt_record *r = rt_history_at(h, -1);
    rt_json j;
    if (!r)
        return;
    rt_json_begin(&j, s->out, "step");
    rt_json_integer(&j, "step", r->step);
    rt_json_integer(&j, "epoch", r->epoch);
    rt_json_measured(&j, NULL, "loss", r->loss);
    rt_json_number(&j, "rate", r->rate);
    rt_json_measured(&j, NULL, "grad_norm", r->norm_before);
    rt_json_bool(&j, "clipped", r->clipped);
    rt_json_measured(&j, NULL, "flow", rt_flow(h->net, r));
    rt_json_open(&j, "layers", '[');
    for (int i = 0; i < h->net->n_layers; i++)
        if (h->net->layer[i].layer->watched && !h->net->layer[i].layer->unlisted)
            put_step_layer(&j, h, r, i);
    rt_json_close(&j, ']');
    rt_json_lost(&j, "nonfinite");
    rt_json_end(&j);
}

static bool has_test(const rt_history *h)
{
    const rt_data *d = h->net->model->data;
    return d && (d->test.reader || d->split > 0);
}

/* Accuracies exist where the target is a class; they are never other than finite. */
static void put_measures(rt_json *j, const rt_history *h, const rt_epoch *e)
{
    const bool trained = e && h->n_records > 0;
    put_if(j, trained || (e && !isnan(e->loss_train)), NULL, "loss_train", e ? e->loss_train : NAN);
    put_if(j, (trained && has_test(h)) || (e && !isnan(e->loss_test)), NULL, "loss_test",
           e ? e->loss_test : NAN);
    rt_json_number(j, "accuracy_train", e ? e->accuracy_train : NAN);
    rt_json_number(j, "accuracy_test", e ? e->accuracy_test : NAN);
}

static void put_epoch(const rt_history *h, const rt_style *s)
{
    if (h->n_epochs == 0)
        return;
    const rt_epoch *e = &h->epoch[h->n_epochs - 1];
    rt_json j;
    rt_json_begin(&j, s->out, "epoch");
    rt_json_integer(&j, "epoch", e->epoch);
    rt_json_integer(&j, "step", e->step);
    put_measures(&j, h, e);
    rt_json_number(&j, "seconds", e->seconds);
    rt_json_lost(&j, "nonfinite");
    rt_json_end(&j);
}

/* ---- The summary --------------------------------------------------------------------------- */

static void put_verdicts(rt_json *j, const rt_history *h)
{
    rt_verdict verdict[32];
    const int n = rt_verdicts(h, verdict, 32);
    rt_json_open(j, "verdicts", '[');
    for (int i = 0; i < n; i++) {
        const int layer = verdict[i].layer;
        rt_json_open(j, NULL, '{');
        rt_json_text(j, "layer", layer < 0 ? NULL : h->net->layer[layer].path);
        rt_json_text(j, "verdict", verdict[i].verdict);
        rt_json_text(j, "reason", verdict[i].reason);
        rt_json_text(j, "edit", verdict[i].edit[0] ? verdict[i].edit : NULL);
        rt_json_close(j, '}');
    }
    rt_json_close(j, ']');
}

static void put_expectations(rt_json *j, const rt_history *h)
{
    rt_json_open(j, "expect", '[');
    for (int i = 0; i < h->n_expectations; i++) {
        const rt_expectation *x = &h->expectation[i];
        rt_json_open(j, NULL, '{');
        if (x->line)
            rt_json_integer(j, "line", x->line);
        else
            rt_json_null(j, "line");
        rt_json_text(j, "text", x->text);
        rt_json_bool(j, "holds", x->holds);
        rt_json_close(j, '}');
    }
    rt_json_close(j, ']');
}

/* Of fresh weights, whatever the run started from; null where nothing finite is foretold. */
static void put_predicted(rt_json *j, const rt_prediction *p)
{
    rt_json_number(j, "predicted_act_rms", p ? p->act_rms : NAN);
    rt_json_number(j, "predicted_delta_rms", p ? p->delta_rms : NAN);
    rt_json_number(j, "predicted_grad_norm", p ? p->grad_norm : NAN);
}

static void put_step0(rt_json *j, const rt_layer_record *l, bool seen, const rt_layer_info *info)
{
    char path[256];
    snprintf(path, sizeof path, "%s.step0", info->path);
    rt_json_open(j, "step0", '{');
    put_if(j, seen && has_output(l), path, "act_rms", l ? l->watch.act_rms : NAN);
    put_if(j, l && l->watch.delta.count > 0, path, "delta_rms", l ? l->watch.delta_rms : NAN);
    put_if(j, l && l->grad.count > 0, path, "grad_norm", l ? l->grad_norm : NAN);
    put_predicted(j, info->predicted);
    put_time(j, l, info->layer->steps > 0, path);
    put_paths(j, info->layer, seen ? l : NULL, path);
    rt_json_close(j, '}');
}

static void put_last(rt_json *j, const rt_layer_record *l, bool seen, const rt_layer_info *info)
{
    static const rt_layer_record none;
    const bool has_weights = l && l->grad.count > 0;
    const rt_layer_record *r = l ? l : &none;
    char path[256];
    snprintf(path, sizeof path, "%s.last", info->path);
    rt_json_open(j, "last", '{');
    put_if(j, seen && has_output(r), path, "act_rms", r->watch.act_rms);
    put_if(j, r->watch.delta.count > 0, path, "delta_rms", r->watch.delta_rms);
    put_if(j, has_weights, path, "grad_norm", r->grad_norm);
    put_if(j, has_weights, path, "weight_rms", r->weight_rms);
    put_if(j, has_weights && r->weight_rms > 0, path, "update_ratio", r->update_ratio);
    put_if(j, seen && has_slopes(r), path, "saturated", r->watch.saturated);
    put_if(j, seen && has_slopes(r), path, "dead", r->watch.dead);
    rt_json_number(j, "zero", seen ? (double)r->watch.delta.zero : NAN);
    rt_json_number(j, "subnormal", seen ? (double)r->watch.delta.subnormal : NAN);
    put_time(j, l, info->layer->steps > 0, path);
    put_paths(j, info->layer, seen ? l : NULL, path);
    rt_json_close(j, '}');
}

static void put_layer(rt_json *j, const rt_history *h, int i)
{
    const rt_layer_info *info = &h->net->layer[i];
    const rt_record *first = rt_history_at(h, 0), *last = rt_history_at(h, -1);
    int64_t parameters = 0;
    for (int k = 0; k < info->n_params; k++)
        parameters += (int64_t)h->net->param[info->param + k].n;
    rt_json_open(j, NULL, '{');
    rt_json_text(j, "name", info->path);
    rt_json_text(j, "kind", info->layer->kind);
    rt_json_open(j, "shape", '[');
    for (int k = 0; k < info->layer->rank; k++)
        rt_json_integer(j, NULL, info->layer->shape[k]);
    rt_json_close(j, ']');
    rt_json_integer(j, "parameters", parameters);
    if (info->line)
        rt_json_integer(j, "line", info->line);
    else
        rt_json_null(j, "line");
    put_step0(j, first ? &first->layer[i] : NULL, first && info->layer->watched, info);
    put_last(j, last ? &last->layer[i] : NULL, last && info->layer->watched, info);
    rt_json_close(j, '}');
}

static int64_t count_epochs(const rt_history *h)
{
    return h->steps && h->n_epochs ? h->epoch[h->n_epochs - 1].epoch + 1 : 0;
}

static void put_run(rt_json *j, const rt_history *h)
{
    rt_json_text(j, "name", h->net->model->name);
    rt_json_unsigned(j, "seed", h->set->seed);
    rt_json_integer(j, "threads", h->threads);
    rt_json_integer(j, "steps", h->steps);
    rt_json_integer(j, "epochs", count_epochs(h));
    rt_json_number(j, "seconds", h->seconds);
    rt_json_unsigned(j, "parameters", h->net->n_parameters);
}

static void put_summary(const rt_history *h, const rt_style *s)
{
    const rt_record *last = rt_history_at(h, -1);
    rt_json j;
    rt_json_begin(&j, s->out, "summary");
    put_run(&j, h);
    put_measures(&j, h, h->n_epochs ? &h->epoch[h->n_epochs - 1] : NULL);
    put_if(&j, last != NULL, NULL, "flow", last ? rt_flow(h->net, last) : NAN);
    rt_json_number(&j, "predicted_flow", h->net->notes ? h->net->notes->flow : NAN);
    rt_json_number(&j, "clip_fraction",
                   h->steps ? (double)h->clipped_steps / (double)h->steps : NAN);
    put_verdicts(&j, h);
    put_expectations(&j, h);
    rt_json_open(&j, "layers", '[');
    for (int i = 0; i < h->net->n_layers; i++)
        if (!h->net->layer[i].layer->unlisted)
            put_layer(&j, h, i);
    rt_json_close(&j, ']');
    rt_json_lost(&j, "nonfinite");
    rt_json_end(&j);
}

const rt_writer rt_json_writer = { "json", put_step, put_epoch, put_summary };
