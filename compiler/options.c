/* options.c -- netc's command line. */
#include "options_fit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum {
    OPT_OUTPUT, OPT_C, OPT_OBJECT, OPT_DEFINE, OPT_OPTIMIZE, OPT_MARCH, OPT_GEMM, OPT_PORTABLE,
    OPT_CC, OPT_VERBOSE, OPT_DRY_RUN, OPT_DEPENDENCIES, OPT_WERROR, OPT_WARNING, OPT_COLOR,
    OPT_DIAGNOSTICS, OPT_JSON, OPT_DUMP, OPT_NO_REUSE, OPT_CHECK, OPT_SUMMARY, OPT_GIT, OPT_AS,
    OPT_FULL, OPT_DOT, OPT_APPLY, OPT_PATCH, OPT_DATA, OPT_ONNX, OPT_INFERENCE,
    OPT_TEXT, OPT_OUT, OPT_JOBS, OPT_SLURM, OPT_LIMITS, OPT_VERSION, OPT_HELP
} OptionId;

/* JOINED: -O2; EITHER: -ofile or -o file; EQUALS: --cc=clang; WORD: --data dir or --data=dir;
 * MAYBE: the same with a number that may be left out. */
typedef enum { PLAIN, JOINED, EITHER, EQUALS, WORD, MAYBE } Form;

typedef struct {
    OptionId id;
    Form form;
    const char *name, *value, *help;        /* help NULL: not listed */
} Option;

static const Option option[] = {
    { OPT_OUTPUT,       EITHER, "-o", " FILE", "write to FILE (- for standard output)" },
    { OPT_C,            PLAIN,  "-S", "", "stop at C" },
    { OPT_OBJECT,       PLAIN,  "-c", "", "stop at an object file" },
    { OPT_DEFINE,       EITHER, "-D", " NAME=EXPR", "set a param" },
    { OPT_OPTIMIZE,     JOINED, "-O", "N", "optimise at level N (3)" },
    { OPT_MARCH,        EQUALS, "--march", "=NAME", "compile for a processor (native); none: any" },
    { OPT_GEMM,         EQUALS, "--gemm", "=auto|native|openblas", "what multiplies matrices" },
    { OPT_PORTABLE,     PLAIN,  "--portable", "", "for any machine of this kind, nothing fused" },
    { OPT_CC,           EQUALS, "--cc", "=COMMAND", "the C compiler ($CC, else cc)" },
    { OPT_DRY_RUN,      PLAIN,  "-###", "", "print the commands and run none" },
    { OPT_VERBOSE,      PLAIN,  "-v", "", "print the commands" },
    { OPT_DEPENDENCIES, PLAIN,  "-MD", "", "write a make rule of the sources to OUTPUT.d" },
    { OPT_WERROR,       PLAIN,  "-Werror", "", "warnings are errors" },
    { OPT_WARNING,      JOINED, "-W", "[no-|error=]NAME", "a warning: on, off, an error" },
    { OPT_COLOR,        EQUALS, "--color", "=auto|always|never", "messages in colour" },
    { OPT_DIAGNOSTICS,  EQUALS, "--diagnostics", "=text|json", "messages as text, or JSON lines" },
    { OPT_JSON,         PLAIN,  "--json", "", "the same as --diagnostics=json" },
    { OPT_DUMP,         EQUALS, "--dump", "=ast|model|graph|schedule|plan|flow", "print a stage" },
    { OPT_NO_REUSE,     PLAIN,  "--no-reuse", "", NULL },
    { OPT_CHECK,        PLAIN,  "--check", "", "fmt: change nothing; exit 1 if it would" },
    { OPT_FULL,         PLAIN,  "--full", "", "check, suggest: leave nothing out" },
    { OPT_DOT,          PLAIN,  "--dot", "", "graph: a drawing for Graphviz" },
    { OPT_APPLY,        WORD,   "--apply", " N", "suggest: make the edit of repair N" },
    { OPT_PATCH,        MAYBE,  "--patch", " [N]", "suggest: print it as a unified diff" },
    { OPT_DATA,         WORD,   "--data", " DIR", "where the data files are, for the forecast" },
    { OPT_ONNX,         WORD,   "--onnx", " WEIGHTS", "export: as ONNX, with these weights" },
    { OPT_INFERENCE,    WORD,   "--inference", " WEIGHTS", "export: as C for prediction alone" },
    { OPT_TEXT,         PLAIN,  "--text", "", "report: in the terminal, not as a page" },
    { OPT_OUT,          WORD,   "--out", " DIR", "sweep: the folder of the sweep (NAME.sweep)" },
    { OPT_JOBS,         EITHER, "-j", " N", "sweep: so many runs at once (one a processor)" },
    { OPT_SLURM,        PLAIN,  "--slurm", "", "sweep: write the script of a Slurm job array" },
    { OPT_SUMMARY,      PLAIN,  "--summary", "", "diff: one file in the model's terms" },
    { OPT_GIT,          PLAIN,  "--git", "", "diff: called by git, with git's arguments" },
    { OPT_AS,           EQUALS, "--as", "=PATH", "diff --summary: PATH is where the file belongs" },
    { OPT_LIMITS,       PLAIN,  "--limits", "", "print the limits" },
    { OPT_VERSION,      PLAIN,  "--version", "", "print the version" },
    { OPT_HELP,         PLAIN,  "--help", "", "print this" },
};

