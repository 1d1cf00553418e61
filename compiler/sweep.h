/* sweep.h -- a sweep: its points, the programs that they share, how each went (`netc sweep`).
 *
 * Points that differ in numbers of a run alone are of one program, which is compiled once.  All
 * that is known stands in the sweep's folder: sweep.json says which sweep it is, `point` runs a
 * point by its name, the Makefile all of them. */
#ifndef SWEEP_H
#define SWEEP_H

#include <signal.h>

#include "session.h"

/* How a point stands, in the order in which they are told. */
typedef enum {
    POINT_DONE,
    POINT_UNEXPECTED,               /* ran to its end, and an expectation failed */
    POINT_DIVERGED,
    POINT_FAILED,
    POINT_REFUSED,                  /* does not compile */
    POINT_HALF,                     /* was stopped or killed: goes on */
    POINT_WAITING,
    N_POINT_STATUSES
} PointStatus;

/* What of a program decides which numbers it takes. */
typedef struct {
    const char *optimizer, *clip;   /* "sgd", "none" */
    const char *loss, *schedule;    /* names of the runtime's, without RT_: "MSE", "STEP" */
    bool batch_statistics;
} Takes;

/* What its run measured; NAN where there is nothing. */
typedef struct {
    double loss_train, loss_test, accuracy_train, accuracy_test;
    double flow_first, flow_last;   /* at step 0, at the last step that was watched */
    double seconds;
} Measured;

typedef struct {
    const char *name;               /* "017-tanh-he_normal-20": plain letters for make and sh */
    const int *choice;              /* by axis: the number of its value */
    const char *numbers;            /* "lr=0.1\nmomentum=0.9\n": all that its program reads */
    const char **set;               /* of those the ones that are not the program's own */
    int n_set;
    Takes takes;
    int program;                    /* by number; -1: it does not compile */
    double predicted;               /* flow */
    const char *warnings;           /* "vanishing-gradient ...", "" */
    double work;                    /* multiply-adds of its run, roughly */
    PointStatus status;
    int exit_status;                /* -1: has none */
    const char *why;                /* FAILED, REFUSED: a sentence; else NULL */
    Measured measured;
} Point;

/* What several points may run: bin/1, ... */
typedef struct {
    uint64_t hash[2];               /* of its C */
    int point;                      /* the first that runs it: its numbers are the program's own */
} SweepProgram;

typedef struct Sweep {
    const Options *options;
    Arena *arena;
    const Source *source;
    const char *folder;             /* --out */
    Str name;                       /* the model's */
    const SweepAxis *axis;
    int n_axes;
    const char ***text;             /* of the values, by axis and number */
    Define *fixed;                  /* -D, and the first value of a param that has none */
    int n_fixed;
    int64_t batch;                  /* the largest of all points: programs are compiled for it */
    Point *point;                   /* in order of the product, the last axis fastest */
    int n_points;
    int *at;                        /* by number in the product: its point; -1: left out */
    int n_product;
    SweepProgram *program;
    int n_programs;
    int jobs, threads;              /* runs at once, and threads of each */
} Sweep;

/* ---- sweep.c, sweep_points.c: from a source to points ------------------------------- */

/* The axes of the source; an exit status, EXIT_FINE or after a sentence. */
int sweep_open(Sweep *s, const Options *o, Arena *a);

/* Lists the points, without what they compile to. */
void sweep_list(Sweep *s);

/* All points, each compiled as far as C; what is wrong with one is told, and it is left alone. */
bool sweep_points(Sweep *s);

/* The number in the product of a point's choices. */
int sweep_place(const Sweep *s, const int *choice);

/* A point by its values: "phi = relu, depth = 5". */
const char *sweep_describe(const Sweep *s, const Point *p, Arena *a);

/* A point's source, checked; for the largest batch, or its own.  False: errors. */
bool sweep_check(const Sweep *s, const int *choice, bool largest, Session *session, Compilation *c);

/* ---- sweep_folder.c: what stands in the folder ------------------------------------------ */

/* Makes the folder or takes it up; false after a sentence: it is another's, or cannot be written.
 * Holds it until netc and all that it runs have ended. */
bool sweep_folder(const Sweep *s);
bool sweep_write_slurm(const Sweep *s);     /* sweep.sbatch, of the points that are left */
const char *sweep_file(const Sweep *s, const char *name, Arena *a);

/* ---- sweep_json.c, sweep_scripts.c, sweep_slurm.c: the texts in it ---------------------- */

