/* infer_repeat.c -- repeat: every iteration is a unit of its own. */
#include <inttypes.h>

#include "infer.h"
#include "language_limits.h"

static RepeatSite *new_site(Builder *b, const Stmt *s, Item *item)
{
    Arena *a = b->in->s->arena;
    RepeatSite *site = arena_new_of(a, RepeatSite);

    site->item = item;
    site->names = infer_given_names(b->in, s->body);
    site->labels = arena_array(a, Map *, item->count);
    site->entry = b->now;
    site->steady = infer_is_steady(b, s);
    return site;
}

/* From now on the names of the body are arrays of the unit. */
static void add_arrays(Builder *b, RepeatSite *site)
{
    Arena *a = b->in->s->arena;

    for (int i = 0; i < site->names->n; i++) {
        const Stmt *s = site->names->value[i];
        map_put(&b->arrays, s->name, site, a);
    }
    for (int i = 0; i < site->n_built; i++)
        for (int k = 0; k < site->labels[i]->n; k++)
            map_put(&b->arrays, site->labels[i]->key[k], site, a);
}

static bool read_count(Builder *b, const Stmt *s, int64_t *count)
{
    const Eval in = { b->in->s, b->scope };

    if (!eval_int(s->value, "the count of 'repeat'", &in, count))
        return false;
    if (*count < 0) {
        infer_error(b, MSG_REPEAT_COUNT, s->value->at, "a repeat of %" PRId64
                    " times, wanted 0 or more", *count);
        return false;
    }
    if (*count > LIMIT_LAYERS) {
        infer_error(b, MSG_TOO_MANY_LAYERS, s->value->at, "a repeat of %" PRId64
                    " times, at most %" PRId64 " layers are possible", *count, LIMIT_LAYERS);
        return false;
    }
    return true;
}

/* One iteration; what comes out is in *flow.  False after an error. */
static bool build_iteration(Builder *b, RepeatSite *site, Scope *scope, int i, Wire *flow)
{
    Arena *a = b->in->s->arena;
    const Stmt *s = site->item->stmt;
    const int errors = diag_errors(b->in->s->diag);
    const int64_t layers = b->in->n_layers;
    Unit *u = arena_new_of(a, Unit);
    Map *labels = arena_new_of(a, Map);
    Builder inner = { .in = b->in, .unit = u, .outer = b, .own = site, .iteration = i,
                      .instance = b->instance, .recomputes = b->recomputes || s->checkpoint,
                      .scope = scope, .space = b->space,
                      .labels = labels, .names = site->names, .into = &u->items,
                      .now = { { .kind = REF_INPUT }, flow->shape, flow->made } };

    u->at = s->at;
    u->recomputes = inner.recomputes;
    site->item->iteration[i] = u;
    inner.entry = inner.now;
    infer_statements(&inner, s->body);
    infer_finish(&inner);
    site->layers = b->in->n_layers - layers;
    b->in->n_empty += site->layers == 0;
    site->labels[site->n_built++] = labels;
    *flow = inner.now;
    return infer_count(b, 0, s->at) && diag_errors(b->in->s->diag) == errors;
}

/* Where a name that the variable would hide is declared.  A file's blocks may be used beside params
 * that they do not know. */
static bool hides(const Builder *b, const Stmt *s, Span *at)
{
    const Scope *globals = b->in->globals->scope;
    const Entry *e = scope_find(b->scope, s->word);

    if (!e || (e == scope_find_here(globals, s->word) && e->at.source != s->word_at.source))
        return false;
    *at = e->at;
    for (const Instance *i = b->instance; i; i = NULL)
        for (const BlockParam *p = i->block->decl->params; p; p = p->next)
            if (p->name == s->word)
                *at = p->name_at;
    return true;
}

