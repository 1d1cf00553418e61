/* model.h -- the checked model: what a .net file means once every name, kind and shape is known.
 * Made by check and infer, read by all later passes, never changed by them. */
#ifndef MODEL_H
#define MODEL_H

#include "ast.h"
#include "map.h"
#include "shape.h"
#include "vocabulary.h"

typedef struct Item Item;
typedef struct Unit Unit;

/* A tensor, as seen from inside a unit. */
typedef enum {
    REF_INPUT,                      /* the unit's input number `input`: 0 is the current tensor on
                                     * entry, 1.. are captures */
    REF_ITEM,                       /* what `item` of this unit puts out (a repeat: its last) */
    REF_EXPORT                      /* export `output` of an iteration of the repeat `item` */
} RefKind;

typedef struct {
    RefKind kind;
    int input;
    const Item *item;
    int iteration, output;
} Ref;

typedef struct {
    Item **item;
    int n;
} Items;

typedef enum {
    ITEM_LAYER, ITEM_ACTIVATION, ITEM_BLOCK, ITEM_REPEAT, ITEM_RESIDUAL, ITEM_PARALLEL
} ItemKind;

/* Equal neighbouring iterations of a repeat: they share one unit. */
typedef struct {
    int first, count;
    const Unit *unit;
} Run;

/* A statement of the model after checking.  `if` leaves only the branch taken. */
struct Item {
    ItemKind kind;
    Str name;                       /* unique in its unit: given, or by kind and rank (dense_2);
                                     * a repeat: "repeat_h", by a layer of its body */
    bool named;                     /* by the user */
    const Stmt *stmt;               /* what was written, for headings and spans */
    Span at;
    const Item *repeat;             /* in whose iteration it stands, directly, or NULL */
    Shape in, out;                  /* of the first input, of the output */
    Ref *from;                      /* tensors it reads; the current one where nothing was said */
    int n_from;
    const Callable *callee;         /* LAYER, ACTIVATION, RESIDUAL, PARALLEL */
    const Callable *written;        /* what the statement's arguments were bound to: the callee, or
                                     * the block; NULL where it takes none */
    Value *arg;                     /* by that signature; initialisers resolved from auto */
    const Unit *unit;               /* BLOCK: equal instantiations share one */
    Unit **iteration;               /* REPEAT: every iteration, 0 .. count - 1 */
    int count;
    Run *run;                       /* REPEAT: the iterations folded into runs, in order */
    int n_runs;
    int turn;                       /* REPEAT: so many iterations of it, which take turns with
                                     * others and were made one unit by lower; else 0 */
    Items body;                     /* RESIDUAL: items of the same unit, in line */
    Ref body_out;
    bool has_shortcut;
    Items shortcut;
    Ref shortcut_out;               /* the input itself where there is no shortcut */
    Items *branch;                  /* PARALLEL */
    Ref *branch_out;
    int n_branches;
    int export;                     /* its number among the unit's exports, or -1 */
    int number;                     /* among all items of its unit, bodies included, in order */
};

/* The model, a block instance, or an iteration of a repeat: what becomes a pair of C functions.
 * Items of residual and parallel bodies stand inside their item, but belong to the same unit. */
struct Unit {
    Str name;                       /* "model"; "bottleneck_64_2_on_64x56x56": a block's;
                                     * an iteration: NULL (named by lower from the path) */
    const Decl *block;              /* or NULL */
    const Callable *callee;         /* BLOCK: its signature, and */
    const Value *arg;               /* the arguments of this instance */
    Span at;
    bool recomputes;                /* stands in a repeat with `checkpoint`: its backward pass
                                     * computes the forward tensors again that it reads */
    Shape in, out;
    Items items;
    Ref result;                     /* what it puts out */
    Ref *capture;                   /* inputs 1..: in the terms of the unit around it */
    Shape *capture_shape;
    int n_captures;
    Item **export;                  /* items that the outside reads */
    int n_exports;
};

typedef enum { TARGET_CLASS, TARGET_VECTOR, TARGET_INPUT } TargetKind;

