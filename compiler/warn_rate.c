/* warn_rate.c -- how long the steps are beside what the net bears: for check and suggest. */
#include "warn.h"

#include <math.h>
#include <string.h>

/* What the first update changes.  Relative changes of layers that stand one behind the other add
 * up, and each multiplies what the others' do: n layers bear a sum that falls with n. */
typedef struct {
    double share;                   /* of the weights: sum over the layers */
    double layers;                  /* one behind the other */
    double carried;                 /* by what later updates go on with it */
    double bears;                   /* sum that so many layers bear */
    double most;                    /* share of one layer, */
    int at;                         /* of this one */
} Step;

/* ---- Layers -------------------------------------------------------------------------------- */

static bool is_flat(const Site *p)
{
    return p->act.kind == ACTIVATION_SIGMOID || p->act.kind == ACTIVATION_HARD_SIGMOID;
}

/* Weights as drawn; those drawn small on purpose, as a last layer's, may grow to the usual size,
 * and those before and behind a sigmoid, whose slope is a quarter of tanh's, to twice that. */
static double usual_weight(const Warn *w, int i)
{
    const Site *p = &w->site[i];
    const double usual = fmax(warn_weight_rms(p), 1 / sqrt(fmax((double)p->weight->fan_in, 1)));

    return is_flat(p) || (i > 0 && is_flat(p - 1)) ? 2 * usual : usual;
}

/* Of a residual sum, the part that its body makes: root of the mean over all sums. */
static double part_of_bodies(const Warn *w)
{
    const Forecast *f = w->forecast;
    double part = 0;

    for (int i = 0; i < f->n_joins; i++) {
        const FlowLayer *join = &f->join[i];
        const double skip = join->z_rms / join->act_rms;

        if (isfinite(skip))
            part += fmax(1 - skip * skip, 0) / f->n_joins;
    }
    return sqrt(part);
}

/* Before a batch norm, or in branches that many of them hold, the size of weights is free, and too
 * long a step only makes them larger.  Before norms of a sample that shortens sgd's next steps;
 * samples may become alike meanwhile. */
static double counts(const Warn *w, const Site *p, int batchnorms)
{
    if (p->batchnorm || (p->inside && 3 * batchnorms >= w->n - 1))
        return 0;
    return p->norm && !w->adaptive ? 0.5 : 1;
}

static void add_layer(Step *s, const Warn *w, int i, double weight, bool in_row)
{
    const double share = warn_first_update(w, &w->site[i]) / usual_weight(w, i);

    if (weight == 0 || !isfinite(share))
        return;
    s->share += weight * share;
    s->layers += in_row ? weight : 0;
    if (weight * share > s->most) {
        s->most = weight * share;
        s->at = i;
    }
}

/* ---- The whole ----------------------------------------------------------------------------- */

/* Velocities add up updates, of which some agree: between 1 and 1 / (1 - momentum); measured are 2
 * to 7 for 0.9.  The steps of adagrad shorten as 1 / sqrt(step). */
static double carried_on(const Value *optimizer)
{
    if (word_is(optimizer, "SGD") || word_is(optimizer, "RMSPROP"))
        return 1 / sqrt(1 - value_arg(optimizer, "momentum")->real);
    return word_is(optimizer, "ADAGRAD") ? 0.5 : 1;
}

/* A gradient has few directions, so that all of an update meets the samples; a step of the rate for
 * each weight mostly passes them by. */
static double bearable(const Warn *w)
{
    return w->adaptive ? 8 : 1.15;
}

static Step first_step(const Warn *w)
{
    Step s = { .carried = carried_on(&w->model->settings.optimizer) };
    const double bodies = part_of_bodies(w);
    int batchnorms = 0;

    for (int i = 0; i < w->n; i++)
        batchnorms += w->site[i].batchnorm;
    for (int i = 0; i < w->n; i++) {
        const Site *p = &w->site[i];
        const bool adds = p->inside && w->forecast->n_joins > 0;

        add_layer(&s, w, i, counts(w, p, batchnorms) * (adds ? bodies : 1), !adds);
    }
    s.layers = fmax(s.layers, 1);
    s.bears = bearable(w) / pow(s.layers, 0.75);
    return s;
}

static double length_of(const Step *s)
{
    return s->carried * s->share / s->bears;
}

static bool warms_up(const Value *schedule)
{
    return (word_is(schedule, "COSINE") || word_is(schedule, "LINEAR")) &&
           value_arg(schedule, "warmup")->real > 1;
}

double warn_step_length(const Warn *w)
{
    const Step s = first_step(w);

    return warms_up(&w->model->settings.schedule) ? 0 : length_of(&s);
}

static const char *carried_text(const Warn *w, const Step *s)
{
    if (s->carried > 1)
        return arena_printf(w->session->arena, " * %.2g, 1 / sqrt(1 - momentum),", s->carried);
    return s->carried < 1 ? " * 0.5, as steps shorten" : "";
}

void warn_rate(Warn *w)
{
    const double length = warn_step_length(w);
    const Step s = first_step(w);
    const FlowLayer *row = w->site[s.at].row;
    Message *m;

    if (!warn_reaches(w, length) || warn_cause(w, EXPLODES) || warn_cause(w, VANISHES))
        return;
    m = warn_say(w, length, warn_optimizer(w, "lr"), "the first steps are %.2g times as long as "
                 "such a net bears", length);
    diag_note(m, warn_at(row), "update over weights is %.2g in %s and %.2g in all;%s %.3g layer%s "
              "in a row bear %.3g / %.3g^0.75 = %.2g", s.most, row->path, s.share,
              carried_text(w, &s), s.layers, s.layers > 1 ? "s" : "", bearable(w), s.layers,
              s.bears);
}
