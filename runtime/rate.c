/* rate.c -- the learning rate of each step. */
#include "rate.h"

static int milestones(const rt_settings *set, double epoch)
{
    int n = 0;

    for (int i = 0; i < set->n_at; i++)
        n += set->at[i] <= epoch;
    return n;
}

/* The share of the way down that is done after the warmup, 0 .. 1. */
static double progress(const rt_settings *set, double step, double steps)
{
    return fmin((step - set->warmup) / fmax(steps - set->warmup, 1), 1);
}

double rt_rate(const rt_settings *set, int64_t step, int64_t steps_per_epoch, int64_t steps)
{
    const double pi = 3.14159265358979323846;
    const double s = (double)step, epoch = (double)(step / steps_per_epoch);
    const bool decays = set->schedule == RT_RATE_COSINE || set->schedule == RT_RATE_LINEAR;

    if (decays && s < set->warmup)
        return set->lr * (s + 1) / set->warmup;
    switch (set->schedule) {
    case RT_RATE_CONSTANT: break;
    case RT_RATE_STEP: return set->lr * pow(set->factor, milestones(set, epoch));
    case RT_RATE_EXPONENTIAL: return set->lr * pow(set->factor, epoch);
    case RT_RATE_LINEAR: return set->lr * (1 - progress(set, s, (double)steps));
    case RT_RATE_COSINE: return set->lr * 0.5 * (1 + cos(pi * progress(set, s, (double)steps)));
    }
    return set->lr;
}