typedef struct {
    TargetKind kind;
    int64_t classes;
    Shape shape;                    /* as a vector; CLASS with one_hot: the output's */
    int64_t steps;                  /* CLASS: one for each of so many steps; 0: for the sample */
    bool one_hot;                   /* the loss reads a class as a vector: [classes], or [1] */
    Span at;
} Target;

typedef struct {
    Value loss, optimizer, schedule, clip, regularize;      /* VALUE_CALL, defaults filled in */
    bool from_probabilities;        /* binary_cross_entropy after a sigmoid */
    int64_t batch, epochs, steps;   /* steps 0: epochs count */
    uint64_t seed;
    bool shuffle, double_precision;
    Str on_nonfinite;               /* "stop", "skip", "continue" */
    const Decl *decl;               /* where each key was written: its settings */
} Settings;

typedef struct {
    Value train, test, valid;       /* VALUE_CALL of a source, or VALUE_NONE */
    double split, scale, mean, std;
    int normalize;                  /* 0 none, 1 standard, 2 mean and std */
    int64_t limit;
    Value augment;                  /* VALUE_LIST or VALUE_NONE */
    const Decl *decl;
} Data;

typedef struct {
    int64_t every;
    bool histograms;
    Str *layer;                     /* names; n_layers 0: all */
    int n_layers;
} Observe;

/* A condition of `expect`, its names and kinds checked. */
typedef struct Check Check;
typedef enum {
    CHECK_AND, CHECK_OR, CHECK_NOT, CHECK_COMPARE,          /* truth values */
    CHECK_ARITHMETIC, CHECK_NUMBER, CHECK_QUANTITY          /* numbers */
} CheckKind;
struct Check {
    CheckKind kind;
    Oper oper;                      /* COMPARE: OPER_EQ .. OPER_GE; ARITHMETIC: + - * / and NEG */
    double number;
    const char *quantity;           /* "loss.test", "flow", "predicted.flow" */
    const char *layer;              /* "h", "h[3]", "stage[1].unit", or NULL */
    int64_t step, epoch;            /* -1: the last */
    Check *left, *right;
    Span at;
};

typedef struct {
    Span at;
    const char *text;               /* printed anew: "flow(h, step = 0) < 1e-9" */
    Check *check;
    bool predicted_only;            /* netc check evaluates it too */
} Expectation;

/* A param with its value, in order of declaration (imports first). */
typedef struct {
    Str name, kind;
    Value value;
    bool from_command_line;
    const Decl *decl;
} ParamValue;

/* An axis of `sweep`: what varies, and its values in order. */
typedef struct {
    Str name;
    bool setting;                   /* of train, or the optimiser's lr; else a param */
    const Value *value;
    int n;
} SweepAxis;

struct Globals;                     /* globals.h: params, lets and blocks, from check to infer */

typedef struct Model {
    Str name;                       /* the file's stem, made an identifier: "deep" */
    const File *file;
    Shape input;
    Span input_at;
    Target target;
    Unit *unit;                     /* NULL: `netc check` of a file without a model */
    int64_t n_layers;               /* after expansion */
    bool has_train;
    Settings settings;
    Data data;
    Observe observe;
    Expectation *expect;
    int n_expects;
    ParamValue *param;
    int n_params;
    SweepAxis *axis;
    int n_axes;
    bool left_out;                  /* a `where` of the sweep does not hold for these values */
    Str *allow;                     /* warnings silenced, by their -W name */
    int n_allow;
    Str *ask;                       /* warnings that the command line names, to be given even where
                                     * another explains them */
    int n_ask;
    Str *note;                      /* ... and from the level on at which they are noted */
    int n_note;
    bool note_all;
    Map sections;                   /* Decl of data, train, observe to its settings' Values */
    struct Globals *globals;
} Model;

/* The text of an item's statement on one line, without bodies: "h = dense(64, act = phi)"; of a
 * repeat's: "repeat_h = repeat depth as i". */
char *item_text(const Item *item, Arena *a);
char *repeat_text(const Item *item, Arena *a);

#endif