static const struct {
    const char *name;
    Verb verb;
} verb[] = {
    { "run", VERB_RUN },         { "check", VERB_CHECK },    { "fmt", VERB_FMT },
    { "explain", VERB_EXPLAIN }, { "diff", VERB_DIFF },      { "graph", VERB_GRAPH },
    { "sweep", VERB_SWEEP },     { "report", VERB_REPORT },  { "suggest", VERB_SUGGEST },
    { "expand", VERB_EXPAND },   { "export", VERB_EXPORT },
};

static const char *const stage[] = { "ast", "model", "graph", "schedule", "plan", "flow" };

static bool one_of(const char *text, const char *const *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(text, word[i]) == 0)
            return true;
    return false;
}

static bool define(Options *o, const char *text, Arena *a)
{
    const char *equals = strchr(text, '=');

    if (!equals || equals == text)
        return usage("-D takes NAME=EXPR, not '%s'", text);
    const Define d = { arena_copy(a, text, (size_t)(equals - text)), equals + 1, false };
    for (int i = 0; i < o->n_defines; i++)
        if (strcmp(o->define[i].name, d.name) == 0)
            return usage("-D %s was given twice", d.name);
    arena_push(a, o->define, o->n_defines, d);
    return true;
}

static bool set_color(Options *o, const char *value)
{
    static const char *const name[] = { "auto", "always", "never" };

    for (int i = 0; i < (int)countof(name); i++)
        if (strcmp(value, name[i]) == 0)
            return o->color = (Color)i, true;
    return usage("--color is auto, always or never, not '%s'", value);
}

static bool set_diagnostics(Options *o, const char *value)
{
    if (strcmp(value, "sarif") == 0 || strcmp(value, "github") == 0)
        return usage("--diagnostics=%s is not in this version: text and json are", value);
    if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0)
        return usage("--diagnostics is text or json, not '%s'", value);
    o->format = value[0] == 'j' ? DIAG_JSON : DIAG_TEXT;
    return true;
}

static bool set_dump(Options *o, const char *value)
{
    o->dump = value;
    return one_of(value, stage, countof(stage))
        || usage("--dump is ast, model, graph, schedule, plan or flow, not '%s'", value);
}

static bool set_optimize(Options *o, const char *value, Arena *a)
{
    static const char *const level[] = { "0", "1", "2", "3", "s", "g" };

    o->optimize = arena_printf(a, "-O%s", value);
    return one_of(value, level, countof(level))
        || usage("-O takes 0, 1, 2, 3, s or g, not '%s'", value);
}

