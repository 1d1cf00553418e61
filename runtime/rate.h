/* rate.h -- the learning rate of each step. */
#ifndef RT_RATE_H
#define RT_RATE_H

#include "netrt.h"

/* With s the step from 0, t the steps of the whole run, e = s / steps_per_epoch, w the warmup:
 *
 *     constant      lr
 *     step          lr factor^k, k how many of at[] are not above e      (PyTorch's MultiStepLR)
 *     exponential   lr factor^e                                          (PyTorch's ExponentialLR)
 *     linear        lr s / w under w, then lr (t - s) / (t - w)
 *     cosine        lr s / w under w, then lr (1 + cos(pi (s - w) / (t - w))) / 2
 *
 * The last two are those of Hugging Face's transformers: both start at 0 where there is a warmup,
 * and would reach 0 at step t. */
double rt_rate(const rt_settings *set, int64_t step, int64_t steps_per_epoch, int64_t steps);

#endif
