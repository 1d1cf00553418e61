/* globals.h -- what the declarations of a file and its imports stand for, from check to infer. */
#ifndef GLOBALS_H
#define GLOBALS_H

#include "ast.h"
#include "scope.h"
#include "vocabulary.h"

typedef struct {
    const Decl *decl;
    Callable callee;                /* FAMILY_BLOCK, with its parameters */
    bool used;
    bool open;                      /* being instantiated: using it now is a recursion */
    bool failed;                    /* a message about its body was printed */
    bool refused;                   /* so was the block or a default: its uses are not looked at */
} Block;

typedef struct Globals {
    Scope *scope;                   /* params and lets */
    Map blocks;                     /* name to Block */
    const Decl **decl;              /* params and lets in order, for warnings */
    int n_decls;
} Globals;

#endif
