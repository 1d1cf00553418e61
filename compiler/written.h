/* written.h -- which argument was written for which parameter, and what is its own text. */
#ifndef WRITTEN_H
#define WRITTEN_H

#include "ast.h"
#include "vocabulary.h"

/* The argument for parameter k of `callee`, or NULL: it was left out. */
const Arg *written_arg(const Callable *callee, int k, const Arg *args);

/* `e` is the word or the call that `v` is a value of: leaky_relu(0.1), not a param's name. */
bool written_call(const Expr *e, const Value *v);

/* `e` says its value by itself: it names no param, let, loop variable or function. */
bool written_plain(const Expr *e, const Value *v);

#endif
