/* warn_rate.c -- how long the steps are beside what the net bears. */
#include "warn.h"

#include <math.h>
#include <string.h>

/* Of what changes, what bears its own limit. */
typedef struct {
    double size, times, bears;
} Part;

/* What the first update changes.  Relative changes of layers that stand one behind the other add
 * up, and each multiplies what the others' do: n layers bear a sum that falls with n. */
typedef struct {
    double share;                   /* of the weights: sum over the layers */
    double layers;                  /* one behind the other */
    double scales;                  /* of the sums, by trained scales of residuals */
    Opening opening;                /* of the sums, by bodies that start at zero: */
    Part fed, apart;                /* its parts */
    double most;                    /* share of one layer, */
    int at;                         /* of this one */
    double times;                   /* by what updates add to each other, or are cut */
    const char *why;                /* in words, or "" */
    double bears;                   /* sum that one layer bears */
    double length;                  /* times share over what so many layers bear */
} Step;

/* ---- Layers -------------------------------------------------------------------------------- */

static bool is_flat(const Site *p)
{
    return p->act.kind == ACTIVATION_SIGMOID || p->act.kind == ACTIVATION_HARD_SIGMOID;
}

/* Weights as drawn; those drawn small on purpose, as a last layer's, may grow to the usual size,
 * and those before and behind a sigmoid further. */
double warn_usual_weight(const Warn *w, int i)
{
    const Site *p = &w->site[i];
    const double usual = fmax(warn_weight_rms(p), 1 / sqrt(fmax((double)p->weight->fan_in, 1)));

    return is_flat(p) || (i > 0 && is_flat(p - 1)) ? FLAT * usual : usual;
}

/* Of the residual sum that a layer's body is added to, the part that this makes. */
static double part_of_body(const Warn *w, const Site *p)
{
    const FlowLayer *join = &w->forecast->join[p->row->join];
    const double skip = join->z_rms / join->act_rms;

    return isfinite(skip) ? sqrt(fmax(1 - skip * skip, 0)) : 0;
}

/* Before a batch norm, or in branches that many of them hold, the size of weights is free, and too
 * long a step only makes them larger.  Before norms of a sample that shortens sgd's next steps,
 * but not in batches of few samples; samples may become alike meanwhile. */
static double counts(const Warn *w, const Site *p, int batchnorms)
{
    if (p->batchnorm || (p->inside && 3 * batchnorms >= w->n - 1))
        return 0;
    return p->norm && !w->adaptive && w->forecast->batch >= FEW_SAMPLES ? BEFORE_NORM : 1;
}

static void add_layer(Step *s, const Warn *w, int i, double weight, bool in_row)
{
    const double share = warn_first_update(w, &w->site[i]) / warn_usual_weight(w, i);

    if (weight == 0 || !isfinite(share))
        return;
    s->share += weight * share;
    s->layers += in_row ? weight : 0;
    if (weight * share > s->most) {
        s->most = weight * share;
        s->at = i;
    }
}

/* A step of a residual's scale moves its body for all samples at once.  What bodies add differs
 * from one to the next: its squares add up.  Steps of the rate for each scale move little beside
 * those for each weight. */
static double moved_by_scale(const Warn *w, const FlowLayer *join)
{
    const double moved = w->rate * join->scale_grad * join->body_rms / join->z_rms;

    return isfinite(moved) && !w->adaptive ? moved : 0;
}

static double moved_by_scales(const Warn *w)
{
    double squares = 0;

    for (int i = 0; i < w->forecast->n_joins; i++) {
        const double moved = moved_by_scale(w, &w->forecast->join[i]);

        squares += moved * moved;
    }
    return sqrt(squares);
}

/* ---- The whole ----------------------------------------------------------------------------- */

static Step of_layers(const Warn *w)
{
    Step s = { .share = 0 };
    int batchnorms = 0;

    for (int i = 0; i < w->n; i++)
        batchnorms += w->site[i].batchnorm;
    for (int i = 0; i < w->n; i++) {
        const Site *p = &w->site[i];
        const bool adds = p->row->join >= 0;

        add_layer(&s, w, i, counts(w, p, batchnorms) * (adds ? part_of_body(w, p) : 1), !adds);
    }
    s.layers = fmax(s.layers, 1);
    s.scales = moved_by_scales(w);
    s.opening = warn_opening(w);
    return s;
}

static double of_rows(const Step *s)
{
    return s->share * pow(s->layers, PER_LAYER);
}

static double of_scales(const Step *s)
{
    return s->scales * A_SCALE;
}

static double of_part(Part p)
{
    return p.size > 0 ? p.times * p.size / p.bears : 0;
}

static Step lasting(Step s, double times, double bears, const char *why)
{
    s.times = times;
    s.bears = bears;
    s.why = times < 1 || times > 1 ? why : "";
    s.length = times * (of_rows(&s) + of_scales(&s)) / bears + of_part(s.fed)
             + of_part(s.apart);
    return s;
}

/* Of steps as long as the rate for each weight, few of whose directions the samples meet. */
static Step of_rate(const Value *optimizer, Step s)
{
    s.fed = (Part){ s.opening.fed, 1, BEARS_OPENING_RATE };
    if (word_is(optimizer, "ADAGRAD"))
        return lasting(s, SHORTENS, BEARS_RATE, " as they shorten");
    if (word_is(optimizer, "RMSPROP"))
        return lasting(s, 1 / sqrt(1 - value_arg(optimizer, "momentum")->real),
                       BEARS_RATE, " by momentum");
    return lasting(s, 1, BEARS_RATE, "");
}

