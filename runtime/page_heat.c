/* page_heat.c -- the map of log10 delta, layers by steps, drawn without a script. */
#include <stdlib.h>

#include "figures.h"
#include "html.h"
#include "page.h"
#include "png.h"
#include "viridis.h"

enum { WIDTH = 960, LEFT = 150, RIGHT = 64, TOP = 14, AXIS = 22, LEGEND = 40, HEIGHT = 460,
       MOST_ROW = 24 };

typedef struct {
    FILE *out;
    const rt_kept *kept;
    double low, high;               /* decades */
    double row, column;             /* sizes of a cell */
} Map;

static void scale_of(const rt_kept *k, double *low, double *high)
{
    *low = INFINITY, *high = -INFINITY;
    for (size_t i = 0; i < k->n_layers * k->n_columns; i++) {
        const double decade = log10(k->cell[RT_KEPT_DELTA][i]);
        if (isfinite(decade)) {
            *low = fmin(*low, floor(decade));
            *high = fmax(*high, ceil(decade));
        }
    }
    if (!isfinite(*low))
        *low = -3, *high = 0;
    if (*high - *low < 3)
        *low = *high - 3;
}

static Map map_of(FILE *out, const rt_kept *k)
{
    Map m = { .out = out, .kept = k };

    scale_of(k, &m.low, &m.high);
    m.row = fmin(MOST_ROW, (double)HEIGHT / (double)k->n_layers);
    m.column = (double)(WIDTH - LEFT - RIGHT) / (double)k->n_columns;
    return m;
}

/* ---- The cells --------------------------------------------------------------------------- */

static void colour(const Map *m, double delta, unsigned char *rgba)
{
    if (!(delta > 0) || isinf(delta))
        return;
    const uint32_t c = rt_viridis_at((log10(delta) - m->low) / (m->high - m->low));
    for (int i = 0; i < 3; i++)
        rgba[i] = (unsigned char)(c >> (16 - 8 * i));
    rgba[3] = 255;
}

static bool put_picture(const Map *m, rt_error *e)
{
    const rt_kept *k = m->kept;
    const size_t n = k->n_layers * k->n_columns;
    unsigned char *rgba = calloc(n, 4);

    if (!rgba)
        return rt_fail(e, "%s: out of memory", k->path);
    for (size_t i = 0; i < n; i++)
        colour(m, k->cell[RT_KEPT_DELTA][i], rgba + 4 * i);
    fprintf(m->out, "<image x=\"%d\" y=\"%d\" width=\"%d\" height=\"%.2f\" "
            "preserveAspectRatio=\"none\" href=\"data:image/png;base64,", LEFT, TOP,
            WIDTH - LEFT - RIGHT, m->row * (double)k->n_layers);
    const bool ok = rt_png_base64(m->out, rgba, k->n_columns, k->n_layers, e);
    fputs("\"/>\n", m->out);
    free(rgba);
    return ok;
}

/* Cells without a colour: those that are not finite, those that are exactly zero. */
typedef bool Kind(float delta);
static bool is_lost(float delta) { return isinf(delta); }
static bool is_zero(float delta) { return delta >= 0 && !(delta > 0); }

static void put_runs(const Map *m, size_t layer, Kind *is_kind, const char *pattern)
{
    const rt_kept *k = m->kept;

    for (size_t from = 0, to; from < k->n_columns; from = to + 1) {
        for (to = from; to < k->n_columns; to++)
            if (!is_kind(rt_kept_cell(k, RT_KEPT_DELTA, layer, to)))
                break;
        if (to > from)
            fprintf(m->out, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
                    "fill=\"url(#%s)\"/>\n", LEFT + m->column * (double)from,
                    TOP + m->row * (double)layer, m->column * (double)(to - from), m->row, pattern);
    }
}

/* ---- Around them ------------------------------------------------------------------------- */

static void put_layers(const Map *m)
{
    const rt_kept *k = m->kept;
    const size_t every = (size_t)ceil(12 / m->row);

    for (size_t i = 0; i < k->n_layers; i += every) {
        fprintf(m->out, "<text class=\"end\" x=\"%d\" y=\"%.1f\">", LEFT - 6,
                TOP + m->row * ((double)i + 0.5) + 4);
        rt_html_text(m->out, k->layer[i].name);
        fputs("</text>\n", m->out);
    }
}

static void put_steps(const Map *m)
{
    const rt_kept *k = m->kept;
    const size_t labels = k->n_columns < 8 ? k->n_columns : 8;
    const double y = TOP + m->row * (double)k->n_layers + 15;

    for (size_t i = 0; i < labels; i++) {
        const size_t at = labels > 1 ? i * (k->n_columns - 1) / (labels - 1) : 0;
        fprintf(m->out, "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%s%lld</text>\n",
                LEFT + m->column * ((double)at + 0.5), y, i ? "" : "step ",
                (long long)k->column[at].step);
    }
}

