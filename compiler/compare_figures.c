/* compare_figures.c -- the numbers of a whole program that `netc diff` compares, a row each. */
#include "compare.h"

#include <math.h>

#include "work.h"

typedef struct {
    const char *key, *label;
    double (*of)(const Side *);     /* NAN: the source has none */
} Figure;

static const Graph *whole(const Side *s)
{
    return s->c->program ? s->c->program->graph[s->c->program->n - 1] : NULL;
}

/* Only what can be built has a memory. */
static double bytes(const Side *s, int64_t reals)
{
    if (!s->c->c)
        return NAN;
    return (double)reals * (s->c->model->settings.double_precision ? 8 : 4);
}

static double count_layers(const Parts *parts)
{
    double n = 0;

    for (int i = 0; i < parts->n; i++) {
        const Part *p = parts->part[i];
        n += count_layers(&p->parts) + (p->is_layer ? (double)p->copies : 0);
    }
    return n;
}

static double layers(const Side *s)
{
    return whole(s) ? count_layers(&s->parts) : NAN;
}

static double parameters(const Side *s)
{
    double sum = 0;

    for (int i = 0; i < s->parts.n; i++)
        sum += s->parts.part[i]->parameters;
    return whole(s) ? sum : NAN;
}

static double multiply_adds(const Side *s)
{
    return whole(s) ? graph_multiply_adds(whole(s), FORWARD) : NAN;
}

static double kept_bytes(const Side *s)
{
    return s->c->c ? bytes(s, whole(s)->memory_reals) : NAN;
}

static double scratch_bytes(const Side *s)
{
    return s->c->c ? bytes(s, whole(s)->scratch_reals) : NAN;
}

static double predicted_flow(const Side *s)
{
    return s->c->forecast ? s->c->forecast->flow : NAN;
}

static const Figure figure[] = {
    { "layers",        "layers",                 layers },
    { "parameters",    "parameters",             parameters },
    { "multiply_adds", "multiply-adds a sample", multiply_adds },
    { "memory_bytes",  "activations, bytes",     kept_bytes },
    { "scratch_bytes", "scratch, bytes",         scratch_bytes },
    { "predicted_flow", "flow, forecast",        predicted_flow },
};
_Static_assert(countof(figure) <= MAX_FIGURES, "Side.figure has room");

const char *figure_key(int i)
{
    return i < (int)countof(figure) ? figure[i].key : NULL;
}

const char *figure_label(int i)
{
    return figure[i].label;
}

void compare_figures(Side *side)
{
    for (int i = 0; figure_key(i); i++)
        side->figure[i] = figure[i].of(side);
}
