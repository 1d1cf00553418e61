/* check_grad.h -- the gradients against differences of the loss, in double. */
#ifndef RT_CHECK_GRAD_H
#define RT_CHECK_GRAD_H

#include <stdio.h>

#include "run.h"

/* Compares on a few samples, at the weights as they are, in training mode (dropout with the masks
 * of step 0, batch statistics), penalties included.  All parameters, or of a large or deep net a
 * seeded sample that takes about ten seconds.  Prints a table of tensors and the verdict; false if
 * a gradient is wrong, or *e says why it could not be checked. */
bool rt_check_grad(rt_run *run, FILE *out, rt_error *e);

#endif
