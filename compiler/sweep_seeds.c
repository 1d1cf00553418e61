/* sweep_seeds.c -- points of a sweep that differ in their seed alone: mean, least and largest. */
#include "sweep.h"

#include <math.h>
#include <string.h>

#include "runtime/html.h"

int sweep_seeds(const Sweep *s)
{
    for (int k = 0; k < s->n_axes && s->n_axes > 1; k++)
        if (s->axis[k].setting && strcmp(s->axis[k].name, "seed") == 0 && s->axis[k].n > 1)
            return k;
    return -1;
}

/* From one seed to the next a step in the product; the first is that of the choice. */
static const Point *with_seed(const Sweep *s, const int *choice, int seed)
{
    int step = 1;

    for (int k = s->n_axes - 1; k > sweep_seeds(s); k--)
        step *= s->axis[k].n;
    const int at = s->at[sweep_place(s, choice) + seed * step];
    return at >= 0 ? &s->point[at] : NULL;
}

Spread sweep_spread(const Sweep *s, const int *choice, Measure m)
{
    Spread r = { .mean = NAN, .least = NAN, .largest = NAN };
    double sum = 0;

    for (int i = 0; i < s->axis[sweep_seeds(s)].n; i++) {
        const Point *p = with_seed(s, choice, i);
        const double value = p ? sweep_measured(p, m) : NAN;
        r.points += p != NULL;
        if (!isfinite(value)) {
            r.lost += p && p->status >= POINT_DIVERGED && p->status <= POINT_REFUSED;
            continue;
        }
        r.n++;
        sum += m.is_flow ? log10(value) : value;
        r.least = fmin(r.least, value);
        r.largest = fmax(r.largest, value);
    }
    if (r.n > 0)
        r.mean = m.is_flow ? pow(10, sum / r.n) : sum / r.n;
    return r;
}

/* The next choice of the axes but the seed; false behind the last. */
static bool next(const Sweep *s, int *choice)
{
    for (int k = s->n_axes - 1; k >= 0; k--) {
        if (k == sweep_seeds(s))
            continue;
        if (++choice[k] < s->axis[k].n)
            return true;
        choice[k] = 0;
    }
    return false;
}

static int *first(const Sweep *s)
{
    int *choice = arena_array(s->arena, int, s->n_axes);

    memset(choice, 0, sizeof *choice * (size_t)s->n_axes);
    return choice;
}

/* ---- seeds.csv -------------------------------------------------------------------------- */

static const Measure column[] = {
    { .name = "loss_train", .offset = offsetof(Point, measured.loss_train) },
    { .name = "loss_test", .offset = offsetof(Point, measured.loss_test) },
    { .name = "accuracy_train", .offset = offsetof(Point, measured.accuracy_train) },
    { .name = "accuracy_test", .offset = offsetof(Point, measured.accuracy_test) },
    { .name = "flow_first", .offset = offsetof(Point, measured.flow_first), .is_flow = true },
    { .name = "flow_last", .offset = offsetof(Point, measured.flow_last), .is_flow = true },
    { .name = "predicted_flow", .offset = offsetof(Point, predicted), .is_flow = true,
      .is_forecast = true },
};

static int count_ended(const Sweep *s, const int *choice)
{
    int n = 0;

    for (int i = 0; i < s->axis[sweep_seeds(s)].n; i++) {
        const Point *p = with_seed(s, choice, i);
        n += p && p->status <= POINT_DIVERGED;
    }
    return n;
}

static void put_row(const Sweep *s, const int *choice, FILE *out)
{
    for (int k = 0; k < s->n_axes; k++)
        if (k != sweep_seeds(s)) {
            sweep_csv_field(s->text[k][choice[k]], out);
            putc(',', out);
        }
    fprintf(out, "%d,%d", sweep_spread(s, choice, sweep_predicted_flow).points,
            count_ended(s, choice));
    for (size_t i = 0; i < countof(column); i++) {
        const Spread spread = sweep_spread(s, choice, column[i]);
        sweep_csv_number(spread.mean, out);
        sweep_csv_number(spread.least, out);
        sweep_csv_number(spread.largest, out);
    }
    putc('\n', out);
}

void sweep_seeds_csv(const Sweep *s, FILE *out)
{
    int *choice = first(s);
    const char *own = ",points,ended";

    for (size_t i = 0; i < countof(column); i++)
        own = arena_printf(s->arena, "%s,%s_mean,%s_min,%s_max", own, column[i].name,
                           column[i].name, column[i].name);
    for (int k = 0; k < s->n_axes; k++)
        if (k != sweep_seeds(s)) {
            sweep_csv_axis(s, k, own, out);
            putc(',', out);
        }
    fprintf(out, "%s\n", own + 1);
    do {
        if (sweep_spread(s, choice, sweep_predicted_flow).points > 0)
            put_row(s, choice, out);
    } while (next(s, choice));
}

/* ---- The table of the page -------------------------------------------------------------- */

static void put_spread(Spread spread, FILE *out)
{
    sweep_figure(spread.mean, 3, out);
    sweep_figure(spread.least, 3, out);
    sweep_figure(spread.largest, 3, out);
}

static void put_runs(const Sweep *s, const int *choice, FILE *out)
{
    const int axis = sweep_seeds(s);

    fputs("<td class=\"t\">", out);
    for (int i = 0; i < s->axis[axis].n; i++) {
        const Point *p = with_seed(s, choice, i);
        if (!p)
            continue;
        sweep_link(s, p, out);
        rt_html_text(out, s->text[axis][i]);
        fputs("</a> ", out);
    }
    fputs("</td></tr>\n", out);
}

static void put_combination(const Sweep *s, const int *choice, Measure measure, FILE *out)
{
    fprintf(out, "<tr id=\"seeds-%d\">", sweep_place(s, choice));
    for (int k = 0; k < s->n_axes; k++) {
        if (k == sweep_seeds(s))
            continue;
        fputs("<td class=\"t\">", out);
        rt_html_text(out, s->text[k][choice[k]]);
        fputs("</td>", out);
    }
    put_spread(sweep_spread(s, choice, measure), out);
    sweep_figure(sweep_spread(s, choice, sweep_predicted_flow).mean, 2, out);
    put_spread(sweep_spread(s, choice, sweep_first_flow), out);
    put_runs(s, choice, out);
}

void sweep_seeds_table(const Sweep *s, FILE *out)
{
    const Measure measure = sweep_measure(s);
    int *choice = first(s);

    fputs("<h2>Over seeds</h2>\n<div class=\"wide\"><table><thead><tr>", out);
    for (int k = 0; k < s->n_axes; k++)
        if (k != sweep_seeds(s))
            fprintf(out, "<th scope=\"col\">%s</th>", s->axis[k].name);
    fprintf(out, "<th scope=\"col\">%s, mean</th><th scope=\"col\">least</th>"
                 "<th scope=\"col\">largest</th><th scope=\"col\">predicted flow</th>"
                 "<th scope=\"col\">flow at step 0, mean</th><th scope=\"col\">least</th>"
                 "<th scope=\"col\">largest</th><th scope=\"col\">seeds</th></tr></thead>\n"
                 "<tbody>\n", measure.name);
    do {
        if (sweep_spread(s, choice, sweep_predicted_flow).points > 0)
            put_combination(s, choice, measure, out);
    } while (next(s, choice));
    fputs("</tbody></table></div>\n", out);
}
