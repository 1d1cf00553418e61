/* infer_item.c -- items of a unit: their names, what they read; messages about them. */
#include <inttypes.h>
#include <stdarg.h>

#include "infer.h"
#include "limits.h"

/* ---- Messages ---- */

static void note_iterations(const Builder *b, Message *m)
{
    for (; b; b = b->outer)
        if (b->own && b->iteration > 0)
            diag_note(m, b->unit->at, "in iteration %d of this repeat", b->iteration);
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
    for (const Instance *i = b->instance; i; i = i->outer)
        diag_note(m, i->call, "in the block '%s' on %s, used here", i->block->decl->name,
                  shape_text(s->arena, i->in));
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

static void collect_names(const Stmt *s, Map *names, Arena *a)
{
    for (; s; s = s->next) {
        if (s->name)
            map_put(names, s->name, (void *)(uintptr_t)s, a);
        if (s->kind == STMT_RESIDUAL || s->kind == STMT_IF) {
            collect_names(s->body, names, a);
            collect_names(s->other, names, a);
        }
        for (const Branch *branch = s->branches; branch; branch = branch->next)
            collect_names(branch->body, names, a);
    }
}

/* Also those of an if's branch that is not taken: so a condition changes no other layer's name. */
const Map *infer_given_names(Infer *in, const Stmt *body)
{
    Map *names = map_get(&in->given_names, body);

    if (!names) {
        names = arena_new_of(in->s->arena, Map);
        collect_names(body, names, in->s->arena);
        map_put(&in->given_names, body, names, in->s->arena);
    }
    return names;
}

/* dense, dense_2, ...: the next rank that is free; h[0] is one layer, so repeats side by side share
 * no name. */
static Str generated_name(Builder *b, Str word)
{
    Session *s = b->in->s;
    uintptr_t rank = (uintptr_t)map_get(&b->ranks, word);
    Str name = word;

    do {
        rank++;
        if (rank > 1)
            name = intern(s->names, arena_printf(s->arena, "%s_%" PRIuPTR, word, rank));
    } while (map_get(b->names, name) || map_get(b->labels, name) ||
             (b->outer && map_get(&b->outer->arrays, name)));
    map_put(&b->ranks, word, (void *)rank, s->arena);
    return name;
}

/* False and a message if the unit has the name already. */
static bool add_label(Builder *b, Str name, const Stmt *s, Item *item)
{
    Session *session = b->in->s;
    const Label *first = map_get(b->labels, name);

    if (first) {
        Message *m = infer_error(b, MSG_DUPLICATE_NAME, s->name ? s->name_at : s->at,
                                 "a second layer is named '%s'", name);
        diag_note(m, first->item->stmt->name_at, "the first one is here");
        return false;
    }
    Label *label = arena_new_of(session->arena, Label);
    *label = (Label){ item, b->now };
    map_put(b->labels, name, label, session->arena);
    return true;
}

/* ---- Items ---- */

void infer_name(Builder *b, Item *item, const Stmt *s, Str word)
{
    item->named = s->name != NULL;
    item->name = s->name ? s->name : generated_name(b, word);
    item->stmt = s;
    item->at = s->at;
    item->export = -1;
    item->number = b->n_items++;
}

Item *infer_item(Builder *b, ItemKind kind, const Stmt *s, Str word)
{
    Item *item = arena_new_of(b->in->s->arena, Item);

    item->kind = kind;
    infer_name(b, item, s, word);
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
