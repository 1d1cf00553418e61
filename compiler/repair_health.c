/* repair_health.c -- how far a net is from one that trains, by its forecast.
 *
 * The flow alone does not tell: a gradient can arrive, and say the same of all samples (Schoenholz
 * et al. 2017), in a few directions only (Pennington et al. 2017), or be too large for the rate. */
#include "repair_health.h"

#include <math.h>
#include <string.h>

#include "flow_walk.h"
#include "repair.h"
#include "runtime/gravity.h"
#include "warn_row.h"

typedef enum { OWN, NOTED, WARNED } Gravity;

static const struct {
    const char *warning;
    Gravity gravity;
    double limit, weight;
} ailment[N_AILMENTS] = {
#define AILMENT(id, name, warning, gravity, limit, weight, words) \
    { warning, gravity, limit, weight },
#include "ailments.def"
#undef AILMENT
};

typedef struct {
    const Compilation *c;
    const Sites *sites;
    const Gauss *gauss;
    Health *h;
    int plain;                      /* layers in a row without skip or batchnorm */
    int hidden, normed, skipped;    /* layers; with a norm behind them, with a skip around them */
    bool ends_plain;                /* the last layer is one of those */
    double correlation;             /* of the last of the plain layers */
    double read;                    /* ... of what the output layer reads of it, less what is equal
                                     * in all samples; NAN: it does not read it */
    struct { Act act; double variance, kurtosis; } last;
} Examination;

static double limit_of(AilmentId id)
{
    const Warning *row;

    if (ailment[id].gravity == OWN)
        return ailment[id].limit;
    row = warning_called(ailment[id].warning);
    return ailment[id].gravity == NOTED ? row->noted : row->warned;
}

static void raise(Health *h, AilmentId id, double measure)
{
    if (measure > h->measure[id]) {
        h->measure[id] = measure;
        h->bounded[id] = false;
    }
}

/* ... where more than `most` is not told apart. */
static void raise_up_to(Health *h, AilmentId id, double measure, double most)
{
    raise(h, id, fmin(measure, most));
    h->bounded[id] = h->bounded[id] || measure >= most;
}

/* ---- Layers ---------------------------------------------------------------------------------- */

static const Tensor *weight_of(const Layer *layer)
{
    for (int i = 0; i < layer->n_params; i++)
        if (layer->param[i].is_weight)
            return &layer->param[i];
    return NULL;
}

/* E phi'^4 / (E phi'^2)^2 - 1; neighbours are often alike. */
static double slope_kurtosis(Examination *e, Act act, double variance, double mean)
{
    Moments m;

    if (!(e->last.variance > 0 && e->last.act.kind == act.kind
          && fabs(variance / e->last.variance - 1) < SAME_VARIANCE)) {
        act_moments(e->gauss, act, variance, mean, &m);
        e->last.act = act;
        e->last.variance = variance;
        e->last.kurtosis = m.slope_kurtosis;
    }
    return e->last.kurtosis;
}

/* The Jacobian's squared singular values: their variance over the square of their mean grows by
 * this in each layer (Pennington et al. 2017, equation 17). */
static void add_spread(Examination *e, const FlowLayer *row, const Site *site, const Draw *w)
{
    const double mean = site->normed ? 0 : row->z_mean, square = row->z_rms * row->z_rms;
    const double variance = site->normed ? 1 : fmax(square - mean * mean, 1e-300);
    double grown = !w->orthogonal;

    if (site->bends)
        grown += slope_kurtosis(e, site->act, variance, mean);
    e->h->measure[AILMENT_ISOMETRY] += grown * (site->normed ? SPREAD_UNDER_NORM : 1);
}

static void add_plain(Examination *e, const FlowLayer *row)
{
    e->plain++;
    e->correlation = row->correlation;
}

static bool is_chained(const FlowLayer *row)
{
    return row->layer->in_flow && !row->layer->steps && row->z_rms > 0;
}

/* Deviation of the targets, which outputs may differ by all the more; of small ones, 1. */
static double targets_apart(const InputMoments *in)
{
    return sqrt(fmax(in->target_square - in->target_mean * in->target_mean, 1));
}

/* Only a cross-entropy saturates: it goes through an exponential. */
static bool is_cross_entropy(const Value *loss)
{
    return word_is(loss, "SOFTMAX_CROSS_ENTROPY") || word_is(loss, "BINARY_CROSS_ENTROPY");
}

