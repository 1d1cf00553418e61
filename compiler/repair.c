/* repair.c -- tries every repair and every two of them, what promises most first. */
#include <math.h>
#include <stdlib.h>

#include "line_diff.h"
#include "repair_try.h"

/* In which order rows are tried where not all can be: edits of the very thing that is warned of,
 * then what mends most kinds of net. */
static const Group promising[] = {
    GROUP_DATA, GROUP_OUTPUT, GROUP_SETTING, GROUP_RATE, GROUP_BIAS, GROUP_CELL, GROUP_NORM,
    GROUP_RESIDUAL, GROUP_INIT, GROUP_SIZE, GROUP_ACTIVATION, GROUP_CLIP, GROUP_TIDY
};

typedef struct {
    Search search;
    double penalty[N_REPAIRS];      /* of a row by itself; INFINITY: it does not apply */
    int pairs;                      /* that may be tried still */
} Pairing;

/* The second of a pair, and how little the two leave by themselves. */
typedef struct {
    int first, second;
    double promise;
} Pair;

static void make_room(Search *search)
{
    for (int i = 0; i < MOST_CANDIDATES; i++)
        repair_keep(search, &search->found->candidate[i], "", "");
}

static Candidate *next_candidate(Suggestions *found)
{
    return found->n < MOST_CANDIDATES ? &found->candidate[found->n] : NULL;
}

static void count_lines(const Search *search, Candidate *c)
{
    const LineDiff d = line_diff(search->base->source->text, c->text, search->s->arena);

    c->added = d.added;
    c->removed = d.removed;
}

static void finish(Search *search, Tried *t, Candidate *c)
{
    repair_pace(search, t, c);
    c->health = t->health;
    count_lines(search, c);
}

/* ---- Rows alone ------------------------------------------------------------------------------ */

static void try_alone(Pairing *p, int i)
{
    Search *search = &p->search;
    Candidate *c = next_candidate(search->found);
    const ArenaMark mark = arena_mark(search->s->arena);
    const Health *now = &search->found->health;
    const char *what = "", *text = repair_make(search, search->base, search->s, search->sites, now,
                                               i, &what);
    Tried tried;

    if (c && text && repair_keep(search, c, text, what) && repair_affords(search)
        && repair_try(search, c->text, i, search->base->input, &tried)) {
        c->row[0] = i, c->row[1] = NO_REPAIR;
        finish(search, &tried, c);
        p->penalty[i] = tried.health.penalty;
        search->found->n += repair_is_worth(search, &tried.health, now->penalty)
                         || repair_is_tidier(search, i, &tried.health);
    }
    arena_release(search->s->arena, mark);
}

