/* options.c -- read the command line of a generated program. */
#include "options.h"

#include <string.h>

#include "nearest.h"
#include "settings.h"

typedef enum {
    FLAG,                           /* sets a bool */
    TEXT,                           /* a file or directory */
    NUMBER,                         /* a whole number */
    SETTING,                        /* the setting of the option's name */
    KEY_VALUE,                      /* --set */
    PARAM,
    COLOR,
    GEMM
} Kind;

typedef struct {
    const char *name;               /* "--epochs" */
    Kind kind;
    const char *value;              /* what follows, in the help; NULL: nothing */
    size_t offset;                  /* in rt_options */
    const char *help;
} Row;

#define AT(field) offsetof(rt_options, field)
static const Row rows[] = {
    { "--epochs", SETTING, "N", 0, "train for N passes over the data" },
    { "--steps", SETTING, "N", 0, "train for N updates instead" },
    { "--lr", SETTING, "X", 0, "learning rate" },
    { "--seed", SETTING, "N", 0, "seed of the initial weights, the order of samples, dropout" },
    { "--batch", SETTING, "N", 0, "samples in an update" },
    { "--set", KEY_VALUE, "KEY=VALUE", 0, "change any number of the training listed below" },
    { "--param", PARAM, "NAME=VALUE", 0, "have run.json tell of this value of a param" },
    { "--threads", NUMBER, "N", AT(threads), "threads; results are the same for any number" },
    { "--gemm", GEMM, "WHICH", AT(gemm), "matrix products: auto (by size), native, openblas" },
    { "--data", TEXT, "DIR", AT(data), "where the data files are" },
    { "--load", TEXT, "FILE", AT(load), "start from the weights of a .safetensors file" },
    { "--save", TEXT, "FILE", AT(save), "write the weights to a .safetensors file at the end" },
    { "--save-grads", TEXT, "FILE", AT(save_grads),
      "write the gradient of every step, with its penalty, before clipping" },
    { "--out", TEXT, "DIR", AT(out), "make this run directory, instead of runs/<name>-<seed>" },
    { "--no-out", FLAG, NULL, AT(no_out), "make no run directory" },
    { "--checkpoint-every", NUMBER, "N", AT(checkpoint_every),
      "steps from one checkpoint to the next" },
    { "--keep", NUMBER, "N", AT(keep), "keep the last N checkpoints under numbers, too" },
    { "--resume", TEXT, "DIR", AT(resume), "go on with the run of this directory" },
    { "--dry-run", FLAG, NULL, AT(dry_run), "load the data, print the plan, and stop" },
    { "--check-grad", FLAG, NULL, AT(check_grad),
      "compare the gradients with differences, in double" },
    { "--eval", FLAG, NULL, AT(eval), "evaluate the weights of --load, without training" },
    { "--predict", TEXT, "FILE", AT(predict),
      "write what --load's weights put out for the test data: .csv, .npy, .npz" },
    { "--replay", TEXT, "DIR", AT(replay), "run the step again that was not finite in a run" },
    { "--every", SETTING, "N", 0, "watch every N steps and print a line for each" },
    { "--profile", FLAG, NULL, AT(profile), "report the time by layer, forward and backward" },
    { "--full", FLAG, NULL, AT(full), "show every layer of a repeat in the report" },
    { "--json", FLAG, NULL, AT(json), "print JSON, one object a line" },
    { "--quiet", FLAG, NULL, AT(quiet), "no progress on standard error" },
    { "--width", NUMBER, "N", AT(width), "columns of the report, if not the terminal's or 80" },
    { "--color", COLOR, "WHEN", AT(color), "auto, always or never" },
    { "--help", FLAG, NULL, AT(help), "print this" },
    { "--version", FLAG, NULL, AT(version), "print the version" },
};
#undef AT
enum { N_ROWS = sizeof rows / sizeof rows[0] };
enum { LEAST_WIDTH = RT_LEAST_WIDTH, MOST_WIDTH = 1000, MOST_THREADS = 1024,
       MOST_STEPS = 1000000000 };

typedef struct {
    const rt_model *model;
    rt_options *options;
    rt_settings *set;
    rt_error *error;
    bool epochs, steps;             /* given */
} Reading;

static const Row *find(const char *name, size_t length)
{
    for (int i = 0; i < N_ROWS; i++) {
        if (strlen(rows[i].name) == length && !strncmp(rows[i].name, name, length))
            return &rows[i];
    }
    return NULL;
}

