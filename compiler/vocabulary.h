/* vocabulary.h -- every name that the language knows besides the user's own: layers, activations,
 * initialisers, losses, ...; one table, of layers.def, activations.def and vocabulary.def. */
#ifndef VOCABULARY_H
#define VOCABULARY_H

#include "value.h"

typedef enum {
    FAMILY_LAYER, FAMILY_ACTIVATION, FAMILY_INIT, FAMILY_LOSS, FAMILY_OPTIMIZER, FAMILY_SCHEDULE,
    FAMILY_CLIP, FAMILY_PENALTY, FAMILY_SOURCE, FAMILY_AUGMENT, FAMILY_SCALE, FAMILY_COMPOUND,
    FAMILY_SETTINGS, FAMILY_BLOCK,
    N_FAMILIES
} Family;

/* LAYER_DENSE, ... ; ACTIVATION_RELU, ...; INIT_HE_NORMAL, LOSS_MSE, ... */
typedef enum {
#define LAYER(id, name, signature, shape, lower) LAYER_##id,
#include "layers.def"
#undef LAYER
    N_LAYERS
} LayerKind;

typedef enum {
#define ACTIVATION(id, name, signature, slope_of, family) ACTIVATION_##id,
#include "activations.def"
#undef ACTIVATION
    N_ACTIVATIONS
} ActivationKind;

/* What a value may be: bits of kinds, and words that stand for themselves. */
enum {
    KIND_INT = 1, KIND_REAL = 2, KIND_BOOL = 4, KIND_STRING = 8, KIND_LIST = 16, KIND_NAME = 32
};
#define KIND_OF(family) (64u << (family))
enum { KINDS_MAX_WORDS = 4 };

typedef struct {
    unsigned mask;                  /* KIND_INT | KIND_OF(FAMILY_INIT) ... */
    unsigned element;               /* of a list's elements */
    Str word[KINDS_MAX_WORDS];
    int n_words;
} Kinds;

struct Expr;

/* One parameter of a signature. */
typedef struct {
    Str name;
    const char *kinds;              /* "int|same" */
    bool required;
    Value value;                    /* the default; VALUE_NONE: optional without one */
    Kinds accepts;
    double low, high;               /* numbers lie in this range, infinite where there is none */
    bool above_low, below_high;     /* the ends are left out */
    int same_as;                    /* default: the value of this earlier parameter; or -1 */
    const struct Expr *expr;        /* a block's default, evaluated at each use; or NULL */
} Param;

struct Callable {
    Family family;
    int id;                         /* LAYER_*, ACTIVATION_*; for WORDs see word_is */
    Str name;                       /* as the user writes it */
    const char *id_name;            /* "HE_NORMAL": aliases share it; the runtime's RT_ name */
    Param *param;
    int n_params;
};

typedef struct Vocabulary Vocabulary;
struct Intern;

Vocabulary *vocabulary_new(struct Intern *names, Arena *a);

/* NULL if the family has no such name. */
const Callable *vocabulary_find(const Vocabulary *v, Family family, Str name);
/* The n-th of a family, NULL past the end: for did-you-mean, completion, documentation. */
const Callable *vocabulary_nth(const Vocabulary *v, Family family, int n);
const char *family_name(Family family);     /* "layer", "activation": as in messages */
const char *family_phrase(Family family);   /* "a layer", "an activation" */

/* Reads a signature into the parameters of `callee`; a mistake in it is a bug of ours. */
void vocabulary_signature(Callable *callee, const char *text, const Vocabulary *v,
                          struct Intern *names, Arena *a);
/* Reads "int|same" or "list(real)"; false if a part is neither a kind nor, with `words`, a word. */
bool vocabulary_kinds(const Vocabulary *v, const char *text, bool words, Kinds *out);
/* "an int or 'same'", for messages. */
const char *kinds_text(const Kinds *k, Arena *a);
/* A call of `callee` with its defaults; the parameters without one are VALUE_NONE. */
Value call_with_defaults(const Callable *callee, Span at, Arena *a);

/* The argument of a call by name; a bug if the signature has no such parameter. */
const Value *call_arg(const Callable *callee, const Value *arg, const char *name);
#define value_arg(value, name) call_arg((value)->callee, (value)->arg, (name))
/* True if the value is a call of the word with this id: word_is(v, "GLOBAL_NORM"). */
bool word_is(const Value *v, const char *id_name);

#endif
