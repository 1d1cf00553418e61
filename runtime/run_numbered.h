/* run_numbered.h -- checkpoints under the numbers of their steps, of which the newest are kept. */
#ifndef RT_RUN_NUMBERED_H
#define RT_RUN_NUMBERED_H

#include <inttypes.h>

/* Ten digits, so that names sort as steps do. */
#define RT_NUMBERED "step-%010" PRId64 ".safetensors"

/* Of those in DIR/checkpoints leaves the newest `keep` up to `step`: what is behind it stems from
 * before a resume. */
void rt_numbered_thin(const char *directory, int64_t step, int64_t keep);

#endif
