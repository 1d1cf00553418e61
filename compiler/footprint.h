/* footprint.h -- the memory that a plan comes to, in bytes. */
#ifndef FOOTPRINT_H
#define FOOTPRINT_H

#include "graph.h"

/* Of one instance of a unit, with all that it calls, at the compiled batch. */
typedef struct {
    int64_t params;                 /* gradients take as much, and each of the optimiser's slots */
    int64_t memory;                 /* of the C struct: with records of the watch and running
                                     * statistics */
    int64_t memory_align;
    int64_t scratch;
} Footprint;

/* By number of the graph in the program; of a plan. */
Footprint *footprints(const Program *p, Arena *a);

/* Numbers that the optimiser keeps for each parameter. */
int optimizer_slots(const Value *optimizer);

#endif
