/* check_expect.c -- the conditions of `expect`: trees of comparisons, arithmetic and quantities.
 *
 * Names of layers are checked by infer_expect.c, when the model is known. */
#include <string.h>

#include "check.h"
#include "suggest.h"

typedef enum { LAYER_NEVER, LAYER_OPTIONAL, LAYER_REQUIRED } LayerUse;

static const struct { const char *name; LayerUse layer; } quantities[] = {
    { "loss.train", LAYER_NEVER },       { "loss.test", LAYER_NEVER },
    { "accuracy.train", LAYER_NEVER },   { "accuracy.test", LAYER_NEVER },
    { "flow", LAYER_OPTIONAL },          { "predicted.flow", LAYER_OPTIONAL },
    { "clip.fraction", LAYER_NEVER },    { "nonfinite", LAYER_NEVER },
    { "dead", LAYER_REQUIRED },          { "saturated", LAYER_REQUIRED },
    { "update_ratio", LAYER_REQUIRED },  { "grad", LAYER_REQUIRED },
    { "delta", LAYER_REQUIRED },         { "flow_through_time", LAYER_REQUIRED },
};

static Check *number(Checker *c, const Expr *e);
static Check *condition(Checker *c, const Expr *e);

static Check *new_check(Checker *c, CheckKind kind, Span at)
{
    Check *check = arena_new_of(c->s->arena, Check);

    *check = (Check){ .kind = kind, .at = at, .step = -1, .epoch = -1 };
    return check;
}

/* ---- Quantities ---- */

/* "loss.train" of a name, a member, or a call of one; NULL for any other expression. */
static const char *quantity_name(Checker *c, const Expr *e)
{
    if (e->kind == EXPR_CALL)
        e = e->left;
    if (e->kind == EXPR_NAME)
        return e->text;
    if (e->kind == EXPR_MEMBER && e->left->kind == EXPR_NAME)
        return arena_printf(c->s->arena, "%s.%s", e->left->text, e->text);
    return NULL;
}

static int find_quantity(Checker *c, const Expr *e)
{
    const char *name = quantity_name(c, e);

    for (size_t i = 0; name && i < countof(quantities); i++)
        if (!strcmp(quantities[i].name, name))
            return (int)i;
    return -1;
}

/* A name or a call that is nothing that is known: meant as a quantity. */
static bool is_stranger(Checker *c, const Expr *e)
{
    const Eval in = { c->s, c->globals->scope };
    const Expr *name = e->kind == EXPR_CALL ? e->left : e;
    return name->kind == EXPR_NAME && !is_known_name(name->text, &in);
}

/* A member can be nothing else; a name or a call that is not known is a quantity misspelt. */
static bool is_quantity(Checker *c, const Expr *e)
{
    if (find_quantity(c, e) >= 0 || e->kind == EXPR_MEMBER || is_stranger(c, e))
        return true;
    return e->kind == EXPR_CALL && e->left->kind == EXPR_MEMBER;
}

static bool has_quantity(Checker *c, const Expr *e)
{
    if (is_quantity(c, e))
        return true;
    if ((e->left && e->kind != EXPR_CALL && has_quantity(c, e->left)) ||
        (e->right && has_quantity(c, e->right)))
        return true;
    for (const Arg *a = e->args; a; a = a->next)
        if (has_quantity(c, a->value))
            return true;
    return false;
}

/* h, h[n - 1], stage[1].unit with the indices computed; NULL after a message. */
static const char *layer_path(Checker *c, const Expr *e)
{
    const Eval in = { c->s, c->globals->scope };
    const char *outer;
    int64_t k;

    if (e->kind == EXPR_NAME)
        return e->text;
    if (e->kind == EXPR_MEMBER && (outer = layer_path(c, e->left)) != NULL)
        return arena_printf(c->s->arena, "%s.%s", outer, e->text);
    if (e->kind == EXPR_INDEX && (outer = layer_path(c, e->left)) != NULL &&
        eval_int(e->right, "an index", &in, &k))
        return arena_printf(c->s->arena, "%s[%lld]", outer, (long long)k);
    if (e->kind != EXPR_MEMBER && e->kind != EXPR_INDEX && e->kind != EXPR_ERROR)
        diag_error(c->s->diag, MSG_EXPECT_ARGUMENT, e->at, "a layer's name is wanted here");
    return NULL;
}

