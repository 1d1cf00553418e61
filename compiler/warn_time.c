/* warn_time.c -- warnings of recurrent layers. */
#include "warn.h"

#include <math.h>
#include <string.h>

#include "runtime/gravity.h"

static bool is_recurrent(const FlowLayer *l)
{
    return l->layer->steps > 1 && l->first_rms >= 0 && l->last_rms > 0;
}

static bool has_gates(const FlowLayer *l)
{
    return strcmp(l->layer->kind, "rnn") != 0;
}

/* Decades that dL/dz gains from the last step back to the first. */
static double gain_of(const FlowLayer *l)
{
    return log10(l->first_rms / l->last_rms);
}

/* ---- Vanishing ----------------------------------------------------------------------------- */

/* What a recurrent matrix, or a gate, does at each step. */
static void note_step(const Warn *w, Message *m, const FlowLayer *l)
{
    const Item *item = l->layer->item;
    const double a_step = l->first_rms > 0 ? pow(10, gain_of(l) / (double)(l->layer->steps - 1))
                        : pow(10, -l->decades_per_step);

    if (strcmp(l->layer->kind, "lstm") == 0) {
        const double bias = call_arg(item->callee, item->arg, "forget_bias")->real;

        diag_note(m, item->at, "a step keeps %.3g of it; the forget gates start near sigmoid(%.3g) "
                  "= %.3g", a_step, bias, 1 / (1 + exp(-bias)));
    } else if (has_gates(l)) {
        diag_note(m, item->at, "a step keeps %.3g of it; the update gates start by keeping about "
                  "half", a_step);
    } else {
        diag_note(m, item->at, "a step keeps %.3g of it, of the matrix %s and the slopes together",
                  a_step, value_text(call_arg(item->callee, item->arg, "recurrent_init"),
                                     w->session->arena));
    }
}

void warn_recurrent_vanishing(Warn *w)
{
    const FlowLayer *row = NULL;
    double most = 0;
    Message *m;

    for (int i = 0; i < w->forecast->n; i++) {
        const FlowLayer *l = &w->forecast->layer[i];
        const double lost = is_recurrent(l) ? rt_decades_lost(l->layer->kind, -gain_of(l)) : 0;

        if (lost > most) {
            most = lost;
            row = l;
        }
    }
    if (!row || !warn_reaches(w, most))
        return;
    m = warn_say(w, most, has_gates(row) ? warn_at(row)
                 : warn_argument(row->layer->item, "recurrent_init"),
                 "%s learns little from its first steps: dL/dz falls by %s over %lld steps, to %s",
                 row->path, row->first_rms > 0
                 ? arena_printf(w->session->arena, "%.1f decades", -gain_of(row))
                 : "more than a double can hold", (long long)row->layer->steps, row->first_rms > 0
                 ? arena_printf(w->session->arena, "%.2g", row->first_rms) : "under 1e-140");
    if (row->first_rms > 0 || isfinite(row->decades_per_step))
        note_step(w, m, row);
}

/* ---- Clipping ------------------------------------------------------------------------------ */

/* Two deviations of what draws of a matrix gain beside the forecast; rotations gain the same, and
 * gates leave no product of matrices alone. */
static double may_add(const FlowLayer *l)
{
    const Item *item = l->layer->item;
    const double units = call_arg(item->callee, item->arg, "units")->real;
    const Value *init = call_arg(item->callee, item->arg, "recurrent_init");

    return has_gates(l) || word_is(init, "ORTHOGONAL") || word_is(init, "IDENTITY") ? 0
         : 2 * A_STEP_SPREADS * (double)l->layer->steps / sqrt(units);
}

/* Where every step has a gradient of its own, the first has all of them: so many times the last's
 * with no growth at all. */
static double gathered(const FlowLayer *l)
{
    return l->layer->out.rank == 2 ? log10((double)l->layer->steps) : 0;
}

static bool is_unbounded(const FlowLayer *l)
{
    return !has_gates(l) && (l->layer->act == ACTIVATION_RELU ||
                             l->layer->act == ACTIVATION_LEAKY_RELU ||
                             l->layer->act == ACTIVATION_LINEAR);
}

/* What counts as decades that may be gained; cells without a bound count as warned of. */
static double danger(const Warn *w, const FlowLayer *l)
{
    const double gain = gain_of(l) - gathered(l);

    if (has_gates(l) && gain < 0)
        return -INFINITY;
    return is_unbounded(l) && gain > UNBOUNDED_LOST ? fmax(gain + may_add(l), w->now->warned)
                                        : gain + may_add(l);
}

void warn_recurrent_clip(Warn *w)
{
    const FlowLayer *row = NULL;
    const Item *item;
    Message *m;

    if (!word_is(&w->model->settings.clip, "NONE"))
        return;
    for (int i = 0; i < w->forecast->n; i++) {
        const FlowLayer *l = &w->forecast->layer[i];

        if (is_recurrent(l) && (!row || danger(w, l) > danger(w, row)))
            row = l;
    }
    if (!row || !warn_reaches(w, danger(w, row)))
        return;
    item = row->layer->item;
    m = warn_say(w, danger(w, row), item->at, "nothing bounds the gradient of %s, which %s",
                 row->path, is_unbounded(row) ? "explodes once its matrix has grown"
                 : "may grow from step to step");
    diag_note(m, item->at, "dL/dz %s by %.1f decades over %lld steps, and by up to %.1f more in "
              "some draws of the weights", gain_of(row) < 0 ? "falls" : "grows", fabs(gain_of(row)),
              (long long)row->layer->steps, may_add(row));
    if (forecast_clip(w->forecast) > 0)
        diag_note(m, w->model->settings.decl->at, "the gradient's norm starts at %.2g: clip = "
                  "global_norm(%s)", w->forecast->grad_norm,
                  real_text(forecast_clip(w->forecast), w->session->arena));
}
