/* kept_compare.h -- what differs between runs: settings, and what they came to. */
#ifndef RT_KEPT_COMPARE_H
#define RT_KEPT_COMPARE_H

#include "kept.h"

/* Of runs in an array that ends with one without a path.  A group's name is its first run. */

/* Each run's group: those that differ from one another in the seed alone; true if any has two. */
bool rt_kept_by_seed(const rt_kept *k, size_t *group);
/* Each run is a group of its own. */
void rt_kept_singly(const rt_kept *k, size_t *group);
size_t rt_kept_members(const rt_kept *k, const size_t *group, size_t of);

/* Rows [name, a text for each group], of a group of several their mean and range. */
json_t *rt_kept_differences(const rt_kept *k, const size_t *group);
json_t *rt_kept_results(const rt_kept *k, const size_t *group);

#endif