static bool unknown(const char *argument, rt_error *e)
{
    char name[64];
    const char *listed[N_ROWS];

    if (argument[0] != '-')
        return rt_fail(e, "'%.200s' is not an option; --help lists them", argument);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument, "="), argument);
    for (int i = 0; i < N_ROWS; i++)
        listed[i] = rows[i].help ? rows[i].name : NULL;
    const char *nearest = rt_nearest(name, listed, sizeof listed[0], N_ROWS);
    return nearest ? rt_fail(e, "unknown option %s; did you mean %s?", name, nearest)
                   : rt_fail(e, "unknown option %s; --help lists them", name);
}

/* A setting with an option of its own.  --epochs also takes back the program's own `steps`. */
static bool read_setting(Reading *r, const Row *row, const char *value)
{
    const char *key = row->name + 2;

    if (!rt_settings_set(r->set, r->model, key, value, r->error))
        return false;
    if (!strcmp(key, "epochs"))
        r->epochs = true;
    if (!strcmp(key, "steps"))
        r->steps = true;
    if (!strcmp(key, "every"))
        r->options->every = true;
    return true;
}

static bool read_pair(Reading *r, const char *value)
{
    char key[64];
    const size_t length = strcspn(value, "=");

    if (!value[length] || !length || length >= sizeof key)
        return rt_fail(r->error, "--set wants KEY=VALUE, as in --set momentum=0.9, not '%.80s'",
                       value);
    memcpy(key, value, length);
    key[length] = '\0';
    if (!rt_settings_set(r->set, r->model, key, value + length + 1, r->error))
        return false;
    r->epochs = r->epochs || !strcmp(key, "epochs");
    r->steps = r->steps || !strcmp(key, "steps");
    return true;
}

static bool read_param(rt_options *o, const char *value, rt_error *e)
{
    if (o->n_params == RT_PARAMS)
        return rt_fail(e, "--param: more than %d params", RT_PARAMS);
    if (*value == '=' || !strchr(value, '='))
        return rt_fail(e, "--param wants NAME=VALUE, not '%.80s'", value);
    o->param[o->n_params++] = value;
    return true;
}

static bool read_number(const Row *row, int64_t *field, const char *value, rt_error *e)
{
    const bool width = !strcmp(row->name, "--width"), threads = !strcmp(row->name, "--threads");
    const int64_t low = width ? LEAST_WIDTH : 1;
    const int64_t high = width ? MOST_WIDTH : threads ? MOST_THREADS : MOST_STEPS;

    if (rt_read_integer(value, field) && *field >= low && *field <= high)
        return true;
    return rt_fail(e, "%s wants a whole number from %d to %d, not '%.80s'", row->name, (int)low,
                   (int)high, value);
}

static bool read_color(rt_color *color, const char *value, rt_error *e)
{
    static const char *const word[] = { [RT_COLOR_AUTO] = "auto", [RT_COLOR_ALWAYS] = "always",
                                        [RT_COLOR_NEVER] = "never" };

    for (int i = RT_COLOR_AUTO; i <= RT_COLOR_NEVER; i++) {
        if (!strcmp(value, word[i])) {
            *color = (rt_color)i;
            return true;
        }
    }
    return rt_fail(e, "--color wants auto, always or never, not '%.80s'", value);
}

static bool read_gemm(rt_gemm *gemm, const char *value, rt_error *e)
{
    static const char *const word[] = { [RT_GEMM_BY_SHAPE] = "auto", [RT_GEMM_NATIVE] = "native",
                                        [RT_GEMM_OPENBLAS] = "openblas" };

    for (int i = RT_GEMM_BY_SHAPE; i <= RT_GEMM_OPENBLAS; i++) {
        if (!strcmp(value, word[i])) {
            *gemm = (rt_gemm)i;
            return true;
        }
    }
    return rt_fail(e, "--gemm wants auto, native or openblas, not '%.80s'", value);
}

static bool apply(Reading *r, const Row *row, const char *value)
{
    void *field = (char *)r->options + row->offset;

    switch (row->kind) {
    case FLAG: *(bool *)field = true; return true;
    case TEXT:
        if (*(const char **)field)
            return rt_fail(r->error, "%s was given twice", row->name);
        *(const char **)field = value;
        return *value || rt_fail(r->error, "%s wants a name", row->name);
    case NUMBER: return read_number(row, field, value, r->error);
    case SETTING: return read_setting(r, row, value);
    case KEY_VALUE: return read_pair(r, value);
    case PARAM: return read_param(r->options, value, r->error);
    case COLOR: return read_color(field, value, r->error);
    case GEMM: return read_gemm(field, value, r->error);
    }
    return false;
}

