/* repair_training.c -- repairs of recurrent layers and of the training: cells, forget bias, clip,
 * rate. */
#include <math.h>
#include <string.h>

#include "repair_rules.h"

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

    return fmin(fmax(floor(log(steps) - 1.2), 1), 4);
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

bool repair_cell(Repair *r, const char *how)
{
    for (int i = 0; i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];
        const Stmt *s = site->stmt;

        if (!site_is(site, LAYER_RNN) && !site_is(site, LAYER_GRU))
            continue;
        if (strcmp(s->word, site->item->callee->name) != 0 || !repair_may_edit(r, s->word_at))
            return false;
        edit_replace(&r->edits, s->word_at, how);
        repair_drop_argument(r, site, "act");
        repair_add_argument(r, site, arena_printf(r->s->arena, "forget_bias = %.1f",
                                                  open_bias(r)));
    }
    r->what = arena_printf(r->s->arena, "%s, %s", how, r->what);
    return r->edits.n > 0;
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

static const Setting *find_setting(const Decl *d, const char *key)
{
    for (const Setting *s = d ? d->settings : NULL; s; s = s->next)
        if (strcmp(s->key, key) == 0)
            return s;
    return NULL;
}

/* A line behind `after`, its `=` under that one's. */
static void add_setting(Repair *r, const Setting *after, const char *key, const char *value)
{
    const Source *s = after->at.source;
    const char *indent = repair_indent(r, after->key_at.from);
    const int column = (int)strcspn(s->text + after->key_at.from, "=");
    const uint32_t semicolon = after->at.to + (uint32_t)strcspn(s->text + after->at.to, ";") + 1;
    const uint32_t end = indent ? edit_behind_line(s, semicolon) : semicolon;
    Arena *a = r->s->arena;

    edit_insert(&r->edits, end,
                indent ? arena_printf(a, "%s%-*s= %s;\n", indent, column, key, value)
                       : arena_printf(a, " %s = %s;", key, value));
    repair_say(r, "%s = %s", key, value);
}

/* 1, 2 or 5 times a power of ten: the last that is not over x. */
static double round_down(double x)
{
    const double power = pow(10, floor(log10(x))), first = x / power;

    return power * (first >= 5 ? 5 : first >= 2 ? 2 : 1);
}

/* About what a step has at the start, between 1 and 10. */
bool repair_clip(Repair *r, const char *how)
{
    const Decl *train = r->c->model->settings.decl;
    const Setting *clip = find_setting(train, "clip");
    const Setting *after = find_setting(train, "optimizer");
    const double norm = r->c->forecast->grad_norm;
    const char *value = arena_printf(r->s->arena, "global_norm(%.1f)",
                                     fmin(fmax(round_down(fmax(norm, 1)), 1), 10));

    (void)how;
    if (!word_is(&r->c->model->settings.clip, "NONE") || !after
        || !repair_may_edit(r, after->at))
        return false;
    if (clip)
        return repair_value(r, clip->value, "clip", value);
    add_setting(r, after, "clip", value);
    return true;
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
    return r->edits.n > 0 && (!word_is(&r->c->model->settings.clip, "NONE") || repair_clip(r, how));
}

/* The rate that the forecast allows, over all that multiplies it. */
bool repair_rate(Repair *r, const char *how)
{
    const Value *optimizer = &r->c->model->settings.optimizer;
    const Setting *s = find_setting(r->c->model->settings.decl, "optimizer");
    const double over = r->health->measure[AILMENT_RATE] - r->health->limit[AILMENT_RATE];
    const double rate = value_arg(optimizer, "lr")->real;
    const char *text;

    (void)how;
    if (!(over > 0) || !s || !isfinite(over))
        return false;
    text = real_text(round_down(rate * pow(10, -over) / 2), r->s->arena);
    for (const Arg *a = s->value->args; a; a = a->next)
        if (s->value->kind == EXPR_CALL && (a->name ? !strcmp(a->name, "lr")
                                                    : a == s->value->args))
            return repair_value(r, a->value, "lr", text);
    if (s->value->kind != EXPR_NAME || !repair_may_edit(r, s->value->at))
        return false;
    edit_insert(&r->edits, s->value->at.to, arena_printf(r->s->arena, "(lr = %s)", text));
    repair_say(r, "lr = %s", text);
    return true;
}
