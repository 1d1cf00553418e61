/* compare.h -- two checked sources side by side: what changed from one to the other, in the terms
 * of the model (`netc diff`). */
#ifndef COMPARE_H
#define COMPARE_H

#include "compile.h"

/* ---- One side ------------------------------------------------------------------------------- */

typedef struct Part Part;

typedef struct {
    Part **part;
    int n;
} Parts;

/* What iterations of a repeat have in one place, runs of equal ones taken once: 64, 128. */
typedef struct {
    const char **text;
    int n;
} Pieces;

typedef struct {
    const char *name;
    Pieces pieces;
    const char *text;               /* the pieces in one: "64, 128" */
    bool shown;                     /* it was written and is no default, or it is an initialiser */
    bool by_position;
} PartArg;

/* A statement of the model, as often as it stands there: all iterations of a repeat are one. */
struct Part {
    Str name;
    bool named;                     /* by the user */
    const char *kind;               /* "dense", "repeat", "shortcut"; a block's name */
    bool is_layer;                  /* a layer or an activation */
    const Item *item;               /* the first of them; NULL: a branch or a shortcut */
    PartArg *arg;
    int n_args;
    Pieces ins, outs;
    const char *in, *out;           /* shapes: "[64]" */
    const char *path;               /* "stage[0..2].conv" */
    const char *text;               /* "dense(64, act = tanh)" */
    Str sign, body;                 /* kind, arguments and shapes; those of all parts of it */
    int64_t copies;
    double parameters, multiply_adds;       /* of all copies, with all parts of it */
    int first, last;                /* the iterations of the repeat around it that have it */
    Parts parts;
    const Part *outer;
};

/* A setting, a param, a line of expect: what a source says outside of its layers. */
typedef struct {
    const char *section, *key;      /* "train", "optimizer" */
    const char *text;
    const Value *value;             /* or NULL */
    bool hidden;                    /* the text is too long to be shown: a block's */
} Entry;

/* A number of the whole: see compare_figures.c. */
enum { MAX_FIGURES = 16 };

typedef struct {
    const Compilation *c;
    Parts parts;
    Entry *entry;
    int n_entries;
    double figure[MAX_FIGURES];     /* NAN: there is none */
} Side;

/* A compiled source as a side; texts of both sides come from one table of names. */
Side compare_side(const Compilation *c, Intern *names, Arena *a);

/* ---- What changed --------------------------------------------------------------------------- */

typedef struct {
    const char *what, *old, *new;   /* "act", "sigmoid", "relu"; NULL: it is not there */
} Detail;

/* A part of the old side and what it has become; one of them is NULL where it came or went. */
typedef struct {
    const Part *old, *new;
    bool renamed, moved;
    Detail *detail;
    int n_details;
} Match;

typedef struct {
    const char *section, *key, *old, *new;  /* NULL: it is not there */
    bool hidden;
} EntryChange;

typedef struct {
    int old_lines, new_lines, added, removed;
} LineChange;

typedef struct {
    Side old, new;
    bool same_text;                 /* byte for byte */
    Match *match;                   /* all parts, in the new order */
    int n_matches;
    EntryChange *entry;
    int n_entries;
    LineChange c;                   /* of the generated C */
    bool differs;                   /* in more than the text */
} Comparison;

Comparison compare(const Compilation *old, const Compilation *new, Arena *a);
bool match_differs(const Match *m);
bool match_of_shape(const Match *m);        /* nothing changed but shapes: by what stands before */

/* For a reader; what both have in common is left out. */
void compare_write_text(const Comparison *c, bool color, FILE *out);
void compare_write_json(const Comparison *c, FILE *out);
/* One side, a line a statement: what git compares by textconv. */
void compare_write_side(const Side *side, FILE *out);

/* ---- The parts of the pass, a file each ------------------------------------------------------ */

Parts compare_parts(const Compilation *c, Intern *names, Arena *a);
void compare_entries(Side *side, Arena *a);
void compare_figures(Side *side);
const char *figure_key(int i);              /* "parameters"; NULL past the last */
const char *figure_label(int i);
void compare_match(Comparison *c, Arena *a);
void compare_entry_changes(Comparison *c, Arena *a);
LineChange compare_lines(const char *old, const char *new, Arena *a);
/* A value as it would be written, with all of its elements. */
const char *compare_value(const Value *v, Arena *a);
/* "64, 128" */
const char *compare_join(const char *const *text, int n, const char *between, Arena *a);

#endif
