/* warn_output.c -- warnings of outputs that do not suit the loss or the targets. */
#include "warn.h"

#include <math.h>
#include <string.h>

/* What activations with a bound put out. */
typedef struct {
    const char *name;
    ActivationKind act;
    double least, most;
} Range;

static const Range range[] = {
    { "sigmoid", ACTIVATION_SIGMOID, 0, 1 },
    { "hard_sigmoid", ACTIVATION_HARD_SIGMOID, 0, 1 },
    { "softmax", ACTIVATION_SOFTMAX, 0, 1 },
    { "tanh", ACTIVATION_TANH, -1, 1 },
    { "hard_tanh", ACTIVATION_HARD_TANH, -1, 1 },
    { "softsign", ACTIVATION_SOFTSIGN, -1, 1 },
    { "relu", ACTIVATION_RELU, 0, INFINITY },
    { "softplus", ACTIVATION_SOFTPLUS, 0, INFINITY },
};

/* Of what the model ends in; NULL: it has no bound. */
static const Range *output_range(const Warn *w, const Item **last)
{
    const int act = last_activation(w->model->unit, last);

    for (size_t i = 0; i < countof(range); i++)
        if ((int)range[i].act == act)
            return &range[i];
    return NULL;
}

/* ---- Logits -------------------------------------------------------------------------------- */

/* Logits span r at most: the loss stays over ln(1 + (K - 1) e^-r), however sure the model is. */
static void say_floor(Warn *w, const Range *r, const Item *last)
{
    const double classes = (double)w->model->target.classes, span = r->most - r->least;
    const double least = log1p((classes - 1) * exp(-span)), share = least / log(classes);

    if (warn_reaches(w, share))
        diag_note(warn_say(w, share, last->at, "%s before softmax_cross_entropy keeps the loss "
                           "over %.3g, %.0f %% of a guess's", r->name, least, 100 * share),
                  w->model->settings.loss.at, "logits from %g to %g: at the best ln(1 + %g / e^%g) "
                  "= %.3g; the loss wants them without an activation", r->least, r->most,
                  classes - 1, span, least);
}

/* Of the logits, those that start where relu has no slope. */
static void say_cut(Warn *w, const Item *last)
{
    const FlowLayer *row = w->site[w->n - 1].row;
    const double spread = sqrt(fmax(row->z_rms * row->z_rms - row->z_mean * row->z_mean, 1e-300));
    const double cut = 0.5 * erfc(row->z_mean / spread / sqrt(2));

    if (warn_reaches(w, cut))
        diag_note(warn_say(w, cut, last->at, "relu before softmax_cross_entropy cuts %.0f %% of "
                           "the logits off at the start", 100 * cut), w->model->settings.loss.at,
                  "what it cuts is 0, and gets no gradient; the loss wants logits without an "
                  "activation");
}

void warn_activated_logits(Warn *w)
{
    const Item *last = NULL;
    const Range *r = output_range(w, &last);

    if (!r || !word_is(&w->model->settings.loss, "SOFTMAX_CROSS_ENTROPY") ||
        r->act == ACTIVATION_SOFTMAX)
        return;
    if (isfinite(r->most))
        say_floor(w, r, last);
    else if (r->act == ACTIVATION_RELU)
        say_cut(w, last);
}

/* ---- Targets ------------------------------------------------------------------------------- */

typedef struct {
    double out, past, variance;     /* share out of the range; mean square past it */
} Missed;

static Missed missed_by(const Range *r, const double *target, int64_t n)
{
    double sum = 0, squares = 0;
    Missed m = { 0 };

    for (int64_t i = 0; i < n; i++) {
        const double past = fmax(fmax(r->least - target[i], target[i] - r->most), 0);

        m.out += (past > 0) / (double)n;
        m.past += past * past / (double)n;
        sum += target[i] / (double)n;
        squares += target[i] * target[i] / (double)n;
    }
    m.variance = fmax(squares - sum * sum, 0);
    return m;
}

void warn_target_range(Warn *w)
{
    const DataFacts *f = &w->forecast->input.facts;
    const bool itself = w->model->target.kind == TARGET_INPUT;
    const double *target = itself ? f->input : f->target;
    const Value *loss = &w->model->settings.loss;
    const Item *last = NULL;
    const Range *r = output_range(w, &last);
    Missed m;
    Message *said;

    if (!r || !target || w->model->target.kind == TARGET_CLASS ||
        word_is(loss, "BINARY_CROSS_ENTROPY"))
        return;
    m = missed_by(r, target, itself ? f->inputs : f->targets);
    if (!(m.variance > 0) || !warn_reaches(w, m.past / m.variance))
        return;
    said = warn_say(w, m.past / m.variance, last->at, "%.0f %% of the targets are out of what %s "
                    "puts out, %g to %g", 100 * m.out, r->name, r->least, r->most);
    diag_note(said, w->model->target.at, "the mean squared error stays over %.3g, %.2g of the "
              "targets' variance %.3g", m.past, m.past / m.variance, m.variance);
}

