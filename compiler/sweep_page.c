/* sweep_page.c -- the page of a sweep, index.html: one file that needs no network and no script. */
#include "sweep.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "output.h"
#include "runtime/html.h"

/* To the run's report, where it has one. */
void sweep_link(const Sweep *s, const Point *p, FILE *out)
{
    char path[OUTPUT_PATH];
    struct stat status;
    const int n = snprintf(path, sizeof path, "%s/runs/%s/report.html", s->folder, p->name);
    const bool has = n < (int)sizeof path && stat(path, &status) == 0;

    fprintf(out, "<a href=\"runs/%s/%s\" title=\"%s: ", p->name, has ? "report.html" : "", p->name);
    rt_html_text(out, sweep_describe(s, p, s->arena));
    fprintf(out, "; %s\">", sweep_status_word(p->status));
}

static void put_counts(const Sweep *s, FILE *out)
{
    const char *gap = ": ";

    fprintf(out, "<p>%d points", s->n_points);
    for (PointStatus k = POINT_DONE; k < N_POINT_STATUSES; k++)
        if (sweep_count(s, k) > 0) {
            fprintf(out, "%s%d %s", gap, sweep_count(s, k), sweep_status_word(k));
            gap = ", ";
        }
    fprintf(out, "; %d programs.", s->n_programs);
}

/* Within half a decade; a flow that no float holds is 0. */
static bool is_near(double flow, double predicted)
{
    return flow > 0 ? fabs(log10(flow / predicted)) <= 0.5 : predicted < 1e-37;
}

/* How good the forecast was: decades between what it said and what was measured at step 0. */
static void put_agreement(const Sweep *s, FILE *out)
{
    int n = 0, near = 0, gone = 0, gone_as_said = 0;

    for (int i = 0; i < s->n_points; i++) {
        const Point *p = &s->point[i];
        const double flow = p->measured.flow_first;
        if (p->status > POINT_DIVERGED || !(flow >= 0) || !(p->predicted > 0))
            continue;
        n++;
        near += is_near(flow, p->predicted);
        gone += flow < 1e-3;
        gone_as_said += flow < 1e-3 && p->predicted < 1e-3;
    }
    if (n == 0)
        fputs("</p>\n", out);
    else
        fprintf(out, " The forecast is within half a decade of the measured flow in %d of %d. In %d"
                     " the gradient vanishes (flow under 0.001), which was foretold of %d.</p>\n",
                near, n, gone, gone_as_said);
}

/* ---- The table of points ---- */

static void put_figure(double x, int digits, FILE *out)
{
    fputs("<td>", out);
    if (isfinite(x))
        fprintf(out, "%.*g", digits, x);
    fputs("</td>", out);
}

static void put_point(const Sweep *s, const Point *p, Measure measure, FILE *out)
{
    const bool ended = p->status <= POINT_DIVERGED;
    const double flow = ended ? p->measured.flow_first : NAN;

    fputs("<tr><th scope=\"row\">", out);
    sweep_link(s, p, out);
    fprintf(out, "%s</a></th>", p->name);
    for (int k = 0; k < s->n_axes; k++) {
        fputs("<td class=\"t\">", out);
        rt_html_text(out, s->text[k][p->choice[k]]);
        fputs("</td>", out);
    }
    fprintf(out, "<td class=\"t\">%s</td>", sweep_status_word(p->status));
    put_figure(sweep_measured(p, measure), 4, out);
    put_figure(ended ? p->measured.loss_train : NAN, 4, out);
    put_figure(p->predicted, 2, out);
    put_figure(flow, 2, out);
    put_figure(flow > 0 && p->predicted > 0 ? log10(flow / p->predicted) : NAN, 2, out);
    put_figure(ended ? p->measured.flow_last : NAN, 2, out);
    fprintf(out, "<td class=\"t\">%s</td></tr>\n", p->warnings);
}

static void put_points(const Sweep *s, FILE *out)
{
    const Measure measure = sweep_measure(s);

    fputs("<h2>Points</h2>\n<div class=\"wide\"><table><thead><tr>"
          "<th scope=\"col\">point</th>", out);
    for (int k = 0; k < s->n_axes; k++)
        fprintf(out, "<th scope=\"col\">%s</th>", s->axis[k].name);
    fprintf(out, "<th scope=\"col\">status</th><th scope=\"col\">%s</th>"
                 "<th scope=\"col\">training loss</th>"
                 "<th scope=\"col\">predicted flow</th><th scope=\"col\">flow at step 0</th>"
                 "<th scope=\"col\">decades off</th><th scope=\"col\">flow at the end</th>"
                 "<th scope=\"col\">warned of</th></tr></thead>\n<tbody>\n", measure.name);
    for (int i = 0; i < s->n_points; i++)
        put_point(s, &s->point[i], measure, out);
    fputs("</tbody></table></div>\n", out);
}

static void put_failures(const Sweep *s, FILE *out)
{
    if (sweep_count(s, POINT_FAILED) + sweep_count(s, POINT_REFUSED) == 0)
        return;
    fputs("<h2>What failed</h2>\n<ul>\n", out);
    for (int i = 0; i < s->n_points; i++) {
        const Point *p = &s->point[i];
        if (p->status != POINT_FAILED && p->status != POINT_REFUSED)
            continue;
        fprintf(out, "<li>%s (", p->name);
        rt_html_text(out, sweep_describe(s, p, s->arena));
        fputs("): ", out);
        rt_html_text(out, p->why ? p->why : "");
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
}

/* ---- The page ---- */

static void put_title(const Sweep *s, FILE *out)
{
    fprintf(out, "%s by ", s->name);
    for (int k = 0; k < s->n_axes; k++)
        fprintf(out, "%s%s", k == 0 ? "" : k + 1 < s->n_axes ? ", " : " and ", s->axis[k].name);
}

void sweep_page(const Sweep *s, FILE *out)
{
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>", out);
    put_title(s, out);
    fputs("</title>\n<style>\n", out);
    sweep_style(out);
    fputs("</style>\n</head>\n<body>\n<main>\n<h1>", out);
    put_title(s, out);
    fputs("</h1>\n", out);
    put_counts(s, out);
    put_agreement(s, out);
    fputs("<p class=\"note\">Each cell leads to its run. All numbers: "
          "<a href=\"results.csv\">results.csv</a>.</p>\n", out);
    sweep_legend(out);
    fputs("<h2>Maps</h2>\n", out);
    sweep_maps(s, out);
    put_failures(s, out);
    put_points(s, out);
    fputs("<h2>Source</h2>\n<pre>", out);
    rt_html_text(out, s->source->text);
    fputs("</pre>\n</main>\n</body>\n</html>\n", out);
}
