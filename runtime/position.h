/* position.h -- where a training stands between two steps: what a resumed one needs besides its
 * arrays.  Random numbers have no state; the order of an epoch follows from the seed. */
#ifndef RT_POSITION_H
#define RT_POSITION_H

#include "history.h"

typedef struct {
    int64_t step, epochs;           /* steps done; epochs that have ended */
    int64_t updates, clipped;       /* of these steps; steps left out made no update */
    double loss;                    /* of the epoch under way, times rows */
    int64_t rows, hits;
    rt_nonfinite nonfinite;
} rt_position;

#endif