/* One option and, where it takes one, its value: `--epochs 5` or `--epochs=5`. */
static bool read_option(Reading *r, int argc, char *const *argv, int *at)
{
    const char *argument = argv[*at];
    const size_t length = strcspn(argument, "=");
    const Row *row = find(argument, length);
    const char *value = argument[length] ? argument + length + 1 : NULL;

    if (!row)
        return unknown(argument, r->error);
    if (!row->value && value)
        return rt_fail(r->error, "%s takes no value", row->name);
    if (row->value && !value) {
        if (*at + 1 >= argc)
            return rt_fail(r->error, "%s wants a value: %s %s", row->name, row->name, row->value);
        value = argv[++*at];
    }
    return apply(r, row, value);
}

/* An option that only training minds, or NULL. */
static const char *asks_for_training(const rt_options *o)
{
    return o->save ? "--save" : o->save_grads ? "--save-grads" : o->profile ? "--profile"
         : o->out ? "--out" : o->resume ? "--resume"
         : o->checkpoint_every ? "--checkpoint-every" : o->keep ? "--keep" : NULL;
}

/* What a run is for otherwise, or NULL. */
static const char *instead_of_training(const rt_options *o)
{
    return o->dry_run ? "--dry-run" : o->eval ? "--eval" : o->check_grad ? "--check-grad"
         : o->predict ? "--predict" : o->replay ? "--replay" : NULL;
}

static bool agree_on_directory(const rt_options *o, rt_error *e)
{
    if (o->no_out && (o->out || o->resume))
        return rt_fail(e, "--no-out and %s: only one can be given", o->out ? "--out" : "--resume");
    if (o->out && o->resume)
        return rt_fail(e, "--out and --resume: a run goes on in its own directory");
    if (o->resume && (o->load || o->save_grads))
        return rt_fail(e, "--resume and %s: only one can be given",
                       o->load ? "--load" : "--save-grads");
    if ((o->checkpoint_every || o->keep) && o->no_out)
        return rt_fail(e, "%s and --no-out: checkpoints want a directory",
                       o->keep ? "--keep" : "--checkpoint-every");
    return true;
}

static bool agree(Reading *r)
{
    const rt_options *o = r->options;

    if (r->epochs && r->steps)
        return rt_fail(r->error, "epochs and steps: only one can be given");
    if (o->dry_run + o->check_grad + o->eval + (o->predict != NULL) + (o->replay != NULL) > 1)
        return rt_fail(r->error, "--dry-run, --check-grad, --eval, --predict and --replay: only "
                       "one can be given");
    if ((o->eval || o->predict) && !o->load)
        return rt_fail(r->error, "%s wants weights: --load FILE", instead_of_training(o));
    const char *training = asks_for_training(o), *instead = instead_of_training(o);
    if (training && instead)
        return rt_fail(r->error, "%s is for training: it does not go with %s", training, instead);
    if (!agree_on_directory(o, r->error))
        return false;
    if (o->json && (o->check_grad || o->replay))
        return rt_fail(r->error, "%s prints a table, not JSON", instead);
    if (o->replay && o->load)
        return rt_fail(r->error, "--replay and --load: the weights are those of the step");
    return rt_settings_check(r->set, r->model, r->error);
}

bool rt_options_read(int argc, char *const *argv, const rt_model *model, rt_options *o,
                     rt_settings *set, rt_error *e)
{
    Reading r = { .model = model, .options = o, .set = set, .error = e };

    *o = (rt_options){ .gemm = model->gemm };
    for (int i = 1; i < argc; i++) {
        if (!read_option(&r, argc, argv, &i))
            return false;
    }
    if (r.epochs)
        set->steps = 0;
    return o->help || o->version || agree(&r);
}

void rt_options_help(FILE *out, const rt_settings *set, const rt_model *model)
{
    fprintf(out, "usage: %s [options]\n\n", model->name);
    fputs("Trains the network, then reports how its gradient flows.\n\n", out);
    for (int i = 0; i < N_ROWS; i++) {
        char left[40];
        if (!rows[i].help)
            continue;
        snprintf(left, sizeof left, "%s%s%s", rows[i].name, rows[i].value ? " " : "",
                 rows[i].value ? rows[i].value : "");
        fprintf(out, "  %-19s %s\n", left, rows[i].help);
    }
    fputs("\nNumbers of this program that --set changes:\n", out);
    rt_settings_print(out, set, model);
    fputs("\nExit status: 0 done; 1 error in the data or at run time; 2 usage; 3 diverged; 4 an\n"
          "expectation failed; 130, 143 stopped by a signal.\n", out);
}
