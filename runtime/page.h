/* page.h -- the report of a run as one HTML file, which fetches nothing. */
#ifndef RT_PAGE_H
#define RT_PAGE_H

#include "error.h"
#include "kept.h"

#define RT_PAGE "report.html"

/* The runs in an array that ends with one without a path; NULL: see *e. */
rt_kept *rt_page_open(const char *const *directory, size_t n, rt_error *e);
void rt_page_close(rt_kept *k);

/* Of one run its report, of several a page of them side by side; to be freed.  NULL: see *e. */
char *rt_page_text(const rt_kept *k, size_t *n, rt_error *e);

/* DIR/report.html, from what else is in the directory. */
bool rt_page_write(const char *directory, rt_error *e);

/* The same of one or several for a terminal of 80 columns. */
bool rt_page_print(FILE *out, const rt_kept *k, rt_error *e);

/* ---- Its parts, each written where page/page.html has {{its name}} ------------------------- */

typedef bool rt_page_part(FILE *out, const rt_kept *k, rt_error *e);

rt_page_part rt_page_verdict, rt_page_facts, rt_page_findings, rt_page_source; /* page_text.c */
rt_page_part rt_page_heat;                                          /* page_heat.c */
rt_page_part rt_page_loss;                                          /* page_loss.c */
rt_page_part rt_page_graph;                                         /* page_graph.c */
rt_page_part rt_page_data, rt_page_runs_data;                       /* page_data.c */
rt_page_part rt_page_runs_names, rt_page_runs_table;                /* page_runs.c */

#endif
