/* check_grad.h -- the gradients against differences of the loss, in double. */
#ifndef RT_CHECK_GRAD_H
#define RT_CHECK_GRAD_H

#include <stdio.h>

#include "run.h"

/* Compares on a few samples, at the weights as they are, in training mode (dropout with the masks
 * of step 0, batch statistics), penalties included.  All parameters, or of a large or deep net a
 * seeded sample: as many as about ten seconds are enough for, by the multiply-adds of their passes.
 * So it is the same sample on any machine and any number of threads.  Prints a table of tensors and
 * the verdict; false if a gradient is wrong, or *e says why it could not be checked. */
bool rt_check_grad(rt_run *run, FILE *out, rt_error *e);

#endif
