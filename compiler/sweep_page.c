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

    fprintf(out, "%d points", s->n_points);
    for (PointStatus k = POINT_DONE; k < N_POINT_STATUSES; k++)
        if (sweep_count(s, k) > 0) {
            fprintf(out, "%s%d %s", gap, sweep_count(s, k), sweep_status_word(k));
            gap = ", ";
        }
    fprintf(out, "; %d program%s.", s->n_programs, s->n_programs == 1 ? "" : "s");
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
    if (n > 0)
        fprintf(out, " The forecast is within half a decade of the measured flow in %d of %d.",
                near, n);
    if (gone > 0)
        fprintf(out, " In %d the gradient vanishes (flow under 0.001), which was foretold of %d.",
                gone, gone_as_said);
}

/* ---- The table of points ---- */

void sweep_figure(double x, int digits, FILE *out)
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
    sweep_figure(sweep_measured(p, measure), 4, out);
    sweep_figure(ended ? p->measured.loss_train : NAN, 4, out);
    sweep_figure(p->predicted, 2, out);
    sweep_figure(flow, 2, out);
    sweep_figure(flow > 0 && p->predicted > 0 ? log10(flow / p->predicted) : NAN, 2, out);
    sweep_figure(ended ? p->measured.flow_last : NAN, 2, out);
    fprintf(out, "<td class=\"t\">%s</td></tr>\n", p->warnings);
}

static void put_points(const Sweep *s, FILE *out)
{
    const Measure measure = sweep_measure(s);

    fputs("<div class=\"wide\"><table><thead><tr>"
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

static void put_css(const Sweep *s, FILE *out)
{
    (void)s;
    fputs(sweep_css, out);
}

static void put_legend(const Sweep *s, FILE *out)
{
    (void)s;
    sweep_legend(out);
}

static void put_source(const Sweep *s, FILE *out) { rt_html_text(out, s->source->text); }

static void put_seeds_note(const Sweep *s, FILE *out)
{
    if (sweep_seeds(s) >= 0)
        fputs("; one over seeds has their mean, of a flow that of its decades, under it the least "
              "and the largest, and leads to their row", out);
}

static void put_seeds_file(const Sweep *s, FILE *out)
{
    if (sweep_seeds(s) >= 0)
        fputs("; over seeds: <a href=\"seeds.csv\">seeds.csv</a>", out);
}

static void put_seeds(const Sweep *s, FILE *out)
{
    if (sweep_seeds(s) >= 0)
        sweep_seeds_table(s, out);
}

/* Each is written where page/sweep.html has {{its name}}. */
static const struct {
    const char *name;
    void (*put)(const Sweep *s, FILE *out);
} part[] = {
    { "title", put_title }, { "css", put_css }, { "counts", put_counts },
    { "agreement", put_agreement }, { "seeds_note", put_seeds_note },
    { "seeds_file", put_seeds_file }, { "legend", put_legend }, { "maps", sweep_maps },
    { "seeds", put_seeds }, { "failures", put_failures }, { "points", put_points },
    { "source", put_source },
};

static void put_part(const Sweep *s, const char *name, size_t n, FILE *out)
{
    for (size_t i = 0; i < countof(part); i++)
        if (strlen(part[i].name) == n && memcmp(part[i].name, name, n) == 0) {
            part[i].put(s, out);
            return;
        }
    bug("the page of a sweep has no part '%.*s'", (int)n, name);
}

void sweep_page(const Sweep *s, FILE *out)
{
    const char *text = sweep_html;

    for (const char *at; (at = strstr(text, "{{")) != NULL;) {
        const char *end = strstr(at, "}}");
        fwrite(text, 1, (size_t)(at - text), out);
        put_part(s, at + 2, (size_t)(end - at - 2), out);
        text = end + 2;
    }
    fputs(text, out);
}
