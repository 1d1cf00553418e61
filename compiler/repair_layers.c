/* repair_layers.c -- repairs of layers: activation, initialiser, normalisation, width. */
#include <math.h>
#include <string.h>

#include "flow_walk.h"
#include "repair_rules.h"

/* ---- Activation ------------------------------------------------------------------------------ */

static bool same_activation(const Site *site, const char *text)
{
    const Callable *c = site->item->kind == ITEM_ACTIVATION ? site->item->callee
                      : call_arg(site->item->callee, site->item->arg, "act")->callee;

    const size_t n = strcspn(text, "(");

    return strlen(c->name) == n && strncmp(c->name, text, n) == 0;
}

/* `sigmoid;`, a layer of its own, or `phi;`, a param. */
bool repair_replace_layer(Repair *r, const Site *site, const char *text)
{
    const Stmt *s = site->stmt;
    const bool param = strcmp(s->word, site->item->callee->name) != 0;
    const Expr word = { .kind = EXPR_NAME, .at = s->word_at, .text = s->word };
    Expr whole = { .kind = EXPR_CALL, .at = s->at };

    if (s->name || s->from || s->shape.given)
        whole.at = s->word_at;
    return repair_value(r, param ? &word : &whole, "act", NULL, text);
}

/* Softmax picks among its inputs, and is not there for the slope, unless weights read all of it. */
static bool is_replaced(const Repair *r, const Site *site)
{
    const bool layer = site->item->kind == ITEM_ACTIVATION;

    return site_hidden(site) && site->bends
        && (site->act.kind != ACTIVATION_SOFTMAX || site->feeds
            || health_warns(r->health, "softmax-hidden"))
        && (layer || site_is(site, LAYER_DENSE) || site_is(site, LAYER_CONV))
        && (layer || !site->act_item);
}

bool repair_activation(Repair *r, const char *how)
{
    for (int i = 0; i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];

        if (!is_replaced(r, site) || same_activation(site, how))
            continue;
        if (site->item->kind == ITEM_ACTIVATION ? !repair_replace_layer(r, site, how)
                                                : !repair_argument(r, site, "act", how))
            return false;
    }
    return r->edits.n > 0;
}

/* ---- Initialisers ---------------------------------------------------------------------------- */

/* The variance of a weight, times its fan, that keeps a signal as it is: where phi is a line at 0
 * and flat far out, that of its slope there; else that which keeps the second moment at 1. */
static double suited_gain(const Site *site, Arena *a)
{
    double square[2], slope = act_slope(site->act, 0);

    if (!site->bends)
        return 1;
    switch (site->act.kind) {
    case ACTIVATION_TANH: case ACTIVATION_SOFTSIGN: case ACTIVATION_HARD_TANH:
    case ACTIVATION_SIGMOID: case ACTIVATION_HARD_SIGMOID:
        return 1 / (slope * slope);
    default:
        act_squares(gauss_new(a), site->act, 1, 0, square);
        return 1 / square[0];
    }
}

static const char *suited_name(const Site *site, double gain, Arena *a)
{
    if (!site->bends)
        return "xavier_uniform";
    switch (site->act.kind) {
    case ACTIVATION_RELU: case ACTIVATION_LEAKY_RELU:
        return "he_normal";
    case ACTIVATION_SELU:
        return "lecun_normal";
    case ACTIVATION_TANH: case ACTIVATION_SOFTSIGN: case ACTIVATION_HARD_TANH:
        return "xavier_uniform";
    default:
        return arena_printf(a, "variance_scaling(%.3g, mode = fan_avg)", gain);
    }
}

static const char *orthogonal_name(double gain, Arena *a)
{
    return fabs(gain - 1) < GAIN_IS_ONE ? "orthogonal"
                                      : arena_printf(a, "orthogonal(%.3g)", sqrt(gain));
}

/* A row of the forecast for the statement; NULL. */
static const FlowLayer *row_of(const Repair *r, const Stmt *s)
{
    const Forecast *f = r->c->forecast;

    for (int i = 0; i < f->n; i++)
        if (f->layer[i].layer->item->stmt == s)
            return &f->layer[i];
    return NULL;
}

/* Is its weight's variance what is wanted already? */
static bool is_suited(const Repair *r, const Site *site, double gain)
{
    const FlowLayer *row = row_of(r, site->stmt);

    for (int i = 0; row && i < row->layer->n_params; i++) {
        const Tensor *t = &row->layer->param[i];
        const double fan = 0.5 * (double)(t->fan_in + t->fan_out);
        const double most = fmax((double)t->fan_in, (double)t->fan_out);
        const Draw d = t->is_weight ? draw_of(t) : (Draw){ 0 };

        if (t->is_weight && d.mean == 0)
            return d.var > (1 - SUITED) * gain / most
                && d.var < (1 + SUITED) * gain / fmin((double)t->fan_in, fan);
    }
    return false;
}

static bool set_init(Repair *r, const Site *site, bool orthogonal)
{
    const Value *init = call_arg(site->item->callee, site->item->arg, "init");
    const double gain = suited_gain(site, r->s->arena);
    const char *name = orthogonal ? orthogonal_name(gain, r->s->arena)
                                  : suited_name(site, gain, r->s->arena);

    if (orthogonal ? word_is(init, "ORTHOGONAL") : is_suited(r, site, gain))
        return true;
    if (site->output && (init->automatic || orthogonal))
        return true;
    return repair_argument(r, site, "init", name);
}

