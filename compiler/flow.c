/* flow.c -- the forecast: a walk over the units, forward with kernels and back with gradients.
 *
 * Instances of one unit share its functions in the C, but not their forecast: each has a trace of
 * its own.  A repeat is walked as often as it runs. */
#include "flow_walk.h"

#include <math.h>
#include <string.h>

static const FlowRule *const rule[N_OPS] = {
#define flow_none (*(const FlowRule *)NULL)
#define OP(id, name, inputs, shape, gradient, ...) [OP_##id] = &flow_##gradient,
#include "ops.def"
#undef OP
#undef flow_none
};

/* ---- Traces -------------------------------------------------------------------------------- */

static Trace *trace_new(Flow *f, const Graph *g)
{
    Trace *t = arena_new_of(f->arena, Trace);

    t->g = g;
    t->kernel = arena_array(f->arena, Kernel *, g->n);
    t->gradient = arena_array(f->arena, Gradient *, g->n);
    t->call = arena_array(f->arena, Trace *, g->n);
    t->bend = arena_array(f->arena, struct Bend *, g->n);
    t->largest = arena_array(f->arena, struct Largest *, g->n);
    t->drawn = arena_array(f->arena, struct Drawn *, g->n);
    t->row = arena_array(f->arena, FlowLayer, g->n_layers + 1);
    for (int i = 0; i < g->n_layers; i++)
        t->row[i] = (FlowLayer){ .layer = &g->layer[i], .grad_norm = NAN, .delta_rms = NAN };
    return t;
}

/* The root of a second moment.  Under 1e-280 the moment itself is lost: such a value is zero. */
static double root(double square)
{
    return square < 1e-280 ? 0 : sqrt(square);
}

static void record_layers(Trace *t)
{
    for (NodeId id = 1; id < t->g->n; id++) {
        const Node *n = &t->g->node[id];
        const Kernel *k = n->op == OP_WATCH_OUTPUT ? t->kernel[n->in[1]] : NULL;

        if (k)
            t->row[n->layer].act_rms = root(mean_of_squares(k->square[SAME], k->positions));
    }
}

static void record_z(const Flow *f, Trace *t)
{
    for (int i = 0; i < t->g->n_layers; i++) {
        const NodeId z = t->g->layer[i].z;
        const Kernel *k = z ? t->kernel[z] : NULL;
        FlowLayer *row = &t->row[i];
        double pair[PAIRS];

        if (!k)
            continue;
        for (int s = 0; s < PAIRS; s++)
            pair[s] = mean_of_squares(k->square[s], k->positions);
        row->z_rms = root(pair[SAME]);
        row->z_mean = k->mean;
        row->correlation = mixed(f, pair) / fmax(pair[SAME], 1e-300);
    }
}

static void walk_forward(Flow *f, Trace *t)
{
    for (NodeId id = 1; id < t->g->n; id++) {
        const Node *n = &t->g->node[id];

        if (n->phase != FORWARD || !rule[n->op])
            continue;
        rule[n->op]->forward(f, t, id);
        flow_stay_infinite(t, id);
    }
    record_layers(t);
    record_z(f, t);
}

/* Of the gradient of a sample's own loss by a tensor; NAN: none comes back. */
static double rms_of(const Flow *f, const Trace *t, NodeId x)
{
    const Gradient *g = t->gradient[x];

    return g ? f->batch * root(mean_of_squares(g->square[SAME], t->kernel[x]->positions)) : NAN;
}

static void record_delta(const Flow *f, Trace *t)
{
    for (int i = 0; i < t->g->n_layers; i++) {
        const NodeId z = t->g->layer[i].z;
        const Gradient *g = z ? t->gradient[z] : NULL;

        if (t->g->layer[i].n_paths)
            t->row[i].carried = fmax(rms_of(f, t, t->g->layer[i].path[0]), 0);
        if (!g)
            continue;
        t->row[i].delta_rms = rms_of(f, t, z);
        if (isnan(t->row[i].grad_norm))
            t->row[i].spread = flow_spread(g->gain * g->gain * t->kernel[z]->log_var + g->log_var);
    }
}

