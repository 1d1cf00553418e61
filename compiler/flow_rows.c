/* flow_rows.c -- the walk's layers as one list, and how the gradient fares from its last to its
 * first. */
#include "flow_walk.h"

#include <math.h>
#include <string.h>

#include "runtime/gravity.h"

/* ---- The list of layers ---------------------------------------------------------------------- */

/* A residual's body: what the skip carries past it; its scale starts at 0, or small and is
 * trained. */
typedef struct {
    double carried;
    bool rests, awaits;
    int join;
} Around;

typedef struct {
    Arena *arena;
    Forecast *out;
    Around *around;                 /* the bodies around a layer, outermost first */
    int n;
} Collector;

/* What stands before the names of an instance's layers, and behind; the first iteration of a turn;
 * the bodies around the instance. */
typedef struct {
    const char *before, *index;
    int base, inside;
} Instance;

static void collect(Collector *c, const Trace *t, Instance p);

static void collect_calls(Collector *c, const Trace *t, NodeId call, Instance p)
{
    const Node *n = &t->g->node[call];
    const bool is_block = n->item->kind == ITEM_BLOCK;

    p.inside += n->inside;
    for (int r = 0; r < n->count; r++) {
        const int at = p.base + n->first + r * n->step;
        Instance in = p;

        in.base = n->step > 1 ? at : 0;
        if (is_block)
            in = (Instance){ arena_printf(c->arena, "%s%s%s.", p.before, n->item->name, p.index),
                             "", 0, p.inside };
        else if (n->step == 1)
            in.index = arena_printf(c->arena, "%s[%d]", p.index, at);
        collect(c, &t->call[call][r], in);
    }
}

/* A residual: it stands before what is in its body. */
static void collect_join(Collector *c, const FlowLayer *row, int inside)
{
    const Item *item = row->layer->item;
    const Value *scale = call_arg(item->callee, item->arg, "scale");
    const bool learned = scale->kind == VALUE_CALL;
    const double start = learned ? value_arg(scale, "value")->real : scale->real, small = 0.1;
    const Around body = { row->carried, start == 0, learned && fabs(start) < small,
                          c->out->n_joins };

    arena_push(c->arena, c->out->join, c->out->n_joins, *row);
    c->n = inside;
    arena_push(c->arena, c->around, c->n, body);
}

static void collect(Collector *c, const Trace *t, Instance p)
{
    for (int i = 0; i < t->g->n_members; i++) {
        const int k = t->g->member[i];
        FlowLayer row;
        int inside;

        if (k < 0) {
            collect_calls(c, t, t->g->call[-1 - k], p);
            continue;
        }
        row = t->row[k];
        row.join = -1;
        row.path = arena_printf(c->arena, "%s%s%s", p.before, row.layer->name, p.index);
        inside = p.inside + row.layer->inside;
        if (row.layer->n_paths && row.layer->item->kind == ITEM_RESIDUAL)
            collect_join(c, &row, inside);
        if (!row.layer->z || !t->gradient[row.layer->z])
            continue;               /* a join, or what reaches no loss */
        for (int b = 0; b < inside; b++) {
            row.carried = fmax(row.carried, c->around[b].carried);
            row.rests = row.rests || c->around[b].rests;
            row.awaits = row.awaits || c->around[b].awaits;
            row.join = c->around[b].join;
        }
        arena_push(c->arena, c->out->layer, c->out->n, row);
    }
}

void flow_rows(const Trace *t, Arena *a, Forecast *out)
{
    Collector c = { .arena = a, .out = out };

    out->n = out->n_joins = 0;
    collect(&c, t, (Instance){ "", "", 0, 0 });
}

/* ---- The flow -------------------------------------------------------------------------------- */

static void fit(Forecast *out, int first, int last)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    int at = 0;

    for (int i = first; i <= last; i++) {
        const double depth = at, d = out->layer[i].delta_rms;

        at += out->layer[i].layer->in_flow;
        if (!out->layer[i].layer->in_flow || !(d > 0 && isfinite(d)))
            continue;
        n++, x += depth, y += log10(d), xx += depth * depth, xy += depth * log10(d);
    }
    if (n > 1)
        out->decades_per_layer = -(xy - x * y / n) / (xx - x * x / n);
}

double flow_arrives(const FlowLayer *row)
{
    return rt_arrives(row->delta_rms, row->carried);
}

static bool starts_at_zero(const Layer *layer)
{
    for (int i = 0; i < layer->n_params; i++) {
        const Draw draw = draw_of(&layer->param[i]);
        if (layer->param[i].is_weight && (draw.var > 0 || draw.mean != 0))
            return false;
    }
    return layer->n_params > 0;
}

/* Weights of 0 pass nothing back before their first update: what is behind them then is not known
 * yet, if they get one. */
static const FlowLayer *find_opener(const Forecast *out, int first)
{
    const FlowLayer *row;
    int i = first;

    while (i < out->n && flow_arrives(&out->layer[i]) == 0)
        i++;
    row = &out->layer[i];
    return i > first && i < out->n && row->loss_norm > 0 && starts_at_zero(row->layer) ? row : NULL;
}

/* As the reports: from the first layer with a weight matrix to the last but the output's. */
void flow_measure(Forecast *out)
{
    int first = -1, last = -1, output = -1;

    for (int i = 0; i < out->n; i++)
        if (isfinite(out->layer[i].grad_norm))
            out->grad_norm = hypot(out->grad_norm, out->layer[i].grad_norm);
    for (int i = 0; i < out->n; i++)
        if (out->layer[i].layer->in_flow) {
            first = first < 0 ? i : first;
            last = output;
            output = i;
        }
    out->flow = 1;
    out->decades_per_layer = NAN;
    out->opener = first < 0 ? NULL : find_opener(out, first);
    if (last < 0 || last == first)
        return;
    out->flow = out->layer[first].delta_rms == 0 ? 0
              : out->layer[first].delta_rms / out->layer[last].delta_rms;
    out->opens = out->opener == &out->layer[output];
    out->gained = out->opener ? NAN
                : flow_arrives(&out->layer[first]) == 0 ? -INFINITY
                : log10(flow_arrives(&out->layer[first]) / flow_arrives(&out->layer[last]));
    out->spread = out->layer[first].spread;
    fit(out, first, last);
}
