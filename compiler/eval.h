/* eval.h -- expressions at compile time.
 *
 * Integers are 64-bit and checked, reals are finite doubles.  Every mistake is one located message
 * and makes a VALUE_ERROR, which everything accepts silently. */
#ifndef EVAL_H
#define EVAL_H

#include "passes.h"
#include "scope.h"

typedef struct {
    Session *s;
    Scope *scope;
} Eval;

/* The value of `e`; `want` (may be NULL: anything) says which words and families its names may
 * come from, and is not enforced: see value_fit. */
Value eval(const Expr *e, const Kinds *want, const Eval *in);

/* As `want` wants it: an int becomes a real where only reals are accepted; a message and
 * VALUE_ERROR where it does not fit.  `who` begins the message: "'units' of 'dense'". */
Value value_fit(Value v, const Kinds *want, const char *who, Session *s);
/* The same for the value of a parameter, with its range. */
Value param_fit(Value v, const Param *p, const char *who, Session *s);

bool param_in_range(double x, const Param *p);

/* eval, then value_fit to the one kind; false after a message. */
bool eval_int(const Expr *e, const char *who, const Eval *in, int64_t *out);
bool eval_bool(const Expr *e, const char *who, const Eval *in, bool *out);

/* The pieces of eval, a file each. */
Value eval_unary(const Expr *e, Value right, Session *s);
Value eval_binary(const Expr *e, Value left, Value right, Session *s);
bool is_function(Str name);
struct Words;
void words_add_functions(struct Words *w, Arena *a);
/* iris or iris.csv, where a string is wanted */
void report_bare_string(const Expr *e, Session *s);
Value eval_function(const Expr *e, const Eval *in);
Value eval_name(const Expr *e, const Kinds *want, const Eval *in);
Value eval_call(const Expr *e, const Kinds *want, const Eval *in);

/* A param, let or loop variable, a function, or a word of the language. */
bool is_known_name(Str name, const Eval *in);

/* Room for n more list elements in this compilation? false after a message. */
bool list_budget(int64_t n, Span at, const Eval *in);

/* ---- Calls (eval_bind.c) ---- */

typedef struct {
    const Callable *callee;
    const Arg *args;
    Span at;                        /* what is underlined when an argument is missing */
    Scope *inner;                   /* a block: gets its parameters, one by one; else NULL */
} Call;

/* Binds arguments to the signature by position and by name; kinds and ranges are checked, defaults
 * filled in.  Mistakes leave VALUE_ERRORs; never NULL (but for no parameters). */
Value *call_bind(const Call *c, const Eval *in);

/* "'units' of 'dense'"; for a setting "'batch'". */
const char *param_phrase(const Callable *c, const Param *p, Arena *a);

#endif
