/* check_grad_weight.h -- between check_grad.c, which walks the parameters, and the check of one. */
#ifndef RT_CHECK_GRAD_WEIGHT_H
#define RT_CHECK_GRAD_WEIGHT_H

#include "reals.h"
#include "run.h"

typedef enum { AGREES, IN_NOISE, AT_KINK, WRONG } Finding;

typedef struct {
    rt_run *run;
    double *w;
    const double *gradient;
    double loss, rounding;          /* at the weights; what rounding does to it */
    size_t sample;                  /* of the parameters, about as many; 0: all */
    double pass;                    /* what a forward pass takes, in seconds by estimate */
    double spent;                   /* what all passes so far have taken */
} Check;

/* The loss with its penalties at the weights as they are. */
double rt_check_loss(Check *c);

/* The gradient there, after the loss, into the pass' own memory. */
void rt_check_gradient(Check *c);

/* The gradient by w[i].  `floor`: the least that an error is taken relative to.  *error: relative;
 * *coarse grows to what one in noise was compared with. */
Finding rt_check_weight(Check *c, size_t i, double floor, double *error, double *coarse);

#endif