static void walk_backward(Flow *f, Trace *t)
{
    for (NodeId id = t->g->n - 1; id > 0; id--) {
        const Node *n = &t->g->node[id];

        if (n->phase == FORWARD && rule[n->op] && (t->gradient[id] || op_form(n->op) == FORM_LOSS))
            rule[n->op]->backward(f, t, id, t->gradient[id]);
    }
    record_delta(f, t);
}

/* ---- Calls --------------------------------------------------------------------------------- */

static void enter(Flow *f, Trace *outer, NodeId call, int i, const Kernel *x)
{
    const Node *n = &outer->g->node[call];
    Trace *t = trace_new(f, n->unit);

    outer->call[call][i] = *t;
    t = &outer->call[call][i];
    t->kernel[n->unit->input[0]] = kernel_copy(f, x);
    t->kernel[n->unit->input[0]]->source = x->source;
    for (int k = 1; k < n->unit->n_inputs; k++)
        t->kernel[n->unit->input[k]] = kernel_copy(f, kernel_in(outer, call, k));
    walk_forward(f, t);
}

static void repeat_forward(Flow *f, Trace *t, NodeId y)
{
    const Node *n = &t->g->node[y];
    const Kernel *x = kernel_in(t, y, 0);

    t->call[y] = arena_array(f->arena, Trace, n->count);
    for (int i = 0; i < n->count; i++) {
        enter(f, t, y, i, x);
        x = t->call[y][i].kernel[n->unit->result[0]];
    }
    t->kernel[y] = kernel_copy(f, x);
    t->kernel[y]->source = x->source;
}

static Gradient *handed(Flow *f, const Gradient *g, int64_t places)
{
    Gradient *copy = gradient_like(f, g, places);

    copy->neuron = g->neuron;
    copy->by_row = g->by_row;
    for (int s = 0; s < PAIRS; s++)
        memcpy(copy->square[s], g->square[s], (size_t)places * sizeof(double));
    return copy;
}

/* What flows out of an instance's captures flows into the tensors that they are. */
static void give_captures(Flow *f, Trace *outer, NodeId call, const Trace *t)
{
    const Node *n = &outer->g->node[call];

    for (int k = 1; k < n->unit->n_inputs; k++) {
        const NodeId x = n->unit->input[k];

        if (t->gradient[x])
            flow_give(f, outer, call, k, handed(f, t->gradient[x], t->kernel[x]->positions));
    }
}

static void add_result(Flow *f, Trace *t, NodeId result, const Gradient *g)
{
    Gradient *copy = handed(f, g, t->kernel[result]->positions);

    if (!t->gradient[result])
        t->gradient[result] = copy;
}

static void repeat_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Node *n = &t->g->node[y];
    const NodeId x = n->unit->input[0], result = n->unit->result[0];

    for (int i = n->count - 1; dy && i >= 0; i--) {
        Trace *inner = &t->call[y][i];

        add_result(f, inner, result, dy);
        walk_backward(f, inner);
        give_captures(f, t, y, inner);
        dy = inner->gradient[x];
    }
    if (dy)
        flow_give(f, t, y, 0, handed(f, dy, kernel_in(t, y, 0)->positions));
}

const FlowRule flow_repeat = { repeat_forward, repeat_backward };
const FlowRule flow_call = { repeat_forward, repeat_backward };

/* A further output of a unit that runs once. */
static void pick_forward(Flow *f, Trace *t, NodeId y)
{
    const Node *n = &t->g->node[y];
    const Trace *inner = &t->call[n->in[0]][t->g->node[n->in[0]].count - 1];

    t->kernel[y] = kernel_copy(f, inner->kernel[inner->g->result[n->index]]);
}

static void pick_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Node *n = &t->g->node[y];
    Trace *inner = &t->call[n->in[0]][t->g->node[n->in[0]].count - 1];

    add_result(f, inner, inner->g->result[n->index], dy);
}

