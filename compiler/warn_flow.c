/* warn_flow.c -- warnings of the flow: vanishing, exploding, out of range; and of its spread. */
#include "warn.h"

#include <math.h>
#include <string.h>

static const char *const act_name[N_ACTIVATIONS] = {
#define ACTIVATION(id, name, signature, slope_of, family) [ACTIVATION_##id] = name,
#include "activations.def"
#undef ACTIVATION
};

/* Where the theory is rough, only what is a decade past the threshold is said. */
static double trusted(const Warn *w, double decades)
{
    return w->forecast->rough ? decades - ROUGH : decades;
}

/* Where what arrives is seen: in a body that is scaled down, on the skip around it. */
static const char *place(const Warn *w, const FlowLayer *row)
{
    return row->carried > 1.1 * row->delta_rms
         ? arena_printf(w->session->arena, "the skip around %s", row->path) : row->path;
}

/* The whole flow beside what its cause tells, unless that is all of it. */
static void note_whole(const Warn *w, Message *m, int first)
{
    const FlowLayer *row = w->site[first].row;
    const double gained = w->forecast->gained;

    if (isfinite(gained) && fabs(gained - w->told) > 0.1)
        diag_note(m, warn_at(row), "so dL/dz %s by %.1f decades over the whole net, to %.2g "
                  "at %s", gained < 0 ? "falls" : "grows", fabs(gained), flow_arrives(row),
                  place(w, row));
}

/* ---- The layer to blame -------------------------------------------------------------------- */

/* What the layer behind site i, and i's activation, multiply the square of delta by: 0 where more
 * than these two stands between them. */
static double factor_at(const Warn *w, int i)
{
    const Site *p = &w->site[i], *next = &w->site[i + 1];
    const double factor = (double)next->weight->fan_out * p->slope_square
                        * (next->draw.var + next->draw.mean * next->draw.mean);
    const double seen = pow(10, 2 * warn_gain(w, i, i + 1));

    if (p->row->layer->steps || next->row->layer->steps || p->norm || p->inside || next->inside)
        return 0;
    return seen > 0.7 * factor && seen < 1.4 * factor ? factor : 0;
}

/* Of the steps from site `first` to `last`, the one that gains most (sign 1) or loses most (-1). */
static int worst_step(const Warn *w, int first, int last, double sign)
{
    int worst = first;

    for (int i = first; i < last; i++)
        if (sign * warn_gain(w, i, i + 1) > sign * warn_gain(w, worst, worst + 1) + 1e-3)
            worst = i;
    return worst;
}

static void note_arithmetic(const Warn *w, Message *m, int first, int last, int worst)
{
    const Site *p = &w->site[worst], *next = &w->site[worst + 1];
    const double factor = factor_at(w, worst);
    const double a_layer = warn_gain(w, first, last) / (last - first);

    if (factor > 0)
        diag_note(m, warn_at(p->row), "from %s back to %s its square is multiplied by "
                  "fan_out %lld * variance %.2g * E %s'(z)^2 %.2g = %.2g; the mean is %.2g decades "
                  "a layer", next->row->path, p->row->path, (long long)next->weight->fan_out,
                  next->draw.var, act_name[p->act.kind], p->slope_square, factor, a_layer);
    else
        diag_note(m, warn_at(p->row), "it is %.2g at %s and %.2g at %s; the mean is %.2g "
                  "decades a layer", flow_arrives(p->row), place(w, p->row),
                  flow_arrives(next->row), place(w, next->row), a_layer);
}

/* Two standard deviations over seeds decide between all of them and most. */
static void note_seeds(const Warn *w, Message *m, Span at, double decades)
{
    if (decades - 2 * w->forecast->spread < w->now->warned)
        diag_note(m, at, "it varies from seed to seed by %.2g decades: some do better",
                  w->forecast->spread);
}

/* ---- Vanishing ----------------------------------------------------------------------------- */

/* What mends this activation's loss. */
static const char *remedy(const Site *p)
{
    switch (p->act.kind) {
    case ACTIVATION_SIGMOID: case ACTIVATION_HARD_SIGMOID:
        return "its slope is at most 1/4: tanh or relu, norms, or residual { } carry it on";
    case ACTIVATION_SOFTPLUS: case ACTIVATION_SOFTSIGN:
        return "its mean slope is well under 1: tanh or relu, norms, or residual { } carry it on";
    default:
        return "norms or residual { } around the layers carry the gradient on";
    }
}

static const char *number_in_range(const Warn *w, double x)
{
    return isfinite(x) ? arena_printf(w->session->arena, "%.2g", x) : "past the range of double";
}

