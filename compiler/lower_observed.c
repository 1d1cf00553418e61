/* lower_observed.c -- which items `observe { layers = ... }` takes in: those of a name, and all
 * beneath them.  Instances that share a unit are observed together. */
#include "lower.h"

typedef struct {
    const Observe *observe;
    Map *item;                      /* what is observed */
    Map walked[2];                  /* units done: as they are; as observed in all their parts */
    Arena *arena;
} Walk;

static void walk_items(Walk *w, const Items *items, bool inside);

static bool is_listed(const Observe *o, Str name)
{
    for (int i = 0; i < o->n_layers; i++)
        if (o->layer[i] == name)
            return true;
    return false;
}

static void walk_unit(Walk *w, const Unit *unit, bool listed)
{
    if (map_get(&w->walked[listed], unit))
        return;
    map_put(&w->walked[listed], unit, w, w->arena);
    walk_items(w, &unit->items, listed);
}

static void walk_item(Walk *w, Item *item, bool listed)
{
    if (listed)
        map_put(w->item, item, item, w->arena);
    if (item->unit)
        walk_unit(w, item->unit, listed);
    for (int i = 0; i < item->n_runs; i++)
        walk_unit(w, item->run[i].unit, listed);
    walk_items(w, &item->body, listed);
    walk_items(w, &item->shortcut, listed);
    for (int i = 0; i < item->n_branches; i++)
        walk_items(w, &item->branch[i], listed);
}

static void walk_items(Walk *w, const Items *items, bool inside)
{
    for (int i = 0; i < items->n; i++)
        walk_item(w, items->item[i], inside || is_listed(w->observe, items->item[i]->name));
}

const Map *lower_observed(const Model *model, Arena *a)
{
    Walk w = { .observe = &model->observe, .item = arena_new_of(a, Map), .arena = a };

    walk_unit(&w, model->unit, model->observe.n_layers == 0);
    return w.item;
}
