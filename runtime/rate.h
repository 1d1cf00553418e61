/* rate.h -- the learning rate of each step. */
#ifndef RT_RATE_H
#define RT_RATE_H

#include "netrt.h"

/* With s the step from 0, t the steps of the whole run, e = s / steps_per_epoch, w the warmup:
 *
 *     constant      lr
 *     step          lr factor^k, k how many of at[] are not above e      (PyTorch's MultiStepLR)
 *     exponential   lr factor^e                                          (PyTorch's ExponentialLR)
 *     linear        lr (s + 1) / w under w, then lr (t - s) / (t - w)
 *     cosine        lr (s + 1) / w under w, then lr (1 + cos(pi (s - w) / (t - w))) / 2
 *
 * Without a warmup the last two are PyTorch's LinearLR to 0 and CosineAnnealingLR to 0, by step;
 * they would reach 0 at step t.  A warmup reaches lr at its last step, so that no step is lost on
 * a rate of 0. */
double rt_rate(const rt_settings *set, int64_t step, int64_t steps_per_epoch, int64_t steps);

#endif
