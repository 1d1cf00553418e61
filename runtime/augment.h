/* augment.h -- training images mirrored and moved, anew in each epoch. */
#ifndef RT_AUGMENT_H
#define RT_AUGMENT_H

#include "run.h"

/* Fills the batch's images anew, from the training samples `sample`[rows] that rt_run_batch put
 * there, by the model's hflip and crop.  What a sample becomes is a function of (seed, epoch, its
 * number) alone.  A target that is the input follows. */
void rt_augment(rt_run *run, int64_t epoch, const uint32_t *sample, int rows);

#endif
