/* options.h -- the command line of a generated program. */
#ifndef RT_OPTIONS_H
#define RT_OPTIONS_H

#include <stdio.h>

#include "error.h"
#include "netrt.h"

enum { RT_LEAST_WIDTH = 40,         /* columns of a report */
       RT_PARAMS = 64 };            /* that --param can tell of */

typedef enum { RT_COLOR_AUTO, RT_COLOR_ALWAYS, RT_COLOR_NEVER } rt_color;

typedef struct {
    bool help, version;
    bool dry_run, check_grad, eval; /* instead of training: one of them at most, or replay */
    bool quiet, json, full, profile;
    bool every;                     /* --every was given: a line for each watched step */
    rt_color color;
    int64_t width;                  /* columns; 0: not given */
    rt_gemm gemm;                   /* the program's own where not given */
    int64_t threads;                /* 0: as many as the machine gives */
    int64_t checkpoint_every, keep; /* steps, checkpoints; 0: not given */
    bool no_out;
    const char *data, *save, *load, *save_grads, *predict, *replay, *out, *resume;
                                    /* NULL: not given */
    const char *param[RT_PARAMS];   /* "NAME=VALUE" */
    int n_params;
} rt_options;

/* Reads the arguments; numbers of the training go to *set, which holds the program's own before. */
bool rt_options_read(int argc, char *const *argv, const rt_model *model, rt_options *o,
                     rt_settings *set, rt_error *e);

void rt_options_help(FILE *out, const rt_settings *set, const rt_model *model);

#endif
