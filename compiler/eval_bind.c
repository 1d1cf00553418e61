/* eval_bind.c -- arguments meet signatures: by position, by name, kinds, ranges, defaults. */
#include <math.h>

#include "eval.h"
#include "suggest.h"

typedef struct {
    const Call *call;
    const Eval *in;
    Value *arg;
    const Arg **given;              /* by parameter; NULL: left out */
} Binder;

const char *param_phrase(const Callable *c, const Param *p, Arena *a)
{
    return c->family == FAMILY_SETTINGS ? arena_printf(a, "'%s'", p->name)
                                        : arena_printf(a, "'%s' of '%s'", p->name, c->name);
}

/* ---- Fitting a value to what is wanted ---- */

static Value fit_list(Value v, const Kinds *want, const char *who, Session *s)
{
    const Kinds element = { .mask = want->element };
    Value *fitted = arena_array(s->arena, Value, v.n);

    for (int i = 0; i < v.n; i++) {
        fitted[i] = value_fit(v.item[i], &element, who, s);
        if (fitted[i].kind == VALUE_ERROR)
            return value_error(v.at);
    }
    v.item = fitted;
    return v;
}

/* `linear` is an activation and a schedule: a let or a param of one is good for the other. */
static const Callable *namesake(const Value *v, const Kinds *want, const Session *s)
{
    for (int f = 0; f < N_FAMILIES; f++) {
        const Callable *c = want->mask & KIND_OF(f)
                                ? vocabulary_find(s->vocabulary, (Family)f, v->callee->name) : NULL;
        if (c && !c->n_params && !v->callee->n_params)
            return c;
    }
    return NULL;
}

static bool fits(const Value *v, const Kinds *want)
{
    switch (v->kind) {
    case VALUE_ERROR:
        return true;
    case VALUE_INT:
        return (want->mask & (KIND_INT | KIND_REAL)) != 0;
    case VALUE_REAL:
        return (want->mask & KIND_REAL) != 0;
    case VALUE_BOOL:
        return (want->mask & KIND_BOOL) != 0;
    case VALUE_STRING:
        return (want->mask & KIND_STRING) != 0;
    case VALUE_LIST:
        return (want->mask & KIND_LIST) != 0;
    case VALUE_WORD:
        for (int i = 0; i < want->n_words; i++)
            if (want->word[i] == v->text)
                return true;
        return (want->mask & KIND_NAME) != 0;
    case VALUE_CALL:
        return want->mask & KIND_OF(v->callee->family) ||
               (v->callee->family == FAMILY_ACTIVATION && want->mask & KIND_OF(FAMILY_LAYER));
    case VALUE_NONE:
        break;
    }
    return false;
}

/* An int where only reals are accepted. */
static Value as_real(Value v, const Kinds *want)
{
    return v.kind == VALUE_INT && !(want->mask & KIND_INT) ? value_real(v.at, v.real) : v;
}

Value value_fit(Value v, const Kinds *want, const char *who, Session *s)
{
    const Callable *other = v.kind == VALUE_CALL && !fits(&v, want) ? namesake(&v, want, s) : NULL;

    if (other)
        v.callee = other;
    if (!fits(&v, want)) {
        diag_error(s->diag, MSG_WRONG_KIND, v.at, "%s wants %s, but this is %s", who,
                   kinds_text(want, s->arena), value_phrase(&v, s->arena));
        return value_error(v.at);
    }
    if (v.kind == VALUE_LIST && want->element)
        return fit_list(v, want, who, s);
    return as_real(v, want);
}

bool param_in_range(double x, const Param *p)
{
    const bool low = p->above_low ? x > p->low : x >= p->low;
    const bool high = p->below_high ? x < p->high : x <= p->high;
    return low && high;
}

static const char *bound(double x, Session *s)
{
    return x == floor(x) && fabs(x) < 1e15 ? arena_printf(s->arena, "%.0f", x)
                                           : real_text(x, s->arena);
}

/* "of 1 or more", "above 0 and below 1" */
static const char *range_text(const Param *p, Session *s)
{
    const char *low = "", *high = "";

    if (isfinite(p->low))
        low = arena_printf(s->arena, p->above_low ? "above %s" : "at least %s", bound(p->low, s));
    if (isfinite(p->high))
        high = arena_printf(s->arena, p->below_high ? "below %s" : "at most %s", bound(p->high, s));
    return arena_printf(s->arena, "%s%s%s", low, *low && *high ? " and " : "", high);
}