const FlowRule flow_pick = { pick_forward, pick_backward };

/* ---- The whole ------------------------------------------------------------------------------- */

/* One walk there and back, the input's variance times `factor`, the weights of a layer opened. */
static Flow walk_opened(const Program *p, const InputMoments *input, double factor,
                        const Layer *open, double open_var, Tables *tables, Forecast *out)
{
    const double batch = (double)out->batch;
    Flow f = { .open = open, .open_var = open_var, .arena = tables->arena, .tables = tables,
               .model = p->model, .batch = batch, .same_class = input->same_class,
               .input = *input, .loss = NAN, .norm_slope = 1, .norm_gain = 1 };
    Trace *t = trace_new(&f, p->graph[p->n - 1]);

    f.recurrent = flow_recurrent_layers(t->g);
    f.pairs[SAME] = 1;
    f.pairs[OTHER] = (batch - 1) * (1 - f.same_class);
    f.pairs[KIN] = (batch - 1) * f.same_class;
    f.norm_var = input->norm_var;
    t->kernel[t->g->input[0]] = kernel_of_input(&f, factor);
    walk_forward(&f, t);
    walk_backward(&f, t);
    flow_rows(t, f.arena, out);
    out->loss = f.loss;
    out->rough = f.rough;
    return f;
}

static Flow walk_whole(const Program *p, const InputMoments *input, double factor,
                       Tables *tables, Forecast *out)
{
    return walk_opened(p, input, factor, NULL, 0, tables, out);
}

/* Weights of 0 after their first update: of sgd the rate times the gradient, of the others about
 * the rate.  The flow behind them does not depend on how large they are. */
static Forecast *after_first_update(const Program *p, const InputMoments *input,
                                    const Forecast *f, Tables *tables)
{
    const Value *optimizer = &p->model->settings.optimizer;
    const double rate = value_arg(optimizer, "lr")->real;
    const Layer *layer = f->opener->layer;
    Forecast *out = arena_new_of(tables->arena, Forecast);
    double n = 0, rms;

    for (int i = 0; i < layer->n_params; i++)
        n += layer->param[i].is_weight ? (double)shape_size(layer->param[i].shape) : 0;
    rms = word_is(optimizer, "SGD") ? rate * f->opener->loss_norm / sqrt(n) : rate;
    out->batch = f->batch;
    out->input = f->input;
    out->opener_rms = rms > 0 ? rms : 1e-3;
    walk_opened(p, input, 1, layer, out->opener_rms * out->opener_rms, tables, out);
    flow_penalise(&p->model->settings, out);
    flow_measure(out);
    return out;
}

/* ---- Samples of different size --------------------------------------------------------------- */

enum { SIZES = 5 };

/* A weighted mean of squares, as the median of a mean over a batch of such values. */
typedef struct {
    double squares, fourths;
} Mixed;

/* What is mixed of a layer. */
enum { OUTPUTS, DELTAS, GRADIENTS, SUMS, CARRIED, N_MIXED };

static void mix(Mixed *m, double x, double weight)
{
    m->squares += weight * x * x;
    m->fourths += weight * x * x * x * x;
}

static double mixed_value(const Mixed *m, double batch)
{
    const double spread = m->fourths / fmax(m->squares * m->squares, 1e-300) - 1;

    return sqrt(m->squares) * pow(1 + fmax(spread, 0) / batch, -0.25);
}

/* Where the samples' norms drift apart one size does not do: five, by Gauss and Hermite's rule over
 * ln of the norm, whose layers are averaged. */
