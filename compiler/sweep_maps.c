/* sweep_maps.c -- the maps of a sweep's page: for each pair of axes, and each choice of the others,
 * the flow that was predicted beside the one that was measured, and the accuracy; a table each.
 *
 * With several seeds a cell has the mean of its seeds, and under it the least and the largest; maps
 * with the seed as an axis follow. */
#include "sweep.h"

#include <math.h>
#include <string.h>

#include "runtime/html.h"

enum { N_MAPS = 3 };                /* predicted flow, flow, accuracy or loss */

/* Two axes (of one there is one row), and what the others have. */
typedef struct {
    const Sweep *s;
    FILE *out;
    Measure measure[N_MAPS];
    double least, largest;          /* of the last, over all points */
    int row, column;                /* axes; row -1: there is one axis */
    int seeds;                      /* the axis that a cell is the mean of; -1: none */
    int *choice;
} Pair;

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
static const char *measure_class(const Pair *m, Measure measure, double value)
{
    static const char *const name[] = { "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7" };
    const double range = m->largest - m->least;
    const double good = !measure.is_loss ? value : range > 0 ? (m->largest - value) / range : 1;

    if (measure.is_flow)
        return flow_class(value);
    return isfinite(value) ? name[(int)fmin(fmax(good * 8, 0), 7)] : "";
}

static void put_number(const Pair *m, Measure measure, double value)
{
    if (!measure.is_flow && !measure.is_loss)
        fprintf(m->out, "%.2f", value);
    else
        fprintf(m->out, fabs(value) >= 100 && fabs(value) < 1e4 ? "%.0f" : "%.2g", value);
}

static void put_value(const Pair *m, Measure measure, const Point *p)
{
    const double value = sweep_measured(p, measure);

    if (isfinite(value))
        put_number(m, measure, value);
    else if (measure.is_forecast || p->status == POINT_UNEXPECTED)
        fputs("–", m->out);
    else
        fputs(sweep_status_word(p->status), m->out);
}

static void put_point(const Pair *m, Measure measure, const Point *p)
{
    const double value = sweep_measured(p, measure);
    const bool lost = !measure.is_forecast && p->status >= POINT_DIVERGED
                   && p->status <= POINT_REFUSED && !isfinite(value);

    fprintf(m->out, "<td class=\"%s\">", lost ? "x" : measure_class(m, measure, value));
    sweep_link(m->s, p, m->out);
    put_value(m, measure, p);
    fputs("</a></td>", m->out);
}

/* "0.93", and under it "0.91 – 0.95", "2 of 3": it leads to the row of its seeds. */
static void put_spread(const Pair *m, Measure measure, Spread spread)
{
    const bool lost = spread.n == 0 && spread.lost > 0 && !measure.is_forecast;

    fprintf(m->out, "<td class=\"%s\"><a href=\"#seeds-%d\">",
            lost ? "x" : measure_class(m, measure, spread.mean), sweep_place(m->s, m->choice));
    if (spread.n == 0)
        fputs("–", m->out);
    else
        put_number(m, measure, spread.mean);
    if (spread.least < spread.largest) {
        fputs("<small><span>", m->out);
        put_number(m, measure, spread.least);
        fputs("</span> – <span>", m->out);
        put_number(m, measure, spread.largest);
        fputs("</span></small>", m->out);
    }
    if (spread.n < spread.points)
        fprintf(m->out, "<small>%d of %d</small>", spread.n, spread.points);
    fputs("</a></td>", m->out);
}

/* The cell of a point, or of its seeds; one that a `where` left out is empty. */
static void put_cell(const Pair *m, Measure measure)
{
    const int at = m->s->at[sweep_place(m->s, m->choice)];
    const Spread spread = m->seeds >= 0 ? sweep_spread(m->s, m->choice, measure) : (Spread){ 0 };

    if (spread.points > 0)
        put_spread(m, measure, spread);
    else if (m->seeds < 0 && at >= 0)
        put_point(m, measure, &m->s->point[at]);
    else
        fputs("<td></td>", m->out);
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

static void put_row(const Pair *m, Measure measure, int i)
{
    fputs("<tr><th scope=\"row\">", m->out);
    if (m->row >= 0) {
        m->choice[m->row] = i;
        rt_html_text(m->out, m->s->text[m->row][i]);
    }
    fputs("</th>", m->out);
    for (int k = 0; k < m->s->axis[m->column].n; k++) {
        m->choice[m->column] = k;
        put_cell(m, measure);
    }
    fputs("</tr>\n", m->out);
}

static void put_map(const Pair *m, Measure measure)
{
    const int rows = m->row >= 0 ? m->s->axis[m->row].n : 1;

    fprintf(m->out, "<table class=\"map\"><caption>%s</caption>\n", measure.name);
    put_head(m);
    fputs("<tbody>\n", m->out);
    for (int i = 0; i < rows; i++)
        put_row(m, measure, i);
    fputs("</tbody></table>\n", m->out);
}

/* "depth = 5", of the axes that the map does not show. */
static void put_others(const Pair *m)
{
    const char *gap = "<h3>";

    for (int k = 0; k < m->s->n_axes; k++) {
        if (k == m->row || k == m->column || k == m->seeds)
            continue;
        fprintf(m->out, "%s%s = ", gap, m->s->axis[k].name);
        rt_html_text(m->out, m->s->text[k][m->choice[k]]);
        gap = ", ";
    }
    fputs(*gap == '<' ? "" : "</h3>\n", m->out);
}

/* The next choice of the other axes; false behind the last. */
static bool next_others(const Pair *m)
{
    for (int k = m->s->n_axes - 1; k >= 0; k--) {
        if (k == m->row || k == m->column || k == m->seeds)
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
    fprintf(m->out, "%s%s</summary>\n", m->s->axis[m->column].name,
            m->seeds >= 0 ? ", over seeds" : "");
    do {
        put_others(m);
        fputs("<div class=\"maps\">\n", m->out);
        for (int k = 0; k < N_MAPS; k++) {
            fputs("<div class=\"wide\">", m->out);
            put_map(m, m->measure[k]);
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
        const double value = sweep_measured(&m->s->point[i], m->measure[N_MAPS - 1]);
        if (!isfinite(value))
            continue;
        m->least = fmin(m->least, value);
        m->largest = fmax(m->largest, value);
    }
}

/* All pairs of axes, with the seed among them or without. */
static void put_pairs(Pair *m, int seed, bool with_seed, bool open)
{
    enum { OPEN_CELLS = 4000 };     /* more than that a reader opens one by one */
    const bool is_small = m->s->n_product * m->s->n_axes * N_MAPS < OPEN_CELLS;

    for (m->row = 0; m->row < m->s->n_axes; m->row++)
        for (m->column = m->row + 1; m->column < m->s->n_axes; m->column++) {
            if (seed >= 0 && (m->row == seed || m->column == seed) != with_seed)
                continue;
            put_pair(m, open);
            open = is_small;
        }
}

void sweep_maps(const Sweep *s, FILE *out)
{
    const int seed = sweep_seeds(s);
    Pair m = { .s = s, .out = out, .row = -1, .seeds = seed,
               .measure = { sweep_predicted_flow, sweep_first_flow, sweep_measure(s) },
               .choice = arena_array(s->arena, int, s->n_axes) };

    find_range(&m);
    if (s->n_axes == 1 || (seed >= 0 && s->n_axes == 2)) {
        m.column = seed == 0;
        put_pair(&m, true);
    }
    put_pairs(&m, seed, false, true);
    m.seeds = -1;
    if (seed >= 0)
        put_pairs(&m, seed, true, false);
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
