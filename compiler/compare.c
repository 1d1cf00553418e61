/* compare.c -- two checked sources side by side: what changed from one to the other. */
#include "compare.h"

#include <math.h>
#include <string.h>

Side compare_side(const Compilation *c, Intern *names, Arena *a)
{
    Side side = { .c = c, .parts = compare_parts(c, names, a) };

    compare_entries(&side, a);
    compare_figures(&side);
    return side;
}

static bool figures_differ(const Comparison *c)
{
    for (int i = 0; figure_key(i); i++) {
        const double old = c->old.figure[i], new = c->new.figure[i];
        if (isnan(old) != isnan(new) || (!isnan(old) && old != new))
            return true;
    }
    return false;
}

static bool parts_differ(const Comparison *c)
{
    for (int i = 0; i < c->n_matches; i++)
        if (match_differs(&c->match[i]))
            return true;
    return false;
}

Comparison compare(const Compilation *old, const Compilation *new, Arena *a)
{
    Intern *names = intern_new(a);
    Comparison c = { .old = compare_side(old, names, a), .new = compare_side(new, names, a) };

    c.same_text = old->source->size == new->source->size
               && memcmp(old->source->text, new->source->text, old->source->size) == 0;
    compare_match(&c, a);
    compare_entry_changes(&c, a);
    c.c = compare_lines(old->c ? old->c : "", new->c ? new->c : "", a);
    c.differs = parts_differ(&c) || c.n_entries > 0 || figures_differ(&c) || c.c.added > 0
             || c.c.removed > 0;
    return c;
}
