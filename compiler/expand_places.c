/* expand_places.c -- where each statement stands in the whole model: its paths, as reports name
 * them, and what is said of each. */
#include <stdlib.h>
#include <string.h>

#include "expand.h"

/* ---- Walking the model ---- */

/* What stands before and behind the names of a unit, for its first and its last iteration. */
typedef struct {
    const char *prefix[2], *index[2];
} Path;

static void walk(Expand *x, const Items *items, const Path *path);

static void add_place(Expand *x, const void *key, const Standing *place)
{
    Arena *a = x->s->arena;
    Standings *p = map_get(&x->places, key);

    if (!p) {
        p = arena_new_of(a, Standings);
        map_put(&x->places, key, p, a);
    }
    arena_push(a, p->place, p->n, *place);
}

static void walk_runs(Expand *x, const Item *item, const Path *path)
{
    Arena *a = x->s->arena;

    for (int i = 0; i < item->n_runs; i++) {
        const Run *run = &item->run[i];
        const int end[] = { run->first, run->first + run->count - 1 };
        Path inner = *path;
        for (int k = 0; k < 2; k++)
            inner.index[k] = arena_printf(a, "%s[%d]", path->index[k], end[k]);
        walk(x, &run->unit->items, &inner);
    }
}

static void walk_block(Expand *x, const Standing *place)
{
    Arena *a = x->s->arena;
    const Path inner = { { arena_printf(a, "%s.", place->first),
                           arena_printf(a, "%s.", place->last) }, { "", "" } };

    add_place(x, place->item->unit->block, place);
    walk(x, &place->item->unit->items, &inner);
}

static void walk_item(Expand *x, const Item *item, const Path *path)
{
    Arena *a = x->s->arena;
    const bool named = item->kind != ITEM_REPEAT;
    const Standing place = { item, named ? arena_printf(a, "%s%s%s", path->prefix[0], item->name,
                                                     path->index[0]) : "",
                          named ? arena_printf(a, "%s%s%s", path->prefix[1], item->name,
                                               path->index[1]) : "" };

    add_place(x, item->stmt, &place);
    if (item->kind == ITEM_REPEAT)
        walk_runs(x, item, path);
    if (item->kind == ITEM_BLOCK)
        walk_block(x, &place);
    walk(x, &item->body, path);
    walk(x, &item->shortcut, path);
    for (int i = 0; i < item->n_branches; i++)
        walk(x, &item->branch[i], path);
}

static void walk(Expand *x, const Items *items, const Path *path)
{
    for (int i = 0; i < items->n; i++)
        walk_item(x, items->item[i], path);
}

void expand_find_places(Expand *x)
{
    const Path top = { { "", "" }, { "", "" } };

    if (x->model->unit)
        walk(x, &x->model->unit->items, &top);
}

/* ---- As text ---- */

/* The paths under one description, in order. */
typedef struct {
    const char *first, *last;
} Range;

typedef struct {
    Range *range;
    int n;
} Ranges;

/* Where two paths have different numbers and are alike else; -1.  The numbers go to n. */
static int difference(const char *a, const char *b, long n[2])
{
    int i = 0;
    char *end[2];

    while (a[i] && a[i] == b[i])
        i++;
    while (i > 0 && a[i - 1] >= '0' && a[i - 1] <= '9')
        i--;
    if (i == 0 || a[i - 1] != '[')
        return -1;
    n[0] = strtol(a + i, &end[0], 10);
    n[1] = strtol(b + i, &end[1], 10);
    return strcmp(end[0], end[1]) == 0 ? i : -1;
}

/* h[0] .. h[3] goes on with h[4]. */
static bool goes_on(const Range *r, const Standing *next)
{
    long step[2], all[2];
    const int at = difference(r->last, next->first, step);

    return at >= 0 && step[1] == step[0] + 1 && difference(r->first, next->last, all) == at;
}

static void add_range(Ranges *r, const Standing *p, Arena *a)
{
    if (r->n && goes_on(&r->range[r->n - 1], p))
        r->range[r->n - 1].last = p->last;
    else
        arena_push(a, r->range, r->n, ((Range){ p->first, p->last }));
}

/* A list that is longer is cut. */
enum { SHOWN = 12 };

static const char *ranges_text(const Ranges *r, Arena *a)
{
    const char *text = "";

    for (int i = 0; i < r->n && i < SHOWN; i++) {
        const Range *range = &r->range[i];
        const bool one = strcmp(range->first, range->last) == 0;
        text = arena_printf(a, "%s%s%s%s%s", text, i ? ", " : "", range->first,
                            one ? "" : " .. ", one ? "" : range->last);
    }
    return r->n > SHOWN ? arena_printf(a, "%s and %d more", text, r->n - SHOWN) : text;
}

const char *expand_places_text(const Standings *p, const char *const *description, Arena *a)
{
    Intern *texts = intern_new(a);
    Map groups = { 0 };
    const char *text = "";

    for (int i = 0; i < p->n; i++) {
        Str key = intern(texts, description[i]);
        Ranges *r = map_get(&groups, key);
        if (!r)
            map_put(&groups, key, r = arena_new_of(a, Ranges), a);
        if (*p->place[i].first)
            add_range(r, &p->place[i], a);
    }
    for (int i = 0; i < groups.n && i < SHOWN; i++) {
        const char *paths = ranges_text(groups.value[i], a), *what = groups.key[i];
        text = arena_printf(a, "%s%s%s%s%s", text, i ? "; " : "", paths,
                            *paths && *what ? ": " : "", what);
    }
    return groups.n > SHOWN ? arena_printf(a, "%s; and %d more", text, groups.n - SHOWN) : text;
}
