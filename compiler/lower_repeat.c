/* lower_repeat.c -- a repeat becomes a call of each run of equal iterations; iterations of several
 * kinds that take turns, A B A B, become runs of one unit that calls each. */
#include "lower.h"

/* "repeat_h", where all iterations are equal; else "repeat_h_at_0" for one, "repeat_h_from_1" for
 * several, and "repeat_h_last" for the last one, which the count does not rename. */
static const char *run_name(Lower *l, const Item *item, const Run *run)
{
    const bool is_last = run == &item->run[item->n_runs - 1];

    if (item->n_runs == 1)
        return item->name;
    if (is_last && run->count == 1 && !item->turn)
        return arena_printf(l->s->arena, "%s_last", item->name);
    return arena_printf(l->s->arena, "%s_%s_%d", item->name, run->count == 1 ? "at" : "from",
                        run->first);
}

static void lower_exports(Lower *l, const Item *item, const Run *run, NodeId call)
{
    for (int k = 0; k < run->unit->n_exports; k++) {
        const Item *e = run->unit->export[k];
        Node node = { .op = OP_PICK, .shape = e->out, .batched = true, .layer = -1, .index = k + 1,
                      .in = arena_array(l->s->arena, NodeId, 1), .n_in = 1 };

        node.in[0] = call;
        lower_bind(l, item, run->first, k, lower_node(l, node, item,
                   arena_printf(l->s->arena, "%s_%s", run_name(l, item, run), e->name)));
    }
}

static Graph *unit_of_run(Lower *l, const Item *item, const Run *run)
{
    return lower_unit(l, run->unit, item, lower_path_of(l, run_name(l, item, run)));
}

static NodeId lower_run(Lower *l, const Item *item, const Run *run, NodeId x)
{
    x = lower_call(l, item, unit_of_run(l, item, run), x, run, run_name(l, item, run));
    lower_exports(l, item, run, x);
    return x;
}

/* ---- Turns --------------------------------------------------------------------------------- */

/* Runs [first ...] of `runs` each, `count` times over. */
typedef struct {
    int first, runs, count;
} Turns;

/* Tensors that a run reads from outside, or that the outside reads, are its own. */
static bool can_turn(const Run *run)
{
    return !run->unit->n_captures && !run->unit->n_exports;
}

static bool is_same_run(const Run *a, const Run *b)
{
    return a->unit == b->unit && a->count == b->count;
}

/* How often the `runs` runs from `first` on come again, the first time included. */
static int count_turns(const Item *item, int first, int runs)
{
    int n = 0;

    while (first + (n + 1) * runs <= item->n_runs) {
        for (int i = 0; i < runs; i++) {
            const Run *run = &item->run[first + n * runs + i];

            if (!can_turn(run) || !is_same_run(run, &item->run[first + i]))
                return n;
        }
        n++;
    }
    return n;
}

/* The shortest turn that begins here; count 1 where there is none. */
static Turns find_turns(const Item *item, int first)
{
    enum { MOST_RUNS = 16 };

    for (int runs = 2; runs <= MOST_RUNS && first + 2 * runs <= item->n_runs; runs++) {
        const int count = count_turns(item, first, runs);

        if (count > 1)
            return (Turns){ first, runs, count };
    }
    return (Turns){ first, 1, 1 };
}

/* A repeat of the iterations of one turn. */
static Item *turn_item(Lower *l, const Item *item, Turns turns)
{
    Item *turn = arena_new_of(l->s->arena, Item);
    const Run *run = &item->run[turns.first];

    *turn = *item;
    turn->run = NULL;
    turn->n_runs = turn->number = 0;
    turn->from = arena_new_of(l->s->arena, Ref);
    turn->n_from = 1;
    for (int i = 0; i < turns.runs; i++) {
        const Run one = { run[i].first - run[0].first, run[i].count, run[i].unit };

        arena_push(l->s->arena, turn->run, turn->n_runs, one);
        turn->turn += one.count;
    }
    turn->in = run[0].unit->in;
    turn->out = run[turns.runs - 1].unit->out;
    return turn;
}

/* The unit whose one item that is. */
static Unit *turn_unit(Lower *l, Item *turn)
{
    Unit *u = arena_new_of(l->s->arena, Unit);

    u->at = turn->at;
    u->recomputes = turn->run[0].unit->recomputes;
    u->in = turn->in;
    u->out = turn->out;
    arena_push(l->s->arena, u->items.item, u->items.n, turn);
    u->result = (Ref){ .kind = REF_ITEM, .item = turn };
    return u;
}

/* The iterations' own units keep the names that they have outside of turns. */
static NodeId lower_turns(Lower *l, const Item *item, Turns turns, NodeId x)
{
    Item *turn = turn_item(l, item, turns);
    const Run run = { item->run[turns.first].first, turns.count, turn_unit(l, turn) };
    const char *name = arena_printf(l->s->arena, "%s_turns", item->name);

    for (int i = 0; i < turns.runs; i++)
        unit_of_run(l, item, &item->run[turns.first + i]);
    if (turns.first)
        name = arena_printf(l->s->arena, "%s_from_%d", name, run.first);
    return lower_call(l, item, lower_unit(l, run.unit, turn, lower_path_of(l, name)), x, &run,
                      name);
}

NodeId lower_repeat(Lower *l, const Item *item)
{
    NodeId x = lower_ref(l, &item->from[0]);
    Turns turns;

    for (int i = 0; i < item->n_runs; i += turns.runs * turns.count) {
        turns = item->turn ? (Turns){ i, 1, 1 } : find_turns(item, i);
        x = turns.count > 1 ? lower_turns(l, item, turns, x)
                            : lower_run(l, item, &item->run[i], x);
    }
    return x;
}
