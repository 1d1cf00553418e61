/* plan_share.c -- which tensors share a place.
 *
 * The plan stands in a text that people diff.  So where a tensor lives follows from its name, its
 * layer and its neighbours, and never from its place in an order, which one layer more would shift:
 *
 * - A gradient from the layer b back to the layer a takes the place of what b put out, where nobody
 *   reads that any more.
 * - A tensor that only its own layer's statements read goes to the first room that the others of
 *   the layer leave free, the largest first: the statements of two layers do not mix.
 * - The scratch of the units that are called is one union: calls do not meet.
 * - The few that are left choose among the unions with room by their names. */
#include "plan.h"
#include "map.h"

#include <string.h>

typedef struct {
    Tenant tenant;
    Life life;                      /* of a tensor */
    int64_t size;
    int wish;                       /* the room that the others of its layer leave it */
} Lodger;

/* Lodgers, the unions that they are dealt to, and the last half step at which one lives there. */
typedef struct {
    Lodger *lodger;
    int n;
    Slot *slot;
    int *until;
    int n_slots;
} Rooms;

/* ---- Guests in memory ---------------------------------------------------------------------- */

/* Kept for the backward pass alone, and read for the last time before d begins. */
static bool can_host(const Planner *p, NodeId id, NodeId d)
{
    const Graph *g = p->g;
    const Node *n = &g->node[id];

    return g->store[id] == STORE_MEMORY && n->item == g->node[d].item && n->phase == FORWARD
        && n->batched && n->op != OP_REPEAT && n->op != OP_PICK && !g->guest[id]
        && p->life[id].to < p->life[d].from;
}

static void find_host(Planner *p, NodeId d)
{
    Graph *g = p->g;

    if (g->store[d] != STORE_SCRATCH || g->node[d].phase != BACKWARD || !g->node[d].item
        || !p->crosses[d] || g->node[d].op == OP_REPEAT_GRAD)
        return;
    for (NodeId id = 1; id < d && !g->host[d]; id++)
        if (can_host(p, id, d))
            g->host[d] = id;
    if (!g->host[d])
        return;
    g->guest[g->host[d]] = d;
    g->store[d] = STORE_MEMORY;
}

/* ---- Lodgers ------------------------------------------------------------------------------- */

static void add_unit(Planner *p, Rooms *r, const Graph *unit)
{
    const Lodger fresh = { .tenant = { .unit = unit } };

    for (int i = 0; i < r->n; i++)
        if (r->lodger[i].tenant.unit == unit)
            return;
    arena_push(p->arena, r->lodger, r->n, fresh);
}

static void add_tensor(Planner *p, Rooms *local, Rooms *rest, NodeId id)
{
    const Lodger t = { .tenant = { .node = id }, .life = p->life[id],
                       .size = node_elements(&p->g->node[id]) };
    Rooms *r = p->crosses[id] ? rest : local;

    if (p->g->store[id] == STORE_SCRATCH)
        arena_push(p->arena, r->lodger, r->n, t);
}

/* A call has further outputs: of a unit exports, or gradients of captures. */
static bool has_picks(const Node *n)
{
    if (op_form(n->op) != FORM_UNIT)
        return op_gives_more(n->op);
    return n->unit->n_results > 1 || n->unit->n_inputs > 1;
}

/* In the order in which they begin. */
static void find_lodgers(Planner *p, Rooms *local, Rooms *rest, Rooms *units)
{
    for (Phase phase = FORWARD; phase <= BACKWARD; phase++)
        for (int i = 0; i < p->g->n_order[phase]; i++) {
            const NodeId id = p->g->order[phase][i];
            const Node *n = &p->g->node[id];

            if (op_form(n->op) == FORM_UNIT && n->unit->n_slots)
                add_unit(p, units, n->unit);
            add_tensor(p, local, rest, graph_stored(p->g, id));
            for (NodeId pick = id + 1; has_picks(n) && pick < p->g->n; pick++)
                if (p->g->node[pick].op == OP_PICK && p->g->node[pick].in[0] == id)
                    add_tensor(p, local, rest, pick);
        }
}

/* ---- Rooms of one layer -------------------------------------------------------------------- */

typedef struct {
    Lodger **lodger;                /* the largest first, of equals the one that begins first */
    int n;
} Household;

static void move_together(Household *f, Lodger *t, Arena *a)
{
    arena_push(a, f->lodger, f->n, t);
    for (int i = f->n - 1; i > 0 && f->lodger[i - 1]->size < t->size; i--) {
        f->lodger[i] = f->lodger[i - 1];
        f->lodger[i - 1] = t;
    }
}

static bool meet(const Lodger *a, const Lodger *b)
{
    return a->life.from <= b->life.to && b->life.from <= a->life.to;
}