static bool moment(Checker *c, const Arg *a, int64_t *out)
{
    const Eval in = { c->s, c->globals->scope };

    if (!eval_int(a->value, arena_printf(c->s->arena, "'%s'", a->name), &in, out))
        return false;
    if (*out >= 0)
        return true;
    diag_error(c->s->diag, MSG_OUT_OF_RANGE, a->value->at, "'%s' is %lld, wanted at least 0",
               a->name, (long long)*out);
    return false;
}

/* One argument of a quantity: a layer by position, step or epoch by name. */
static bool quantity_argument(Checker *c, const Arg *a, LayerUse use, Check *out)
{
    Words legal = { 0 };

    if (!a->name && !out->layer && use != LAYER_NEVER) {
        out->layer = layer_path(c, a->value);
        out->at = a->value->at;
        return out->layer;
    }
    if (a->name && !strcmp(a->name, "step"))
        return moment(c, a, &out->step);
    if (a->name && !strcmp(a->name, "epoch"))
        return moment(c, a, &out->epoch);
    words_add(&legal, "step", c->s->arena);
    words_add(&legal, "epoch", c->s->arena);
    if (a->name)
        report_unknown(c->s->diag, MSG_EXPECT_ARGUMENT, a->name_at, "argument of a quantity",
                       a->name, &legal, c->s->arena);
    else
        diag_error(c->s->diag, MSG_EXPECT_ARGUMENT, a->at, use == LAYER_NEVER
                   ? "'%s' takes no layer" : "'%s' takes one layer", out->quantity);
    return false;
}

static Check *unknown_quantity(Checker *c, const Expr *e)
{
    const char *name = quantity_name(c, e);
    Words legal = { 0 };

    for (size_t i = 0; i < countof(quantities); i++)
        words_add(&legal, quantities[i].name, c->s->arena);
    report_unknown(c->s->diag, MSG_EXPECT_QUANTITY, e->kind == EXPR_CALL ? e->left->at : e->at,
                   "quantity", name ? name : format_expr(e, c->s->arena), &legal, c->s->arena);
    return NULL;
}

static bool is_predicted(const Check *q)
{
    return !strncmp(q->quantity, "predicted.", strlen("predicted."));
}

static bool is_measured(Checker *c, const char *quantity, Span at)
{
    const Data *data = &c->model->data;

    if (strcmp(quantity, "loss.test") && strcmp(quantity, "accuracy.test"))
        return true;
    if (data->train.kind != VALUE_CALL || data->split > 0 || data->test.kind != VALUE_NONE ||
        value_arg(&data->train, "split")->kind == VALUE_ERROR)
        return true;
    Message *m = diag_error(c->s->diag, MSG_EXPECT_DATA, at, "'%s' needs test data: a source for "
                            "test, or a split such as split = 0.8", quantity);
    diag_note(m, data->train.at, "the data is here");
    return false;
}

static Check *quantity(Checker *c, const Expr *e)
{
    const int k = find_quantity(c, e);
    bool ok = true;

    if (k < 0)
        return unknown_quantity(c, e);
    Check *q = new_check(c, CHECK_QUANTITY, e->at);
    q->quantity = quantities[k].name;
    for (const Arg *a = e->kind == EXPR_CALL ? e->args : NULL; a && ok; a = a->next)
        ok = quantity_argument(c, a, quantities[k].layer, q);
    if (ok && quantities[k].layer == LAYER_REQUIRED && !q->layer) {
        diag_error(c->s->diag, MSG_EXPECT_ARGUMENT, e->at, "'%s' needs the name of a layer",
                   q->quantity);
        ok = false;
    }
    if (ok && q->step >= 0 && q->epoch >= 0) {
        diag_error(c->s->diag, MSG_EXPECT_ARGUMENT, e->at, "step and epoch exclude each other");
        ok = false;
    }
    if (ok && is_predicted(q) && (q->step >= 0 || q->epoch >= 0)) {
        diag_error(c->s->diag, MSG_EXPECT_ARGUMENT, e->at, "'%s' is of the start: it takes no step "
                   "and no epoch", q->quantity);
        ok = false;
    }
    return ok && is_measured(c, q->quantity, e->at) ? q : NULL;
}

/* ---- Arithmetic and conditions ---- */

static Check *join(Checker *c, CheckKind kind, const Expr *e, Check *left, Check *right)
{
    if (!right || (e->kind == EXPR_BINARY && !left))
        return NULL;
    Check *check = new_check(c, kind, e->at);
    check->oper = e->oper;
    check->left = left;
    check->right = right;
    return check;
}

