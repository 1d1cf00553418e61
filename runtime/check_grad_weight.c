/* check_grad_weight.c -- the gradient by one parameter against differences of the loss, in double.
 *
 * The derivative by a parameter w is estimated from four losses, to fourth order:
 *
 *     f' = (8 (f(w + h) - f(w - h)) - (f(w + 2h) - f(w - 2h))) / 12 h  +  O(h^4 f''''')
 *
 * A long step drowns the rounding of the losses, but may cross a kink of a ReLU; so steps are tried
 * from long to short.  A parameter
 *
 *     agrees       at the first step where estimate and gradient differ by at most LIMIT, relative
 *                  to the larger of them, but to no less than FLOOR times the tensor's RMS;
 *     is at a kink where none does, and the loss is not smooth within any of the steps;
 *     is in noise  where the difference, at the longest step within which the loss is smooth, is
 *                  no more than the rounding of the losses explains: it is small, but how small
 *                  relative to the gradient cannot be seen;
 *     is wrong     else.
 *
 * Kinks can cancel out in the loss and still part its slope at w from that around it: units whose
 * inputs are exactly 0, or so small that every step leads past them.  Then the gradient says so
 * itself: within the step it is another one. */
#include "check_grad_weight.h"

enum { STEPS = 5 };
static const double LIMIT = 5e-7;           /* 1e-6 is promised */
/* Times max(1, |w|). */
static const double STEP[STEPS] = { 1e-3, 1.25e-4, 1.6e-5, 2e-6, 2.5e-7 };
static const double NOISE = 10;             /* roundings that a difference may be off by */
/* Bends of the gradient within a step that the estimate may be off by: kinks on both sides, each at
 * its own distance, do not weigh alike in both. */
static const double BENDS = 4;

double rt_check_loss(Check *c)
{
    c->spent += c->pass;
    return c->run->model->forward(&c->run->pass)
         + c->run->model->reals->penalty_value(&c->run->update);
}

void rt_check_gradient(Check *c)
{
    rt_run *run = c->run;

    c->spent += 2 * c->pass;
    rt_run_backward(run);
    run->update.g = run->pass.grads;
    run->model->reals->add_penalty(&run->update);
}

/* Losses around w[i]: f[k] at w + (k - 2) h; the weight is put back. */
static void losses(Check *c, size_t i, double h, double f[5])
{
    const double w = c->w[i];

    for (int k = 0; k < 5; k++) {
        c->w[i] = w + (k - 2) * h;
        f[k] = k == 2 ? c->loss : rt_check_loss(c);
    }
    c->w[i] = w;
}

/* Is the loss smooth within the step, as far as its rounding shows?  Then the slopes near and far
 * agree to second order, and the second difference over h falls with h; at a kink it stays. */
static bool is_smooth(const double f[5], double h, double noise)
{
    const double near = (f[3] - f[1]) / (2 * h), far = (f[4] - f[0]) / (4 * h);
    const double bend = (f[3] - 2 * f[2] + f[1]) / h, wide = (f[4] - 2 * f[2] + f[0]) / (2 * h);
    const double slack = (NOISE * noise + LIMIT * fmax(fabs(near), fabs(far))) / 2;

    return fabs(near - far) <= slack && (fabs(bend) <= slack || fabs(wide) >= 1.5 * fabs(bend));
}

/* Difference of gradient and estimate, relative to the larger or the floor. */
static double relative_error(double a, double n, double floor)
{
    return a == n ? 0 : fabs(a - n) / fmax(fmax(fabs(a), fabs(n)), floor);
}

/* Most parameters agree with the two losses of a plain central difference. */
static double quick_error(Check *c, size_t i, double floor)
{
    const double w = c->w[i];
    const double h = (w + fmax(1, fabs(w)) * STEP[1]) - w;

    c->w[i] = w + h;
    const double after = rt_check_loss(c);
    c->w[i] = w - h;
    const double before = rt_check_loss(c);
    c->w[i] = w;
    return relative_error(c->gradient[i], (after - before) / (2 * h), floor);
}

static double gradient_at(Check *c, size_t i, double w)
{
    const double *g = c->run->pass.grads;

    c->w[i] = w;
    rt_check_loss(c);
    rt_check_gradient(c);
    return g[i];
}

/* How far the gradient at w[i] is from the mean of those on its two sides: of second order in h
 * where the loss is smooth, so far less than a difference that is wrong. */
static double bend_of(Check *c, size_t i, double h)
{
    const double w = c->w[i];
    double most = 0;

    for (int k = 1; k <= 2; k++) {
        const double mean = (gradient_at(c, i, w - k * h) + gradient_at(c, i, w + k * h)) / 2;
        most = fmax(most, fabs(mean - c->gradient[i]));
    }
    c->w[i] = w;
    return most;
}

Finding rt_check_weight(Check *c, size_t i, double floor, double *error, double *coarse)
{
    const double a = c->gradient[i], scale = fmax(1, fabs(c->w[i]));
    Finding finding = AT_KINK;

    *error = quick_error(c, i, floor);
    if (*error <= LIMIT)
        return AGREES;
    for (int s = 0; s < STEPS; s++) {
        double f[5];
        const double h = (c->w[i] + scale * STEP[s]) - c->w[i];     /* exact in double */
        const double noise = NOISE * 1.5 * c->rounding / h;
        losses(c, i, h, f);
        const double n = (8 * (f[3] - f[1]) - (f[4] - f[0])) / (12 * h);
        const double off = fabs(a - n), relative = relative_error(a, n, floor);
        if (relative <= LIMIT) {
            *error = relative;
            return AGREES;
        }
        if (finding != AT_KINK || !is_smooth(f, h, noise / NOISE))
            continue;
        if (off <= noise) {         /* as it will be at every shorter step */
            *coarse = fmax(*coarse, noise);
            *error = relative;
            return IN_NOISE;
        }
        if (off <= BENDS * bend_of(c, i, h))
            continue;
        *error = relative;
        finding = WRONG;
    }
    return isnan(a) ? WRONG : finding;
}