/* The first room in which it meets none of those before it. */
static int free_room(const Household *f, int i)
{
    int room = 0;

    for (int k = 0; k < i; k++)
        if (f->lodger[k]->wish == room && meet(f->lodger[k], f->lodger[i])) {
            room++;
            k = -1;
        }
    return room;
}

/* How the tensors of a layer lie is a matter of that layer alone. */
static void make_wishes(Planner *p, Rooms *local)
{
    Map households = { 0 };

    for (int i = 0; i < local->n; i++) {
        const void *item = p->g->node[local->lodger[i].tenant.node].item;
        Household *f = map_get(&households, item ? item : p->g);

        if (!f) {
            f = arena_new_of(p->arena, Household);
            map_put(&households, item ? item : p->g, f, p->arena);
        }
        move_together(f, &local->lodger[i], p->arena);
    }
    for (int i = 0; i < households.n; i++) {
        Household *f = households.value[i];

        for (int k = 0; k < f->n; k++)
            f->lodger[k]->wish = free_room(f, k);
    }
}

/* ---- Unions -------------------------------------------------------------------------------- */

/* They begin one after the other, so a union is free again after its last one's end. */
static bool fits(const Rooms *r, int at, const Lodger *t) { return t->life.from > r->until[at]; }

static void move_in(Planner *p, Rooms *r, int at, const Lodger *t)
{
    r->n_slots = at >= r->n_slots ? at + 1 : r->n_slots;
    if (t->life.to > r->until[at])
        r->until[at] = t->life.to;
    arena_push(p->arena, r->slot[at].tenant, r->slot[at].n, t->tenant);
}

static int first_free(const Rooms *r, const Lodger *t)
{
    int at = t->wish;

    while (at < r->n_slots && !fits(r, at, t))
        at++;
    return at;
}

/* The most that live at one half step. */
static int most_alive(const Rooms *r)
{
    int most = 0;

    for (int i = 0; i < r->n; i++) {
        int alive = 0;

        for (int k = 0; k <= i; k++)
            alive += r->lodger[k].life.to >= r->lodger[i].life.from;
        most = alive > most ? alive : most;
    }
    return most;
}

/* How much a tensor likes a union: a number that its name and the union's decide alone. */
static uint64_t liking(const Planner *p, const Lodger *t, int at)
{
    uint64_t h = 0xcbf29ce484222325u + (uint64_t)at * 0x9e3779b97f4a7c15u;

    for (const char *name = p->g->node[t->tenant.node].name; *name; name++)
        h = (h ^ (unsigned char)*name) * 0x100000001b3u;
    return h * 0x9e3779b97f4a7c15u >> 16;
}

/* The union that it likes best among those with room; a new one where there is none. */
static int favourite(const Planner *p, const Rooms *r, const Lodger *t)
{
    int best = r->n_slots;

    for (int at = 0; at < r->n_slots; at++)
        if (fits(r, at, t) &&
            (best == r->n_slots || liking(p, t, at) > liking(p, t, best)))
            best = at;
    return best;
}

typedef enum { ONE_EACH, FIRST_FREE, BY_NAME, TOGETHER } Rule;

static void settle(Planner *p, Rooms *r, Rule rule)
{
    r->slot = arena_array(p->arena, Slot, 2 * r->n + 1);
    r->until = arena_array(p->arena, int, 2 * r->n + 1);
    for (int i = 0; i < 2 * r->n + 1; i++)
        r->until[i] = -1;
    /* One more than must be: so a tensor nearly always gets the one that its name likes. */
    r->n_slots = rule == BY_NAME && r->n ? most_alive(r) + 1 : 0;
    for (int i = 0; i < r->n; i++) {
        const Lodger *t = &r->lodger[i];

        move_in(p, r, rule == ONE_EACH ? i : rule == TOGETHER ? 0 : rule == FIRST_FREE
                ? first_free(r, t) : favourite(p, r, t), t);
    }
    for (int at = 0; at < r->n_slots; at++)     /* some may have stayed empty */
        if (r->slot[at].n)
            arena_push(p->arena, p->g->slot, p->g->n_slots, r->slot[at]);
}

void plan_share(Planner *p, bool reuse)
{
    Rooms local = { 0 }, rest = { 0 }, units = { 0 };
    Graph *g = p->g;

    g->host = arena_array(p->arena, NodeId, g->n);
    g->guest = arena_array(p->arena, NodeId, g->n);
    for (NodeId id = 1; reuse && id < g->n; id++)
        find_host(p, id);
    find_lodgers(p, &local, &rest, &units);
    make_wishes(p, &local);
    settle(p, &local, reuse ? FIRST_FREE : ONE_EACH);
    settle(p, &rest, reuse ? BY_NAME : ONE_EACH);
    settle(p, &units, reuse ? TOGETHER : ONE_EACH);
}