void warn_vanishing(Warn *w)
{
    double decades = -w->forecast->gained;
    const Site *p;
    Message *m;
    int first, last, worst;

    if (!warn_hidden(w, &first, &last) || isnan(decades))
        return;
    decades = warn_lost(w, first, last, decades);
    if (!warn_reaches(w, trusted(w, decades)))
        return;
    worst = isfinite(w->forecast->gained) ? worst_step(w, first, last, -1) : first;
    p = &w->site[worst];
    m = warn_cause(w, VANISHES | IN_PART);
    if (m) {
        note_whole(w, m, first);
        return;
    }
    if (!isfinite(w->forecast->gained)) {
        m = warn_say(w, decades, warn_at(p->row), "no gradient arrives at %s",
                     p->row->path);
    } else {
        m = warn_say(w, decades, warn_argument(p->row->layer->item, "act"), "the gradient "
                     "vanishes: dL/dz falls by %.1f decades from %s to %s, to %.2g",
                     -w->forecast->gained, place(w, w->site[last].row),
                     place(w, w->site[first].row), flow_arrives(w->site[first].row));
        note_arithmetic(w, m, first, last, worst);
        note_seeds(w, m, warn_at(p->row), decades);
        diag_note(m, warn_argument(p->row->layer->item, "act"), "%s", remedy(p));
    }
    warn_note_inputs(w, m);
}

/* ---- Exploding ----------------------------------------------------------------------------- */

void warn_exploding(Warn *w)
{
    double decades = w->forecast->gained;
    const Site *p;
    Message *m;
    int first, last, worst;

    if (!warn_hidden(w, &first, &last) || isnan(decades) || !(flow_arrives(w->site[last].row) > 0))
        return;
    decades = warn_gained(w, first, last, decades - warn_norm_gain(w))
            - (warn_held(w) ? HELD_BEARS : 0);
    if (!warn_reaches(w, trusted(w, decades)))
        return;
    worst = worst_step(w, first, last, 1);
    p = &w->site[worst];
    m = warn_cause(w, EXPLODES);
    if (m) {
        note_whole(w, m, first);
        return;
    }
    m = warn_say(w, decades, warn_argument(p[1].row->layer->item, "init"), "the gradient explodes: "
                 "dL/dz grows by %.1f decades from %s to %s, to %.2g", w->forecast->gained,
                 place(w, w->site[last].row), place(w, w->site[first].row),
                 flow_arrives(w->site[first].row));
    note_arithmetic(w, m, first, last, worst);
    note_seeds(w, m, warn_at(p->row), decades);
}

/* ---- Out of range -------------------------------------------------------------------------- */

/* An element of a layer's gradients that is smallest, over the least number it needs to be. */
static double under(const Warn *w, const Site *p)
{
    const double least = w->adaptive ? sqrt(w->least) : w->least;
    const double delta = p->row->delta_rms / w->least, dw = warn_gradient_rms(p) / least;

    if (p->row->awaits)
        return 0;
    return -log10(fmin(delta > 0 ? delta : INFINITY, dw > 0 ? dw : INFINITY));
}

void warn_underflow(Warn *w)
{
    double most = 0;
    int at = -1;
    Message *m;

    for (int i = w->n - 1; i >= 0; i--)
        if (under(w, &w->site[i]) > most) {
            most = fmax(most, under(w, &w->site[i]));
            at = at < 0 ? i : at;
        }
    if (at < 0 || !warn_reaches(w, most))
        return;
    m = warn_cause(w, VANISHES | IN_PART);
    if (m) {
        diag_note(m, warn_at(w->site[at].row), "from %s on back gradients are under the "
                  "least normal number, %.2g%s", w->site[at].row->path, w->least,
                  w->adaptive ? ", or their squares are" : "");
        return;
    }
    m = warn_say(w, most, warn_at(w->site[at].row), "from %s on back gradients are too "
                 "small for a %s", w->site[at].row->path, w->least > 1e-100 ? "float" : "double");
    diag_note(m, warn_at(w->site[at].row), "dL/dz is %.2g, an element of dL/dW %.2g; the "
              "least normal number is %.2g%s", w->site[at].row->delta_rms,
              warn_gradient_rms(&w->site[at]), w->least,
              w->adaptive ? ", and the optimiser squares gradients" : "");
}

/* Decades of a layer's largest value, about four times the RMS, over the largest number. */
static double over(const Warn *w, double rms)
{
    return isnan(rms) ? INFINITY : rms > 0 ? log10(LARGEST_OVER_RMS * rms / w->largest) : -INFINITY;
}