/* What is equal in all samples the bias can take away; the rest is all there is to learn from. */
static void examine_output(Examination *e, const FlowLayer *row, const Tensor *t, const Draw *w)
{
    const double square = row->z_rms * row->z_rms, level = row->z_mean * row->z_mean;
    const double apart = row->z_rms * sqrt(fmax(1 - row->correlation, 1e-16));

    if (is_cross_entropy(&e->c->model->settings.loss))
        raise(e->h, AILMENT_LOGITS, apart);
    else
        raise(e->h, AILMENT_OUTPUTS, apart / targets_apart(&e->c->forecast->input));
    if (w->var > 0)
        raise_up_to(e->h, AILMENT_FAINT, -log10(apart / sqrt(w->var * (double)t->fan_in)),
                    HEALTH_LOST);
    if (e->ends_plain && square > level)
        e->read = (row->correlation * square - level) / (square - level);
}

static void examine_layer(Examination *e, const FlowLayer *row)
{
    const Site *site = map_get(&e->sites->by_stmt, row->layer->item->stmt);
    const Tensor *t = weight_of(row->layer);
    const Draw w = t ? draw_of(t) : (Draw){ 0 };

    if (isfinite(row->saturated))
        raise(e->h, AILMENT_SATURATED,      /* the flat half of a ReLU is no harm */
              row->saturated - (row->layer->act == ACTIVATION_RELU ? row->dead : 0));
    if (!site || !t)
        return;
    if (site->output)
        examine_output(e, row, t, &w);
    if (!site_hidden(site))
        return;
    e->hidden++;
    e->normed += site->held;
    e->skipped += site->skipped;
    e->ends_plain = !site->skipped && !site->normed && is_chained(row);
    if (e->ends_plain)
        add_plain(e, row);
    if (!site->skipped && is_chained(row))
        add_spread(e, row, site, &w);
    if (row->layer->in_flow && isfinite(row->spread))
        raise(e->h, AILMENT_LOTTERY, row->spread);
}

/* ---- Time ------------------------------------------------------------------------------------ */

static bool is_vanilla(const Site *site)
{
    return site && site_is(site, LAYER_RNN);
}

static bool is_unbounded(const FlowLayer *row)
{
    const ActivationKind act = row->layer->act;

    return strcmp(row->layer->kind, "rnn") == 0
        && (act == ACTIVATION_RELU || act == ACTIVATION_LEAKY_RELU || act == ACTIVATION_LINEAR);
}

/* A recurrence that nothing bounds takes each change of its matrix to the power of its steps: one
 * of Adam's changes the largest eigenvalue by up to rate * units. */
static void examine_recurrence(Examination *e, const FlowLayer *row)
{
    const Value *optimizer = &e->c->model->settings.optimizer;
    const double units = (double)row->layer->out.dim[row->layer->out.rank - 1];
    const double length = value_arg(optimizer, "lr")->real * units
                        * (double)row->layer->steps * STEPS_ADD_UP;

    if (!word_is(optimizer, "SGD"))
        raise(e->h, AILMENT_RATE, log10(fmax(2 * length, 0.1)));
}

/* Two deviations (95 %) of what draws of the matrix gain beside the forecast; rotations gain alike.
 * Where nothing bounds a cell it explodes as soon as training has made its matrix larger. */
static double danger(const FlowLayer *row, const Site *site, double gained, double limit)
{
    const Item *item = row->layer->item;
    const Value *init = call_arg(item->callee, item->arg, "recurrent_init");
    const double units = (double)call_arg(item->callee, item->arg, "units")->integer;
    const double added = word_is(init, "ORTHOGONAL") || word_is(init, "IDENTITY") ? 0
                       : 2 * GAIN_OF_DRAW * (double)row->layer->steps / sqrt(units);

    if (!is_vanilla(site) && gained < 0)
        return 0;
    return is_unbounded(row) && gained > NEAR_EXPLOSION
         ? fmax(gained + added, UNBOUNDED * limit) : gained + added;
}