/* What a deviation is told apart by, and one digit more; a float has seven. */
static double rounded(double mean, double deviation)
{
    const double unit = pow(10, floor(log10(fmax(deviation, 1e-7 * fabs(mean)))) - 1);

    return unit > 0 ? round(mean / unit) * unit : mean;
}

double output_bias_wanted(const InputMoments *in)
{
    const double variance = in->target_square - in->target_mean * in->target_mean;

    return rounded(in->target_mean, sqrt(fmax(variance, 0)));
}

/* Where it is written, or behind the last argument. */
static void fix_output_bias(const Warn *w, Message *m)
{
    const Item *item = w->site[w->n - 1].row->layer->item;
    const Expr *written = warn_plain_argument(item, "bias_init");
    const char *text = real_text(output_bias_wanted(&w->forecast->input), w->session->arena);
    const char *value = arena_printf(w->session->arena, "constant(%s)", text);

    if (written)
        diag_fix(m, written->at, value);
    else
        diag_note(m, item->at, "bias_init = %s starts there", value);
}

/* Where the outputs start, and where they belong; of all targets together. */
typedef struct {
    double away, spread;            /* of the outputs' mean from the targets'; of the outputs */
    double deviation;               /* of the targets */
} Start;

/* What has a bound is target-range's. */
static bool is_unbounded(const Warn *w, const Item **last)
{
    const Range *r = output_range(w, last);

    return r ? !isfinite(r->most) : last_activation(w->model->unit, last) == ACTIVATION_LINEAR;
}

static Start start_of(const Warn *w)
{
    const InputMoments *in = &w->forecast->input;
    const FlowLayer *row = w->site[w->n - 1].row;
    const Item *last = NULL;
    const Act act = { (ActivationKind)last_activation(w->model->unit, &last), 0 };
    const double mean = row->z_mean, variance = row->z_rms * row->z_rms - mean * mean;
    Moments m = { .mean = mean, .square = row->z_rms * row->z_rms };

    if (act.kind != ACTIVATION_LINEAR && variance > 0)
        act_moments(w->gauss, act, variance, mean, &m);
    return (Start){ in->target_mean - m.mean, sqrt(fmax(m.square - m.mean * m.mean, 0)),
                    sqrt(fmax(in->target_square - in->target_mean * in->target_mean, 0)) };
}

static void say_away(Warn *w, const Start *s, double far)
{
    Message *m;

    w->explains = w->adaptive ? NOTHING : EXPLODES;
    m = warn_say(w, far, w->model->target.at, "targets lie around %.4g, %.2g times their deviation "
                 "from where the outputs start", w->forecast->input.target_mean,
                 fabs(s->away) / s->deviation);
    diag_note(m, w->model->settings.loss.at, "the loss starts at %.2g; a guess of the mean has "
              "%.2g", w->forecast->loss, fmax(w->forecast->loss - s->away * s->away,
                                              s->deviation * s->deviation));
    fix_output_bias(w, m);
}

/* Where a loss is not the mean square it still starts as far from a guess's. */
static void say_spread(Warn *w, const Start *s, double far)
{
    const FlowLayer *row = w->site[w->n - 1].row;
    Message *m;

    w->explains = NOTHING;
    m = warn_say(w, far, w->model->target.at, "targets deviate by %.2g, and the outputs start "
                 "%.2g times as far apart", s->deviation, s->spread / s->deviation);
    diag_note(m, warn_argument(row->layer->item, "init"), "weights %.2g times as large start "
              "where the targets are; or targets of deviation 1", s->deviation / s->spread);
}

void warn_target_mean(Warn *w)
{
    const Item *last = NULL;
    Start s;
    double far;

    if (!w->forecast->input.facts.target || w->model->target.kind != TARGET_VECTOR ||
        !is_unbounded(w, &last) || word_is(&w->model->settings.loss, "BINARY_CROSS_ENTROPY"))
        return;
    s = start_of(w);
    far = (s.away * s.away + s.spread * s.spread) / (s.deviation * s.deviation);
    if (!(s.deviation > 0) || !warn_reaches(w, far))
        return;
    if (fabs(s.away) > s.spread)
        say_away(w, &s, far);
    else
        say_spread(w, &s, far);
}