/* RMS over units of what one input alone, the largest of the data, makes in the first layer. */
static double by_one_input(const Warn *w)
{
    const DataFacts *f = &w->forecast->input.facts;
    const Site *p = &w->site[0];

    return f->read ? fmax(fabs(f->least), fabs(f->largest))
                     * sqrt(p->draw.var + p->draw.mean * p->draw.mean) : 0;
}

typedef struct {
    const FlowLayer *row;           /* where it begins */
    double most;
    bool back;                      /* gradients do, not outputs */
} Outside;

static Outside find_outside(const Warn *w)
{
    const Forecast *f = w->forecast;
    Outside x = { .most = -INFINITY };

    for (int i = 0; i < f->n; i++) {
        const double one = &f->layer[i] == w->site[0].row ? by_one_input(w) : 0;
        const double out = over(w, isnan(f->layer[i].act_rms) ? NAN
                                   : fmax(f->layer[i].act_rms, one));

        x.row = !x.row && warn_reaches(w, out) ? &f->layer[i] : x.row;
        x.most = fmax(x.most, out);
    }
    x.back = !x.row;
    for (int i = f->n - 1; x.back && i >= 0; i--) {
        const double back = over(w, f->layer[i].delta_rms);

        x.row = !x.row && warn_reaches(w, back) ? &f->layer[i] : x.row;
        x.most = fmax(x.most, back);
    }
    return x;
}

void warn_overflow(Warn *w)
{
    const Outside x = find_outside(w);
    const char *text;
    Message *m;

    if (!x.row)
        return;
    text = arena_printf(w->session->arena, "from %s on %s leave the range of a %s", x.row->path,
                        x.back ? "back gradients" : "outputs",
                        w->least > 1e-100 ? "float" : "double");
    m = warn_cause(w, EXPLODES);
    if (!m && inputs_are_large(&w->forecast->input))
        m = warn_cause(w, VANISHES | IN_PART);  /* by inputs so large that nothing comes back */
    if (m) {
        diag_note(m, warn_at(x.row), "%s", text);
        return;
    }
    m = warn_say(w, x.most, warn_at(x.row), "%s", text);
    diag_note(m, warn_at(x.row), "its output has RMS %s, dL/dz %s; the largest number is %.2g",
              number_in_range(w, x.row->act_rms), number_in_range(w, x.row->delta_rms),
              w->largest);
    if (over(w, x.row->act_rms) < 0 && !x.back)
        diag_note(m, w->model->data.train.at, "its largest input is %.2g",
                  fmax(fabs(w->forecast->input.facts.least),
                       fabs(w->forecast->input.facts.largest)));
    warn_note_inputs(w, m);
}

/* ---- The loss, and seeds ------------------------------------------------------------------- */

void warn_loss_init(Warn *w)
{
    const FlowLayer *row = w->site[w->n - 1].row;
    const Target *target = &w->model->target;
    const double guess = target->one_hot ? log(2) : log((double)target->classes);
    const double loss = w->forecast->loss - w->forecast->penalty;
    Message *m;

    if (target->kind != TARGET_CLASS || row->layer->act != ACTIVATION_LINEAR ||
        !(loss > guess) || !warn_reaches(w, row->z_rms))
        return;
    m = warn_cause(w, EXPLODES);
    if (m) {
        diag_note(m, warn_at(row), "the logits start with RMS %.2g, the loss at %.2g",
                  row->z_rms, loss);
        return;
    }
    m = warn_say(w, row->z_rms, warn_argument(row->layer->item, "init"), "the logits start with "
                 "RMS %.2g, and the loss at %.2g", row->z_rms, loss);
    diag_note(m, warn_at(row), "a guess among %lld classes has a loss of %.2g; an initialiser "
              "%.2g times as large starts near it", (long long)target->classes, guess,
              1 / row->z_rms);
    warn_note_inputs(w, m);
}

void warn_seed_lottery(Warn *w)
{
    const FlowLayer *row = NULL;

    for (int i = 0; i < w->n; i++)
        if (!isnan(w->site[i].row->grad_norm) && !(row && w->site[i].row->spread <= row->spread))
            row = w->site[i].row;
    if (!row || !warn_reaches(w, row->spread))
        return;
    diag_note(warn_say(w, row->spread, warn_at(row), "dL/dW of %s differs from seed to seed "
                       "by %.2g decades", row->path, row->spread),
              warn_at(row), "a factor of %.2g between typical runs: width, norms and skips "
              "narrow it", pow(10, row->spread));
}
