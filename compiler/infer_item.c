/* infer_item.c -- items of a unit: their names, what they read; messages about them. */
#include <inttypes.h>
#include <stdarg.h>

#include "infer.h"
#include "language_limits.h"

/* ---- Messages ---- */

enum { MOST_NOTES = 3 };            /* of each kind, from within */

static void note_iterations(const Builder *b, Message *m)
{
    for (int n = 0; b && n < MOST_NOTES; b = b->outer)
        if (b->own && b->iteration > 0) {
            diag_note(m, b->unit->at, "in iteration %d of this repeat", b->iteration);
            n++;
        }
}

/* Where the statement's block is used, and that one's ...; the last note is the model's use. */
static void note_instances(const Builder *b, Message *m)
{
    int n = 0;

    for (const Instance *i = b->instance; i; i = i->outer, n++)
        if (n < MOST_NOTES - 1 || !i->outer)
            diag_note(m, i->call, "in the block '%s' on %s, used here", i->block->decl->name,
                      shape_text(b->in->s->arena, i->in));
}

Message *infer_error(const Builder *b, MessageId id, Span at, const char *format, ...)
{
    Session *s = b->in->s;
    va_list ap;

    va_start(ap, format);
    const char *text = arena_vprintf(s->arena, format, ap);
    va_end(ap);
    Message *m = diag_error(s->diag, id, at, "%s", text);
    note_iterations(b, m);
    note_instances(b, m);
    return m;
}

const char *shape_of_wire(const Builder *b, const Wire *w)
{
    return shape_text(b->in->s->arena, w->shape);
}

void note_made(const Builder *b, Message *m, const Wire *w)
{
    diag_note(m, w->made, "%s is made here", shape_of_wire(b, w));
}

bool infer_count(Builder *b, int64_t n, Span at)
{
    Infer *in = b->in;

    in->n_layers += n;
    if (in->full || in->n_layers + in->n_empty <= LIMIT_LAYERS)
        return !in->full;
    in->full = true;
    infer_error(b, MSG_TOO_MANY_LAYERS, at, "the model has more than %" PRId64 " layers",
                LIMIT_LAYERS);
    return false;
}

/* ---- Names ---- */

static void collect_names(const Stmt *s, Map *names, bool repeats, Arena *a)
{
    for (; s; s = s->next) {
        if (s->name)
            map_put(names, s->name, (void *)(uintptr_t)s, a);
        if (s->kind != STMT_REPEAT || repeats)
            collect_names(s->body, names, repeats, a);
        collect_names(s->other, names, repeats, a);
        for (const Branch *branch = s->branches; branch; branch = branch->next)
            collect_names(branch->body, names, repeats, a);
    }
}

/* Also those of an if's branch that is not taken: so a condition changes no other layer's name. */
const Map *infer_given_names(Infer *in, const Stmt *body)
{
    Map *names = map_get(&in->given_names, body);

    if (!names) {
        names = arena_new_of(in->s->arena, Map);
        collect_names(body, names, false, in->s->arena);
        map_put(&in->given_names, body, names, in->s->arena);
    }
    return names;
}

Namespace *infer_namespace(Infer *in, const Stmt *body)
{
    Namespace *space = arena_new_of(in->s->arena, Namespace);

    collect_names(body, &space->given, true, in->s->arena);
    return space;
}

static const Stmt *repeat_around(const Builder *b)
{
    return b->own ? b->own->item->stmt : NULL;
}

/* h[0] of a repeat and h beside it, or h[0] of two repeats, would be one name for two layers. */
static const NameSite *other_site(const Builder *b, Str name)
{
    const NameSite *site = map_get(&b->space->taken, name);
    return site && site->repeat != repeat_around(b) ? site : NULL;
}

/* dense, dense_2, ...: the next rank that is free. */
static Str generated_name(Builder *b, Str word)
{
    Session *s = b->in->s;
    uintptr_t rank = (uintptr_t)map_get(&b->ranks, word);
    Str name = word;

    do {
        rank++;
        if (rank > 1)
            name = intern(s->names, arena_printf(s->arena, "%s_%" PRIuPTR, word, rank));
    } while (map_get(&b->space->given, name) || map_get(b->labels, name) || other_site(b, name));
    map_put(&b->ranks, word, (void *)rank, s->arena);
    return name;
}

