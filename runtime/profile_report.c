/* profile_report.c -- the time by layer and direction, as a table or as an event. */
#include "profile_report.h"

#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "json_line.h"

/* ---- Multiply-adds --------------------------------------------------------------------------- */

/* Each weight meets a sample once at each place of the output, or at each step. */
static double places(const rt_layer *l, const rt_tensor *weight)
{
    double outputs = 1;

    if (l->steps > 0)
        return l->steps;
    for (int i = 0; i < l->rank; i++)
        outputs *= l->shape[i];
    return outputs / weight->shape[0];
}

/* Of one sample by one tensor; an embedding looks up. */
static double products(const rt_layer *l, const rt_slot *p)
{
    if (!p->tensor->is_weight || !strcmp(l->kind, "embedding"))
        return 0;
    return (double)p->n * places(l, p->tensor);
}

static double forward_products(const rt_net *net, int layer)
{
    const rt_layer_info *info = &net->layer[layer];
    double sum = 0;

    for (int i = info->param; i < info->param + info->n_params; i++)
        sum += products(info->layer, &net->param[i]);
    return sum;
}

/* As much for the weights' gradient as forward, and as much for the input's, which the net's first
 * layer of weights does not need; what comes back from its own steps it does. */
static double backward_products(const rt_net *net, int layer)
{
    const rt_layer_info *info = &net->layer[layer];
    double sum = 0, before = 0;

    for (int i = 0; i < layer; i++)
        before += forward_products(net, i);
    for (int i = info->param; i < info->param + info->n_params; i++) {
        const bool own_steps = strstr(net->param[i].tensor->role, "_hh") != NULL;
        sum += products(info->layer, &net->param[i]) * (before > 0 || own_steps ? 2 : 1);
    }
    return sum;
}

/* GFLOP/s, two for a multiply-add. */
static double rate(const rt_profile *p, double products_a_sample, double seconds)
{
    return seconds > 0 ? 2 * products_a_sample * (double)p->rows / seconds * 1e-9 : 0;
}

/* ---- What is beside the layers --------------------------------------------------------------- */

static const struct { const char *key, *name; } part[RT_PROFILE_PARTS] = {
    [RT_AT_DATA] = { "data_us", "data" },
    [RT_AT_LOSS] = { "loss_us", "loss and its gradient" },
    [RT_AT_UPDATE] = { "update_us", "update" },
    [RT_AT_WATCHING] = { "watching_us", "watching" },
    [RT_AT_OTHER] = { "other_us", "other" },
};

static double whole(const rt_profile *p)
{
    double sum = 0;

    for (int i = 0; i < RT_PROFILE_PARTS; i++)
        sum += p->part[i];
    for (int i = 0; i < p->net->n_layers; i++)
        sum += p->forward[i] + p->backward[i];
    return sum;
}

static double micro(const rt_profile *p, double seconds)
{
    return p->steps ? seconds / (double)p->steps * 1e6 : 0;
}

static bool is_timed(const rt_profile *p, int layer)
{
    return p->forward[layer] + p->backward[layer] > 0;
}

/* ---- Text ------------------------------------------------------------------------------------ */

static void print_direction(const rt_profile *p, double work, double seconds, double peak,
                            FILE *out)
{
    const double gflops = rate(p, work, seconds);

    fprintf(out, " %10.1f", micro(p, seconds));
    if (work > 0)
        fprintf(out, " %7.1f %4.0f%%", gflops, 100 * gflops / peak);
    else
        fprintf(out, " %7s %5s", "", "");
}

static void print_layer(const rt_profile *p, int layer, double peak, double step, FILE *out)
{
    const double both = p->forward[layer] + p->backward[layer];

    fprintf(out, "%-21.21s", p->net->layer[layer].path);
    print_direction(p, forward_products(p->net, layer), p->forward[layer], peak, out);
    print_direction(p, backward_products(p->net, layer), p->backward[layer], peak, out);
    fprintf(out, " %5.1f%%\n", 100 * both / step);
}