void sweep_json(const Sweep *s, FILE *out);
void sweep_makefile(const Sweep *s, FILE *out);
void sweep_script(const Sweep *s, FILE *out);
void sweep_names(const Sweep *s, FILE *out);
void sweep_slurm(const Sweep *s, FILE *out);

/* ---- sweep_words.c: the options of the programs, behind `--` ---------------------------- */

typedef enum { WORD_PLAIN, WORD_DATA, WORD_LOAD } ProgramWord;

/* What words[0] is; of --data and --load the value, in it or in words[1]. */
ProgramWord sweep_word(char *const *words, const char **value);
bool sweep_has_word(const Sweep *s, const char *option);

/* False after a sentence: options that a sweep has no place for, or that a program refuses. */
bool sweep_words(const Sweep *s);

/* ---- sweep_build.c, sweep_run.c: work, with its progress -------------------------------- */

typedef struct {
    bool redraws;                   /* a terminal: one line that is redrawn */
    double started, told;           /* seconds of the clock */
    bool open;                      /* a redrawn line stands there */
} SweepProgress;

void sweep_progress(SweepProgress *p, bool last, const char *text);
double sweep_seconds(void);

/* Signals that end netc are held back from here on, and waited for. */
void sweep_hold_signals(sigset_t *before);

/* Waits so long for a child to end, or a signal, which it returns; else 0. */
int sweep_wait(double seconds);

/* Compiles every program that is not there.  Returns the signal that came, or 0. */
int sweep_build(Sweep *s, const sigset_t *before);

/* Runs make.  Returns the signal that came, or 0. */
int sweep_run(Sweep *s, const sigset_t *before);

/* ---- sweep_results.c: what came of it --------------------------------------------------- */

void sweep_read_point(const Sweep *s, Point *p);
void sweep_read(Sweep *s);
int sweep_count(const Sweep *s, PointStatus status);
const char *sweep_status_word(PointStatus status);

/* A number of a point. */
typedef struct {
    const char *name;               /* "test accuracy" */
    size_t offset;                  /* in Point */
    bool is_flow;                   /* is compared by its decades */
    bool is_loss;                   /* the least is the best */
    bool is_forecast;               /* is known of a point that did not run */
} Measure;

/* NAN: it has none.  What weights that are not finite classify by chance is no accuracy. */
double sweep_measured(const Point *p, Measure m);

/* The flows, and what points are compared by beside: an accuracy where the target is a class. */
extern const Measure sweep_predicted_flow, sweep_first_flow;
Measure sweep_measure(const Sweep *s);

/* results.csv, index.html and seeds.csv; false after a sentence. */
bool sweep_write_results(const Sweep *s);
void sweep_csv(const Sweep *s, FILE *out);
/* An axis as a column: "axis.NAME" where results.csv or `others`, ",a,b", have one of its name. */
void sweep_csv_axis(const Sweep *s, int axis, const char *others, FILE *out);
void sweep_csv_field(const char *text, FILE *out);
void sweep_csv_number(double x, FILE *out);         /* behind a comma; nothing if not finite */
void sweep_page(const Sweep *s, FILE *out);
void sweep_summary(const Sweep *s, bool written, FILE *out);    /* written: it names them */

/* ---- sweep_seeds.c: points that differ in their seed alone ------------------------------ */

/* The axis `seed` beside others; -1: there is none. */
int sweep_seeds(const Sweep *s);

typedef struct {
    double mean, least, largest;    /* NAN: n is 0; the mean of a flow is that of its decades */
    int n, points;                  /* of so many points so many have a number */
    int lost;                       /* so many ended without one */
} Spread;

/* Of the points that differ from this choice in the seed alone; its seed is the first. */
Spread sweep_spread(const Sweep *s, const int *choice, Measure m);

void sweep_seeds_csv(const Sweep *s, FILE *out);
void sweep_seeds_table(const Sweep *s, FILE *out);

/* ---- sweep_page.c, sweep_maps.c: parts of the page -------------------------------------- */

extern const char sweep_html[], sweep_css[];        /* page/sweep.html, page/sweep.css */
void sweep_maps(const Sweep *s, FILE *out);
void sweep_legend(FILE *out);
void sweep_link(const Sweep *s, const Point *p, FILE *out);     /* <a href="runs/..."> */
void sweep_figure(double x, int digits, FILE *out);             /* a cell; empty if not finite */

#endif