static void try_rows(Pairing *p, bool ails)
{
    for (int i = 0; i < N_REPAIRS; i++)
        p->penalty[i] = INFINITY;
    for (size_t g = 0; g < countof(promising); g++)
        for (int i = 0; i < N_REPAIRS; i++)
            if (repair_group(i) == promising[g] && (ails || promising[g] == GROUP_TIDY))
                try_alone(p, i);
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

/* What row k makes of what row i made: worth it if it is more than either does. */
static void try_second(Pairing *p, Tried *first, const char *before, int i, int k)
{
    Search *search = &p->search;
    Arena *a = search->s->arena;
    Candidate *c = next_candidate(search->found);
    const ArenaMark mark = arena_mark(a);
    const double least = fmin(fmin(p->penalty[i], p->penalty[k]), search->found->health.penalty);
    const char *what = "", *text = repair_make(search, &first->c, &first->s, first->sites,
                                               &first->health, k, &what);
    Tried tried;

    if (c && text && repair_keep(search, c, text, arena_printf(a, "%s, %s", before, what))
        && (p->pairs > 0 || !++search->found->untried) && repair_affords(search)) {
        p->pairs--;
        if (repair_try(search, c->text, k, first->c.input, &tried)) {
            c->row[0] = i, c->row[1] = k;
            finish(search, &tried, c);
            search->found->n += repair_is_worth(search, &tried.health, least);
        }
    }
    arena_release(a, mark);
}

/* Less depth or more width is another net, and what is only tidier is no cure. */
static bool stands_alone(int i)
{
    return repair_group(i) == GROUP_SIZE || repair_group(i) == GROUP_TIDY;
}

/* What a row alone mends wholly needs no other; the second may apply to what the first has made
 * only. */
static bool makes_pair(const Pairing *p, int i, int k)
{
    return repair_group(i) != repair_group(k) && !stands_alone(i) && !stands_alone(k)
        && p->penalty[i] > 0 && p->penalty[i] < INFINITY && p->penalty[k] > 0;
}

static int by_promise(const void *a, const void *b)
{
    const Pair *x = a, *y = b;

    if (x->promise < y->promise || x->promise > y->promise)
        return x->promise < y->promise ? -1 : 1;
    return x->first != y->first ? x->first - y->first : x->second - y->second;
}

/* Sorted; their number. */
static int list_pairs(const Pairing *p, Pair *pair)
{
    const double now = p->search.found->health.penalty;
    int n = 0;

    for (int i = 0; i < N_REPAIRS; i++)
        for (int k = i + 1; k < N_REPAIRS; k++)
            if (makes_pair(p, i, k))
                pair[n++] = (Pair){ i, k, fmin(p->penalty[i], now) + fmin(p->penalty[k], now) };
    qsort(pair, (size_t)n, sizeof *pair, by_promise);
    return n;
}

/* All pairs with this first one, which is made once. */
static void try_pairs_of(Pairing *p, int i, const Pair *pair, int n)
{
    Search *search = &p->search;
    const ArenaMark mark = arena_mark(search->s->arena);
    const char *what = "", *text = repair_make(search, search->base, search->s, search->sites,
                                               &search->found->health, i, &what);
    Tried first;

    if (text && repair_affords(search)
        && repair_try(search, text, i, search->base->input, &first))
        for (int at = 0; at < n; at++)
            if (pair[at].first == i)
                try_second(p, &first, what, i, pair[at].second);
    arena_release(search->s->arena, mark);
}

static void try_pairs(Pairing *p)
{
    Pair pair[N_REPAIRS * N_REPAIRS];
    const int n = list_pairs(p, pair);
    bool done[N_REPAIRS] = { false };

    for (int at = 0; at < n; at++)
        if (!done[pair[at].first]) {
            done[pair[at].first] = true;
            try_pairs_of(p, pair[at].first, pair, n);
        }
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void name_rows(Suggestions *found)
{
    for (int i = 0; i < found->n; i++)
        for (int k = 0; k < 2; k++)
            found->candidate[i].name[k] = repair_name(found->candidate[i].row[k]);
}

/* No longer than they are, or than what is said without a word; where they are too long or warned
 * of not longer than that. */
static double longest_steps(const Health *now)
{
    return health_ails_by_rate(now) ? LONG_STEPS : fmax(now->step_length, LONG_STEPS);
}

Suggestions *repairs_find(const Compilation *c, bool all, Session *s)
{
    Suggestions *found = arena_new_of(s->arena, Suggestions);
    const double each = repair_work(c->program);
    Pairing p = { .search = { .base = c, .s = s, .sites = sites_of(c->model, s->arena),
                              .room = 2 * (size_t)c->source->size + 4096, .found = found,
                              .each = each, .left = all ? INFINITY : MOST_WORK - each },
                  .pairs = all ? N_REPAIRS * N_REPAIRS : MOST_PAIRS };
    bool ails;

    found->c = c;
    found->all = all;
    found->health = health_of(c, p.search.sites, s);
    p.search.steps = longest_steps(&found->health);
    ails = found->health.penalty > 0;
    if (!ails && !found->health.warned.n)
        return found;
    make_room(&p.search);
    try_rows(&p, ails);
    if (ails)
        try_pairs(&p);
    repairs_rank(found);
    name_rows(found);
    return found;
}