static void put_clipped(const Map *m)
{
    fputs("<path class=\"clip\" d=\"", m->out);
    for (size_t i = 0; i < m->kept->n_columns; i++)
        if (m->kept->column[i].clipped)
            fprintf(m->out, "M%.1f %dV%d", LEFT + m->column * ((double)i + 0.5), TOP - 8, TOP - 2);
    fputs("\"><title>steps whose gradient was clipped</title></path>\n", m->out);
}

/* Beside the map, over the rows that a skip passes. */
static void put_skips(const Map *m)
{
    const rt_kept *k = m->kept;

    for (size_t i = 0; i < k->n_edges; i++) {
        const double from = k->vertex[k->edge[i].from].depth, to = k->vertex[k->edge[i].to].depth;
        const double passed = ceil(to - 0.5) - floor(from + 0.5);
        if (!(passed >= 1))
            continue;
        const double wide = fmin(RIGHT - 6, 14 + 5 * passed) * 4 / 3;
        fprintf(m->out, "<path class=\"skip\" d=\"M%d %.1fc%.1f 0 %.1f %.1f 0 %.1f\"/>\n",
                WIDTH - RIGHT + 3, TOP + m->row * from, wide, wide, m->row * (to - from),
                m->row * (to - from));
    }
}

static void put_legend(const Map *m, double y)
{
    fprintf(m->out, "<g transform=\"translate(%d %.1f)\">\n", LEFT, y);
    for (int i = 0; i < RT_VIRIDIS; i++)
        fprintf(m->out, "<rect x=\"%d\" width=\"14\" height=\"10\" fill=\"#%06x\"/>", 14 * i,
                rt_viridis[i]);
    fprintf(m->out, "\n<text y=\"24\">1e%.0f</text><text class=\"end\" x=\"%d\" y=\"24\">1e%.0f"
            "</text>", m->low, 14 * RT_VIRIDIS, m->high + 0.0);
    fputs("<text x=\"252\" y=\"10\">delta, dL/dz</text>"
          "<rect x=\"360\" width=\"14\" height=\"10\" fill=\"url(#zero)\"/>"
          "<text x=\"380\" y=\"10\">exactly 0</text>"
          "<rect x=\"460\" width=\"14\" height=\"10\" fill=\"url(#lost)\"/>"
          "<text x=\"480\" y=\"10\">not finite</text>"
          "<path class=\"clip\" d=\"M570 2V8\"/><text x=\"578\" y=\"10\">clipped</text>\n</g>\n",
          m->out);
}

static const char patterns[] =
    "<defs><pattern id=\"lost\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
    "<rect width=\"6\" height=\"6\" class=\"lost-ground\"/>"
    "<path class=\"lost-line\" d=\"M-1 1L1 -1M0 6L6 0M5 7L7 5\"/></pattern>"
    "<pattern id=\"zero\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
    "<circle class=\"zero-dot\" cx=\"2.5\" cy=\"2.5\" r=\"1\"/></pattern></defs>\n";

/* Where a script finds the cells. */
static void put_open(const Map *m)
{
    const double high = m->row * (double)m->kept->n_layers;

    fprintf(m->out, "<svg id=\"heat\" viewBox=\"0 0 %d %.0f\" data-x=\"%d\" data-y=\"%d\" "
            "data-row=\"%.4f\" data-column=\"%.4f\" data-low=\"%.0f\" data-high=\"%.0f\" "
            "role=\"img\" aria-label=\"log10 of delta by layer and step\">\n", WIDTH,
            TOP + high + AXIS + LEGEND, LEFT, TOP, m->row, m->column, m->low, m->high);
    fputs(patterns, m->out);
    fprintf(m->out, "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%.2f\"/>\n",
            LEFT, TOP, WIDTH - LEFT - RIGHT, high);
}

bool rt_page_heat(FILE *out, const rt_kept *k, rt_error *e)
{
    if (k->n_layers == 0 || k->n_columns == 0) {
        fputs("<p>No step was watched.</p>\n", out);
        return true;
    }
    const Map m = map_of(out, k);
    put_open(&m);
    if (!put_picture(&m, e))
        return false;
    for (size_t i = 0; i < k->n_layers; i++) {
        put_runs(&m, i, is_lost, "lost");
        put_runs(&m, i, is_zero, "zero");
    }
    put_layers(&m);
    put_steps(&m);
    put_clipped(&m);
    put_skips(&m);
    put_legend(&m, TOP + m.row * (double)k->n_layers + AXIS + 6);
    fputs("</svg>\n", out);
    return true;
}
