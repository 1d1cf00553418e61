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
    bool as_default;                /* in an arg: was written, and is worth the default */
    bool automatic;                 /* in an arg: an initialiser that was chosen for `auto` */
};

bool value_equal(const Value *a, const Value *b);       /* without the spans */

Value value_error(Span at);
Value value_int(Span at, int64_t x);
Value value_real(Span at, double x);
Value value_bool(Span at, bool x);
bool value_is_number(const Value *v);                   /* an int or a real */

/* As the user would write it: "leaky_relu(0.2)", "[1, 2]", "0.5"; a long list is cut. */
const char *value_text(const Value *v, Arena *a);
const char *value_literal(const Value *v, Arena *a);    /* the same, whole: it reads back as v */
/* What it is, for messages: "the int 3", "the activation 'relu'". */
const char *value_phrase(const Value *v, Arena *a);
/* The shortest decimal that reads back as x, as a person writes it: 10.0, 0.001, 1e-9. */
enum { REAL_TEXT = 40 };
void real_write(double x, char text[REAL_TEXT]);
const char *real_text(double x, Arena *a);

#endif
