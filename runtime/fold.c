/* fold.c -- which layers of a long net a report shows. */
#include "fold.h"

enum { FEWEST = 6 };                /* with fewer, two lines of dots take as much room */

typedef struct {
    bool *shown;
    int at;                         /* the next layer, in the order of rt_net_new */
} Walk;

static void walk(Walk *w, const rt_unit *unit, bool show, bool full);

static int iterations(const rt_member *m) { return m->count * (m->step ? m->step : 1); }

/* A repeat may stand as several members, where an iteration has another shape: they count on. */
static int members_of_repeat(const rt_unit *unit, int i, int *total)
{
    int n = 1;
    *total = iterations(&unit->member[i]);
    if (!unit->member[i].is_repeat)
        return 1;
    while (i + n < unit->n_members && unit->member[i + n].is_repeat
           && unit->member[i + n].first == unit->member[i].first + *total)
        *total += iterations(&unit->member[i + n++]);
    return n;
}

/* Iterations number `at` and on; the number of the one behind them. */
static int walk_iterations(Walk *w, const rt_member *m, int at, int total, bool full)
{
    for (int k = 0; k < m->count; k++) {
        const bool kept = at == 0 || at == total / 2 || at == total - 1 || total < FEWEST;
        if (!m->step) {
            walk(w, m->unit, kept, full);
            at++;
        }
        for (int i = 0; m->step && i < m->unit->n_members; i++)
            at = walk_iterations(w, &m->unit->member[i], at, total, full);
    }
    return at;
}

static void walk_repeat(Walk *w, const rt_member *m, int n, int total, bool full)
{
    int at = 0;
    for (int i = 0; i < n; i++)
        at = walk_iterations(w, &m[i], at, total, full);
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
