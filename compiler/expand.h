/* expand.h -- between expand.c, which walks the file, and its parts.
 *
 * A file is expanded by edits of its text, so that comments and order stay.  What the language has
 * no words for (the layers of a repeat, what differs from one use of a block to the next) is noted
 * in comments that begin with "//=": they are made anew each time. */
#ifndef EXPAND_H
#define EXPAND_H

#include "edit.h"
#include "globals.h"
#include "passes.h"

/* A layer, a join or the use of a block in the whole model.  In a repeat its equal neighbours are
 * one place, from `first` to `last`: "h[0]" to "h[19]". */
typedef struct {
    const Item *item;
    const char *first, *last;
} Standing;

typedef struct {
    Standing *place;
    int n;
} Standings;

typedef struct {
    Session *s;
    const Model *model;
    Map places;                     /* a Stmt, or the Decl of a block, to its Standings */
    Map ambiguous;                  /* body to a Map of the names that no statement can be given */
} Expand;

/* ---- expand_edit.c ---- */
/* Lines of their own before what stands at `at`. */
void edit_line(Edits *e, uint32_t at, const char *text);
/* A comment of ours before what stands at `at`; a long one takes several lines. */
void edit_note(Edits *e, uint32_t at, const char *text);
/* Takes out the comments that edit_note made in an earlier expansion. */
void edit_drop_notes(Edits *e, const File *file);
/* Where a declaration ends, with the comments behind it on its line. */
uint32_t edit_end_of(const File *file, const Decl *d);
/* Behind the sign that follows at `at`, past blanks and comments. */
uint32_t edit_behind(const Edits *e, uint32_t at, char sign);

/* ---- expand_value.c ---- */
/* In full, as the language writes it: "leaky_relu(slope = 0.01)". */
const char *expand_value_text(const Value *v, Arena *a);
/* Could the value be written for the parameter?  Some defaults cannot: they mean "none". */
bool expand_is_writable(const Param *p, const Value *v);

/* ---- expand_call.c ---- */
/* A call in the text; of a statement in several places each has a row of values. */
typedef struct {
    const Callable *callee;
    const Arg *args;
    const Value **row;
    int n;
    uint32_t word_end;
    bool has_parens;
    bool inside;                    /* of an expression: its one row may stand for several */
} WrittenCall;

/* Names to the arguments, and those that were left out, where they are alike in all rows. */
void expand_call(Edits *e, const WrittenCall *c);
/* Calls in an expression whose value is known. */
void expand_expr(Edits *e, const Expr *expr, const Value *v);
bool expand_is_uniform(const WrittenCall *c, int k);

/* ---- expand_places.c ---- */
void expand_find_places(Expand *x);
/* Neighbours that are described alike, as one text: "h[0] .. h[4]: [64]; h[5]: [32]". */
const char *expand_places_text(const Standings *p, const char *const *description, Arena *a);

/* ---- expand_names.c ---- */
/* The name that the statement has in every place, if it can be given to it; else NULL. */
Str expand_name(Expand *x, const Stmt *s, const Stmt *body);

/* ---- expand_model.c, expand_sections.c, expand_import.c ---- */
void expand_body(Expand *x, Edits *e, const Decl *d);      /* of the model or a block */
void expand_block(Expand *x, Edits *e, const Decl *d);
void expand_param(Expand *x, Edits *e, const Decl *d);
void expand_let(Expand *x, Edits *e, const Decl *d);
void expand_section(Expand *x, Edits *e, const Decl *d);
void expand_add_observe(Expand *x, Edits *e);
/* The declarations of imported files that are used, in the place of the imports. */
void expand_imports(Expand *x, Edits *e);
/* The edits within a declaration. */
void expand_decl(Expand *x, Edits *e, const Decl *d);

#endif