/* False after a message: the namespace has the name already. */
static bool is_free(Builder *b, Str name, Span at)
{
    const Label *first = map_get(b->labels, name);
    const NameSite *site = other_site(b, name);
    Message *m;

    if (!first && !site)
        return true;
    if (first)
        m = infer_error(b, MSG_DUPLICATE_NAME, at, "a second layer is named '%s'", name);
    else if (site->repeat && b->own)
        m = infer_error(b, MSG_DUPLICATE_NAME, at, "two repeats have a layer '%s', so '%s[0]' "
                        "would be both", name, name);
    else
        m = infer_error(b, MSG_DUPLICATE_NAME, at, "a second layer is named '%s': a repeat's "
                        "layers are an array, '%s[0]' and on, beside the other names", name, name);
    diag_note(m, first ? first->item->stmt->name_at : site->at, "the first one is here");
    return false;
}

/* A repeat has a name for the C only. */
static void take_name(Builder *b, Str name, Span at)
{
    NameSite *site = arena_new_of(b->in->s->arena, NameSite);

    *site = (NameSite){ repeat_around(b), at };
    if (!map_get(&b->space->taken, name))
        map_put(&b->space->taken, name, site, b->in->s->arena);
}

static void add_label(Builder *b, Str name, const Stmt *s, Item *item)
{
    Arena *a = b->in->s->arena;
    const Span at = s->name ? s->name_at : s->at;

    if (!is_free(b, name, at))
        return;
    if (item->kind != ITEM_REPEAT)
        take_name(b, name, at);
    Label *label = arena_new_of(a, Label);
    *label = (Label){ item, b->now };
    map_put(b->labels, name, label, a);
}

/* ---- Items ---- */

void infer_name(Builder *b, Item *item, const Stmt *s, Str word)
{
    item->named = s->name != NULL;
    item->name = s->name ? s->name : generated_name(b, word);
    item->stmt = s;
    item->at = s->at;
    item->repeat = b->own ? b->own->item : NULL;
    item->export = -1;
    item->number = b->n_items++;
}

Item *infer_item(Builder *b, ItemKind kind, const Stmt *s, Str word)
{
    Item *item = arena_new_of(b->in->s->arena, Item);

    item->kind = kind;
    infer_name(b, item, s, word);
    if (!item->named)
        take_name(b, item->name, s->at);    /* before its body can */
    return item;
}

static void check_assertion(Builder *b, const Stmt *s)
{
    if (!s->shape.given)
        return;
    const Shape want = infer_dims(b, &s->shape, "an asserted shape");
    if (shape_is_error(want) || shape_is_error(b->now.shape) || shape_equal(want, b->now.shape))
        return;
    infer_error(b, MSG_SHAPE_ASSERTED, s->shape.at, "the shape here is %s, asserted is %s",
                shape_of_wire(b, &b->now), shape_text(b->in->s->arena, want));
}

void infer_add(Builder *b, Item *item, const Wire *from, int n, Shape out)
{
    Arena *a = b->in->s->arena;

    item->from = arena_array(a, Ref, n);
    for (int i = 0; i < n; i++)
        item->from[i] = from[i].ref;
    item->n_from = n;
    item->in = from[0].shape;
    item->out = out;
    arena_push(a, b->into->item, b->into->n, item);
    b->now = (Wire){ { .kind = REF_ITEM, .item = item }, out, item->at };
    add_label(b, item->name, item->stmt, item);
    check_assertion(b, item->stmt);
}

void infer_lost(Builder *b, const Stmt *s)
{
    Item *item = arena_new_of(b->in->s->arena, Item);

    item->stmt = s;
    b->now = (Wire){ { .kind = REF_INPUT }, SHAPE_ERROR, s->at };
    if (s->name)
        add_label(b, s->name, s, item);
}

/* ---- Shapes as expressions ---- */

static bool dimension(const Builder *b, const Arg *a, int64_t *out)
{
    const Eval in = { b->in->s, b->scope };

    if (!eval_int(a->value, "a dimension", &in, out))
        return false;
    if (*out >= 1 && *out <= LIMIT_DIMENSION)
        return true;
    infer_error(b, MSG_SHAPE_DIMENSION, a->at, "a dimension of %" PRId64 ", wanted 1 to %" PRId64,
                *out, LIMIT_DIMENSION);
    return false;
}

Shape infer_dims(const Builder *b, const ShapeExpr *e, const char *who)
{
    Shape shape = { 0 };

    for (const Arg *a = e->dims; a; a = a->next) {
        if (shape.rank == LIMIT_RANK) {
            infer_error(b, MSG_SHAPE_DIMENSION, e->at, "%s has more than %d dimensions", who,
                        (int)LIMIT_RANK);
            return SHAPE_ERROR;
        }
        if (!dimension(b, a, &shape.dim[shape.rank++]))
            return SHAPE_ERROR;
    }
    if (shape.rank)
        return shape;
    infer_error(b, MSG_SHAPE_DIMENSION, e->at, "%s has no dimensions", who);
    return SHAPE_ERROR;
}
