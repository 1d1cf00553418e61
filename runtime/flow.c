/* flow.c -- how the gradient fares from the last hidden layer back to the first. */
#include <float.h>
#include <string.h>

#include "gravity.h"
#include "report.h"

bool rt_flow_ends(const rt_net *net, int *first, int *last)
{
    int output = -1;
    *first = *last = -1;
    for (int i = 0; i < net->n_layers; i++) {
        if (!net->layer[i].layer->in_flow)
            continue;
        if (output >= 0 && *first < 0)
            *first = output;
        *last = output;
        output = i;
    }
    return *first >= 0 && *last > *first;
}

/* Nothing that arrives is a flow of 0, also where nothing set out. */
static double ratio(double low, double high)
{
    if (low == 0)
        return high >= 0 ? 0 : NAN;
    return high > 0 ? low / high : NAN;
}

static double between(const rt_record *r, int first, int last)
{
    return ratio(r->layer[first].watch.delta_rms, r->layer[last].watch.delta_rms);
}

double rt_flow(const rt_net *net, const rt_record *r)
{
    int first, last;
    return rt_flow_ends(net, &first, &last) ? between(r, first, last) : 1;
}

/* ---- What arrives -------------------------------------------------------------------------- */

static bool is_residual(const rt_layer *l)
{
    return l->paths > 0 && !strcmp(l->kind, "residual");
}

/* Residuals stand before what is in their bodies. */
double rt_carried(const rt_net *net, const rt_record *r, int layer)
{
    double most = 0;
    int inside = net->layer[layer].inside;
    for (int i = layer - 1; i >= 0 && inside > 0; i--) {
        if (!is_residual(net->layer[i].layer) || net->layer[i].inside >= inside)
            continue;
        most = fmax(most, r->layer[i].watch.path_rms[0]);
        inside = net->layer[i].inside;
    }
    return most;
}

double rt_arrival(const rt_net *net, const rt_record *r, int layer)
{
    return rt_arrives(r->layer[layer].watch.delta_rms, rt_carried(net, r, layer));
}

double rt_gained(const rt_net *net, const rt_record *r)
{
    int first, last;
    return rt_flow_ends(net, &first, &last)
         ? log10(ratio(rt_arrival(net, r, first), rt_arrival(net, r, last))) : 0;
}

/* ---- The layers that a name takes in ------------------------------------------------------- */

static const char *after_index(const char *path)
{
    const char *end = *path == '[' ? strchr(path, ']') : NULL;
    return end ? end + 1 : path;
}

bool rt_takes_in(const char *name, const char *path)
{
    while (*name) {
        if (*path == '[' && *name != '[')
            path = after_index(path);
        if (*path != *name)
            return false;
        path++;
        name++;
    }
    return *path == '\0' || *path == '.' || *path == '[';
}

/* The first and last layer with a weight matrix under the name, or else with any gradient. */
static bool ends_of(const rt_net *net, const char *name, bool in_flow, int *first, int *last)
{
    *first = *last = -1;
    for (int i = 0; i < net->n_layers; i++) {
        const rt_layer_info *l = &net->layer[i];
        if (!(in_flow ? l->layer->in_flow : l->layer->watched) || !rt_takes_in(name, l->path))
            continue;
        if (*first < 0)
            *first = i;
        *last = i;
    }
    return *first >= 0;
}

double rt_flow_of(const rt_net *net, const rt_record *r, const char *name)
{
    int first, last;
    if (!ends_of(net, name, true, &first, &last) && !ends_of(net, name, false, &first, &last))
        return NAN;
    return first == last ? 1 : between(r, first, last);
}

/* ---- Through time -------------------------------------------------------------------------- */

double rt_flow_through_time(const rt_watch *w)
{
    return ratio(w->delta_first, w->delta_last);
}

/* How far from 1, in decades; what is not known is further than anything. */
static double distance(const rt_watch *w)
{
    const double flow = rt_flow_through_time(w);
    return isnan(flow) ? INFINITY : flow > 0 ? fabs(log10(flow)) : DBL_MAX;
}

int rt_furthest_in_time(const rt_net *net, const rt_record *r, const char *name)
{
    int furthest = -1;
    for (int i = 0; i < net->n_layers; i++) {
        const rt_layer_info *l = &net->layer[i];
        if (l->layer->steps == 0 || l->unused || (name && !rt_takes_in(name, l->path)))
            continue;
        if (furthest < 0
            || distance(&r->layer[i].watch) > distance(&r->layer[furthest].watch))
            furthest = i;
    }
    return furthest;
}

/* ---- The fit ------------------------------------------------------------------------------- */

typedef struct {
    double n, x, y, xx, xy, yy;     /* sums */
} Moments;

static Moments gather(const rt_net *net, const rt_record *r, int first, int last)
{
    Moments m = { 0 };
    double depth = 0;
    for (int i = first; i <= last; i++) {
        if (!net->layer[i].layer->in_flow)
            continue;
        const double x = depth++, d = r->layer[i].watch.delta_rms;
        if (!(d > 0 && isfinite(d)))
            continue;
        const double y = log10(d);
        m.n++, m.x += x, m.y += y;
        m.xx += x * x, m.xy += x * y, m.yy += y * y;
    }
    return m;
}

double rt_decades_per_layer(const rt_net *net, const rt_record *r, double *r2)
{
    int first, last;
    *r2 = NAN;
    if (!rt_flow_ends(net, &first, &last))
        return NAN;
    const Moments m = gather(net, r, first, last);
    if (m.n < 2)
        return NAN;
    const double sxx = m.xx - m.x * m.x / m.n;
    const double sxy = m.xy - m.x * m.y / m.n;
    const double syy = m.yy - m.y * m.y / m.n;
    *r2 = syy > 1e-12 * m.yy ? sxy * sxy / (sxx * syy) : 1;
    return -sxy / sxx;
}
