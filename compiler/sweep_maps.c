/* sweep_maps.c -- the maps of a sweep's page: for each pair of axes, and each choice of the others,
 * the flow that was predicted beside the one that was measured, and the accuracy; a table each. */
#include "sweep.h"

#include <math.h>
#include <string.h>

#include "runtime/html.h"

typedef enum { MAP_PREDICTED, MAP_FLOW, MAP_MEASURE, N_MAPS } MapKind;

/* Two axes (of one there is one row), and what the others have. */
typedef struct {
    const Sweep *s;
    FILE *out;
    Measure measure;
    double least, largest;          /* of the measure, over all points */
    int row, column;                /* axes; row -1: there is one axis */
    int *choice;
} Pair;

static double value_of(const Pair *m, const Point *p, MapKind kind)
{
    if (kind == MAP_PREDICTED)
        return p->predicted;
    if (kind == MAP_MEASURE)
        return sweep_measured(p, m->measure);
    return p->status <= POINT_DIVERGED ? p->measured.flow_first : NAN;
}

/* By decades from 1: within half a decade, within two, .. ten, more. */
static const char *flow_class(double flow)
{
    static const char *const less[] = { "v1", "v2", "v3", "v4", "v5", "v6" };
    static const char *const more[] = { "e1", "e2", "e3", "e4", "e5", "e6" };
    const double decades = flow > 0 ? log10(flow) : -INFINITY;
    const int k = fabs(decades) > 10 ? 5 : (int)fmin(fmax(ceil(fabs(decades) / 2) - 1, 0), 5);

    return isnan(flow) ? "" : fabs(decades) <= 0.5 ? "z" : decades < 0 ? less[k] : more[k];
}

/* An accuracy from 0 to 1; a loss from the largest to the least. */
static const char *measure_class(const Pair *m, double value)
{
    static const char *const name[] = { "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7" };
    const double range = m->largest - m->least;
    const double good = !m->measure.is_loss ? value
                      : range > 0 ? (m->largest - value) / range : 1;

    return isfinite(value) ? name[(int)fmin(fmax(good * 8, 0), 7)] : "";
}

static void put_value(const Pair *m, MapKind kind, const Point *p)
{
    const double value = value_of(m, p, kind);

    if (isfinite(value) && kind == MAP_MEASURE && !m->measure.is_loss)
        fprintf(m->out, "%.2f", value);
    else if (isfinite(value))
        fprintf(m->out, fabs(value) >= 100 && fabs(value) < 1e4 ? "%.0f" : "%.2g", value);
    else if (kind == MAP_PREDICTED)
        fputs("–", m->out);
    else
        fputs(p->status == POINT_UNEXPECTED ? "–" : sweep_status_word(p->status), m->out);
}

/* The cell of a point; one that a `where` left out is empty. */
static void put_cell(const Pair *m, MapKind kind)
{
    const int at = m->s->at[sweep_place(m->s, m->choice)];
    const Point *p = at >= 0 ? &m->s->point[at] : NULL;

    if (!p) {
        fputs("<td></td>", m->out);
        return;
    }
    const double value = value_of(m, p, kind);
    const bool lost = kind != MAP_PREDICTED && p->status >= POINT_DIVERGED
                   && p->status <= POINT_REFUSED && !isfinite(value);
    const char *name = lost ? "x" : kind == MAP_MEASURE ? measure_class(m, value)
                                                        : flow_class(value);
    fprintf(m->out, "<td class=\"%s\">", name);
    sweep_link(m->s, p, m->out);
    put_value(m, kind, p);
    fputs("</a></td>", m->out);
}

/* A narrow column: a long word may be broken behind an underscore or a bracket. */
static void put_breakable(const char *text, FILE *out)
{
    char piece[2] = "";

    for (; *text; text++) {
        piece[0] = *text;
        rt_html_text(out, piece);
        if (*text == '_' || *text == '(')
            fputs("<wbr>", out);
    }
}

static void put_head(const Pair *m)
{
    const SweepAxis *column = &m->s->axis[m->column];

    fputs("<thead><tr><th scope=\"col\">", m->out);
    if (m->row >= 0)
        fprintf(m->out, "%s \\ ", m->s->axis[m->row].name);
    fprintf(m->out, "%s</th>", column->name);
    for (int i = 0; i < column->n; i++) {
        fputs("<th scope=\"col\">", m->out);
        put_breakable(m->s->text[m->column][i], m->out);
        fputs("</th>", m->out);
    }
    fputs("</tr></thead>\n", m->out);
}

