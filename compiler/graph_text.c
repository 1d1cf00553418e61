/* graph_text.c -- a program as a tree of its units and layers, in 80 columns, and the peak of its
 * memory. */
#include "graph_write.h"

#include <string.h>

#include "work.h"

enum { NAME = 32, SHAPE = 12 };     /* columns */

typedef struct {
    const Drawing *d;
    bool *told;                     /* by number of the graph: what is in it stands above */
    FILE *out;
} Tree;

static int number_of(const Tree *t, const Graph *g) { return graph_index(t->d->program, g); }

static const char *mebibytes_text(const Tree *t, int64_t bytes)
{
    return arena_printf(t->d->arena, "%8.3f", (double)bytes / 1048576);
}

/* "1,234,567", right in `width` columns; of nothing a blank. */
static const char *count_text(const Tree *t, double x, int width)
{
    char *digits = arena_printf(t->d->arena, "%.0f", x);
    const char *text = "";
    size_t n = strlen(digits);

    for (size_t i = 0; x > 0 && i < n; i++)
        text = arena_printf(t->d->arena, "%s%s%c", text, i && (n - i) % 3 == 0 ? "," : "",
                            digits[i]);
    return arena_printf(t->d->arena, "%*s", width, text);
}

/* What stands before the numbers; a name that leaves the shape no room has a line of its own. */
static const char *put_name(const Tree *t, const char *name, Shape shape)
{
    const char *puts_out = shape_text(t->d->arena, shape);

    if (strlen(name) + 1 + strlen(puts_out) > NAME + 1 + SHAPE) {
        fprintf(t->out, "%s\n", name);
        name = "";
    }
    return arena_printf(t->d->arena, "%-*s %s", NAME, name, puts_out);
}

/* `g`: the row is of a unit, and says what it keeps. */
static void put_row(const Tree *t, const char *name, Shape shape, double parameters, double work,
                    const Graph *g)
{
    const bool keeps = g && t->d->footprint;
    const char *kept = keeps ? mebibytes_text(t, t->d->footprint[number_of(t, g)].memory) : "";
    char *row = arena_printf(t->d->arena, "%-*s %s %s%s", NAME + 1 + SHAPE,
                             put_name(t, name, shape), count_text(t, parameters, 11),
                             count_text(t, work, 14), kept);
    size_t n = strlen(row);

    while (n > 0 && row[n - 1] == ' ')
        n--;
    fprintf(t->out, "%.*s\n", (int)n, row);
}

static void put_layer(const Tree *t, const Layer *layer, double work, int depth)
{
    const bool same = strcmp(layer->name, layer->kind) == 0;
    const char *name = arena_printf(t->d->arena, "%*s%s%s%s", 2 * depth, "", layer->name,
                                    same ? "" : "  ", same ? "" : layer->kind);

    put_row(t, name, layer->out, (double)graph_layer_parameters(layer), work, NULL);
}

static void put_members(const Tree *t, const Graph *g, int depth);

static void put_call(const Tree *t, const Node *call, int depth)
{
    const Graph *unit = call->unit;
    bool *told = &t->told[number_of(t, unit)];
    const char *of = strcmp(call->member, unit->name) == 0
                   ? "" : arena_printf(t->d->arena, "  %s", unit->name);
    const char *times = call->count > 1
                      ? arena_printf(t->d->arena, "  %d times", call->count) : "";

    put_row(t, arena_printf(t->d->arena, "%*s%s%s%s", 2 * depth, "", call->member, of, times),
            call->shape, (double)t->d->parameters[number_of(t, unit)],
            graph_multiply_adds(unit, FORWARD), unit);
    if (!*told)
        put_members(t, unit, depth + 1);
    else if (unit->n_members)
        fprintf(t->out, "%*sas above\n", 2 * depth + 2, "");
    *told = true;
}

static void put_recomputed(const Tree *t, const Graph *g, int depth)
{
    const double work = graph_recomputed(g);

    if (work > 0)
        fprintf(t->out, "%-*s %s\n", NAME + 1 + SHAPE + 12,
                arena_printf(t->d->arena, "%*scomputed again, backward", 2 * depth, ""),
                count_text(t, work, 14));
}

static void put_members(const Tree *t, const Graph *g, int depth)
{
    const double *work = graph_layer_work(g, t->d->arena);

    for (int i = 0; i < g->n_members; i++) {
        const int k = g->member[i];

        if (k >= 0)
            put_layer(t, &g->layer[k], work[k], depth);
        else
            put_call(t, &g->node[g->call[-1 - k]], depth);
    }
    put_recomputed(t, g, depth);
}

static void put_peak(const Tree *t)
{
    const Peak peak = graph_peak(t->d);
    const struct { const char *name; int64_t bytes; const char *what; } row[] = {
        { "parameters", peak.parameters, "" },
        { "gradients", peak.gradients, "" },
        { "optimiser", peak.optimizer, "" },
        { "memory", peak.memory, "  what is kept for the backward pass, and records" },
        { "scratch", peak.scratch, "  what lives within a pass" },
        { "peak", peak.total, "" },
    };

    fprintf(t->out, "\nMiB in batches of %lld\n", (long long)t->d->program->model->settings.batch);
    for (size_t i = 0; i < countof(row); i++)
        fprintf(t->out, "  %-10s %s%s\n", row[i].name, mebibytes_text(t, row[i].bytes),
                row[i].what);
}

void graph_text(const Drawing *d, FILE *out)
{
    const Program *p = d->program;
    const Graph *model = p->graph[p->n - 1];
    const Tree t = { d, arena_array(d->arena, bool, p->n), out };

    fprintf(out, "%-*s %-*s %11s %14s%s\n", NAME, "one of each", SHAPE, "puts out", "parameters",
            "multiply-adds", d->footprint ? "     MiB" : "");
    put_row(&t, p->model->name, model->unit->out, (double)d->parameters[p->n - 1],
            graph_multiply_adds(model, FORWARD), model);
    put_members(&t, model, 1);
    if (d->footprint)
        put_peak(&t);
    else
        fputs("\nno plan of memory, which wants a batch: there is no `train`\n", out);
}