Value param_fit(Value v, const Param *p, const char *who, Session *s)
{
    const Value fitted = value_fit(v, &p->accepts, who, s);

    if (!value_is_number(&fitted) || param_in_range(fitted.real, p))
        return fitted;
    diag_error(s->diag, MSG_OUT_OF_RANGE, v.at, "%s is %s, wanted %s", who,
               value_text(&v, s->arena), range_text(p, s));
    return value_error(v.at);
}

/* ---- Which argument is which parameter ---- */

static int find_param(const Callable *c, Str name)
{
    for (int i = 0; i < c->n_params; i++)
        if (c->param[i].name == name)
            return i;
    return -1;
}

static const char *signature_text(const Callable *c, Arena *a)
{
    const char *text = "";

    for (int i = 0; i < c->n_params; i++)
        text = arena_printf(a, "%s%s%s", text, i ? ", " : "", c->param[i].name);
    return text;
}

static void unknown_argument(const Binder *b, const Arg *arg)
{
    Session *s = b->in->s;
    const Callable *c = b->call->callee;
    const bool setting = c->family == FAMILY_SETTINGS;
    Words legal = { .of = arena_printf(s->arena, " of '%s'", c->name) };

    words_add_params(&legal, c, s->arena);
    report_unknown(s->diag, setting ? MSG_UNKNOWN_SETTING : MSG_UNKNOWN_ARGUMENT, arg->name_at,
                   setting ? "setting" : "argument", arg->name, &legal, s->arena);
}

static void given_twice(const Binder *b, const Arg *arg, int k)
{
    const Callable *c = b->call->callee;
    const bool setting = c->family == FAMILY_SETTINGS;
    Message *m = diag_error(b->in->s->diag, setting ? MSG_SETTING_TWICE : MSG_ARGUMENT_TWICE,
                            arg->at, "%s is given twice",
                            param_phrase(c, &c->param[k], b->in->s->arena));

    diag_note(m, b->given[k]->at, "first given here");
}

static void too_many(const Binder *b, const Arg *arg)
{
    const Callable *c = b->call->callee;
    Session *s = b->in->s;

    if (!c->n_params)
        diag_error(s->diag, MSG_TOO_MANY_ARGUMENTS, arg->at, "'%s' takes no arguments", c->name);
    else if (c->n_params == 1 && c->param[0].accepts.mask == KIND_LIST)
        diag_error(s->diag, MSG_TOO_MANY_ARGUMENTS, arg->at,
                   "too many arguments for '%s', which takes one list: %s([...])", c->name,
                   c->name);
    else
        diag_error(s->diag, MSG_TOO_MANY_ARGUMENTS, arg->at,
                   "too many arguments for '%s', which takes %d: %s", c->name, c->n_params,
                   signature_text(c, s->arena));
}

/* dense(64, act == tanh): as it was meant; else `arg` itself. */
static const Arg *meant_by_name(const Binder *b, const Arg *arg)
{
    const Expr *e = arg->value;
    Session *s = b->in->s;

    if (arg->name || e->kind != EXPR_BINARY || e->oper != OPER_EQ || e->left->kind != EXPR_NAME ||
        find_param(b->call->callee, e->left->text) < 0 || scope_find(b->in->scope, e->left->text))
        return arg;
    Message *m = diag_error(s->diag, MSG_ASSIGN_OR_COMPARE, e->oper_at,
                            "'==' compares, '=' gives a value");
    diag_fix(m, e->oper_at, "=");
    Arg *named = arena_new_of(s->arena, Arg);
    *named = (Arg){ e->left->text, e->left->at, arg->at, e->right, NULL };
    return named;
}

/* They are too many or misplaced: who knows which is meant for what. */
static void forget_positions(Binder *b)
{
    for (int i = 0; i < b->call->callee->n_params; i++)
        if (b->given[i] && !b->given[i]->name)
            b->given[i] = NULL;
}

/* Sorts the arguments by parameter.  After a mistake in counting only names are looked at. */
static void distribute(Binder *b)
{
    const Callable *c = b->call->callee;
    bool named = false;
    int position = 0;

    for (const Arg *given = b->call->args; given; given = given->next) {
        const Arg *arg = meant_by_name(b, given);
        const int k = arg->name ? find_param(c, arg->name) : position++;

        if (!arg->name && named) {
            diag_error(b->in->s->diag, MSG_ARGUMENT_ORDER, arg->at,
                       "an argument without a name behind one with a name");
            return;
        }
        named = named || arg->name;
        if (k < 0)
            unknown_argument(b, arg);
        else if (k >= c->n_params) {
            too_many(b, arg);
            forget_positions(b);
            return;
        } else if (b->given[k])
            given_twice(b, arg, k);
        else
            b->given[k] = arg;
    }
}

