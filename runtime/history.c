/* history.c -- records what the watched steps and the epochs of a run showed. */
#include "history.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_STEPS = 10 };          /* records that are never thinned */

void rt_history_init(rt_history *h, const rt_net *net, const rt_settings *set, int threads)
{
    memset(h, 0, sizeof *h);
    h->net = net;
    h->set = set;
    h->threads = threads;
    h->nonfinite.layer = -1;
    h->layers.size = (size_t)net->n_layers * sizeof(rt_layer_record);
    h->most_bytes = (size_t)256 << 20;
}

void rt_history_free(rt_history *h)
{
    rt_cells_free(&h->layers);
    free(h->record);
    free(h->epoch);
    free(h->expectation);
    memset(h, 0, sizeof *h);
}

/* ---- One layer ----------------------------------------------------------------------------- */

/* Joins are watched for their gradients alone. */
static bool is_join_only(const rt_layer *l, const rt_watch *w)
{
    return l->paths > 0 && w->delta.count == 0 && !(w->act_rms > 0) && !w->act_nonfinite;
}

static void read_watch(const rt_layer_info *layer, const void *memory, rt_watch *w)
{
    if (layer->layer->watched && memory)
        memcpy(w, (const char *)memory + layer->watch, sizeof *w);
    const bool seen = layer->layer->watched && memory;
    if (!seen || is_join_only(layer->layer, w))
        w->act_mean = w->act_rms = w->act_unit_var = w->saturated = w->dead = NAN;
    if (!seen || w->delta.count == 0)
        w->delta_rms = NAN;
    if (!seen || w->delta.count == 0 || layer->layer->steps == 0)
        w->delta_first = w->delta_middle = w->delta_last = w->decades_per_step = NAN;
    if (w->act_nonfinite)           /* then no slope tells anything either */
        w->act_mean = w->act_rms = w->act_unit_var = w->saturated = w->dead = NAN;
    if (w->delta.nonfinite)
        w->delta_rms = NAN;
}

static double norm_of(const rt_counts *c)
{
    return c->count == 0 || c->nonfinite ? NAN : sqrt(c->sum_squares);
}

/* Are all rows of a weight [units][rest] the same bits?  Stops at the first that is not. */
static bool same_rows(const rt_slot *p, const void *w, size_t real_size)
{
    const rt_tensor *t = p->tensor;
    if (t->rank < 2 || t->shape[0] < 2)
        return false;
    const size_t row = p->n / (size_t)t->shape[0] * real_size;
    const char *first = (const char *)w + p->at * real_size;
    for (int i = 1; i < t->shape[0]; i++)
        if (memcmp(first, first + (size_t)i * row, row) != 0)
            return false;
    return true;
}

static void measure_weights(const rt_net *net, const rt_layer_info *layer, const rt_update *u,
                            rt_layer_record *out)
{
    rt_counts biases = { 0 };
    double weight = 0, change = 0;
    bool same = true;
    for (int i = layer->param; i < layer->param + layer->n_params; i++) {
        const rt_tensor_watch *t = &u->watch[i];
        if (!net->param[i].tensor->is_weight) {
            rt_add_counts(&t->grad, &biases);
            continue;
        }
        rt_add_counts(&t->grad, &out->grad);
        weight += t->weight_sum_squares;
        change += t->change_sum_squares;
        same = same && u->w && same_rows(&net->param[i], u->w, net->model->real_size);
    }
    const double n = (double)out->grad.count;
    out->bias_grad_norm = norm_of(&biases);
    out->grad_norm = norm_of(&out->grad);
    if (out->grad.count == 0)
        return;
    out->grad_rms = out->grad_norm / sqrt(n);
    out->weight_rms = sqrt(weight / n);
    out->update_ratio = weight > 0 ? sqrt(change / weight) : NAN;
    out->same_units = same && isfinite(weight);
}

static void measure_layer(const rt_net *net, const rt_layer_info *layer, const void *memory,
                          const rt_update *u, rt_layer_record *out)
{
    *out = (rt_layer_record){ .grad_norm = NAN, .grad_rms = NAN, .bias_grad_norm = NAN,
                              .weight_rms = NAN, .update_ratio = NAN };
    read_watch(layer, memory, &out->watch);
    if (u && u->watch)
        measure_weights(net, layer, u, out);
}

/* ---- The first value that is not finite ---------------------------------------------------- */

static bool is_bad_weight(const rt_layer_record *l)
{
    return l->grad.count > 0 && !isfinite(l->weight_rms);
}

static bool is_bad_change(const rt_layer_record *l)
{
    return l->grad.count > 0 && l->weight_rms > 0 && !isfinite(l->update_ratio);
}

