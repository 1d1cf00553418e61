/* verb_report.c -- netc report RUN...: the page of a run anew, or several runs side by side. */
#include "runtime/page.h"
#include "verbs.h"

int verb_report(const Options *o)
{
    rt_error e = { "" };

    if (o->n_files > 1) {
        fputs("netc: several runs\n", stderr);
        return EXIT_USAGE;
    }
    if (rt_page_write(o->file[0], o->output, &e))
        return EXIT_FINE;
    fprintf(stderr, "netc: %s\n", e.text);
    return EXIT_SOURCE;
}