static void check_variable(Builder *b, const Stmt *s)
{
    Span at;

    if (!s->word || !hides(b, s, &at))
        return;
    Message *m = infer_error(b, MSG_HIDDEN_NAME, s->word_at, "'%s' has a value here already",
                             s->word);
    diag_note(m, at, "it is declared here");
}

static bool is_empty(const Item *item)
{
    for (int i = 0; i < item->count; i++)
        if (item->iteration[i]->items.n)
            return false;
    return true;
}

/* The iteration is the one before it once more.  Not the first two, which read what stands in
 * front, nor the last one, behind which something else may stand. */
static bool is_same_again(const Builder *b, const RepeatSite *site, int i, Shape in)
{
    const Item *item = site->item;
    const int64_t layers = b->in->n_layers + b->in->n_empty + site->layers * (item->count - i);

    return site->steady && i > 1 && i < item->count - 1 && site->layers
        && shape_equal(item->iteration[i - 1]->in, in) && layers <= LIMIT_LAYERS;
}

static void repeat_iteration(Builder *b, RepeatSite *site, int i)
{
    site->item->iteration[i] = site->item->iteration[i - 1];
    site->labels[site->n_built] = site->labels[site->n_built - 1];
    site->n_built++;
    b->in->n_layers += site->layers;
}

static void build_iterations(Builder *b, RepeatSite *site)
{
    Arena *a = b->in->s->arena;
    const Stmt *s = site->item->stmt;
    Scope *scope = s->word ? scope_new(b->scope, a) : b->scope;
    Entry *index = s->word ? scope_add(scope, s->word, value_int(s->word_at, 0), s->word_at, a)
                           : NULL;
    Wire flow = b->now;

    for (int i = 0; i < site->item->count && !site->failed; i++) {
        if (is_same_again(b, site, i, flow.shape)) {
            repeat_iteration(b, site, i);
            continue;
        }
        if (index)
            index->value = value_int(s->word_at, i);
        site->failed = !build_iteration(b, site, scope, i, &flow);
    }
    if (site->failed)
        flow.shape = SHAPE_ERROR;
    site->item->out = flow.shape;
}

/* What a repeat is called by: its first block or layer with weights, else its first layer. */
static Str first_name(const RepeatSite *site)
{
    Str first = NULL;

    for (int i = 0; i < site->n_built; i++)
        for (int k = 0; k < site->labels[i]->n; k++) {
            const Label *label = site->labels[i]->value[k];
            const Item *item = label->item;

            if (item->name && (item->kind == ITEM_BLOCK || infer_has_weights(item)))
                return item->name;
            first = first ? first : item->name;     /* NULL of what an error was said of */
        }
    return first;
}

/* "repeat_h": another repeat ahead of it does not rename it. */
static Str name_of_repeat(const Builder *b, const RepeatSite *site)
{
    const char *first = first_name(site);

    return intern(b->in->s->names, first ? arena_printf(b->in->s->arena, "repeat_%s", first)
                                         : "repeat");
}

void infer_repeat(Builder *b, const Stmt *s)
{
    Arena *a = b->in->s->arena;
    Item *item = arena_new_of(a, Item);
    const Wire x = b->now;
    int64_t count;

    if (!read_count(b, s, &count)) {
        item->stmt = s;
        RepeatSite *site = new_site(b, s, item);
        site->failed = true;
        add_arrays(b, site);
        infer_lost(b, s);
        return;
    }
    check_variable(b, s);
    *item = (Item){ .kind = ITEM_REPEAT, .stmt = s, .at = s->at, .count = (int)count };
    item->iteration = arena_array(a, Unit *, count);
    RepeatSite *site = new_site(b, s, item);
    build_iterations(b, site);
    add_arrays(b, site);
    if (site->failed) {
        infer_lost(b, s);
        return;
    }
    site->complete = true;
    if (is_empty(item))
        return;
    const Shape out = item->out;
    infer_name(b, item, s, name_of_repeat(b, site));
    infer_add(b, item, &x, 1, out);
}
