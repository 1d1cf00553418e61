/* repair_sites.c -- where the layers of a model stand in the source. */
#include "repair.h"

typedef struct {
    Sites *out;
    Arena *arena;
    const Site *last;               /* weighted, of those that stand once */
} Finder;

/* What is around a list of items. */
typedef struct {
    int copies;
    bool skipped, repeated;
} Around;

static void find(Finder *f, const Items *items, Around around);

static bool is_layer(const Item *item, LayerKind kind)
{
    return item->kind == ITEM_LAYER && item->callee->id == (int)kind;
}

static bool is_weighted(const Item *item)
{
    return is_layer(item, LAYER_DENSE) || is_layer(item, LAYER_CONV) || is_layer(item, LAYER_RNN)
        || is_layer(item, LAYER_LSTM) || is_layer(item, LAYER_GRU);
}

static void set_act(Site *site, const Callable *callee, const Value *arg)
{
    site->bends = callee->id != ACTIVATION_LINEAR;
    site->act = (Act){ (ActivationKind)callee->id, callee->n_params ? arg[0].real : 0 };
}

/* The layer's own activation; of an activation itself, too. */
static void set_own_act(Site *site)
{
    const Item *item = site->item;
    const Callable *c = item->callee;

    if (item->kind == ITEM_ACTIVATION)
        set_act(site, c, item->arg);
    for (int i = 0; item->kind == ITEM_LAYER && i < c->n_params; i++)
        if (c->param[i].accepts.mask & KIND_OF(FAMILY_ACTIVATION))
            set_act(site, item->arg[i].callee, item->arg[i].arg);
}

/* What stands between these weights and the next, in a repeat also before the first. */
static void look_ahead(Site *site, bool repeated)
{
    const Items *list = site->list;
    const int n = list->n;

    for (int k = 1; k <= n - 1; k++) {
        const int i = (site->at + k) % n;
        const Item *item = list->item[i];

        if ((i < site->at && !repeated) || (item->kind != ITEM_LAYER
                                            && item->kind != ITEM_ACTIVATION)
            || is_weighted(item))
            return;
        site->normed = site->normed || is_layer(item, LAYER_BATCHNORM);
        site->held = site->held || site->normed || is_layer(item, LAYER_LAYERNORM)
                  || is_layer(item, LAYER_GROUPNORM);
        if (item->kind == ITEM_ACTIVATION && !site->bends) {
            set_act(site, item->callee, item->arg);
            site->act_item = item;
        }
    }
}

/* Weights are next, in a repeat those of the next iteration too. */
static bool feeds_weights(const Site *site, bool repeated)
{
    const Items *list = site->list;
    const int n = list->n;

    for (int k = 1; k < n && (repeated || site->at + k < n); k++) {
        const Item *item = list->item[(site->at + k) % n];

        if (is_weighted(item))
            return true;
        if (item->kind != ITEM_LAYER && item->kind != ITEM_ACTIVATION)
            return false;
    }
    return false;
}

static bool is_last_weighted(const Site *site)
{
    for (int i = site->at + 1; i < site->list->n; i++)
        if (is_weighted(site->list->item[i]))
            return false;
    return true;
}

static Site *site_at(Finder *f, const Items *items, int at, Around around)
{
    const Item *item = items->item[at];
    Site *site = map_get(&f->out->by_stmt, item->stmt);

    if (site) {
        site->places += around.copies;
        site->skips += around.skipped ? around.copies : 0;
        return site;
    }
    site = arena_new_of(f->arena, Site);
    *site = (Site){ .item = item, .stmt = item->stmt, .list = items, .at = at,
                    .places = around.copies, .weighted = is_weighted(item),
                    .skips = around.skipped ? around.copies : 0 };
    set_own_act(site);
    if (site->weighted)
        look_ahead(site, around.repeated);
    site->feeds = item->kind == ITEM_ACTIVATION && feeds_weights(site, around.repeated);
    site->ends_skip = site->weighted && around.skipped && is_last_weighted(site);
    map_put(&f->out->by_stmt, item->stmt, site, f->arena);
    arena_push(f->arena, f->out->site, f->out->n, site);
    return site;
}

static void find_runs(Finder *f, const Item *item, Around around)
{
    const int copies = around.copies;

    around.repeated = true;
    for (int i = 0; i < item->n_runs; i++) {
        around.copies = copies * item->run[i].count;
        find(f, &item->run[i].unit->items, around);
    }
}

static void find(Finder *f, const Items *items, Around around)
{
    for (int i = 0; i < items->n; i++) {
        const Item *item = items->item[i];
        const Site *site = site_at(f, items, i, around);
        Around body = around;

        body.skipped = around.skipped || item->kind == ITEM_RESIDUAL;
        body.repeated = false;
        if (site->weighted)
            f->last = around.repeated ? NULL : site;
        if (item->kind == ITEM_REPEAT)
            find_runs(f, item, body);
        if (item->kind == ITEM_BLOCK)
            find(f, &item->unit->items, body);
        find(f, &item->body, body);
        find(f, &item->shortcut, around);
        for (int k = 0; k < item->n_branches; k++)
            find(f, &item->branch[k], body);
    }
}

Sites *sites_of(const Model *model, Arena *a)
{
    Finder f = { arena_new_of(a, Sites), a, NULL };
    bool behind = false;

    find(&f, &model->unit->items, (Around){ .copies = 1 });
    for (int i = 0; i < f.out->n; i++) {
        f.out->site[i]->skipped = 2 * f.out->site[i]->skips > f.out->site[i]->places;
        f.out->site[i]->behind_output = behind;
        f.out->site[i]->output = f.out->site[i] == f.last && f.last->places == 1;
        behind = behind || f.out->site[i]->output;
    }
    return f.out;
}

bool site_hidden(const Site *site)
{
    return !site->output && !site->behind_output;
}

bool site_is(const Site *site, LayerKind kind)
{
    return is_layer(site->item, kind);
}
