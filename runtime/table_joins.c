/* table_joins.c -- by which path the gradient comes through residuals and parallels. */
#include <string.h>

#include "figures.h"
#include "table.h"

enum { LEAST_NAME = 8, ROW_NAME = 160 };

/* A residual is one row, its skip against its body; a parallel is a row for each branch. */
typedef enum { RESIDUALS, PARALLELS } Kind;

static bool is_of(const rt_net *net, int layer, Kind kind)
{
    const rt_layer *l = net->layer[layer].layer;
    const Kind is = strcmp(l->kind, "residual") == 0 ? RESIDUALS : PARALLELS;
    return l->paths > 0 && l->watched && !l->unlisted && is == kind;
}

static int told_paths(const rt_layer *l)
{
    return l->paths < RT_PATHS ? l->paths : RT_PATHS;
}

static double sum_of_paths(const rt_watch *w, const rt_layer *l)
{
    double sum = 0;
    for (int i = 0; i < told_paths(l); i++)
        sum += w->path_rms[i];
    return sum;
}

/* The share of one path, at the end of a row; `used`: columns before the bar. */
static void put_share(const rt_style *s, const rt_layer_info *info, const rt_watch *w, int path,
                      int used)
{
    char percent[RT_FIGURE];
    const double sum = sum_of_paths(w, info->layer);
    if (info->unused || !(sum > 0 && isfinite(sum))) {
        rt_tone_on(s, RT_BAD);
        fputs(info->unused ? "unused" : sum <= 0 ? "no gradient" : "not finite", s->out);
        rt_tone_off(s, RT_BAD);
        putc('\n', s->out);
        return;
    }
    const double share = w->path_rms[path] / sum;
    const int width = s->width - used - 7;
    const int blanks = share > 0 ? rt_bar(s, share, width) : width;
    fprintf(s->out, "%*s\n", blanks + 7, rt_percent(percent, share));
}

static void put_residual(const rt_style *s, const rt_layer_info *info, const rt_watch *w, int name)
{
    char skip[RT_FIGURE], body[RT_FIGURE];
    rt_put_name(s, info->path, name);
    fprintf(s->out, " %7s %7s  ", rt_figure(skip, w->path_rms[0]), rt_figure(body, w->path_rms[1]));
    put_share(s, info, w, 0, name + 18);
}

static void name_branch(char text[ROW_NAME], const rt_layer_info *info, int branch)
{
    snprintf(text, ROW_NAME, "%.128s branch %d", info->path, branch);
}

static void put_parallel(const rt_style *s, const rt_layer_info *info, const rt_watch *w, int name)
{
    const int told = told_paths(info->layer);
    for (int i = 0; i < told; i++) {
        char text[ROW_NAME], rms[RT_FIGURE];
        name_branch(text, info, i);
        rt_put_name(s, text, name);
        fprintf(s->out, " %7s  ", rt_figure(rms, w->path_rms[i]));
        put_share(s, info, w, i, name + 10);
    }
    rt_put_dots(s, info->layer->paths - told);
}

static int width_of_names(const rt_net *net, const bool *shown, Kind kind)
{
    int name = 0;
    for (int i = 0; i < net->n_layers; i++) {
        char text[ROW_NAME];
        if (!shown[i] || !is_of(net, i, kind))
            continue;
        snprintf(text, sizeof text, "%.128s", net->layer[i].path);
        if (kind == PARALLELS)
            name_branch(text, &net->layer[i], 0);
        name = rt_name_width(text, name ? name : LEAST_NAME);
    }
    return name;
}

static void put_heading(const rt_style *s, Kind kind, int name)
{
    const char *const share = kind == RESIDUALS ? "share of dL/dx by the skip"
                                                : "share of dL/dx by the branch";
    rt_tone_on(s, RT_DIM);
    const int used = kind == RESIDUALS
        ? fprintf(s->out, "%-*s %7s %7s  ", name, "residual", "skip", "body")
        : fprintf(s->out, "%-*s %7s  ", name, "parallel", "dL/dx");
    fputs(used + (int)strlen(share) <= s->width ? share : "share", s->out);
    rt_tone_off(s, RT_DIM);
    putc('\n', s->out);
}

static void put_joins(const rt_history *h, const rt_record *r, const bool *shown,
                      const rt_style *s, Kind kind)
{
    const int name = width_of_names(h->net, shown, kind);
    int left_out = 0;
    if (name == 0)
        return;
    put_heading(s, kind, name);
    for (int i = 0; i < h->net->n_layers; i++) {
        if (!is_of(h->net, i, kind))
            continue;
        if (!shown[i]) {
            left_out++;
            continue;
        }
        rt_put_dots(s, left_out);
        left_out = 0;
        (kind == RESIDUALS ? put_residual : put_parallel)(s, &h->net->layer[i], &r->layer[i].watch,
                                                          name);
    }
    rt_put_dots(s, left_out);
}

void rt_join_tables(const rt_history *h, const rt_record *r, const bool *shown, const rt_style *s)
{
    put_joins(h, r, shown, s, RESIDUALS);
    put_joins(h, r, shown, s, PARALLELS);
}
