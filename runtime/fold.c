/* fold.c -- which layers of a long net a report shows. */
#include "fold.h"

enum { FEWEST = 6 };                /* with fewer, two lines of dots take as much room */

typedef struct {
    bool *shown;
    int at;                         /* the next layer, in the order of rt_net_new */
} Walk;

static void walk(Walk *w, const rt_unit *unit, bool show, bool full);

/* A repeat may stand as several members, where an iteration has another shape: they count on. */
static int members_of_repeat(const rt_unit *unit, int i, int *total)
{
    int n = 1;
    *total = unit->member[i].count;
    if (!unit->member[i].is_repeat)
        return 1;
    while (i + n < unit->n_members && unit->member[i + n].is_repeat
           && unit->member[i + n].first == unit->member[i].first + *total)
        *total += unit->member[i + n++].count;
    return n;
}

static void walk_repeat(Walk *w, const rt_member *m, int n, int total, bool full)
{
    int instance = 0;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < m[i].count; k++, instance++) {
            const bool kept = instance == 0 || instance == total / 2 || instance == total - 1;
            walk(w, m[i].unit, kept || total < FEWEST, full);
        }
    }
}

static void skip(Walk *w, const rt_member *m)
{
    for (int k = 0; k < m->count; k++)
        walk(w, m->unit, false, false);
}

static void walk(Walk *w, const rt_unit *unit, bool show, bool full)
{
    for (int i = 0; i < unit->n_members; ) {
        const rt_member *m = &unit->member[i];
        int total, n = 1;
        if (m->layer) {
            w->shown[w->at++] = show;
        } else if (!show) {
            skip(w, m);
        } else {
            n = members_of_repeat(unit, i, &total);
            walk_repeat(w, m, n, full ? 0 : total, full);
        }
        i += n;
    }
}

void rt_fold(const rt_net *net, bool full, bool *shown)
{
    Walk w = { .shown = shown };
    walk(&w, net->model->unit, true, full);
}
