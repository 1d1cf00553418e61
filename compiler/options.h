/* options.h -- netc's command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "diag.h"
#include "passes.h"

/* How netc ends. */
enum { EXIT_FINE, EXIT_SOURCE, EXIT_USAGE, EXIT_CC, EXIT_INTERNAL, EXIT_POINT };

typedef enum {
    VERB_BUILD,                     /* none was named */
    VERB_RUN, VERB_CHECK, VERB_FMT, VERB_EXPLAIN, VERB_DIFF, VERB_EXPAND, VERB_SUGGEST,
    VERB_GRAPH, VERB_REPORT, VERB_EXPORT, VERB_SWEEP,
    VERB_HELP, VERB_VERSION, VERB_LIMITS                    /* --help, --version, --limits */
} Verb;

typedef enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } Color;
typedef enum { TARGET_BINARY, TARGET_OBJECT, TARGET_C } Product;

typedef struct {
    Verb verb;
    const char *verb_name;
    const char **file;              /* what was named: sources; `explain`: the code */
    int n_files;
    char **rest;                    /* `run`, `sweep`: arguments of the program, NULL-terminated */
    Product product;
    const char *output;             /* -o, or NULL */
    Define *define;                 /* -D, in order */
    int n_defines;
    const char *cc;                 /* --cc, or NULL */
    const char *optimize;           /* "-O3" */
    const char *march;              /* "native", or "none" */
    const char *gemm;               /* "native" or "openblas"; NULL: by shape */
    bool portable;
    bool verbose, dry_run;          /* -v, -### */
    bool dependencies;              /* -MD */
    bool warnings_are_errors;
    const char **warning;           /* -W..., without the -W */
    int n_warnings;
    Color color;
    DiagFormat format;
    const char *dump;               /* --dump=STAGE, or NULL */
    const char *data;               /* --data DIR, or NULL */
    bool reuse;                     /* of memory: not with --no-reuse */
    bool check_only;                /* fmt --check */
    bool full;                      /* check: no layer of the forecast is left out */
    int apply, patch;               /* suggest: the number of a repair; 0: not asked for */
    bool dot;                       /* graph: for Graphviz */
    const char *onnx, *inference;   /* export: a file of weights, or NULL */
    bool text;                      /* report: for the terminal */
    const char *out;                /* sweep: its folder, or NULL */
    int jobs;                       /* sweep: runs at once; 0: one a processor */
    bool slurm;                     /* sweep: for Slurm, instead of running */
    bool summary, git;              /* diff: of one file; as git calls it */
    const char *known_as;           /* diff --as=PATH, or NULL */
} Options;

/* False after a sentence on standard error. */
bool options_read(int argc, char **argv, Options *o, Arena *a);
void options_help(FILE *out);
bool options_ask_forecast(const Options *o);    /* -W names a warning of the forecast */
bool options_color(const Options *o);       /* in color: on a terminal, unless told otherwise */

#endif