static Check *constant(Checker *c, double x, Span at)
{
    Check *check = new_check(c, CHECK_NUMBER, at);

    check->number = x;
    return check;
}

static Check *constant_number(Checker *c, const Expr *e)
{
    static const Kinds want = { .mask = KIND_REAL };
    const Eval in = { c->s, c->globals->scope };

    const Value v = value_fit(eval(e, NULL, &in), &want, "an expectation", c->s);

    return v.kind == VALUE_ERROR ? NULL : constant(c, v.real, e->at);
}

/* flow > 0.1 in the place of a number */
static bool refuse_truth(Checker *c, const Expr *e)
{
    const bool truth = (e->kind == EXPR_BINARY && e->oper <= OPER_GE) ||
                       (e->kind == EXPR_UNARY && e->oper == OPER_NOT);

    if (truth)
        diag_error(c->s->diag, MSG_EXPECT_FORM, e->at, "'%s' is true or false, wanted a number; "
                   "'&&', '||' and '!' take conditions", format_expr(e, c->s->arena));
    return truth;
}

static Check *number(Checker *c, const Expr *e)
{
    const bool binary = e->kind == EXPR_BINARY && e->oper >= OPER_ADD && e->oper <= OPER_DIV;

    if (is_quantity(c, e))
        return quantity(c, e);
    if (!has_quantity(c, e))
        return constant_number(c, e);
    if (binary) {
        Check *left = number(c, e->left);
        return join(c, CHECK_ARITHMETIC, e, left, number(c, e->right));
    }
    if (e->kind == EXPR_UNARY && e->oper == OPER_NEG)
        return join(c, CHECK_ARITHMETIC, e, NULL, number(c, e->right));
    if (!refuse_truth(c, e))
        diag_error(c->s->diag, MSG_EXPECT_FORM, e->at,
                   "quantities can be compared, added, subtracted, multiplied and divided");
    return NULL;
}

/* true and false as comparisons of numbers: 1 == 1, 1 == 0 */
static Check *constant_condition(Checker *c, const Expr *e)
{
    const Eval in = { c->s, c->globals->scope };
    Check *check;
    bool holds;

    if (!eval_bool(e, "an expectation", &in, &holds))
        return NULL;
    check = new_check(c, CHECK_COMPARE, e->at);
    check->oper = OPER_EQ;
    check->left = constant(c, 1, e->at);
    check->right = constant(c, holds, e->at);
    return check;
}

static Check *condition(Checker *c, const Expr *e)
{
    const bool logic = e->kind == EXPR_BINARY && (e->oper == OPER_AND || e->oper == OPER_OR);

    if (e->kind == EXPR_ERROR)
        return NULL;
    if (!has_quantity(c, e))
        return constant_condition(c, e);
    if (logic) {
        Check *left = condition(c, e->left);
        return join(c, e->oper == OPER_AND ? CHECK_AND : CHECK_OR, e, left,
                    condition(c, e->right));
    }
    if (e->kind == EXPR_UNARY && e->oper == OPER_NOT)
        return join(c, CHECK_NOT, e, NULL, condition(c, e->right));
    if (e->kind == EXPR_BINARY && e->oper >= OPER_EQ && e->oper <= OPER_GE) {
        if (refuse_truth(c, e->left) || refuse_truth(c, e->right))
            return NULL;
        Check *left = number(c, e->left);
        return join(c, CHECK_COMPARE, e, left, number(c, e->right));
    }
    diag_error(c->s->diag, MSG_EXPECT_FORM, e->at,
               "'%s' is a number, wanted a condition such as %s > 0",
               format_expr(e, c->s->arena), format_expr(e, c->s->arena));
    return NULL;
}

static bool only_predicted(const Check *c)
{
    if (!c)
        return true;
    if (c->kind == CHECK_QUANTITY)
        return is_predicted(c);
    return only_predicted(c->left) && only_predicted(c->right);
}

void check_expect(Checker *c, const Decl *d)
{
    for (const Line *line = d->lines; line; line = line->next) {
        Check *check = condition(c, line->value);
        const Expectation e = { line->at, format_expr(line->value, c->s->arena), check,
                                only_predicted(check) };
        if (check)
            arena_push(c->s->arena, c->model->expect, c->model->n_expects, e);
    }
}
