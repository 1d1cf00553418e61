/* warn_steps.c -- warnings of steps: clips, rates, updates. */
#include "warn.h"

#include <math.h>
#include <string.h>

static Span of_optimizer(const Warn *w, const char *name)
{
    const Value *optimizer = &w->model->settings.optimizer, *arg = value_arg(optimizer, name);

    return arg->is_default ? warn_setting(w->model->settings.decl, "optimizer") : arg->at;
}

/* ---- Clips --------------------------------------------------------------------------------- */

/* What the clip compares with its limit. */
static double clipped_size(const Warn *w, const Value *clip)
{
    double most = 0;

    if (word_is(clip, "GLOBAL_NORM"))
        return w->forecast->grad_norm;
    for (int i = 0; i < w->n; i++) {
        const Site *p = &w->site[i];
        const double size = word_is(clip, "NORM") ? p->row->grad_norm
                          : word_is(clip, "VALUE") ? warn_gradient_rms(p)
                          : warn_gradient_rms(p) / warn_weight_rms(p);

        most = isfinite(size) ? fmax(most, size) : most;
    }
    return most;
}

void warn_clip_small(Warn *w)
{
    static const struct { const char *id, *of; } of[] = {
        { "GLOBAL_NORM", "norm" }, { "NORM", "norm in the largest layer" },
        { "VALUE", "RMS in the largest layer" }, { "ADAPTIVE", "share of the weights" },
    };
    const Value *clip = &w->model->settings.clip;
    const char *what = "";
    double size, limit;

    if (word_is(clip, "NONE") || w->adaptive || warn_cause(w, EXPLODES))
        return;
    limit = value_arg(clip, "limit")->real;
    size = clipped_size(w, clip);
    for (size_t i = 0; i < countof(of); i++)
        what = word_is(clip, of[i].id) ? of[i].of : what;
    if (!warn_reaches(w, size / limit))
        return;
    diag_note(warn_say(w, size / limit, warn_setting(w->model->settings.decl, "clip"),
                       "the limit %.2g is %.2g times under the gradient's %s at the start, %.2g: "
                       "every step is cut", limit, size / limit, what, size),
              warn_setting(w->model->settings.decl, "clip"), "a cut step has the rate %.2g * %.2g "
              "/ %.2g = %.2g", w->rate, limit, size, w->rate * limit / size);
}

/* ---- Rates --------------------------------------------------------------------------------- */

/* By what a clip shortens the first step. */
static double shortened(const Warn *w)
{
    const Value *clip = &w->model->settings.clip;
    const double size = word_is(clip, "NONE") ? 0 : clipped_size(w, clip);

    return size > 0 ? fmin(value_arg(clip, "limit")->real / size, 1) : 1;
}

/* RMS of a layer's first update: adam's and its kin's is the rate for every weight. */
static double first_update(const Warn *w, const Site *p)
{
    return w->adaptive ? w->rate : w->rate * shortened(w) * warn_gradient_rms(p);
}

/* What the slope promises of the first step, over twice the loss there is.  Before a norm too long
 * a step only makes the weights larger. */
static double overshoot(const Warn *w, double *norm)
{
    double square = 0;

    for (int i = 0; i < w->n; i++)
        if (isfinite(w->site[i].row->grad_norm) && !w->site[i].norm)
            square += w->site[i].row->grad_norm * w->site[i].row->grad_norm;
    *norm = sqrt(square);
    return w->adaptive || !(w->forecast->loss > 0) ? 0
         : w->rate * shortened(w) * square / (2 * w->forecast->loss);
}

static bool warms_up(const Value *schedule)
{
    return (word_is(schedule, "COSINE") || word_is(schedule, "LINEAR")) &&
           value_arg(schedule, "warmup")->real > 0;
}

/* Weights as drawn; those drawn small on purpose, as a last layer's, may grow to the usual size. */
static double usual_weight(const Site *p)
{
    return fmax(warn_weight_rms(p), 1 / sqrt(fmax((double)p->weight->fan_in, 1)));
}

/* The layer whose first update is largest beside its weights. */
static double largest_update(const Warn *w, int *at)
{
    double most = 0;

    for (int i = 0; i < w->n; i++) {
        const Site *p = &w->site[i];
        const double share = p->norm ? 0 : first_update(w, p) / usual_weight(p);

        if (share > most) {
            most = share;
            *at = i;
        }
    }
    return most;
}

void warn_rate(Warn *w)
{
    int at = 0;
    double norm;
    const double share = largest_update(w, &at), promised = overshoot(w, &norm);
    const Span lr = of_optimizer(w, "lr");
    const Site *p = &w->site[at];

    if (!warn_reaches(w, fmax(share, promised / 40)) || warms_up(&w->model->settings.schedule) ||
        warn_cause(w, EXPLODES) || warn_cause(w, VANISHES))
        return;
    if (promised / 40 > share)
        diag_note(warn_say(w, promised / 40, lr, "the first step is %.2g times as long as its "
                           "slope and the loss allow", promised), lr,
                  "lr %.2g * norm %.2g^2 of the gradient / (2 * loss %.2g)", w->rate * shortened(w),
                  norm, w->forecast->loss);
    else
        diag_note(warn_say(w, share, lr, "the first update of %s is %.2g times its weights",
                           p->row->path, share), warn_at(p->row),
                  "RMS of the update %.2g, of the weights %.2g", first_update(w, p),
                  warn_weight_rms(p));
}

/* ---- Updates that come to nothing ---------------------------------------------------------- */

void warn_adam_eps(Warn *w)
{
    double least = INFINITY, eps;
    int at = 0;
    const FlowLayer *row;

    if (!w->adaptive || warn_cause(w, VANISHES) || warn_cause(w, EXPLODES))
        return;
    eps = value_arg(&w->model->settings.optimizer, "eps")->real;
    for (int i = 0; i < w->n; i++)
        if (warn_gradient_rms(&w->site[i]) < least) {
            least = warn_gradient_rms(&w->site[i]);
            at = i;
        }
    row = w->site[at].row;
    if (!(least > 0) || !warn_reaches(w, eps / least))
        return;
    diag_note(warn_say(w, eps / least, of_optimizer(w, "eps"), "an element of dL/dW of %s is about "
                       "%.2g, and eps %.2g", row->path, least, eps), warn_at(row),
              "the first update is lr * %.2g / (%.2g + %.2g) = %.2g lr", least, least, eps,
              least / (least + eps));
}

void warn_stagnation(Warn *w)
{
    const double half_ulp = w->least > 1e-100 ? 0x1p-25 : 0x1p-54;
    double most = 0;
    int at = 0;
    const Site *p;

    if (w->adaptive || warn_cause(w, VANISHES) || warn_cause(w, EXPLODES))
        return;
    for (int i = 0; i < w->n; i++) {
        const double update = first_update(w, &w->site[i]);
        const double x = update > 0 ? half_ulp * warn_weight_rms(&w->site[i]) / update : 0;

        if (x > most) {
            most = x;
            at = i;
        }
    }
    p = &w->site[at];
    if (most == 0 || !warn_reaches(w, most))
        return;
    diag_note(warn_say(w, most, of_optimizer(w, "lr"), "the updates of %s are too small to change "
                       "its weights", p->row->path), warn_at(p->row), "lr %.2g * %.2g = "
              "%.2g an element, under half an ulp of %.2g", w->rate, warn_gradient_rms(p),
              first_update(w, p), warn_weight_rms(p));
}
