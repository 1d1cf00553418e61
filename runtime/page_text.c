/* page_text.c -- the words of a report's page: verdict, facts, tables, source. */
#include <string.h>

#include "figures.h"
#include "html.h"
#include "page.h"

static void put_cell(FILE *out, const char *text)
{
    fputs("<td>", out);
    rt_html_text(out, text);
    fputs("</td>", out);
}

/* ---- The verdict ------------------------------------------------------------------------- */

static void put_unended(FILE *out, const rt_kept *k)
{
    fputs("<p class=\"verdict fair\"><b>No verdict:</b> ", out);
    fputs(rt_kept_ended(k) ? "there is no summary.json.</p>\n"
                           : "the run is running or was killed; it is judged when it ends.</p>\n",
          out);
}

static void put_healthy(FILE *out, const rt_kept *k)
{
    char flow[RT_FIGURE];
    const double last = rt_kept_number(k->summary, "flow");

    if (isnan(last))
        fputs("<p class=\"verdict\">No fault was found in the gradient flow.</p>\n", out);
    else
        fprintf(out, "<p class=\"verdict good\"><b>The gradient flows:</b> delta at the first "
                "layer is %s times that at the last hidden one, and no fault was found.</p>\n",
                rt_figure(flow, last));
}

static void put_gravest(FILE *out, const json_t *verdict, size_t others)
{
    fputs("<p class=\"verdict bad\"><b>", out);
    rt_html_text(out, rt_kept_text(verdict, "verdict"));
    fputs(":</b> ", out);
    rt_html_text(out, rt_kept_text(verdict, "reason"));
    fputs(".", out);
    if (others)
        fprintf(out, " <a href=\"#verdicts\">%zu more verdict%s</a>", others,
                rt_plural(others));
    fputs("</p>\n", out);
}

bool rt_page_verdict(FILE *out, const rt_kept *k, rt_error *e)
{
    const json_t *list = json_object_get(k->summary, "verdicts");
    const size_t n = json_array_size(list);

    (void)e;
    if (!k->summary)
        put_unended(out, k);
    else if (n == 0)
        put_healthy(out, k);
    else
        put_gravest(out, json_array_get(list, 0), n - 1);
    return true;
}

/* ---- Facts in a line --------------------------------------------------------------------- */

static void put_count(FILE *out, const json_t *object, const char *key, const char *what)
{
    char text[RT_FIGURE];
    const json_t *value = json_object_get(object, key);

    if (json_is_integer(value) && json_integer_value(value) >= 0)
        fprintf(out, "<li>%s %s</li>", rt_grouped(text, (uint64_t)json_integer_value(value)), what);
}

static void put_measures(FILE *out, const char *part, double loss, double accuracy)
{
    char text[RT_FIGURE];

    if (!isnan(loss))
        fprintf(out, "<li>%s loss %s", part, rt_loss_figure(text, loss));
    if (!isnan(loss) && !isnan(accuracy))
        fprintf(out, ", accuracy %.2f %%", 100 * accuracy);
    if (!isnan(loss))
        fputs("</li>", out);
}

static void put_cut(FILE *out, rt_kept_cut cut)
{
    char last[RT_FIGURE], steps[RT_FIGURE];

    if (!cut.file)
        return;
    fprintf(out, "<p class=\"note\"><b>%s was cut:</b> it ", cut.file);
    if (cut.last < 0)
        fputs("has no step", out);
    else
        fprintf(out, "ends at step %s", rt_grouped(last, (uint64_t)cut.last));
    fprintf(out, ", and the run did %s steps.</p>\n", rt_grouped(steps, (uint64_t)cut.steps));
}

bool rt_page_facts(FILE *out, const rt_kept *k, rt_error *e)
{
    const rt_kept_epoch *end = k->n_epochs ? &k->epoch[k->n_epochs - 1] : NULL;

    (void)e;
    fputs("<ul class=\"facts\"><li>", out);
    rt_html_text(out, k->status);
    fputs("</li>", out);
    put_count(out, k->facts, "parameters", "parameters");
    put_count(out, k->facts, "steps_done", "steps");
    if (end) {
        put_measures(out, "train", end->loss_train, end->accuracy_train);
        put_measures(out, "test", end->loss_test, end->accuracy_test);
    }
    fputs("<li>", out);
    rt_html_text(out, rt_kept_text(json_object_get(k->facts, "program"), "optimizer"));
    fputs("</li><li>", out);
    rt_html_text(out, rt_kept_text(k->facts, "started"));
    fputs("</li></ul>\n", out);
    for (int i = 0; i < RT_KEPT_LOGS; i++)
        put_cut(out, rt_kept_cut_log(k, i));
    return true;
}

/* ---- Tables ------------------------------------------------------------------------------ */

static void put_verdicts(FILE *out, const json_t *list)
{
    fputs("<table id=\"verdicts\"><thead><tr><th>layer</th><th>verdict</th><th>reason</th>"
          "<th>edit</th></tr></thead><tbody>\n", out);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *x = json_array_get(list, i);
        const char *layer = rt_kept_text(x, "layer");
        fputs("<tr>", out);
        put_cell(out, *layer ? layer : "whole net");
        put_cell(out, rt_kept_text(x, "verdict"));
        put_cell(out, rt_kept_text(x, "reason"));
        put_cell(out, rt_kept_text(x, "edit"));
        fputs("</tr>\n", out);
    }
    if (json_array_size(list) == 0)
        fputs("<tr><td colspan=\"4\">none</td></tr>\n", out);
    fputs("</tbody></table>\n", out);
}

static void put_expectations(FILE *out, const json_t *list)
{
    if (json_array_size(list) == 0)
        return;
    fputs("<h3>What was expected</h3>\n<table><thead><tr><th>expectation</th><th>holds</th></tr>"
          "</thead><tbody>\n", out);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *x = json_array_get(list, i);
        fputs("<tr>", out);
        put_cell(out, rt_kept_text(x, "text"));
        put_cell(out, json_is_true(json_object_get(x, "holds")) ? "yes" : "no");
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table>\n", out);
}

bool rt_page_findings(FILE *out, const rt_kept *k, rt_error *e)
{
    (void)e;
    if (!k->summary)
        return true;
    put_verdicts(out, json_object_get(k->summary, "verdicts"));
    put_expectations(out, json_object_get(k->summary, "expect"));
    return true;
}

/* ---- The source -------------------------------------------------------------------------- */

bool rt_page_source(FILE *out, const rt_kept *k, rt_error *e)
{
    const json_t *source = json_object_get(k->facts, "source");
    const char *text = rt_kept_text(source, "text");

    (void)e;
    if (!*text)
        return true;
    fputs("<section id=\"source\">\n<h2>Source: ", out);
    rt_html_text(out, rt_kept_text(source, "file"));
    fputs("</h2>\n<pre tabindex=\"0\">", out);
    rt_html_text(out, text);
    fputs("</pre>\n</section>\n", out);
    return true;
}
