/* work.h -- how much there is to compute: multiply-adds, by the `work` column of ops.def. */
#ifndef WORK_H
#define WORK_H

#include "graph.h"

/* Of one sample, exact to 2^53; a CALL or REPEAT has what its unit has.  A plan knows which
 * gradients of inputs nobody asks for: then a graph's backward work is without them. */
double node_multiply_adds(const Node *n);
double graph_multiply_adds(const Graph *g, Phase phase);

#endif