static void mix_sizes(const Program *p, const InputMoments *input, double var, Tables *tables,
                      Forecast *out)
{
    static const double node[SIZES] = { -2.8569700138728056, -1.3556261799742659, 0,
                                        1.3556261799742659, 2.8569700138728056 };
    static const double weight[SIZES] = { 0.011257411327720689, 0.22207592200561266,
                                          0.53333333333333333, 0.22207592200561266,
                                          0.011257411327720689 };
    const double batch = (double)out->batch;
    Mixed (*sum)[N_MIXED] = arena_alloc(tables->arena, (size_t)(out->n + 1) * sizeof *sum);

    for (int k = 0; k < SIZES; k++) {
        Forecast *one = arena_new_of(tables->arena, Forecast);

        one->batch = out->batch;
        walk_whole(p, input, exp(sqrt(var) * node[k] - var / 2), tables, one);
        for (int i = 0; i < out->n && i < one->n; i++) {
            mix(&sum[i][OUTPUTS], one->layer[i].act_rms, weight[k]);
            mix(&sum[i][DELTAS], one->layer[i].delta_rms, weight[k]);
            mix(&sum[i][GRADIENTS], one->layer[i].grad_norm, weight[k]);
            mix(&sum[i][SUMS], one->layer[i].z_rms, weight[k]);
            mix(&sum[i][CARRIED], one->layer[i].carried, weight[k]);
        }
    }
    for (int i = 0; i < out->n; i++) {
        out->layer[i].act_rms = mixed_value(&sum[i][OUTPUTS], batch);
        out->layer[i].delta_rms = mixed_value(&sum[i][DELTAS], batch);
        out->layer[i].grad_norm = mixed_value(&sum[i][GRADIENTS], batch);
        out->layer[i].z_rms = mixed_value(&sum[i][SUMS], batch);
        out->layer[i].carried = mixed_value(&sum[i][CARRIED], batch);
    }
}

/* Limits beyond which the zoo of tests/accuracy is off by half a decade.  The median lies half the
 * variance of the logarithm under the mean, and spreads are up to 30 % low: at 0.6 that is 0.5. */
static const char *looks_rough(const Flow *f, const Forecast *out)
{
    enum { SMALL_NORMS = 10 };
    const double most_spread = 0.6, most_drift = 1.7;
    const bool of_numbers = f->model->target.kind != TARGET_CLASS;

    if (of_numbers && shape_size(f->model->input) == 1)
        return "samples of one number all lie on a line";
    if (!f->has_places && f->norm_gain > 1.2 && f->norm_gain * sqrt(f->norm_var) > most_drift)
        return "samples drift apart in size under this activation's gain";
    if (f->small_norms > SMALL_NORMS && out->flow > 10)
        return "batch norms over maps of a few pixels, in a deep net";
    for (int i = 0; i < out->n; i++)
        if (out->layer[i].spread > most_spread)
            return "nets differ by decades from draw to draw";
    return NULL;
}

/* Under activations of residuals' sums the units of neighbours are not normal, nor their gradients
 * independent of them: measured up to 0.7 decades more in dL/dW of what reads smooth images. */
static void mark_blurred(Forecast *out)
{
    const double smooth = 0.2;
    FlowLayer *row = out->layer;

    while (row < out->layer + out->n && !row->layer->in_flow)
        row++;
    if (row < out->layer + out->n && strcmp(row->layer->kind, "conv") == 0
        && out->input.facts.read && out->input.apart[SAME] > smooth)
        row->rough = "neighbours in an image are alike, and sums of residuals are bent "
                     "without norms";
}

Forecast *forecast(const Program *p, const InputMoments *input, int64_t batch, Session *s)
{
    Forecast *out = flow_too_large(p, input, s);
    Tables *tables;
    Flow f;

    if (out)
        return out;
    tables = arena_new_of(s->arena, Tables);
    *tables = (Tables){ .arena = s->arena, .gauss = gauss_new(s->arena) };
    out = arena_new_of(s->arena, Forecast);
    out->batch = batch;
    f = walk_whole(p, input, 1, tables, out);
    out->input = *input;
    if (f.norm_gain > 1.2 && !f.has_places)
        mix_sizes(p, input, f.norm_var, tables, out);
    flow_penalise(&p->model->settings, out);
    flow_measure(out);
    if (!out->rough)
        out->rough = looks_rough(&f, out);
    if (f.blurred)
        mark_blurred(out);
    if (out->opens)
        out->opened = after_first_update(p, input, out, tables);
    return out;
}