/* ---- Values ---- */

static Value missing(const Binder *b, const Param *p)
{
    const Callable *c = b->call->callee;
    Session *s = b->in->s;
    const bool setting = c->family == FAMILY_SETTINGS;

    if (b->in->scope->all->broken)
        return value_error(b->call->at);
    diag_error(s->diag, setting ? MSG_MISSING_SETTING : MSG_MISSING_ARGUMENT, b->call->at,
               p->accepts.mask ? "'%s' needs '%s', %s" : "'%s' needs '%s', which is %s", c->name,
               p->name, kinds_text(&p->accepts, s->arena));
    return value_error(b->call->at);
}

static Value default_value(const Binder *b, const Param *p)
{
    Value v = p->same_as >= 0 ? b->arg[p->same_as] : p->value;

    if (p->expr) {
        const Eval inside = { b->in->s, b->call->inner };
        v = param_fit(eval(p->expr, &p->accepts, &inside), p,
                      param_phrase(b->call->callee, p, b->in->s->arena), b->in->s);
    }
    v.at = b->call->at;
    v.is_default = true;
    return v;
}

/* Worth what leaving it out would give.  Mistakes in a default that nobody asks for are untold. */
static bool is_as_default(const Binder *b, const Param *p, const Value *v)
{
    Session quiet = *b->in->s;
    const Eval in = { &quiet, b->in->scope };
    const Binder aside = { b->call, &in, b->arg, b->given };

    if (p->required || v->kind == VALUE_ERROR)
        return false;
    if (p->expr)
        quiet.diag = diag_new(quiet.arena);
    const Value other = default_value(&aside, p);
    return value_equal(v, &other);
}

/* dense(784, 64) */
static Value input_size(const Param *p, const Value *v, const Binder *b)
{
    diag_error(b->in->s->diag, MSG_WRONG_KIND, v->at,
               "'%s' of '%s' wants an activation, but this is an int: a layer knows its input from "
               "what comes before, and takes its own size only", p->name, b->call->callee->name);
    return value_error(v->at);
}

static Value given_value(const Binder *b, const Param *p, const Arg *arg)
{
    const Callable *c = b->call->callee;
    const Value v = eval(arg->value, &p->accepts, b->in);

    if (v.kind == VALUE_ERROR)
        return value_error(arg->at);
    if (c->family == FAMILY_LAYER && !arg->name && v.kind == VALUE_INT &&
        p->accepts.mask == KIND_OF(FAMILY_ACTIVATION))
        return input_size(p, &v, b);
    if (v.kind != VALUE_LIST && fits(&v, &p->accepts) &&
        (!value_is_number(&v) || param_in_range(v.real, p)))
        return as_real(v, &p->accepts);     /* the common case, without the words of a message */
    const bool section = c->family == FAMILY_SETTINGS && !arg->name;    /* data = 3; */
    return param_fit(v, p, section ? arena_printf(b->in->s->arena, "'%s'", c->name)
                                   : param_phrase(c, p, b->in->s->arena), b->in->s);
}

/* The value of a name may have been a default where the name was given it. */
static Value bound_value(const Binder *b, const Param *p, const Arg *arg)
{
    Value v = given_value(b, p, arg);

    v.is_default = v.automatic = false;
    v.as_default = is_as_default(b, p, &v);
    return v;
}

/* An unknown or misplaced argument may have been meant for the one that is missing: that is said
 * once. */
Value *call_bind(const Call *c, const Eval *in)
{
    const int n = c->callee->n_params;
    Arena *a = in->s->arena;
    Binder b = { c, in, arena_array(a, Value, n), arena_array(a, const Arg *, n) };
    const int errors = diag_errors(in->s->diag);

    distribute(&b);
    const bool misplaced = diag_errors(in->s->diag) > errors;
    for (int i = 0; i < n; i++) {
        const Param *p = &c->callee->param[i];

        if (b.given[i])
            b.arg[i] = bound_value(&b, p, b.given[i]);
        else if (p->required)
            b.arg[i] = misplaced ? value_error(c->at) : missing(&b, p);
        else if (misplaced && (c->callee->family != FAMILY_SETTINGS || p->value.kind == VALUE_CALL))
            b.arg[i] = value_error(c->at);
        else
            b.arg[i] = default_value(&b, p);
        if (c->inner)
            scope_add(c->inner, p->name, b.arg[i], b.arg[i].at, a);
    }
    return b.arg;
}
