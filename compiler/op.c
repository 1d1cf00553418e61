/* op.c -- the tables that ops.def fills for everyone. */
#include "op.h"

#include <string.h>

typedef enum { SHAPE_given, SHAPE_same } ShapeRule;

typedef struct {
    const char *name;
    int inputs;
    ShapeRule shape;
    OpForm form;
    const char *code, *formula;
} OpRow;

static const OpRow row[N_OPS] = {
#define OP(id, name, inputs, shape, gradient, work, form, code, formula) \
    [OP_##id] = { name, inputs, SHAPE_##shape, FORM_##form, code, formula },
#include "ops.def"
#undef OP
};

const char *op_name(OpKind op) { return row[op].name; }
OpForm op_form(OpKind op) { return row[op].form; }
bool op_is_elementwise(OpKind op)
{
    return FORM_LOOP <= row[op].form && row[op].form <= FORM_SLOPE;
}
bool op_can_follow(OpKind op) { return op_is_elementwise(op) && row[op].form != FORM_LOOP; }
bool op_takes_then(OpKind op) { return strstr(row[op].code, "$t") != NULL; }
bool op_gives_more(OpKind op) { return strstr(row[op].code, "$u") != NULL; }
const char *op_code(OpKind op) { return row[op].code; }
const char *op_formula(OpKind op) { return row[op].formula; }
bool op_same_shape(OpKind op) { return row[op].shape == SHAPE_same; }

/* A negative count means "at least one, at most as many as are named" for kernels with optional
 * inputs, and "at least so many" for those that take any number. */
bool op_arity_ok(OpKind op, int n_inputs)
{
    const int wanted = row[op].inputs;
    const bool open = row[op].form == FORM_EACH || row[op].form == FORM_UNIT;

    if (wanted >= 0)
        return n_inputs == wanted;
    return open ? n_inputs >= -wanted : n_inputs == -wanted;
}
