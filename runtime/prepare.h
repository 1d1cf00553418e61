/* prepare.h -- what happens to samples between their source and the first batch. */
#ifndef RT_PREPARE_H
#define RT_PREPARE_H

#include "data.h"

/* Splits train where rt_data.split is set, limits each part, scales and normalizes the inputs, and
 * makes the targets that are made of labels or inputs. */
bool rt_prepare(const rt_model *model, rt_dataset *d, rt_error *e);

#endif