static bool found(rt_nonfinite *n, const rt_record *r, int layer, const char *tensor)
{
    *n = (rt_nonfinite){ true, r->step, layer, tensor, n->skipped };
    return true;
}

/* In the order in which a step computes: outputs from the input on, then backwards. */
static bool locate(const rt_net *net, const rt_record *r, rt_nonfinite *n)
{
    for (int i = 0; i < net->n_layers; i++)
        if (is_bad_weight(&r->layer[i]))
            return found(n, r, i, "weight");
    for (int i = 0; i < net->n_layers; i++)
        if (r->layer[i].watch.act_nonfinite)
            return found(n, r, i, "output");
    if (!isfinite(r->loss))
        return found(n, r, -1, "loss");
    for (int i = net->n_layers - 1; i >= 0; i--) {
        if (r->layer[i].watch.delta.nonfinite)
            return found(n, r, i, "delta");
        if (r->layer[i].grad.nonfinite)
            return found(n, r, i, "gradient");
    }
    for (int i = 0; i < net->n_layers; i++)
        if (is_bad_change(&r->layer[i]))
            return found(n, r, i, "weight");
    return false;
}

/* ---- The lists ----------------------------------------------------------------------------- */

/* Halves the resolution after the first steps. */
static void thin(rt_history *h)
{
    int kept = FIRST_STEPS;
    for (int i = FIRST_STEPS; i < h->n_records; i++) {
        if ((i - FIRST_STEPS) % 2)
            h->record[kept++] = h->record[i];
        else
            rt_cell_give(&h->layers, h->record[i].layer);
    }
    h->n_records = kept;
}

static bool make_room(rt_history *h)
{
    if (h->n_records > 2 * FIRST_STEPS && (size_t)h->n_records * h->layers.size > h->most_bytes)
        thin(h);
    if (h->n_records < h->room)
        return true;
    const int room = h->room ? 2 * h->room : 32;
    rt_record *list = realloc(h->record, (size_t)room * sizeof *list);
    if (!list)
        return false;
    h->record = list;
    h->room = room;
    return true;
}

/* A record of which nothing is said yet, not of its layers either; NULL with the sentence. */
static rt_record *append(rt_history *h, int64_t step, rt_error *e)
{
    if (!make_room(h)) {
        rt_fail(e, "out of memory for the record of step %lld", (long long)step);
        return NULL;
    }
    rt_layer_record *layer = rt_cell_take(&h->layers, "records of watched steps", e);
    if (!layer)
        return NULL;
    rt_record *r = &h->record[h->n_records++];
    r->layer = layer;
    return r;
}

bool rt_history_add(rt_history *h, int64_t step, int64_t epoch, double loss, const void *memory,
                    const rt_update *u, rt_error *e)
{
    const rt_net *net = h->net;
    rt_record *r = append(h, step, e);
    if (!r)
        return false;
    *r = (rt_record){ .step = step, .epoch = epoch, .loss = loss, .layer = r->layer,
                      .rate = u ? u->rate : NAN, .norm_before = u ? u->norm_before : NAN,
                      .norm_after = u ? u->norm_after : NAN, .clipped = u && u->clipped };
    for (int i = 0; i < net->n_layers; i++)
        measure_layer(net, &net->layer[i], memory, u, &r->layer[i]);
    if (!h->nonfinite.happened)
        locate(net, r, &h->nonfinite);
    return true;
}

bool rt_history_put(rt_history *h, const rt_record *r, rt_error *e)
{
    rt_record *own = append(h, r->step, e);
    if (!own)
        return false;
    rt_layer_record *layer = own->layer;
    memcpy(layer, r->layer, h->layers.size);
    *own = *r;
    own->layer = layer;
    return true;
}

void rt_history_brief(rt_history *h, int64_t step, double loss, double norm)
{
    h->brief[h->n_briefs++ % RT_BRIEFS] = (rt_brief){ step, loss, norm };
}

bool rt_history_add_epoch(rt_history *h, const rt_epoch *epoch, rt_error *e)
{
    rt_epoch *list = realloc(h->epoch, ((size_t)h->n_epochs + 1) * sizeof *list);
    if (!list)
        return rt_fail(e, "out of memory for the record of epoch %lld", (long long)epoch->epoch);
    h->epoch = list;
    list[h->n_epochs++] = *epoch;
    return true;
}

const rt_record *rt_history_at(const rt_history *h, int64_t step)
{
    if (step < 0)
        return h->n_records ? &h->record[h->n_records - 1] : NULL;
    int low = 0, high = h->n_records;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (h->record[middle].step < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low < h->n_records && h->record[low].step == step ? &h->record[low] : NULL;
}
