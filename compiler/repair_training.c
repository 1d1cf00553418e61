/* repair_training.c -- repairs of recurrent layers and of the training: cells, forget bias, clip,
 * rate. */
#include <math.h>
#include <string.h>

#include "repair_rules.h"

enum {
    MOST_RATES = 60,
    MANY_STEPS = 200                /* with a bias of 1 an lstm learns over fewer */
};

/* ---- Clips ----------------------------------------------------------------------------------- */

static bool clips(const Repair *r)
{
    return !word_is(&r->c->model->settings.clip, "NONE");
}

static bool add_clip(Repair *r, double limit)
{
    const Decl *train = r->c->model->settings.decl;
    const Setting *clip = repair_setting(train, "clip");
    const Setting *after = repair_setting(train, "optimizer");
    const char *value = arena_printf(r->s->arena, "global_norm(%s)",
                                     real_text(limit, r->s->arena));

    if (clips(r) || !after || !(limit > 0) || !repair_may_edit(r, after->at))
        return false;
    if (clip)
        return repair_value(r, clip->value, "clip", NULL, value);
    return repair_add_setting(r, after, "clip", value);
}

bool repair_clip(Repair *r, const char *how)
{
    (void)how;
    return add_clip(r, forecast_clip(r->c->forecast));
}

/* Of another cell: what the one that is there starts with tells nothing once it explodes. */
static bool clip_cell(Repair *r)
{
    return clips(r) || add_clip(r, fmin(forecast_clip(r->c->forecast), USUAL_CLIP));
}

/* No cell learns to add two of fifty numbers by 800 steps of sgd, at 0.1 and at 1, with momentum
 * and without; gru and lstm do by adam at 0.01, ReLUs on the identity at a twentieth of that. */
static bool adapt_steps(Repair *r, const char *rate)
{
    const Setting *s = repair_setting(r->c->model->settings.decl, "optimizer");

    return !word_is(&r->c->model->settings.optimizer, "SGD")
        || (s && repair_value(r, s->value, "optimizer", NULL,
                              arena_printf(r->s->arena, "adam(lr = %s)", rate)));
}

/* ---- Recurrent layers ------------------------------------------------------------------------ */

static int64_t most_steps(const Forecast *f)
{
    int64_t steps = 0;

    for (int i = 0; i < f->n; i++)
        steps = f->layer[i].layer->steps > steps ? f->layer[i].layer->steps : steps;
    return steps;
}

/* A memory of T steps wants a forget gate that stays open for as long: bias about ln T, with which
 * half the units keep more than 1 - 1/T. */
static double open_bias(const Repair *r)
{
    const double steps = fmax((double)most_steps(r->c->forecast), 2);

    return fmin(fmax(floor(log(steps) - OPEN_LESS), LEAST_OPEN), MOST_OPEN);
}

bool repair_forget_bias(Repair *r, const char *how)
{
    const double bias = open_bias(r);

    (void)how;
    for (int i = 0; i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];

        if (!site_is(site, LAYER_LSTM)
            || call_arg(site->item->callee, site->item->arg, "forget_bias")->real >= bias)
            continue;
        if (!repair_argument(r, site, "forget_bias", arena_printf(r->s->arena, "%.1f", bias)))
            return false;
    }
    return r->edits.n > 0;
}

/* What a gated cell does not take, or is better without. */
static void drop_arguments(Repair *r, const Site *site)
{
    const Value *init = call_arg(site->item->callee, site->item->arg, "recurrent_init");

    repair_drop_argument(r, site, "act");
    if (!word_is(init, "ORTHOGONAL"))
        repair_drop_argument(r, site, "recurrent_init");
}

