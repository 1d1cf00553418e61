/* verb_report.c -- netc report RUN...: the page of a run anew, or of several runs side by side. */
#include "runtime/page.h"
#include "verbs.h"

int verb_report(const Options *o)
{
    rt_error e = { "" };
    const size_t n = (size_t)o->n_files;
    const bool ok = o->text ? rt_page_print(stdout, o->file, n, &e)
                  : n == 1  ? rt_page_write(o->file[0], o->output, &e)
                            : rt_page_write_runs(o->file, n, o->output ? o->output
                                                                       : "runs.html", &e);
    if (ok)
        return EXIT_FINE;
    fprintf(stderr, "netc: %s\n", e.text);
    return EXIT_SOURCE;
}
