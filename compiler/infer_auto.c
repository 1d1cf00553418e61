/* infer_auto.c -- `init = auto`: by the layer's own activation, else by the next on its path. */
#include "infer.h"

/* What an initialiser before this point should suit.  THROUGH: nothing decides, look further on. */
typedef enum { FOLLOWED_THROUGH = 1, FOLLOWED_XAVIER, FOLLOWED_HE, FOLLOWED_LECUN } Follower;

static const Follower of_activation[N_ACTIVATIONS] = {
#define ACTIVATION(id, name, signature, slope_of, family) [ACTIVATION_##id] = FOLLOWED_##family,
#include "activations.def"
#undef ACTIVATION
};

static const char *const initialiser[] = {
    [FOLLOWED_THROUGH] = "xavier_uniform", [FOLLOWED_XAVIER] = "xavier_uniform",
    [FOLLOWED_HE] = "he_normal",           [FOLLOWED_LECUN] = "lecun_normal",
};

typedef struct {
    Infer *in;
    Map reader;                     /* Item to what follows at its first reader, where that is not
                                     * the statement behind it */
} Auto;

static Follower walk(Auto *au, const Items *items, const Ref *result, Follower after);

/* A real activation; one that was refused decides nothing. */
static bool decides(const Value *act)
{
    return act->kind != VALUE_ERROR && act->callee->id != ACTIVATION_LINEAR;
}

/* ---- Resolving ---- */

/* In the place of `auto`; to write what it would have chosen is the default too. */
static void choose(const Param *p, Value *v, const Callable *init, Arena *a)
{
    Value chosen = call_with_defaults(init, v->at, a);

    if (word_is(v, "AUTO")) {
        chosen.is_default = v->is_default;
        chosen.as_default = v->as_default;
        chosen.automatic = true;
        *v = chosen;
    } else if (word_is(&p->value, "AUTO")) {
        v->as_default = value_equal(v, &chosen);
    }
}

static void resolve(Auto *au, Item *item, Follower next)
{
    Session *s = au->in->s;
    const Callable *c = item->callee;
    Follower by = next;

    for (int i = 0; i < c->n_params; i++)
        if (c->param[i].accepts.mask & KIND_OF(FAMILY_ACTIVATION) && decides(&item->arg[i]))
            by = of_activation[item->arg[i].callee->id];
    for (int i = 0; i < c->n_params; i++)
        choose(&c->param[i], &item->arg[i], vocabulary_find(s->vocabulary, FAMILY_INIT,
                                                    intern(s->names, initialiser[by])), s->arena);
}

/* ---- What one sees on entering an item ---- */

static Follower enter_layer(Auto *au, Item *item, Follower next)
{
    switch ((LayerKind)item->callee->id) {
    case LAYER_BATCHNORM: case LAYER_LAYERNORM: case LAYER_GROUPNORM: case LAYER_DROPOUT:
    case LAYER_FLATTEN: case LAYER_RESHAPE: case LAYER_MAX_POOL: case LAYER_AVG_POOL:
    case LAYER_GLOBAL_AVG_POOL:
        return next;
    case LAYER_LSTM: case LAYER_GRU:        /* its gates' own: sigmoid and tanh */
        resolve(au, item, FOLLOWED_XAVIER);
        return FOLLOWED_XAVIER;
    case LAYER_ADD: case LAYER_MUL: case LAYER_CONCAT:
        return FOLLOWED_XAVIER;
    default:
        resolve(au, item, next);
        return FOLLOWED_XAVIER;
    }
}

static Follower enter_repeat(Auto *au, const Item *item, Follower next)
{
    for (int i = item->count - 1; i >= 0; i--)
        if (i == item->count - 1 || item->iteration[i] != item->iteration[i + 1])
            next = walk(au, &item->iteration[i]->items, &item->iteration[i]->result, next);
    return next;
}

static Follower enter_parallel(Auto *au, const Item *item, Follower next)
{
    Follower first = next;

    for (int i = item->n_branches - 1; i >= 0; i--)
        first = walk(au, &item->branch[i], &item->branch_out[i], next);
    return first;
}

static Follower enter(Auto *au, Item *item, Follower next)
{
    Follower seen;

    switch (item->kind) {
    case ITEM_LAYER:
        return enter_layer(au, item, next);
    case ITEM_ACTIVATION:
        return item->callee->id == ACTIVATION_LINEAR ? next : of_activation[item->callee->id];
    case ITEM_BLOCK:
        seen = (Follower)(uintptr_t)map_get(&au->in->unit_head, item->unit);
        return seen == FOLLOWED_THROUGH ? next : seen;
    case ITEM_REPEAT:
        return enter_repeat(au, item, next);
    case ITEM_RESIDUAL:
        walk(au, &item->shortcut, &item->shortcut_out, next);
        return walk(au, &item->body, &item->body_out, next);
    case ITEM_PARALLEL:
        return enter_parallel(au, item, next);
    }
    bug("an item of kind %d", item->kind);
}

/* ---- Backwards through a list of items ---- */

static bool reads(const Item *reader, const Item *item)
{
    for (int i = 0; i < reader->n_from; i++)
        if (reader->from[i].kind == REF_ITEM && reader->from[i].item == item)
            return true;
    return false;
}

/* Readers that do not stand right behind: the first of them counts, and comes last on this walk. */
static void remember_reader(Auto *au, const Item *reader, const Item *before, Follower seen)
{
    for (int i = 0; i < reader->n_from; i++)
        if (reader->from[i].kind == REF_ITEM && reader->from[i].item != before)
            map_put(&au->reader, reader->from[i].item, (void *)(uintptr_t)seen,
                    au->in->s->arena);
}

/* Resolves what is in the list; returns what one sees on entering it. */
static Follower walk(Auto *au, const Items *items, const Ref *result, Follower after)
{
    Follower behind = after;        /* on entering the item behind */

    for (int i = items->n - 1; i >= 0; i--) {
        Item *item = items->item[i];
        const Item *reader = i + 1 < items->n ? items->item[i + 1] : NULL;
        Follower next;

        if (reader && reads(reader, item))
            next = behind;
        else if (result->kind == REF_ITEM && result->item == item)
            next = after;
        else
            next = (Follower)(uintptr_t)map_get(&au->reader, item);
        behind = enter(au, item, next ? next : FOLLOWED_XAVIER);
        remember_reader(au, item, i ? items->item[i - 1] : NULL, behind);
    }
    return behind;
}

void infer_auto(Infer *in, Unit *unit)
{
    Auto au = { .in = in };
    const Follower after = unit->block ? FOLLOWED_THROUGH : FOLLOWED_XAVIER;
    const Follower head = walk(&au, &unit->items, &unit->result, after);

    map_put(&in->unit_head, unit, (void *)(uintptr_t)head, in->s->arena);
}
