/* value.h -- what an expression of the language is worth at compile time. */
#ifndef VALUE_H
#define VALUE_H

#include "source.h"

typedef struct Value Value;
typedef struct Callable Callable;

typedef enum {
    VALUE_NONE,                     /* not given and no default */
    VALUE_ERROR,                    /* a message was printed: everything accepts it silently */
    VALUE_INT, VALUE_REAL, VALUE_BOOL, VALUE_STRING,
    VALUE_WORD,                     /* `same`, `all`: a word that stands for itself */
    VALUE_LIST,                     /* also a range */
    VALUE_CALL                      /* activation, init, layer, loss, optimiser, source, ... */
} ValueKind;

struct Value {
    ValueKind kind;
    Span at;                        /* where it was written, or the default's owner */
    int64_t integer;                /* INT; BOOL 0 or 1 */
    double real;                    /* REAL, and INT converted */
    Str text;                       /* STRING, WORD */
    Value *item;                    /* LIST */
    int n;
    const Callable *callee;         /* CALL */
    Value *arg;                     /* CALL: in the order of the callee's signature, defaults in */
    bool is_default;                /* in an arg: was not written */
};

bool value_equal(const Value *a, const Value *b);       /* without the spans */

#endif