/* A mean has the disturbed steps in it, the quickest tenth hardly. */
static void print_times(const char *which, rt_step_times *t, FILE *out)
{
    if (t->n > 0)
        fprintf(out, "%-21s %10.1f the median of %lld, %.1f the quickest tenth's longest\n", which,
                rt_profile_within(t, 0.5) * 1e6, (long long)t->n,
                rt_profile_within(t, 0.1) * 1e6);
}

void rt_profile_text(rt_profile *p, int threads, double peak, const rt_style *s)
{
    const double step = whole(p);
    bool *shown = calloc((size_t)p->net->n_layers + 1, sizeof *shown);

    if (!shown || p->steps == 0) {
        free(shown);
        return;
    }
    rt_fold(p->net, s->full, shown);
    fprintf(s->out, "microseconds a step, the mean of %lld, on %d thread%s with a peak of %.1f "
            "GFLOP/s\n", (long long)p->steps, threads, threads == 1 ? "" : "s", peak);
    fprintf(s->out, "%-21s %10s %7s %5s %10s %7s %5s %6s\n", "layer", "forward", "GFLOP/s", "peak",
            "backward", "GFLOP/s", "peak", "step");
    for (int i = 0; i < p->net->n_layers; i++)
        if (shown[i] && is_timed(p, i))
            print_layer(p, i, peak, step, s->out);
    for (int i = 0; i < RT_PROFILE_PARTS; i++)
        fprintf(s->out, "%-21s %10.1f %38.1f%%\n", part[i].name, micro(p, p->part[i]),
                100 * p->part[i] / step);
    fprintf(s->out, "%-21s %10.1f\n", "step", micro(p, step));
    print_times("steps not watched", &p->plain, s->out);
    print_times("steps watched", &p->watched, s->out);
    fputc('\n', s->out);
    free(shown);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void put_layer(rt_json *j, const rt_profile *p, int layer)
{
    const double forward = forward_products(p->net, layer);
    const double backward = backward_products(p->net, layer);

    rt_json_open(j, NULL, '{');
    rt_json_text(j, "name", p->net->layer[layer].path);
    rt_json_number(j, "forward_us", micro(p, p->forward[layer]));
    rt_json_number(j, "backward_us", micro(p, p->backward[layer]));
    if (forward > 0) {
        rt_json_number(j, "forward_gflops", rate(p, forward, p->forward[layer]));
        rt_json_number(j, "backward_gflops", rate(p, backward, p->backward[layer]));
    }
    rt_json_close(j, '}');
}

static void put_times(rt_json *j, const char *which, rt_step_times *t)
{
    if (t->n == 0)
        return;
    rt_json_open(j, which, '{');
    rt_json_integer(j, "steps", t->n);
    rt_json_number(j, "tenth_us", rt_profile_within(t, 0.1) * 1e6);
    rt_json_number(j, "median_us", rt_profile_within(t, 0.5) * 1e6);
    rt_json_close(j, '}');
}

void rt_profile_json(rt_profile *p, int threads, double peak, const rt_style *s)
{
    rt_json j;

    rt_json_begin(&j, s->out, "profile");
    rt_json_integer(&j, "steps", p->steps);
    rt_json_integer(&j, "threads", threads);
    rt_json_number(&j, "peak_gflops", peak);
    rt_json_number(&j, "step_us", micro(p, whole(p)));
    for (int i = 0; i < RT_PROFILE_PARTS; i++)
        rt_json_number(&j, part[i].key, micro(p, p->part[i]));
    put_times(&j, "plain", &p->plain);
    put_times(&j, "watched", &p->watched);
    rt_json_open(&j, "layers", '[');
    for (int i = 0; i < p->net->n_layers; i++)
        if (is_timed(p, i))
            put_layer(&j, p, i);
    rt_json_close(&j, ']');
    rt_json_end(&j);
}
