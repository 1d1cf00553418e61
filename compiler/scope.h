/* scope.h -- the values that names stand for: params, lets, a block's parameters, i of a repeat. */
#ifndef SCOPE_H
#define SCOPE_H

#include "map.h"
#include "value.h"

typedef struct Scope Scope;

typedef struct {
    Str name;
    Value value;
    Span at;                        /* where it was declared */
    bool used;
} Entry;

struct Scope {
    Scope *outer;
    Map entries;                    /* name to Entry */
    struct Evaluation *all;         /* shared by all scopes of a compilation */
};

typedef struct Evaluation {
    int64_t elements;               /* of all lists made so far */
    bool broken;                    /* text was unreadable: a name may have been declared there */
} Evaluation;

Scope *scope_new(Scope *outer, Arena *a);
Entry *scope_add(Scope *s, Str name, Value value, Span at, Arena *a);   /* hides outer ones */
Entry *scope_find(const Scope *s, Str name);    /* here or further out; NULL */
Entry *scope_find_here(const Scope *s, Str name);

#endif
