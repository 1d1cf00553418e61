/* warn_steps.c -- warnings of steps: clips, updates that come to nothing. */
#include "warn.h"

#include <math.h>
#include <string.h>

Span warn_optimizer(const Warn *w, const char *name)
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

double warn_clip(const Warn *w)
{
    const Value *clip = &w->model->settings.clip;
    const double size = word_is(clip, "NONE") ? 0 : clipped_size(w, clip);

    return size > 0 ? value_arg(clip, "limit")->real / size : INFINITY;
}

/* rmsprop's mean square starts at nothing but 1 - alpha of the first one. */
double warn_first_update(const Warn *w, const Site *p)
{
    const Value *optimizer = &w->model->settings.optimizer;
    const double gradient = warn_gradient_rms(p);
    const double kept = word_is(optimizer, "RMSPROP") ? value_arg(optimizer, "alpha")->real : 0;

    return w->adaptive ? w->rate / sqrt(1 - kept) * gradient / (gradient + w->eps)
                       : w->rate * gradient;
}

void warn_clip_small(Warn *w)
{
    static const struct { const char *id, *of; } of[] = {
        { "GLOBAL_NORM", "norm" }, { "NORM", "norm in the largest layer" },
        { "VALUE", "RMS in the largest layer" }, { "ADAPTIVE", "share of the weights" },
    };
    const Value *clip = &w->model->settings.clip;
    const Span at = warn_setting(w->model->settings.decl, "clip");
    const char *what = "";
    double size, limit;
    Message *m;

    if (word_is(clip, "NONE") || w->adaptive)
        return;
    limit = value_arg(clip, "limit")->real;
    size = clipped_size(w, clip);
    for (size_t i = 0; i < countof(of); i++)
        what = word_is(clip, of[i].id) ? of[i].of : what;
    if (!warn_reaches(w, size / limit))
        return;
    m = warn_say(w, size / limit, at, "the limit %.2g is %.2g times under the gradient's %s at the "
                 "start, %.2g: every step is cut", limit, size / limit, what, size);
    diag_note(m, at, "a cut step has the rate %.2g * %.2g / %.2g = %.2g", w->rate, limit, size,
              w->rate * limit / size);
}

/* ---- Updates that come to nothing ---------------------------------------------------------- */

void warn_adam_eps(Warn *w)
{
    double least = INFINITY, eps;
    int at = 0;
    const FlowLayer *row;
    Message *m;

    if (!w->adaptive)
        return;
    eps = value_arg(&w->model->settings.optimizer, "eps")->real;
    for (int i = 0; i < w->n; i++)
        if (warn_gradient_rms(&w->site[i]) < least && !w->site[i].row->awaits) {
            least = warn_gradient_rms(&w->site[i]);
            at = i;
        }
    row = w->site[at].row;
    if (!(least > 0) || !warn_reaches(w, eps / least))
        return;
    m = warn_say(w, eps / least, warn_optimizer(w, "eps"), "an element of dL/dW of %s is about "
                 "%.2g, and eps %.2g", row->path, least, eps);
    diag_note(m, warn_at(row), "the first update is lr * %.2g / (%.2g + %.2g) = %.2g lr", least,
              least, eps, least / (least + eps));
}

void warn_stagnation(Warn *w)
{
    const double half_ulp = w->least > 1e-100 ? 0x1p-25 : 0x1p-54;
    double most = 0;
    int at = 0;
    const double cut = fmin(warn_clip(w), 1);
    const Site *p;
    Message *m;

    if (w->adaptive)
        return;
    for (int i = 0; i < w->n; i++) {
        const double update = cut * warn_first_update(w, &w->site[i]);
        const double x = update > 0 ? half_ulp * warn_weight_rms(&w->site[i]) / update : 0;

        if (x > most && !w->site[i].row->awaits) {
            most = x;
            at = i;
        }
    }
    p = &w->site[at];
    if (most == 0 || !warn_reaches(w, most))
        return;
    m = warn_say(w, most, warn_optimizer(w, "lr"), "the updates of %s are too small to change its "
                 "weights", p->row->path);
    diag_note(m, warn_at(p->row), "lr %.2g * %.2g = %.2g an element, under half an ulp of %.2g",
              w->rate, cut * warn_gradient_rms(p), cut * warn_first_update(w, p),
              warn_weight_rms(p));
}
