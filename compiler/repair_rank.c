/* repair_rank.c -- which of the repairs that help comes first. */
#include <stdlib.h>

#include "repair_rules.h"

static int lines_of(const Candidate *c)
{
    return c->added > c->removed ? c->added : c->removed;
}

static int by_number(double x, double y)
{
    return (x > y) - (x < y);
}

/* An edit of the very thing that is warned of. */
static bool is_direct(const Candidate *c)
{
    const Group group = repair_group(c->row[0]);

    return !repair_is_pair(c) && (group == GROUP_DATA || group == GROUP_OUTPUT ||
                                 group == GROUP_SETTING || group == GROUP_RATE);
}

/* A clip bounds what explodes through time, and lets nothing more be learned through it. */
static bool only_bounds(const Candidate *c)
{
    const double gained = c->health.measure[AILMENT_TIME_GAIN];

    return repair_group(c->row[0]) == GROUP_CLIP && !repair_is_pair(c)
        && 3 * gained > c->health.limit[AILMENT_TIME_GAIN];
}

/* Of what is healthy the smallest edit comes first, else what is nearest to it, but last what is
 * only roughly forecast; of those that are alike what leaves most room, then the order of
 * repairs.def.  Recurrent cells learn to keep what their start forgets: they stand in the order in
 * which they learn. */
static int by_worth(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    int order = by_number(x->health.penalty, y->health.penalty);

    if (!order)
        order = x->health.rough - y->health.rough;
    if (!order)
        order = only_bounds(x) - only_bounds(y);
    if (!order)
        order = lines_of(x) - lines_of(y);
    if (!order)
        order = is_direct(y) - is_direct(x);
    if (!order && !(repair_group(x->row[0]) == GROUP_CELL && repair_group(y->row[0]) == GROUP_CELL))
        order = by_number(x->health.strain, y->health.strain);
    if (!order)
        order = x->row[0] - y->row[0];
    return order ? order : x->row[1] - y->row[1];
}

void repairs_rank(Suggestions *found)
{
    qsort(found->candidate, (size_t)found->n, sizeof *found->candidate, by_worth);
}
