/* forecast_expect.c -- the conditions of `expect` that the forecast alone decides. */
#include "forecast_write.h"

#include <math.h>
#include <string.h>

/* ---- Quantities ---------------------------------------------------------------------------- */

/* "h" takes in h, h[3] and h.unit; "stage.unit" takes in stage[1].unit. */
static bool takes_in(const char *name, const char *path)
{
    while (*name) {
        if (*path == '[' && *name != '[')
            path = strchr(path, ']') + 1;
        if (*path != *name)
            return false;
        path++;
        name++;
    }
    return *path == '\0' || *path == '.' || *path == '[';
}

/* Delta at the first layer with a weight under the name over that at the last. */
static double flow_of(const Forecast *f, const char *name)
{
    const FlowLayer *first = NULL, *last = NULL;

    for (int i = 0; i < f->n; i++)
        if (f->layer[i].layer->in_flow && takes_in(name, f->layer[i].path)) {
            first = first ? first : &f->layer[i];
            last = &f->layer[i];
        }
    return !first ? NAN : first == last ? 1 : first->delta_rms > 0
         ? first->delta_rms / last->delta_rms : 0;
}

double forecast_flow(const Forecast *f, const char *layer)
{
    return layer ? flow_of(f, layer) : f->flow;
}

/* ---- Conditions ---------------------------------------------------------------------------- */

static double number(const Check *c, const Forecast *f)
{
    const double left = c->left ? number(c->left, f) : 0;
    const double right = c->right ? number(c->right, f) : 0;

    if (c->kind == CHECK_NUMBER)
        return c->number;
    if (c->kind == CHECK_QUANTITY)
        return forecast_flow(f, c->layer);
    switch (c->oper) {
    case OPER_ADD: return left + right;
    case OPER_SUB: return left - right;
    case OPER_MUL: return left * right;
    case OPER_DIV: return left / right;
    case OPER_NEG: return -right;
    default: bug("no arithmetic");
    }
}

static bool compare(Oper oper, double left, double right)
{
    switch (oper) {
    case OPER_LT: return left < right;
    case OPER_LE: return left <= right;
    case OPER_GT: return left > right;
    case OPER_GE: return left >= right;
    case OPER_EQ: return left == right;
    case OPER_NE: return left != right;
    default: bug("no relation");
    }
}

typedef struct {
    double left, right;             /* of the comparison that decided */
    bool unknown;                   /* one of them was not finite */
} Sides;

static bool holds(const Check *c, const Forecast *f, Sides *sides);

/* What cannot be compared does not fail to hold, either. */
static bool fails(const Check *c, const Forecast *f, Sides *sides)
{
    *sides = (Sides){ 0 };
    return !holds(c, f, sides) && !sides->unknown;
}

/* Of what is not finite nothing holds. */
static bool holds(const Check *c, const Forecast *f, Sides *sides)
{
    switch (c->kind) {
    case CHECK_AND: return holds(c->left, f, sides) && holds(c->right, f, sides);
    case CHECK_OR: return holds(c->left, f, sides) || holds(c->right, f, sides);
    case CHECK_NOT: return fails(c->right, f, sides);
    default: break;
    }
    sides->left = number(c->left, f);
    sides->right = number(c->right, f);
    if (isfinite(sides->left) && isfinite(sides->right))
        return compare(c->oper, sides->left, sides->right);
    sides->unknown = true;
    return false;
}

static bool has_quantity(const Check *c)
{
    return c && (c->kind == CHECK_QUANTITY || has_quantity(c->left) || has_quantity(c->right));
}

void forecast_expect(const Forecast *f, const Model *m, Session *s)
{
    for (int i = 0; i < m->n_expects; i++) {
        const Expectation *e = &m->expect[i];
        Sides sides = { 0 };

        if (!e->predicted_only || !has_quantity(e->check) || holds(e->check, f, &sides))
            continue;
        if (f->too_large) {
            diag_error(s->diag, MSG_EXPECT_FAILS, e->at, "there is no forecast to hold to this: %s",
                       f->rough);
            continue;
        }
        diag_error(s->diag, MSG_EXPECT_FAILS, e->at, "the forecast does not hold to this: %.3g "
                   "against %.3g%s", sides.left, sides.right,
                   sides.unknown ? "; a side is not a finite number" : "");
    }
}