static void examine_time(Examination *e, const FlowLayer *row)
{
    const Site *site = map_get(&e->sites->by_stmt, row->layer->item->stmt);
    const double lost = log10(row->last_rms / row->first_rms);
    const bool clips = !word_is(&e->c->model->settings.clip, "NONE");
    const double decades = isfinite(lost) ? lost : row->first_rms > 0 ? -HEALTH_LOST : HEALTH_LOST;
    const double counts = decades > 0 ? rt_decades_lost(row->layer->kind, decades) : decades;

    raise_up_to(e->h, AILMENT_FORGETTING, counts,
                rt_decades_lost(row->layer->kind, HEALTH_LOST));
    raise_up_to(e->h, AILMENT_TIME_GAIN, rt_decades_gained(clips, -decades),
                rt_decades_gained(clips, HEALTH_LOST));
    if (!clips)
        raise(e->h, AILMENT_UNCLIPPED, danger(row, site, -decades,
                                              e->h->limit[AILMENT_UNCLIPPED]));
    if (fabs(counts) > fabs(e->h->decades)) {
        e->h->decades = -counts;
        e->h->unknown = !isfinite(lost);
    }
    e->h->unbounded = e->h->unbounded || is_unbounded(row);
    if (is_unbounded(row))
        examine_recurrence(e, row);
}

/* Infinity over infinity is no number: nothing else is. */
static void examine_flow(Examination *e)
{
    const Forecast *f = e->c->forecast->opened ? e->c->forecast->opened : e->c->forecast;
    const double decades = f->gained;

    e->h->decades = f->opener ? 0
                  : isnan(decades) ? HEALTH_LOST
                  : fmin(fmax(decades, -HEALTH_LOST), HEALTH_LOST);
    e->h->unknown = !(fabs(e->h->decades) < HEALTH_LOST);
    raise_up_to(e->h, AILMENT_VANISHING, -e->h->decades, HEALTH_LOST);
    raise_up_to(e->h, AILMENT_EXPLODING, e->h->decades, HEALTH_LOST);
}

/* log10 of twice the length of a step, of which 1 is the most. */
static double step_measure(const Examination *e)
{
    return log10(fmax(2 * e->c->forecast->step_length, 0.1));
}

static void examine_plain(Examination *e)
{
    for (int i = 0; i < e->c->forecast->n; i++)
        raise(e->h, AILMENT_DEAD,
              forecast_dead(&e->c->forecast->layer[i], e->c->program->model));
    if (e->plain >= MANY_LAYERS)
        raise_up_to(e->h, AILMENT_ALIKE,
                    -log10(fmax(1 - (isnan(e->read) ? e->correlation : e->read), 0)), MOST_ALIKE);
}

static void sum_up(Health *h)
{
    for (int i = 0; i < N_AILMENTS; i++) {
        h->strain += fmax(ailment[i].weight * h->measure[i] / h->limit[i], 0);
        h->penalty += health_over(h, (AilmentId)i);
    }
}

Health health_of(const Compilation *c, const Sites *sites, Session *s)
{
    Health h = { .step_length = c->forecast->step_length, .rough = c->forecast->rough != NULL,
                 .unread = c->forecast->input.why != NULL };
    Examination e = { .c = c, .sites = sites, .gauss = gauss_new(s->arena), .h = &h, .read = NAN };

    for (int i = 0; i < N_AILMENTS; i++)
        h.limit[i] = limit_of((AilmentId)i);
    h.limit[AILMENT_ALIKE] = -log10(1 - h.limit[AILMENT_ALIKE]);
    if (!word_is(&c->model->settings.optimizer, "SGD"))
        h.limit[AILMENT_VANISHING] += ADAPTIVE_BEARS;
    examine_flow(&e);
    for (int i = 0; i < c->forecast->n; i++) {
        examine_layer(&e, &c->forecast->layer[i]);
        if (c->forecast->layer[i].layer->steps > 1)
            examine_time(&e, &c->forecast->layer[i]);
    }
    if (2 * e.normed >= e.hidden && 2 * e.skipped >= e.hidden)
        h.limit[AILMENT_EXPLODING] += NORMED_SKIPS_BEAR;
    examine_plain(&e);
    raise_up_to(&h, AILMENT_RATE, step_measure(&e), MOST_STEPS);
    h.warned = warnings_of(c, s);
    raise(&h, AILMENT_WARNED, h.warned.counted);
    raise(&h, AILMENT_SYMMETRIC, health_warns(&h, "symmetric-units"));
    sum_up(&h);
    return h;
}
