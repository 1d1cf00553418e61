/* plan.h -- between plan.c, which finds how long tensors live, and plan_share.c. */
#ifndef PLAN_H
#define PLAN_H

#include "passes.h"

typedef struct {
    int from, to;                   /* half steps, both included */
} Life;

typedef struct {
    Graph *g;
    Arena *arena;
    int *step;                      /* by NodeId: its step, or -1 */
    Life *life;                     /* by NodeId, of roots */
    bool *kept, *shared, *crosses;  /* by NodeId: read by the backward pass; outside its loop; by
                                     * another layer */
} Planner;

/* Which tensors share a place: Graph.host, Graph.guest and Graph.slot. */
void plan_share(Planner *p, bool reuse);

#endif
