/* run_summary.c -- summary.json: what a run that has ended comes to. */
#include "run_summary.h"

#include <stdlib.h>

#include "atomic_file.h"

bool rt_run_summary_write(const char *directory, const rt_history *h, rt_error *e)
{
    char *path = NULL, *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    const rt_style style = { .out = out, .width = 80 };

    if (out)
        rt_json_writer.summary(h, &style);
    const bool whole = out && !ferror(out);
    const bool told = out && fclose(out) == 0 && whole
                   && asprintf(&path, "%s/summary.json", directory) >= 0;
    const bool ok = told ? rt_atomic_file_put(path, text, n, e)
                         : rt_fail(e, "%s: out of memory for summary.json", directory);
    free(path);
    free(text);
    return ok;
}
