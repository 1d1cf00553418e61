/* eval_function.c -- sqrt log exp pow min max floor ceil round abs len. */
#include <math.h>
#include <string.h>

#include "eval.h"
#include "suggest.h"

enum { MANY = 1000000 };

typedef struct {
    const Expr *call;
    const char *name;
    Session *s;
    Value *arg;
    int n;
} Function;

typedef Value Rule(const Function *f);

static Value refuse(const Function *f, MessageId id, const char *why)
{
    diag_error(f->s->diag, id, f->call->at, "%s", why);
    return value_error(f->call->at);
}

static Value real(const Function *f, double x)
{
    return isfinite(x) ? value_real(f->call->at, x)
                       : refuse(f, MSG_ARITHMETIC, "the result is too large for a real");
}

/* A real without a fraction as an int. */
static Value whole(const Function *f, double x)
{
    if (!(fabs(x) < 9.2e18))
        return refuse(f, MSG_ARITHMETIC, "the result is too large for an int");
    return value_int(f->call->at, (int64_t)x);
}

static Value f_sqrt(const Function *f)
{
    if (f->arg[0].real < 0)
        return refuse(f, MSG_ARITHMETIC, "the square root of a negative number");
    return real(f, sqrt(f->arg[0].real));
}

static Value f_log(const Function *f)
{
    if (f->arg[0].real <= 0)
        return refuse(f, MSG_ARITHMETIC, "the logarithm of a number that is not above 0");
    return real(f, log(f->arg[0].real));
}

static Value f_exp(const Function *f)
{
    return real(f, exp(f->arg[0].real));
}

static Value f_floor(const Function *f)
{
    return f->arg[0].kind == VALUE_INT ? f->arg[0] : whole(f, floor(f->arg[0].real));
}

static Value f_ceil(const Function *f)
{
    return f->arg[0].kind == VALUE_INT ? f->arg[0] : whole(f, ceil(f->arg[0].real));
}

static Value f_round(const Function *f)
{
    return f->arg[0].kind == VALUE_INT ? f->arg[0] : whole(f, round(f->arg[0].real));
}

static Value f_abs(const Function *f)
{
    const Value *x = &f->arg[0];

    if (x->kind == VALUE_REAL)
        return real(f, fabs(x->real));
    if (x->integer == INT64_MIN)
        return refuse(f, MSG_ARITHMETIC, "the result is too large for an int");
    return value_int(f->call->at, x->integer < 0 ? -x->integer : x->integer);
}

/* base^exponent of ints, by squaring */
static Value integer_power(const Function *f, int64_t base, int64_t exponent)
{
    int64_t y = 1;

    for (; exponent; exponent /= 2) {
        if (exponent % 2 && !mul_ok(y, base, &y))
            return refuse(f, MSG_ARITHMETIC, "the result is too large for an int");
        if (exponent > 1 && !mul_ok(base, base, &base))
            return refuse(f, MSG_ARITHMETIC, "the result is too large for an int");
    }
    return value_int(f->call->at, y);
}

static Value f_pow(const Function *f)
{
    const Value *base = &f->arg[0], *exponent = &f->arg[1];

    if (base->kind == VALUE_INT && exponent->kind == VALUE_INT && exponent->integer >= 0)
        return integer_power(f, base->integer, exponent->integer);
    if (base->real == 0 && exponent->real < 0)
        return refuse(f, MSG_ARITHMETIC, "division by zero");
    const double y = pow(base->real, exponent->real);
    return isnan(y) ? refuse(f, MSG_ARITHMETIC, "a broken power of a negative number") : real(f, y);
}

static Value extreme(const Function *f, int sign)
{
    Value best = f->arg[0];

    for (int i = 1; i < f->n; i++) {
        const double difference = f->arg[i].real - best.real;
        if (sign * difference > 0)
            best = f->arg[i];
    }
    best.at = f->call->at;
    return best;
}

