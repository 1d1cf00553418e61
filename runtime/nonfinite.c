/* nonfinite.c -- what follows a value that is not finite. */
#include "nonfinite.h"

#include <inttypes.h>
#include <string.h>

#include "reals.h"

static void watch_tensor(const rt_update *u, const rt_slot *p, rt_tensor_watch *w)
{
    const rt_reals *reals = u->net->model->reals;
    rt_counts weight;

    memset(w, 0, sizeof *w);
    memset(&weight, 0, sizeof weight);
    reals->count((const char *)u->g + p->at * reals->size, p->n, &w->grad);
    reals->count((const char *)u->w + p->at * reals->size, p->n, &weight);
    w->weight_sum_squares = weight.nonfinite ? (double)NAN : weight.sum_squares;
}

void rt_nonfinite_leave_out(rt_run *run, bool watching)
{
    rt_update *u = &run->update;
    double sum = 0;

    if (run->set->on_nonfinite == RT_SKIP)
        run->history.nonfinite.skipped++;
    u->penalty = run->model->reals->penalty_value(u);
    u->clipped = false;
    for (int i = 0; watching && i < run->net.n_params; i++) {
        watch_tensor(u, &run->net.param[i], &u->watch[i]);
        sum += u->watch[i].grad.nonfinite ? (double)NAN : u->watch[i].grad.sum_squares;
    }
    u->norm_before = u->norm_after = sqrt(sum);
}

void rt_nonfinite_repeat(rt_run *run)
{
    run->parts.before = 0;
    run->pass.watching = run->pass.frozen = true;
    run->model->forward(&run->pass);
    rt_run_backward(run);
    run->pass.frozen = false;
    run->update.measured = false;
}

static const rt_watch *watch_of(const rt_run *run, int layer)
{
    return (const rt_watch *)((const char *)run->pass.memory + run->net.layer[layer].watch);
}

static bool lost_output(const rt_run *run, int layer)
{
    return run->net.layer[layer].layer->watched && watch_of(run, layer)->act_nonfinite;
}

static bool lost_delta(const rt_run *run, int layer)
{
    return run->net.layer[layer].layer->watched && watch_of(run, layer)->delta.nonfinite;
}

/* Of a block of parameters or gradients, the layer's part. */
static bool lost_tensor(const rt_run *run, int layer, const char *block)
{
    const rt_layer_info *l = &run->net.layer[layer];
    const rt_reals *reals = run->model->reals;

    for (int i = l->param; i < l->param + l->n_params; i++) {
        const rt_slot *p = &run->net.param[i];
        if (!reals->all_finite(run->pool, block + p->at * reals->size, p->n))
            return true;
    }
    return false;
}

static const char *lost_on_the_way(const rt_run *run, int *layer)
{
    for (int i = 0; i < run->net.n_layers; i++) {
        *layer = i;
        if (lost_tensor(run, i, run->pass.params))
            return "weight";
    }
    for (int i = 0; i < run->net.n_layers; i++) {
        *layer = i;
        if (lost_output(run, i))
            return "output";
    }
    return NULL;
}

static const char *lost_on_the_way_back(const rt_run *run, int *layer)
{
    for (int i = run->net.n_layers - 1; i >= 0; i--) {
        *layer = i;
        if (lost_delta(run, i))
            return "delta";
        if (lost_tensor(run, i, run->pass.grads))
            return "gradient";
    }
    return NULL;
}

void rt_nonfinite_locate(rt_run *run, int64_t step, double loss)
{
    rt_nonfinite *n = &run->history.nonfinite;
    int layer = -1;
    const char *tensor = lost_on_the_way(run, &layer);

    if (!tensor && isfinite(loss))
        tensor = lost_on_the_way_back(run, &layer);
    *n = (rt_nonfinite){ true, step, tensor ? layer : -1, tensor ? tensor : "loss", n->skipped };
}

/* The last record before the step, in which the layer's numbers are finite. */
static const rt_record *last_finite(const rt_history *h, int64_t step, int layer)
{
    for (int i = h->n_records - 1; i >= 0; i--) {
        const rt_layer_record *l = &h->record[i].layer[layer];
        if (h->record[i].step < step && isfinite(h->record[i].loss) && !isinf(l->watch.act_rms)
            && !isinf(l->watch.delta_rms))
            return &h->record[i];
    }
    return NULL;
}

static void print_place(FILE *out, const rt_run *run, int layer)
{
    const rt_layer_info *l = &run->net.layer[layer];

    fprintf(out, "%s", l->path);
    if (l->line && run->notes)
        fprintf(out, " (%s:%d)", run->notes->source, l->line);
}

static void print_norms(FILE *out, const rt_run *run, int layer)
{
    const rt_history *h = &run->history;
    const rt_record *r = last_finite(h, h->nonfinite.step, layer);

    if (!r)
        return;
    const rt_layer_record *l = &r->layer[layer];
    fprintf(out, "  at step %" PRId64 ", ", r->step);
    print_place(out, run, layer);
    if (!isnan(l->watch.act_rms))
        fprintf(out, ": act %.2e, delta %.2e", l->watch.act_rms, l->watch.delta_rms);
    if (!isnan(l->grad_norm))
        fprintf(out, ", gradient norm %.2e, weight %.2e", l->grad_norm, l->weight_rms);
    fputc('\n', out);
}

static void print_briefs(FILE *out, const rt_history *h)
{
    const int64_t n = h->n_briefs;

    for (int64_t i = n > RT_BRIEFS ? n - RT_BRIEFS : 0; i < n; i++) {
        const rt_brief *b = &h->brief[i % RT_BRIEFS];
        fprintf(out, "  step %" PRId64 ": loss %.4g, norm of all gradients %.3g\n", b->step,
                b->loss, b->norm);
    }
}

void rt_nonfinite_print(FILE *out, const rt_run *run)
{
    const rt_nonfinite *n = &run->history.nonfinite;

    fprintf(out, "%s: step %" PRId64 ": the %s", run->model->name, n->step, n->tensor);
    if (n->layer >= 0) {
        fputs(" of ", out);
        print_place(out, run, n->layer);
    }
    fputs(" is not finite\n", out);
    for (int i = n->layer - 1; n->layer >= 0 && i <= n->layer + 1; i++) {
        if (i >= 0 && i < run->net.n_layers)
            print_norms(out, run, i);
    }
    print_briefs(out, &run->history);
}
