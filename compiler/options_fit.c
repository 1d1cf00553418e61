/* options_fit.c -- whether the words of the command line fit together, and what they imply. */
#include "options_fit.h"

#include <string.h>

/* Says what is wrong with the command line; returns false. */
bool usage(const char *format, ...)
{
    va_list ap;

    fputs("netc: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputs("; see 'netc --help'\n", stderr);
    return false;
}

/* Options of a build mean nothing to the verbs. */
static bool belongs(const Options *o)
{
    const bool builds = o->verb == VERB_BUILD;
    const bool writes = o->verb == VERB_FMT || o->verb == VERB_EXPAND || o->verb == VERB_EXPORT
                     || o->verb == VERB_REPORT;
    const char *name = !builds && o->product == TARGET_C        ? "-S"
                     : !builds && o->product == TARGET_OBJECT   ? "-c"
                     : !builds && o->dependencies               ? "-MD"
                     : !builds && o->dump                       ? "--dump"
                     : !builds && !writes && o->output      ? "-o"
                                                                : NULL;

    if (o->dot && o->verb != VERB_GRAPH)
        return usage("--dot belongs to 'netc graph'");
    if (o->dot && o->format == DIAG_JSON)
        return usage("--dot and --json exclude each other");
    if (o->text && (o->verb != VERB_REPORT || o->output))
        return usage(o->output ? "--text writes no file: -o goes with the page"
                               : "--text belongs to 'netc report'");
    if (o->check_only && o->verb != VERB_FMT)
        return usage("--check belongs to 'netc fmt'");
    return !name || usage("%s does not go with 'netc %s'", name, o->verb_name);
}

/* Two files; one for a summary; from git its own words. */
static bool diff_words(const Options *o)
{
    if (o->verb != VERB_DIFF && (o->summary || o->git || o->known_as))
        return usage("%s belongs to 'netc diff'", o->summary ? "--summary"
                                                  : o->git ? "--git" : "--as");
    if (o->known_as && !o->summary)
        return usage("--as goes with --summary");
    if (o->summary && o->format == DIAG_JSON)
        return usage("--summary is text; --json goes with two files");
    if (o->verb != VERB_DIFF)
        return true;
    if (o->summary)
        return o->n_files == 1 || usage("'netc diff --summary' takes one file");
    if (o->git)
        return o->n_files == 1 || o->n_files == 7 || o->n_files == 9
            || usage("'netc diff --git' takes the 7 words that git gives a diff driver");
    return o->n_files == 2 || usage("'netc diff' takes two files");
}

/* One of them, of a file that can be written or named. */
static bool suggest_words(const Options *o)
{
    if ((o->apply || o->patch) && o->verb != VERB_SUGGEST)
        return usage("%s belongs to 'netc suggest'", o->apply ? "--apply" : "--patch");
    if ((o->apply || o->patch) && o->format == DIAG_JSON)
        return usage("%s prints no JSON: --json goes with the list of repairs",
                     o->apply ? "--apply" : "--patch");
    if (o->apply && o->patch)
        return usage("--apply and --patch exclude each other");
    if ((o->apply || o->patch) && strcmp(o->file[0], "-") == 0)
        return usage("%s takes a file, not standard input", o->apply ? "--apply" : "--patch");
    return true;
}

static bool sweep_words(const Options *o)
{
    const char *own = o->out ? "--out" : o->jobs ? "-j" : o->slurm ? "--slurm" : NULL;

    if (o->verb != VERB_SWEEP)
        return !own || usage("%s belongs to 'netc sweep'", own);
    if (strcmp(o->file[0], "-") == 0)
        return usage("a sweep takes a file, not standard input");
    if (o->format == DIAG_JSON)
        return usage("a sweep prints no JSON: sweep.json and results.csv are in its folder");
    return !o->dry_run || usage("-### does not go with 'netc sweep'");
}

static bool export_words(const Options *o)
{
    if ((o->onnx || o->inference) && o->verb != VERB_EXPORT)
        return usage("%s belongs to 'netc export'", o->onnx ? "--onnx" : "--inference");
    if (o->onnx && o->inference)
        return usage("--onnx and --inference exclude each other");
    return o->verb != VERB_EXPORT || o->onnx || o->inference
        || usage("'netc export' takes --onnx or --inference, and a file of weights");
}

/* What the words ask for must fit together. */
bool options_fit(const Options *o)
{
    if (o->verb >= VERB_HELP)
        return true;
    if (o->n_files == 0)
        return usage("%s", o->verb == VERB_EXPLAIN
                               ? "'netc explain' takes a code, as NET0203, or a warning"
                           : o->verb == VERB_REPORT ? "'netc report' takes the directory of a run"
                                                    : "no source file was named");
    if (o->verb == VERB_REPORT)
        return belongs(o);
    if (o->n_files > 1 && o->verb != VERB_FMT && o->verb != VERB_CHECK && o->verb != VERB_DIFF)
        return usage("one file at a time: '%s' and '%s' were named", o->file[0], o->file[1]);
    if (o->output && o->n_files > 1)
        return usage("-o takes one source file");
    return diff_words(o) && suggest_words(o) && sweep_words(o) && export_words(o)
        && belongs(o);
}

bool options_ask_forecast(const Options *o)
{
    for (int i = 0; i < o->n_warnings; i++) {
        const char *w = o->warning[i];
        if (strcmp(w, "all") == 0 || strcmp(w, "extra") == 0 ||
            diag_warning_by_forecast(w + (strncmp(w, "error=", 6) == 0 ? 6 : 0)))
            return true;
    }
    return false;
}
