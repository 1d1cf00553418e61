/* repair_rank.c -- which of the repairs help, and which of those comes first. */
#include <math.h>
#include <stdlib.h>

#include "repair_try.h"

/* ---- What helps ------------------------------------------------------------------------------ */

/* Steps of no length must become longer. */
static bool is_rate_left(const Search *search, const Health *after)
{
    return after->step_length > search->steps
        || (health_warns(&search->found->health, "rate-too-low")
            && after->step_length < SHORT_STEPS);
}

/* The flow may not be worse, where it is not good.  Nothing that was over its limit may be worse;
 * what comes over its limit anew must be little beside what is mended. */
static bool does_harm(const Health *before, const Health *after)
{
    const double most = fmax(fabs(before->decades), GOOD_FLOW) + FLOW_ALIKE;
    double brought = 0, mended = 0;

    if (fabs(after->decades) > most)
        return true;
    for (int i = 0; i < N_AILMENTS; i++) {
        const AilmentId id = (AilmentId)i;
        const double was = health_over(before, id), is = health_over(after, id);

        if (was > 0 && is > was + AILS_ALIKE)
            return true;
        brought += fmax(is - was, 0);
        mended += fmax(was - is, 0);
    }
    return brought > BRINGS_LITTLE * mended;
}

static bool mends_one(const Health *before, const Health *after)
{
    for (int i = 0; i < N_AILMENTS; i++)
        if (health_over(before, (AilmentId)i) > 0 && !(health_over(after, (AilmentId)i) > 0))
            return true;
    return false;
}

bool repair_is_worth(const Search *search, const Health *after, double least)
{
    const Health *before = &search->found->health;
    const bool helps = after->penalty < MENDS_MOST * least
                    || (after->penalty < MENDS_ENOUGH * least && mends_one(before, after));

    return helps && !does_harm(before, after) && !is_rate_left(search, after);
}

bool repair_is_tidier(const Search *search, int i, const Health *after)
{
    const Health *before = &search->found->health;

    return repair_group(i) == GROUP_TIDY && after->warned.n < before->warned.n
        && !(after->penalty > before->penalty);
}

/* ---- Which comes first ----------------------------------------------------------------------- */

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
    const double gained = c->health.measure[AILMENT_TIME_GAIN];     /* a third counts under it */

    return repair_group(c->row[0]) == GROUP_CLIP && !repair_is_pair(c)
        && (c->health.unbounded || 3 * gained > c->health.limit[AILMENT_TIME_GAIN]);
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