static void put_row(const Pair *m, MapKind kind, int i)
{
    fputs("<tr><th scope=\"row\">", m->out);
    if (m->row >= 0) {
        m->choice[m->row] = i;
        rt_html_text(m->out, m->s->text[m->row][i]);
    }
    fputs("</th>", m->out);
    for (int k = 0; k < m->s->axis[m->column].n; k++) {
        m->choice[m->column] = k;
        put_cell(m, kind);
    }
    fputs("</tr>\n", m->out);
}

static void put_map(const Pair *m, MapKind kind)
{
    static const char *const title[] = { "predicted flow", "measured flow, at step 0" };
    const int rows = m->row >= 0 ? m->s->axis[m->row].n : 1;

    fprintf(m->out, "<table class=\"map\"><caption>%s</caption>\n",
            kind == MAP_MEASURE ? m->measure.name : title[kind]);
    put_head(m);
    fputs("<tbody>\n", m->out);
    for (int i = 0; i < rows; i++)
        put_row(m, kind, i);
    fputs("</tbody></table>\n", m->out);
}

/* "depth = 5", of the axes that the map does not show. */
static void put_others(const Pair *m)
{
    const char *gap = "";

    fputs("<h3>", m->out);
    for (int k = 0; k < m->s->n_axes; k++) {
        if (k == m->row || k == m->column)
            continue;
        fprintf(m->out, "%s%s = ", gap, m->s->axis[k].name);
        rt_html_text(m->out, m->s->text[k][m->choice[k]]);
        gap = ", ";
    }
    fputs("</h3>\n", m->out);
}

/* The next choice of the other axes; false behind the last. */
static bool next_others(const Pair *m)
{
    for (int k = m->s->n_axes - 1; k >= 0; k--) {
        if (k == m->row || k == m->column)
            continue;
        if (++m->choice[k] < m->s->axis[k].n)
            return true;
        m->choice[k] = 0;
    }
    return false;
}

static void put_pair(const Pair *m, bool open)
{
    memset(m->choice, 0, sizeof *m->choice * (size_t)m->s->n_axes);
    fprintf(m->out, "<details%s><summary>", open ? " open" : "");
    if (m->row >= 0)
        fprintf(m->out, "%s by ", m->s->axis[m->row].name);
    fprintf(m->out, "%s</summary>\n", m->s->axis[m->column].name);
    do {
        put_others(m);
        fputs("<div class=\"maps\">\n", m->out);
        for (MapKind kind = MAP_PREDICTED; kind < N_MAPS; kind++) {
            fputs("<div class=\"wide\">", m->out);
            put_map(m, kind);
            fputs("</div>\n", m->out);
        }
        fputs("</div>\n", m->out);
    } while (next_others(m));
    fputs("</details>\n", m->out);
}

static void find_range(Pair *m)
{
    m->least = INFINITY;
    m->largest = -INFINITY;
    for (int i = 0; i < m->s->n_points; i++) {
        const double value = sweep_measured(&m->s->point[i], m->measure);
        if (!isfinite(value))
            continue;
        m->least = fmin(m->least, value);
        m->largest = fmax(m->largest, value);
    }
}

void sweep_maps(const Sweep *s, FILE *out)
{
    enum { OPEN_CELLS = 4000 };     /* more than that a reader opens one by one */
    Pair m = { .s = s, .out = out, .measure = sweep_measure(s), .row = -1,
              .choice = arena_array(s->arena, int, s->n_axes) };
    bool open = true;

    find_range(&m);
    if (s->n_axes == 1)
        put_pair(&m, true);
    for (m.row = 0; m.row < s->n_axes; m.row++)
        for (m.column = m.row + 1; m.column < s->n_axes; m.column++) {
            put_pair(&m, open);
            open = s->n_product * s->n_axes * N_MAPS < OPEN_CELLS;
        }
}

void sweep_legend(FILE *out)
{
    static const struct { double flow; const char *text; } step[] = {
        { 0, "&lt; 1e-10" }, { 1e-9, "&lt; 1e-8" }, { 1e-7, "&lt; 1e-6" }, { 1e-5, "&lt; 1e-4" },
        { 1e-3, "&lt; 0.01" }, { 0.1, "&lt; 0.3" }, { 1, "about 1" }, { 10, "&gt; 3" },
        { 1e3, "&gt; 100" }, { 1e5, "&gt; 1e4" }, { 1e7, "&gt; 1e6" }, { 1e9, "&gt; 1e8" },
        { 1e11, "&gt; 1e10" },
    };

    fputs("<div class=\"wide\"><table class=\"legend\"><caption>flow: the gradient at the first "
          "layer over that at the last hidden one; hatched: no number</caption><tr>", out);
    for (size_t i = 0; i < countof(step); i++)
        fprintf(out, "<td class=\"%s\">%s</td>", flow_class(step[i].flow), step[i].text);
    fputs("</tr></table></div>\n", out);
}
