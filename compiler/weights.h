/* weights.h -- the numbers of an unrolled net's weights, from a file of weights. */
#ifndef WEIGHTS_H
#define WEIGHTS_H

#include "unrolled.h"

/* By operator of the net: its numbers, row-major; NULL where it has none.  The file is one that the
 * net's program wrote (--save, a checkpoint) or PyTorch: the same tensors, of the same shapes,
 * finite, in float or double, which is rounded.  NULL after a sentence, which names the first
 * tensor that differs. */
const float **weights_read(const char *path, const Unrolled *net, Session *s);

#endif
