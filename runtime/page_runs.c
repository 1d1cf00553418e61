/* page_runs.c -- the words of a page of several runs: their names, and what differs. */
#include "html.h"
#include "kept_compare.h"
#include "page.h"

bool rt_page_runs_names(FILE *out, const rt_kept *k, rt_error *e)
{
    (void)e;
    for (const rt_kept *x = k; x->path; x++) {
        fputs(x == k ? "" : ", ", out);
        rt_html_text(out, x->path);
    }
    return true;
}

static void put_row(FILE *out, const json_t *row, const char *tag)
{
    fputs("<tr>", out);
    for (size_t i = 0; i < json_array_size(row); i++) {
        fprintf(out, "<%s>", i ? tag : "th");
        rt_html_text(out, json_string_value(json_array_get(row, i)));
        fprintf(out, "</%s>", i ? tag : "th");
    }
    fputs("</tr>\n", out);
}

static void put_rows(FILE *out, json_t *rows, const char *title, size_t runs)
{
    fprintf(out, "<tr><th colspan=\"%zu\" class=\"part\">%s</th></tr>\n", runs + 1, title);
    for (size_t i = 0; i < json_array_size(rows); i++)
        put_row(out, json_array_get(rows, i), "td");
    json_decref(rows);
}

bool rt_page_runs_table(FILE *out, const rt_kept *k, rt_error *e)
{
    json_t *heads = json_pack("[s]", "");
    size_t n = 0;

    (void)e;
    for (; k[n].path; n++)
        json_array_append_new(heads, json_string(k[n].path));
    fputs("<table id=\"differences\">\n", out);
    put_row(out, heads, "th");
    put_rows(out, rt_kept_results(k), "What they came to", n);
    put_rows(out, rt_kept_differences(k), "Settings that differ", n);
    fputs("</table>\n", out);
    json_decref(heads);
    return true;
}
