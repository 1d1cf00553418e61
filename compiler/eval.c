/* eval.c -- expressions at compile time: literals, lists, indices. */
#include "eval.h"

#include <inttypes.h>
#include <math.h>

#include "language_limits.h"

static Value eval_string(const Expr *e, const Eval *in)
{
    (void)in;
    return (Value){ .kind = VALUE_STRING, .at = e->at, .text = e->text };
}

bool list_budget(int64_t n, Span at, const Eval *in)
{
    int64_t *made = &in->scope->all->elements;

    if (n > LIMIT_LIST_ELEMENTS || *made > LIMIT_LIST_ELEMENTS - n) {
        diag_error(in->s->diag, MSG_LIST_TOO_LONG, at,
                   "lists of more than %" PRId64 " elements in all", LIMIT_LIST_ELEMENTS);
        return false;
    }
    *made += n;
    return true;
}

/* A word of the kind `name`: "h", "h[3]", taken as it stands. */
static bool is_path(const Expr *e)
{
    return e->kind == EXPR_NAME ||
           ((e->kind == EXPR_MEMBER || e->kind == EXPR_INDEX) && is_path(e->left));
}

static Value eval_path(const Expr *e, const Eval *in)
{
    const char *text = format_expr(e, in->s->arena);
    return (Value){ .kind = VALUE_WORD, .at = e->at, .text = intern(in->s->names, text) };
}

static Value eval_list(const Expr *e, const Kinds *want, const Eval *in)
{
    const Kinds element = { .mask = want ? want->element : 0 };
    Value v = { .kind = VALUE_LIST, .at = e->at };

    for (const Arg *a = e->args; a; a = a->next) {
        const Value x = eval(a->value, element.mask ? &element : NULL, in);
        if (x.kind == VALUE_ERROR || !list_budget(1, a->at, in))
            return value_error(e->at);
        arena_push(in->s->arena, v.item, v.n, x);
    }
    return v;
}

static Value eval_index(const Expr *e, const Eval *in)
{
    const Value list = eval(e->left, NULL, in);
    int64_t k;

    if (!eval_int(e->right, "an index", in, &k) || list.kind == VALUE_ERROR)
        return value_error(e->at);
    if (list.kind != VALUE_LIST) {
        diag_error(in->s->diag, MSG_WRONG_OPERANDS, e->left->at,
                   "an index wants a list, but this is %s", value_phrase(&list, in->s->arena));
        return value_error(e->at);
    }
    if (k < 0 || k >= list.n) {
        diag_error(in->s->diag, MSG_INDEX_RANGE, e->right->at,
                   "index %" PRId64 " is outside the list, which has %d element%s", k, list.n,
                   list.n == 1 ? "" : "s");
        return value_error(e->at);
    }
    Value v = list.item[k];
    v.at = e->at;
    return v;
}

/* a..b, both ends in; empty where b < a */
static Value eval_range(const Expr *e, const Eval *in)
{
    Value v = { .kind = VALUE_LIST, .at = e->at };
    int64_t from, to, n;

    if (!eval_int(e->left, "a range", in, &from) || !eval_int(e->right, "a range", in, &to))
        return value_error(e->at);
    if (to < from)
        return v;
    if (__builtin_sub_overflow(to, from, &n) || n >= LIMIT_LIST_ELEMENTS)
        n = LIMIT_LIST_ELEMENTS;
    if (!list_budget(n + 1, e->at, in))
        return value_error(e->at);
    v.n = (int)n + 1;
    v.item = arena_array(in->s->arena, Value, v.n);
    for (int i = 0; i < v.n; i++)
        v.item[i] = value_int(e->at, from + i);
    return v;
}

/* The right side of && and || counts only where the left does not decide. */
static Value eval_logic(const Expr *e, const Eval *in)
{
    const char *who = e->oper == OPER_AND ? "'&&'" : "'||'";
    bool left, right;

    if (!eval_bool(e->left, who, in, &left))
        return value_error(e->at);
    if (left == (e->oper == OPER_OR))
        return value_bool(e->at, left);
    if (!eval_bool(e->right, who, in, &right))
        return value_error(e->at);
    return value_bool(e->at, right);
}

static Value eval_operator(const Expr *e, const Eval *in)
{
    if (e->oper == OPER_AND || e->oper == OPER_OR)
        return eval_logic(e, in);
    if (e->oper == OPER_RANGE)
        return eval_range(e, in);
    const Value left = eval(e->left, NULL, in), right = eval(e->right, NULL, in);
    return eval_binary(e, left, right, in->s);
}

void report_bare_string(const Expr *e, Session *s)
{
    const char *quoted = arena_printf(s->arena, "\"%s\"", format_expr(e, s->arena));
    Message *m = diag_error(s->diag, MSG_UNKNOWN_NAME, e->at, "a string stands in quotes: %s",
                            quoted);

    diag_fix(m, e->at, quoted);
}

static Value eval_member(const Expr *e, const Kinds *want, const Eval *in)
{
    if (want && want->mask & KIND_STRING && is_path(e)) {
        report_bare_string(e, in->s);
        return value_error(e->at);
    }
    diag_error(in->s->diag, MSG_MISPLACED_EXPRESSION, e->at,
               "'%s' is a quantity or a path, and has no value while compiling",
               format_expr(e, in->s->arena));
    return value_error(e->at);
}

Value eval(const Expr *e, const Kinds *want, const Eval *in)
{
    if (want && want->mask & KIND_NAME && is_path(e))
        return eval_path(e, in);
    switch (e->kind) {
    case EXPR_INT:
        return value_int(e->at, e->integer);
    case EXPR_REAL:
        return value_real(e->at, e->real);
    case EXPR_STRING:
        return eval_string(e, in);
    case EXPR_BOOL:
        return value_bool(e->at, e->integer != 0);
    case EXPR_NAME:
        return eval_name(e, want, in);
    case EXPR_MEMBER:
        return eval_member(e, want, in);
    case EXPR_CALL:
        return eval_call(e, want, in);
    case EXPR_INDEX:
        return eval_index(e, in);
    case EXPR_LIST:
        return eval_list(e, want, in);
    case EXPR_UNARY:
        return eval_unary(e, eval(e->right, NULL, in), in->s);
    case EXPR_BINARY:
        return eval_operator(e, in);
    case EXPR_ERROR:
        return value_error(e->at);
    }
    bug("an expression of kind %d", e->kind);
}

bool eval_int(const Expr *e, const char *who, const Eval *in, int64_t *out)
{
    static const Kinds want = { .mask = KIND_INT };
    const Value v = value_fit(eval(e, NULL, in), &want, who, in->s);

    *out = v.integer;
    return v.kind == VALUE_INT;
}

bool eval_bool(const Expr *e, const char *who, const Eval *in, bool *out)
{
    static const Kinds want = { .mask = KIND_BOOL };
    const Value v = value_fit(eval(e, NULL, in), &want, who, in->s);

    *out = v.integer != 0;
    return v.kind == VALUE_BOOL;
}
