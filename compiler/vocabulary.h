/* vocabulary.h -- every name that the language knows besides the user's own: layers, activations,
 * initialisers, losses, ...; one table, made from layers.def, activations.def and vocabulary.def. */
#ifndef VOCABULARY_H
#define VOCABULARY_H

#include "value.h"

typedef enum {
    FAMILY_LAYER, FAMILY_ACTIVATION, FAMILY_INIT, FAMILY_LOSS, FAMILY_OPTIMIZER, FAMILY_SCHEDULE,
    FAMILY_CLIP, FAMILY_PENALTY, FAMILY_SOURCE, FAMILY_AUGMENT, FAMILY_SCALE, FAMILY_COMPOUND,
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

/* One parameter of a signature. */
typedef struct {
    Str name;
    const char *kinds;              /* "int|same" */
    bool required;
    Value value;                    /* the default */
} Param;

struct Callable {
    Family family;
    int id;                         /* LAYER_*, ACTIVATION_*; for WORDs see word_is */
    Str name;                       /* as the user writes it */
    const char *id_name;            /* "HE_NORMAL": aliases share it; the runtime's RT_ name */
    Param *param;
    int n_params;
    bool later;                     /* known, not built yet */
};

typedef struct Vocabulary Vocabulary;
struct Intern;

Vocabulary *vocabulary_new(struct Intern *names, Arena *a);

/* NULL if the family has no such name. */
const Callable *vocabulary_find(const Vocabulary *v, Family family, Str name);
/* The n-th of a family, NULL past the end: for did-you-mean, completion, documentation. */
const Callable *vocabulary_nth(const Vocabulary *v, Family family, int n);
const char *family_name(Family family);     /* "layer", "activation": as in messages */

/* The argument of a call by name; a bug if the signature has no such parameter. */
const Value *call_arg(const Callable *callee, const Value *arg, const char *name);
#define value_arg(value, name) call_arg((value)->callee, (value)->arg, (name))
/* True if the value is a call of the word with this id: word_is(v, "GLOBAL_NORM"). */
bool word_is(const Value *v, const char *id_name);

#endif
