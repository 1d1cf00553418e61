/* page.c -- the report of a run as one HTML file, which fetches nothing. */
#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "atomic_file.h"
#include "html.h"
#include "page_files.h"

static bool put_name(FILE *out, const rt_kept *k, rt_error *e)
{
    (void)e;
    rt_html_text(out, k->name);
    return true;
}

#define PUT_FILE(name, text) \
    static bool name(FILE *out, const rt_kept *k, rt_error *e) \
    { \
        (void)k, (void)e; \
        fputs(text, out); \
        return true; \
    }
PUT_FILE(put_library_css, rt_page_library_css)
PUT_FILE(put_css, rt_page_css)
PUT_FILE(put_library, rt_page_library)
PUT_FILE(put_charts, rt_page_charts)
PUT_FILE(put_script, rt_page_js)
PUT_FILE(put_runs_script, rt_page_runs_js)

static const struct {
    const char *name;
    rt_page_part *put;
} part[] = {
    { "name", put_name }, { "css", put_css }, { "library_css", put_library_css },
    { "verdict", rt_page_verdict }, { "facts", rt_page_facts }, { "heat", rt_page_heat },
    { "loss", rt_page_loss }, { "graph", rt_page_graph }, { "findings", rt_page_findings },
    { "source", rt_page_source }, { "data", rt_page_data }, { "library", put_library },
    { "charts", put_charts }, { "script", put_script }, { "runs_script", put_runs_script },
    { "runs_names", rt_page_runs_names }, { "runs_table", rt_page_runs_table },
    { "runs_data", rt_page_runs_data },
};

/* The part whose name stands at `text`, before "}}". */
static rt_page_part *part_at(const char *text)
{
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        const size_t n = strlen(part[i].name);
        if (!strncmp(text, part[i].name, n) && !strncmp(text + n, "}}", 2))
            return part[i].put;
    }
    return NULL;
}

static bool fill(FILE *out, const char *text, const rt_kept *k, rt_error *e)
{
    for (const char *at; (at = strstr(text, "{{")); text = strstr(at, "}}") + 2) {
        rt_page_part *put = part_at(at + 2);
        fwrite(text, 1, (size_t)(at - text), out);
        if (!put)
            return rt_fail(e, "the page has no part '%.20s'", at);
        if (!put(out, k, e))
            return false;
    }
    fputs(text, out);
    return true;
}

/* The page in memory, to be freed. */
static char *page(const char *form, const rt_kept *k, size_t *n, rt_error *e)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, n);

    if (!out)
        return rt_fail(e, "%s: out of memory", k->path), NULL;
    const bool filled = fill(out, form, k, e);
    const bool whole = !ferror(out);
    const bool closed = fclose(out) == 0 && whole;
    if (filled && (closed || rt_fail(e, "%s: out of memory", k->path)))
        return text;
    free(text);
    return NULL;
}

char *rt_page_text(const rt_kept *k, size_t *n, rt_error *e)
{
    return page(k[1].path ? rt_page_runs_html : rt_page_html, k, n, e);
}

bool rt_page_write(const char *directory, rt_error *e)
{
    size_t n;
    rt_kept *k = rt_page_open(&directory, 1, e);
    char *path = k ? rt_kept_file(k, RT_PAGE, e) : NULL;
    char *text = path ? rt_page_text(k, &n, e) : NULL;
    const bool ok = text && rt_atomic_file_put(path, text, n, e);

    free(text);
    free(path);
    rt_page_close(k);
    return ok;
}

void rt_page_close(rt_kept *k)
{
    for (rt_kept *x = k; x && x->path; x++)
        rt_kept_free(x);
    free(k);
}

rt_kept *rt_page_open(const char *const *directory, size_t n, rt_error *e)
{
    rt_kept *k = calloc(n + 1, sizeof *k);

    if (!k)
        rt_fail(e, "out of memory for %zu runs", n);
    for (size_t i = 0; k && i < n; i++)
        if (!rt_kept_open(&k[i], directory[i], e)) {
            rt_page_close(k);
            return NULL;
        }
    return k;
}
