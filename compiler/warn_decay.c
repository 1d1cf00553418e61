/* warn_decay.c -- the warning of decay that leaves nothing of the weights. */
#include "warn.h"

#include <math.h>
#include <string.h>

/* Over layers before no norm: there the size of weights is free. */
typedef struct {
    double weights, gradient;       /* norms */
    double pull;                    /* norm of the penalty's gradient, 2 l2 w */
    double l2;                      /* the largest */
    double n;                       /* weights */
} Pull;

static double l2_of(const Warn *w, const Site *p)
{
    const Value *penalty = &w->model->settings.regularize;
    const bool has = word_is(penalty, "L2") || word_is(penalty, "L1L2");

    return (has ? value_arg(penalty, "l2")->real : 0) + p->weight->l2;
}

static Pull pull_of(const Warn *w)
{
    Pull s = { 0 };

    for (int i = 0; i < w->n; i++) {
        const Site *p = &w->site[i];
        const double n = (double)warn_weights(p), rms = warn_weight_rms(p), l2 = l2_of(w, p);

        if (p->norm || !isfinite(p->row->grad_norm))
            continue;
        s.n += n;
        s.weights += n * rms * rms;
        s.gradient += p->row->loss_norm * p->row->loss_norm;
        s.pull += n * (2 * l2 * rms) * (2 * l2 * rms);
        s.l2 = fmax(s.l2, l2);
    }
    s.weights = sqrt(s.weights);
    s.gradient = sqrt(s.gradient);
    s.pull = sqrt(s.pull);
    return s;
}

/* Of each weight, what a step takes away; a clip of the whole gradient cuts that too. */
static double taken(const Warn *w, const Pull *s)
{
    const Value *clip = &w->model->settings.clip;
    const double limit = word_is(clip, "GLOBAL_NORM") ? value_arg(clip, "limit")->real : INFINITY;

    return w->rate * 2 * s->l2 * fmin(1, limit / fmax(s->pull, 1e-300));
}

static Span where(const Warn *w)
{
    for (int i = 0; i < w->n; i++)
        if (w->site[i].weight->l2 > 0)
            return warn_argument(w->site[i].row->layer->item, "l2");
    return warn_setting(w->model->settings.decl, "regularize");
}

/* l2 is part of the gradient: sgd takes rate * 2 l2 of the weights, the others rescale it. */
static void judge_l2(Warn *w, const Pull *s)
{
    const double away = w->adaptive ? 0 : taken(w, s), over = s->pull / s->gradient;

    if (!(s->l2 > 0) || !warn_reaches(w, fmax(away, over)) ||
        (away < 1 && warn_cause(w, VANISHES)))
        return;
    if (away >= 1)
        diag_note(warn_say(w, away, where(w), "l2 takes %.2g times the weights away at each step: "
                           "they turn over", away), warn_optimizer(w, "lr"),
                  "lr %.2g * 2 * l2 %.2g = %.2g; from %.2g on they grow", w->rate, s->l2, away,
                  2 * (1 + value_arg(&w->model->settings.optimizer, "momentum")->real));
    else
        diag_note(warn_say(w, over, where(w), "the pull of l2 is %.2g times the gradient of the "
                           "loss: weights go to zero", over), where(w), "2 * l2 %.2g * norm %.2g "
                  "of the weights = %.2g, of the gradient %.2g", s->l2, s->weights, s->pull,
                  s->gradient);
}

/* adamw takes rate * decay of the weights beside its update of the rate for each. */
static void judge_adamw(Warn *w, const Pull *s)
{
    const double decay = value_arg(&w->model->settings.optimizer, "decay")->real;
    const double away = w->rate * decay, over = decay * s->weights / sqrt(s->n);

    if (!(s->n > 0) || !warn_reaches(w, fmax(away, over)))
        return;
    if (away >= 1)
        diag_note(warn_say(w, away, warn_optimizer(w, "decay"), "decay takes %.2g times the "
                           "weights away at each step: they turn over", away),
                  warn_optimizer(w, "lr"), "lr %.2g * decay %.2g = %.2g; from 2 on they grow",
                  w->rate, decay, away);
    else
        diag_note(warn_say(w, over, warn_optimizer(w, "decay"), "decay takes %.2g times as much of "
                           "the weights as an update gives", over), warn_optimizer(w, "lr"),
                  "lr * decay %.2g * RMS %.2g of the weights, against lr: they stay under 1 / "
                  "decay = %.2g", decay, s->weights / sqrt(s->n), 1 / decay);
}

void warn_decay(Warn *w)
{
    const Pull s = pull_of(w);

    if (word_is(&w->model->settings.optimizer, "ADAMW"))
        judge_adamw(w, &s);
    judge_l2(w, &s);
}
