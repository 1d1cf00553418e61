/* profile.c -- stamps of time at the boundaries of layers. */
#include "profile.h"
#include "clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool rt_profile_new(rt_profile *p, const rt_net *net, const void *memory, rt_error *e)
{
    const size_t n = (size_t)net->n_layers + 1;

    *p = (rt_profile){ .net = net, .memory = memory };
    p->forward = calloc(2 * n, sizeof *p->forward);
    p->order = calloc(2 * n, sizeof *p->order);
    if (!p->forward || !p->order)
        return rt_fail(e, "out of memory for the profile");
    p->backward = p->forward + n;
    return true;
}

void rt_profile_free(rt_profile *p)
{
    free(p->forward);
    free(p->order);
    free(p->plain.seconds);
    free(p->watched.seconds);
    *p = (rt_profile){ .net = NULL };
}

/* Seconds since the clock was last read. */
static double lap(rt_profile *p)
{
    const double last = p->last;

    p->last = rt_seconds();
    return p->last - last;
}

static void turn_to(rt_profile *p, double *next)
{
    *p->open += lap(p);
    p->open = next;
}

void rt_profile_turn(rt_profile *p, rt_profile_part next)
{
    if (!p)
        return;
    turn_to(p, &p->part[next]);
    if (next == RT_AT_DATA)
        p->at = 0;
}

void rt_profile_start_step(rt_profile *p, int64_t rows)
{
    if (!p)
        return;
    lap(p);
    p->began = p->last;
    p->open = &p->part[RT_AT_OTHER];
    p->steps++;
    p->rows += rows;
}

/* Where memory runs out the step is missing among those whose times are told. */
static void keep_time(rt_step_times *t, double seconds)
{
    if (t->n == t->room) {
        const int64_t room = t->room ? 2 * t->room : 1024;
        double *more = realloc(t->seconds, (size_t)room * sizeof *more);
        if (!more)
            return;
        t->seconds = more;
        t->room = room;
    }
    t->seconds[t->n++] = seconds;
}

void rt_profile_end_step(rt_profile *p, bool watched)
{
    if (!p)
        return;
    rt_profile_turn(p, RT_AT_OTHER);
    keep_time(watched ? &p->watched : &p->plain, p->last - p->began);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double rt_profile_within(rt_step_times *t, double share)
{
    if (t->n == 0)
        return 0;
    qsort(t->seconds, (size_t)t->n, sizeof *t->seconds, by_size);
    return t->seconds[(int64_t)ceil(share * (double)t->n) - 1];
}

static bool is_at(const rt_profile *p, int layer, const rt_watch *w)
{
    const rt_layer_info *l = &p->net->layer[layer];
    return l->layer->watched && (const char *)w == p->memory + l->watch;
}

/* Marks come in the same order in every step. */
static int layer_of(rt_profile *p, const rt_watch *w)
{
    const int at = p->at++;

    if (at < p->n_order && is_at(p, p->order[at], w))
        return p->order[at];
    int layer = 0;
    while (layer < p->net->n_layers - 1 && !is_at(p, layer, w))
        layer++;
    if (at < 2 * p->net->n_layers) {
        p->order[at] = layer;
        p->n_order = at + 1;
    }
    return layer;
}

void rt_profile_output(rt_profile *p, const rt_watch *w)
{
    if (!p)
        return;
    p->forward[layer_of(p, w)] += lap(p);
    p->open = &p->part[RT_AT_LOSS];             /* what is behind the last layer */
}

void rt_profile_delta(rt_profile *p, const rt_watch *w)
{
    if (!p)
        return;
    turn_to(p, &p->backward[layer_of(p, w)]);
}

void rt_profile_watched(rt_profile *p)
{
    if (p)
        p->part[RT_AT_WATCHING] += lap(p);
}

void rt_profile_watched_within(rt_profile *p, double seconds)
{
    if (!p)
        return;
    p->part[RT_AT_WATCHING] += seconds;
    *p->open += lap(p) - seconds;
}
