/* infer.h -- units under construction: between infer.c, which walks statements, and its parts. */
#ifndef INFER_H
#define INFER_H

#include "eval.h"
#include "globals.h"

/* A tensor inside the unit under construction. */
typedef struct {
    Ref ref;
    Shape shape;
    Span made;                      /* the statement that puts it out, for notes */
} Wire;

/* What a name stands for in a unit. */
typedef struct {
    Item *item;
    Wire wire;
} Label;

/* A repeat of the unit: from outside its names are arrays. */
typedef struct {
    Item *item;
    Map **labels;                   /* of each iteration that was built: name to Label */
    int n_built;
    const Map *names;               /* given by the user in its body */
    Wire entry;                     /* what flows into iteration 0 */
    bool complete, failed;
    bool steady;                    /* see infer_is_steady */
    int64_t layers;                 /* of the last iteration that was built */
} RepeatSite;

/* The names of the model, or of a block's instance; those of its repeats are arrays in it. */
typedef struct {
    Map given;                      /* by the user, anywhere in it: to a Stmt */
    Map taken;                      /* so far: to a NameSite */
} Namespace;

typedef struct {
    const Stmt *repeat;             /* directly around it, or NULL */
    Span at;
} NameSite;

/* The instance of a block that is being built, for notes. */
typedef struct Instance {
    const Block *block;
    Span call;
    Shape in;
    const struct Instance *outer;
} Instance;

/* The whole pass. */
typedef struct {
    Session *s;
    Model *model;
    Globals *globals;
    Map instances;                  /* a key of block, arguments and shape to its Unit */
    Map unit_layers;                /* Unit of a block to its number of layers, as int64_t */
    Map unit_names;                 /* taken */
    Map unit_head;                  /* Unit of a block to a Follower: see infer_auto.c */
    Map indices;                    /* body of the model, of a block: reads it layers by index? */
    Map given_names;                /* body to the names given in it */
    int64_t n_layers, n_empty;      /* layers; iterations without any */
    int level;                      /* bodies and blocks around the statement at work */
    bool full;                      /* past a limit: nothing is built any more */
    bool trains;                    /* a layer has weights */
    bool has_input, has_target;
    bool misplaced_input, misplaced_target;
} Infer;

/* A unit under construction: the model, a block's instance, an iteration. */
typedef struct Builder {
    Infer *in;
    Unit *unit;
    struct Builder *outer;          /* of an iteration: the unit around the repeat; else NULL */
    RepeatSite *own;                /* of an iteration: its repeat ... */
    int iteration;                  /* ... and which one it is */
    const Instance *instance;       /* NULL in the model */
    bool recomputes;                /* see Unit */
    Scope *scope;
    Namespace *space;
    Map *labels;                    /* name to Label */
    Map ranks;                      /* word to the last rank, as a pointer */
    const Map *names;               /* given by the user anywhere in this unit */
    Map arrays;                     /* names in the repeats before to their RepeatSite */
    Items *into;                    /* the list that items go to: the unit's or a body's */
    Wire entry, now;                /* what flows in; the current tensor */
    int n_items;
} Builder;

/* ---- infer.c ---- */
void infer_statements(Builder *b, const Stmt *first);
/* Ends a unit: its result is the current tensor. */
void infer_finish(Builder *b);
const Decl *infer_model_decl(const File *file);

/* ---- infer_item.c: items, names, messages ---- */
/* An error, with notes for the block instance and iteration that it stands in. */
Message *infer_error(const Builder *b, MessageId id, Span at, const char *format, ...) PRINTF(4, 5);
const char *shape_of_wire(const Builder *b, const Wire *w);
void note_made(const Builder *b, Message *m, const Wire *w);
/* A new item, named: by the user, or by `word` and rank. */
Item *infer_item(Builder *b, ItemKind kind, const Stmt *s, Str word);
/* Adds it to the unit with what it reads; the current tensor is then its output. */
void infer_add(Builder *b, Item *item, const Wire *from, int n, Shape out);
/* After an error: the statement has a result of no known shape. */
void infer_lost(Builder *b, const Stmt *s);
/* Names and numbers an item that was made before. */
void infer_name(Builder *b, Item *item, const Stmt *s, Str word);
const Map *infer_given_names(Infer *in, const Stmt *body);
Namespace *infer_namespace(Infer *in, const Stmt *body);
/* The dimensions as ints; SHAPE_ERROR after a message. */
Shape infer_dims(const Builder *b, const ShapeExpr *e, const char *who);
/* Counts n more layers against the limit; false when there are too many. */
bool infer_count(Builder *b, int64_t n, Span at);

/* ---- infer_tensor.c: names in `from` ---- */
bool infer_tensor(Builder *b, const Expr *e, Wire *out);
/* The tensors that a statement reads, the current one where it says nothing. */
Wire *infer_from(Builder *b, const Stmt *s, int *n);
/* A tensor of the unit around becomes an input of this one. */
Wire infer_capture(Builder *b, const Wire *outside);
bool ref_equal(const Ref *a, const Ref *b);

/* ---- statements, a file each ---- */
void infer_layer(Builder *b, const Stmt *s);
bool infer_has_weights(const Item *item);       /* a layer that multiplies by what it learns */
void infer_unknown_layer(Infer *in, const Scope *scope, const Stmt *s);
void infer_block(Builder *b, const Stmt *s, Block *block);
void infer_repeat(Builder *b, const Stmt *s);
void infer_residual(Builder *b, const Stmt *s);
void infer_parallel(Builder *b, const Stmt *s);
void infer_target(Builder *b, const Stmt *s);

/* ---- infer_steady.c ---- */
/* The statements of the repeat say nothing of the iteration, and nobody reads one by its number:
 * two that get tensors of one shape are equal. */
bool infer_is_steady(Builder *b, const Stmt *repeat);

/* ---- infer_shape.c, infer_join.c ---- */
typedef struct {
    Builder *b;
    const Callable *callee;
    const Value *arg;
    const Wire *in;
    int n;
    Span at;
} ShapeCall;

Shape infer_shape(const ShapeCall *c);      /* by the `shape` column of layers.def */
Shape shape_same(const ShapeCall *c);
Shape shape_join_same(const ShapeCall *c);
Shape shape_concat(const ShapeCall *c);
/* `join` is "concat", "add" or "mul"; `id` the message's. */
Shape infer_join(Builder *b, const char *join, MessageId id, const Wire *in, int n, Span at);
/* Dimensions and elements within limits? */
bool infer_size(const Builder *b, Shape s, Span at);

/* ---- after all statements ---- */
/* What is known once a unit is complete: initialisers, then runs; of a file without errors. */
void infer_settle(Infer *in, Unit *unit);
/* `init = auto` by the activation that follows. */
void infer_auto(Infer *in, Unit *unit);
/* Equal neighbouring iterations share one unit. */
void infer_fold(Unit *unit, Arena *a);
/* The model's output against its target and loss; the data against both. */
void infer_check_target(Builder *b);
/* ---- infer_data.c: bundled and made data, augmentation ---- */
void infer_check_sources(Builder *b);
void infer_check_augment(Builder *b);
/* The steps for which the data gives a class; 0: one for a sample; -1: not known.  *source is the
 * source that says so, or NULL. */
int64_t infer_class_steps(const Model *m, const Value **source);
/* Names of layers in expect and observe. */
void infer_check_names(Infer *in);
void infer_warn_unused(Infer *in);
/* Blocks that nothing uses have no shapes; their words are looked at. */
void infer_check_unused(Infer *in);

#endif
