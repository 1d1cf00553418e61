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

/* Multiply-adds of one sample. */
typedef struct {
    double forward, backward;
} Work;

/* As much for the weights' gradient as forward, and as much for the input's, which a layer needs
 * that has trained numbers before it; what comes back from its own steps it does. */
static Work work_of(const rt_net *net, int layer)
{
    const rt_layer_info *info = &net->layer[layer];
    Work work = { forward_products(net, layer), 0 };

    for (int i = info->param; i < info->param + info->n_params; i++) {
        const bool own_steps = strstr(net->param[i].tensor->role, "_hh") != NULL;
        work.backward += products(info->layer, &net->param[i]) * (info->param || own_steps ? 2 : 1);
    }
    return work;
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

enum { TIME = 11, RATE = 8, SHARE = 6, LAST = 7, LEAST_NAME = 21 };

/* What has room, from 50 characters on: GFLOP/s go first, then shares of the peak, then the middles
 * of long names. */
typedef struct {
    int name, direction;            /* characters */
    bool rate, share;
} Columns;

static Columns columns_of(const rt_profile *p, const bool *shown, int width)
{
    Columns c = { .name = LEAST_NAME };

    c.share = width >= LEAST_NAME + 2 * (TIME + SHARE) + LAST;
    c.rate = width >= LEAST_NAME + 2 * (TIME + RATE + SHARE) + LAST;
    c.direction = TIME + (c.rate ? RATE : 0) + (c.share ? SHARE : 0);
    for (int i = 0; i < p->net->n_layers; i++) {
        const int length = (int)strlen(p->net->layer[i].path);
        const int room = width - 2 * c.direction - LAST;
        if (shown[i] && is_timed(p, i) && length > c.name)
            c.name = length < room ? length : room > c.name ? room : c.name;
    }
    return c;
}

static void put_name(const char *path, int width, FILE *out)
{
    const int length = (int)strlen(path), start = (width - 2) / 2, end = width - 2 - start;

    if (length > width)
        fprintf(out, "%.*s..%s", start, path, path + length - end);
    else
        fprintf(out, "%-*s", width, path);
}

static void print_titles(const Columns *c, FILE *out)
{
    static const char *const direction[] = { "forward", "backward" };

    fprintf(out, "%-*s", c->name, "layer");
    for (int i = 0; i < 2; i++) {
        fprintf(out, " %10s", direction[i]);
        if (c->rate)
            fprintf(out, " %7s", "GFLOP/s");
        if (c->share)
            fprintf(out, " %5s", "peak");
    }
    fprintf(out, " %6s\n", "step");
}

static void print_direction(const rt_profile *p, const Columns *c, double work, double seconds,
                            double peak, FILE *out)
{
    const double gflops = rate(p, work, seconds);

    fprintf(out, " %10.1f", micro(p, seconds));
    if (work > 0 && c->rate)
        fprintf(out, " %7.1f", gflops);
    if (work > 0 && c->share)
        fprintf(out, " %4.0f%%", 100 * gflops / peak);
    if (!(work > 0))
        fprintf(out, "%*s", c->direction - TIME, "");
}

static void print_layer(const rt_profile *p, int layer, const Columns *c, double peak, double step,
                        FILE *out)
{
    const double both = p->forward[layer] + p->backward[layer];
    const Work work = work_of(p->net, layer);

    put_name(p->net->layer[layer].path, c->name, out);
    print_direction(p, c, work.forward, p->forward[layer], peak, out);
    print_direction(p, c, work.backward, p->backward[layer], peak, out);
    fprintf(out, " %5.1f%%\n", 100 * both / step);
}

/* A mean has the disturbed steps in it, the tenth percentile hardly. */
static void print_times(const char *which, rt_step_times *t, const Columns *c, FILE *out)
{
    if (t->n > 0)
        fprintf(out, "%-*s %10.1f the median of %lld, %.1f the tenth percentile\n", c->name, which,
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
    const Columns c = columns_of(p, shown, s->width);
    print_titles(&c, s->out);
    for (int i = 0; i < p->net->n_layers; i++)
        if (shown[i] && is_timed(p, i))
            print_layer(p, i, &c, peak, step, s->out);
    for (int i = 0; i < RT_PROFILE_PARTS; i++)
        fprintf(s->out, "%-*s %10.1f %*.1f%%\n", c.name, part[i].name, micro(p, p->part[i]),
                2 * c.direction - TIME + LAST - 2, 100 * p->part[i] / step);
    fprintf(s->out, "%-*s %10.1f\n", c.name, "step", micro(p, step));
    print_times("steps not watched", &p->plain, &c, s->out);
    print_times("steps watched", &p->watched, &c, s->out);
    fputc('\n', s->out);
    free(shown);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void put_layer(rt_json *j, const rt_profile *p, int layer)
{
    const Work work = work_of(p->net, layer);

    rt_json_open(j, NULL, '{');
    rt_json_text(j, "name", p->net->layer[layer].path);
    rt_json_number(j, "forward_us", micro(p, p->forward[layer]));
    rt_json_number(j, "backward_us", micro(p, p->backward[layer]));
    if (work.forward > 0) {
        rt_json_number(j, "forward_gflops", rate(p, work.forward, p->forward[layer]));
        rt_json_number(j, "backward_gflops", rate(p, work.backward, p->backward[layer]));
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
