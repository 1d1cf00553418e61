/* infer_layer.c -- statements that are a layer, an activation, or the use of a block. */
#include "infer.h"
#include "suggest.h"

/* A layer or activation with its arguments. */
typedef struct {
    const Callable *callee;         /* NULL: it could not be found */
    Value *arg;
    bool from_value;                /* of a param: the arguments came with it */
} Choice;

/* Where the words of a family belong. */
static const char *place_of(Family f)
{
    switch (f) {
    case FAMILY_INIT:
        return ": it stands behind 'init =' in a layer's arguments";
    case FAMILY_LOSS: case FAMILY_OPTIMIZER: case FAMILY_SCHEDULE: case FAMILY_CLIP:
    case FAMILY_PENALTY:
        return ": it stands in 'train'";
    case FAMILY_SOURCE:
        return ": it stands in 'data'";
    default:
        return "";
    }
}

static const Callable *other_word(const Session *s, Str word)
{
    const Callable *c = NULL;

    for (int f = FAMILY_INIT; f <= FAMILY_COMPOUND && !c; f++)
        c = vocabulary_find(s->vocabulary, (Family)f, word);
    return c;
}

/* The word is something else than a layer. */
static bool report_other(Infer *in, const Scope *scope, const Stmt *s)
{
    Session *session = in->s;
    Entry *entry = scope_find(scope, s->word);
    const Callable *c = entry ? NULL : other_word(session, s->word);

    if (c && c->family == FAMILY_COMPOUND) {            /* the others are keywords */
        diag_error(session->diag, MSG_UNKNOWN_LAYER, s->word_at,
                   "'%s' is no layer: it stands behind 'target'", s->word);
        in->misplaced_target = true;
    } else if (c) {
        diag_error(session->diag, MSG_UNKNOWN_LAYER, s->word_at, "'%s' is %s and no layer%s",
                   s->word, family_phrase(c->family), place_of(c->family));
    } else if (entry) {
        entry->used = true;
        Message *m = diag_error(session->diag, MSG_UNKNOWN_LAYER, s->word_at,
                                "'%s' is %s and no layer", s->word,
                                value_phrase(&entry->value, session->arena));
        diag_note(m, entry->at, "'%s' is declared here", s->word);
    }
    return c || entry;
}

void infer_unknown_layer(Infer *in, const Scope *scope, const Stmt *s)
{
    Session *session = in->s;
    const Map *blocks = &in->globals->blocks;
    Words legal = { .incomplete = in->globals->scope->all->broken };

    words_add_family(&legal, session->vocabulary, FAMILY_LAYER, session->arena);
    words_add_family(&legal, session->vocabulary, FAMILY_ACTIVATION, session->arena);
    for (int i = 0; i < blocks->n; i++)
        words_add(&legal, blocks->key[i], session->arena);
    if (!suggest_known(s->word, &legal) && report_other(in, scope, s))
        return;
    report_unknown(session->diag, MSG_UNKNOWN_LAYER, s->word_at, "layer", s->word, &legal,
                   session->arena);
}

/* A param of kind layer or activation brings its arguments with it. */
static Choice layer_of_value(Builder *b, const Stmt *s, const Entry *entry)
{
    Message *m;

    const Callable *callee = entry->value.callee;

    if (!s->has_parens) {           /* a copy: each use resolves its own `init = auto` */
        Value *arg = arena_array(b->in->s->arena, Value, callee->n_params);
        for (int i = 0; i < callee->n_params; i++)
            arg[i] = entry->value.arg[i];
        return (Choice){ callee, arg, true };
    }
    m = infer_error(b, MSG_NOT_A_CALL, s->at, "'%s' is a value with its arguments, and takes none",
                    s->word);
    diag_note(m, entry->at, "'%s' is declared here", s->word);
    return (Choice){ 0 };
}

static bool is_layer_value(const Value *v)
{
    return v->kind == VALUE_ERROR ||
           (v->kind == VALUE_CALL && (v->callee->family == FAMILY_LAYER ||
                                      v->callee->family == FAMILY_ACTIVATION));
}

