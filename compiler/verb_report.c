/* verb_report.c -- netc report RUN...: the page of a run anew, or of several runs side by side. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output.h"
#include "runtime/page.h"
#include "verbs.h"

static int fail(const rt_error *e)
{
    fprintf(stderr, "netc: %s\n", e->text);
    return EXIT_SOURCE;
}

static void warn_of_cut(const char *path, rt_kept_cut cut)
{
    char end[48] = "it holds no step";

    if (!cut.file)
        return;
    if (cut.last >= 0)
        snprintf(end, sizeof end, "its last step is %" PRId64, cut.last);
    fprintf(stderr, "netc: warning: %s/%s was cut: %s, and run.json tells of %" PRId64 " steps\n",
            path, cut.file, end, cut.steps);
}

static void warn_of_cuts(const rt_kept *k)
{
    for (; k->path; k++)
        for (int i = 0; i < RT_KEPT_LOGS; i++)
            warn_of_cut(k->path, rt_kept_cut_log(k, i));
}

/* What a run is read from is not written over. */
static const char *const *logs_of(const rt_kept *k, Arena *a)
{
    static const char *const name[] = { "run.json", "summary.json", "metrics.jsonl",
                                        "metrics.csv", "flow.jsonl", "history.bin" };
    const char **all = NULL;
    int n = 0;

    arena_push(a, all, n, "");      /* there is no source */
    for (; k->path; k++)
        for (size_t i = 0; i < sizeof name / sizeof name[0]; i++)
            arena_push(a, all, n, arena_printf(a, "%s/%s", k->path, name[i]));
    arena_push(a, all, n, NULL);
    return all;
}

static const char *output_of(const Options *o, const rt_kept *k, Arena *a)
{
    if (o->output)
        return o->output;
    return k[1].path ? "runs.html" : arena_printf(a, "%s/" RT_PAGE, k->path);
}

static int write_page(const Options *o, const rt_kept *k, Arena *a)
{
    rt_error e = { "" };
    size_t n;
    char *text = rt_page_text(k, &n, &e);

    if (!text)
        return fail(&e);
    const bool written = output_text(output_of(o, k, a), logs_of(k, a), text, n);
    free(text);
    return written ? EXIT_FINE : EXIT_USAGE;
}

int verb_report(const Options *o, Arena *a)
{
    rt_error e = { "" };
    int status = EXIT_FINE;
    rt_kept *k = rt_page_open(o->file, (size_t)o->n_files, &e);

    if (!k)
        return fail(&e);
    warn_of_cuts(k);
    if (o->text)
        status = rt_page_print(stdout, k, &e) ? EXIT_FINE : fail(&e);
    else
        status = write_page(o, k, a);
    rt_page_close(k);
    return status;
}
