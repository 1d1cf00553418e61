/* parts.c -- memory for the record of a batch that runs in parts. */
#include "parts.h"

#include <stdint.h>
#include <stdlib.h>

static size_t outputs_of(const rt_layer *l)
{
    size_t n = 1;
    for (int i = 0; i < l->rank; i++)
        n *= (size_t)l->shape[i];
    return n;
}

static int by_watch(const void *a, const void *b)
{
    const uintptr_t x = (uintptr_t)((const rt_layer_parts *)a)->watch,
                    y = (uintptr_t)((const rt_layer_parts *)b)->watch;
    return (x > y) - (x < y);
}

static bool add_layer(rt_parts *p, const rt_layer *l, const rt_watch *watch)
{
    const size_t steps = l->steps > 0 ? (size_t)l->steps : 1;
    rt_layer_parts *to = &p->layer[p->n_layers++];

    to->watch = watch;
    to->unit = calloc(outputs_of(l), sizeof *to->unit);
    to->step = calloc(steps, sizeof *to->step);
    return to->unit && to->step;
}

bool rt_parts_new(rt_parts *p, const rt_net *net, const void *memory, rt_error *e)
{
    *p = (rt_parts){ .layer = calloc((size_t)net->n_layers + 1, sizeof *p->layer) };
    bool ok = p->layer != NULL;

    for (int i = 0; ok && i < net->n_layers; i++)
        if (net->layer[i].layer->watched) {
            const void *at = (const char *)memory + net->layer[i].watch;
            ok = add_layer(p, net->layer[i].layer, at);
        }
    if (!ok)
        return rt_fail(e, "out of memory for the record of a batch in parts");
    qsort(p->layer, (size_t)p->n_layers, sizeof *p->layer, by_watch);
    return true;
}

void rt_parts_free(rt_parts *p)
{
    for (int i = 0; i < p->n_layers; i++) {
        free(p->layer[i].unit);
        free(p->layer[i].step);
    }
    free(p->layer);
    *p = (rt_parts){ .layer = NULL };
}

rt_layer_parts *rt_parts_of(const rt_pass *c, const rt_watch *w)
{
    const rt_layer_parts key = { .watch = w };

    return c->parts ? bsearch(&key, c->parts->layer, (size_t)c->parts->n_layers, sizeof key,
                              by_watch)
                    : NULL;
}
