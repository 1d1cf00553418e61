/* numbers.h -- the numbers of `train` and `observe` that a program reads when it runs (--set). */
#ifndef NUMBERS_H
#define NUMBERS_H

#include "model.h"

typedef struct {
    const char *key;                /* as --set calls it: "weight_decay" */
    const char *text;               /* as --set takes it */
} Number;

typedef struct {
    Number *number;
    int n;
} Numbers;

/* All of a model without errors, in a fixed order; `steps`, or else `epochs`. */
Numbers numbers_of(const Model *model, Arena *a);

const char *numbers_find(const Numbers *list, const char *key);     /* its text; NULL */

/* What --set calls an argument of an optimiser, schedule, clip or loss: also its field in
 * rt_settings. */
const char *number_key(const char *argument);

#endif
