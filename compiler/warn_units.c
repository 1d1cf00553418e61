/* warn_units.c -- warnings of where activations work: saturated, dead, alike, dropped. */
#include "warn.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- Saturated ----------------------------------------------------------------------------- */

/* Half of relu is flat by design; what is bounded is flat only where it works badly.  A skip
 * carries the gradient past it; optimisers that rescale gradients make up for small slopes. */
static double flat_share(const Warn *w, const FlowLayer *l)
{
    if (!warn_bounded(l->layer->act) || warn_passed(w, l))
        return 0;
    return w->adaptive || warn_held(w) ? fmin(l->saturated, w->now->noted) : l->saturated;
}

void warn_saturated_units(Warn *w)
{
    const FlowLayer *row = NULL;
    Message *m;

    for (int i = w->forecast->n - 1; i >= 0; i--)
        if (warn_reaches(w, flat_share(w, &w->forecast->layer[i])))
            row = &w->forecast->layer[i];
    if (!row)
        return;
    m = warn_say(w, flat_share(w, row), warn_argument(row->layer->item, "init"),
                 "%.0f %% of the values of %s start where its activation is flat",
                 100 * row->saturated, row->path);
    diag_note(m, warn_at(row), "its pre-activation has RMS %.2g and mean %.2g", row->z_rms,
              row->z_mean);
    if (row == w->site[0].row)
        warn_note_inputs(w, m);
}

/* ---- Dead ---------------------------------------------------------------------------------- */

void warn_dead_units(Warn *w)
{
    const FlowLayer *row = NULL;
    double most = 0;
    Message *m;

    for (int i = 0; i < w->forecast->n; i++) {
        const double dead = forecast_dead(&w->forecast->layer[i], w->model);

        if (dead > most) {
            most = dead;
            row = &w->forecast->layer[i];
        }
    }
    if (!row || !warn_reaches(w, most) || (most < w->now->grave && w->forecast->flow < DEAD_FLOW))
        return;
    m = warn_say(w, most, row->z_mean < 0 ? warn_argument(row->layer->item, "bias_init")
                                          : warn_argument(row->layer->item, "act"),
                 "%.0f %% of the units of %s are zero for every sample, and cannot learn",
                 100 * most, row->path);
    if (row->z_mean < 0)
        diag_note(m, warn_at(row), "the bias starts at a mean of %.2g, where pre-activations "
                  "spread by %.2g", row->z_mean,
                  sqrt(row->z_rms * row->z_rms - row->z_mean * row->z_mean));
    else
        diag_note(m, warn_at(row), "two samples' pre-activations correlate by %.2g: what is "
                  "negative for one is for nearly all of %.0f", row->correlation,
                  forecast_epoch(w->model));
    warn_note_inputs(w, m);
}

/* ---- Alike --------------------------------------------------------------------------------- */

/* By how many factors of e 1 - correlation falls, from the first hidden layer to the last: the
 * depth over the depth scale of Schoenholz et al. 2017. */
static double depth_scales(const Warn *w, int last)
{
    const double at_first = 1 - w->site[0].row->correlation;
    const double at_last = 1 - w->site[last].row->correlation;

    return w->site[0].row->layer->steps || w->adaptive ? 0 : log(at_first / fmax(at_last, 1e-300));
}

/* 1 - correlation.  Skips carry on what tells samples apart, and what they have in common adds up
 * beside it, which a bias takes away: there the first layer's size is what it is measured by. */
static double apart_at(const Warn *w, int last)
{
    const FlowLayer *row = w->site[last].row;
    const double grown = row->z_rms / fmax(w->site[0].row->z_rms, 1e-300);

    return fmin((1 - row->correlation) * (w->site[last].inside ? fmax(grown * grown, 1) : 1), 1);
}

static void say_alike(Warn *w, double alike, const FlowLayer *row, const char *where)
{
    diag_note(warn_say(w, alike, warn_at(row), "samples look alike in %s: two of "
                       "them correlate by %.4g", where, row->correlation),
              warn_at(row), "in %s, the first hidden layer, by %.2g; what tells them apart "
              "has %.2g of the RMS", w->site[0].row->path, w->site[0].row->correlation,
              sqrt(2 * fmax(1 - row->correlation, 0)));
}

