/* op.h -- the operators of ops.def: kind, arity, form. */
#ifndef OP_H
#define OP_H

#include "shape.h"

typedef enum {
    OP_NONE,
#define OP(id, name, inputs, shape, gradient, work, form, code, formula) OP_##id,
#include "ops.def"
#undef OP
    N_OPS
} OpKind;

typedef enum {
    FORM_NONE, FORM_SOURCE, FORM_ALIAS, FORM_ROOM, FORM_LOOP, FORM_TIMES, FORM_PLUS, FORM_ACT,
    FORM_SLOPE, FORM_CALL, FORM_EACH, FORM_LOSS, FORM_UNIT, FORM_EFFECT
} OpForm;

const char *op_name(OpKind op);
OpForm op_form(OpKind op);
bool op_is_elementwise(OpKind op);      /* LOOP .. SLOPE */
bool op_can_follow(OpKind op);          /* TIMES .. SLOPE: joins a statement, or is an rt_map */
bool op_takes_then(OpKind op);          /* its call goes on with what it puts out */
bool op_gives_more(OpKind op);          /* its call has further outputs: PICKs */
bool op_arity_ok(OpKind op, int n_inputs);
bool op_same_shape(OpKind op);          /* all inputs and the output have one shape */
const char *op_code(OpKind op);
const char *op_formula(OpKind op);

#endif