/* A gradient has few directions: all of it meets the samples.  Velocities add up gradients that
 * partly agree.  Under a clip they do not grow with what they break, but mostly agree. */
static Step of_gradient(const Warn *w, Step s)
{
    const double kept = value_arg(&w->model->settings.optimizer, "momentum")->real;
    const double clip = warn_clip(w);
    Step is_free = s, held = s;

    is_free.fed = (Part){ s.opening.fed, 1 + kept, BEARS_OPENING };
    is_free.apart = (Part){ s.opening.apart, 1 / sqrt(1 - kept), BEARS_APART };
    is_free = lasting(is_free, 1 / sqrt(1 - kept), BEARS_GRADIENT, " by momentum");
    held.fed = (Part){ s.opening.fed, clip / (1 - kept), BEARS_OPENING_RATE };
    held = lasting(held, clip / (1 - kept), BEARS_RATE, " by the clip and momentum");
    return held.length < is_free.length ? held : is_free;
}

/* Over fewer steps a net has no time to move to where it bears the full rate. */
static bool warms_up(const Value *schedule)
{
    return (word_is(schedule, "COSINE") || word_is(schedule, "LINEAR")) &&
           value_arg(schedule, "warmup")->real >= SHORT_WARMUP;
}

/* Data that is not there may be smaller than what is forecast for.  Of a rate that is warmed up to
 * nothing is said: its length is NaN. */
static Step first_step(const Warn *w)
{
    const Model *m = w->model;
    const Step s = of_layers(w);
    Step step = w->adaptive ? of_rate(&m->settings.optimizer, s) : of_gradient(w, s);

    step.length *= w->forecast->input.why && !w->adaptive ? NOT_READ : 1;
    if (warms_up(&m->settings.schedule))
        step.length = NAN;
    return step;
}

double warn_share(const Warn *w)
{
    return of_layers(w).share;
}

double warn_step_length(const Warn *w)
{
    return first_step(w).length;
}

static const char *times_why(const Warn *w, const Step *s)
{
    return *s->why ? arena_printf(w->session->arena, ", times %.2g%s", s->times, s->why) : "";
}

/* The residual whose scale moves most. */
static const FlowLayer *join_moved_most(const Warn *w)
{
    const FlowLayer *join = w->forecast->join, *found = join;

    for (int i = 0; i < w->forecast->n_joins; i++)
        if (moved_by_scale(w, &join[i]) > moved_by_scale(w, found))
            found = &join[i];
    return found;
}

static void note_scales(const Warn *w, const Step *s, Message *m)
{
    const FlowLayer *most = join_moved_most(w);

    diag_note(m, warn_argument(most->layer->item, "scale"), "a step of its scale moves %s by %.2g, "
              "those of all move the sum by %.2g%s; it bears %.3g / %.3g = %.2g", most->path,
              moved_by_scale(w, most), s->scales, times_why(w, s), s->bears, A_SCALE,
              s->bears / A_SCALE);
}

static void note_layers(const Warn *w, const Step *s, Message *m)
{
    const FlowLayer *row = w->site[s->at].row;

    diag_note(m, warn_at(row), "update over weights is %.2g in %s and %.2g in all%s; %.3g layer%s "
              "in a row bear%s %.3g / %.3g^%.3g = %.2g", s->most, row->path, s->share,
              times_why(w, s), s->layers, s->layers > 1 ? "s" : "", s->layers > 1 ? "" : "s",
              s->bears, s->layers, PER_LAYER, s->bears / pow(s->layers, PER_LAYER));
}

static void note_opening(const Warn *w, const Step *s, Message *m)
{
    const Part *most = of_part(s->fed) > of_part(s->apart) ? &s->fed : &s->apart;
    const char *times = most->times > 1 || most->times < 1
                      ? arena_printf(w->session->arena, " times %.2g", most->times) : "";

    diag_note(m, warn_at(s->opening.most), "%s starts %s 0: a step of it adds %.2g to the residual "
              "sum, over that; %d such add up, all alike, to %.2g%s, and it bears %.2g",
              s->opening.most->path, s->opening.most_rms > 0 ? "near" : "at",
              s->opening.by, s->opening.bodies, most->size, times,
              most->bears);
}

/* Steps that begin with outputs that are far too large shorten as these calm down. */
void warn_rate(Warn *w)
{
    const Step s = first_step(w);
    Message *m;

    if (!warn_reaches(w, warn_cause(w, SHOUTS) ? s.length / CALMS : s.length))
        return;
    m = warn_say(w, s.length, warn_optimizer(w, "lr"), "the first steps are %.2g times as long as "
                 "such a net bears", s.length);
    if (2 * (of_part(s.fed) + of_part(s.apart)) > s.length)
        note_opening(w, &s, m);
    else if (of_scales(&s) > of_rows(&s))
        note_scales(w, &s, m);
    else
        note_layers(w, &s, m);
    if (w->forecast->input.why && !w->adaptive)
        diag_note(m, w->model->data.decl->at, "a quarter counts: the data could not be read");
}