/* Whether all that the output reads of a plane is one number a channel: two samples' sums over the
 * plane are more alike than their places. */
static bool is_pooled(const Warn *w, int last)
{
    const Shape plane = w->site[last].row->layer->out;
    const Site *out = &w->site[last + 1];

    for (int i = 0; i <= last; i++)
        if (w->site[i].batchnorm)
            return false;
    return plane.rank == 3 && plane.dim[1] * plane.dim[2] > 1 && out->weight->shape.rank == 2 &&
           out->weight->fan_in == plane.dim[0];
}

void warn_correlation_collapse(Warn *w)
{
    const int last = w->n - 2;
    const double counts = w->adaptive ? ADAPTIVE_APART : 1;
    double alike, pooled;

    if (last < 1 || (last + 1 < DEEP && depth_scales(w, last) < MOST_SCALES))
        return;
    alike = 1 - counts * apart_at(w, last);
    pooled = is_pooled(w, last) ? 1 - counts * (1 - w->site[last + 1].row->correlation) : alike;
    if (warn_reaches(w, alike))
        say_alike(w, alike, w->site[last].row, w->site[last].row->path);
    else if (warn_reaches(w, pooled))
        say_alike(w, pooled, w->site[last + 1].row,
                  arena_printf(w->session->arena, "what %s reads, the sums over the plane",
                               w->site[last + 1].row->path));
}

/* ---- Dropped ------------------------------------------------------------------------------- */

typedef struct {
    double kept;                    /* share of the paths through the net */
    int64_t dropouts;               /* in a row */
    double units, worth;            /* that are kept where they are fewest; as they count */
    double most;                    /* the largest p, */
    const Item *at;                 /* of this one */
} Dropped;

static void keep_least(Dropped *d, double units, double worth)
{
    if (units * worth < d->worth) {
        d->units = units;
        d->worth = units * worth;
    }
}

/* A hidden unit holds something of all inputs, an input only what it is. */
static double worth(const Graph *g, NodeId x)
{
    return g->is_model && x == g->input[0] ? AN_INPUT : 1;
}

/* What a skip goes around does not count. */
static void add_dropouts(const Warn *w, const Graph *g, int64_t times, Dropped *d)
{
    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];
        const double p = n->op == OP_DROPOUT && !map_get(&w->inside, n->item)
                       ? call_arg(n->item->callee, n->item->arg, "p")->real : 0;

        if (n->phase != FORWARD || !(p > 0))
            continue;
        d->kept *= pow(1 - p, (double)times);
        d->dropouts += times;
        keep_least(d, (1 - p) * (double)shape_size(n->shape), worth(g, n->in[0]));
        if (p > d->most) {
            d->most = p;
            d->at = n->item;
        }
    }
    for (int k = 0; k < g->n_calls; k++) {
        const Node *call = &g->node[g->call[k]];

        add_dropouts(w, call->unit, times * (call->count > 1 ? call->count : 1), d);
    }
}

void warn_dropout(Warn *w)
{
    Dropped d = { .kept = 1, .worth = INFINITY };
    double kept;
    Message *m;

    add_dropouts(w, w->program->graph[w->program->n - 1], 1, &d);
    kept = fmin(d.kept, d.worth / AMPLE_UNITS) * (1 - 1e-9);    /* 1 - 0.99 is one over 0.01 */
    if (!d.at || !warn_reaches(w, kept))
        return;
    m = d.worth / AMPLE_UNITS < d.kept
      ? warn_say(w, kept, warn_argument(d.at, "p"), "dropout leaves %.2g units at a step", d.units)
      : warn_say(w, kept, warn_argument(d.at, "p"), "dropout leaves %.2g of the paths through "
                 "the net at each step", d.kept);
    if (d.dropouts > 1)
        diag_note(m, d.at->at, "%" PRId64 " dropouts in a row keep 1 - p each, here %.3g",
                  d.dropouts, 1 - d.most);
    else
        diag_note(m, d.at->at, "it keeps 1 - p = %.3g of the units", 1 - d.most);
}