static Value f_min(const Function *f)
{
    return extreme(f, -1);
}

static Value f_max(const Function *f)
{
    return extreme(f, 1);
}

static Value f_len(const Function *f)
{
    return value_int(f->call->at, f->arg[0].n);
}

/* Functions of one list take it whole; min and max take numbers or one list of them. */
static const struct { const char *name; int from, to; unsigned takes; Rule *rule; } functions[] = {
    { "sqrt", 1, 1, KIND_REAL, f_sqrt },     { "log", 1, 1, KIND_REAL, f_log },
    { "exp", 1, 1, KIND_REAL, f_exp },       { "pow", 2, 2, KIND_REAL, f_pow },
    { "min", 2, MANY, KIND_REAL, f_min },    { "max", 2, MANY, KIND_REAL, f_max },
    { "floor", 1, 1, KIND_REAL, f_floor },   { "ceil", 1, 1, KIND_REAL, f_ceil },
    { "round", 1, 1, KIND_REAL, f_round },   { "abs", 1, 1, KIND_REAL, f_abs },
    { "len", 1, 1, KIND_LIST, f_len },
};

static int find(Str name)
{
    for (size_t i = 0; i < countof(functions); i++)
        if (!strcmp(functions[i].name, name))
            return (int)i;
    return -1;
}

bool is_function(Str name)
{
    return find(name) >= 0;
}

void words_add_functions(Words *w, Arena *a)
{
    for (size_t i = 0; i < countof(functions); i++)
        words_add(w, functions[i].name, a);
}

static bool takes(const Function *f, unsigned kind)
{
    for (int i = 0; i < f->n; i++) {
        const Value *v = &f->arg[i];
        if (kind == KIND_LIST ? v->kind == VALUE_LIST : value_is_number(v))
            continue;
        diag_error(f->s->diag, MSG_FUNCTION_ARGUMENTS, v->at, "'%s' wants %s, but this is %s",
                   f->name, kind == KIND_LIST ? "a list" : "a number",
                   value_phrase(v, f->s->arena));
        return false;
    }
    return true;
}

static bool gather(Function *f, const Eval *in)
{
    bool ok = true;

    for (const Arg *a = f->call->args; a; a = a->next) {
        const Value v = eval(a->value, NULL, in);

        if (a->name)
            refuse(f, MSG_FUNCTION_ARGUMENTS, "a function takes its arguments without names");
        ok = ok && !a->name && v.kind != VALUE_ERROR;
        arena_push(in->s->arena, f->arg, f->n, v);
    }
    return ok;
}

/* min([1, 2]) is min(1, 2); a list may have a single element. */
static bool spread(Function *f)
{
    if (f->n != 1 || f->arg[0].kind != VALUE_LIST || !f->arg[0].n)
        return false;
    f->n = f->arg[0].n;
    f->arg = f->arg[0].item;
    return true;
}

static Value wrong_count(const Function *f, int from, int to)
{
    if (to == MANY)
        diag_error(f->s->diag, MSG_FUNCTION_ARGUMENTS, f->call->at,
                   "'%s' takes two numbers or more, or a list of them", f->name);
    else
        diag_error(f->s->diag, MSG_FUNCTION_ARGUMENTS, f->call->at,
                   "'%s' takes %d argument%s, but gets %d", f->name, from, from == 1 ? "" : "s",
                   f->n);
    return value_error(f->call->at);
}

Value eval_function(const Expr *e, const Eval *in)
{
    Function f = { .call = e, .name = e->left->text, .s = in->s };
    const int k = find(f.name);

    if (!gather(&f, in))
        return value_error(e->at);
    const bool listed = functions[k].to == MANY && spread(&f);
    if ((f.n < functions[k].from && !listed) || f.n > functions[k].to)
        return wrong_count(&f, functions[k].from, functions[k].to);
    if (!takes(&f, functions[k].takes))
        return value_error(e->at);
    return functions[k].rule(&f);
}
