/* sweep_summary.c -- what came of a sweep, in 80 columns: a row for each value of each axis. */
#include "sweep.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Of n values, which it sorts; NAN: there are none. */
static double median(double *value, int n)
{
    qsort(value, (size_t)n, sizeof *value, compare);
    return n == 0 ? NAN : n % 2 ? value[n / 2] : (value[n / 2 - 1] + value[n / 2]) / 2;
}

/* Flows are compared by their decades: a flow of 0 has infinitely many. */
static double decades(double flow) { return flow >= 0 ? log10(flow) : NAN; }

/* The median of the points that have this value on the axis. */
static double median_of(const Sweep *s, int axis, int value, Measure m)
{
    double *list = arena_array(s->arena, double, s->n_points + 1);
    int n = 0;

    for (int i = 0; i < s->n_points; i++) {
        const double x = sweep_measured(&s->point[i], m), y = m.is_flow ? decades(x) : x;
        if (s->point[i].choice[axis] == value && !isnan(y))
            list[n++] = y;
    }
    return m.is_flow ? pow(10, median(list, n)) : median(list, n);
}

static double best_of(const Sweep *s, int axis, int value, Measure m)
{
    double best = NAN;

    for (int i = 0; i < s->n_points; i++) {
        const double x = sweep_measured(&s->point[i], m);
        if (s->point[i].choice[axis] == value && isfinite(x)
            && (isnan(best) || (m.is_loss ? x < best : x > best)))
            best = x;
    }
    return best;
}

static void put(FILE *out, int width, int digits, double x)
{
    if (isnan(x))
        fprintf(out, "%*s", width, "-");
    else
        fprintf(out, "%*.*g", width, digits, x);
}

static void put_value(const Sweep *s, int axis, int value, Measure m, FILE *out)
{
    int n = 0;

    for (int i = 0; i < s->n_points; i++)
        n += s->point[i].choice[axis] == value;
    if (n == 0)
        return;
    fprintf(out, "  %-10.10s %-20.20s %6d", value == 0 ? s->axis[axis].name : "",
            s->text[axis][value], n);
    put(out, 10, 2, median_of(s, axis, value, sweep_predicted_flow));
    put(out, 10, 2, median_of(s, axis, value, sweep_first_flow));
    put(out, 9, 4, median_of(s, axis, value, m));
    put(out, 9, 4, best_of(s, axis, value, m));
    putc('\n', out);
}

static void put_counts(const Sweep *s, FILE *out)
{
    const char *gap = ": ";

    fprintf(out, "%s: %d points of %d program%s", s->name, s->n_points, s->n_programs,
            s->n_programs == 1 ? "" : "s");
    for (PointStatus k = POINT_DONE; k < N_POINT_STATUSES; k++)
        if (sweep_count(s, k) > 0) {
            fprintf(out, "%s%d %s", gap, sweep_count(s, k), sweep_status_word(k));
            gap = ", ";
        }
    putc('\n', out);
}

/* Those without a result, the first of them with their reasons. */
static void put_failures(const Sweep *s, FILE *out)
{
    enum { TOLD = 5 };
    int n = 0;

    for (int i = 0; i < s->n_points; i++) {
        const Point *p = &s->point[i];
        if (p->status != POINT_FAILED && p->status != POINT_REFUSED)
            continue;
        if (++n <= TOLD)
            fprintf(out, "%s %s: %s\n", p->name, sweep_status_word(p->status),
                    p->why ? p->why : "");
    }
    if (n > TOLD)
        fprintf(out, "and %d more\n", n - TOLD);
}

void sweep_summary(const Sweep *s, bool written, FILE *out)
{
    const Measure m = sweep_measure(s);

    put_counts(s, out);
    fprintf(out, "%52s %9s  %s\n", "flow, median of points:", "", m.name);
    fprintf(out, "  %-10s %-20s %6s%10s%10s%9s%9s\n", "axis", "value", "points", "predicted",
            "step 0", "median", "best");
    for (int k = 0; k < s->n_axes; k++)
        for (int i = 0; i < s->axis[k].n; i++)
            put_value(s, k, i, m, out);
    put_failures(s, out);
    if (written)
        fprintf(out, sweep_seeds(s) < 0 ? "%s/index.html, results.csv\n"
                                        : "%s/index.html, results.csv, seeds.csv\n", s->folder);
}
