/* repair_output.c -- repairs of what netc check warns of by name: outputs that do not suit the
 * loss, one unit between layers, residuals that add nothing, dropout that leaves nothing. */
#include <math.h>
#include <string.h>

#include "repair_rules.h"
#include "warn_row.h"

static const Site *output_of(const Repair *r)
{
    const Site *output = NULL;

    for (int i = 0; i < r->sites->n; i++)
        output = r->sites->site[i]->output ? r->sites->site[i] : output;
    return output;
}

/* So that target-mean would be given if the output had no activation. */
static bool has_far_targets(const Repair *r)
{
    const InputMoments *in = &r->c->forecast->input;
    const double mean = in->target_mean, variance = in->target_square - mean * mean;

    return r->c->model->target.kind == TARGET_VECTOR && variance > 0
        && mean * mean / variance >= warning_called("target-mean")->warned;
}

static bool start_at(Repair *r, const Site *output)
{
    const double mean = output_bias_wanted(&r->c->forecast->input);

    return site_is(output, LAYER_DENSE) && repair_drop_argument(r, output, "bias")
        && repair_argument(r, output, "bias_init",
                           arena_printf(r->s->arena, "constant(%s)", real_text(mean, r->s->arena)));
}

/* The statement goes, with the line where it stands alone; one with a name becomes `linear`. */
static bool drop_activation(Repair *r, const Item *act)
{
    const Stmt *s = act->stmt;
    const Source *source = s->whole.source;
    const bool alone = edit_starts_line(source, s->whole.from);
    Span at = s->whole;

    if (!repair_may_edit(r, at))
        return false;
    if (s->name || s->from)
        return repair_replace_layer(r, map_get(&r->sites->by_stmt, s), "linear");
    while (at.from > 0 && (source->text[at.from - 1] == ' ' || source->text[at.from - 1] == '\t'))
        at.from--;
    if (alone && strchr("\r\n", source->text[at.to]))
        at.to = edit_behind_line(source, at.to);
    edit_replace(&r->edits, at, "");
    repair_say(r, "no %s at the end", s->word);
    return true;
}

/* Logits, and targets of any size, want the sums as they are. */
bool repair_linear_output(Repair *r, const char *how)
{
    const Site *output = output_of(r);
    const bool warned = health_warns(r->health, "activated-logits")
                     || health_warns(r->health, "softmax-twice")
                     || health_warns(r->health, "target-range");

    if (!warned || !output || !output->bends)
        return false;
    return (output->act_item ? drop_activation(r, output->act_item)
                             : repair_argument(r, output, "act", how))
        && (!has_far_targets(r) || start_at(r, output));
}

/* Outputs that start where the targets are. */
bool repair_output_bias(Repair *r, const char *how)
{
    const Site *output = output_of(r);

    (void)how;
    return health_warns(r->health, "target-mean") && output && start_at(r, output);
}

static int64_t units_of(const Site *site)
{
    return call_arg(site->item->callee, site->item->arg, "units")->integer;
}

/* As many as there are classes or numbers to tell, twice over. */
bool repair_wider_layer(Repair *r, const char *how)
{
    const Target *target = &r->c->model->target;
    const int64_t apart = target->kind == TARGET_CLASS ? target->classes
                        : target->kind == TARGET_VECTOR ? shape_size(target->shape) : 0;
    int64_t units = 2;

    (void)how;
    while (units < 2 * apart)
        units *= 2;
    for (int i = 0; i < r->sites->n && health_warns(r->health, "one-unit-bottleneck"); i++) {
        const Site *site = r->sites->site[i];

        if (site_hidden(site) && site_is(site, LAYER_DENSE) && units_of(site) == 1
            && !repair_argument(r, site, "units",
                                arena_printf(r->s->arena, "%lld", (long long)units)))
            return false;
    }
    return r->edits.n > 0;
}

bool repair_learned_scale(Repair *r, const char *how)
{
    for (int i = 0; i < r->sites->n && health_warns(r->health, "idle-branch"); i++) {
        const Site *site = r->sites->site[i];
        const Value *scale = site->item->kind == ITEM_RESIDUAL
                           ? call_arg(site->item->callee, site->item->arg, "scale") : NULL;

        if (scale && scale->kind != VALUE_CALL && scale->real == 0
            && !repair_argument(r, site, "scale", how))
            return false;
    }
    return r->edits.n > 0;
}

static double dropped(const Site *site)
{
    return call_arg(site->item->callee, site->item->arg, "p")->real;
}

/* Where a warning says so all of them; else those of more than half the units. */
static bool is_heavy(const Repair *r, const Site *site)
{
    return site_is(site, LAYER_DROPOUT)
        && (health_warns(r->health, "heavy-dropout")
            || dropped(site) > HEAVY_DROPOUT);
}

/* Each layer's noise is 1 / (1 - p) times the signal's square: of n in a row no more than it is. */
static double bearable_dropout(const Repair *r)
{
    int n = 0;

    for (int i = 0; i < r->sites->n; i++)
        n += is_heavy(r, r->sites->site[i]) ? r->sites->site[i]->places : 0;
    return round_down(fmin(USUAL_DROPOUT, 1 - pow(2, -1.0 / fmax(n, 1))));
}

bool repair_lighter_dropout(Repair *r, const char *how)
{
    const double p = bearable_dropout(r);

    (void)how;
    for (int i = 0; i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];

        if (is_heavy(r, site) && dropped(site) > p
            && !repair_argument(r, site, "p", real_text(p, r->s->arena)))
            return false;
    }
    return r->edits.n > 0;
}
