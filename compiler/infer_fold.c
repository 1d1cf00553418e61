/* infer_fold.c -- equal iterations of a repeat share one unit; neighbours are one run. */
#include "infer.h"

/* How many different units of a statement an iteration is compared with, the last ones. */
enum { MOST_COMPARED = 64 };

typedef struct {
    Unit **unit;
    int n;
} Variants;

typedef struct {
    Arena *arena;
    Map variants;                     /* statement of a repeat to its Variants */
} Fold;

static bool items_equal(const Items *a, const Items *b);
static void fold_items(Fold *f, const Items *items);

/* References in two units that may be equal: items correspond by number. */
static bool same_ref(const Ref *a, const Ref *b)
{
    if (a->kind != b->kind || a->input != b->input || a->iteration != b->iteration ||
        a->output != b->output)
        return false;
    return a->item && b->item ? a->item->number == b->item->number : a->item == b->item;
}

static bool refs_equal(const Ref *a, const Ref *b, int n)
{
    for (int i = 0; i < n; i++)
        if (!same_ref(&a[i], &b[i]))
            return false;
    return true;
}

static bool captures_equal(const Unit *a, const Unit *b)
{
    if (a->n_captures != b->n_captures)
        return false;
    for (int i = 0; i < a->n_captures; i++)
        if (!ref_equal(&a->capture[i], &b->capture[i]))
            return false;
    return true;
}

/* Outsiders that read an iteration's layers see it as itself. */
static bool units_equal(const Unit *a, const Unit *b)
{
    return !a->n_exports && !b->n_exports && a->recomputes == b->recomputes &&
           shape_equal(a->in, b->in) && shape_equal(a->out, b->out) &&
           same_ref(&a->result, &b->result) && captures_equal(a, b) &&
           items_equal(&a->items, &b->items);
}

static bool args_equal(const Item *a, const Item *b)
{
    for (int i = 0; a->callee && i < a->callee->n_params; i++)
        if (!value_equal(&a->arg[i], &b->arg[i]))
            return false;
    return true;
}

/* Captures of an inner repeat's iterations are references of the units that are compared. */
static bool inner_equal(const Unit *a, const Unit *b)
{
    return !a->n_exports && !b->n_exports && shape_equal(a->in, b->in) &&
           same_ref(&a->result, &b->result) && a->n_captures == b->n_captures &&
           refs_equal(a->capture, b->capture, a->n_captures) && items_equal(&a->items, &b->items);
}

static bool runs_equal(const Item *a, const Item *b)
{
    if (a->n_runs != b->n_runs)
        return false;
    for (int i = 0; i < a->n_runs; i++)
        if (a->run[i].count != b->run[i].count || (a->run[i].unit != b->run[i].unit &&
                                                   !inner_equal(a->run[i].unit, b->run[i].unit)))
            return false;
    return true;
}

static bool branches_equal(const Item *a, const Item *b)
{
    if (a->n_branches != b->n_branches || !refs_equal(a->branch_out, b->branch_out, a->n_branches))
        return false;
    for (int i = 0; i < a->n_branches; i++)
        if (!items_equal(&a->branch[i], &b->branch[i]))
            return false;
    return true;
}

static bool item_equal(const Item *a, const Item *b)
{
    return a->kind == b->kind && a->stmt == b->stmt && a->name == b->name &&
           a->number == b->number && a->callee == b->callee && a->unit == b->unit &&
           a->n_from == b->n_from && refs_equal(a->from, b->from, a->n_from) &&
           shape_equal(a->in, b->in) && shape_equal(a->out, b->out) && args_equal(a, b) &&
           runs_equal(a, b) && branches_equal(a, b) && items_equal(&a->body, &b->body) &&
           items_equal(&a->shortcut, &b->shortcut) && same_ref(&a->body_out, &b->body_out) &&
           same_ref(&a->shortcut_out, &b->shortcut_out);
}

static bool items_equal(const Items *a, const Items *b)
{
    if (a->n != b->n)
        return false;
    for (int i = 0; i < a->n; i++)
        if (!item_equal(a->item[i], b->item[i]))
            return false;
    return true;
}

/* ---- Folding ---- */

/* The unit for an iteration: an earlier one that is equal, or its own. */
static Unit *shared_unit(Fold *f, const Item *item, Unit *own)
{
    Variants *k = map_get(&f->variants, item->stmt);

    if (!k) {
        k = arena_new_of(f->arena, Variants);
        map_put(&f->variants, item->stmt, k, f->arena);
    }
    for (int i = k->n - 1; i >= 0 && i >= k->n - MOST_COMPARED; i--)
        if (units_equal(k->unit[i], own))
            return k->unit[i];
    arena_push(f->arena, k->unit, k->n, own);
    return own;
}

static void fold_repeat(Fold *f, Item *item)
{
    const Unit *before = NULL;

    for (int i = 0; i < item->count; i++) {
        Run *last = item->n_runs ? &item->run[item->n_runs - 1] : NULL;

        if (item->iteration[i] == before) {
            item->iteration[i] = item->iteration[i - 1];
            last->count++;
            continue;
        }
        before = item->iteration[i];
        fold_items(f, &item->iteration[i]->items);
        item->iteration[i] = shared_unit(f, item, item->iteration[i]);
        const Run run = { i, 1, item->iteration[i] };

        if (last && last->unit == run.unit)
            last->count++;
        else
            arena_push(f->arena, item->run, item->n_runs, run);
    }
}

static void fold_items(Fold *f, const Items *items)
{
    for (int i = 0; i < items->n; i++) {
        Item *item = items->item[i];

        if (item->kind == ITEM_REPEAT)
            fold_repeat(f, item);
        fold_items(f, &item->body);
        fold_items(f, &item->shortcut);
        for (int k = 0; k < item->n_branches; k++)
            fold_items(f, &item->branch[k]);
    }
}

void infer_fold(Unit *unit, Arena *a)
{
    Fold f = { .arena = a, .variants = { 0 } };

    fold_items(&f, &unit->items);
}
