/* page_runs.c -- the words of a page of several runs: their names, and what differs. */
#include <stdlib.h>

#include "html.h"
#include "kept_compare.h"
#include "page.h"
#include "utf8.h"

bool rt_page_runs_names(FILE *out, const rt_kept *k, rt_error *e)
{
    (void)e;
    for (const rt_kept *x = k; x->path; x++) {
        char *path = rt_utf8(x->path);
        fputs(x == k ? "" : ", ", out);
        rt_html_text(out, path ? path : "?");
        free(path);
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

static void put_rows(FILE *out, json_t *rows, const char *title, size_t columns)
{
    fprintf(out, "<tr><th colspan=\"%zu\" class=\"part\">%s</th></tr>\n", columns, title);
    for (size_t i = 0; i < json_array_size(rows); i++)
        put_row(out, json_array_get(rows, i), "td");
    json_decref(rows);
}

/* "runs/deep-1 and 2 of other seeds" */
static json_t *head_of(const rt_kept *k, const size_t *group, size_t g)
{
    const size_t others = rt_kept_members(k, group, g) - 1;
    char *path = rt_utf8(k[g].path);
    const char *name = path ? path : "?";
    json_t *head = others ? json_sprintf("%s and %zu of other seeds", name, others)
                          : json_string(name);

    free(path);
    return head;
}

static void put_table(FILE *out, const rt_kept *k, const size_t *group, const char *id)
{
    json_t *heads = json_pack("[s]", "");

    for (size_t g = 0; k[g].path; g++)
        if (group[g] == g)
            json_array_append_new(heads, head_of(k, group, g));
    fprintf(out, "<table id=\"%s\">\n", id);
    put_row(out, heads, "th");
    put_rows(out, rt_kept_results(k, group), "What they came to", json_array_size(heads));
    put_rows(out, rt_kept_differences(k, group), "Settings that differ", json_array_size(heads));
    fputs("</table>\n", out);
    json_decref(heads);
}

bool rt_page_runs_table(FILE *out, const rt_kept *k, rt_error *e)
{
    size_t n = 0;

    while (k[n].path)
        n++;
    size_t *group = calloc(n + 1, sizeof *group);
    if (!group)
        return rt_fail(e, "out of memory for %zu runs", n);
    const bool several = rt_kept_by_seed(k, group);
    put_table(out, k, group, "differences");
    if (several) {
        rt_kept_singly(k, group);
        fputs("<details id=\"each\"><summary>Each run by itself</summary>\n", out);
        put_table(out, k, group, "each-run");
        fputs("</details>\n", out);
    }
    free(group);
    return true;
}