static Choice find_layer(Builder *b, const Stmt *s)
{
    Session *session = b->in->s;
    const Eval in = { session, b->scope };
    Entry *entry = scope_find(b->scope, s->word);
    Call call = { .args = s->args, .at = s->at };

    if (entry && is_layer_value(&entry->value)) {
        entry->used = true;
        if (entry->value.kind == VALUE_ERROR)
            return (Choice){ 0 };
        return layer_of_value(b, s, entry);
    }
    call.callee = vocabulary_find(session->vocabulary, FAMILY_LAYER, s->word);
    if (!call.callee)
        call.callee = vocabulary_find(session->vocabulary, FAMILY_ACTIVATION, s->word);
    if (!call.callee) {
        infer_unknown_layer(b->in, b->scope, s);
        return (Choice){ 0 };
    }
    return (Choice){ call.callee, call_bind(&call, &in), false };
}

/* ---- What kind of layer it is ---- */

static bool is_join(const Callable *c)
{
    return c->family == FAMILY_LAYER &&
           (c->id == LAYER_ADD || c->id == LAYER_MUL || c->id == LAYER_CONCAT);
}

bool infer_has_weights(const Item *item)
{
    if (item->kind != ITEM_LAYER)
        return false;
    switch ((LayerKind)item->callee->id) {
    case LAYER_DENSE: case LAYER_CONV: case LAYER_RNN: case LAYER_LSTM: case LAYER_GRU:
    case LAYER_EMBEDDING:
        return true;
    default:
        return false;
    }
}

static bool count_fits(Builder *b, const Stmt *s, const Callable *c, int n)
{
    if (is_join(c) && n < 2) {
        infer_error(b, MSG_FROM_COUNT, s->at, "'%s' joins two or more tensors: %s from a, b",
                    c->name, c->name);
        return false;
    }
    if (!is_join(c) && n > 1) {
        infer_error(b, MSG_FROM_COUNT, s->at, "'%s' takes one tensor, but gets %d; join them first",
                    c->name, n);
        return false;
    }
    return true;
}

/* It only hands the data on: arranged anew, or picked from. */
static bool hands_on(const Item *item)
{
    if (item->kind != ITEM_LAYER)
        return false;
    switch ((LayerKind)item->callee->id) {
    case LAYER_FLATTEN: case LAYER_RESHAPE: case LAYER_MAX_POOL: case LAYER_CONCAT:
        return true;
    default:
        return false;
    }
}

/* What computes a tensor, behind layers that hand on; NULL: it is the unit's input. */
static const Item *computed_by(const Ref *ref)
{
    const Item *found = NULL;

    if (ref->kind != REF_ITEM)
        return NULL;
    if (!hands_on(ref->item))
        return ref->item;
    for (int i = 0; i < ref->item->n_from && !found; i++)
        found = computed_by(&ref->item->from[i]);
    return found;
}

/* An embedding looks words up by their numbers: no gradient goes back through it. */
static void refuse_trained(Builder *b, const Stmt *s, const Wire *from)
{
    const Item *before = computed_by(&from->ref);
    Message *m;

    if (!before)
        return;
    m = infer_error(b, MSG_EMBEDDED, s->at, "'embedding' takes the numbers of words from the data, "
                    "but gets what '%s' computes", before->name);
    diag_note(m, before->at, "'%s' stands here", before->name);
}

static void add_layer(Builder *b, const Stmt *s, const Choice *layer, const Wire *from, int n)
{
    const bool is_activation = layer->callee->family == FAMILY_ACTIVATION;
    const ShapeCall call = { b, layer->callee, layer->arg, from, n, s->at };
    Item *item = infer_item(b, is_activation ? ITEM_ACTIVATION : ITEM_LAYER, s,
                            layer->callee->name);
    Shape out = infer_shape(&call);

    if (!infer_size(b, out, s->at))
        out = SHAPE_ERROR;
    item->callee = layer->callee;
    item->arg = layer->arg;
    item->written = layer->from_value ? NULL : layer->callee;
    infer_add(b, item, from, n, out);
    b->in->trains = b->in->trains || infer_has_weights(item);
    if (!is_activation && layer->callee->id == LAYER_EMBEDDING)
        refuse_trained(b, s, &from[0]);
}

void infer_layer(Builder *b, const Stmt *s)
{
    Entry *entry = scope_find(b->scope, s->word);
    Block *block = map_get(&b->in->globals->blocks, s->word);
    int n;

    if (block && !(entry && is_layer_value(&entry->value))) {
        infer_block(b, s, block);
        return;
    }
    const Choice layer = find_layer(b, s);
    const Wire *from = infer_from(b, s, &n);
    if (!layer.callee || !from || !count_fits(b, s, layer.callee, n) || !infer_count(b, 1, s->at)) {
        b->in->trains = b->in->trains || !layer.callee;
        infer_lost(b, s);
        return;
    }
    add_layer(b, s, &layer, from, n);
}
