/* eval_arithmetic.c -- operators: checked integers, finite reals. */
#include <math.h>

#include "eval.h"

static const char *const symbols[] = {
    [OPER_OR] = "||", [OPER_AND] = "&&", [OPER_EQ] = "==", [OPER_NE] = "!=", [OPER_LT] = "<",
    [OPER_LE] = "<=", [OPER_GT] = ">",   [OPER_GE] = ">=", [OPER_RANGE] = "..", [OPER_ADD] = "+",
    [OPER_SUB] = "-", [OPER_MUL] = "*",  [OPER_DIV] = "/", [OPER_MOD] = "%", [OPER_NEG] = "-",
    [OPER_NOT] = "!",
};

static Value refuse(const Expr *e, const Value *operand, const char *wants, Session *s)
{
    diag_error(s->diag, MSG_WRONG_OPERANDS, operand->at, "'%s' wants %s, but this is %s",
               symbols[e->oper], wants, value_phrase(operand, s->arena));
    return value_error(e->at);
}

static Value no_result(const Expr *e, const char *why, Session *s)
{
    diag_error(s->diag, MSG_ARITHMETIC, e->at, "%s", why);
    return value_error(e->at);
}

static Value finite_real(const Expr *e, double x, Session *s)
{
    return isfinite(x) ? value_real(e->at, x)
                       : no_result(e, "the result is too large for a real", s);
}

static Value negate(const Expr *e, const Value *x, Session *s)
{
    int64_t y;

    if (x->kind == VALUE_REAL)
        return value_real(e->at, -x->real);
    if (__builtin_sub_overflow((int64_t)0, x->integer, &y))
        return no_result(e, "the result is too large for an int", s);
    return value_int(e->at, y);
}

Value eval_unary(const Expr *e, Value right, Session *s)
{
    if (right.kind == VALUE_ERROR)
        return value_error(e->at);
    if (e->oper == OPER_NOT)
        return right.kind == VALUE_BOOL ? value_bool(e->at, !right.integer)
                                        : refuse(e, &right, "true or false", s);
    return value_is_number(&right) ? negate(e, &right, s) : refuse(e, &right, "a number", s);
}

/* + - * % of two ints */
static Value integers(const Expr *e, int64_t a, int64_t b, Session *s)
{
    int64_t y = 0;
    bool overflow = false;

    switch (e->oper) {
    case OPER_ADD: overflow = !add_ok(a, b, &y); break;
    case OPER_SUB: overflow = __builtin_sub_overflow(a, b, &y); break;
    case OPER_MUL: overflow = !mul_ok(a, b, &y); break;
    default:       y = b == -1 ? 0 : a % b; break;  /* INT64_MIN % -1 traps */
    }
    return overflow ? no_result(e, "the result is too large for an int", s) : value_int(e->at, y);
}

/* An int where it is exact, else a real. */
static Value divide(const Expr *e, const Value *a, const Value *b, Session *s)
{
    const bool ints = a->kind == VALUE_INT && b->kind == VALUE_INT;

    if (b->real == 0)
        return no_result(e, "division by zero", s);
    if (ints && b->integer == -1)
        return negate(e, a, s);
    if (ints && a->integer % b->integer == 0)
        return value_int(e->at, a->integer / b->integer);
    return finite_real(e, a->real / b->real, s);
}

static Value arithmetic(const Expr *e, const Value *a, const Value *b, Session *s)
{
    const bool ints = a->kind == VALUE_INT && b->kind == VALUE_INT;

    if (e->oper == OPER_DIV)
        return divide(e, a, b, s);
    if (e->oper == OPER_MOD && !ints)
        return refuse(e, a->kind == VALUE_INT ? b : a, "ints", s);
    if (e->oper == OPER_MOD && !b->integer)
        return no_result(e, "division by zero", s);
    if (ints)
        return integers(e, a->integer, b->integer, s);
    switch (e->oper) {
    case OPER_ADD: return finite_real(e, a->real + b->real, s);
    case OPER_SUB: return finite_real(e, a->real - b->real, s);
    default:       return finite_real(e, a->real * b->real, s);
    }
}

static bool less(const Value *a, const Value *b)
{
    if (a->kind == VALUE_INT && b->kind == VALUE_INT)
        return a->integer < b->integer;
    return a->real < b->real;
}

static Value order(const Expr *e, const Value *a, const Value *b)
{
    switch (e->oper) {
    case OPER_LT: return value_bool(e->at, less(a, b));
    case OPER_LE: return value_bool(e->at, !less(b, a));
    case OPER_GT: return value_bool(e->at, less(b, a));
    default:      return value_bool(e->at, !less(a, b));
    }
}

/* == and != of values that can be equal: an activation and an initialiser cannot. */
static Value equality(const Expr *e, const Value *a, const Value *b, Session *s)
{
    const bool numbers = value_is_number(a) && value_is_number(b);
    const bool families = a->kind == VALUE_CALL && b->kind == VALUE_CALL &&
                          a->callee->family != b->callee->family;

    if ((a->kind != b->kind && !numbers) || families) {
        diag_error(s->diag, MSG_WRONG_OPERANDS, e->at, "'%s' compares %s with %s",
                   symbols[e->oper], value_phrase(a, s->arena), value_phrase(b, s->arena));
        return value_error(e->at);
    }
    return value_bool(e->at, value_equal(a, b) == (e->oper == OPER_EQ));
}

Value eval_binary(const Expr *e, Value left, Value right, Session *s)
{
    if (left.kind == VALUE_ERROR || right.kind == VALUE_ERROR)
        return value_error(e->at);
    if (e->oper == OPER_EQ || e->oper == OPER_NE)
        return equality(e, &left, &right, s);
    if (!value_is_number(&left))
        return refuse(e, &left, "numbers", s);
    if (!value_is_number(&right))
        return refuse(e, &right, "numbers", s);
    return e->oper <= OPER_GE ? order(e, &left, &right) : arithmetic(e, &left, &right, s);
}
