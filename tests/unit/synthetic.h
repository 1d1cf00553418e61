/* synthetic.h -- histories with known answers: nets without a program behind them, whose watches
 * are written by hand. */
#ifndef SYNTHETIC_H
#define SYNTHETIC_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

enum { SYNTHETIC_MOST = 64 };

/* A stack of dense layers h[0] .. h[depth - 1] and `logits`, `width` units each. */
typedef struct {
    rt_tensor weight, weight_out;
    rt_layer hidden, output;
    rt_member body_member, member[2];
    rt_unit body, unit;
    rt_settings set;
    rt_data data;
    rt_model model;
    rt_layer_info info[SYNTHETIC_MOST];
    rt_slot slot[SYNTHETIC_MOST];
    char path[SYNTHETIC_MOST][16];
    rt_net net;
    rt_history h;
    rt_watch watch[SYNTHETIC_MOST];             /* the "memory" */
    rt_tensor_watch tensor[SYNTHETIC_MOST];
    rt_update u;
    float *w;
} Synthetic;

static inline void synthetic_layer(Synthetic *s, int i, const rt_layer *layer, const char *pattern)
{
    const rt_tensor *t = layer->param;
    s->info[i] = (rt_layer_info){ .path = s->path[i], .key = s->path[i], .pattern = pattern,
                                  .layer = layer, .watch = (size_t)i * sizeof(rt_watch),
                                  .param = i, .n_params = 1, .line = layer == &s->output ? 12 : 9 };
    const size_t n = (size_t)t->shape[0] * (size_t)t->shape[1];
    const size_t at = i ? s->slot[i - 1].at + s->slot[i - 1].n : 0;
    s->slot[i] = (rt_slot){ .key = s->path[i], .tensor = t, .layer = i, .at = at, .n = n };
}

static inline void synthetic_model(Synthetic *s, int depth)
{
    s->hidden = (rt_layer){ .name = "h", .kind = "dense", .act = RT_SIGMOID, .rank = 1,
                            .shape = { s->weight.shape[0] }, .param = &s->weight, .n_params = 1,
                            .watched = true, .in_flow = true };
    s->output = (rt_layer){ .name = "logits", .kind = "dense", .act = RT_LINEAR, .rank = 1,
                            .shape = { 10 }, .param = &s->weight_out, .n_params = 1,
                            .watched = true, .in_flow = true };
    s->body_member = (rt_member){ .layer = &s->hidden, .name = "h", .count = 1 };
    s->body = (rt_unit){ &s->body_member, 1 };
    s->member[0] = (rt_member){ .unit = &s->body, .name = "", .is_repeat = true, .count = depth };
    s->member[1] = (rt_member){ .layer = &s->output, .name = "logits", .count = 1 };
    s->unit = (rt_unit){ s->member, 2 };
    s->set = (rt_settings){ .batch = 32, .seed = 42, .lr = 0.1, .clip = 1, .every = 50 };
    s->data = (rt_data){ .split = 0.8 };
    s->model = (rt_model){ .name = "deep", .real_size = sizeof(float), .batch = 32,
                           .optimizer = "sgd", .clip = "none", .unit = &s->unit,
                           .settings = &s->set, .data = &s->data };
}

static inline Synthetic *synthetic_new(int depth, int width)
{
    Synthetic *s = calloc(1, sizeof *s);
    const rt_init init = { RT_XAVIER_UNIFORM, 0, 0 };
    s->weight = (rt_tensor){ .role = "weight", .rank = 2, .shape = { width, width }, .init = init,
                             .fan_in = width, .fan_out = width, .is_weight = true };
    s->weight_out = s->weight;
    s->weight_out.shape[0] = 10;
    synthetic_model(s, depth);
    for (int i = 0; i < depth; i++) {
        snprintf(s->path[i], sizeof s->path[i], "h[%d]", i);
        synthetic_layer(s, i, &s->hidden, "h");
    }
    snprintf(s->path[depth], sizeof s->path[depth], "logits");
    synthetic_layer(s, depth, &s->output, "logits");
    s->net = (rt_net){ .model = &s->model, .layer = s->info, .n_layers = depth + 1,
                       .param = s->slot, .n_params = depth + 1 };
    s->net.n_elements = s->net.n_parameters = s->slot[depth].at + s->slot[depth].n;
    s->w = calloc(s->net.n_elements, sizeof *s->w);
    for (size_t i = 0; i < s->net.n_elements; i++)
        s->w[i] = (float)i;
    s->u = (rt_update){ .set = &s->set, .net = &s->net, .w = s->w, .watch = s->tensor,
                        .rate = 0.1, .norm_before = 0.5, .norm_after = 0.5 };
    rt_history_init(&s->h, &s->net, &s->set, 1);
    return s;
}

static inline void synthetic_free(Synthetic *s)
{
    rt_history_free(&s->h);
    free(s->w);
    free(s);
}

/* Writes the watches of a healthy step: delta is `top` at the end and is multiplied by `gain` from
 * each hidden layer to the one before it; weights as Xavier's, changing by a thousandth. */
static inline void synthetic_step(Synthetic *s, double top, double gain)
{
    const int last = s->net.n_layers - 1;
    for (int i = last; i >= 0; i--) {
        const double n = (double)s->slot[i].n;
        const double delta = i >= last - 1 ? top : s->watch[i + 1].delta_rms * gain;
        s->watch[i] = (rt_watch){ .act_mean = 0.5, .act_rms = 0.5, .act_unit_var = 0.01,
                                  .delta_rms = delta };
        s->watch[i].delta = (rt_counts){ .count = 2048, .sum_squares = delta * delta * 2 };
        s->tensor[i] = (rt_tensor_watch){ .weight_sum_squares = n / s->weight.shape[0] };
        s->tensor[i].grad = (rt_counts){ .count = s->slot[i].n, .sum_squares = delta * delta };
        s->tensor[i].change_sum_squares = 1e-6 * s->tensor[i].weight_sum_squares;
    }
}

static inline const rt_record *synthetic_add(Synthetic *s, int64_t step)
{
    rt_error e;
    rt_history_add(&s->h, step, step / 45, 2.3, s->watch, &s->u, &e);
    s->h.steps = step + 1;
    return rt_history_at(&s->h, step);
}

/* Makes a layer recurrent: a copy of the hidden one, which the caller keeps. */
static inline void synthetic_recur(Synthetic *s, int i, rt_layer *copy, const char *kind, int steps)
{
    *copy = s->hidden;
    copy->kind = kind;
    copy->steps = steps;
    copy->act = strcmp(kind, "rnn") ? RT_LINEAR : RT_TANH;
    s->info[i].layer = copy;
    s->info[i].pattern = "mem";
}

/* The watch of a recurrent layer: delta `last` at its last step, times `gain` with each step back. */
static inline void synthetic_time(Synthetic *s, int i, double last, double gain)
{
    const int steps = s->info[i].layer->steps;
    rt_watch *w = &s->watch[i];
    w->delta_last = last;
    w->delta_middle = last * pow(gain, steps / 2);
    w->delta_first = last * pow(gain, steps - 1);
    w->decades_per_step = -log10(gain);
}

/* Three such steps: enough for any verdict. */
static inline void synthetic_run(Synthetic *s, double top, double gain)
{
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, top, gain);
        synthetic_add(s, i);
    }
}

#endif