/* Goes into an argument of the C compiler, so it is a plain name. */
static bool set_march(Options *o, const char *value)
{
    o->march = value;
    return (*value && value[strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-+._")] == '\0')
        || usage("--march takes the name of a processor, not '%s'", value);
}

static bool set_gemm(Options *o, const char *value)
{
    static const char *const word[] = { "auto", "native", "openblas" };

    o->gemm = strcmp(value, word[0]) != 0 ? value : NULL;
    return one_of(value, word, countof(word))
        || usage("--gemm takes auto, native or openblas, not '%s'", value);
}

static bool set_product(Options *o, Product product)
{
    if (o->product != TARGET_BINARY && o->product != product)
        return usage("-S and -c exclude each other");
    o->product = product;
    return true;
}

/* -WNAME, -Wno-NAME, -Werror=NAME, -Wall, -Wextra. */
static bool set_warning(Options *o, const char *value, Arena *a)
{
    const bool off = strncmp(value, "no-", 3) == 0, error = strncmp(value, "error=", 6) == 0;
    const char *bare = value + (off ? 3 : error ? 6 : 0), *near, *known, **name = NULL;
    int n = 0;

    arena_push(a, o->warning, o->n_warnings, value);
    while ((known = diag_warning_nth(n)) != NULL)
        arena_push(a, name, n, known);
    if (strcmp(value, "all") == 0 || strcmp(value, "extra") == 0 || one_of(bare, name, (size_t)n))
        return true;
    near = diag_nearest(bare, name, n);
    return near ? usage("there is no warning '%s'; did you mean '%s'?", bare, near)
                : usage("there is no warning '%s'", bare);
}

/* Of a repair, from 1; a patch is of the first one where nothing is said. */
static bool set_number(int *number, const Option *known, const char *value)
{
    if (*number)
        return usage("%s was given twice", known->name);
    if (value && (strlen(value) > 4 || value[strspn(value, "0123456789")] || atoi(value) < 1))
        return usage("%s takes the number of a repair, not '%s'", known->name, value);
    return *number = value ? atoi(value) : 1, true;
}

static bool set_jobs(Options *o, const char *value)
{
    const bool number = *value && value[strspn(value, "0123456789")] == '\0' && strlen(value) < 5;

    o->jobs = number ? atoi(value) : 0;
    return o->jobs > 0 || usage("-j takes the number of runs at once, not '%s'", value);
}

static bool set_folder(Options *o, const char *value)
{
    if (o->out)
        return usage("--out was given twice");
    o->out = value;
    return *value || usage("--out takes the name of a folder");
}

static bool set_value(Options *o, const Option *known, const char *value, Arena *a)
{
    switch (known->id) {
    case OPT_OUTPUT:
        if (o->output)
            return usage("-o was given twice");
        if (!*value)
            return usage("-o takes the name of a file");
        return o->output = value, true;
    case OPT_CC:
        if (value[strspn(value, " ")] == '\0')
            return usage("--cc takes a command");
        return o->cc = value, true;
    case OPT_APPLY:         return set_number(&o->apply, known, value);
    case OPT_PATCH:         return set_number(&o->patch, known, value);
    case OPT_WARNING:       return set_warning(o, value, a);
    case OPT_DEFINE:        return define(o, value, a);
    case OPT_OPTIMIZE:      return set_optimize(o, value, a);
    case OPT_MARCH:         return set_march(o, value);
    case OPT_GEMM:          return set_gemm(o, value);
    case OPT_COLOR:         return set_color(o, value);
    case OPT_DIAGNOSTICS:   return set_diagnostics(o, value);
    case OPT_DUMP:          return set_dump(o, value);
    case OPT_OUT:           return set_folder(o, value);
    case OPT_JOBS:          return set_jobs(o, value);
    case OPT_DATA:          return o->data = value, true;
    case OPT_ONNX:          return o->onnx = value, true;
    case OPT_INFERENCE:     return o->inference = value, true;
    case OPT_AS:            return o->known_as = value, true;
    default:                bug("option %s takes no value", known->name);
    }
}

static bool set_flag(Options *o, OptionId id)
{
    switch (id) {
    case OPT_C:             return set_product(o, TARGET_C);
    case OPT_OBJECT:        return set_product(o, TARGET_OBJECT);
    case OPT_PORTABLE:      return o->portable = true;
    case OPT_VERBOSE:       return o->verbose = true;
    case OPT_DRY_RUN:       return o->dry_run = true;
    case OPT_DEPENDENCIES:  return o->dependencies = true;
    case OPT_WERROR:        return o->warnings_are_errors = true;
    case OPT_JSON:          return o->format = DIAG_JSON, true;
    case OPT_NO_REUSE:      return o->reuse = false, true;
    case OPT_CHECK:         return o->check_only = true;
    case OPT_FULL:          return o->full = true;
    case OPT_DOT:           return o->dot = true;
    case OPT_TEXT:          return o->text = true;
    case OPT_SUMMARY:       return o->summary = true;
    case OPT_SLURM:         return o->slurm = true;
    case OPT_GIT:           return o->git = true;
    case OPT_LIMITS:        return o->verb = VERB_LIMITS, true;
    case OPT_VERSION:       return o->verb = VERB_VERSION, true;
    case OPT_HELP:          return o->verb = VERB_HELP, true;
    default:                bug("option %d takes a value", id);
    }
}

/* The row that `word` is an instance of; its value, if it is in the same word. */
static const Option *find_option(const char *word, const char **value)
{
    for (size_t i = 0; i < countof(option); i++) {
        const size_t n = strlen(option[i].name);
        *value = NULL;
        if (strncmp(word, option[i].name, n) != 0)
            continue;
        if (option[i].form >= EQUALS && word[n] == '=')
            *value = word + n + 1;
        else if (option[i].form == JOINED || (option[i].form == EITHER && word[n] != '\0'))
            *value = word + n;
        else if (word[n] != '\0')
            continue;
        return &option[i];
    }
    return NULL;
}

static bool unknown_option(const char *word)
{
    const char *name[countof(option)];
    char head[64];

    snprintf(head, sizeof head, "%.*s", (int)strcspn(word, "="), word);
    for (size_t i = 0; i < countof(option); i++)
        name[i] = option[i].name;
    const char *near = strlen(head) > 2 ? diag_nearest(head, name, countof(option)) : NULL;
    return near ? usage("unknown option '%s'; did you mean '%s'?", word, near)
                : usage("unknown option '%s'", word);
}

static bool takes_next(const Option *known, const char *next)
{
    if (known->form == MAYBE)
        return next && *next && next[strspn(next, "0123456789")] == '\0';
    return (known->form == EITHER || known->form == WORD) && next;
}

/* The option at argv[*i]; moves *i on if its value is the next word. */
static bool read_option(Options *o, char **argv, int *i, Arena *a)
{
    const char *value, *word = argv[*i];
    const Option *known = find_option(word, &value);

    if (!known)
        return unknown_option(word);
    if (known->form == PLAIN)
        return set_flag(o, known->id);
    if (!value && takes_next(known, argv[*i + 1]))
        value = argv[++*i];
    if (!value && known->form != MAYBE)
        return usage("'%s' is written as %s%s", word, known->name, known->value);
    return set_value(o, known, value, a);
}

/* The first word may be a verb; a file of that name is written ./run. */
static bool is_verb(Options *o, const char *word)
{
    if (o->verb_name || o->n_files > 0)
        return false;
    for (size_t i = 0; i < countof(verb); i++) {
        if (strcmp(word, verb[i].name) == 0) {
            o->verb = o->verb == VERB_BUILD ? verb[i].verb : o->verb;
            o->verb_name = verb[i].name;
            return true;
        }
    }
    return false;
}

bool options_read(int argc, char **argv, Options *o, Arena *a)
{
    bool only_files = false;

    *o = (Options){ .optimize = "-O3", .march = "native", .reuse = true };
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (o->verb == VERB_SWEEP && strcmp(word, "--") == 0) {
            o->rest = argv + i + 1;
            break;
        } else if (!only_files && strcmp(word, "--") == 0) {
            only_files = true;
        } else if (!only_files && word[0] == '-' && word[1] != '\0') {
            if (!read_option(o, argv, &i, a))
                return false;
        } else if (only_files || !is_verb(o, word)) {
            arena_push(a, o->file, o->n_files, word);
            if (o->verb == VERB_RUN) {      /* what follows is the program's */
                o->rest = argv + i + 1;
                o->rest += *o->rest && strcmp(*o->rest, "--") == 0;
                break;
            }
        }
    }
    return options_fit(o);
}

void options_help(FILE *out)
{
    fputs("usage: netc [options] FILE.net          compile to a program\n"
          "       netc run FILE.net [arguments]    compile, and run with the arguments\n"
          "       netc check FILE.net...           report what is wrong\n"
          "       netc fmt FILE.net...             rewrite in the canonical form\n"
          "       netc graph FILE.net              its units, their sizes, and their memory\n"
          "       netc diff OLD.net NEW.net        what changed, in the model's terms\n"
          "       netc suggest FILE.net            which edits would let its gradients flow\n"
          "       netc sweep FILE.net [-- arguments]       run every point of its sweep\n"
          "       netc expand FILE.net             print it with all defaults, shapes and names\n"
          "       netc export FILE.net --onnx W    with weights, as ONNX; --inference: as C\n"
          "       netc report RUN...               the page of a run, or of several side by side\n"
          "       netc explain CODE|WARNING        the lesson behind a message\n\n", out);
    for (size_t i = 0; i < countof(option); i++) {
        char left[48];
        snprintf(left, sizeof left, "%s%s", option[i].name, option[i].value);
        if (option[i].help)
            fprintf(out, "  %-40s %s\n", left, option[i].help);
    }
    fputs("\nExit: 0 fine, 1 errors in the source, 2 usage, 3 the C compiler failed, 4 internal,\n"
          "5 a point of the sweep failed.\n",
          out);
}

bool options_color(const Options *o)
{
    const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

    if (o->color != COLOR_AUTO)
        return o->color == COLOR_ALWAYS;
    return !(no && *no) && terminal && strcmp(terminal, "dumb") != 0 && isatty(STDERR_FILENO);
}
