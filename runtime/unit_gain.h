/* unit_gain.h -- weights at which signals neither die nor blow up. */
#ifndef RT_UNIT_GAIN_H
#define RT_UNIT_GAIN_H

#include "run.h"

/* Replaces a double run's weights by normal ones that keep the scale of signals through the
 * activation that follows, and moves every other parameter by a tenth. */
void rt_unit_gain(rt_run *run);

#endif