/* An lstm that is not clipped learns the adding problem from some seeds only, a gru from all. */
bool repair_cell(Repair *r, const char *how)
{
    const bool is_gru = strcmp(how, "gru") == 0;

    for (int i = 0; i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];
        const Stmt *s = site->stmt;

        if (!site_is(site, LAYER_RNN) && (is_gru || !site_is(site, LAYER_GRU)))
            continue;
        if (strcmp(s->word, site->item->callee->name) != 0 || !repair_may_edit(r, s->word_at))
            return false;
        edit_replace(&r->edits, s->word_at, how);
        drop_arguments(r, site);
        if (!is_gru && most_steps(r->c->forecast) > MANY_STEPS)
            repair_add_argument(r, site, "forget_bias",
                                arena_printf(r->s->arena, "%.1f", open_bias(r)));
    }
    repair_say(r, "%s", how);
    return r->edits.n > 0 && adapt_steps(r, "0.01") && (is_gru || clip_cell(r));
}

/* Le et al. clip, too: what is not bounded explodes sooner or later. */
bool repair_identity_rnn(Repair *r, const char *how)
{
    static const char *const argument[][2] = {
        { "act", "relu" }, { "init", "normal(0.03)" }, { "recurrent_init", "identity" },
    };

    for (int i = 0; i < r->sites->n; i++)
        for (size_t k = 0; k < countof(argument); k++)
            if (site_is(r->sites->site[i], LAYER_RNN)
                && !repair_argument(r, r->sites->site[i], argument[k][0], argument[k][1]))
                return false;
    (void)how;
    return r->edits.n > 0 && adapt_steps(r, "0.0005") && clip_cell(r);
}

bool repair_recurrent_init(Repair *r, const char *how)
{
    (void)how;
    for (int i = 0; i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];

        if (!site_is(site, LAYER_RNN) && !site_is(site, LAYER_LSTM) && !site_is(site, LAYER_GRU))
            continue;
        if (!word_is(call_arg(site->item->callee, site->item->arg, "recurrent_init"), "ORTHOGONAL")
            && !repair_argument(r, site, "recurrent_init", "orthogonal"))
            return false;
    }
    return r->edits.n > 0;
}

/* ---- Settings -------------------------------------------------------------------------------- */

/* The next of 1, 2, 5, 10, .. under x. */
static double next_down(double x)
{
    return round_down(x * (1 - 1e-9) * 0.999);
}

/* The largest that is not over its limit, and that netc check does not even note. */
static double bearable_rate(const Repair *r, double rate)
{
    const double over = r->health->measure[AILMENT_RATE] - r->health->limit[AILMENT_RATE];
    double x = over > 0 ? round_down(rate * pow(10, -over) / 2) : rate;
    int tries = 0;

    while (x > 1e3 && warned_of_rate(r->c, x / 1e3, r->s->arena))
        x = round_down(x / 1e3);
    while (warned_of_rate(r->c, x, r->s->arena) && tries++ < MOST_RATES)
        x = next_down(x);
    return x;
}

static double lively_rate(const Repair *r, double rate)
{
    return round_down(LIVELY_STEPS * rate / r->c->forecast->step_length);
}

bool repair_rate(Repair *r, const char *how)
{
    const Value *optimizer = &r->c->model->settings.optimizer;
    const Setting *s = repair_setting(r->c->model->settings.decl, "optimizer");
    const double rate = value_arg(optimizer, "lr")->real;
    const bool low = health_is_slow(r->health) || r->health->wants_longer;
    const bool high = health_ails_by_rate(r->health) || r->health->step_length >= LONG_STEPS;
    const double bearable = !s || !(low || high) ? rate
                          : low ? lively_rate(r, rate) : bearable_rate(r, rate);
    const char *text = real_text(bearable, r->s->arena);

    (void)how;
    if (!(bearable > 0 && isfinite(bearable) && (low || bearable < rate) && bearable != rate))
        return false;
    for (const Arg *a = s->value->args; a; a = a->next)
        if (s->value->kind == EXPR_CALL && (a->name ? !strcmp(a->name, "lr")
                                                    : a == s->value->args))
            return repair_value(r, a->value, "lr", NULL, text);
    if (s->value->kind != EXPR_NAME || !repair_may_edit(r, s->value->at))
        return false;
    edit_insert(&r->edits, s->value->at.to, arena_printf(r->s->arena, "(lr = %s)", text));
    repair_say(r, "lr = %s", text);
    return true;
}
