/* warn_linear.c -- the warning of dense layers in a row with no activation between them. */
#include "warn.h"

#include <inttypes.h>
#include <string.h>

/* Dense layers in a row, as far as nothing but linear maps lies between. */
typedef struct {
    int products;
    int64_t in, out, narrowest;     /* units: before, behind, the least between */
    int64_t weights;
    const Item *first, *last;
} Chain;

typedef struct {
    Arena *arena;
    Map chain;                      /* Item to the Chain that its output ends */
    Chain longest;                  /* by what it is worth too little */
} Stack;

static Chain walk_unit(Stack *s, const Unit *u, Chain in);
static void walk_items(Stack *s, const Items *items, const Chain *in);

static int64_t features(Shape s)
{
    return s.rank > 0 ? s.dim[s.rank - 1] : 1;
}

/* Products more than are needed for what they make of their input: one, or two where few units
 * between bound its rank. */
static int needless(const Chain *c)
{
    const bool bound = c->narrowest < (c->in < c->out ? c->in : c->out);

    return c->products - (bound ? 2 : 1);
}

/* Weights that would do. */
static int64_t worth(const Chain *c)
{
    return needless(c) < c->products - 1 ? c->narrowest * (c->in + c->out) : c->in * c->out;
}

static Chain read(const Stack *s, Ref from, const Chain *in)
{
    const Chain *c = from.kind == REF_ITEM ? map_get(&s->chain, from.item)
                   : from.kind == REF_INPUT && from.input == 0 ? in : NULL;

    return c ? *c : (Chain){ 0 };
}

static const Value *argument(const Item *item, const char *name)
{
    return call_arg(item->callee, item->arg, name);
}

static Chain behind_dense(Stack *s, const Item *item, Chain c)
{
    const Value *act = argument(item, "act");

    if (!c.products)
        c = (Chain){ .in = features(item->in), .narrowest = INT64_MAX, .first = item };
    else if (features(item->in) < c.narrowest)
        c.narrowest = features(item->in);
    c.products++;
    c.last = item;
    c.out = features(item->out);
    c.weights += features(item->in) * c.out;
    if (needless(&c) > (s->longest.products ? needless(&s->longest) : 0))
        s->longest = c;
    return act->callee->id == ACTIVATION_LINEAR ? c : (Chain){ 0 };
}

static bool is_called(const Item *item, const char *name)
{
    return strcmp(item->callee->name, name) == 0;
}

/* What a branch reads is read elsewhere too: chains end before it. */
static Chain behind_branches(Stack *s, const Item *item)
{
    const Chain none = { 0 };

    for (int i = 0; i < item->n_from; i++)
        if (item->from[i].kind == REF_ITEM)
            map_put(&s->chain, item->from[i].item, NULL, s->arena);
    walk_items(s, &item->body, &none);
    walk_items(s, &item->shortcut, &none);
    for (int i = 0; i < item->n_branches; i++)
        walk_items(s, &item->branch[i], &none);
    return none;
}

static Chain behind(Stack *s, const Item *item, Chain in)
{
    switch (item->kind) {
    case ITEM_LAYER:
        if (is_called(item, "dense"))
            return behind_dense(s, item, in);
        return is_called(item, "dropout") ? in : (Chain){ 0 };
    case ITEM_BLOCK:
        return walk_unit(s, item->unit, in);
    case ITEM_REPEAT:
        for (int i = 0; i < item->count; i++)
            in = walk_unit(s, item->iteration[i], in);
        return in;
    case ITEM_RESIDUAL: case ITEM_PARALLEL:
        return behind_branches(s, item);
    case ITEM_ACTIVATION:
        return item->callee->id == ACTIVATION_LINEAR ? in : (Chain){ 0 };
    }
    return (Chain){ 0 };
}

static void walk_items(Stack *s, const Items *items, const Chain *in)
{
    for (int i = 0; i < items->n; i++) {
        const Item *item = items->item[i];
        Chain *out = arena_new_of(s->arena, Chain);

        *out = behind(s, item, item->n_from ? read(s, item->from[0], in) : (Chain){ 0 });
        map_put(&s->chain, item, out, s->arena);
    }
}

static Chain walk_unit(Stack *s, const Unit *u, Chain in)
{
    walk_items(s, &u->items, &in);
    return read(s, u->result, &in);
}

void warn_linear_stack(Warn *w)
{
    Stack s = { .arena = w->session->arena };
    const Chain *c = &s.longest;

    walk_unit(&s, w->model->unit, (Chain){ 0 });
    if (!c->products || !warn_reaches(w, needless(c)))
        return;
    diag_note(warn_say(w, needless(c), c->first->at, "%d dense layers in a row without an "
                       "activation are worth %s", c->products,
                       c->products - needless(c) > 1 ? "two" : "one"),
              c->last->at, "a product of matrices is a matrix: of %" PRId64 " weights up to here "
              "%" PRId64 " would do", c->weights, worth(c));
}
