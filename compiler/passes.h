/* passes.h -- the pipeline on one page. */
#ifndef PASSES_H
#define PASSES_H

#include "ast.h"
#include "diag.h"
#include "forecast.h"
#include "graph.h"
#include "intern.h"
#include "model.h"

/* What every pass may use; one for a compilation. */
typedef struct {
    Arena *arena;
    Intern *names;
    Diag *diag;
    Vocabulary *vocabulary;
} Session;

/* -D name=text: a param from the command line; or what a point of a sweep sets. */
typedef struct {
    const char *name, *text;
    bool setting;                   /* not a param: a setting of train, or lr */
} Define;

/* parse -- source text to syntax tree.  After a syntax error it goes on at the next statement, so
 * the tree may hold error nodes and the diag errors.  Never NULL. */
File *parse(const Source *source, Session *s);

/* parse_expr -- the expression of a -D or a --set; NULL after a message. */
Expr *parse_expr(const Source *source, Session *s);

/* check -- imports, params, lets, settings, data, expectations: names and kinds known, values
 * evaluated.  The model's unit is still NULL. */
Model *check(File *file, const Define *define, int n_defines, Session *s);

/* infer -- the model's statements: names, arguments, shapes, initialisers; blocks instantiated,
 * repeats expanded and folded into runs.  Returns false after an error. */
bool infer(Model *model, Session *s);

/* lower -- checked model to a program of units, each a graph of nodes: forward only. */
Program *lower(const Model *model, Session *s);

/* differentiate -- for each unit the backward graph, and what the forward pass must keep. */
void differentiate(Program *program, Session *s);

/* recompute -- in units that are to (Unit.recomputes) the backward nodes read copies of the forward
 * ones, which stand in the backward graph: so the plan keeps nothing of them. */
void recompute(Program *program, Session *s);

/* forecast -- what the lowered program's layers and gradients come to at initialisation, in batches
 * of so many samples: medians over the draw of the weights.  The model has a loss. */
Forecast *forecast(const Program *program, const InputMoments *input, int64_t batch, Session *s);

/* input_moments -- those of what the program will train on, as its own readers read and prepare it;
 * at most some of its samples.  Files are relative to `directory` (NULL: where netc runs).  Where
 * there is nothing to read it is unit_normal, and says why. */
InputMoments input_moments(const Program *program, const char *directory, Session *s);

/* The activation that a unit ends in, or -1; its item where it is found. */
int last_activation(const Unit *u, const Item **last);

/* warn -- what the forecast warns of: the rules of warnings.def. */
void warn(const Program *program, const Forecast *forecast, Session *s);
/* How long the first steps of its training are, over what such a net bears. */
double step_length(const Program *program, const Forecast *forecast, Session *s);

/* Inputs of variance 1 and of no correlation, balanced classes: where the data is not known. */
InputMoments unit_normal(const Model *model);

/* schedule -- in each graph an order in which every node follows its inputs; the smaller NodeId
 * first where there is a choice. */
void schedule(Program *program, Session *s);

/* fuse -- elementwise nodes that stand together in the order become one loop. */
void fuse(Program *program, Session *s);

/* fuse_then -- loops of sums, activations and slopes become part of a call, or one rt_map. */
void fuse_then(Program *program, Session *s);

/* count_once -- what layers record of a gradient that another layer has counted, in this unit or a
 * caller, takes these counts over; a batchnorm records the output that it measures. */
void count_once(Program *program, Session *s);

/* plan -- where every tensor lives: kept from forward to backward, or scratch that shares a union
 * with others whose lifetimes it does not meet (`reuse` false: a member of its own for each). */
void plan(Program *program, bool reuse, Session *s);

/* Prints the matrix products of a unit, with what multiplies them and why. */
void dump_products(const Program *program, const Graph *g, FILE *out);

/* emit_c -- the program as C.  Guarantees of the text: docs/generated-c.md. */
const char *emit_c(const Program *program, Session *s, size_t *size);

/* emit_numberless -- the same but for the numbers that a run can change: programs with equal text
 * are one program. */
const char *emit_numberless(const Program *program, Session *s, size_t *size);

/* emit_has_batch_statistics -- has it a batchnorm, which sees the whole batch at once? */
bool emit_has_batch_statistics(const Program *program);

/* emit_notes -- the second, tiny unit: lines of the source, and the forecast, for the binary's
 * messages and expectations. */
const char *emit_notes(const Program *program, const Forecast *forecast, Session *s,
                       size_t *size);

/* format -- the file in its one canonical form, every comment kept (`netc fmt`). */
char *format(const File *file, Arena *a);
char *format_expr(const Expr *e, Arena *a);
char *format_head(const Stmt *s, Arena *a);     /* a statement without its bodies, one line */

/* expand_file -- the file of a model without errors, in its canonical form, with every default,
 * name and shape written out (`netc expand`): it gives the same C.  NULL after an error. */
char *expand_file(const Model *model, Session *s);

#endif