bool repair_init(Repair *r, const char *how)
{
    const bool orthogonal = strcmp(how, "orthogonal") == 0;

    for (int i = 0; i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];

        if ((site_is(site, LAYER_DENSE) || site_is(site, LAYER_CONV))
            && !set_init(r, site, orthogonal))
            return false;
    }
    return r->edits.n > 0;
}

/* ---- Normalisation --------------------------------------------------------------------------- */

static bool is_read(const Stmt *s, Str name)
{
    for (; s; s = s->next) {
        for (const Arg *from = s->from; from; from = from->next) {
            const Expr *e = from->value;
            while (e->left)
                e = e->left;
            if (e->text == name)
                return true;
        }
        if (is_read(s->body, name) || is_read(s->other, name))
            return true;
        for (const Branch *b = s->branches; b; b = b->next)
            if (is_read(b->body, name))
                return true;
    }
    return false;
}

/* The name would stand for the product before the norm, no longer for what comes out. */
static bool is_name_read(const Repair *r, const Stmt *s)
{
    for (const Decl *d = r->c->file->decls; s->name && d; d = d->next)
        if (is_read(d->body, s->name))
            return true;
    return false;
}

static bool is_norm(const Site *site)
{
    return site_is(site, LAYER_BATCHNORM) || site_is(site, LAYER_LAYERNORM)
        || site_is(site, LAYER_GROUPNORM);
}

/* Between the product and its activation, whose bias a batchnorm would take away again. */
static bool add_norm(Repair *r, const Site *site, const char *norm)
{
    const Arg *act = site->act_item ? NULL : repair_find_argument(site, "act");
    const Arg *bias = repair_find_argument(site, "bias");
    const char *statement[2] = { arena_printf(r->s->arena, "%s;", norm) };
    const bool drops_bias = !bias && strcmp(norm, "batchnorm") == 0;

    if (!repair_may_edit(r, site->stmt->whole) || is_name_read(r, site->stmt))
        return false;
    if (act) {
        statement[1] = arena_printf(r->s->arena, "%s;", repair_text(r, act->value->at));
        if (drops_bias)
            edit_replace(&r->edits, act->at, "bias = false");
        else
            repair_drop_argument(r, site, "act");
    } else if (drops_bias && !repair_argument(r, site, "bias", "false")) {
        return false;
    }
    if (drops_bias && !repair_drop_argument(r, site, "bias_init"))
        return false;
    repair_follow(r, site->stmt, statement, act ? 2 : 1);
    return true;
}

/* A bias, and a batch norm right behind the sum. */
static bool has_idle_bias(const Site *site)
{
    const Item *next = site->at + 1 < site->list->n ? site->list->item[site->at + 1] : NULL;

    return (site_is(site, LAYER_DENSE) || site_is(site, LAYER_CONV))
        && call_arg(site->item->callee, site->item->arg, "act")->callee->id == ACTIVATION_LINEAR
        && call_arg(site->item->callee, site->item->arg, "bias")->integer
        && next && next->kind == ITEM_LAYER && next->callee->id == LAYER_BATCHNORM;
}

bool repair_no_bias(Repair *r, const char *how)
{
    for (int i = 0; i < r->sites->n && health_warns(r->health, "redundant-bias"); i++) {
        const Site *site = r->sites->site[i];

        if (has_idle_bias(site)
            && (!repair_argument(r, site, "bias", how)
                || !repair_drop_argument(r, site, "bias_init")))
            return false;
    }
    return r->edits.n > 0;
}

bool repair_norm(Repair *r, const char *how)
{
    for (int i = 0; i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];

        if (is_norm(site))
            return false;
        if (site_hidden(site) && (site_is(site, LAYER_DENSE) || site_is(site, LAYER_CONV))
            && !add_norm(r, site, how))
            return false;
    }
    r->n_said = 0;
    r->what = arena_printf(r->s->arena, "%s before each activation", how);
    return r->edits.n > 0;
}

/* ---- Width ----------------------------------------------------------------------------------- */

/* The spread over seeds goes with the root of depth over width. */
bool repair_width(Repair *r, const char *how)
{
    const double over = r->health->measure[AILMENT_LOTTERY]
                      / fmax(r->health->limit[AILMENT_LOTTERY], 1e-9);
    int64_t factor = 1;

    (void)how;
    while ((double)factor < over * over && factor < 8)
        factor *= 2;
    for (int i = 0; factor > 1 && i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];
        const bool conv = site_is(site, LAYER_CONV);
        const char *name = conv ? "filters" : "units", *text;

        if (!site_hidden(site) || !(conv || site_is(site, LAYER_DENSE)))
            continue;
        text = arena_printf(r->s->arena, "%lld", (long long)
                            (factor * call_arg(site->item->callee, site->item->arg,
                                               name)->integer));
        if (!repair_argument(r, site, name, text))
            return false;
    }
    return r->edits.n > 0;
}
