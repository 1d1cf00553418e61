/* repair_shape.c -- repairs of the model's shape: skip connections, their scale, depth. */
#include <math.h>

#include "repair_rules.h"

/* ---- Skip connections ------------------------------------------------------------------------ */

/* Statements that a skip can go around. */
typedef struct {
    const Stmt *first, *last;
    int places;
} Body;

typedef struct {
    Body *body;
    int n;
} Bodies;

static bool holds(const Repair *r, const Stmt *s, bool (*is)(const Site *))
{
    for (; s; s = s->next) {
        const Site *site = map_get(&r->sites->by_stmt, s);

        if ((site && is(site)) || holds(r, s->body, is) || holds(r, s->other, is))
            return true;
        for (const Branch *b = s->branches; b; b = b->next)
            if (holds(r, b->body, is))
                return true;
    }
    return false;
}

static bool is_weighted(const Site *site)
{
    return site->weighted || site->item->kind == ITEM_BLOCK;
}

/* What has a skip, or is to have one by itself. */
static bool has_skip(const Item *item)
{
    const Items *inner = item->kind == ITEM_BLOCK ? &item->unit->items : NULL;

    if (item->kind == ITEM_RESIDUAL || item->kind == ITEM_REPEAT)
        return true;
    for (int i = 0; inner && i < inner->n; i++)
        if (has_skip(inner->item[i]))
            return true;
    return false;
}

static bool is_taken(const Site *site)
{
    return site->output || has_skip(site->item);
}

static bool keeps_shape(const Item *repeat)
{
    for (int i = 0; i < repeat->count; i++)
        if (!shape_equal(repeat->iteration[i]->in, repeat->iteration[i]->out))
            return false;
    return repeat->count > 0;
}

static const Stmt *last_of(const Stmt *s)
{
    while (s->next)
        s = s->next;
    return s;
}

static void add_body(Repair *r, Bodies *out, const Stmt *first, const Stmt *last, int places)
{
    arena_push(r->s->arena, out->body, out->n, ((Body){ first, last, places }));
}

/* The innermost repeats. */
static void add_repeats(Repair *r, Bodies *out)
{
    for (int i = 0; i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];
        const Stmt *body = site->stmt->body;

        if (site->item->kind == ITEM_REPEAT && !site->skipped && body
            && keeps_shape(site->item) && holds(r, body, is_weighted) && !holds(r, body, is_taken))
            add_body(r, out, body, last_of(body), site->places * site->item->count);
    }
}

/* What follows weights up to the next belongs to them: norms, activations, dropout. */
static int end_of_group(const Items *list, int at, const Repair *r)
{
    int end = at;

    for (int i = at + 1; i < list->n; i++) {
        const Item *item = list->item[i];
        const Site *site = map_get(&r->sites->by_stmt, item->stmt);

        if (site->weighted || (item->kind != ITEM_LAYER && item->kind != ITEM_ACTIVATION)
            || !shape_equal(item->in, item->out) || item->stmt->from)
            break;
        end = i;
    }
    return end;
}

/* Layers one after another in the model itself, of equal shape in and out. */
static void add_runs(Repair *r, Bodies *out)
{
    const Items *list = &r->c->model->unit->items;

    for (int i = 0; i < list->n; i++) {
        const Item *item = list->item[i];
        const Site *site = map_get(&r->sites->by_stmt, item->stmt);
        const int end = end_of_group(list, i, r);

        if (site->weighted && site_hidden(site) && !site->stmt->from
            && shape_equal(item->in, item->out) && site->places == 1)
            add_body(r, out, item->stmt, list->item[end]->stmt, 1);
    }
}

/* The number of blocks as the source has it: the count of a repeat, if a name stands for it. */
static const char *count_text(const Repair *r, int count)
{
    for (int i = 0; i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];
        const Expr *e = site->stmt->value;

        if (site->item->kind != ITEM_REPEAT || site->places != 1 || site->item->count != count
            || e->kind != EXPR_NAME)
            continue;
        for (int k = 0; k < r->c->model->n_params; k++)
            if (r->c->model->param[k].name == e->text)
                return e->text;
    }
    return arena_printf(r->s->arena, "%d", count);
}

bool repair_residual(Repair *r, const char *how)
{
    const char *head = "residual";
    Bodies found = { .n = 0 };
    int places = 0;

    add_repeats(r, &found);
    add_runs(r, &found);
    for (int i = 0; i < found.n; i++)
        places += found.body[i].places;
    if (*how)
        head = arena_printf(r->s->arena, "residual(scale = 1 / sqrt(%s))", count_text(r, places));
    for (int i = 0; i < found.n; i++)
        if (!repair_wrap(r, found.body[i].first, found.body[i].last, head))
            return false;
    repair_say(r, "%s around %s", head, found.n == 1 && places > 1 ? "the repeated layers"
                                        : places == 1 ? "the hidden layer" : "hidden layers");
    return found.n > 0 && (!*how || places > 1);
}

bool repair_scale(Repair *r, const char *how)
{
    int places = 0;
    const char *text;

    (void)how;
    for (int i = 0; i < r->sites->n; i++)
        if (r->sites->site[i]->item->kind == ITEM_RESIDUAL)
            places += r->sites->site[i]->places;
    text = arena_printf(r->s->arena, "1 / sqrt(%s)", count_text(r, places));
    for (int i = 0; places > 1 && i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];

        if (site->item->kind == ITEM_RESIDUAL && !repair_find_argument(site, "scale")
            && !repair_argument(r, site, "scale", text))
            return false;
    }
    return r->edits.n > 0;
}

/* ---- Depth ----------------------------------------------------------------------------------- */

/* What grows with depth, against its limit: so much of the depth is within it. */
static double share_within(const Health *h)
{
    static const AilmentId grows[] = { AILMENT_VANISHING, AILMENT_EXPLODING, AILMENT_LOTTERY,
                                       AILMENT_ISOMETRY };
    double share = 1;

    for (size_t i = 0; i < countof(grows); i++)
        if (h->measure[grows[i]] > h->limit[grows[i]])
            share = fmin(share, h->limit[grows[i]] / h->measure[grows[i]]);
    return share;
}

bool repair_depth(Repair *r, const char *how)
{
    const Site *most = NULL;
    int count;

    (void)how;
    for (int i = 0; i < r->sites->n; i++) {
        const Site *site = r->sites->site[i];
        if (site->item->kind == ITEM_REPEAT && holds(r, site->stmt->body, is_weighted)
            && (!most || site->item->count > most->item->count))
            most = site;
    }
    if (!most)
        return false;
    count = (int)(0.9 * share_within(r->health) * most->item->count);
    count = count < 2 ? 2 : count;
    if (count >= most->item->count || (most->stmt->value->kind != EXPR_INT
                                       && most->stmt->value->kind != EXPR_NAME))
        return false;
    if (most->stmt->value->kind == EXPR_NAME)
        return repair_value(r, most->stmt->value, "repeat", NULL,
                            arena_printf(r->s->arena, "%d", count));
    if (!repair_may_edit(r, most->stmt->value->at))
        return false;
    edit_replace(&r->edits, most->stmt->value->at, arena_printf(r->s->arena, "%d", count));
    repair_say(r, "%d iterations in place of %d", count, most->item->count);
    return true;
}
