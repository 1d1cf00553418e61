/* emit_c.h -- the files that write C: emit_c.c the unit as a whole, emit_body.c what stands in
 * functions, emit_heading.c the comments above that, emit_operand.c how a tensor is written,
 * emit_struct.c the layout of memory, emit_expect.c, emit_record.c and emit_tables.c what the
 * runtime reads. */
#ifndef EMIT_C_H
#define EMIT_C_H

#include "emit.h"
#include "names.h"
#include "passes.h"

/* What a function uses of what it could be given: only that becomes a parameter. */
typedef struct {
    Str *word;
    int n;
} Uses;

/* What there is of a unit's structs and functions. */
typedef struct {
    bool params, memory, scratch;   /* the structs have members */
    bool watch, state;
    bool layers;                    /* it, or what it calls, has a row of the record */
    bool called[2];                 /* by phase: another function calls it; the model's are */
    Str *table;                     /* by layer: the prefix of its tables' names */
    Uses uses[2];                   /* by phase */
} Facts;

/* One input of an EACH operator: where its columns stand in the output. */
typedef struct {
    int input;
    int64_t at, width;
} Each;

typedef struct {
    const Program *program;
    Session *s;
    Arena *arena;
    Emit *out;
    bool numberless;                /* without the numbers that a run can change */
    Facts *facts;                   /* by number of the graph in the program */
    const Graph *g;                 /* the function at work ... */
    Phase phase;
    Uses *used;                     /* ... and what it has used so far */
    Each each;                      /* the input at work */
} Writer;

/* ---- emit_operand.c ------------------------------------------------------------------------ */

const char *dims_text(Writer *w, Shape s);              /* "3 * 32 * 32"; "1" for a scalar */
const char *length_text(Writer *w, const Node *n);      /* of a struct's member: "BATCH * 64" */
const char *count_text(Writer *w, const Node *n);       /* at run time: "n * 64" */
const char *operand(Writer *w, NodeId id);              /* a pointer: "m->h"; "NULL" for none */
const char *element(Writer *w, NodeId id);              /* in a loop: "m->h[i]", "v_h" */
const char *expand(Writer *w, NodeId id);               /* the operator's code, its holes filled */
const char *expand_each(Writer *w, NodeId id, Each each);   /* for one input of an EACH */
const char *activation_text(ActivationKind act);        /* "RT_RELU" */
const char *counter_text(Writer *w, const Node *n);     /* "&m->watch.h", "dy_watch"; "NULL" */
const char *then_text(Writer *w, NodeId head);          /* "RT_THEN(.act = RT_RELU)", "NULL" */
Str use(Writer *w, const char *word);                   /* notes that the function uses it */
const char *count_constant(Writer *w, const Node *call);    /* "REPEAT_COUNT" */

/* The functions' parameters in order, by the names inside: "p", "m", "x", "dy", ... */
int fixed_parameters(Phase phase);                      /* structs: the first so many */
int parameter_count(const Graph *g, Phase phase);
Str parameter(Writer *w, const Graph *g, Phase phase, int i);
const char *parameter_type(const Graph *g, Phase phase, int i);
bool is_used(const Uses *u, Str word);

int graph_number(const Program *p, const Graph *g);

/* ---- emit_body.c --------------------------------------------------------------------------- */

/* The statements of one function, in groups under what the user wrote. */
void emit_body(Writer *w);

/* A statement "f(a, b);" broken into lines under 100 columns. */
void emit_statement(Writer *w, const char *text);

/* ---- emit_heading.c ------------------------------------------------------------------------ */

/* Nodes order[first ...] of the function at work; all that comes from where one of them comes from
 * and follows them belongs to the group. */
typedef struct {
    int first, n;
} Group;

bool is_in_group(const Writer *w, Group group, int i, int n);   /* are nodes order[i ...] */
void emit_heading(Writer *w, Group group);
void emit_unit_heading(Writer *w, const Graph *g);      /* above its forward function */

/* ---- emit_struct.c ------------------------------------------------------------------------- */

void find_facts(Writer *w);                             /* before all else */
void emit_structs(Writer *w);
bool is_recorded(const Layer *layer);                   /* has an rt_watch in the unit's memory */

/* ---- emit_expect.c ------------------------------------------------------------------------- */

/* Nothing where nothing is expected. */
void emit_expect(Writer *w);

/* ---- emit_record.c ------------------------------------------------------------------------- */

void emit_record(Writer *w);

/* ---- emit_tables.c ------------------------------------------------------------------------- */

void emit_unit_tables(Writer *w);
/* ".input_rank = 2, .input_shape = { 64, 10 }", with the prefix "input_" */
const char *shape_initializer(Writer *w, const char *prefix, Shape s);

#endif
