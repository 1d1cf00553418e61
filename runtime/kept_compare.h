/* kept_compare.h -- what differs between runs: settings, and what they came to. */
#ifndef RT_KEPT_COMPARE_H
#define RT_KEPT_COMPARE_H

#include "kept.h"

/* Of runs in an array that ends with one without a path: rows [name, a text for each run]. */
json_t *rt_kept_differences(const rt_kept *k);
json_t *rt_kept_results(const rt_kept *k);

#endif
